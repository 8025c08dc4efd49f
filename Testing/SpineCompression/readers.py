"""What the tests of reading studies in the panel share; their `worker` is a `ProjectWorker`."""

from __future__ import annotations

import pytest

from SpineLib.errors import from_exception
from SpineLib.progress import Progress
from SpineLib.projects.requests import HANDLERS
from SpineLib.protocol import serve
from Testing.desktop import click
from Testing.SpineCompression.panels import Worker


class ProjectWorker(Worker):
    """A worker that does what a project is asked for, at once or when the test says so."""

    def __init__(self):
        super().__init__()
        self.held, self.waiting, self.cancelled = (), [], []  # actions that wait for the test

    def request(self, command, arguments, *, onResult, onError, onProgress=lambda step: None):
        given = {"onResult": onResult, "onError": onError, "onProgress": onProgress}
        if command != "project":
            return super().request(command, arguments, **given)

        def work():
            try:
                result = serve(HANDLERS, command, arguments, Progress(onProgress))
            except Exception as error:
                onError(from_exception(error))
            else:
                onResult(result)

        if arguments["action"] in self.held:
            self.waiting.append(work)
        else:
            work()
        return f"project {arguments['action']}"

    def cancel(self, request):
        if str(request).startswith("project"):
            self.cancelled.append(request)
        else:
            super().cancel(request)


def key(desktop, name):
    """A key as a person presses it wherever the mouse is: shortcuts hear it."""
    from PySide6 import QtGui, QtTest

    code = QtGui.QKeySequence(name)[0]
    desktop.window.activateWindow()
    focus = desktop.application.focusWidget() or desktop.window
    QtTest.QTest.keyClick(focus, code.key(), code.keyboardModifiers())
    settle(desktop)


def projectWorker(monkeypatch):
    """Panels that are opened from now on get this worker."""
    import SpineSlicer.host.StudyReader as module

    worker = ProjectWorker()
    monkeypatch.setattr(module, "WorkerProcess", lambda *_: worker)
    return worker


def settle(desktop):
    """Lets timers that are due have their turn."""
    for _ in range(20):
        desktop.application.processEvents()


@pytest.fixture
def choose(desktop, widget):
    """Chooses a project and a reader in the panel and, if not said otherwise, starts."""

    def start(project, reader, *, arm="unassisted", start=True):
        section = widget.panel.readers
        section.ui.readingSectionButton.collapsed = False
        section.ui.projectEdit.currentPath = str(project.folder)
        section.ui.projectReaderEdit.text = reader
        section.ui.armBox.currentIndex = section.ui.armBox.findData(arm)
        if start:
            click(section.ui.startReadingButton)
            settle(desktop)
        return section

    return start


@pytest.fixture
def answered(monkeypatch):
    """Answers the questions that the panel asks; ``answered.asked`` is the last one."""

    def answer_with(yes):
        def ask(text, *_arguments, **_more):
            answer_with.asked = text
            return yes

        for name in ("ReadSection", "ProjectChoice"):
            monkeypatch.setattr(f"SpineCompressionLib.{name}.confirm", ask)

    return answer_with
