"""Answers to several questions on one slice that cannot all be true, in every face."""

import csv

import pytest

from SpineLib.contradictions import contradictions
from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.findings_file import read_json, write_json
from SpineLib.outputs.contradiction_words import contradiction_line
from SpineLib.outputs.findings_csv import write_csv
from SpineLib.outputs.report import render
from SpineLib.questions import BILSKY, COMPRESSION, KANG, Opinion
from SpineLib.reading import Reading
from SpineLib.reasons import sentence
from SpineLib.translation import speak

QUESTIONS = {asked.key: asked for asked in (COMPRESSION, BILSKY, KANG)}
SENTENCE = "Compression (not compressed) and Bilsky grade (3) contradict each other"


@pytest.mark.parametrize(
    ("compression", "key", "grade", "contradicts"),
    [
        ("compressed", "Bilsky", "0", True),
        ("compressed", "Bilsky", "1c", False),
        ("compressed", "Bilsky", "3", False),
        ("not compressed", "Bilsky", "2", True),
        ("not compressed", "Bilsky", "1c", False),
        ("not compressed", "Kang", "2", True),
        ("compressed", "Kang", "0", True),
        ("borderline", "Kang", "0", False),
        ("", "Kang", "3", False),
    ],
)
def test_a_compressed_cord_and_the_mildest_answer_contradict_each_other(
    compression, key, grade, contradicts
):
    said = [Opinion("compression", value=compression), Opinion(key, value=grade)]
    assert bool(contradictions(said, QUESTIONS)) is contradicts
    assert bool(contradictions(said[::-1], QUESTIONS)) is contradicts


def test_two_models_of_one_question_are_no_contradiction():
    said = [Opinion("Bilsky", "a", "0"), Opinion("Bilsky", "b", "3")]
    assert contradictions(said, QUESTIONS) == []


@pytest.fixture
def findings():
    def one(k, compression, grade):
        said = [
            Opinion("compression", "c", compression, compression == "compressed", 0.1),
            Opinion("Bilsky", "g", grade, grade in ("1c", "2", "3"), 0.5),
        ]
        return SliceFinding(k, f"1.{k}", 1, [0.0, 0.0, -4.0 * k], opinions=said)

    slices = [one(0, "not compressed", "0"), one(1, "not compressed", "3")]
    summaries = [
        QuestionSummary("compression", "c", "assessed", assessed_slices=2),
        QuestionSummary("Bilsky", "g", "assessed", assessed_slices=2, worst="3", index=1),
    ]
    return Findings([StackFindings("4", slices=slices)], [COMPRESSION, BILSKY], summaries)


def test_json_and_csv_say_it_of_the_slice(findings, tmp_path):
    write_json(findings, tmp_path / "f.json")
    again = read_json(tmp_path / "f.json")
    assert again == findings
    first, second = again.to_dict()["stacks"][0]["slices"]
    assert "contradictions" not in first
    assert second["contradictions"][0]["code"] == "contradict"
    write_csv(findings, tmp_path / "f.csv")
    with (tmp_path / "f.csv").open(encoding="utf-8") as stream:
        assert [row["contradiction"] for row in csv.DictReader(stream)] == ["", SENTENCE]


def test_the_report_says_it_at_the_slice_and_of_the_study(findings):
    html = render(Reading(findings), {})
    assert SENTENCE in html and "Answers contradict each other on 1 slice (2)" in html
    findings.stacks[0].slices[1].opinions[1].value = "1a"
    assert "contradict" not in render(Reading(findings), {})


def test_it_is_said_in_german(findings):
    speak("de")
    try:
        assert contradiction_line(findings) == "Antworten widersprechen einander auf 1 Schicht (2)"
        reason = contradictions(findings.stacks[0].slices[1].opinions, QUESTIONS)[0]
        assert "widersprechen einander" in sentence(reason)
    finally:
        speak("")
