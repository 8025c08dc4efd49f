"""What the panel's tests share: the panel on a desktop, with a worker whose answers a test gives."""

import time
from pathlib import Path

import pytest

from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.desktop import click
from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget
from Testing.desktop.widgets import CLASSES

CLASSES.setdefault("qMRMLSegmentEditorWidget", qMRMLSegmentEditorWidget)
FOLDER = Path(__file__).resolve().parents[2] / "SpineSegmentation"


class Worker:
    """Remembers requests; a test answers."""

    def __init__(self):
        self.asked, self.stopped = [], False

    def request(self, command, arguments, *, onResult, onError, onProgress=None):
        self.asked.append(command)
        self.arguments, self.result, self.error = arguments, onResult, onError
        self.progress = onProgress
        return str(len(self.asked))

    def cancel(self, request):
        self.cancelled = request

    def stop(self):
        self.stopped = True


@pytest.fixture
def turns(monkeypatch):
    """What takes several turns of the event loop is done in one, so that a story is read at once."""
    monkeypatch.setattr("SpineSlicer.host.Turns.SECONDS_A_TURN", 600.0)


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr("SpineSlicer.host.StudyReader.WorkerProcess", lambda: worker)
    monkeypatch.setattr(
        "SpineSlicer.host.SetupSection.Installation.missing", lambda self: [], raising=True
    )
    return worker


@pytest.fixture
def open_panel(desktop, worker):
    """Opens the module's panel; it is closed at the end."""
    opened = []

    def open_it():
        opened.append(desktop.open("SpineSegmentation", FOLDER))
        return opened[-1].panel

    yield open_it
    for widget in opened:
        widget.cleanup()


@pytest.fixture
def opened(desktop, open_panel, lumbar):
    """The panel with the lumbar volume in the scene."""
    node = addVolumeNode(desktop.scene, lumbar.volumes["2"], "T2 sagittal")
    return open_panel(), node


@pytest.fixture
def panel(opened):
    return opened[0]


@pytest.fixture
def ui(panel):
    return panel.ui


def answer(worker, reading, folder):
    reading.save(folder)
    worker.result({"folder": str(folder)})


@pytest.fixture
def segmented(panel, ui, worker, lumbar, tmp_path):
    """The panel after a reading."""
    click(ui.segmentButton)
    answer(worker, lumbar, tmp_path / "reading")
    return panel._parameters.segmentation


def open_section(button):
    button.collapsed = False
    button.window().grab()


def rows(table):
    return [
        [table.item(row, column).text() for column in range(table.columnCount)]
        for row in range(table.rowCount)
    ]


def wait(desktop, until, seconds=60):
    for _ in range(100 * seconds):
        desktop.application.processEvents()
        if until():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")
