"""Versions: nothing is overwritten, what counts is a choice, effort is recorded."""

import json
import os
import time

import numpy as np
import pytest

from SpineLib.datasets.cases import SliceLabel
from SpineLib.errors import BadInput, BadRequest, OutputError
from SpineLib.loop import writer as writing
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.refusals import NotAccepted, Overtaken
from SpineLib.loop.writer import DatasetWriter
from SpineLib.store import journal
from SpineLib.volume import write_volume
from Testing.SpineLib.loop import kept


@pytest.fixture
def folder(tmp_path):
    return kept.volumes(tmp_path / "set")


def corrected(folder, labels, **how):
    with DatasetWriter(folder) as writer:
        return writer.add_version("1", labels, kind="corrected", **{"by": "anna", **how})


def automatic(folder, labels, model="0001-starter-segmentation"):
    with DatasetWriter(folder) as writer:
        return writer.add_version("1", labels, kind="automatic", model=model)


def test_a_case_goes_from_new_over_automatic_and_corrected_to_approved(folder):
    states = [open_dataset(folder).case("1").state]
    automatic(folder, kept.without(kept.truth(), 201))
    states.append(open_dataset(folder).case("1").state)
    corrected(folder, kept.truth(), minutes=4)
    states.append(open_dataset(folder).case("1").state)
    with DatasetWriter(folder) as writer:
        writer.approve("1", by="ben", minutes=1.5)
    case = open_dataset(folder).case("1")
    assert [*states, case.state] == ["new", "automatic", "corrected", "approved"]
    assert (case.chosen.by, case.chosen.approved_by, case.minutes) == ("anna", "ben", 5.5)


def test_a_correction_is_a_new_file_and_the_automatic_one_stays_as_it_was(folder):
    first = automatic(folder, kept.without(kept.truth(), 201))
    case = open_dataset(folder).case("1")
    before = (case.folder / first.file).read_bytes()
    corrected(folder, kept.truth())
    names = sorted(path.name for path in case.folder.glob("000*"))
    assert names == ["0001-automatic.nii.gz", "0002-corrected.nii.gz"]
    assert (case.folder / first.file).read_bytes() == before


def test_effort_says_voxels_changed_and_dice_of_each_structure_against_the_automatic_one(folder):
    truth = kept.truth()
    missing = kept.without(truth, 201)
    half = missing.voxels.copy()
    half[:2][half[:2] == 1] = 0
    automatic(folder, truth.with_voxels(half))
    version = corrected(folder, truth)
    one = truth.voxels == 1
    share = 2 * (half == 1).sum() / ((half == 1).sum() + one.sum())
    assert version.changed == np.count_nonzero(half != truth.voxels)
    assert version.dice["1"] == pytest.approx(share, abs=1e-4)
    assert version.dice["201"] == 0
    assert version.dice["100"] == 1


def test_dice_is_against_the_automatic_one_although_the_correction_began_with_another(folder):
    automatic(folder, kept.without(kept.truth(), 201))
    corrected(folder, kept.without(kept.truth(), 100))
    second = corrected(folder, kept.truth())
    assert second.base == 2
    assert second.dice["201"] == 0
    assert second.changed == np.count_nonzero(kept.truth().voxels == 100)


def test_an_undo_is_choosing_the_older_version_and_a_redo_the_newer(folder):
    automatic(folder, kept.without(kept.truth(), 201))
    corrected(folder, kept.truth())
    with DatasetWriter(folder) as writer:
        writer.choose("1", 1, by="anna")
    case = open_dataset(folder).case("1")
    assert case.state == "automatic"
    assert 201 not in case.open_answer().voxels
    with DatasetWriter(folder) as writer:
        writer.choose("1", 2, by="anna")
    assert 201 in open_dataset(folder).case("1").open_answer().voxels
    with DatasetWriter(folder) as writer, pytest.raises(BadInput, match="no version 3"):
        writer.choose("1", 3, by="anna")


def test_a_new_models_answer_never_takes_the_place_of_a_readers(folder):
    automatic(folder, kept.without(kept.truth(), 201))
    automatic(folder, kept.without(kept.truth(), 202), model="0002-better")
    assert open_dataset(folder).case("1").chosen.model == "0002-better"
    corrected(folder, kept.truth())
    automatic(folder, kept.without(kept.truth(), 100), model="0003-later")
    case = open_dataset(folder).case("1")
    assert (case.chosen.number, len(case.versions)) == (3, 4)


def test_a_model_never_takes_the_place_of_its_own_answer_that_a_reader_approved(folder):
    automatic(folder, kept.truth())
    with DatasetWriter(folder) as writer:
        writer.approve("1", by="anna")
    automatic(folder, kept.without(kept.truth(), 100), model="0002-worse")
    case = open_dataset(folder).case("1")
    assert (case.state, case.chosen.number) == ("approved", 1)
    assert case.usable


def test_correcting_an_approved_case_takes_it_back_to_corrected(folder):
    corrected(folder, kept.truth())
    with DatasetWriter(folder) as writer:
        writer.approve("1", by="ben")
    corrected(folder, kept.without(kept.truth(), 203))
    assert open_dataset(folder).case("1").state == "corrected"


def test_a_segmentation_that_cannot_be_is_not_approved_but_with_a_word(folder):
    corrected(folder, kept.without(kept.truth(), 100))
    with DatasetWriter(folder) as writer:
        with pytest.raises(NotAccepted, match="no canal") as refused:
            writer.approve("1", by="ben")
        assert any(problem.serious for problem in refused.value.problems)
        assert writer.dataset.case("1").state == "corrected"
        writer.approve("1", by="ben", anyway=True)
    case = open_dataset(folder).case("1")
    assert case.state == "approved"
    last = json.loads((case.folder / "versions.jsonl").read_text().splitlines()[-1])
    assert any("canal" in one["what"] for one in last["problems"])


def test_a_correction_needs_a_name_and_no_negative_time(folder):
    with DatasetWriter(folder) as writer:
        with pytest.raises(BadRequest, match="reader's name"):
            writer.add_version("1", kept.truth(), kind="corrected", by=" ")
        with pytest.raises(BadRequest, match="negative"):
            writer.add_version("1", kept.truth(), kind="corrected", by="anna", minutes=-1)
        with pytest.raises(BadRequest, match="kind of version"):
            writer.add_version("1", kept.truth(), kind="approved", by="anna")


def test_a_version_that_was_changed_on_the_disk_is_not_read(folder):
    version = corrected(folder, kept.truth())
    case = open_dataset(folder).case("1")
    path = case.folder / version.file
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(BadInput, match="changed or removed"):
        case.open_answer()
    path.unlink()
    with pytest.raises(BadInput, match="changed or removed"):
        case.open_answer()


def test_a_version_whose_line_was_not_written_does_not_count_and_is_kept_aside(folder, monkeypatch):
    """Killed after the file and before the line."""
    corrected(folder, kept.truth())

    def killed(*_):
        raise SystemExit

    monkeypatch.setattr(writing, "append", killed)
    monkeypatch.setattr(writing.Path, "unlink", lambda *_, **__: None)
    with pytest.raises(SystemExit):
        corrected(folder, kept.without(kept.truth(), 100))
    monkeypatch.undo()
    case = open_dataset(folder).case("1")
    assert len(case.versions) == 1
    with DatasetWriter(folder) as writer:
        assert any("left/01-0002-corrected.nii.gz" in note for note in writer.notes)
    assert (case.folder / "left" / "01-0002-corrected.nii.gz").is_file()
    assert corrected(folder, kept.without(kept.truth(), 202)).number == 2
    with DatasetWriter(folder) as writer:
        assert writer.notes == ()


def test_half_written_files_of_programs_that_ended_long_ago_are_removed(folder):
    place = open_dataset(folder).case("1").folder
    for name, age in ((".writing-1-aa.nii.gz", 2 * 86400), (".writing-1-bb.nii.gz", 60)):
        (place / name).write_bytes(b"x")
        os.utime(place / name, (time.time() - age,) * 2)
    DatasetWriter(folder).close()
    assert [path.name for path in place.glob(".writing*")] == [".writing-1-bb.nii.gz"]


def test_a_last_line_that_was_not_written_to_its_end_is_put_aside_and_said(folder):
    corrected(folder, kept.truth())
    case = open_dataset(folder).case("1")
    with (case.folder / "versions.jsonl").open("ab") as stream:
        stream.write(b'{"kind":"approval","num')
    assert any("not written to its end" in problem for problem in open_dataset(folder).problems)
    with DatasetWriter(folder) as writer:
        assert any("not written to its end" in note for note in writer.notes)
        writer.approve("1", by="ben")
    assert open_dataset(folder).case("1").state == "approved"
    assert open_dataset(folder).problems == ()


def test_on_a_full_disk_the_case_is_as_it_was_and_says_so(folder, monkeypatch):
    corrected(folder, kept.truth())
    before = sorted(path.name for path in open_dataset(folder).case("1").folder.iterdir())

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.os, "write", full)
    with pytest.raises(OutputError, match="disk is full"):
        corrected(folder, kept.without(kept.truth(), 100))
    monkeypatch.undo()
    case = open_dataset(folder).case("1")
    assert sorted(path.name for path in case.folder.iterdir()) == before
    assert len(case.versions) == 1
    assert corrected(folder, kept.without(kept.truth(), 100)).number == 2


def test_labels_of_slices_have_versions_like_voxels(tmp_path):
    folder = kept.stacks(tmp_path / "slices")
    with DatasetWriter(folder) as writer:
        said = [SliceLabel(k, "not compressed") for k in range(8)]
        writer.add_version("1", said, kind="automatic", model="m 1")
        said[2] = SliceLabel(2, "1", box_ras=((0, 0, 8), (5, 5, 8)))
        version = writer.add_version("1", said, kind="corrected", by="anna", minutes=0.5)
        assert (version.changed, version.dice) == (1, {})
        writer.approve("1", by="anna")
    case = open_dataset(folder).case("1")
    labels = case.open_answer()
    assert [label.value for label in labels].count("compressed") == 1
    assert labels[2].box_ras == ((0, 0, 8), (5, 5, 8))
    assert labels[2].reader == "anna"


def test_slices_that_are_not_there_and_words_that_mean_nothing_are_refused(tmp_path):
    folder = kept.stacks(tmp_path / "slices", 1)
    for labels, said in (
        ([SliceLabel(8, "compressed")], "no slice 9"),
        ([SliceLabel(1, "perhaps")], "Slice 2: 'perhaps'"),
        ([SliceLabel(1, "0"), SliceLabel(1, "1")], "two labels"),
        ([], "no label"),
    ):
        with DatasetWriter(folder) as writer, pytest.raises(BadInput, match=said):
            writer.add_version("1", labels, kind="corrected", by="anna")
    with DatasetWriter(folder) as writer, pytest.raises(BadRequest, match="not an answer to compr"):
        writer.add_version("1", kept.truth(), kind="corrected", by="anna")


def test_a_correction_of_a_version_that_a_reader_has_overtaken_is_refused_and_says_whose_counts(
    folder, spine, tmp_path
):
    automatic(folder, kept.without(kept.truth(), 201))
    began = open_dataset(folder).case("1").chosen.number
    corrected(folder, kept.truth(), by="bea")
    stale = kept.without(kept.truth(), 202)
    for seen in (0, began):
        with pytest.raises(
            Overtaken, match=r"reader \(bea\) saved version 2 .* current version now"
        ) as why:
            corrected(folder, stale, base=seen, seen=seen)
        assert (why.value.number, why.value.by) == (2, "bea")
    write_volume(stale, tmp_path / "mine.nii.gz")
    answer = spine("loop", "correct", folder, 1, tmp_path / "mine.nii.gz", "--base", 1)
    assert answer.code == 3 and "saved version 2" in answer.errors[-1]
    assert answer.errors[-1].endswith("only if you say so: --anyway")
    with DatasetWriter(folder) as writer:
        for act in (writer.choose, writer.approve):
            with pytest.raises(Overtaken):
                act("1", **({"number": 1} if act == writer.choose else {}), by="anna", seen=1)
    assert len(open_dataset(folder).case("1").versions) == 2
    assert not spine(
        "loop", "correct", folder, 1, tmp_path / "mine.nii.gz", "--base", 1, "--anyway"
    ).code
    last = open_dataset(folder).case("1").chosen
    assert (last.number, last.base) == (3, 1)
    for command in (("accept", folder, 1), ("choose", folder, 1, 2), ("undo", folder, 1)):
        refused = spine("loop", *command, "--base", 1)
        assert refused.code == 3 and "saved version 3" in refused.errors[-1], command
    assert open_dataset(folder).case("1").chosen.number == 3
    assert not spine("loop", "undo", folder, 1, "--base", 1, "--anyway").code
    assert open_dataset(folder).case("1").chosen.number == 1


def test_who_chose_or_approved_another_version_is_said_too(folder):
    automatic(folder, kept.without(kept.truth(), 201))
    corrected(folder, kept.truth(), by="anna")
    with DatasetWriter(folder) as writer:
        writer.choose("1", 1, by="bea")
    with pytest.raises(Overtaken, match=r"\(bea\) chose version 1"):
        corrected(folder, kept.without(kept.truth(), 203), seen=2)
    with DatasetWriter(folder) as writer:
        writer.approve("1", by="eva", anyway=True)
    with pytest.raises(Overtaken, match=r"\(eva\) approved version 1"):
        corrected(folder, kept.without(kept.truth(), 203), seen=2)


def test_a_models_answer_that_came_meanwhile_overtakes_nobody(folder):
    automatic(folder, kept.without(kept.truth(), 201))
    automatic(folder, kept.without(kept.truth(), 202), model="0002-tiny")
    version = corrected(folder, kept.truth(), base=1, seen=1)
    assert (version.number, version.base) == (3, 1)


def test_a_correction_that_began_with_nothing_says_so_although_a_model_answered_meanwhile(folder):
    automatic(folder, kept.without(kept.truth(), 201))
    version = corrected(folder, kept.truth(), base=0, seen=0)
    assert version.base is None


def test_a_case_that_is_set_aside_takes_no_correction_until_it_is_taken_back(folder):
    with DatasetWriter(folder) as writer:
        writer.set_aside("1", "metal", by="bea")
    with pytest.raises(BadInput, match="set aside: metal"):
        corrected(folder, kept.truth())
    automatic(folder, kept.truth())  # a model may have begun before
    with DatasetWriter(folder) as writer:
        writer.take_back("1", by="bea")
    assert corrected(folder, kept.truth()).number == 2


def test_a_version_knows_its_lowest_level_as_long_as_vertebra_1_is_the_same_body(folder):
    with DatasetWriter(folder) as writer:
        writer.add_version("1", kept.truth(), kind="automatic", model="m", lowest="L5")
    assert corrected(folder, kept.without(kept.truth(), 203)).lowest == "L5"
    assert open_dataset(folder).case("1").chosen.lowest == "L5"
    truth = kept.truth()
    one_up = truth.voxels.copy()
    bones = (one_up > 0) & (one_up < 25)
    one_up[bones] += 1  # a vertebra lies below the one that the model took for the lowest
    assert corrected(folder, truth.with_voxels(one_up)).lowest == ""
    assert corrected(folder, kept.truth()).lowest == "", "what was lost is not guessed again"


def test_a_journal_of_before_levels_were_kept_still_opens_and_says_none(folder):
    automatic(folder, kept.truth())
    journal = open_dataset(folder).case("1").folder / "versions.jsonl"
    assert "lowest" not in journal.read_text(), "nor does a program of before stumble over it"
    assert open_dataset(folder).case("1").chosen.lowest == ""
