"""What stands when the panel goes away while it works, and the self-test that Slicer runs."""

import stat
import sys
from pathlib import Path

import pytest
import slicer
from SpineCompressionLib.selfTest import checkPanel

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from Testing.desktop import click
from Testing.SpineCompression.panels import MODULE


@pytest.fixture
def process(monkeypatch, tmp_path):
    """A real process that hears requests and never answers, where panels have the worker."""
    import SpineSlicer.host.StudyReader as module

    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\nexec cat > /dev/null\n")
    silent.chmod(silent.stat().st_mode | stat.S_IEXEC)
    real, made = module.WorkerProcess, []

    def worker(*_):
        made.append(real(python=str(silent)))
        return made[-1]

    monkeypatch.setattr(module, "WorkerProcess", worker)
    return made


@pytest.fixture
def reading(desktop, process, tmp_path):
    """The panel with a reading under way, and the temporary folder of it."""
    (tmp_path / "study").mkdir()
    widget = desktop.open("SpineCompression", MODULE)
    widget.ui.pathEdit.currentPath = str(tmp_path / "study")
    click(widget.ui.readButton)
    assert widget.panel._reader.busy
    yield widget
    if widget.panel is not None:
        widget.cleanup()


def leftovers(widget):
    return Path(widget.logic.reader._folder.name)


@pytest.mark.skipif(sys.platform == "win32", reason="the silent worker is a shell script")
@pytest.mark.parametrize("how", ["reload", "quit", "cleanup"])
def test_nothing_is_left_over_when_the_panel_goes_while_it_reads(desktop, reading, process, how):
    folder = leftovers(reading)
    ours = ("SpineCompressionLib", "SpineSlicer.scene", "SpineSlicer.host")
    kept = {n: m for n, m in sys.modules.items() if n.startswith(ours)}
    if how == "reload":
        reading.onReload()
        sys.modules.update(kept)  # for the tests that follow
    elif how == "quit":
        for slot in list(desktop.app.quitters):
            slot()
    else:
        reading.cleanup()
    desktop.application.processEvents()
    assert int(process[0]._process.state()) == 0
    assert not folder.exists() and not desktop.app.quitters
    slicer.mrmlScene.Clear(False)  # nothing observes it any more


@pytest.mark.skipif(sys.platform == "win32", reason="the silent worker is a shell script")
def test_closing_the_scene_while_the_worker_hangs_ends_the_worker(desktop, reading, process):
    import time

    folder = leftovers(reading)
    slicer.mrmlScene.Clear(False)
    process[0]._timer.interval = 10  # not the seconds that a person would wait
    end = time.monotonic() + 20
    while reading.panel._reader.busy and time.monotonic() < end:
        desktop.application.processEvents()
    assert not folder.exists() and reading.ui.readButton.text == "Read"


def test_a_reading_that_comes_after_the_scene_was_closed_is_not_shown(
    ui, widget, worker, brief, tmp_path
):
    worker.cancel = lambda request: None
    ui.pathEdit.currentPath = str(tmp_path)
    click(ui.readButton)
    slicer.mrmlScene.Clear(False)
    brief.save(tmp_path / "reading")
    worker.answer({"folder": str(tmp_path / "reading")})
    assert widget.panel.study.findings is None and ui.readButton.text == "Read"
    assert not slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")


def test_the_self_test_passes_with_a_reading_that_is_there(widget, brief):
    test = sys.modules["SpineCompression"].SpineCompressionTest()
    checkPanel(test, widget.panel, brief)


def test_the_self_test_notices_a_reading_without_a_flag(widget, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    for one in findings.stacks[0].slices:
        one.compression.verdict, one.grading.grade = "not compressed", "0"
    test = sys.modules["SpineCompression"].SpineCompressionTest()
    with pytest.raises(AssertionError, match="not flagged"):
        checkPanel(test, widget.panel, Reading(findings, brief.volumes))


def test_a_new_scene_is_read_with_the_cards_threshold_and_a_saved_one_with_its_own(ui, widget):
    card = widget.panel.models.chosen("compression")["threshold"]
    assert ui.thresholdSlider.value == card
    ui.thresholdSlider.value = 0.31
    slicer.mrmlScene.Clear(False)
    assert ui.thresholdSlider.value == card and widget.panel.models.threshold is None
    ui.thresholdSlider.value = 0.31
    widget.exit()
    widget.enter()
    assert widget.panel.models.threshold == 0.31
