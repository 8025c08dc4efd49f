"""A grading of one's own: trained, packaged, imported, and then at home in every face.

No code knows its name or its values; they travel with card, findings, project and loop.
"""

import csv
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from SpineCompressionLib.reviewExport import writeTable

from SpineLib.errors import BadModel
from SpineLib.findings import Findings
from SpineLib.findings_file import read_json
from SpineLib.options import ReadOptions
from SpineLib.outputs.report import render
from SpineLib.outputs.strips import strips
from SpineLib.outputs.summary import headline, other_lines
from SpineLib.questions import BILSKY, COMPRESSION, KANG
from SpineLib.reading import Reading
from SpineSlicer.headless.tables import sentences, slice_columns
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ShownStudy import ShownStudy
from SpineSlicer.scene.verdicts import shortText
from Testing import own_scheme
from Testing.desktop import click, press
from Testing.SpineCompression.panels import gradeButtons, settle

torch = pytest.importorskip("torch")
NAME, KEY = "pressure", "Pressure"
ASKED = [COMPRESSION.key, BILSKY.key, KANG.key, KEY]


def run(*arguments) -> None:
    """A `spine` command in this process."""
    import sys

    from SpineSlicer.headless.cli import main

    before, sys.argv = sys.argv, ["spine", *map(str, arguments)]
    try:
        assert main() == 0, arguments
    finally:
        sys.argv = before


def imported(root, name, scheme, table) -> None:
    """A model of a scheme: ten steps of training, packaged, imported."""
    recipe = own_scheme.write_recipe(root / f"{name}.toml", scheme, name)
    run("train", "grading", "--recipe", recipe, "--data", table, "--out", root / f"run-{name}",
        "--device", "cpu", "--workers", 0)  # fmt: skip
    run("models", "package", root / f"run-{name}", "--out", root / name)
    run("models", "import", root / name)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Three labelled patients, models of Kang's and of an own scheme, the reading of a fourth one."""
    root = tmp_path_factory.mktemp("own")
    patch = pytest.MonkeyPatch()
    patch.setenv("SPINE_MODELS", str(root / "models"))
    table = own_scheme.write_labels(root / "train", ["P1", "P2", "P3"])
    imported(root, NAME, own_scheme.SCHEME, table)
    grades = own_scheme.write_labels(root / "kang-labels", ["P1", "P2", "P3"], "001233")
    imported(root, "kang", "Kang", grades)
    test = own_scheme.write_labels(root / "test", ["P4"])
    from SpineLib.inference.study import read_study

    # Named, since the program's own model of Kang's grades would be the first at hand.
    options = ReadOptions(models=("starter-grading", "kang"))
    reading = read_study(root / "test" / "P4", options=options)
    yield SimpleNamespace(root=root, table=table, test=test, reading=reading)
    patch.undo()


@pytest.fixture
def findings(story):
    return story.reading.findings


def high(findings) -> list[int]:
    """Slices that the new model calls high."""
    return [slice_.index for slice_ in findings.stacks[0].slices if slice_.opinion(KEY).positive]


def test_it_answers_beside_the_others_on_every_slice(findings):
    assert [question.key for question in findings.questions] == ASKED
    assert findings.lead == COMPRESSION
    asked = findings.question(KEY)
    assert asked.values == ("mild", "moderate", "severe") and asked.first_positive == 1
    for slice_ in findings.stacks[0].slices:
        assert [opinion.question for opinion in slice_.opinions] == ASKED
        # A starter may find these drawn slices unlike what it knows; the new models have no limits.
        assert slice_.opinion(KEY).assessed and slice_.opinion("Kang").assessed
        assert all(opinion.assessed or opinion.unlikeness for opinion in slice_.opinions)
        assert set(slice_.opinion(KEY).probabilities) == set(asked.values)
        sure = slice_.opinion(KEY).probabilities
        assert slice_.opinion(KEY).probability == pytest.approx(sure["moderate"] + sure["severe"])


def test_what_its_values_mean_travels_with_model_and_findings(findings):
    question = findings.question(KEY)
    assert question.definitions == own_scheme.SCHEME["definitions"]
    assert question.source == "our protocol"


def test_its_high_grades_are_flagged_where_no_other_model_finds_anything(findings):
    assert high(findings)
    alone = Findings.from_dict(findings.to_dict())
    for slice_ in alone.stacks[0].slices:
        slice_.opinions = [opinion for opinion in slice_.opinions if opinion.question == KEY]
    assert [slice_.index for slice_ in alone.stacks[0].slices if slice_.flagged] == high(findings)
    assert {slice_.index for _stack, slice_ in alone.flagged()} == set(high(findings))
    assert findings.summary(KEY).positive_slices == len(high(findings))


def test_json_and_table_hold_it_whole(story, findings, tmp_path):
    story.reading.save(tmp_path / "reading")
    assert read_json(tmp_path / "reading" / "findings.json") == findings
    from SpineLib.outputs.findings_csv import write_csv

    write_csv(findings, tmp_path / "findings.csv")
    with (tmp_path / "findings.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    said = [slice_.opinion(KEY) for slice_ in findings.stacks[0].slices]
    assert [row["Pressure_value"] for row in rows] == [opinion.value for opinion in said]
    assert [row["Pressure_positive"] == "True" for row in rows] == [one.positive for one in said]


def test_report_and_headline_say_its_side_first(findings, story):
    (line,) = [line for line in other_lines(findings) if line.startswith(KEY)]
    worst = findings.summary(KEY)
    side = "high" if worst.worst != "mild" else "low"
    assert line.startswith(f"Pressure: {side} grade, {worst.worst} at worst on slice")
    assert headline(findings).text
    page = render(story.reading, {})
    opinion = findings.stacks[0].slices[high(findings)[0]].opinion(KEY)
    assert f"high, Pressure {opinion.value}" in page and "Pressure grade" in page


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
    assert [text.replace("\n", " · ") for text in texts] == [
        shortText(findings, slice_) for slice_ in findings.stacks[0].slices
    ]
    assert all(len(line) < 30 for text in texts for line in text.split("\n")), texts
    for one, text in zip(findings.stacks[0].slices, texts, strict=True):
        grades = [name for name in ("Bilsky", "Kang", KEY) if one.opinion(name).assessed]
        assert {"Kang", KEY} <= set(grades) <= set(text.split())


def test_where_it_is_the_only_question_it_colours_ring_strip_and_chart(app, scene, story):
    findings = Findings.from_dict(story.reading.findings.to_dict())
    findings.questions = [question for question in findings.questions if question.key == KEY]
    findings.summaries = [summary for summary in findings.summaries if summary.question == KEY]
    for slice_ in findings.stacks[0].slices:
        slice_.opinions = [opinion for opinion in slice_.opinions if opinion.question == KEY]
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
    widget.panel.show(story.reading)
    settle()
    study, timeline = widget.panel.study, widget.panel.result.timeline
    assert [question.key for question in study.questions] == ASKED
    place = study.place
    press(timeline, "g")
    assert study.reviewed(place, KEY).answer == "severe"
    assert study.isFlagged(place)
    press(timeline, "r")
    assert study.reviewed(place, BILSKY.key).answer == "1c"
    press(timeline, "6")
    assert study.reviewed(place, KANG.key).answer == "3"
    press(timeline, "d")
    assert study.reviewed(place, KEY).answer == "mild"
    told = study.nodes.node("slice labels").GetNthControlPointLabel(study.slice(place).index)
    assert told.endswith("\nreader: 1c, 3, mild")
    assert study.reviewed(place, BILSKY.key).answer == "1c"
    buttons = gradeButtons(ui)
    assert [button.text for button in buttons][-3:] == ["mild", "moderate", "severe"]
    click(buttons[-2])
    assert study.reviewed(place, KEY).answer == "moderate"
    assert "Pressure" in ui.detailLabel.text
    words = [ui.findingsTable.item(row, 5).text() for row in range(ui.findingsTable.rowCount)]
    assert all("Pressure" in text and "Kang" in text for text in words)
    # A starter may find a drawn slice unlike what it knows, and a reader answers one here.
    graded = [n for n in range(len(study.places)) if study.slice(n).opinion(BILSKY.key).assessed]
    assert sum("Bilsky" in text for text in words) == len({*graded, place})


def test_it_is_the_question_of_a_reading_project(story, spine, tmp_path):
    scheme = own_scheme.write_scheme(tmp_path / "scheme.json")
    folder = tmp_path / "project"
    made = spine(
        "project", "create", folder, "--title", "Ours", "--scheme", scheme, "--repeat", "0"
    )
    assert made.code == 0, made.errors
    assert spine("project", "add", folder, story.root / "test" / "P4").code == 0
    shown = json.loads(spine("project", "next", folder, "anna", "--json").out)
    assert list(shown["labels"]) == ["mild", "moderate", "severe"]
    assert shown["labels"]["severe"] == "nothing is left of the fluid"
    refused = spine("project", "label", folder, "anna", "1c")
    assert refused.code != 0 and "mild, moderate, severe" in " ".join(refused.errors)
    for reader in ("anna", "ben"):
        for _label in own_scheme.LABELS:
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


@pytest.fixture(scope="module")
def twice(story):
    """The reading of a study whose own scheme two models answer."""
    from safetensors.torch import load_file

    from SpineLib.inference.study import ReadOptions, read_study
    from SpineLib.models import open_model, write_model

    first = open_model(NAME)
    card = replace(first.card, name="second")
    write_model(story.root / "models" / "second", card, load_file(first.weights))
    options = ReadOptions(models=(NAME, "second"), tasks=("grading",))
    return read_study(story.root / "test" / "P4", options=options)


def test_two_models_of_a_question_stand_side_by_side_everywhere(widget, ui, twice, tmp_path):
    findings = twice.findings
    assert findings.lead.key == KEY
    assert [summary.by for summary in findings.summaries if summary.question == KEY] == [
        NAME,
        "second",
    ]
    names = [f"Pressure grade ({by})" for by in (NAME, "second")]
    assert set(names) <= set(slice_columns(findings))
    said = [line for line in sentences(findings) if line.startswith("Pressure (")]
    assert [line.split(":")[0] for line in said] == ["Pressure (pressure)", "Pressure (second)"]
    assert "Pressure grade (second)" in render(twice, {})
    assert "(second)" in strips(findings)[0].cells[0].others[0].words
    widget.panel.show(twice)
    settle()
    study = widget.panel.study
    words = [ui.findingsTable.item(row, 5).text() for row in range(ui.findingsTable.rowCount)]
    assert words and all("(second)" in text for text in words)
    table = study.nodes.node("findings table").GetTable()
    assert all(table.GetColumnByName(name) is not None for name in names)
    beside = [opinion.by for question, _, opinion in study.others(0) if question.key == KEY]
    assert beside == ["second"]
    chart = study.nodes.node("probability chart")
    plotted = [
        chart.GetNthPlotSeriesNode(k).GetName() for k in range(chart.GetNumberOfPlotSeriesNodes())
    ]
    assert plotted == ["P(high) (pressure)", "P(high) (second)", "Current slice"]
    writeTable(study, tmp_path / "reviews.csv")
    with (tmp_path / "reviews.csv").open(encoding="utf-8") as stream:
        row = next(csv.DictReader(stream))
    opinion = study.slice(0).opinion(KEY, "second")
    assert row["model_Pressure_second"] == opinion.value
    assert row["model_Pressure_probability_second"] == f"{opinion.probability:.4f}"


def test_models_whose_values_differ_under_one_name_are_not_mixed(story, twice):
    from safetensors.torch import load_file

    from SpineLib.inference.models import Models
    from SpineLib.models import open_model, write_model

    first = open_model(NAME)
    other = replace(first.card.scheme, values=("mild", "worse", "severe"), definitions={})
    card = replace(first.card, name="other-values", scheme=other)
    folder = write_model(story.root / "other-values", card, load_file(first.weights))
    with pytest.raises(BadModel, match="pressure and other-values both answer Pressure grade"):
        Models.at_hand((NAME, str(folder.path)))


def test_a_scheme_of_two_values_is_graded_reviewed_and_measured_too(
    widget, story, spine, tmp_path, monkeypatch
):
    from SpineLib.inference.study import read_study

    two = {"name": "Contact", "values": ["free", "touched"], "first_high": 1}
    labels = ["free"] * 3 + ["touched"] * 3
    table = own_scheme.write_labels(tmp_path / "train", ["P1", "P2", "P3"], labels)
    monkeypatch.setenv("SPINE_MODELS", str(tmp_path / "models"))
    imported(tmp_path, "contact", two, table)
    scheme = tmp_path / "scheme.json"
    scheme.write_text(json.dumps(two))
    measured = spine(
        "evaluate", "grading", "--model", "contact", "--data", table, "--out", tmp_path / "out",
        "--device", "cpu",
    )  # fmt: skip
    assert measured.code == 0, measured.errors
    with next((tmp_path / "out").rglob("predictions.csv")).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        assert (row["grade"], row["verdict"]) in (("free", "low"), ("touched", "high"))
        assert float(row["p_free"]) + float(row["p_touched"]) == pytest.approx(1)
    folder = tmp_path / "project"
    assert not spine("project", "create", folder, "--title", "Ours", "--scheme", scheme).code
    assert not spine("project", "add", folder, tmp_path / "train").code
    taken = spine("project", "model", folder, next((tmp_path / "out").rglob("predictions.csv")))
    assert taken.code == 0 and "18 answers of contact" in taken.out, taken.errors
    loop = tmp_path / "loop"
    assert not spine("loop", "create", loop, "--task", "grading", "--model", "contact").code
    added = spine("loop", "add", loop, table)
    assert added.code == 0 and "3 cases added, 3 with labels" in added.out, added.errors
    assert not spine("loop", "accept", loop, 1, "--reader", "anna").code
    widget.panel.show(read_study(tmp_path / "train" / "P1"))
    settle()
    study, timeline = widget.panel.study, widget.panel.result.timeline
    press(timeline, "1")
    press(timeline, "4")
    assert study.reviewed(study.place, COMPRESSION.key).answer == "compressed"
    assert study.reviewed(study.place, "Contact").answer == "touched"
    writeTable(study, tmp_path / "reviews.csv")
    with (tmp_path / "reviews.csv").open(encoding="utf-8") as stream:
        answered = {(row["label"], row["Contact"]) for row in csv.DictReader(stream)}
    assert answered == {("", ""), ("compressed", "touched")}
