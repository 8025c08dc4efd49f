"""`spine read` and `spine report` as a person meets them; bad input first."""

import csv
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest

from SpineLib.errors import OutputError
from SpineLib.findings_file import validate
from SpineLib.volume import Volume, write_volume

ROOT = Path(__file__).resolve().parents[3]
# Neighbouring slices of the real cervical series: enough to read, quick to draw.
SLICES = (9, 10, 11, 12)


@pytest.fixture
def study(data, tmp_path):
    """Four slices of the real cervical study."""
    folder = tmp_path / "study"
    folder.mkdir()
    for number in SLICES:
        shutil.copy(data / "dicom" / "cervical_t2_axial" / f"IM{number:04d}.dcm", folder)
    return folder


@pytest.fixture
def axial_file(tmp_path):
    """Writes an axial NIfTI of the given voxels, by default a ring around a disc."""

    def write(voxels=None):
        if voxels is None:
            rows, columns = np.mgrid[:96, :96] - 48
            radius = np.hypot(rows, columns)
            plane = np.where(radius < 5, 300, np.where(radius < 9, 900, 150))
            voxels = np.repeat(plane[None], 4, axis=0).astype(np.float32)
        path = tmp_path / "axial.nii.gz"
        write_volume(Volume(voxels, np.diag([-0.8, -0.8, 4.0, 1.0])), path)
        return path

    return write


def test_a_study_is_read_from_a_folder_to_pictures(spine, study, tmp_path):
    out = tmp_path / "out"
    answer = spine("read", study, "--out", out)
    assert answer.code == 0, answer.errors
    assert {p.name for p in out.iterdir()} == {
        *("report.html", "findings.csv", "findings.json", "outlines", "scene.mrb", "pictures"),
    }
    findings = json.loads((out / "findings.json").read_text())
    validate(findings)
    with (out / "findings.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert all(row["compression_value"] for row in rows) and len(rows) == len(SLICES)
    assert all("thoracic" in row["Bilsky_reason"] for row in rows)
    assert len(list((out / "pictures").glob("slice-*.png"))) == len(SLICES)
    assert "not for clinical use" in answer.out
    assert "Bilsky: not assessed: made for" in answer.out
    assert not answer.errors


def test_the_verdict_is_said_before_anything_is_drawn_or_written(
    spine, study, tmp_path, monkeypatch
):
    def fail(*_arguments, **_options):
        raise OutputError("The disk is full")

    monkeypatch.setattr("SpineSlicer.headless.outputs.write_outputs", fail)
    answer = spine("read", study, "--out", tmp_path / "out")
    assert answer.code == OutputError.exit_code and "The disk is full" in answer.errors[0]
    assert "of 4 slices compressed" in answer.out and "Open " not in answer.out


def test_a_scene_gives_the_same_results_anew(spine, study, tmp_path):
    first, again = tmp_path / "out", tmp_path / "again"
    spine("read", study, "--out", first)
    answer = spine("report", first / "scene.mrb", "--out", again)
    assert answer.code == 0, answer.errors
    assert (again / "findings.csv").read_text() == (first / "findings.csv").read_text()
    assert {p.name for p in again.iterdir()} == {p.name for p in first.iterdir()}


def test_a_forced_model_is_marked_wherever_its_answer_stands(spine, study, tmp_path):
    answer = spine("read", study, "--out", tmp_path / "out", "--force", "--json")
    findings = json.loads(answer.out)
    slices = findings["stacks"][0]["slices"]
    assert all(slice_["opinions"][1]["forced"] for slice_ in slices)
    assert not any(slice_["opinions"][0]["forced"] for slice_ in slices)
    assert findings["summaries"][1]["forced"]
    assert "orced" in (tmp_path / "out" / "report.html").read_text()


def test_a_file_that_cannot_say_what_it_shows_is_read_when_the_person_says_it(
    spine, axial_file, tmp_path
):
    options = ("--weighting", "T2", "--region", "cervical", "--json")
    answer = spine("read", axial_file(), "--out", tmp_path / "out", *options)
    assert answer.code == 0, answer.errors
    (stack,) = json.loads(answer.out)["stacks"]
    assert stack["chosen_for"] == ["compression", "Kang"]


def test_what_no_model_reads_says_why_in_its_report_and_ends_with_code_4(
    spine, axial_file, tmp_path
):
    answer = spine("read", axial_file(), "--out", tmp_path / "out")
    assert answer.code == 4
    assert len(answer.errors) == 1
    assert "--weighting" in answer.errors[0] or "--region" in answer.errors[0]
    assert (tmp_path / "out" / "report.html").is_file()


def test_one_slice_is_said_to_be_one(spine, study, tmp_path):
    for file in sorted(study.iterdir())[1:]:
        file.unlink()
    answer = spine("read", study, "--out", tmp_path / "out")
    assert "one slice only" in answer.out
    assert "no verdict on the study" in answer.out
    assert answer.code == 0


def _truncated(study):
    for file in study.iterdir():
        file.write_bytes(file.read_bytes()[:500])


def _truncated_pixels(study):
    for file in study.iterdir():
        file.write_bytes(file.read_bytes()[:-4000])


def _not_dicom(study):
    for file in study.iterdir():
        file.write_bytes(b"not an image" * 30)


def _empty(study):
    for file in study.iterdir():
        file.unlink()


def _edited(study, edit):
    for number, file in enumerate(sorted(study.iterdir())):
        dataset = pydicom.dcmread(file)
        edit(dataset, number)
        dataset.save_as(file)


def _colour(study):
    def edit(dataset, number):
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
        dataset.PlanarConfiguration = 0
        dataset.BitsAllocated = dataset.BitsStored = 8
        dataset.HighBit = 7
        dataset.PixelData = bytes(dataset.Rows * dataset.Columns * 3)

    _edited(study, edit)


def _mixed_patients(study):
    def edit(dataset, number):
        dataset.PatientID = f"P{number % 2}"
        dataset.StudyInstanceUID = f"1.2.3.{number % 2 + 1}"
        dataset.SeriesInstanceUID = f"1.2.3.4.{number % 2 + 1}"

    _edited(study, edit)


@pytest.mark.parametrize(
    "spoil",
    [
        *(_truncated, _truncated_pixels, _not_dicom, _empty, _colour),
        _mixed_patients,
    ],
)
def test_a_bad_study_is_one_sentence_a_code_and_no_half_result(spine, study, tmp_path, spoil):
    spoil(study)
    out = tmp_path / "out"
    answer = spine("read", study, "--out", out)
    assert answer.code in (3, 4)
    assert len(answer.errors) == 1, answer.errors
    assert str(study) in answer.errors[0]
    assert "went wrong inside" not in answer.errors[0]
    if answer.code == 3:
        assert not out.exists()
    assert {p.name for p in tmp_path.iterdir()} <= {"study", "out"}


@pytest.mark.parametrize("value", [np.nan, 7.0])
def test_voxels_that_hold_no_picture_are_refused_or_not_assessed(
    spine, axial_file, tmp_path, value
):
    path = axial_file(np.full((4, 96, 96), value, np.float32))
    options = ("--weighting", "T2", "--region", "cervical")
    answer = spine("read", path, "--out", tmp_path / "out", *options)
    assert answer.code in (3, 4)
    assert len(answer.errors) == 1, answer.errors
    assert "went wrong inside" not in answer.errors[0]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--series", "99"), 4, "99"),
        (("--threshold", "2"), 3, "between 0 and 1"),
        (("--region", "tail"), 3, "tail"),
        (("--weighting", "T7"), 3, "T7"),
        (("--model", "nothing"), 5, "nothing"),
        (("--device", "quantum"), 2, "quantum"),
    ],
)
def test_an_option_that_cannot_be_is_one_sentence(spine, study, tmp_path, options, code, words):
    answer = spine("read", study, "--out", tmp_path / "out", *options)
    assert answer.code == code, answer.errors
    assert len(answer.errors) == 1
    assert words in answer.errors[0]
    assert not (tmp_path / "out").exists()


def test_a_device_that_is_not_there_is_said(spine, study, tmp_path):
    torch = pytest.importorskip("torch")
    missing = "mps" if not torch.backends.mps.is_available() else "cuda"
    answer = spine("read", study, "--out", tmp_path / "out", "--device", missing)
    assert answer.code == 3
    assert missing.upper() in answer.errors[0]


def test_sagittal_images_are_not_given_to_the_compression_model(spine, tmp_path):
    to_sagittal = np.array([[0, 0, 4.0, 0], [-0.8, 0, 0, 0], [0, -0.8, 0, 0], [0, 0, 0, 1]])
    voxels = np.random.default_rng(0).uniform(0, 100, (4, 64, 64)).astype(np.float32)
    write_volume(Volume(voxels, to_sagittal), tmp_path / "sagittal.nrrd")
    options = ("--weighting", "T2", "--region", "cervical", "--json")
    answer = spine("read", tmp_path / "sagittal.nrrd", "--out", tmp_path / "out", *options)
    assert answer.code == 4
    assert len(answer.errors) == 1
    compression = json.loads(answer.out)["summaries"][0]
    assert compression["status"] == "not assessed"
    assert "no axial stack" in compression["reason"]


def test_weights_with_a_wrong_hash_are_not_used(spine, study, tmp_path):
    bundled = ROOT / "Resources" / "Models" / "starter-compression"
    copy = Path(shutil.copytree(bundled, tmp_path / "spoilt"))
    weights = bytearray((copy / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "weights.safetensors").write_bytes(weights)
    answer = spine("read", study, "--out", tmp_path / "out", "--model", copy)
    assert answer.code == 5
    assert "SHA-256" in answer.errors[0]
    assert not (tmp_path / "out").exists()


def test_an_out_that_is_a_file_is_said_before_anything_is_read(spine, study, tmp_path):
    out = tmp_path / "file"
    out.write_text("mine")
    answer = spine("read", study, "--out", out)
    assert answer.code == 6
    assert len(answer.errors) == 1
    assert out.read_text() == "mine"


def test_a_folder_without_permission_is_said_before_anything_is_read(
    spine, study, tmp_path, monkeypatch
):
    monkeypatch.setattr(os, "access", lambda path, mode, **options: not mode & os.W_OK)
    answer = spine("read", study, "--out", tmp_path / "out")
    assert answer.code == 6
    assert "permission" in answer.errors[0].lower()


def test_a_full_disk_leaves_nothing(spine, study, tmp_path, monkeypatch):
    def full(self, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    answer = spine("read", study, "--out", tmp_path / "out")
    assert answer.code == 6
    assert "disk is full" in answer.errors[0]
    assert not (tmp_path / "out").exists()
    assert {p.name for p in tmp_path.iterdir()} == {"study"}


@pytest.mark.parametrize("name", ["nothing.mrb", "text.mrb", "text.nrrd"])
def test_what_is_no_scene_cannot_be_reported(spine, tmp_path, name):
    if "text" in name:
        (tmp_path / name).write_text("not a scene")
    answer = spine("report", tmp_path / name, "--out", tmp_path / "out")
    assert answer.code == 3
    assert name in answer.errors[-1]
    assert not (tmp_path / "out").exists()


def test_reading_a_study_never_needs_the_network(study, tmp_path):
    # Python runs it in every process that it starts, so in the one that reads, too.
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*arguments): raise AssertionError('the network was used')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
    )
    command = [sys.executable, "-m", "SpineSlicer.headless", "read", str(study)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
