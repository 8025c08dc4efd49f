"""What the line under the stacks says, where the images do not say what they show."""

from pathlib import Path

import pydicom
import pytest

from SpineLib.doors.serving import HANDLERS
from SpineLib.progress import Progress
from SpineLib.protocol import serve
from Testing.desktop import click

FOLDER = Path(__file__).resolve().parents[3] / "SpineSegmentation"
TELLING = ("BodyPartExamined", "SeriesDescription", "ProtocolName", "StudyDescription",
           "PerformedProcedureStepDescription", "RequestedProcedureDescription")  # fmt: skip


@pytest.fixture(scope="module")
def silent(data, tmp_path_factory):
    """A real lumbar series whose header does not say what it shows."""
    folder = tmp_path_factory.mktemp("silent")
    for file in sorted((data / "dicom" / "lumbar_t2_sagittal").iterdir()):
        if file.is_file():
            dicom = pydicom.dcmread(file)
            for name in TELLING:
                if name in dicom:
                    delattr(dicom, name)
            dicom.save_as(folder / file.name)
    return folder


class Worker:
    """Scans as the real worker does, at once; what is to be read is kept."""

    def __init__(self):
        self.scans, self.read = [], None

    def request(self, command, arguments, *, onResult, onError, onProgress=None):
        if command == "scan":
            self.scans.append(arguments)
            onResult(serve(HANDLERS, command, arguments, Progress()))
        else:
            self.read, self.result = arguments, onResult
        return command

    def cancel(self, request, seconds=2):
        pass

    def stop(self):
        pass


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr("SpineSlicer.host.StudyReader.WorkerProcess", lambda: worker)
    monkeypatch.setattr("SpineSlicer.host.SetupSection.Installation.missing", lambda self: [])
    return worker


@pytest.fixture
def panel(desktop, worker, silent):
    widget = desktop.open("SpineSegmentation", FOLDER)
    widget.panel.input.choose(str(silent))
    yield widget.panel
    widget.cleanup()


def test_what_nobody_said_is_asked_for_in_the_panels_words_and_the_answer_renews_the_line(
    panel, worker
):
    ui = panel.ui
    reason = ui.stackReasonLabel.text
    assert reason.startswith("Not assessed: made for sagittal") and "--" not in reason
    assert "the region of this stack is not known. Set it under Region." in reason
    ui.stackBox.currentIndex = 1
    ui.regionBox.setCurrentText("lumbar")
    assert worker.scans[-1] == {"folder": panel.input.folder, "region": "lumbar"}
    assert ui.stackReasonLabel.text == "A model is made for it."
    assert ui.stackBox.currentIndex == 1, "the choice stays"
    ui.stackBox.currentIndex = 0
    assert ui.stackReasonLabel.text.startswith("Read: ")
    ui.regionBox.setCurrentText("cervical")
    assert "this stack is sagittal T2 of the cervical spine" in ui.stackReasonLabel.text
    assert "Set it" not in ui.stackReasonLabel.text
    scans = len(worker.scans)
    ui.regionBox.setCurrentText("lumbar")
    click(ui.segmentButton)
    assert worker.read["region"] == "lumbar" and len(worker.scans) == scans + 1


def test_where_there_is_no_stack_to_read_nobody_is_told_to_run_it_anyway(desktop, worker, data):
    widget = desktop.open("SpineSegmentation", FOLDER)
    widget.panel.input.choose(str(data / "dicom" / "cervical_t2_axial"))
    reason = widget.panel.ui.stackReasonLabel.text
    assert reason == "Not assessed: the study has no sagittal stack."
    widget.cleanup()
