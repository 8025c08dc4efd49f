"""What the tests of reading studies in the panel share."""

from __future__ import annotations

from SpineLib.errors import from_exception
from SpineLib.progress import Progress
from SpineLib.projects.requests import answer
from Testing.SpineCompression.panels import Worker


class ProjectWorker(Worker):
    """A worker that does what a project is asked for, at once or when the test says so."""

    def __init__(self):
        super().__init__()
        self.held, self.waiting, self.cancelled = False, [], []

    def request(self, command, arguments, *, onResult, onError, onProgress=lambda step: None):
        given = {"onResult": onResult, "onError": onError, "onProgress": onProgress}
        if command != "project":
            return super().request(command, arguments, **given)

        def work():
            try:
                result = answer(arguments, Progress(onProgress))
            except Exception as error:
                onError(from_exception(error))
            else:
                onResult(result)

        if self.held and arguments["action"] == "stack":
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
    from PySide6 import QtCore, QtGui, QtTest

    code = QtGui.QKeySequence(name)[0]
    desktop.window.activateWindow()
    desktop.application.setActiveWindow(desktop.window)
    focus = desktop.application.focusWidget() or desktop.window
    QtTest.QTest.keyClick(focus, code.key(), code.keyboardModifiers())
    settle(desktop)


def settle(desktop):
    """Lets timers that are due have their turn."""
    for _ in range(20):
        desktop.application.processEvents()
