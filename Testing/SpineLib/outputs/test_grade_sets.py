"""The possible answers of a slice, in every face that needs no scene."""

import csv
from dataclasses import replace

import pytest

from SpineLib.findings import Findings
from SpineLib.findings_file import read_json, validate, write_json
from SpineLib.outputs.findings_csv import write_csv
from SpineLib.outputs.grade_set_words import beside, promise_lines, set_lines, set_words
from SpineLib.outputs.report import render
from SpineLib.outputs.summary import words
from SpineLib.questions import BILSKY, COMPRESSION, Opinion
from SpineLib.translation import speak
from SpineSlicer.headless.tables import sentences, slice_rows


def test_neighbours_are_named_by_their_ends():
    assert set_words(["1b", "1c"]) == "1b or 1c"
    assert set_words(["1a", "1b", "1c", "2"]) == "1a to 2"
    assert set_words(["2"]) == set_words([]) == ""


def test_an_answer_is_followed_by_what_else_is_possible():
    graded = Opinion("Bilsky", "m", "1c", True, 0.6, {"1b": 0.4, "1c": 0.6}, ["1b", "1c"],
                     grade_set=["1b", "1c"])  # fmt: skip
    assert words(BILSKY, graded) == "high, Bilsky 1c (1b or 1c)"
    both = Opinion("compression", "m", "compressed", True, 0.6, grade_set=[*COMPRESSION.values])
    assert words(COMPRESSION, both) == "compressed (uncertain)"
    assert beside(replace(graded, grade_set=["1c"])) == ""
    assert beside(replace(graded, grade_set=[])) == "1b–1c"


def test_json_keeps_them_and_refuses_values_that_the_question_lacks(unsure, tmp_path):
    write_json(unsure.findings, tmp_path / "findings.json")
    assert read_json(tmp_path / "findings.json") == unsure.findings
    wrong = Findings.from_dict(unsure.findings.to_dict())
    wrong.stacks[0].slices[0].opinions[1].grade_set = ["9"]
    write_json(wrong, tmp_path / "wrong.json")
    with pytest.raises(Exception, match="does not have"):
        read_json(tmp_path / "wrong.json")


def test_findings_of_before_there_were_sets_are_read(unsure):
    old = unsure.findings.to_dict()
    for model in old["models"]:
        del model["grade_sets"]
    for one in old["stacks"][0]["slices"]:
        for opinion in one["opinions"]:
            del opinion["grade_set"]
    validate(old)
    assert set_lines(Findings.from_dict(old)) == promise_lines(Findings.from_dict(old)) == []


def test_the_table_has_a_column_of_them(unsure, tmp_path):
    write_csv(unsure.findings, tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["Bilsky_set"] for row in rows] == ["1c|2", "2", "0|1a|1b|1c|2"]
    assert rows[1]["compression_set"] == "not compressed|compressed"


def test_the_terminal_says_how_often_and_what_is_promised(unsure):
    told = "\n".join(sentences(unsure.findings))
    assert (
        "Bilsky grade: more than one answer is possible on 2 of 3 slices, low and high ones on 1"
        in told
    )
    assert "90% of the slices of each answer" in told and "60 patients" in told
    assert "Bilsky 2 (1c or 2)" in slice_rows(unsure.findings)[0]
    assert "compressed (uncertain)" in slice_rows(unsure.findings)[1]


def test_a_promise_of_all_slices_is_not_said_of_each_answer(unsure):
    for model in unsure.findings.models:
        if model.grade_sets:
            model.grade_sets["of_each"] = False
    told = "\n".join(promise_lines(unsure.findings))
    assert "in 90% of the slices, on images" in told and "of each answer" not in told


def test_the_report_shows_them_with_their_promise(unsure):
    page = render(unsure, {})
    assert "high, Bilsky 2 (1c or 2)" in page and "high, Bilsky 2 (0 to 2)" in page
    assert "more than one answer is possible on 2 of 3 slices" in page
    assert "Nothing is promised of others." in page


def test_they_are_said_in_german_too(unsure):
    speak("de")
    try:
        assert set_words(["1b", "1c"]) == "1b oder 1c"
        told = "".join(set_lines(unsure.findings))
        assert "mehr als eine Antwort ist möglich auf 2 von 3 Schichten, niedrige und hohe" in told
    finally:
        speak("")
