"""MONAI's and SPIDER's layouts, tables and findings: in and out, the test never as training."""

import json
from dataclasses import replace

import numpy as np
import pytest
from monai.data.decathlon_datalist import load_decathlon_datalist

from SpineLib.datasets.open_volumes import open_volumes
from SpineLib.errors import BadInput, BadRequest
from SpineLib.findings import (
    Findings,
    ModelUsed,
    SliceFinding,
    StackFindings,
)
from SpineLib.findings_file import write_json
from SpineLib.inference.grid import canonical_volume
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.exchange import (
    chosen_cases,
    is_datalist,
    read_answers,
    read_correction,
    read_datalist,
    read_reviews,
    write_datalist,
    write_spider,
    write_tidy,
)
from SpineLib.loop.images import of_volume
from SpineLib.loop.sources import Wanted, about, arrivals
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import open_model
from SpineLib.questions import BILSKY, KANG, Opinion
from SpineLib.volume import read_volume, write_volume
from Testing.SpineLib.datasets import labelled
from Testing.SpineLib.loop import kept
from Testing.SpineLib.loop.learning import spine

SAID = Wanted(
    open_model("starter-segmentation").card, "segmentation", region="lumbar", weighting="T2"
)
AXIAL = Wanted(open_model("starter-compression").card, "compression")


@pytest.fixture
def folder(tmp_path):
    """Four corrected patients; p0 is the test."""
    made = kept.volumes(tmp_path / "set", 4, labelled=True)
    with DatasetWriter(made) as writer:
        writer.freeze(patients=["p0"])
    return made


@pytest.fixture
def axial(tmp_path):
    """Two stacks of DICOM without labels."""
    for name, levels in {"P1": [0, 1, 1, 0], "P2": [0, 0, 1, 0]}.items():
        labelled.write_stack(tmp_path / "dicom" / name, labelled.stack_of(levels), patient=name)
    kept.empty(tmp_path / "slices", "compression")
    with DatasetWriter(tmp_path / "slices") as writer:
        for arrival in arrivals(str(tmp_path / "dicom"), AXIAL):
            writer.add(arrival.image, **about(arrival))
    return tmp_path / "slices"


def test_monai_reads_the_datalist_and_the_test_stands_apart(folder, tmp_path):
    dataset = open_dataset(folder)
    out = tmp_path / "out"
    assert write_datalist(dataset, out, chosen_cases(dataset, "all")) == 4
    training = load_decathlon_datalist(out / "dataset.json", True, "training")
    test = load_decathlon_datalist(out / "dataset.json", True, "test")
    assert len(training) == 3
    assert {item["patient"] for item in test} == {"p0"}
    assert not {item["patient"] for item in training} & {"p0"}
    image, labels = (read_volume(training[0][key]) for key in ("image", "label"))
    truth = dataset.case("2").labelled().open()
    assert np.array_equal(image.voxels, truth[0].voxels)
    assert np.array_equal(labels.voxels, truth[1].voxels)
    about = json.loads((out / "dataset.json").read_text())
    assert about["labels"]["201"] == "disc 1"
    assert (about["numTraining"], about["numTest"]) == (3, 1)


def test_a_datalist_comes_back_as_the_same_cases(folder, tmp_path):
    dataset = open_dataset(folder)
    write_datalist(dataset, tmp_path / "out", chosen_cases(dataset, "all"))
    found = list(read_datalist(tmp_path / "out" / "dataset.json", SAID))
    assert [one.part for one in found] == ["training"] * 3 + ["test"]
    kept.empty(tmp_path / "again")
    with DatasetWriter(tmp_path / "again") as writer:
        for one in found:
            writer.add(one.arrival.image, by="monai", **about(one.arrival))
        assert len(writer.dataset.cases) == 4
    before = dataset.case("2").labelled().open()
    again = open_dataset(tmp_path / "again").case("1").labelled().open()
    # Files may lie in another order of voxels than a data set's own; each voxel keeps its place.
    for one, other in zip(map(canonical_volume, before), map(canonical_volume, again), strict=True):
        assert one.same_grid(other, tolerance=0.01)
        assert np.array_equal(one.voxels, other.voxels)


def test_a_patient_in_training_and_test_of_a_datalist_is_refused(tmp_path):
    image, labels = spine(1)
    for name in ("sub-1_T2w.nii.gz", "sub-1_T1w.nii.gz"):
        write_volume(image, tmp_path / name)
    write_volume(labels, tmp_path / "m.nii.gz")
    item = {"image": "sub-1_T2w.nii.gz", "label": "m.nii.gz"}
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"training": [item], "test": ["sub-1_T1w.nii.gz"]}))
    assert is_datalist(path)
    with pytest.raises(BadInput, match="is in training and in test"):
        list(read_datalist(path, SAID))
    path.write_text(json.dumps({"training": [item, {"label": "m.nii.gz"}]}))
    with pytest.raises(BadInput, match="names no single image"):
        list(read_datalist(path, SAID))


def test_a_test_case_is_never_exported_as_training(folder):
    dataset = open_dataset(folder)
    assert "0001" not in [case.id for case in chosen_cases(dataset, "training")]
    with pytest.raises(BadInput, match="frozen test and never trained on"):
        chosen_cases(dataset, "training", ["1"])
    assert [case.id for case in chosen_cases(dataset, "test", ["1"])] == ["0001"]


def test_spiders_layout_is_read_back_and_never_mixes_test_and_training(folder, tmp_path):
    dataset = open_dataset(folder)
    with pytest.raises(BadInput, match="two folders"):
        write_spider(dataset, tmp_path / "out", chosen_cases(dataset, "all"))
    assert not (tmp_path / "out").exists()
    assert write_spider(dataset, tmp_path / "out", chosen_cases(dataset, "training")) == 3
    found = open_volumes(str(tmp_path / "out"))
    assert [one.id for one in found] == ["1_t2", "2_t2", "3_t2"]
    assert {one.columns["subset"] for one in found} == {"training"}
    assert np.array_equal(found[0].open()[1].voxels, dataset.case("2").labelled().open()[1].voxels)
    again = list(arrivals(str(tmp_path / "out"), SAID))
    assert [one.weighting for one in again] == ["T2"] * 3
    assert all(one.labels is not None for one in again)


def test_a_patients_two_series_of_one_weighting_have_no_names_in_spiders_layout(folder, tmp_path):
    image, labels = spine(9)
    with DatasetWriter(folder) as writer:
        writer.add(of_volume(image), patient="p1", weighting="T2", labels=labels, by="anna")
        dataset = writer.dataset
    with pytest.raises(BadInput, match="two T2 series"):
        write_spider(dataset, tmp_path / "out", chosen_cases(dataset, "training"))


def test_a_folder_that_holds_something_is_not_exported_to(folder, tmp_path):
    dataset = open_dataset(folder)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("x")
    with pytest.raises(BadInput, match="not empty"):
        write_datalist(dataset, tmp_path / "out", chosen_cases(dataset, "all"))


def test_slicers_numbering_of_segments_is_not_taken_for_spiders(folder, tmp_path):
    path = tmp_path / "corrected.seg.nrrd"
    write_volume(kept.truth(), path)
    with pytest.raises(BadInput, match="numbers its segments anew"):
        read_correction(open_dataset(folder).case("1"), path)


def test_a_table_of_slices_is_a_correction_of_what_the_reader_said_and_no_more(axial, tmp_path):
    case = open_dataset(axial).case("1")
    path = tmp_path / "said.csv"
    path.write_text("slice,value\n1,0\n3,1\n4,\n")
    labels = read_correction(case, path)
    assert [(label.index, label.value) for label in labels] == [(0, "0"), (2, "1")]
    path.write_text("slice,opinion\n1,0\n")
    with pytest.raises(BadInput, match="no column that says"):
        read_correction(case, path)
    path.write_text("slice,value\none,0\n")
    with pytest.raises(BadInput, match="Line 2"):
        read_correction(case, path)


def test_the_panels_table_of_reviews_finds_its_cases_by_uid(axial, tmp_path):
    dataset = open_dataset(axial)
    lines = ["stack,slice,sop_instance_uid,frame,model_verdict,label,grade,reader"]
    for case, words in zip(dataset.cases.values(), ("compressed", ""), strict=True):
        for k, (_, uid, frame) in enumerate(case.slices):
            label = words if k else "not compressed"
            lines.append(f"4,{k + 1},{uid},{frame},borderline,{label},,anna")
    (tmp_path / "reviews.csv").write_text("\n".join(lines) + "\n")
    found = {case.id: labels for case, labels in read_reviews(dataset, tmp_path / "reviews.csv")}
    assert [one.value for one in found["0001"]] == ["not compressed"] + ["compressed"] * 3
    assert [(one.index, one.value) for one in found["0002"]] == [(0, "not compressed")]
    (tmp_path / "reviews.csv").write_text("sop_instance_uid,label\n1.2.3,1\n")
    with pytest.raises(BadInput, match="None of these slices"):
        read_reviews(dataset, tmp_path / "reviews.csv")


def test_grades_of_one_scheme_are_not_taken_for_anothers(axial, tmp_path):
    case = replace(open_dataset(axial).case("1"), task="grading", question=KANG)
    path = tmp_path / "said.csv"
    path.write_text("slice,grade\n1,2\n")  # Bilsky's
    with pytest.raises(BadInput, match="no column that says"):
        read_correction(case, path)
    path.write_text(f"slice,grade,{KANG.key}\n1,3,2\n")
    assert [one.value for one in read_correction(case, path)] == ["2"]
    bilsky = replace(case, question=BILSKY)
    assert [one.value for one in read_correction(bilsky, path)] == ["3"]


def test_a_correction_by_a_uid_that_two_cases_have_is_refused(tmp_path):
    import pydicom

    for name, levels in {"P1": [0, 1, 1, 0], "P2": [0, 0, 1, 0]}.items():
        labelled.write_stack(tmp_path / "in" / name, labelled.stack_of(levels), patient=name)
        for file in (tmp_path / "in" / name).rglob("*.dcm"):
            dataset = pydicom.dcmread(file)
            dataset.SOPInstanceUID = f"1.2.3.{dataset.InstanceNumber}"
            dataset.save_as(file)
    kept.empty(tmp_path / "slices", "compression")
    with DatasetWriter(tmp_path / "slices") as writer:
        for arrival in arrivals(str(tmp_path / "in"), AXIAL):
            writer.add(arrival.image, **about(arrival))
    dataset = open_dataset(tmp_path / "slices")
    (tmp_path / "said.csv").write_text("sop_instance_uid,label\n1.2.3.2,compressed\n")
    with pytest.raises(BadInput, match="Line 2: 2 slices have one SOP Instance UID"):
        read_reviews(dataset, tmp_path / "said.csv")
    (case, *_) = dataset.cases.values()
    assert len(read_correction(case, tmp_path / "said.csv")) == 1


def test_a_readings_findings_become_answers_of_its_model(axial, tmp_path):
    dataset = open_dataset(axial)
    verdicts = ["compressed", "borderline", "not compressed", None]
    slices = []
    for k, (_, uid, frame) in enumerate(dataset.case("2").slices):
        opinion = Opinion(
            "compression", "starter-compression", verdicts[k] or "", verdicts[k] == "compressed"
        )
        slices.append(SliceFinding(k, uid, frame, [0.0, 0.0, 4.0 * k], opinions=[opinion]))
    stack = StackFindings(
        "4", shape=[4, 24, 24], spacing=[2, 2, 4], ijk_to_ras=np.eye(4).tolist(), slices=slices
    )
    used = ModelUsed(
        "compression", "starter-compression", "Starter", "0.1", "0" * 64, True, "none known", 0.5,
        "compression",
    )  # fmt: skip
    path = tmp_path / "findings.json"
    write_json(Findings(stacks=[stack], models=[used]), path)
    model, found = read_answers(dataset, path)
    ((case, labels),) = found
    assert (model, case.id) == ("starter-compression 0.1", "0002")
    assert [label.value for label in labels] == [
        "compressed",
        "possibly compressed",
        "not compressed",
    ]
    write_json(Findings(stacks=[stack]), path)
    with pytest.raises(BadInput, match="No model answered in this reading: Compression"):
        read_answers(dataset, path)


def test_labels_of_slices_leave_as_the_table_that_training_reads(axial, tmp_path):
    from SpineLib.datasets.open_slices import open_slices

    dataset = open_dataset(axial)
    with DatasetWriter(axial) as writer:
        for case in dataset.cases.values():
            path = tmp_path / "said.csv"
            path.write_text("slice,value\n1,0\n3,1\n")
            writer.add_version(case, read_correction(case, path), kind="corrected", by="anna")
        writer.freeze(patients=[dataset.case("1").patient])
        dataset = writer.dataset
    table = tmp_path / "dicom" / "labels.csv"
    assert write_tidy(dataset, table, chosen_cases(dataset, "training")) == 2
    (stack,) = open_slices(str(table))
    assert [(label.index, label.value) for label in stack.labels] == [
        (0, "not compressed"),
        (2, "compressed"),
    ]
    assert stack.patient == dataset.case("2").patient
    with pytest.raises(BadRequest, match="for volumes"):
        write_spider(dataset, tmp_path / "x", chosen_cases(dataset, "training"))
