"""``spine loop``: a data set from the command line, with the errors that a person meets."""

import json

import numpy as np
import pytest

from SpineLib.volume import write_volume
from Testing.SpineLib.loop import kept
from Testing.SpineLib.loop.learning import spine as volumes


@pytest.fixture
def files(tmp_path):
    """Four volumes of four patients in a folder."""
    for n in range(4):
        write_volume(volumes(n)[0], tmp_path / "images" / f"sub-{n}_T2w.nii.gz")
    return tmp_path / "images"


@pytest.fixture
def folder(tmp_path, spine_loop, files):
    """The four volumes as cases, two patients frozen as the test."""
    spine_loop("create", tmp_path / "set", "--title", "Lumbar")
    spine_loop("add", tmp_path / "set", files, "--region", "lumbar")
    spine_loop("freeze", tmp_path / "set", "--share", "0.5")
    return tmp_path / "set"


@pytest.fixture
def spine_loop(spine):
    """Runs ``spine loop …``, which must succeed; gives what it printed."""

    def run(*arguments):
        answer = spine("loop", *arguments)
        assert answer.code == 0, answer.errors
        return answer.out

    return run


def rows(spine_loop, folder):
    shown = json.loads(spine_loop("status", folder, "--json"))
    return {row["id"]: row for row in shown["cases"]}


def mask(tmp_path, labels, name="mask.nii.gz"):
    write_volume(labels, tmp_path / name)
    return tmp_path / name


def test_the_whole_way_of_a_case(tmp_path, folder, spine_loop):
    training = next(id for id, row in rows(spine_loop, folder).items() if not row["test"])
    truth = kept.truth()
    half = mask(tmp_path, kept.without(truth, 202), "half.nii.gz")
    said = spine_loop("correct", folder, training, half, "--reader", "anna", "--minutes", "3")
    assert "version 1" in said
    whole = mask(tmp_path, truth)
    said = spine_loop("correct", folder, training, whole, "--reader", "anna", "--minutes", "2")
    assert f"{np.count_nonzero(truth.voxels == 202)} voxels changed" in said
    assert "version 1 of 2 is the current one" in spine_loop("undo", folder, training)
    assert "version 2 of 2 is the current one" in spine_loop("choose", folder, training, "2")
    assert "approved" in spine_loop("accept", folder, training, "--reader", "ben")
    row = rows(spine_loop, folder)[training]
    assert (row["state"], row["by"], row["minutes"], row["versions"]) == ("approved", "ben", 5, 2)
    shown = spine_loop("status", folder)
    assert "1 approved, 3 new; 5 minutes of readers" in shown
    assert "0001-starter-segmentation" in shown


def test_freezing_shows_each_region_and_scanner(folder, spine_loop, spine):
    shown = json.loads(spine_loop("status", folder, "--json"))
    assert shown["frozen"]["strata"] == {"lumbar, scanner not known": [2, 4]}
    assert sum(row["test"] for row in shown["cases"]) == 2
    again = spine("loop", "freeze", folder)
    assert again.code == 3
    assert "frozen already" in again.errors[0]


def test_adding_the_same_folder_again_adds_nothing_and_says_why(folder, files, spine_loop):
    said = spine_loop("add", folder, files, "--region", "lumbar")
    assert "0 cases added" in said
    assert "Left out: 4 × it is a case already" in said


def test_labels_that_come_later_join_their_cases_and_that_is_said(tmp_path, files, spine_loop):
    truth = mask(tmp_path, kept.truth())
    lines = [f"{path.name[:5]},images/{path.name},{truth.name}" for path in sorted(files.iterdir())]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["patient,image,mask", *lines]) + "\n")
    folder, more = tmp_path / "set", ("--region", "lumbar", "--reader", "anna")
    spine_loop("create", folder)
    spine_loop("add", folder, table, "--images-only", *more)
    said = spine_loop("add", folder, table, *more)
    assert "0 cases added, 0 with labels; 4 earlier cases got labels" in said


def test_files_whose_region_nobody_said_are_left_out_with_the_option(tmp_path, files, spine_loop):
    spine_loop("create", tmp_path / "set")
    said = spine_loop("add", tmp_path / "set", files)
    assert "0 cases added" in said
    assert "set it with --region" in said


def test_a_correction_on_another_grid_or_with_unknown_labels_is_refused(tmp_path, folder, spine):
    from SpineLib.volume import Volume

    truth = kept.truth()
    coarse = Volume(truth.voxels[:, ::2, ::2], truth.ijk_to_ras @ np.diag([2, 2, 1, 1.0]))
    refused = spine("loop", "correct", folder, "1", mask(tmp_path, coarse))
    assert refused.code == 3
    assert "--resample" in refused.errors[0]
    taken = spine("loop", "correct", folder, "1", mask(tmp_path, coarse), "--resample")
    assert taken.code == 0
    voxels = np.where(truth.voxels == 1, 77, truth.voxels).astype(np.uint8)
    unknown = spine("loop", "correct", folder, "1", mask(tmp_path, truth.with_voxels(voxels)))
    assert unknown.code == 3
    assert "77" in unknown.errors[0]


def test_a_file_of_labels_that_is_not_there_is_said_so(tmp_path, spine):
    folder = kept.stacks(tmp_path / "set")
    refused = spine("loop", "correct", folder, "1", tmp_path / "labels.csv")
    assert refused.code == 3 and "There is no such file" in refused.errors[0]


def test_what_cannot_be_is_accepted_only_with_a_word(tmp_path, folder, spine):
    spine("loop", "correct", folder, "1", mask(tmp_path, kept.without(kept.truth(), 100)))
    refused = spine("loop", "accept", folder, "1")
    assert refused.code == 3
    assert "no canal" in refused.errors[0]
    assert "--anyway" in refused.errors[0]
    assert spine("loop", "accept", folder, "1", "--anyway").code == 0


def test_a_case_is_set_aside_and_used_again(folder, spine_loop):
    spine_loop("set-aside", folder, "1", "--reason", "moved")
    assert rows(spine_loop, folder)["0001"]["set_aside"] == "moved"
    spine_loop("set-aside", folder, "1", "--back")
    assert rows(spine_loop, folder)["0001"]["set_aside"] == ""


def test_check_finds_a_file_that_was_exchanged(folder, files, spine_loop):
    first = min(files.iterdir())
    write_volume(volumes(99)[0], first)
    said = spine_loop("check", folder)
    assert "0001 is set aside" in said and "4 cases read; 1 changed" in said
    said = spine_loop("check", folder)
    assert "3 cases read; all are as they were. 1 set aside before" in said


def test_an_imported_test_is_the_frozen_one(tmp_path, spine_loop, files):
    truth = mask(tmp_path, kept.truth())
    names = sorted(path.name for path in files.iterdir())
    items = [{"image": f"images/{name}", "label": truth.name} for name in names]
    (tmp_path / "list.json").write_text(json.dumps({"training": items[:3], "test": items[3:]}))
    spine_loop("create", tmp_path / "set")
    said = spine_loop("import", tmp_path / "set", tmp_path / "list.json", "--region", "lumbar",
                      "--reader", "monai")  # fmt: skip
    assert "4 cases added" in said
    found = rows(spine_loop, tmp_path / "set")
    assert [row["test"] for row in found.values()] == [False, False, False, True]
    assert {row["state"] for row in found.values()} == {"corrected"}
    said = spine_loop("export", tmp_path / "set", "monai", tmp_path / "out", "--part", "all")
    assert "4 cases" in said
    assert len(list((tmp_path / "out" / "imagesTr").iterdir())) == 3
    said = spine_loop("import", tmp_path / "set", tmp_path / "out" / "dataset.json",
                      "--region", "lumbar", "--weighting", "T2")  # fmt: skip
    assert "0 cases added" in said
    assert "Left out: 4 × it is a case already" in said


def test_the_same_loop_serves_compression(tmp_path, spine_loop):
    folder = kept.stacks(tmp_path / "set")
    (tmp_path / "said.csv").write_text("slice,value\n" + "".join(f"{k},0\n" for k in range(1, 9)))
    said = spine_loop("correct", folder, "2", tmp_path / "said.csv", "--minutes", "1")
    assert "8 slices changed" in said
    assert "approved" in spine_loop("accept", folder, "2")
    assert rows(spine_loop, folder)["0002"]["state"] == "approved"


def test_a_case_that_is_not_there_is_said(folder, spine):
    answer = spine("loop", "undo", folder, "12")
    assert answer.code == 3
    assert "no case 12" in answer.errors[0]
