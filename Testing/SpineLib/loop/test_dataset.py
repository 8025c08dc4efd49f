"""A data set as a folder: made, opened, refused, written by one program at a time."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from SpineLib.errors import BadInput, BadModel, BadRequest
from SpineLib.loop.dataset import create_dataset, open_dataset
from SpineLib.loop.images import of_volume
from SpineLib.loop.refusals import AlreadyThere
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import open_model
from SpineLib.models.folder import ModelFolder
from SpineLib.questions import KANG
from Testing.machine import slowness
from Testing.SpineLib.loop import kept
from Testing.SpineLib.loop.learning import spine

FIRST = "0001-starter-segmentation"


def test_a_data_set_begins_with_a_copy_of_its_model(tmp_path):
    dataset = kept.empty(tmp_path / "set")
    assert (dataset.current.id, dataset.current.state) == (FIRST, "first")
    dataset.current.folder.verify()
    assert dataset.current.path.is_relative_to(tmp_path)
    assert not dataset.cases


def test_a_model_for_another_task_or_scheme_is_refused(tmp_path):
    model = open_model("starter-segmentation")
    with pytest.raises(BadInput, match="is for segmentation"):
        create_dataset(tmp_path / "a", title="", task="grading", model=model)
    with pytest.raises(BadInput, match="answers Bilsky grade, not Kang grade"):
        create_dataset(
            tmp_path / "a", title="", task="grading", scheme=KANG,
            model=open_model("starter-grading"),
        )  # fmt: skip
    with pytest.raises(BadRequest, match="no task canal"):
        create_dataset(tmp_path / "a", title="", task="canal", model=model)
    assert not (tmp_path / "a").exists()


def test_a_model_with_damaged_weights_begins_no_data_set(tmp_path):
    good = open_model("starter-segmentation")
    card = replace(good.card, weights_sha256="0" * 64)
    with pytest.raises(BadModel, match="not the ones"):
        create_dataset(
            tmp_path / "a", title="", task="segmentation", model=ModelFolder(good.path, card)
        )


def test_a_folder_that_holds_something_is_not_written_to(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="not empty"):
        kept.empty(tmp_path)


def test_a_folder_that_is_none_is_said(tmp_path):
    with pytest.raises(BadInput, match=r"there is no dataset\.json"):
        open_dataset(tmp_path)
    with pytest.raises(BadInput, match=r"there is no dataset\.json"):
        DatasetWriter(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 2}, "format 2"),
        ({"format": "x"}, "not readable"),
        ({"task": "walk"}, "does not"),
    ],
)
def test_a_newer_or_damaged_data_set_is_refused_and_stays(tmp_path, change, said):
    kept.empty(tmp_path / "set")
    path = tmp_path / "set" / "dataset.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    before = path.read_bytes()
    with pytest.raises(BadInput, match=said):
        DatasetWriter(tmp_path / "set")
    assert path.read_bytes() == before


def test_a_second_program_that_writes_is_refused_and_told_which_one_does(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    code = f"from SpineLib.loop.writer import DatasetWriter; DatasetWriter({str(folder)!r})"
    with DatasetWriter(folder):
        assert len(open_dataset(folder).cases) == 1
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert other.returncode != 0
    assert f"process {os.getpid()} of this user" in other.stderr
    with DatasetWriter(folder) as writer:
        assert writer.dataset.cases


def test_a_program_that_waits_takes_its_turn(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    first = DatasetWriter(folder)
    with pytest.raises(BadInput, match="Another program"):
        DatasetWriter(folder, wait=0.2)
    first.close()
    with DatasetWriter(folder, wait=0.2) as writer:
        writer.set_aside("1", "blurred", by="anna")


def test_the_same_image_is_one_case_also_under_another_patient_and_number_type(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    image, _ = spine(0)
    wider = image.with_voxels(image.voxels.astype(np.int32))
    with DatasetWriter(folder) as writer:
        with pytest.raises(AlreadyThere, match="case 0001 already under another patient"):
            writer.add(of_volume(wider), patient="p9")
        with pytest.raises(AlreadyThere, match=r"case 0001 already\.?$"):
            writer.add(of_volume(image), patient="p0")
        with pytest.raises(BadRequest, match="needs its patient"):
            writer.add(of_volume(spine(5)[0]), patient="")
        assert len(writer.dataset.cases) == 1


def test_labels_that_do_not_fit_leave_no_case_behind(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    image, labels = spine(5)
    wrong = labels.with_voxels(np.where(labels.voxels == 1, 77, labels.voxels).astype(np.uint8))
    with DatasetWriter(folder) as writer:
        with pytest.raises(BadInput, match="77"):
            writer.add(of_volume(image), patient="p5", labels=wrong, by="anna")
        assert writer.add(of_volume(image), patient="p5", labels=labels, by="anna").id == "0002"
    assert list(open_dataset(folder).cases) == ["0001", "0002"]


def test_labels_join_a_case_of_which_no_reader_has_said_anything(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    image, labels = spine(0)
    with DatasetWriter(folder) as writer:
        with pytest.raises(BadRequest, match="who gave them"):
            writer.add(of_volume(image), patient="p0", labels=labels)
        with pytest.raises(AlreadyThere, match="another patient"):
            writer.add(of_volume(image), patient="p9", labels=labels, by="anna")
        joined = writer.add(of_volume(image), patient="p0", labels=labels, by="anna")
        assert (joined.id, joined.state, len(writer.dataset.cases)) == ("0001", "corrected", 1)
        with pytest.raises(AlreadyThere):
            writer.add(of_volume(image), patient="p0", labels=labels, by="ben")
        assert len(writer.dataset.case("1").versions) == 1


def test_what_a_killed_program_copied_is_said_and_never_mixed_with_the_next_case(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    left = folder / "cases" / "0002"
    left.mkdir()
    (left / "image.json").write_text('{"slices": [["x", "1.2", 1]]}')
    assert any("cases/0002" in problem for problem in open_dataset(folder).problems)
    with DatasetWriter(folder) as writer:
        added = writer.add(of_volume(spine(5)[0]), patient="p5")
    assert added.id == "0003"
    assert added.slices == ()


def test_imported_labels_are_corrections_or_approved(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1, labelled=True)
    image, labels = spine(5)
    with DatasetWriter(folder) as writer:
        writer.add(of_volume(image), patient="p5", labels=labels, kind="approved", by="ben")
    states = {case.state: case.chosen for case in open_dataset(folder).cases.values()}
    assert set(states) == {"corrected", "approved"}
    assert states["approved"].approved_by == "ben"


def test_a_case_that_is_set_aside_neither_trains_nor_is_approved_until_it_is_taken_back(tmp_path):
    folder = kept.volumes(tmp_path / "set", 4, labelled=True)
    with DatasetWriter(folder) as writer:
        writer.freeze(patients=["p0"])
        writer.set_aside("2", "moved in the scanner", by="anna")
        with pytest.raises(BadInput, match="moved in the scanner"):
            writer.approve("2", by="anna")
    dataset = open_dataset(folder)
    assert [case.id for case in dataset.training()] == ["0003", "0004"]
    with pytest.raises(BadInput, match="set aside"):
        dataset.case("2").labelled()
    with DatasetWriter(folder) as writer:
        writer.take_back("2", by="anna")
    assert len(open_dataset(folder).training()) == 3


def test_what_trains_is_the_version_that_counts(tmp_path):
    folder = kept.volumes(tmp_path / "set", 2, labelled=True)
    with DatasetWriter(folder) as writer:
        writer.freeze(patients=["p1"])
        first = writer.dataset.case("1").labelled()
        writer.add_version("1", kept.without(kept.truth(), 202), kind="corrected", by="anna")
        second = writer.dataset.training()[0].labelled()
    image, labels = second.open()
    assert 202 not in labels.voxels
    assert 202 in first.open()[1].voxels
    assert image.same_grid(labels)
    assert first.fingerprint != second.fingerprint
    assert (second.patient, second.columns["region"]) == ("p0", "lumbar")


def test_stacks_train_as_labelled_stacks(tmp_path):
    from SpineLib.datasets.cases import SliceLabel

    folder = kept.stacks(tmp_path / "set", 2)
    with DatasetWriter(folder) as writer:
        for name in ("1", "2"):
            writer.add_version(name, [SliceLabel(3, "compressed")], kind="corrected", by="anna")
        writer.freeze(patients=["p0"])
        stack = writer.dataset.training()[0].labelled()
    assert [(label.index, label.value, label.reader) for label in stack.labels] == [
        (3, "compressed", "anna")
    ]
    assert stack.open().shape == (8, 80, 80)
    assert (stack.region, stack.weighting) == ("thoracic", "T2")


def test_the_model_in_force_is_promoted_refused_and_taken_back(tmp_path):
    folder = kept.empty(tmp_path / "set").folder
    with DatasetWriter(folder) as writer:
        model = open_model("starter-segmentation")
        second = writer.add_model(model, parent=FIRST)
        assert (second.id, second.parent, second.state) == (
            "0002-starter-segmentation",
            FIRST,
            "candidate",
        )
        assert writer.dataset.current.id == FIRST
        writer.promote(second.id, by="anna", reason="better discs", figures={"Dice": 0.9})
        third = writer.add_model(model, parent=second.id)
        writer.refuse(third.id, reason="canal worse by 0.05")
        assert open_dataset(folder).current.id == second.id
        writer.back(FIRST, by="ben", reason="as before")
        with pytest.raises(BadInput, match="no model 0009"):
            writer.promote("0009", by="anna")
    dataset = open_dataset(folder)
    assert dataset.current.id == FIRST
    assert [one.state for one in dataset.models] == ["first", "promoted", "refused"]
    assert dataset.models[1].figures == {"Dice": 0.9}


def test_a_line_that_was_edited_wrongly_is_left_out_and_said(tmp_path):
    folder = kept.volumes(tmp_path / "set", 2)
    path = folder / "cases.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], '{"kind":"case","id":"../etc"}', lines[1]]) + "\n")
    dataset = open_dataset(folder)
    assert list(dataset.cases) == ["0001", "0002"]
    assert any("Line 2" in problem for problem in dataset.problems)


@pytest.mark.timing
def test_five_hundred_cases_open_quickly(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1, labelled=True)
    record = json.loads((folder / "cases.jsonl").read_text())
    history = (folder / "cases" / "0001" / "versions.jsonl").read_text()
    with (folder / "cases.jsonl").open("a") as stream:
        for n in range(2, 501):
            place = folder / "cases" / f"{n:04d}"
            place.mkdir()
            (place / "versions.jsonl").write_text(history)
            stream.write(json.dumps({**record, "id": f"{n:04d}", "patient": f"p{n}"}) + "\n")
    spent = time.process_time()
    dataset = open_dataset(folder)
    assert len(dataset.cases) == 500
    assert time.process_time() - spent < 0.2 * slowness()


def test_opening_a_data_set_imports_neither_torch_nor_pandas_nor_scipy(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1)
    code = (
        "import sys; from SpineLib.loop.writer import DatasetWriter; "
        f"DatasetWriter({str(folder)!r}).close(); "
        "print([n for n in ('torch', 'pandas', 'scipy', 'SimpleITK', 'sklearn') if n in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr
