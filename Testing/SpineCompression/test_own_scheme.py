"""A grading of one's own: trained, packaged, imported, and then at home in every face.

No code knows its name or its values; they travel with card, findings, project and loop.
"""

import csv
import json
from types import SimpleNamespace

import pytest

from SpineLib.findings import Findings
from SpineLib.findings_file import read_json
from SpineLib.outputs.report import render
from SpineLib.outputs.summary import headline, other_lines
from SpineLib.questions import BILSKY, COMPRESSION
from SpineLib.reading import Reading
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ShownStudy import ShownStudy
from SpineSlicer.scene.verdicts import shortText
from Testing import own_scheme
from Testing.desktop import click, press
from Testing.SpineCompression.panels import settle

torch = pytest.importorskip("torch")
NAME, KEY = "pressure", "Pressure"


def run(*arguments) -> None:
    """A `spine` command in this process."""
    import sys

    from SpineSlicer.headless.cli import main

    before, sys.argv = sys.argv, ["spine", *map(str, arguments)]
    try:
        assert main() == 0, arguments
    finally:
        sys.argv = before


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Three labelled patients, the imported model, and the reading of a fourth one."""
    root = tmp_path_factory.mktemp("own")
    patch = pytest.MonkeyPatch()
    patch.setenv("SPINE_MODELS", str(root / "models"))
    table = own_scheme.write_labels(root / "train", ["P1", "P2", "P3"])
    recipe = own_scheme.write_recipe(root / "mine.toml", own_scheme.SCHEME, NAME)
    run("train", "grading", "--recipe", recipe, "--data", table, "--out", root / "run",
        "--device", "cpu", "--workers", 0)  # fmt: skip
    run("models", "package", root / "run", "--out", root / NAME)
    run("models", "import", root / NAME)
    test = own_scheme.write_labels(root / "test", ["P4"])
    from SpineLib.inference.study import read_study

    reading = read_study(root / "test" / "P4")
    yield SimpleNamespace(root=root, table=table, test=test, reading=reading)
    patch.undo()


@pytest.fixture
def findings(story):
    return story.reading.findings


def high(findings) -> list[int]:
    """Slices that the new model calls high."""
    return [one.index for one in findings.stacks[0].slices if one.opinion(KEY).positive]


def test_it_answers_beside_the_others_on_every_slice(findings):
    assert [asked.key for asked in findings.questions] == [COMPRESSION.key, KEY, BILSKY.key]
    assert findings.lead == COMPRESSION
    asked = findings.question(KEY)
    assert asked.values == ("mild", "moderate", "severe") and asked.first_positive == 1
    for one in findings.stacks[0].slices:
        assert [opinion.question for opinion in one.opinions] == [
            COMPRESSION.key, KEY, BILSKY.key,
        ]  # fmt: skip
        assert all(opinion.assessed for opinion in one.opinions)
        assert set(one.opinion(KEY).probabilities) == set(asked.values)
        sure = one.opinion(KEY).probabilities
        assert one.opinion(KEY).probability == pytest.approx(sure["moderate"] + sure["severe"])


def test_what_its_values_mean_travels_with_model_and_findings(findings):
    asked = findings.question(KEY)
    assert asked.definitions == own_scheme.SCHEME["definitions"]
    assert asked.source == "our protocol"


def test_its_high_grades_are_flagged_where_no_other_model_finds_anything(findings):
    assert high(findings)
    alone = Findings.from_dict(findings.to_dict())
    for one in alone.stacks[0].slices:
        one.opinions = [opinion for opinion in one.opinions if opinion.question == KEY]
    assert [one.index for one in alone.stacks[0].slices if one.flagged] == high(findings)
    assert {one.index for _stack, one in alone.flagged()} == set(high(findings))
    assert findings.summary(KEY).positive_slices == len(high(findings))


def test_json_and_table_hold_it_whole(story, findings, tmp_path):
    story.reading.save(tmp_path / "reading")
    assert read_json(tmp_path / "reading" / "findings.json") == findings
    from SpineLib.outputs.findings_csv import write_csv

    write_csv(findings, tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    said = [one.opinion(KEY) for one in findings.stacks[0].slices]
    assert [row["Pressure_value"] for row in rows] == [opinion.value for opinion in said]
    assert [row["Pressure_positive"] == "True" for row in rows] == [one.positive for one in said]


def test_report_and_headline_say_its_side_first(findings, story):
    (line,) = [line for line in other_lines(findings) if line.startswith(KEY)]
    worst = findings.summary(KEY)
    side = "high" if worst.worst != "mild" else "low"
    assert line.startswith(f"Pressure: {side} grade, {worst.worst} at worst on slice")
    assert headline(findings).text
    page = render(story.reading, {})
    one = findings.stacks[0].slices[high(findings)[0]].opinion(KEY)
    assert f"high, Pressure {one.value}" in page and "Pressure grade" in page


def test_in_a_scene_it_stands_in_table_labels_and_flags(app, scene, story, findings):
    ReadingScene(scene).show(story.reading, surfaces=False)
    study = ShownStudy(scene)
    study.open()
    assert study.findings == findings
    flagged = {study.places[n].index for n in range(len(study.places)) if study.isFlagged(n)}
    assert set(high(findings)) <= flagged
    table = study.nodes.node("findings table").GetTable()
    title = findings.question(KEY).title
    column = table.GetColumnByName(title)
    told = [column.GetValue(k) for k in range(table.GetNumberOfRows())]
    for one, text in zip(findings.stacks[0].slices, told, strict=True):
        opinion = one.opinion(KEY)
        assert text == f"{'high' if opinion.positive else 'low'}, Pressure {opinion.value}"
    labels = study.nodes.node("slice labels")
    texts = [labels.GetNthControlPointLabel(k) for k in range(labels.GetNumberOfControlPoints())]
    assert texts == [shortText(findings, one) for one in findings.stacks[0].slices]
    assert all("Pressure" in text and "Bilsky" in text for text in texts)


def test_where_it_is_the_only_question_it_colours_ring_strip_and_chart(app, scene, story):
    findings = Findings.from_dict(story.reading.findings.to_dict())
    findings.questions = [asked for asked in findings.questions if asked.key == KEY]
    findings.summaries = [one for one in findings.summaries if one.question == KEY]
    for one in findings.stacks[0].slices:
        one.opinions = [opinion for opinion in one.opinions if opinion.question == KEY]
    ReadingScene(scene).show(Reading(findings, story.reading.volumes), surfaces=False)
    study = ShownStudy(scene)
    study.open()
    assert study.lead.key == KEY
    asked = study.lead
    for n in range(len(study.places)):
        assert study.color(n) == asked.color(study.slice(n).opinion(KEY).value)
    halo = study.nodes.node("verdicts").GetSegmentation()
    names = {halo.GetNthSegment(k).GetName() for k in range(halo.GetNumberOfSegments())}
    values = {study.slice(n).opinion(KEY).value for n in range(len(study.places))}
    assert names == {f"{asked.letter(value)} {value}" for value in values}
    assert headline(findings).text.startswith("Pressure")
    assert study.nodes.node("probability chart") is not None


def test_the_panel_has_a_row_of_buttons_and_keys_for_each_grading(widget, ui, story, findings):
    widget.panel.show(Reading(findings))
    settle()
    study, timeline = widget.panel.study, widget.panel.result.timeline
    assert [asked.key for asked in study.questions] == [COMPRESSION.key, KEY, BILSKY.key]
    place = study.place
    press(timeline, "e")
    assert study.reviewed(place, KEY).answer == "severe"
    assert study.isFlagged(place)
    press(timeline, "6")
    assert study.reviewed(place, BILSKY.key).answer == "1c"
    press(timeline, "q")
    assert study.reviewed(place, KEY).answer == "mild"
    assert study.reviewed(place, BILSKY.key).answer == "1c"
    buttons = [
        ui.gradeHolder.layout().itemAt(k).widget() for k in range(ui.gradeHolder.layout().count())
    ]
    assert [button.text for button in buttons][:3] == ["mild", "moderate", "severe"]
    click(buttons[1])
    assert study.reviewed(place, KEY).answer == "moderate"
    assert "Pressure" in ui.detailLabel.text
    words = [ui.findingsTable.item(row, 5).text() for row in range(ui.findingsTable.rowCount)]
    assert all("Pressure" in text and "Bilsky" in text for text in words)


def test_it_is_the_question_of_a_reading_project(story, spine, tmp_path):
    scheme = own_scheme.write_scheme(tmp_path / "scheme.json")
    folder = tmp_path / "project"
    assert spine("project", "create", folder, "--title", "Ours", "--scheme", scheme).code == 0
    assert spine("project", "add", folder, story.root / "test" / "P4").code == 0
    shown = json.loads(spine("project", "next", folder, "anna", "--json").out)
    assert list(shown["labels"]) == ["mild", "moderate", "severe"]
    assert shown["labels"]["severe"] == "nothing is left of the fluid"
    refused = spine("project", "label", folder, "anna", "1c")
    assert refused.code != 0 and "mild, moderate, severe" in " ".join(refused.errors)
    for reader in ("anna", "ben"):
        while json.loads(spine("project", "next", folder, reader, "--json").out)["left"]:
            assert spine("project", "label", folder, reader, "severe").code == 0
        assert spine("project", "lock", folder, reader).code == 0
    story.reading.save(tmp_path / "reading")
    kept = spine("project", "model", folder, tmp_path / "reading" / "findings.json")
    assert kept.code == 0 and "6 answers of pressure" in kept.out
    said = spine("project", "next", folder, "anna", "--assisted", "--json")
    uid = json.loads(said.out)["sop_instance_uid"]
    (one,) = [f for f in story.reading.findings.stacks[0].slices if f.sop_instance_uid == uid]
    side = "high" if one.opinion(KEY).positive else "low"
    assert json.loads(said.out)["model_says"] == side
    measured = spine("evaluate", "readers", folder, "--out", tmp_path / "agreement")
    assert measured.code == 0
    exported = spine("project", "export", folder, "training", tmp_path / "out")
    assert exported.code == 0 and "spine train grading" in exported.out
    with (tmp_path / "out" / "labels.csv").open(encoding="utf-8") as stream:
        assert {row["label"] for row in csv.DictReader(stream)} == {"severe"}


def test_it_is_measured_against_labels_of_its_own_scheme(story, spine, tmp_path):
    measured = spine(
        "evaluate", "grading", "--model", NAME, "--data", story.test, "--out", tmp_path / "out",
        "--device", "cpu",
    )  # fmt: skip
    assert measured.code == 0, measured.errors
    with next((tmp_path / "out").rglob("predictions.csv")).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["truth"] for row in rows] == list(own_scheme.LABELS)
    assert {row["grade"] for row in rows} <= {"mild", "moderate", "severe"}
    page = next((tmp_path / "out").rglob("*.html")).read_text()
    assert "High is moderate or more" in page


def test_it_is_the_question_of_a_correction_loop(story, spine, tmp_path):
    folder = tmp_path / "loop"
    made = spine("loop", "create", folder, "--task", "grading", "--model", NAME)
    assert made.code == 0, made.errors
    labels = own_scheme.write_labels(tmp_path / "more", ["P5", "P6", "P7", "P8"])
    added = spine("loop", "add", folder, labels)
    assert added.code == 0 and "4 cases added, 4 with labels" in added.out, added.errors
    assert spine("loop", "freeze", folder, "--share", "0.25").code == 0
    answered = spine("loop", "answer", folder, "--device", "cpu")
    assert answered.code == 0 and "4 answered" in answered.out
    tuned = spine(
        "loop", "finetune", folder, "--set", "training.steps=4", "--set",
        "training.validate_every=2", "--device", "cpu", "--workers", "0",
    )  # fmt: skip
    assert tuned.code == 0, tuned.errors
    compared = spine(
        "loop", "promote", folder, "--reason", "a test", "--reader", "anna", "--device", "cpu"
    )
    assert compared.code == 0, compared.errors
    from SpineLib.loop.dataset import open_dataset

    dataset = open_dataset(folder)
    assert dataset.question.values == ("mild", "moderate", "severe")
    assert dataset.question.definitions == own_scheme.SCHEME["definitions"]
    assert dataset.current.id.startswith("0002-")
    assert dataset.current.folder.card.scheme == dataset.question
    assert "κ low/high" in compared.out
