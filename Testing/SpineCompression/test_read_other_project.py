"""Another project is chosen while the worker is at something for the one before."""

import pytest

from SpineLib.errors import Cancelled
from SpineLib.projects.project import open_project
from SpineSlicer.host.confirm import confirm
from Testing.desktop import click
from Testing.SpineCompression.readers import projectWorker, settle


@pytest.fixture
def worker(monkeypatch):
    return projectWorker(monkeypatch)


@pytest.fixture
def two(make_project, labelling):
    """A project that is read to its end by Anna and Ben, and one that nobody has begun."""
    done, empty = make_project("done"), make_project("empty")
    for reader in ("anna", "ben"):
        labelling(done, reader)
    return done, empty


def readers(ui):
    table = ui.readersTable
    return [table.item(row, 0).text() for row in range(table.rowCount)]


def test_the_readers_and_buttons_of_the_project_before_are_never_another_ones(
    two, worker, choose, widget
):
    done, empty = two
    worker.held = ("status",)  # as a worker that starts, or is at something else
    section = choose(done, "anna", start=False)
    section.ui.projectEdit.currentPath = str(empty.folder)
    for answer in worker.waiting:
        answer()
    assert section.choice.project.folder == empty.folder
    assert readers(section.ui) == [] and not section.ui.agreementButton.enabled
    assert section.ui.startReadingButton.enabled
    section.ui.projectEdit.currentPath = str(done.folder)
    worker.waiting.pop()()
    assert readers(section.ui) == ["anna", "ben"] and section.ui.agreementButton.enabled


def test_a_project_that_studies_are_added_to_is_left_only_on_a_yes(
    two, worker, choose, dicom, answered
):
    done, empty = two
    section = choose(done, "anna", start=False)
    worker.held = ("add",)
    section.choice.add(str(dicom))
    answered(False)
    section.ui.projectEdit.currentPath = str(empty.folder)
    assert "Stop it and leave this project?" in answered.asked
    assert section.choice.project.folder == done.folder and section.choice.busy
    assert section.ui.projectEdit.currentPath == str(done.folder) and not worker.cancelled
    answered(True)
    section.ui.projectEdit.currentPath = str(empty.folder)
    assert worker.cancelled == ["project add"]
    worker.waiting.pop()()
    assert section.ui.readMessageLabel.text == "", "what came of it is not said of this project"
    assert section.choice.project.folder == empty.folder and not section.choice.busy
    assert open_project(section.ui.projectEdit.currentPath).title == empty.title


def test_a_stack_that_is_asked_for_again_is_not_taken_for_cancelled(
    desktop, two, worker, choose, monkeypatch
):
    """To the next study and back at once: the first request's end is not the second one's."""
    _, project = two
    worker.held = ("stack",)
    section = choose(project, "anna")
    told = []
    request = section.loader._task._worker.request

    def cancelling(command, arguments, **given):
        told.append(given["onError"])
        return request(command, arguments, **given)

    monkeypatch.setattr(section.loader._task._worker, "request", cancelling)
    item = section.desk.desk.item
    section.loader.stop()
    section.loader.load(project, item.study, item.stack)
    section.loader.stop()
    section.loader.load(project, item.study, item.stack)
    told[0](Cancelled())
    assert section.loader.busy and "Cancelled" not in section.ui.readMessageLabel.text
    worker.waiting[-1]()
    settle(desktop)
    assert section.scene.isAt(item.index)


def test_enter_answers_the_question_of_locking_with_no(desktop, two, choose):
    section = choose(two[1], "anna")
    pressed = []

    def press():
        from PySide6 import QtCore, QtTest, QtWidgets

        box = QtWidgets.QApplication.activeModalWidget()
        pressed.append(box.windowTitle)
        QtTest.QTest.keyClick(box, QtCore.Qt.Key.Key_Return)

    from PySide6 import QtCore

    QtCore.QTimer.singleShot(0, press)
    click(section.ui.lockButton)
    assert pressed == ["Lock my set"] and section.on and not section._session.locked
    QtCore.QTimer.singleShot(0, lambda: _yes(pressed))
    assert confirm("Lock it?", "Lock")


def _yes(pressed):
    from PySide6 import QtWidgets

    box = QtWidgets.QApplication.activeModalWidget()
    box.button(QtWidgets.QMessageBox.StandardButton.Yes).click()


def test_a_project_without_a_title_is_refused_in_plain_words(choose, two, tmp_path):
    section = choose(two[0], "anna", start=False)
    click(section.ui.newProjectButton)
    section.ui.projectEdit.currentPath = str(tmp_path / "new")
    section.ui.titleEdit.text = " "
    click(section.ui.createButton)
    assert section.ui.readMessageLabel.text == "A reading project needs a title. Give it a title."
    assert not (tmp_path / "new").exists()


def test_a_set_that_is_still_open_is_said_without_a_command(choose, make_project):
    section = choose(make_project("third"), "anna", arm="assisted", start=False)
    click(section.ui.startReadingButton)
    text = section.ui.readMessageLabel.text
    assert "has not locked" in text and text.endswith("Lock it first.")
