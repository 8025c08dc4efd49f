"""The 3D view looks at what is shown."""

import numpy as np
import pytest
import slicer

from SpineSlicer.host.threeD import lookAt
from SpineSlicer.scene.ReadingScene import ReadingScene
from Testing.phantom import ANTERIOR, CENTER, phantom
from Testing.SpineCompression.panels import settle


def view():
    return slicer.app.layoutManager().threeDWidget(0).threeDView()


def camera():
    return view().renderWindow().GetRenderers().GetFirstRenderer().GetActiveCamera()


def focus():
    return np.array(camera().GetFocalPoint())


@pytest.fixture
def study(widget):
    camera().SetFocalPoint(500.0, 0.0, 0.0)
    widget.panel.show(phantom())
    widget.panel.answers.makeSurfaces()
    settle()
    return widget.panel.study


def test_the_view_looks_at_a_study_when_it_is_first_shown(study):
    np.testing.assert_allclose(focus(), CENTER, atol=12)


def test_then_the_reader_turns_it(widget, study):
    camera().SetFocalPoint(500.0, 0.0, 0.0)
    study.answer("compression", "not compressed", reader="AB")
    widget.panel.answers.makeSurfaces()
    settle()
    np.testing.assert_allclose(focus(), [500, 0, 0])


def test_the_next_study_is_looked_at_too(widget, study, brief):
    widget.panel.show(brief)
    widget.panel.answers.makeSurfaces()
    settle()
    bounds = [0.0] * 6
    ReadingScene(slicer.mrmlScene, widget.panel.study.study).node("verdicts").GetRASBounds(bounds)
    assert all(low < at < high for low, at, high in zip(bounds[::2], focus(), bounds[1::2], strict=True))  # fmt: skip


def test_a_view_that_looks_at_it_already_is_left_alone(study):
    camera().SetFocalPoint(*(CENTER + 2))
    lookAt([study.nodes.node("verdicts")])
    np.testing.assert_allclose(focus(), CENTER + 2)


def test_what_a_loaded_camera_would_cut_away_is_drawn(study):
    camera().SetFocalPoint(*CENTER)
    camera().SetPosition(*(CENTER + 200 * ANTERIOR))
    camera().SetClippingRange(500.0, 800.0)
    lookAt([study.nodes.node("verdicts")])
    near, far = camera().GetClippingRange()
    assert near < 200 < far
