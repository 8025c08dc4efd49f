"""The commands as a person or a script meets them; bad input first."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pydicom
import pytest

from Testing.machine import wait_until

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


@pytest.fixture
def cervical(data, tmp_path):
    """A copy of the real cervical series that a test may spoil."""
    return Path(shutil.copytree(data / "dicom" / "cervical_t2_axial", tmp_path / "study"))


@pytest.fixture
def own_models(tmp_path, monkeypatch):
    """An empty folder for the person's own models."""
    monkeypatch.setenv("SPINE_MODELS", str(tmp_path / "own"))
    return tmp_path / "own"


def test_help_shows_every_command_and_the_exit_codes(spine):
    answer = spine("--help")
    assert answer.code == 0
    for command in ("scan", "read", "report", "models", "simulate", "demo", "bench"):
        assert f" {command} " in answer.out
    assert "Exit codes" in answer.out


def test_a_misspelt_command_is_answered_with_the_one_that_is_meant(spine):
    assert "Did you mean 'models'?" in spine("modles", "list").errors[0]
    assert "Did you mean 'list'?" in spine("models", "lst").errors[0]


def test_each_command_and_group_has_its_help(spine):
    for command in ("scan", "simulate", "models", "train", "evaluate", "data", "project", "loop"):
        answer = spine(command, "--help")
        assert answer.code == 0 and f"spine {command} " in answer.out


@pytest.mark.parametrize("arguments", [(), ("scn",), ("scan",), ("bench", "--rounds", "0")])
def test_a_command_that_is_not_understood_is_one_sentence_and_code_2(spine, arguments):
    answer = spine(*arguments)
    assert answer.code == 2
    assert len(answer.errors) <= 1


def test_a_scan_gives_a_row_a_stack(spine, data):
    answer = spine("scan", data / "dicom")
    assert answer.code == 0
    rows = [line.split() for line in answer.out.splitlines()]
    assert any(row[:1] == ["4"] and {"axial", "T2", "cervical", "19"} <= set(row) for row in rows)
    assert any(row[:1] == ["6"] and {"sagittal", "T2", "lumbar", "38"} <= set(row) for row in rows)
    assert "2 patients" in answer.out


def test_a_scan_says_of_each_model_whether_it_applies_or_why_not(
    spine, data, make_model, own_models
):
    make_model("compression", own_models / "tiny-compression")
    answer = spine("scan", "--json", data / "dicom")
    studies = json.loads(answer.out)["studies"]
    stacks = {s["plane"]: s for study in studies for r in study["series"] for s in r["stacks"]}
    axial, sagittal = (
        next(m for m in stacks[plane]["models"] if m["name"] == "tiny-compression")
        for plane in ("axial", "sagittal")
    )
    assert axial["applies"] and not axial["reason"]
    assert not sagittal["applies"] and "sagittal" in sagittal["reason"]
    chosen = {
        plane: one for study in studies for plane, one in study["chosen"].items() if one["stacks"]
    }
    assert set(chosen) == {"axial", "sagittal"}
    assert "the only axial series" in chosen["axial"]["reason"]


def test_no_patient_is_named_by_a_scan(spine, cervical):
    one = next(iter(sorted(cervical.iterdir())))
    dataset = pydicom.dcmread(one)
    dataset.PatientName, dataset.PatientID = "Doe^Jane", "MRN-4711"
    dataset.save_as(one)
    for arguments in (("scan", cervical), ("scan", cervical, "--json")):
        answer = spine(*arguments)
        assert answer.code == 0
        assert "Doe" not in answer.out and "4711" not in answer.out


def _no_such_folder(folder):
    return folder / "nothing"


def _empty_folder(folder):
    folder.mkdir()
    return folder


def _text_files(folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("not an image")
    return folder


def _empty_files(folder):
    folder.mkdir()
    (folder / "IM0001.dcm").touch()
    return folder


@pytest.mark.parametrize("bad", [_no_such_folder, _empty_folder, _text_files, _empty_files])
def test_a_folder_without_images_is_one_sentence_that_names_it(spine, tmp_path, bad):
    folder = bad(tmp_path / "in")
    answer = spine("scan", folder)
    assert answer.code == 3
    assert len(answer.errors) == 1
    assert str(folder) in answer.errors[0]
    assert answer.out == ""


def test_a_truncated_file_is_left_out_with_its_reason_and_the_rest_is_shown(spine, cervical):
    broken = cervical / "IM0010.dcm"
    broken.write_bytes(broken.read_bytes()[:200])
    answer = spine("scan", "--json", cervical)
    found = json.loads(answer.out)
    assert answer.code == 0
    assert [s["file"] for s in found["skipped"]] == [str(broken)]
    assert found["skipped"][0]["reason"]


def test_every_torture_folder_is_shown_or_refused_in_one_sentence(spine, data):
    for folder in sorted(p for p in (data / "torture").iterdir() if p.is_dir()):
        answer = spine("scan", folder)
        assert answer.code in (0, 3), folder
        assert len(answer.errors) == (1 if answer.code else 0), folder
        assert "Traceback" not in answer.out + "".join(answer.errors)


def test_models_are_listed_imported_verified_and_removed(spine, make_model, own_models, tmp_path):
    made = make_model("compression", tmp_path / "made" / "tiny-compression")
    assert spine("models", "import", made.path).code == 0
    listed = json.loads(spine("models", "list", "--json").out)["models"]
    assert "tiny-compression" in [model["name"] for model in listed]
    assert "tiny-compression" in spine("models", "list").out
    assert "tiny-compression: whole" in spine("models", "verify").out
    assert spine("models", "remove", "tiny-compression").code == 0
    assert "tiny-compression" not in spine("models", "list").out
    assert list(own_models.iterdir()) == []


def test_weights_with_a_wrong_hash_are_refused(spine, make_model, own_models):
    model = make_model("compression", own_models / "tiny-compression")
    weights = bytearray(model.weights.read_bytes())
    weights[-1] ^= 1
    model.weights.write_bytes(weights)
    answer = spine("models", "verify")
    assert answer.code == 5
    assert "SHA-256" in answer.out
    assert len(answer.errors) == 1


def test_a_card_from_a_newer_schema_is_refused(spine, make_model, own_models):
    model = make_model("compression", own_models / "tiny-compression")
    card = model.path / "model.json"
    card.write_text(card.read_text().replace('"schema_version": 1', '"schema_version": 99'))
    assert "Update SlicerSpineMRI" in spine("models", "list").out
    assert spine("models", "verify").code == 5


def test_what_is_no_model_cannot_be_imported(spine, tmp_path, own_models):
    (tmp_path / "folder").mkdir()
    answer = spine("models", "import", tmp_path / "folder")
    assert answer.code == 5
    assert len(answer.errors) == 1
    assert not own_models.exists() or list(own_models.iterdir()) == []


def test_a_model_that_is_not_there_cannot_be_removed(spine, own_models):
    answer = spine("models", "remove", "nothing")
    assert answer.code == 5
    assert "nothing" in answer.errors[0]


def test_a_simulated_study_can_be_scanned(spine, tmp_path):
    out = tmp_path / "study"
    assert spine("simulate", out, "--kind", "thoracic", "--seed", 5).code == 0
    truth = json.loads((out / "truth.json").read_text())
    (study,) = json.loads(spine("scan", out, "--json").out)["studies"]
    (stack,) = study["series"][0]["stacks"]
    assert stack["region"] == "thoracic"
    assert stack["slices"] == len(truth["slices"])


def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(spine, tmp_path):
    (tmp_path / "file").touch()
    answer = spine("simulate", tmp_path / "file" / "out")
    assert answer.code != 0
    assert len(answer.errors) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def stopped(process, how):
    """What a command says that is asked to stop, again if need be.

    A compiled library that is just being imported swallows what the first request raises.
    """
    while True:
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=2)[1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_command_says_so_and_leaves_nothing(tmp_path, how):
    out = tmp_path / "study"
    process = subprocess.Popen(
        [sys.executable, "-m", "SpineSlicer.headless", "simulate", str(out), "--kind", "lumbar"],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: list(tmp_path.iterdir()))
    said = stopped(process, how)
    assert process.returncode == 130
    assert said.strip() == "Error: Cancelled; nothing was written."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
def test_a_command_that_a_script_started_in_the_background_can_be_ended(tmp_path):
    out = tmp_path / "study"
    command = [
        sys.executable,
        "-m",
        "SpineSlicer.headless",
        "simulate",
        str(out),
        "--kind",
        "lumbar",
    ]
    # What a shell does to "command &" in a script.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until(lambda: list(tmp_path.iterdir()))
    said = stopped(process, signal.SIGTERM)
    assert (process.returncode, said.strip()) == (130, "Error: Cancelled; nothing was written.")


def test_a_fault_is_one_sentence_and_shows_its_place_when_asked(spine, monkeypatch, data):
    def fault(*arguments, **options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("SpineLib.dicom.scan", fault)
    answer = spine("scan", data)
    assert answer.code == 1
    assert answer.errors == [
        "Error: Something went wrong inside the program: ZeroDivisionError: division by zero. "
        "This is a fault of the program; SPINE_DEBUG=1 shows where it happened."
    ]
    monkeypatch.setenv("SPINE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        spine("scan", data)


@pytest.mark.parametrize("given", [None, "ACTIVE"])
def test_threads_sleep_while_they_wait_unless_a_person_says_otherwise(spine, monkeypatch, given):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if given:
        monkeypatch.setenv("OMP_WAIT_POLICY", given)
    spine("--help")
    assert os.environ["OMP_WAIT_POLICY"] == (given or "PASSIVE")


def test_the_library_alone_has_the_commands_that_need_no_scene():
    done = subprocess.run(
        [sys.executable, "-m", "SpineLib", "--help"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert " scan " in done.stdout
    assert " read " not in done.stdout
