"""A corrected segmentation goes to an archive as the reader left it, and says what is whose."""

import pydicom
import pytest
import slicer

hd = pytest.importorskip("highdicom")
from SpineLib.slabs import finish  # noqa: E402
from SpineSlicer.scene.corrections import keepOriginal  # noqa: E402
from SpineSlicer.scene.labelmapNodes import orientedImage  # noqa: E402
from SpineSlicer.scene.naming import nameVertebra  # noqa: E402
from SpineSlicer.scene.resultsToSend import gatheringSegmentation  # noqa: E402
from Testing.desktop.dicomDatabase import DicomDatabase  # noqa: E402
from Testing.SpineLib.dicom.conftest import SeriesWriter  # noqa: E402
from Testing.SpineLib.outputs.dicom_objects import HEADER, points_of, reading_of  # noqa: E402


@pytest.fixture
def images(tmp_path):
    writer = SeriesWriter()
    block = writer.place(6, 4.0, plane="sagittal", angle=12.0)
    writer.write(tmp_path / "study", [block], **HEADER)
    return tmp_path / "study"


def test_edits_names_and_own_drawings_are_what_is_sent(
    panel, ui, worker, images, monkeypatch, turns, tmp_path
):  # fmt: skip
    import numpy as np

    from SpineLib.outputs.dicom import Kind, results_in, write_dicom

    monkeypatch.setattr(slicer, "dicomDatabase", DicomDatabase(images), raising=False)
    reading = reading_of(images)
    node = panel._logic.show(reading)
    panel._parameters.segmentation = node
    panel._showSegmentation()
    labels = reading.segmentation
    keepOriginal(node)
    # The reader erases part of the canal, calls vertebra 1 L4, and draws over a vertebra.
    segmentation = node.GetSegmentation()
    erased = labels.voxels.copy()
    erased[2, 20:, :] = 0
    canal = labels.with_voxels((erased == 100).astype(np.uint8))
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(
        orientedImage(canal), node, "canal",
        slicer.vtkSlicerSegmentationsModuleLogic.MODE_REPLACE,
    )  # fmt: skip
    nameVertebra(node, 1, "L4", reader="Dr. A")
    mask = np.zeros(labels.shape, np.uint8)
    mask[1:3, 6:9, 9:15] = 1
    segmentation.AddEmptySegment("lesion", "lesion")
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(
        orientedImage(labels.with_voxels(mask)), node, "lesion",
        slicer.vtkSlicerSegmentationsModuleLogic.MODE_REPLACE,
    )  # fmt: skip

    send = panel.send
    send.ui.sendSectionButton.collapsed = False
    worker.result({"destinations": [{"name": "here", "where": "X@h:1", "encrypted": True}]})
    assert send.ui.sendButton.enabled
    monkeypatch.setattr("SpineSlicer.host.SendSection.confirm", lambda *_: True)
    send.ui.sendButton.click()
    command, arguments = worker.asked[-1], worker.arguments
    assert command == "send" and arguments["destination"] == "here"
    assert sorted(arguments["images"]) == sorted(map(str, images.glob("*")))

    files = write_dicom(
        results_in(arguments["reading"]), [*map(type(images), arguments["images"])],
        tmp_path / "objects", kinds=[Kind.segmentation],
    )  # fmt: skip
    made = hd.seg.segread(files[0])
    kinds = {one.SegmentLabel: one.SegmentAlgorithmType for one in made.SegmentSequence}
    assert kinds == {"L4": "AUTOMATIC", "L4/L5": "AUTOMATIC", "canal": "SEMIAUTOMATIC",
                     "lesion": "MANUAL"}  # fmt: skip
    whole = made.get_volume(rescale_fractional=False)
    to_lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ labels.ijk_to_ras[:, [2, 1, 0, 3]]
    expected = {"L4": labels.voxels == 1, "canal": erased == 100, "lesion": mask > 0}
    for number, one in enumerate(made.SegmentSequence):
        if one.SegmentLabel in expected:
            theirs = points_of(whole.array[..., number], whole.affine)
            ours = points_of(expected[one.SegmentLabel], to_lps)
            np.testing.assert_allclose(theirs, ours, atol=0.02)
    assert pydicom.dcmread(files[0]).SegmentsOverlap == "YES"
    assert not hasattr(made.SegmentSequence[3], "SegmentationAlgorithmIdentificationSequence")


def test_a_volume_that_is_not_dicom_says_that_it_has_nothing_to_go_with(panel, turns, segmented):
    assert "not read from DICOM" in panel.send.ui.sendAboutLabel.text
    assert not panel.send.ui.sendButton.enabled
    assert finish(gatheringSegmentation(segmented)).images == []
