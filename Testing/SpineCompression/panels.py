"""What the panel's tests share: the panel on a desktop, with a worker whose answers a test gives."""

from functools import cache
from pathlib import Path

import pytest

from SpineLib.doors.listing import models_as_json
from SpineLib.errors import Cancelled

MODULE = Path(__file__).resolve().parents[2] / "SpineCompression"


@cache
def models() -> dict:
    """What the real worker says of the bundled models."""
    return models_as_json()


def settle(turns=60):
    """Lets the panel do its work, a step a turn of the event loop."""
    from PySide6 import QtWidgets

    for _turn in range(turns):
        QtWidgets.QApplication.processEvents()


class Worker:
    """In the place of `WorkerProcess`: says what models there are, keeps all other requests."""

    def __init__(self):
        self.requests, self.stopped = [], False

    def request(self, command, arguments, *, onResult, onError, onProgress=lambda step: None):
        if command == "models":
            onResult(models())
        else:
            self.requests.append((command, arguments, onResult, onError, onProgress))
        return str(len(self.requests))

    def cancel(self, request):
        self.requests[int(request) - 1][3](Cancelled())

    def stop(self):
        self.stopped = True

    @property
    def last(self):
        """Command and arguments of the last request, once the panel got as far."""
        settle()
        return self.requests[-1][:2]

    def answer(self, result):
        """Answers the last request, and waits for what the panel does with it."""
        self.requests[-1][2](result)
        settle()

    def fail(self, error):
        """Refuses the last request."""
        self.requests[-1][3](error)

    def progress(self, step):
        """Tells the last request's progress."""
        self.requests[-1][4](step)


@pytest.fixture
def worker(monkeypatch):
    """The worker that panels get."""
    import SpineSlicer.host.StudyReader as module
    import SpineSlicer.host.StudySection as study

    one = Worker()
    monkeypatch.setattr(module, "WorkerProcess", lambda *_: one)
    # A typed path's stacks are looked for after a pause, which a slow test may reach or not.
    monkeypatch.setattr(study, "MILLISECONDS_TO_LOOK", 1_000_000)
    return one


@pytest.fixture
def widget(desktop, worker):
    """The module's widget, opened in an empty scene."""
    one = desktop.open("SpineCompression", MODULE, height=1500)
    yield one
    if one.panel is not None:
        one.cleanup()


@pytest.fixture
def ui(widget):
    """Its controls by name."""
    return widget.ui


@pytest.fixture
def shown(widget, graded):
    """The panel's study: the graded cervical reading."""
    widget.panel.show(graded)
    return widget.panel.study


def gradeButtons(ui):
    """The buttons of grades, row by row."""
    rows = ui.gradeHolder.layout()
    layouts = [rows.itemAt(n).widget().layout() for n in range(rows.count())]
    widgets = [line.itemAt(n).widget() for line in layouts for n in range(line.count())]
    return [widget for widget in widgets if widget is not None]  # behind them is a spacer
