"""A model answers the cases of a data set: what is kept, what is skipped, what goes wrong."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from SpineLib.datasets.cases import SliceLabel
from SpineLib.errors import Cancelled
from SpineLib.loop.dataset import create_dataset, open_dataset
from SpineLib.loop.disagreement import disagreement
from SpineLib.loop.images import of_volume
from SpineLib.loop.scores import overlay_file, read_score, score_file
from SpineLib.loop.scoring import STAGE, score
from SpineLib.loop.serving import HANDLERS
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import open_model
from SpineLib.progress import Progress, Step
from SpineLib.protocol import serve
from SpineLib.volume import read_volume, write_volume
from Testing.SpineLib.loop.learning import (
    segmentation_card,
    slice_set,
    tiny_model,
)
from Testing.SpineLib.loop.learning import (
    spine as drawn,
)

MODEL = "0001-starter-tiny"


@pytest.fixture(scope="module")
def volumes_made(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("scoring") / "set"
    create_dataset(
        folder, title="t", task="segmentation", model=tiny_model(folder.parent / "model")
    )
    with DatasetWriter(folder) as writer:
        for n in range(3):
            image, _ = drawn(n)
            writer.add(of_volume(image), patient=f"p{n}", region="lumbar", weighting="T2")
    return folder


@pytest.fixture
def volumes(volumes_made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(volumes_made, tmp_path / "set"))


@pytest.fixture(scope="module")
def answered(volumes_made: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("answered") / "set"
    shutil.copytree(volumes_made, folder)
    score(folder, device="cpu")
    return folder


def test_every_case_gets_an_answer_a_score_and_an_overlay_on_its_own_grid(answered):
    dataset = open_dataset(answered)
    for case in dataset.cases.values():
        assert case.state == "automatic" and case.chosen.model == MODEL
        labels, kept = case.open_answer(), read_score(answered, MODEL, case.id)
        assert labels.same_grid(case.open_image())
        assert kept.version == 1 and kept.image == case.image.sha256
        assert 0 <= kept.uncertainty <= 1 and set(kept.per_structure) == {
            "vertebra",
            "disc",
            "canal",
        }
        overlay = read_volume(overlay_file(answered, MODEL, case.id))
        assert overlay.same_grid(labels) and 0 <= overlay.voxels.min() <= overlay.voxels.max() <= 1


def test_a_second_call_answers_nothing_again(answered):
    before = score_file(answered, MODEL, "0001").stat().st_mtime_ns
    done = score(answered, device="cpu")
    assert done.scored == [] and done.skipped == 3
    assert score_file(answered, MODEL, "0001").stat().st_mtime_ns == before


def test_killed_between_answer_and_score_the_next_call_adds_no_second_answer(answered, tmp_path):
    folder = Path(shutil.copytree(answered, tmp_path / "set"))
    score_file(folder, MODEL, "0002").unlink()
    done = score(folder, device="cpu")
    assert done.scored == ["0002"] and done.skipped == 2
    assert len(open_dataset(folder).case("0002").versions) == 1
    assert read_score(folder, MODEL, "0002").version == 1


def test_an_answer_keeps_the_lowest_level_that_the_picture_showed(volumes, monkeypatch):
    from dataclasses import replace

    from SpineLib.loop import scoring

    plain = scoring.name_instances

    def seen(semantic):
        labels, finding = plain(semantic)
        return labels, replace(finding, lowest="L5")

    monkeypatch.setattr(scoring, "name_instances", seen)
    score(volumes, ["1"], device="cpu")
    assert open_dataset(volumes).case("1").chosen.lowest == "L5"


def test_a_cancel_keeps_what_was_finished_and_the_next_call_goes_on(volumes):
    progress = Progress()

    def listen(step: Step) -> None:
        if step.stage == STAGE and step.part == 1:
            progress.cancel()

    progress._listener = listen
    with pytest.raises(Cancelled):
        score(volumes, device="cpu", progress=progress)
    assert open_dataset(volumes).case("0001").state == "automatic"
    assert open_dataset(volumes).case("0002").state == "new"
    assert read_score(volumes, MODEL, "0001") is not None
    assert score(volumes, device="cpu").scored == ["0002", "0003"]


def test_a_cancel_within_a_case_leaves_nothing_of_it(volumes):
    progress = Progress()
    progress._listener = lambda step: progress.cancel() if step.stage == "Segmenting" else None
    with pytest.raises(Cancelled):
        score(volumes, ["0001"], device="cpu", progress=progress)
    assert open_dataset(volumes).case("0001").state == "new"
    assert read_score(volumes, MODEL, "0001") is None


def test_a_reader_can_save_while_a_model_computes(volumes):
    saved = []

    def listen(step: Step) -> None:
        if step.stage == "Segmenting" and not saved:
            with DatasetWriter(volumes) as writer:
                saved.append(writer.add_version("0001", drawn(0)[1], kind="corrected", by="anna"))

    done = score(volumes, ["0001"], device="cpu", progress=Progress(listen))
    case = open_dataset(volumes).case("0001")
    assert done.scored == ["0001"] and len(case.versions) == 2
    assert case.chosen.kind == "corrected"


def test_an_image_that_changed_is_set_aside_and_the_others_go_on(volumes):
    image, _ = drawn(9)
    write_volume(image, open_dataset(volumes).case("0001").folder / "image.nii.gz")
    done = score(volumes, ["0001", "0002"], device="cpu")
    assert done.scored == ["0002"] and "others than when it was added" in done.failed["0001"]
    assert "others than" in open_dataset(volumes).case("0001").set_aside


def test_a_model_does_not_answer_what_it_was_not_made_for(volumes):
    with DatasetWriter(volumes) as writer:
        image, _ = drawn(20)
        case = writer.add(of_volume(image), patient="p9", region="cervical", weighting="T2")
    done = score(volumes, [case.id], device="cpu")
    assert "this stack is sagittal T2 of the cervical spine" in done.failed[case.id]
    assert open_dataset(volumes).case(case.id).state == "new"


def test_another_model_says_where_it_disagrees_with_the_one_before(answered, tmp_path):
    folder = Path(shutil.copytree(answered, tmp_path / "set"))
    other = tiny_model(tmp_path / "other", segmentation_card(name="tiny-two"), seed=3)
    with DatasetWriter(folder) as writer:
        made = writer.add_model(open_model(str(other.path)), parent=MODEL)
    score(folder, ["0001"], model=made.id, device="cpu")
    kept = read_score(folder, made.id, "0001")
    assert kept.against == MODEL and kept.version == 2
    first, second = (open_dataset(folder).case("0001").open_answer(v) for v in
                     open_dataset(folder).case("0001").versions)  # fmt: skip
    again = disagreement(second, first)
    assert kept.disagreement == pytest.approx(again.score) and kept.dice == again.dice


def test_equal_answers_do_not_disagree_and_another_count_does():
    _, labels = drawn(0)
    assert disagreement(labels, labels).score == 0
    counted = np.where((labels.voxels > 0) & (labels.voxels < 25), labels.voxels + 1, labels.voxels)
    found = disagreement(labels.with_voxels(counted.astype(np.uint8)), labels)
    assert found.dice["1"] == 0 and found.dice["100"] == 1 and found.score > 0.3


def test_slices_disagree_by_the_share_that_is_called_otherwise():
    one = [SliceLabel(k, "compressed") for k in range(4)]
    other = [replace(label, value="not compressed") if label.index == 2 else label for label in one]
    assert disagreement(one, other).score == 0.25
    assert disagreement(one, other[:3]).score == 0.5


@pytest.mark.parametrize("task", ["compression", "grading"])
def test_slices_get_words_and_their_own_uncertainty(tmp_path, task):
    folder = slice_set(tmp_path / "set", task, patients=2, test=1).folder
    result = serve(HANDLERS, "loop-score", {"dataset": str(folder), "device": "cpu"}, Progress())
    assert result == {"scored": 2, "skipped": 0, "failed": {}}
    dataset = open_dataset(folder)
    case = dataset.case("0001")
    assert case.state == "corrected"  # the reader's labels still count
    answer = case.open_answer(case.versions[-1])
    kept = read_score(folder, dataset.current.id, "0001")
    assert len(answer) == sum(value is not None for value in kept.per_slice) > 0
    assert len(kept.per_slice) == 8 and all(v is None or 0 <= v <= 1 for v in kept.per_slice)


def test_the_command_line_answers_orders_and_shows(volumes, spine):
    said = spine("loop", "answer", volumes, "--case", "1", "--case", "2", "--device", "cpu")
    assert said.code == 0 and "2 answered, 0 had an answer already" in said.out
    said = spine("loop", "queue", volumes)
    assert said.code == 0 and "has not answered it yet" in said.out
    said = spine("loop", "show", volumes, "1")
    assert "Uncertainty" in said.out and "0001-uncertainty.nii.gz" in said.out
    said = spine("loop", "queue", volumes, "--json", "--order", "random")
    rows = json.loads(said.out)
    assert {row["id"] for row in rows} == {"0001", "0002", "0003"} and rows[0]["reasons"]
