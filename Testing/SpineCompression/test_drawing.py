"""The views are drawn once for what a reader does, not once for each node that it changes."""

import time

import pytest
import slicer

from SpineSlicer.scene.drawOnce import drawOnce
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.desktop import click
from Testing.desktop.threeDView import Pausing
from Testing.SpineCompression.panels import settle

# What a view draws, or where it stands.
DRAWN = ("vtkMRMLSliceNode", "vtkMRMLSliceCompositeNode", "vtkMRMLDisplayNode")


@pytest.fixture
def unhurried(monkeypatch):
    """As on a machine that is never busy: no work is put off because a moment was too long."""
    monkeypatch.setattr("SpineSlicer.host.Turns.SECONDS_A_TURN", 60.0)
    monkeypatch.setattr("SpineCompressionLib.AnswersInViews.SURFACE_AFTER_MS", 600_000)


@pytest.fixture
def drawings(widget, brief, unhurried):
    """Tells how often the views draw when something is done; what they draw may change at no other
    moment."""
    widget.panel.show(brief)
    widget.ui.regionButton.collapsed = False
    settle()

    def during(do):
        loose, app = [], slicer.app
        before = app.drawings
        nodes = [node for kind in DRAWN for node in nodesOfClass(slicer.mrmlScene, kind)]
        tags = [
            (node, node.AddObserver("ModifiedEvent", lambda n, _e: app._paused or loose.append(n)))
            for node in nodes
        ]
        do()
        assert app._paused, "the views drew before Slicer's own widgets had their turn"
        while widget.panel.region.busy:
            settle(turns=1)
        settle(turns=2)
        for node, tag in tags:
            node.RemoveObserver(tag)
        assert not loose and not app._paused
        return app.drawings - before

    return during


def tick(box):
    """As a click does it, but for the turn of the event loop that follows."""
    box.checked = not box.checked


def test_a_jump_draws_the_views_once(drawings, widget):
    study = widget.panel.study
    assert drawings(lambda: study.go((study.place + 1) % len(study.places))) == 1


def test_each_view_draws_in_a_turn_of_its_own_so_that_keys_are_heard_in_between(
    widget, brief, unhurried
):
    widget.panel.show(brief)
    settle()
    manager, study = slicer.app.layoutManager(), widget.panel.study
    views = [manager.sliceWidget(name).sliceView() for name in manager.sliceViewNames()]
    views.append(manager.threeDWidget(0).threeDView())

    def turns():
        for _turn in range(6):
            before = sum(view.drawings for view in views)
            settle(turns=1)
            yield sum(view.drawings for view in views) - before

    study.go((study.place + 1) % len(study.places))
    assert [turn for turn in turns() if turn] == [1, 1, 1, 1]
    study.go((study.place + 1) % len(study.places))
    settle(turns=2)
    study.go((study.place + 1) % len(study.places))  # the reader scrolls on meanwhile
    assert [turn for turn in turns() if turn] == [1, 1, 1, 1]
    assert not any(view.paused for view in views)


def test_what_falls_due_while_a_view_is_drawn_comes_before_the_next_view(
    widget, brief, unhurried, monkeypatch
):
    import qt

    widget.panel.show(brief)
    settle()
    order, draw, study, timer = [], Pausing.resumeRender, widget.panel.study, qt.QTimer()
    timer.setSingleShot(True)
    timer.connect("timeout()", lambda: order.append("due"))

    def slowly(view):
        draw(view)
        if not order:
            timer.start(1)
            time.sleep(0.05)
        order.append("drawn")

    monkeypatch.setattr(Pausing, "resumeRender", slowly)
    study.go((study.place + 1) % len(study.places))
    settle()
    assert order == ["drawn", "due", "drawn", "drawn", "drawn"]


def test_an_answer_draws_the_views_once(drawings, widget):
    assert drawings(lambda: widget.panel.study.answer("compression", "compressed")) == 1


def test_a_box_of_the_display_draws_the_views_once(drawings, ui):
    assert drawings(lambda: tick(ui.ladderBox)) == 1


def test_another_layout_draws_the_views_once(drawings, ui):
    assert drawings(ui.plotButton.click) == 1


def test_showing_the_window_draws_the_views_once(drawings, ui):
    assert drawings(lambda: tick(ui.windowBox)) == 1


def test_grading_again_draws_the_views_once(drawings, ui, worker):
    tick(ui.windowBox)
    click(ui.regradeButton)
    _command, _said = worker.last
    finish = worker.requests[-1][2]
    assert drawings(lambda: finish({"slices": 1})) == 1
    assert "1 slice graded again" in ui.regionStatusLabel.text


def test_opening_the_panel_draws_the_views_once(drawings, widget):
    widget.exit()
    settle()
    assert drawings(widget.enter) == 1


def test_what_fails_leaves_no_view_undrawn(desktop):
    with pytest.raises(ValueError), drawOnce():
        raise ValueError
    settle(turns=2)
    assert not slicer.app._paused
