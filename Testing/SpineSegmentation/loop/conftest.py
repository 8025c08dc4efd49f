"""The correction loop's panel on a small data set, with workers that work when a test says so."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from SpineLib.loop.images import of_volume
from SpineLib.loop.scores import Score, overlay_file, write_score
from SpineLib.loop.writer import DatasetWriter
from SpineLib.volume import write_volume
from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget
from Testing.desktop.widgets import CLASSES
from Testing.SpineLib.loop import learning
from Testing.SpineSegmentation.loop.story import FOLDER, LOOPS, MODEL, Worker, click

CLASSES.setdefault("qMRMLSegmentEditorWidget", qMRMLSegmentEditorWidget)


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr("SpineSlicer.host.StudyReader.WorkerProcess", lambda: worker)
    return worker


@pytest.fixture
def learner(monkeypatch):
    learner = Worker()
    monkeypatch.setattr("SpineSegmentationLib.LoopSection.WorkerProcess", lambda: learner)
    return learner


@pytest.fixture
def panel(desktop, worker, learner, monkeypatch):
    monkeypatch.setattr("SpineSlicer.host.SetupSection.Installation.missing", lambda self: [])
    widget = desktop.open("SpineSegmentation", FOLDER)
    sections = ("loopSection", "dataSetSection", "queueSection", "caseSection", "learnSection")
    for name in sections:
        getattr(widget.panel.loop.ui, name).collapsed = False
    LOOPS.append(widget.panel.loop)
    yield widget.panel
    widget.cleanup()


@pytest.fixture
def loop(panel):
    return panel.loop


@pytest.fixture
def ui(loop):
    return loop.ui


@pytest.fixture(scope="session")
def answered(tmp_path_factory):
    """Four cases with the model's answers: each lacks a disc; the second is the least sure."""
    folder = tmp_path_factory.mktemp("loop") / "lumbar"
    from SpineLib.loop.dataset import create_dataset

    model = learning.tiny_model(folder.parent / "model")
    create_dataset(folder, title="Lumbar", task="segmentation", model=model)
    with DatasetWriter(folder) as writer:
        for n in range(4):
            image, labels = learning.spine(n)
            voxels = labels.voxels.copy()
            voxels[voxels == 202] = 0
            case = writer.add(of_volume(image), patient=f"p{n}", region="lumbar", site="A")
            version = writer.add_version(
                case, labels.with_voxels(voxels), kind="automatic", model=MODEL
            )
            doubt = 0.2 + 0.3 * (n == 1)
            write_score(folder, Score(case.id, MODEL, case.image.sha256, version.number, doubt))
            entropy = labels.with_voxels((voxels == 1).astype(np.float32))
            write_volume(entropy, overlay_file(folder, MODEL, case.id))
    return folder


@pytest.fixture
def folder(answered, tmp_path):
    return Path(shutil.copytree(answered, tmp_path / "lumbar"))


@pytest.fixture
def opened(loop, ui, folder):
    """The panel with the data set, read by Anna."""
    ui.readerEdit.text = "Anna"
    ui.dataSetEdit.currentPath = str(folder)
    return folder


@pytest.fixture
def case(loop, ui, opened):
    """The panel with the first case of the queue open."""
    click(ui.openButton)
    return loop.case.work


@pytest.fixture
def learnt(loop, ui, tmp_path):
    """The panel with seven corrected cases, three of them of the frozen test."""
    learning.segmentation_set(tmp_path / "set")
    ui.readerEdit.text = "Anna"
    ui.dataSetEdit.currentPath = str(tmp_path / "set")
    return tmp_path / "set"
