"""The stand-in's dock gives a panel the room that Slicer's gives it, and no more."""

import pytest

from Testing.desktop import cramped, settle
from Testing.desktop.moduleWidget import qSlicerScriptedLoadableModuleWidget

TEXT = "The model was made for another region, so nothing is assessed here. " * 8


@pytest.fixture
def label(desktop):
    """A wrapped label in a section of a module's panel, in a dock of 350 px."""
    import ctk
    import qt

    module = qSlicerScriptedLoadableModuleWidget("Module")
    section, text = ctk.ctkCollapsibleButton(), qt.QLabel("")
    text.wordWrap = True
    qt.QVBoxLayout(section).addWidget(text)
    module.layout().addWidget(section)
    desktop.dock(module, 350, 80)
    settle(desktop)
    return text


def test_the_width_that_a_wrapped_text_would_like_is_the_least_width_of_slicers_window(
    desktop, label
):
    assert desktop.window.minimumSizeHint.width() < 350
    label.text = TEXT
    settle(desktop)
    assert desktop.window.minimumSizeHint.width() > 500


def test_a_section_is_squeezed_below_what_its_wrapped_text_needs(desktop, label):
    import qt

    label.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Preferred)  # it widens nothing
    label.text = TEXT
    settle(desktop)
    assert desktop.window.minimumSizeHint.width() < 350 and cramped(desktop.window)
    label.parent().setSizePolicy(qt.QSizePolicy.Preferred, qt.QSizePolicy.Minimum)
    settle(desktop)
    assert not cramped(desktop.window)
