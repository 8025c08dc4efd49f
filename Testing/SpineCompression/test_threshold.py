"""The threshold goes with the model that is chosen, unless the person said another one."""

import pytest

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from Testing.desktop import click
from Testing.SpineCompression.panels import models


@pytest.fixture
def two(widget, ui):
    """Two models of compression: the bundled one, and one with a lower threshold."""
    first = next(one for one in models()["models"] if one["task"] == "compression")
    second = {**first, "name": "theirs", "title": "Theirs", "threshold": 0.3, "path": "/theirs"}
    assert first["threshold"] != 0.3
    widget.panel.models._onModels({**models(), "models": [*models()["models"], second]})
    ui.modelsButton.collapsed = False
    return first, second


def choose(ui, card):
    ui.compressionModelBox.currentIndex = ui.compressionModelBox.findData(card["name"])


def sent(ui, worker):
    click(ui.readButton)
    arguments = worker.last[1]
    click(ui.readButton)
    return arguments["threshold"]


def test_the_threshold_follows_the_card_there_and_back(ui, widget, worker, two, tmp_path):
    ui.pathEdit.currentPath = str(tmp_path)
    for card in (two[1], two[0]):
        choose(ui, card)
        assert ui.thresholdSlider.value == pytest.approx(card["threshold"], abs=0.005)
        assert sent(ui, worker) is None


def test_a_threshold_that_the_person_said_stays(ui, widget, worker, two, tmp_path):
    ui.pathEdit.currentPath = str(tmp_path)
    ui.thresholdSlider.value = 0.77
    choose(ui, two[1])
    assert ui.thresholdSlider.value == 0.77 and sent(ui, worker) == 0.77


def test_the_result_says_that_the_threshold_is_not_the_cards(ui, widget, brief):
    widget.panel.show(brief)
    assert "threshold" not in ui.detailLabel.text
    findings = Findings.from_dict(brief.findings.to_dict())
    used = next(model for model in findings.models if model.task == "compression")
    used.threshold, used.card_threshold = 0.77, 0.5
    widget.panel.show(Reading(findings, brief.volumes))
    assert "threshold 0.77, not the card's 0.5" in ui.detailLabel.text
