"""The story of a reading project by commands, from eight studies to a training set."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from SpineLib.datasets.open_slices import open_slices
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects.project import open_project
from Testing.SpineLib.projects.test_blinding import answers_of

WORDS = (NOT_COMPRESSED, COMPRESSED)


def test_from_eight_studies_to_agreement_consensus_and_a_training_set(
    spine, dicom, truth, reading, tmp_path
):
    project, out = tmp_path / "project", tmp_path / "out"
    made = spine("project", "create", project, "--title", "Two readers", "--repeat", "0.25",
                 "--rules", "Look at the slices above and below too.")  # fmt: skip
    assert made.code == 0
    added = spine("project", "add", project, dicom)
    assert "8 studies added; the project has 32 slices" in added.out
    shown = json.loads(spine("project", "next", project, "anna", "--json").out)
    assert (
        shown["left"] == 40
        and shown["rules"].startswith("Look")
        and shown["model"] == ""
        and not shown["model_says"]
    )
    assert COMPRESSED in shown["labels"] and shown["file"].endswith(".dcm")
    value = WORDS[truth[shown["sop_instance_uid"]]]
    told = spine("project", "label", project, "anna", value, "--confidence", "0.8")
    assert f"{value}; 39 left" in told.out
    assert "has no label now" in spine("project", "undo", project, "anna").out
    for command in (["project", "consensus", project], ["evaluate", "readers", project, "-o", out],
                    ["project", "export", project, "training", out]):  # fmt: skip
        early = spine(*command)
        assert early.code == 3 and "not locked" in early.errors[-1] and not out.exists()
    reading(open_project(project), "anna", wrong={1, 9}, lock=False)
    status = json.loads(spine("project", "status", project, "--json").out)
    assert status["readers"][0] | {"seconds": 0, "seconds_left": 0} == {
        "reader": "anna", "arm": "unassisted", "done": 40, "left": 0, "seconds": 0,
        "seconds_left": 0, "locked": "",
    }  # fmt: skip
    assert COMPRESSED not in json.dumps(status)
    assert spine("project", "lock", project, "anna").code == 0
    reading(open_project(project), "ben", wrong={5, 9, 20})
    answers_of(open_project(project), truth, tmp_path, wrong={2})
    kept = spine("project", "model", project, tmp_path / "predictions.csv")
    assert "32 answers" in kept.out
    helped = json.loads(spine("project", "next", project, "ben", "--assisted", "--json").out)
    assert helped["model"] == "tiny 1 (starter)" and helped["model_says"] in (
        COMPRESSED,
        "borderline",
    )
    listed = json.loads(spine("project", "consensus", project, "--json").out)
    assert len(listed) == 3 and all(set(one["labels"]) == {"anna", "ben"} for one in listed)
    for one in listed:
        final = WORDS[truth[one["sop_instance_uid"]]]
        done = spine("project", "consensus", project, "--slice", one["sop_instance_uid"],
                     "--label", final, "--present", "anna", "--present", "ben", "--note", "seen")  # fmt: skip
        assert done.code == 0
    measured = spine("evaluate", "readers", project, "--out", out)
    assert measured.code == 0 and "anna and ben" in measured.out
    assert (out / "readers.html").is_file()
    figures = pd.read_csv(out / "figures.csv").set_index(["of", "figure"])
    assert figures.loc[("anna and ben", "agreement"), "counted"] == "29 of 32 slices"
    assert figures.loc[("model against the consensus", "accuracy"), "counted"] == "30 of 32 slices"
    exported = spine("project", "export", project, "training", tmp_path / "train")
    assert f"--data {tmp_path / 'train' / 'labels.csv'}" in exported.out
    from SpineLib.dicom.confidentiality import open_key

    old = {new: uid for uid, new in open_key(tmp_path / "train.key.json").uids.items()}
    stacks = open_slices(str(tmp_path / "train" / "labels.csv"))
    wrong = 0
    for stack in stacks:
        frames = stack.open().frames
        for label in stack.labels:
            wrong += label.value != WORDS[truth[old[frames[label.index].sop_instance_uid]]]
    assert (len(stacks), wrong) == (8, 1)  # both readers were wrong about one slice


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["status"], "not a reading project"),
        (["label", "anna", "maybe"], "is not an answer to Compression"),
        (["lock", "anna"], "have no label yet"),
        (["next", "anna", "--assisted"], "has not locked"),
        (["consensus", "--label", "compressed"], "--slice and --label"),
        (["unblind", "--who", " ", "--why", "x"], "who did it and why"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(make_project, spine, arguments, told):
    folder = make_project().folder
    place = folder.parent if arguments == ["status"] else folder
    answer = spine("project", arguments[0], place, *arguments[1:])
    assert answer.code in (2, 3) and told in answer.errors[-1] and len(answer.errors) == 1


def test_unblinding_stands_in_the_status(make_project, spine):
    folder = make_project().folder
    assert spine("project", "label", folder, "anna", "compressed").code == 0
    opened = spine("project", "unblind", folder, "--who", "Eva", "--why", "the study is over")
    assert "anna" in opened.out
    status = spine("project", "status", folder).out
    assert "unblinded by Eva" in status and "the study is over" in status
    assert spine("project", "label", folder, "anna", "compressed").code == 3


def test_a_scheme_of_ones_own_comes_from_a_file(tmp_path, spine):
    (tmp_path / "own.json").write_text('{"name": "x", "values": ["a", "b"], "first_high": 1}')
    made = spine("project", "create", tmp_path / "p", "--title", "t", "--scheme",
                 tmp_path / "own.json")  # fmt: skip
    assert made.code == 0 and open_project(tmp_path / "p").scheme.values == ("a", "b")
    (tmp_path / "own.json").write_text("{")
    assert spine("project", "create", tmp_path / "q", "--title", "t", "--scheme",
                 tmp_path / "own.json").code == 3  # fmt: skip
