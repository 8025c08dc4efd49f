"""The panel: what a click does, and what the person sees of it."""

import types

import numpy as np
import pytest
from SpineSegmentationLib.ReadingPanel import ReadingPanel
from SpineSegmentationLib.StudyReader import StudyReader

from SpineLib.errors import BadInput, Cancelled
from SpineLib.findings import Findings
from SpineLib.progress import Step
from SpineLib.reading import Reading


class Widget(types.SimpleNamespace):
    """Any widget: properties are attributes, signals are remembered."""

    def __init__(self):
        super().__init__(slots={}, items=[], currentPath="", currentText="", checked=False)
        self.node = None

    def connect(self, signal, slot):
        self.slots[signal] = slot

    def addItems(self, items):
        self.items = items

    def setCurrentText(self, text):
        self.currentText = text

    def currentNode(self):
        return self.node

    def setFormat(self, text):
        self.format = text


class Worker:
    """Remembers the one request, which a test answers."""

    def request(self, command, arguments, *, onResult, onError, onProgress):
        self.arguments, self.result, self.error = arguments, onResult, onError
        self.progress = onProgress
        return "1"

    def cancel(self, request):
        self.error(Cancelled())


@pytest.fixture
def ui():
    names = (
        *("pathEdit", "volumeSelector", "weightingBox", "regionBox", "forceBox", "readButton"),
        *("cancelButton", "progressBar", "verdictLabel", "noticeLabel"),
    )
    return types.SimpleNamespace(**{name: Widget() for name in names})


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def panel(ui, worker):
    return ReadingPanel(ui, StudyReader(worker), lambda reading, node: "Normal: all is well")


def click(ui, button):
    getattr(ui, button).slots["clicked(bool)"](True)


def choose_folder(ui):
    ui.pathEdit.currentPath = "/data/study"
    ui.pathEdit.slots["currentPathChanged(QString)"]("/data/study")


def test_nothing_can_be_read_before_something_is_chosen(ui, panel):
    assert not ui.readButton.enabled
    choose_folder(ui)
    assert ui.readButton.enabled
    assert not ui.cancelButton.enabled


def test_while_a_study_is_read_it_can_be_cancelled_and_its_progress_is_seen(ui, panel, worker):
    choose_folder(ui)
    click(ui, "readButton")
    assert worker.arguments["input"] == "/data/study"
    assert not ui.readButton.enabled and ui.cancelButton.enabled and ui.progressBar.visible
    worker.progress(Step("Finding the canal", 3, 19, 4.0))
    assert (ui.progressBar.value, ui.progressBar.maximum) == (3, 19)
    assert ui.progressBar.format == "Finding the canal, 4 s left"
    click(ui, "cancelButton")
    assert ui.verdictLabel.text == "Cancelled"
    assert ui.readButton.enabled and not ui.progressBar.visible


def test_the_verdict_and_the_starter_notice_are_shown(ui, panel, worker, tmp_path):
    choose_folder(ui)
    click(ui, "readButton")
    Reading(Findings(notice="Starter model")).save(tmp_path)
    worker.result({"folder": str(tmp_path)})
    assert ui.verdictLabel.text == "Normal: all is well"
    assert ui.noticeLabel.text == "Starter model" and ui.noticeLabel.visible


def test_an_error_is_shown_as_its_sentence_and_another_try_is_possible(ui, panel, worker):
    choose_folder(ui)
    click(ui, "readButton")
    worker.error(BadInput("The folder is empty", file="/data/study"))
    assert ui.verdictLabel.text == "The folder is empty (/data/study)."
    assert ui.readButton.enabled


def test_what_the_person_says_reaches_the_worker(ui, panel, worker):
    choose_folder(ui)
    ui.weightingBox.currentText, ui.forceBox.checked = "T2", True
    click(ui, "readButton")
    assert worker.arguments["weighting"] == "T2"
    assert worker.arguments["region"] == ""
    assert worker.arguments["force"] is True


def test_a_volume_of_the_scene_is_handed_over_as_a_file_that_is_removed_afterwards(
    ui, panel, worker
):
    slicer = pytest.importorskip("slicer")
    from SpineSegmentationLib.volumeNodes import addVolumeNode

    from SpineLib.volume import Volume, read_volume

    scene = slicer.vtkMRMLScene()
    voxels = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    volume = Volume(voxels, np.diag([-1.0, -1.0, 3.0, 1.0]))
    ui.volumeSelector.node = addVolumeNode(scene, volume, "axial")
    click(ui, "readButton")
    handed = read_volume(worker.arguments["input"])
    assert handed.same_grid(volume) and (handed.voxels == voxels).all()
    worker.error(Cancelled())
    from pathlib import Path

    assert not Path(worker.arguments["input"]).parent.exists()
