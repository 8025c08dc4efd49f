"""The panel's section "Outcome": the worker answers, and nothing of one patient is left for another."""

import pytest

from SpineLib.errors import SpineError
from SpineLib.outcome.imaging import imaging_of
from SpineLib.outputs.prognosis import read_prognosis
from Testing.SpineCompression.panels import settle

MODEL = {
    "title": "own (regression)", "question": "mJOA of 16 or more at six months",
    "notice": "Research software, not for clinical use: not for decisions", "patients": 210,
    "inputs": [{"name": "mjoa", "title": "mJOA", "range": "0 to 18"},
               {"name": "longest_run", "title": "most compressed slices in a row", "range": "0 to 1000"}],
    "helping": [],
}  # fmt: skip
PROGNOSIS = {
    "question": MODEL["question"], "model": MODEL["title"], "notice": MODEL["notice"],
    "patients": 210, "sites": 3, "probability": True,
    "answers": [{"name": "no", "value": 0.3, "low": 0.2, "high": 0.4},
                {"name": "yes", "value": 0.7, "low": 0.6, "high": 0.8}],
    "drivers": [{"title": "mJOA", "shown": "14", "effect": 0.12}], "missing": [],
    "beside": [{"title": "mJOA", "shown": "14", "below": 0.6, "above": 0.3, "outside": False}],
    "refusals": [], "forced": False,
}  # fmt: skip


@pytest.fixture
def opened(widget, worker, shown):
    """The section with a model chosen, beside a reading."""
    section = widget.panel.outcome
    section.openModel("/models/own")
    assert worker.last == ("outcome", {"action": "model", "model": "/models/own"})
    worker.answer(MODEL)
    return section


def cell(ui, row, column):
    return ui.outcomeTable.item(row, column)


def test_what_the_reading_says_stands_there_already(opened, ui, graded):
    assert "210 patients" in ui.outcomeModelLabel.text
    assert "not for clinical use" in ui.outcomeModelLabel.text
    assert opened.values == {"longest_run": f"{imaging_of(graded.findings)['longest_run']:.4g}"}


def test_an_answer_stands_with_its_interval_and_notice(opened, ui, worker):
    cell(ui, 0, 1).setText("14")
    ui.predictButton.click()
    command, arguments = worker.last
    assert (command, arguments["action"], arguments["values"]["mjoa"]) == (
        "outcome",
        "predict",
        "14",
    )
    worker.answer({"prognosis": PROGNOSIS})
    for text in (
        "0.70 (0.60–0.80)",
        "mJOA, 14: +0.12",
        "higher than in 60 %",
        "not for clinical use",
    ):
        assert text in ui.outcomeAnswerLabel.text


def test_another_study_takes_the_answer_and_what_was_typed_away(opened, ui, worker, widget):
    cell(ui, 0, 1).setText("14")
    ui.predictButton.click()
    worker.answer({"prognosis": PROGNOSIS})
    widget.panel.study.close()
    settle()
    assert opened.prognosis is None
    assert ui.outcomeAnswerLabel.text == ""
    assert opened.values == {}


def test_an_answer_that_comes_after_the_study_changed_is_not_shown(opened, ui, worker, widget):
    ui.predictButton.click()
    widget.panel.study.close()
    worker.answer({"prognosis": PROGNOSIS})
    assert opened.prognosis is None


def test_a_refusal_that_comes_after_the_study_changed_is_not_shown(opened, ui, worker, widget):
    ui.predictButton.click()
    widget.panel.study.close()
    worker.fail(SpineError("The age is missing"))
    assert ui.outcomeAnswerLabel.text == ""


def test_the_report_gets_the_prediction(opened, ui, worker, widget, monkeypatch):
    import SpineCompressionLib.ReportSection as module

    monkeypatch.setattr(module, "takingPictures", lambda study, folder: iter(()))
    ui.predictButton.click()
    worker.answer({"prognosis": PROGNOSIS})
    widget.panel.report.write("/somewhere/report.html")
    command, arguments = worker.last
    assert command == "report"
    assert read_prognosis(arguments["reading"]).answers[1].value == 0.7
    worker.answer({"file": "/somewhere/report.html"})
