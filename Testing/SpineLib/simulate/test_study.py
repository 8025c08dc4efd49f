"""Studies on disk are what a scanner writes, and say what is true of them."""

import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from SpineLib.dicom import read, scan
from SpineLib.errors import BadInput, Cancelled
from SpineLib.progress import Progress
from SpineLib.simulate import write_studies, write_study
from SpineLib.simulate.cases import axial_case
from SpineLib.simulate.dicom_out import Identity, write_series
from SpineLib.simulate.headers import VENDORS
from SpineLib.volume import from_sitk, read_volume
from Testing.simulated import siemens_like
from Testing.SpineLib.simulate.conformance import errors_of

# A study that takes a quarter of the time to simulate.
SMALL = {"slices": 8, "pixel": 1.2}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A lumbar study with everything beside it."""
    folder = siemens_like(tmp_path_factory)
    return folder, json.loads((folder / "truth.json").read_text())


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain") / "study"
    return folder, write_study(folder, "thoracic", seed=5, scanner=SMALL)


def test_the_projects_own_scan_tells_plane_weighting_and_region(plain):
    folder, _ = plain
    (stack,) = scan(folder).stacks
    assert (stack.plane, stack.weighting, stack.region) == ("axial", "T2", "thoracic")
    assert not stack.problem
    assert not stack.warnings


def test_simpleitk_reads_the_same_pixels_and_place(plain):
    folder, truth = plain
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder / "axial")))
    read = from_sitk(reader.Execute())
    case = axial_case("thoracic", "metastatic", seed=5, scanner=SMALL)
    assert read.same_grid(case.volume, tolerance=0.02)
    assert np.array_equal(read.voxels, case.volume.voxels)
    assert len(truth["slices"]) == case.volume.shape[0]


def test_truth_is_keyed_by_the_files_own_uids(plain):
    folder, truth = plain
    on_disk = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert on_disk == json.loads(json.dumps(truth))
    for one in truth["slices"]:
        image = pydicom.dcmread(folder / "axial" / f"IM{one['index'] + 1:04d}.dcm")
        assert image.SOPInstanceUID == one["sop_instance_uid"]


def test_everything_of_a_study_shares_one_frame_of_reference(whole):
    folder, truth = whole
    stacks = scan(folder).stacks
    assert len({stack.frame_of_reference_uid for stack in stacks}) == 1
    assert {stack.plane for stack in stacks} == {"axial", "sagittal", "coronal"}
    blocks = [stack for stack in stacks if stack.series_number == 3]
    assert len(blocks) == 5, "five discs, five stacks in one series"
    assert [one["series_number"] for one in truth["companions"]] == [1, 3]


def test_every_kind_of_object_is_standard_conformant(whole, tmp_path):
    folder, _ = whole
    for series in ("sagittal", "axial", "localiser"):
        assert errors_of(folder / series / "IM0001.dcm") == []


@pytest.fixture(scope="module")
def few(chest):
    """Four slices of a case, to write in many ways."""
    return replace(chest.volume, voxels=chest.volume.voxels[:4])


def write(folder, few, chest, **how):
    identity = Identity.of("thoracic", 2, "standard")
    return write_series(
        folder, [few], chest.protocol, identity,
        number=4, region="thoracic", plane="axial", **how,
    )  # fmt: skip


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
def test_every_header_set_is_conformant_and_keeps_pixels_and_place(
    vendor, enhanced, few, chest, tmp_path
):
    uids = write(tmp_path / "s", few, chest, vendor=vendor, enhanced=enhanced)
    assert errors_of(tmp_path / "s" / "IM0001.dcm") == []
    (stack,) = scan(tmp_path).stacks
    assert (stack.plane, stack.weighting) == ("axial", "T2")
    assert stack.region == ("unknown" if vendor == "stripped" else "thoracic")
    assert [(source.sop_instance_uid, source.frame) for source in stack.sources] == list(
        zip(uids["sop_instance_uids"], uids["frames"], strict=True)
    )
    read_back = read(stack)
    assert read_back.same_grid(few, tolerance=0.02)
    slope = 1.25 if vendor == "philips-like" else 1
    assert np.allclose(read_back.voxels, few.voxels * slope)


def test_workers_write_the_same_bytes_as_one_process(plain, tmp_path):
    folder, _ = plain
    made = write_studies(
        tmp_path, 2, kinds=("thoracic",), seed=4, workers=2, companions=False, scanner=SMALL
    )
    assert [one.name for one in made] == ["thoracic-4", "thoracic-5"]

    def digest(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    for file in sorted((folder / "axial").iterdir()):
        assert digest(file) == digest(made[1] / "axial" / file.name)


def test_an_older_study_is_replaced_and_anything_else_is_left_alone(plain, tmp_path):
    folder, _ = plain
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "axial" / "IM0999.dcm").write_bytes(b"old")
    write_study(copy, "thoracic", seed=5, scanner=SMALL)
    assert not (copy / "axial" / "IM0999.dcm").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="something else"):
        write_study(tmp_path / "mine", "thoracic", seed=5)
    assert (tmp_path / "mine" / "letter.txt").exists()


@pytest.mark.parametrize("name", ["../mine", "..", "/mine", "axial/..", 7, None])
def test_a_truth_that_names_files_elsewhere_removes_none(name, tmp_path):
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "s").mkdir()
    (tmp_path / "s/truth.json").write_text(
        json.dumps({"series": {"files": [name]}}), encoding="utf-8"
    )
    with pytest.raises(BadInput, match="something else"):
        write_study(tmp_path / "s", "thoracic", seed=5)
    assert (tmp_path / "mine").exists()
    with pytest.raises(BadInput, match="a file"):
        write_study(tmp_path / "mine", "thoracic", seed=5)


def test_who_stops_many_studies_is_told_that_whole_ones_stand(tmp_path):
    progress = Progress(lambda step: progress.cancel() if step.done == 1 else None)
    few = {"slices": 1, "rows": 64, "columns": 64}
    with pytest.raises(Cancelled, match="are whole"):
        write_studies(tmp_path, 3, kinds=("thoracic",), scanner=few, progress=progress)
    made = sorted(one.name for one in tmp_path.iterdir())
    assert "thoracic-0" in made and "thoracic-2" not in made
    assert all((tmp_path / one / "truth.json").exists() for one in made)


def test_nifti_holds_the_same_image_labels_and_truth_as_dicom(plain, tmp_path):
    folder, dicom = plain
    out = tmp_path / "study"
    truth = write_study(out, "thoracic", seed=5, format="nifti", companions=True, scanner=SMALL)
    assert sorted(one.name for one in out.iterdir()) == [
        "axial.nii.gz", "localiser-1.nii.gz", "localiser-2.nii.gz", "localiser-3.nii.gz",
        "sagittal-t1.nii.gz", "sagittal-t2.nii.gz", "tissues.nii.gz", "truth.json",
    ]  # fmt: skip
    image, labels = read_volume(out / "axial.nii.gz"), read_volume(out / "tissues.nii.gz")
    (stack,) = scan(folder).stacks
    assert np.array_equal(image.voxels, read(stack).voxels)
    assert image.same_grid(read(stack), tolerance=0.02)
    assert image.same_grid(labels)
    for one, other in zip(truth["slices"], dicom["slices"], strict=True):
        assert one.items() <= other.items()
    write_study(out, "thoracic", seed=5, scanner=SMALL)
    assert sorted(one.name for one in out.iterdir()) == ["axial", "tissues.nii.gz", "truth.json"]


def test_what_was_asked_for_is_in_the_truth_and_makes_another_study(plain, tmp_path):
    _, usual = plain
    truth = write_study(
        tmp_path / "s", "thoracic", seed=5, disease="none", contrast="STIR",
        scanner={"thickness": 6, "slices": 4, "ghost": 0.3},
    )  # fmt: skip
    assert truth["disease"] == "none"
    assert truth["protocol"]["weighting"] == "STIR"
    assert truth["protocol"]["thickness"] == 6
    assert truth["study_instance_uid"] != usual["study_instance_uid"]
    (stack,) = scan(tmp_path / "s").stacks
    assert (stack.weighting, stack.slices) == ("STIR", 4)
    again = write_study(
        tmp_path / "t", "thoracic", seed=5, disease="none", contrast="STIR",
        scanner={"ghost": 0.3, "slices": 4.0, "thickness": 6.0},
    )  # fmt: skip
    assert again == truth, "the order and the type of the numbers make no other study"


def test_unknown_kinds_vendors_and_counts_are_refused(tmp_path):
    with pytest.raises(BadInput, match="pelvis"):
        write_study(tmp_path / "x", "pelvis", seed=0)
    with pytest.raises(BadInput, match="acme"):
        write_study(tmp_path / "x", "thoracic", seed=0, vendor="acme")
    with pytest.raises(BadInput, match="tiff"):
        write_study(tmp_path / "x", "thoracic", seed=0, format="tiff")
    with pytest.raises(BadInput, match="NIfTI has no header"):
        write_study(tmp_path / "x", "thoracic", seed=0, format="nifti", enhanced=True)
    with pytest.raises(BadInput, match="0 studies"):
        write_studies(tmp_path, 0)
    with pytest.raises(BadInput, match="more than the 100000"):
        write_studies(tmp_path, 10**12)
    assert not (tmp_path / "x").exists()
