"""A reading project's files: moved, torn, of a newer version, open elsewhere, or on a full disk."""

import json
import shutil

import pytest

from SpineLib.labels import COMPRESSED
from SpineLib.projects.project import open_project
from SpineLib.projects.session import ReaderSession
from SpineLib.store import lock as holding
from Testing.desktop import click
from Testing.SpineCompression.readers import key, projectWorker, settle
from Testing.SpineCompression.test_read import labels


@pytest.fixture
def worker(monkeypatch):
    """The worker that panels get: it does what a project is asked for."""
    return projectWorker(monkeypatch)


@pytest.fixture
def project(make_project):
    """Eight studies of four slices, one of each read twice."""
    return make_project()


@pytest.fixture
def read(project, choose):
    """Anna reads."""
    return choose(project, "anna")


def test_files_that_have_moved_are_said_and_found_again_in_the_panel(
    desktop, project, dicom, tmp_path, choose
):
    shutil.copytree(dicom, tmp_path / "elsewhere")
    listed = json.loads((project.folder / "studies.json").read_text())
    for study in listed:
        study["folder"] = str(tmp_path / "gone" / study["id"])
    (project.folder / "studies.json").write_text(json.dumps(listed))
    read = choose(open_project(project.folder), "anna")
    assert "no longer here" in read.ui.readMessageLabel.text
    assert "Moved files…" in read.ui.readMessageLabel.text
    key(desktop, "1")
    assert labels(project) == []
    click(read.ui.stopReadingButton)
    assert "have moved" in read.ui.projectLabel.text
    read.choice.relink(str(tmp_path / "elsewhere"))
    assert read.ui.readMessageLabel.text == "Studies found again: 8"
    click(read.ui.startReadingButton)
    settle(desktop)
    key(desktop, "1")
    assert labels(project) == [COMPRESSED]


def test_a_torn_or_hand_edited_file_is_said_and_the_rest_is_used(desktop, project, choose):
    with ReaderSession(project, "anna") as session:
        for _ in range(3):
            session.label(COMPRESSED)
    path = project.labels_file("anna")
    lines = path.read_text().splitlines(keepends=True)
    lines[1] = lines[1].replace('"label":"compressed"', '"label":"compresed"')
    path.write_text("".join(lines)[:-30])
    read = choose(project, "anna")
    text = read.ui.readMessageLabel.text
    assert "Line 2 is left out: 'compresed' is not a label" in text and "anna.jsonl.torn" in text
    assert read.ui.deskBar.text == "1 / 40 labelled"


def test_a_name_of_somebody_elses_is_refused_unless_it_is_the_same_person(
    desktop, project, choose, monkeypatch
):
    with ReaderSession(project, "anna") as session:
        session.label(COMPRESSED)
    monkeypatch.setattr(holding.platform, "node", lambda: "another machine")
    read = choose(project, "anna")
    assert not read.on and "belongs to another user" in read.ui.readMessageLabel.text
    read.ui.takeOverBox.checked = True
    click(read.ui.startReadingButton)
    assert read.on and read.ui.deskBar.text == "1 / 40 labelled"


def test_a_newer_project_is_refused_with_the_reason(project, choose):
    path = project.folder / "project.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    read = choose(project, "anna", start=False)
    assert "format 2; this program reads up to 1" in read.ui.readMessageLabel.text
    assert not read.ui.startReadingButton.enabled


def test_a_set_that_is_open_elsewhere_is_refused(project, choose):
    with ReaderSession(project, "anna"):
        read = choose(project, "anna")
        assert not read.on and "Another program" in read.ui.readMessageLabel.text


def test_slicers_own_python_has_all_that_a_reader_needs(project, choose):
    with pytest.raises(ModuleNotFoundError):
        import filelock  # noqa: F401  as in Slicer
    assert choose(project, "anna").on


def test_a_full_disk_is_said_and_the_slice_stays(desktop, project, read, monkeypatch):
    from SpineLib.store import journal

    write = journal.os.write
    monkeypatch.setattr(journal.os, "write", lambda handle, data: write(handle, data[:20]))
    read.ui.commentEdit.text = "disc"
    key(desktop, "Escape")
    read.desk.label(COMPRESSED)
    assert "disk is full" in read.ui.readMessageLabel.text and read.ui.commentEdit.text == "disc"
    monkeypatch.undo()
    read.desk.label(COMPRESSED)
    assert labels(project) == [COMPRESSED]
