"""Findings as JSON and CSV, and what is refused."""

import csv
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.errors import BadInput, OutputError
from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.findings_file import SCHEMA_FILE, read_json, validate, write_json
from SpineLib.outputs.findings_csv import (
    CONTRADICTION,
    OPINION_COLUMNS,
    SLICE_COLUMNS,
    write_csv,
)
from SpineLib.quantities import DEFINITIONS, Compared, Quantity
from SpineLib.questions import KNOWN_QUESTIONS, Opinion
from SpineLib.reasons import NO_CANAL, Reason

numbers = st.floats(-1e4, 1e4, allow_nan=False)
points = st.lists(numbers, min_size=3, max_size=3)
shares = st.one_of(st.none(), st.floats(0, 1))
words = st.text(max_size=12)


@st.composite
def opinions(draw):
    asked = draw(st.sampled_from(list(KNOWN_QUESTIONS.values())))
    answers = st.sampled_from(asked.values)
    value = draw(st.one_of(answers, st.just("")))
    probabilities = draw(st.dictionaries(answers, st.floats(0, 1), max_size=6))
    if value and probabilities:
        probabilities[value] = 0.5
    return Opinion(
        asked.key, draw(words), value, draw(st.booleans()), draw(shares), probabilities,
        draw(st.lists(answers, max_size=2)), draw(words), draw(st.booleans()),
        draw(st.sampled_from(["", "canal window", "reader's box"])), draw(st.booleans()),
        draw(words),
    )  # fmt: skip


summaries = st.builds(
    QuestionSummary,
    st.sampled_from(sorted(KNOWN_QUESTIONS)),
    words,
    st.sampled_from(["assessed", "not assessed"]),
    st.sampled_from(["abnormal", "normal", ""]),
    assessed_slices=st.integers(0, 90),
    index=st.one_of(st.none(), st.integers(0, 90)),
)
slices = st.builds(
    SliceFinding,
    st.integers(0, 500),
    words,
    st.integers(1, 500),
    points,
    st.one_of(st.none(), points),
    words,
    st.lists(opinions(), max_size=3),
)
stacks = st.builds(
    StackFindings,
    st.text(min_size=1, max_size=5),
    plane=st.sampled_from(["axial", "sagittal", "coronal", "oblique"]),
    slices=st.lists(slices, max_size=3),
)
findings = st.builds(
    Findings,
    st.lists(stacks, max_size=2),
    st.just(list(KNOWN_QUESTIONS.values())),
    st.lists(summaries, max_size=2),
    warnings=st.lists(words, max_size=2),
)


def test_the_schema_is_itself_valid():
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)


quantities = st.lists(
    st.builds(
        Quantity,
        st.sampled_from(sorted(DEFINITIONS)),
        st.one_of(st.none(), numbers),
        words,
        words,
        st.one_of(st.none(), st.integers(0, 90)),
        st.lists(st.builds(Compared, numbers, words, words, st.integers(0, 90)), max_size=2),
        st.sampled_from([None, Reason(NO_CANAL)]),
        st.sampled_from([[], [7.9, 0.8]]),
    ),
    max_size=3,
)


@settings(max_examples=40, deadline=None)
@given(of_study=quantities, of_slice=quantities)
def test_what_was_measured_survives_json(of_study, of_slice, tmp_path_factory):
    path = tmp_path_factory.mktemp("findings") / "findings.json"
    one = SliceFinding(0, "1.2", 1, [0.0, 0.0, 0.0], quantities=of_slice)
    written = Findings([StackFindings("4", slices=[one])], quantities=of_study)
    write_json(written, path)
    assert read_json(path) == written


def test_a_number_that_nobody_defines_is_refused_by_its_key(tmp_path):
    data = Findings(quantities=[Quantity("mscc", 40.0)]).to_dict()
    data["quantities"][0]["key"] = "charm"
    (tmp_path / "findings.json").write_text(json.dumps(data))
    with pytest.raises(BadInput, match="charm"):
        read_json(tmp_path / "findings.json")


def test_the_csv_has_a_column_a_quantity_and_nothing_where_it_is_missing(tmp_path):
    measured = [Quantity("cord_ap", 6.25), Quantity("cord_area", why=Reason(NO_CANAL))]
    slices = [
        SliceFinding(k, "", 1, [0.0, 0.0, 0.0], quantities=which)
        for k, which in enumerate([measured, []])
    ]
    write_csv(Findings([StackFindings("4", slices=slices)]), tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["cord_ap"] for row in rows] == ["6.2500", ""]
    assert [row["cord_area"] for row in rows] == ["", ""]


@settings(max_examples=40, deadline=None)
@given(written=findings)
def test_whatever_is_found_survives_json(written, tmp_path_factory):
    path = tmp_path_factory.mktemp("findings") / "findings.json"
    write_json(written, path)
    assert read_json(path) == written


def test_real_studies_survive_json(graded, lumbar, tmp_path):
    for reading in (graded, lumbar):
        write_json(reading.findings, tmp_path / "findings.json")
        assert read_json(tmp_path / "findings.json") == reading.findings


def test_nothing_at_all_is_valid_findings():
    validate(Findings().to_dict())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_say_is_refused_and_nothing_is_written(value, tmp_path):
    found = Findings([StackFindings("1", slices=[SliceFinding(0, "", 1, [value, 0.0, 0.0])])])
    with pytest.raises((BadInput, ValueError)):
        write_json(found, tmp_path / "findings.json")
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_is_refused_with_advice(tmp_path):
    path = tmp_path / "findings.json"
    path.write_text(json.dumps(Findings().to_dict() | {"schema_version": 7}))
    with pytest.raises(BadInput, match="schema version 7") as caught:
        read_json(path)
    assert "Update" in caught.value.advice


def test_an_unknown_key_is_refused_with_its_place(graded):
    data = graded.findings.to_dict()
    data["stacks"][0]["slices"][3]["opinions"][0]["certainty"] = 1
    with pytest.raises(BadInput, match=r"stacks/0/slices/3/opinions/0.*certainty"):
        validate(data)


@pytest.mark.parametrize(
    "path, value",
    [
        (("opinions", 0, "probability"), 1.2),
        (("opinions", 0, "source"), "a guess"),
        (("opinions", 0, "positive"), "maybe"),
        (("opinions", 1, "probabilities"), {"2": -0.1}),
        (("position_ras",), [0.0, 1.0]),
        (("canal_center_ras",), [0.0, 1.0, "x"]),
        (("frame",), 0),
        (("index",), -1),
    ],
)
def test_a_value_that_means_nothing_is_refused(graded, path, value):
    data = graded.findings.to_dict()
    place = data["stacks"][0]["slices"][0]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(BadInput, match="stacks/0/slices/0"):
        validate(data)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d["stacks"][0]["slices"][0]["opinions"][0].update(question="pain"), "'pain'"),
        (lambda d: d["stacks"][0]["slices"][0]["opinions"][0].update(value="4d"), "not have"),
        (lambda d: d["stacks"][0]["slices"][0]["opinions"][0].update(value="0"), "missing"),
        (lambda d: d["summaries"][0].update(question="pain"), "'pain'"),
        (lambda d: d["questions"][0].update(colors=["#000000"]), "one colour"),
    ],
)
def test_an_answer_that_its_question_does_not_have_is_refused(graded, tmp_path, change, word):
    data = graded.findings.to_dict()
    opinion = data["stacks"][0]["slices"][0]["opinions"][0]
    opinion.update(question="Bilsky", value="1a", probabilities={"1a": 1.0}, interval=[])
    change(data)
    (tmp_path / "findings.json").write_text(json.dumps(data))
    with pytest.raises(BadInput, match=word):
        read_json(tmp_path / "findings.json")


@pytest.mark.parametrize("key", sorted(Findings().to_dict()))
def test_a_missing_part_is_refused(key):
    data = Findings().to_dict()
    del data[key]
    with pytest.raises(BadInput):
        validate(data)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\x00"])
def test_a_file_that_holds_no_findings_is_refused_by_name(text, tmp_path):
    path = tmp_path / "findings.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"findings\.json"):
        read_json(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no such file"):
        read_json(tmp_path / "findings.json")


def test_the_csv_has_a_row_a_slice_with_four_digits(graded, tmp_path):
    write_csv(graded.findings, tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert tuple(rows[0]) == SLICE_COLUMNS + tuple(
        f"{question}_{column}"
        for question in ("compression", "Bilsky")
        for column in OPINION_COLUMNS
    ) + (CONTRADICTION,)
    assert len(rows) == 19
    ninth = rows[8]
    assert (ninth["slice"], ninth["compression_probability"]) == ("8", "0.9600")
    assert (ninth["Bilsky_value"], ninth["Bilsky_low"], ninth["Bilsky_high"]) == ("2", "1c", "2")
    last = rows[18]
    assert last["canal_r"] == "" and last["compression_reason"] == "the spinal canal was not found"


def test_a_folder_without_permission_is_an_output_error(graded, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(OutputError, match="permission"):
        write_json(graded.findings, tmp_path / "findings.json")


def test_flagged_slices_come_with_the_highest_probability_first(graded):
    assert [one.index for _, one in graded.findings.flagged()] == [8, 7, 9, 6]


def test_a_stack_is_found_by_its_id(graded):
    assert graded.findings.stack("4").id == "4"
    with pytest.raises(KeyError):
        graded.findings.stack("5")
