"""Results go from the panel to an archive as they stand in the scene, and what is refused is said."""

import numpy as np
import pytest
import slicer

hd = pytest.importorskip("highdicom")
from SpineLib.doors.serving import HANDLERS  # noqa: E402
from SpineLib.errors import SpineError  # noqa: E402
from SpineLib.labels import COMPRESSED  # noqa: E402
from SpineLib.pacs.destinations import read_destinations  # noqa: E402
from SpineLib.progress import Progress  # noqa: E402
from SpineLib.protocol import serve  # noqa: E402
from SpineLib.questions import COMPRESSION  # noqa: E402
from Testing.desktop import click  # noqa: E402
from Testing.desktop.dicomDatabase import DicomDatabase  # noqa: E402
from Testing.SpineCompression.panels import Worker, settle  # noqa: E402
from Testing.SpineLib.dicom.conftest import SeriesWriter  # noqa: E402
from Testing.SpineLib.outputs.dicom_objects import HEADER, groups_of, reading_of, said_in  # noqa: E402
from Testing.SpineLib.pacs.conftest import archive, own_settings  # noqa: E402, F401

SR, SEG = "1.2.840.10008.5.1.4.1.1.88.34", "1.2.840.10008.5.1.4.1.1.66.4"


class SendingWorker(Worker):
    """Sends as the real worker does, at once."""

    def request(self, command, arguments, *, onResult, onError, onProgress=lambda step: None):
        if command not in ("send", "pacs"):
            return super().request(
                command, arguments, onResult=onResult, onError=onError, onProgress=onProgress
            )
        try:
            result = serve(HANDLERS, command, arguments, Progress(onProgress))
        except SpineError as error:
            onError(error)
        else:
            onResult(result)
        return "now"


@pytest.fixture
def worker(monkeypatch):
    import SpineSlicer.host.StudyReader as module

    one = SendingWorker()
    monkeypatch.setattr(module, "WorkerProcess", lambda *_: one)
    return one


@pytest.fixture
def asked(monkeypatch):
    """What the person was asked before anything was sent; they say yes."""
    questions = []

    def ask(text, *_arguments):
        questions.append(text)
        return True

    monkeypatch.setattr("SpineSlicer.host.SendSection.confirm", ask)
    return questions


@pytest.fixture
def images(tmp_path):
    writer = SeriesWriter()
    writer.write(tmp_path / "study", [writer.place(6, 4.0, angle=12.0)], **HEADER)
    return tmp_path / "study"


@pytest.fixture
def send(widget, images, archive, asked, monkeypatch):  # noqa: F811
    """The panel's section, open, with a study of Slicer's database shown and the archive added."""
    monkeypatch.setattr(slicer, "dicomDatabase", DicomDatabase(images), raising=False)
    reading = reading_of(images)
    widget.panel.show(reading)
    section = widget.panel.send
    section.ui.sendSectionButton.collapsed = False
    settle()
    section.ui.destinationNameEdit.text = "here"
    section.ui.destinationAddressEdit.text = f"ARCHIVE@127.0.0.1:{archive.port}"
    click(section.ui.keepDestinationButton)
    return section


def rows(table):
    return [[table.item(r, c).text() for c in range(3)] for r in range(table.rowCount)]


def reports(archive):  # noqa: F811
    return [one for one in archive.received if one.SOPClassUID == SR]


def press_send(send):
    click(send.ui.sendButton)
    settle()
    return rows(send.ui.sentTable)


def test_what_a_reader_says_and_signs_is_in_the_next_report_which_names_the_one_before(
    send, widget, archive, asked, tmp_path  # noqa: F811
):  # fmt: skip
    assert list(read_destinations()) == ["here"]
    assert press_send(send) == [
        ["Key images", "sent", ""], ["Ring and letters 1", "sent", ""], ["Report", "sent", ""],
        ["Segmentation", "sent", ""],
    ]  # fmt: skip
    assert "here (ARCHIVE@127.0.0.1" in asked[0] and "not encrypted" in asked[0]
    assert send.ui.sendStatusLabel.text == "The archive has them."
    assert not send.ui.retryButton.isVisible() and send.ui.sendButton.text == "Send…"

    widget.panel.study.go(4)
    widget.panel.study.answer(COMPRESSION.key, COMPRESSED, reader="Dr. A")
    click(send.ui.signBox)
    send.ui.signerEdit.text, send.ui.organizationEdit.text = "Dr. A", "Hospital"
    press_send(send)
    assert "signed by Dr. A" in asked[1]
    before, after = (one for one in archive.received if one.SOPClassUID == SR)
    assert before.VerificationFlag == "UNVERIFIED" and before.PreliminaryFlag == "PRELIMINARY"
    assert after.VerificationFlag == "VERIFIED" and after.PreliminaryFlag == "FINAL"
    (observer,) = after.VerifyingObserverSequence
    assert observer.VerifyingObserverName.family_name == "Dr. A"
    assert observer.VerifyingOrganization == "Hospital"
    named = after.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    assert named.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == before.SOPInstanceUID
    assert "PredecessorDocumentsSequence" not in before
    after.save_as(tmp_path / "report.dcm", enforce_file_format=True)
    groups = [g for g in groups_of(tmp_path / "report.dcm") if not has_algorithm(g)]
    assert [said_in(group)[COMPRESSION.key] for group in groups[:1]] == [COMPRESSED]
    older, newer = (one for one in archive.received if one.SOPClassUID == SEG)
    assert newer.ReferencedImageSequence[0].ReferencedSOPInstanceUID == older.SOPInstanceUID


def test_what_is_refused_or_cut_off_is_said_and_sent_again_as_it_was(
    send, widget, archive, monkeypatch  # noqa: F811
):  # fmt: skip
    monkeypatch.setattr("SpineSlicer.host.SendSection.confirm", lambda *_: False)
    press_send(send)
    assert not archive.received  # the person said no
    monkeypatch.setattr("SpineSlicer.host.SendSection.confirm", lambda *_: True)

    archive.answers = [0x0000, 0xA700, 0x0000, 0x0000]
    refused = [row for row in press_send(send) if row[1] == "refused"]
    assert len(refused) == 1 and "0xA700" in refused[0][2]
    assert send.ui.sendStatusLabel.text == "1 of 4 objects are not in the archive."
    click(send.ui.retryButton)
    settle()
    assert [row[1] for row in rows(send.ui.sentTable)].count("there already") == 3
    assert send.ui.sendStatusLabel.text == "The archive has them."
    assert len({str(one.SOPInstanceUID) for one in archive.received}) == 4

    archive.received.clear()
    archive.abort_at = 2
    states = sorted(row[1] for row in press_send(send))
    assert states == ["not sent", "not sent", "sent", "sent"]
    archive.abort_at = None
    click(send.ui.retryButton)
    settle()
    uids = [str(one.SOPInstanceUID) for one in archive.received]
    assert len(uids) == len(set(uids)) == 4

    archive.answers = [0xA700] * 4
    press_send(send)
    assert send.ui.retryButton.isVisible()
    widget.panel.study.close()
    assert not send.ui.retryButton.isVisible() and not send.ui.sentTable.isVisible()
    assert not send.ui.sendButton.enabled


def test_what_is_missing_is_said_and_nothing_is_sent(
    send, widget, archive, monkeypatch, images  # noqa: F811
):  # fmt: skip
    click(send.ui.signBox)
    send.ui.signerEdit.text = ""
    press_send(send)
    assert send.ui.sendStatusLabel.text == "Say who signs."
    send.ui.signerEdit.text, send.ui.organizationEdit.text = "Dr. A", ""
    press_send(send)
    assert "needs an organization" in send.ui.sendStatusLabel.text
    click(send.ui.signBox)
    monkeypatch.setattr(slicer, "dicomDatabase", DicomDatabase(), raising=False)
    press_send(send)
    assert "Name the folder that they are in" in send.ui.sendStatusLabel.text
    assert not archive.received

    send.ui.imagesEdit.currentPath = str(images)
    for box in ("segmentationBox", "reportBox", "keyImagesBox", "presentationBox"):
        getattr(send.ui, box).checked = False
    click(send.ui.captureBox)
    assert press_send(send)[0][:2] == ["Picture 01", "sent"]
    sent = archive.received[0]
    picture = np.frombuffer(sent.PixelData, np.uint8)[: sent.Rows * sent.Columns * 3]
    picture = picture.reshape(sent.Rows, sent.Columns, 3)
    foot = picture[int(picture.shape[0] * 0.9) :]
    assert (foot.min(axis=2) > 120).sum() > 50  # the notice, white at the lower border

    reading = reading_of(images)
    for stack in reading.findings.stacks:
        stack.sop_instance_uids, stack.slices = [], []
    widget.panel.show(reading)
    assert "not read from DICOM" in send.ui.sendAboutLabel.text
    assert not send.ui.sendButton.enabled


def has_algorithm(group) -> bool:
    return any(item.name.CodeValue == "111001" for item in group[0].ContentSequence)
