"""What stands when the panel goes away while it works, and the self-test that Slicer runs."""

import stat
import sys
from pathlib import Path

import pytest
import slicer
from SpineCompressionLib.selfTest import checkPanel, readSimulated

from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineSlicer.host.StudyReader import StudyReader
from SpineSlicer.host.waitFor import waitFor
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
    if how == "reload":
        reading.onReload()
        slicer.modules.SpineCompressionWidget.cleanup()  # of the new one
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
    end = time.monotonic() + 120
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


class LateWorker:
    """Answers a request after a while, as a process does."""

    def __init__(self, milliseconds, answers):
        self.milliseconds, self.answers, self.timers = milliseconds, answers, []

    def request(self, command, arguments, *, onResult, onError, onProgress=None):
        import qt

        timer = qt.QTimer()
        timer.setSingleShot(True)
        timer.connect("timeout()", lambda: onResult(self.answers[command]))
        timer.start(self.milliseconds)
        self.timers.append(timer)
        return str(len(self.timers))

    def stop(self):
        pass


def test_the_self_test_waits_by_the_clock_for_a_worker_that_takes_its_time(
    desktop, brief, tmp_path
):
    brief.save(tmp_path / "reading")
    answers = {"simulate": {}, "read": {"folder": str(tmp_path / "reading")}}
    desktop.open("SpineCompression", MODULE).cleanup()
    test = sys.modules["SpineCompression"].SpineCompressionTest()
    reading = readSimulated(test, StudyReader(LateWorker(1500, answers)))
    assert reading.findings == brief.findings


def test_the_self_test_gives_up_on_a_worker_that_never_answers(desktop):
    desktop.open("SpineCompression", MODULE).cleanup()
    test = sys.modules["SpineCompression"].SpineCompressionTest()
    with pytest.raises(AssertionError, match=r"did not answer in 0\.2 seconds"):
        waitFor(test, lambda: False, 0.2)


def test_the_self_test_passes_with_a_reading_that_is_there(widget, brief):
    test = sys.modules["SpineCompression"].SpineCompressionTest()
    checkPanel(test, widget.panel, brief)


def test_the_self_test_notices_a_reading_without_a_flag(widget, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    for slice_ in findings.stacks[0].slices:
        slice_.opinions[0].value, slice_.opinions[1].value = "not compressed", "0"
        slice_.opinions[0].positive = slice_.opinions[1].positive = False
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


def test_reload_brings_back_the_study_its_folder_and_the_stack(desktop, data, graded):
    """With a real worker: the new panel is made of new modules, which no test has touched."""
    widget = desktop.open("SpineCompression", MODULE)
    ui, folder = widget.ui, str(data / "dicom" / "cervical_t2_axial")
    widget.panel.show(Reading(graded.findings))
    widget.panel.input.choose(folder)
    waitFor(pytest, lambda: ui.stackBox.count > 1, 60)
    ui.stackBox.currentIndex = 1
    text, rows, stack = ui.verdictLabel.text, ui.findingsTable.rowCount, ui.stackBox.currentData
    widget.onReload()
    new = slicer.modules.SpineCompressionWidget
    waitFor(pytest, lambda: new.ui.stackBox.count > 1, 60)
    assert (new.ui.verdictLabel.text, new.ui.findingsTable.rowCount) == (text, rows)
    assert new.ui.verdictLabel.visible and not ui.verdictLabel.visible
    assert new.ui.stackBox.currentData == stack and new.ui.pathEdit.currentPath == folder
    new.cleanup()


@pytest.mark.skipif(sys.platform == "win32", reason="the silent worker is a shell script")
def test_a_worker_that_has_to_be_ended_by_cancel_is_no_crash(desktop, reading, process):
    click(reading.ui.readButton)
    process[0]._timer.interval = 10  # not the seconds that a person would wait
    _waitFor(desktop, lambda: not reading.panel._reader.busy)
    assert reading.ui.statusLabel.text == "Cancelled." and reading.ui.readButton.text == "Read"


def test_a_python_that_cannot_be_started_sends_the_reader_to_setup(desktop, tmp_path):
    slicer.app.settings().setValue("SpineMRI/WorkerPython", str(tmp_path / "no-python"))
    widget = desktop.open("SpineCompression", MODULE)
    (tmp_path / "study").mkdir()
    widget.ui.pathEdit.currentPath = str(tmp_path / "study")
    click(widget.ui.readButton)
    _waitFor(desktop, lambda: not widget.panel._reader.busy)
    text = widget.ui.statusLabel.text
    widget.cleanup()
    assert "no-python could not be started" in text and "Setup" in text and "memory" not in text


def _waitFor(desktop, until):
    import time

    end = time.monotonic() + 120
    while not until():
        assert time.monotonic() < end
        desktop.application.processEvents()
