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
from SpineLib.loop.writer import DatasetWriter, NotAccepted
from SpineLib.store import journal
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
        assert any(one.serious for one in refused.value.problems)
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
    assert any("not written to its end" in one for one in open_dataset(folder).problems)
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
    assert [one.value for one in labels].count("compressed") == 1
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
    with DatasetWriter(folder) as writer, pytest.raises(BadRequest, match="no answer to compr"):
        writer.add_version("1", kept.truth(), kind="corrected", by="anna")
