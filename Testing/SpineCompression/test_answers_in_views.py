"""What the views show when a reader said something else than the model."""

import numpy as np
import pytest
import slicer

from SpineLib.questions import COMPRESSION
from SpineSlicer.scene.labelmapNodes import labelmapFromNode
from SpineSlicer.scene.verdictHalo import haloLabels
from Testing.desktop import press

SURFACE = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()


@pytest.fixture
def shown(widget, brief):
    widget.panel.show(brief)
    return widget.panel.study


@pytest.fixture
def ring(shown, brief):
    """The current slice's ring, as the verdict that its colour says."""

    def verdict():
        halo = labelmapFromNode(shown.nodes.node("verdicts"), brief.volumes["4"])
        (label,) = set(np.unique(halo.voxels[shown.slice(shown.place).index])) - {0}
        return next(name for name, number in haloLabels(COMPRESSION).items() if number == label)

    return verdict


@pytest.fixture
def text(shown):
    def label():
        index = shown.slice(shown.place).index
        return shown.nodes.node("slice labels").GetNthControlPointLabel(index)

    return label


def test_the_ring_follows_the_reader_and_the_text_names_both(widget, shown, ring, text):
    assert ring() == "compressed"
    press(widget.panel.result.timeline, "0")
    assert ring() == "not compressed"
    assert text().startswith("C 0.96") and text().endswith("\nreader: not compressed")


def test_an_undone_answer_leaves_the_models_ring(widget, shown, ring, text):
    press(widget.panel.result.timeline, "0")
    press(widget.panel.result.timeline, "z", "Control")
    assert ring() == "compressed" and "reader" not in text()


def test_a_new_run_shows_the_readers_answers_again(widget, shown, ring, text, brief):
    press(widget.panel.result.timeline, "0")
    widget.panel.show(brief)
    assert ring() == "not compressed" and "reader" in text()


def test_the_scenes_table_says_what_the_reader_said(ui, widget, shown):
    ui.readerEdit.text = "AB"
    press(widget.panel.result.timeline, "0")
    table = shown.nodes.node("findings table").GetTable()
    row = shown.slice(shown.place).index
    said = table.GetColumnByName("Review").GetValue(row)
    assert said == "overridden: not compressed (AB)"


def test_the_tube_in_3d_follows_when_the_reader_pauses(widget, shown):
    halo = shown.nodes.node("verdicts").GetSegmentation()
    widget.panel.answers.makeSurfaces()
    assert halo.ContainsRepresentation(SURFACE)
    press(widget.panel.result.timeline, "0")
    assert not halo.ContainsRepresentation(SURFACE)
    widget.panel.answers.makeSurfaces()
    assert halo.ContainsRepresentation(SURFACE)
