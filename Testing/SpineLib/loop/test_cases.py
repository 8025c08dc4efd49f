"""Images of cases: referred to by hash and UID, changed ones noticed, masks put on their grid."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.datasets import open_slices
from SpineLib.errors import BadInput
from SpineLib.inference.grid import canonical_volume, voxels_hash
from SpineLib.loop.answers import dice, on_grid
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.images import ImageChanged, ImageMissing, of_volume
from SpineLib.loop.relinking import found_again, missing
from SpineLib.loop.sources import Arrival, LeftOut, Wanted, about, arrivals, patient_hash
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import open_model
from SpineLib.questions import BILSKY
from SpineLib.volume import Volume, read_volume, write_volume
from Testing.SpineLib.datasets import labelled
from Testing.SpineLib.loop import kept
from Testing.SpineLib.loop.learning import spine

LUMBAR = Wanted(open_model("starter-segmentation").card, "segmentation")
SAID = Wanted(LUMBAR.card, "segmentation", region="lumbar", weighting="T2")
AXIAL = Wanted(open_model("starter-compression").card, "compression")


def added(folder, source, wanted):
    """Adds what a source holds; what was left out comes back."""
    left = []
    for arrival in arrivals(str(source), wanted):
        if isinstance(arrival, LeftOut):
            left.append(arrival)
        else:
            with DatasetWriter(folder) as writer:
                writer.add(arrival.image, by=arrival.by or "import", **about(arrival))
    return left


@pytest.fixture(scope="module")
def dicom(tmp_path_factory):
    """Two patients of four axial cervical slices; never written to."""
    root = tmp_path_factory.mktemp("dicom")
    for name, levels in {"P1": [0, 1, 1, 0], "P2": [0, 0, 1, 0]}.items():
        labelled.write_stack(root / name, labelled.stack_of(levels), patient=name)
    return root


def test_a_folder_of_dicom_gives_a_case_a_fitting_stack_by_reference(tmp_path, dicom):
    kept.empty(tmp_path / "set", "compression")
    assert added(tmp_path / "set", dicom, AXIAL) == []
    cases = list(open_dataset(tmp_path / "set").cases.values())
    assert [case.state for case in cases] == ["new", "new"]
    assert len({case.patient for case in cases}) == 2
    assert not list(tmp_path.rglob("image.nii.gz"))
    assert cases[0].image.series_instance_uid
    volume = cases[0].open_image()
    assert [f.sop_instance_uid for f in volume.frames] == [uid for _, uid, _ in cases[0].slices]


def test_stacks_that_the_model_was_not_made_for_are_left_out_with_the_reason(tmp_path, dicom):
    kept.empty(tmp_path / "set")
    left = added(tmp_path / "set", dicom, LUMBAR)
    assert [one.reason.split(";")[-1].strip() for one in left] == ["this stack is axial"] * 2


def test_copied_dicom_is_opened_although_its_files_have_gone(tmp_path, dicom):
    folder = tmp_path / "files"
    shutil.copytree(dicom / "P1", folder)
    kept.empty(tmp_path / "set", "compression")
    added(tmp_path / "set", folder, Wanted(AXIAL.card, "compression", copy=True))
    before = open_dataset(tmp_path / "set").case("1").open_image()
    shutil.rmtree(folder)
    again = open_dataset(tmp_path / "set").case("1").open_image()
    assert np.array_equal(before.voxels, again.voxels)
    assert again.frames and again.frames == before.frames


def test_dicom_that_has_gone_is_missing_and_not_changed(tmp_path, dicom):
    folder = tmp_path / "files"
    shutil.copytree(dicom / "P1", folder)
    kept.empty(tmp_path / "set", "compression")
    added(tmp_path / "set", folder, AXIAL)
    next(folder.iterdir()).unlink()
    case = open_dataset(tmp_path / "set").case("1")
    with pytest.raises(ImageMissing, match="1 of the case's 4 DICOM files"):
        case.open_image()
    with DatasetWriter(tmp_path / "set") as writer:
        with pytest.raises(ImageMissing):
            writer.open_image(case)
        assert not writer.dataset.case("1").set_aside


def test_images_that_have_moved_are_found_by_uid_and_hash(tmp_path, dicom):
    folder = tmp_path / "files"
    shutil.copytree(dicom / "P1", folder)
    kept.empty(tmp_path / "set", "compression")
    added(tmp_path / "set", folder, AXIAL)
    before = open_dataset(tmp_path / "set").case("1").open_image()
    for path in folder.iterdir():
        path.rename(tmp_path / "files" / f"renamed {path.name}")
    folder.rename(tmp_path / "elsewhere")
    dataset = open_dataset(tmp_path / "set")
    assert [case.id for case in missing(dataset)] == ["0001"]
    assert found_again(dataset, dicom / "P2") == {}
    found = found_again(dataset, tmp_path / "elsewhere")
    with DatasetWriter(tmp_path / "set") as writer:
        writer.move("1", found["0001"])
    again = open_dataset(tmp_path / "set")
    assert missing(again) == []
    assert np.array_equal(again.case("1").open_image().voxels, before.voxels)


def test_a_file_of_the_same_name_and_another_image_is_not_taken(tmp_path):
    for n, name in enumerate(("here", "wrong", "right")):
        write_volume(spine(n % 2)[0], tmp_path / name / "sub-1.nii.gz")
    kept.empty(tmp_path / "set")
    added(tmp_path / "set", tmp_path / "here", SAID)
    shutil.rmtree(tmp_path / "here")
    dataset = open_dataset(tmp_path / "set")
    assert found_again(dataset, tmp_path / "wrong") == {}
    found = found_again(dataset, tmp_path)
    assert found["0001"].path == str(tmp_path / "right" / "sub-1.nii.gz")
    with DatasetWriter(tmp_path / "set") as writer:
        writer.move("1", found["0001"])
        assert writer.verify() == []


@pytest.mark.parametrize("change", ["voxel", "place"])
def test_a_case_whose_image_changed_on_the_disk_is_set_aside_with_the_reason(tmp_path, change):
    folder = kept.volumes(tmp_path / "set", 2, labelled=True)
    path = open_dataset(folder).case("1").folder / "image.nii.gz"
    volume = read_volume(path)
    if change == "voxel":
        volume.voxels[0, 0, 0] += 1
    else:
        moved = volume.ijk_to_ras.copy()
        moved[0, 3] += 1
        volume = Volume(volume.voxels, moved)
    write_volume(volume, path)
    with pytest.raises(ImageChanged):
        open_dataset(folder).case("1").labelled().open()
    with DatasetWriter(folder) as writer:
        writer.freeze(patients=["p1"])
        assert [case.id for case in writer.verify()] == ["0001"]
        assert writer.dataset.training() == []
    assert "than when it was added" in open_dataset(folder).case("1").set_aside


def test_the_hash_does_not_care_for_the_file_around_the_voxels(tmp_path):
    image, _ = spine(1)
    for name in ("a.nii.gz", "a.mha", "a.nrrd"):
        write_volume(image, tmp_path / name)
        assert voxels_hash(read_volume(tmp_path / name)) == voxels_hash(image)
    turned = Volume(image.voxels[:, ::-1].transpose(2, 0, 1), _turned(image))
    assert voxels_hash(turned) == voxels_hash(image)
    assert voxels_hash(image.with_voxels(image.voxels[:, ::-1])) != voxels_hash(image)


def _turned(image):
    """The matrix after the rows were reversed and the columns made the slices."""
    i, j, k, corner = image.ijk_to_ras.T
    corner = corner + (image.shape[1] - 1) * j
    return np.stack([-j, k, i, corner], axis=1)


def test_files_are_cases_of_the_patients_that_their_names_say(tmp_path):
    image, _ = spine(1)
    for n, name in enumerate(("sub-01_T1w.nii.gz", "sub-01_T2w.nrrd", "7_t1.mha", "other.nii")):
        write_volume(image.with_voxels(image.voxels + n), tmp_path / "files" / name)
    kept.empty(tmp_path / "set")
    assert added(tmp_path / "set", tmp_path / "files", SAID) == []
    patients = [case.patient for case in open_dataset(tmp_path / "set").cases.values()]
    assert patients[2] == patients[3] == patient_hash("sub-01")
    assert len(set(patients)) == 3


def test_a_table_says_patients_scanners_and_masks(tmp_path):
    image, labels = spine(1)
    write_volume(image, tmp_path / "i.nii.gz")
    write_volume(labels, tmp_path / "m.nii.gz")
    write_volume(spine(2)[0], tmp_path / "j.nii.gz")
    (tmp_path / "t.csv").write_text(
        "image,patient,mask,site,region,weighting,sex\n"
        "i.nii.gz,anna,m.nii.gz,Scanner A,lumbar,T2,F\nj.nii.gz,ben,,Scanner B,lumbar,T1,M\n"
    )
    kept.empty(tmp_path / "set")
    assert added(tmp_path / "set", tmp_path / "t.csv", LUMBAR) == []
    one, two = open_dataset(tmp_path / "set").cases.values()
    assert (one.state, two.state) == ("corrected", "new")
    assert (one.site, one.columns, two.weighting) == ("Scanner A", {"sex": "F"}, "T1")
    assert one.patient == patient_hash("anna")
    assert "anna" not in (tmp_path / "set" / "cases.jsonl").read_text()
    image, answer = one.labelled().open()
    assert set(np.unique(answer.voxels)) == {0, 1, 2, 3, 100, 201, 202, 203}


def test_labelled_layouts_of_slices_become_corrections(tmp_path):
    root = labelled.published(tmp_path / "data", {"P1": [0, 1, 1, 0], "P2": [0, 0, 1, 0]})
    kept.empty(tmp_path / "set", "compression")
    added(tmp_path / "set", root, AXIAL)
    cases = list(open_dataset(tmp_path / "set").cases.values())
    assert [case.state for case in cases] == ["corrected", "corrected"]
    bright = cases[0].open_image().voxels[:, 12, 12] > 600
    said = {one.index: one.value == "compressed" for one in cases[0].open_answer()}
    assert [said[k] for k in range(4)] == bright.tolist()


def test_the_region_and_weighting_that_labelled_slices_do_not_say_can_be_said(
    tmp_path, monkeypatch
):
    root = labelled.published(tmp_path / "data", {"P1": [0, 1, 1, 0]})
    bare = [
        replace(slice_, region="unknown", weighting="unknown")
        for slice_ in open_slices.open_slices(str(root))
    ]
    monkeypatch.setattr(open_slices, "open_slices", lambda *_, **__: bare)
    said = replace(AXIAL, region="thoracic", weighting="T2")
    found = next(iter(arrivals(str(root), said)))
    assert (found.region, found.weighting) == ("thoracic", "T2")


def test_a_volume_beside_dicom_is_no_case_unless_it_is_named_itself(tmp_path, data):
    folder = shutil.copytree(data / "dicom" / "lumbar_t2_sagittal", tmp_path / "real")
    write_volume(spine(1)[0], folder / "other.nii.gz")
    said = replace(SAID, region="lumbar", weighting="T2")
    found = list(arrivals(str(folder), said))
    images = [one.image.kind for one in found if isinstance(one, Arrival)]
    assert images and set(images) == {"dicom"}
    assert [one.what for one in found if isinstance(one, LeftOut) and "among" in one.reason] == [
        "other.nii.gz"
    ]
    assert isinstance(next(iter(arrivals(str(folder / "other.nii.gz"), said))), Arrival)


def test_a_mask_among_volumes_is_no_case(tmp_path):
    image, labels = spine(1)
    write_volume(image, tmp_path / "a.nii.gz")
    write_volume(labels, tmp_path / "a_seg.nii.gz")
    write_volume(labels.with_voxels(labels.voxels.astype(np.float32)), tmp_path / "b.nii.gz")
    found = list(arrivals(str(tmp_path), replace(SAID, region="lumbar", weighting="T2")))
    assert [isinstance(one, Arrival) for one in found] == [True, False, False]
    assert all("mask" in one.reason for one in found[1:])


def test_what_is_left_out_names_only_options_that_the_loop_has(tmp_path):
    write_volume(spine(1)[0], tmp_path / "a.nii.gz")
    left = next(iter(arrivals(str(tmp_path / "a.nii.gz"), LUMBAR)))
    assert "set it with --" in left.in_terminal and "--force" not in left.in_terminal
    assert "not known" in left.reason and "--" not in left.reason, "a panel shows this one"


def test_labels_can_be_left_and_several_readers_need_a_name(tmp_path):
    root = labelled.published(tmp_path / "data", {"P1": [0, 1, 1, 0]})
    (root / "P1" / "compression_label_ben.csv").write_text("1\n1\n1\n1\n")
    kept.empty(tmp_path / "set", "compression")
    with pytest.raises(BadInput, match="2 readers"):
        added(tmp_path / "set", root, AXIAL)
    added(tmp_path / "set", root, Wanted(AXIAL.card, "compression", images_only=True))
    assert open_dataset(tmp_path / "set").case("1").state == "new"
    kept.empty(tmp_path / "other", "compression")
    added(tmp_path / "other", root, Wanted(AXIAL.card, "compression", named="ben"))
    labels = open_dataset(tmp_path / "other").case("1").open_answer()
    assert {label.value for label in labels} == {"compressed"}


def test_simulated_cases_are_copied_and_known_as_such(tmp_path):
    wanted = Wanted(open_model("starter-grading").card, "grading", BILSKY)
    found = list(arrivals("simulated:lesions-thoracic-metastatic:standard:1:3", wanted))
    assert isinstance(found[0], Arrival)
    kept.empty(tmp_path / "set", "grading")
    with DatasetWriter(tmp_path / "set") as writer:
        case = writer.add(found[0].image, by=found[0].by, **about(found[0]))
    assert case.simulated and case.usable
    assert case.open_image().shape == found[0].image.shape


def test_a_source_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadInput, match="no such folder or file"):
        list(arrivals(str(tmp_path / "x"), LUMBAR))


def test_real_dicom_and_the_same_volume_as_nifti_are_one_image(tmp_path, data):
    kept.empty(tmp_path / "set")
    added(tmp_path / "set", data / "dicom" / "lumbar_t2_sagittal", LUMBAR)
    case = open_dataset(tmp_path / "set").case("1")
    assert case.open_image().shape == (38, 201, 257)
    (file,) = (data / "nifti" / "lumbar_t2_sagittal").glob("*.nii*")
    again = next(iter(arrivals(str(file), SAID)))
    assert again.image.sha256 == case.image.sha256


@settings(max_examples=30)
@given(
    st.permutations(range(3)), st.tuples(*[st.booleans()] * 3), st.integers(0, 2**31),
    st.floats(0, 0.6),
)  # fmt: skip
def test_a_mask_whose_voxels_are_in_another_order_keeps_each_voxels_place(axes, flips, seed, angle):
    rng = np.random.default_rng(seed)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ np.array([[0, 0, 4.0], [-0.9, 0, 0], [0, -0.8, 0]])
    matrix[:3, 3] = rng.uniform(-200, 200, 3)
    labels = Volume(rng.choice([0, 1, 100, 201], (4, 6, 5)).astype(np.uint8), matrix)
    grid = labels.with_voxels(np.zeros(labels.shape, np.uint8))
    array = labels.voxels.transpose(axes)
    columns = [matrix[:, 2 - axis] for axis in axes]
    origin = matrix[:, 3].copy()
    for n, (axis, flip) in enumerate(zip(axes, flips, strict=True)):
        if flip:
            array = np.flip(array, n)
            origin += (labels.shape[axis] - 1) * columns[n]
            columns[n] = -columns[n]
    turned = Volume(np.ascontiguousarray(array), np.stack([*columns[::-1], origin], axis=1))
    again = on_grid(turned, grid)
    assert np.array_equal(again.voxels, labels.voxels)
    assert np.allclose(again.ijk_to_ras, matrix)


def test_another_grid_is_refused_and_resampled_only_when_asked():
    image, labels = spine(1)
    coarse = Volume(labels.voxels[:, ::2, ::2], labels.ijk_to_ras @ np.diag([2, 2, 1, 1.0]))
    with pytest.raises(BadInput, match=r"another grid.*6×24×18 voxels.*nearest") as told:
        on_grid(coarse, image)
    assert told.value.in_terminal.endswith("take the nearest voxels: --resample")
    fine = on_grid(coarse, image, resampled=True)
    assert fine.same_grid(image)
    assert set(np.unique(fine.voxels)) <= set(np.unique(labels.voxels))
    assert min(dice(fine.voxels, labels.voxels).values()) > 0.6
    elsewhere = Volume(
        labels.voxels, labels.ijk_to_ras + np.array([[0, 0, 0, 5000.0], *[[0] * 4] * 3])
    )
    with pytest.raises(BadInput, match="outside of its image"):
        on_grid(elsewhere, image, resampled=True)
    with pytest.raises(BadInput, match="as large, but up to 5000"):
        on_grid(elsewhere, image)


def test_fractions_and_numbers_beyond_a_byte_are_no_label_map():
    image, labels = spine(1)
    with pytest.raises(BadInput, match="fractions"):
        on_grid(labels.with_voxels(labels.voxels * 0.5), image)
    with pytest.raises(BadInput, match="holds 1001"):
        on_grid(labels.with_voxels(np.where(labels.voxels == 1, 1001, 0)), image)
    whole = on_grid(labels.with_voxels(labels.voxels.astype(np.float32)), image)
    assert whole.voxels.dtype == np.uint8


def test_numbers_that_spider_does_not_have_are_refused_with_the_list(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    voxels = kept.truth().voxels.copy()
    voxels[0, 0, :2] = 30, 77
    with DatasetWriter(folder) as writer, pytest.raises(BadInput, match="30, 77"):
        writer.add_version("1", kept.truth().with_voxels(voxels), kind="corrected", by="anna")


def test_an_answer_comes_back_as_it_was_written(tmp_path):
    folder = tmp_path / "set"
    kept.empty(folder)
    image, labels = spine(1)
    turned = canonical_volume(image)
    with DatasetWriter(folder) as writer:
        case = writer.add(of_volume(turned), patient="p", labels=labels, by="anna")
    answer = case.open_answer()
    assert answer.same_grid(turned)
    places = [labels.ras(np.argwhere(labels.voxels == 201)[:, ::-1]),
              answer.ras(np.argwhere(answer.voxels == 201)[:, ::-1])]  # fmt: skip
    assert np.allclose(np.sort(places[0], axis=0), np.sort(places[1], axis=0))
