"""Blinding: what a reader's scene, panel and files do not show before their own set is locked."""

import sys
from pathlib import Path

import pytest
import slicer

from SpineLib.errors import SpineError
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects.labels import read_labels
from SpineLib.reading import Reading
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ReviewLog import Answer, ReviewLog
from SpineSlicer.scene.volumeNodes import nodesOfClass
from Testing.desktop import click
from Testing.SpineCompression.readers import key, projectWorker, settle
from Testing.SpineLib.projects.test_blinding import answers_of

# Words that only a model, or somebody else, could have said.
TELLING = "carlas-own-words"


@pytest.fixture
def worker(monkeypatch):
    """The worker that panels get: it does what a project is asked for."""
    return projectWorker(monkeypatch)


@pytest.fixture
def project(make_project, truth, tmp_path):
    """Carla and a model have answered everything; Carla's set is locked."""
    from SpineLib.projects.session import ReaderSession

    made = make_project()
    answers_of(made, truth, tmp_path)
    with ReaderSession(made, "carla") as session:
        while session.current():
            session.label(COMPRESSED, comment=TELLING)
        session.lock()
    return made


@pytest.fixture
def read(project, choose):
    """Anna reads."""
    return choose(project, "anna")


def saved(tmp_path):
    """Everything that a saved scene holds, as text."""
    path = tmp_path / "scene.mrml"
    slicer.mrmlScene.SetURL(str(path))
    slicer.mrmlScene.SetSaveToXMLString(1)
    slicer.mrmlScene.Commit()
    text = slicer.mrmlScene.GetSceneXMLString()
    slicer.mrmlScene.SetSaveToXMLString(0)  # else the tests that follow save nothing
    for node in nodesOfClass(slicer.mrmlScene, "vtkMRMLTextNode"):
        text += node.GetText() or ""
    return text


def sections(desktop):
    """The headings that a person sees, from the top."""
    from Testing.desktop.widgets import ctkCollapsibleButton

    found = desktop.window.findChildren(ctkCollapsibleButton)
    shown = [one.text for one in found if one.isVisible()]
    return [text for text in shown if text != "Help && Acknowledgement"]  # Slicer's own


def texts(desktop):
    """All text that the panel shows, tooltips included."""
    from PySide6 import QtWidgets

    found = []
    for one in desktop.window.findChildren(QtWidgets.QWidget):
        if one.isVisible():
            found += [str(one.property(name) or "") for name in ("text", "toolTip", "plainText")]
            if isinstance(one, QtWidgets.QTableWidget):
                found += [one.item(r, c).text() for r in range(one.rowCount())
                          for c in range(one.columnCount()) if one.item(r, c)]  # fmt: skip
    return "\n".join(found)


def test_nothing_begins_in_a_scene_that_holds_a_models_answers(
    desktop, widget, project, choose, graded
):
    widget.panel.show(Reading(graded.findings))
    read = choose(project, "anna")
    assert not read.on and "holds answers" in read.ui.readMessageLabel.text
    assert not project.labels_file("anna").exists()
    assert "Result" in sections(desktop)
    slicer.mrmlScene.Clear(False)
    click(read.ui.startReadingButton)
    assert read.on


def test_nothing_begins_in_a_scene_that_holds_another_readers_answers(project, choose):
    log = ReviewLog()
    log.add([Answer("1.2.3:1", "compression", "compressed", reader="carla")])
    ReadingScene(slicer.mrmlScene, "abc").keepReviews(log)
    read = choose(project, "anna")
    assert not read.on and "holds answers" in read.ui.readMessageLabel.text


def test_while_somebody_reads_no_other_section_is_there(desktop, widget, read):
    assert sections(desktop) == ["Read (reader study)", "Setup"]
    for name in ("readButton", "verdictLabel", "findingsTable", "timelineHolder", "sliceLabel",
                 "writeReportButton", "windowBox", "statusLabel"):  # fmt: skip
        assert not getattr(widget.ui, name).isVisible(), name
    assert widget.panel.study.findings is None
    click(read.ui.stopReadingButton)
    assert "Result" in sections(desktop) and "Study" in sections(desktop)


def test_an_answer_that_comes_into_the_scene_ends_the_reading(
    desktop, widget, project, read, graded, tmp_path
):
    key(desktop, "1")
    with pytest.raises(SpineError, match="blinded"):
        widget.panel.show(Reading(graded.findings))
    assert read.on
    ReadingScene(slicer.mrmlScene).show(Reading(graded.findings))  # as another program would
    key(desktop, "1")
    assert not read.on and "holds answers" in read.ui.readMessageLabel.text
    assert len(read_labels(project, "anna").current()) == 1


def test_loading_a_scene_with_answers_ends_the_reading(
    desktop, widget, project, read, graded, tmp_path
):
    other = slicer.vtkMRMLScene()
    ReadingScene(other).show(Reading(graded.findings))
    other.SetURL(str(tmp_path / "read.mrml"))
    assert other.Commit()
    key(desktop, "1")
    slicer.mrmlScene.SetURL(str(tmp_path / "read.mrml"))
    slicer.mrmlScene.Import()
    assert not read.on and "holds answers" in read.ui.readMessageLabel.text
    assert len(read_labels(project, "anna").current()) == 1


def test_the_models_do_not_read_while_somebody_begins_to(
    desktop, widget, project, choose, tmp_path
):
    widget.ui.pathEdit.currentPath = str(tmp_path)
    click(widget.ui.readButton)
    read = choose(project, "anna")
    assert not read.on and "models are reading" in read.ui.readMessageLabel.text


def test_scene_panel_and_saved_scene_show_nothing_that_anybody_said(
    desktop, project, read, tmp_path
):
    assert sum(text.count(TELLING) for text in (texts(desktop), saved(tmp_path))) == 0
    for n in range(6):
        key(desktop, str(n % 2))
        shown, kept = texts(desktop), saved(tmp_path)
        assert TELLING not in shown + kept and "carla" not in shown + kept
        assert "tiny" not in shown + kept and "starter" not in (shown + kept).lower()
        # Not even what this reader said.
        assert COMPRESSED not in kept and NOT_COMPRESSED not in kept


def test_the_process_opens_nobody_elses_file(desktop, project, choose, worker, monkeypatch):
    read = choose(project, "anna", start=False)
    ours = []

    class Opened(list):
        def see(self, name):
            frame, names = sys._getframe(2), set()
            while frame is not None:
                names.add(frame.f_globals.get("__name__", ""))
                frame = frame.f_back
            # What the worker does is done in another process, outside of tests.
            if "SpineLib.projects.requests" not in names:
                self.append(Path(name).name)

    ours = Opened()
    for what in ("read_bytes", "read_text", "open"):
        plain = getattr(Path, what)

        def wrapped(self, *a, plain=plain, **k):
            ours.see(self)
            return plain(self, *a, **k)

        monkeypatch.setattr(Path, what, wrapped)
    click(read.ui.startReadingButton)
    settle(desktop)
    for _ in range(5):
        key(desktop, "1")
    click(read.ui.stopReadingButton)
    assert "anna.jsonl" in ours
    assert not {"carla.jsonl", "answers.json", "consensus.jsonl"} & set(ours)


def test_the_assisted_arm_is_refused_before_the_own_set_is_locked(project, choose):
    read = choose(project, "anna", arm="assisted")
    assert not read.on and "not locked" in read.ui.readMessageLabel.text


def test_consensus_page_and_export_wait_for_every_lock(desktop, project, read):
    key(desktop, "1")
    click(read.ui.stopReadingButton)
    ui = read.ui
    assert not any(b.enabled for b in (ui.settleButton, ui.agreementButton, ui.trainingButton))
    read.settle()
    assert not read.on and "not locked" in ui.readMessageLabel.text
