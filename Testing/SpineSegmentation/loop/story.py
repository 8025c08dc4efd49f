"""What the tests of the correction loop's panel do and look at: clicks, keys, a worker, a mended disc."""

import time
from pathlib import Path

import numpy as np
import slicer

from SpineLib.errors import SpineError, from_exception
from SpineLib.loop.serving import HANDLERS
from SpineLib.progress import Progress
from SpineLib.protocol import serve
from Testing.desktop import click as press
from Testing.SpineLib.loop import learning
from Testing.SpineSlicer.scene.test_corrections import paint

FOLDER = Path(__file__).resolve().parents[3] / "SpineSegmentation"
MODEL = "0001-starter-tiny"


LOOPS = []


def settle():
    """Lets the event loop turn until what the panel began is done."""
    from PySide6.QtWidgets import QApplication

    section = LOOPS[-1].case
    end = time.monotonic() + 120
    while section.busy or section._looking.busy or section._doubts._turns.busy:
        QApplication.processEvents()
        assert time.monotonic() < end


def click(widget):
    press(widget)
    settle()


class Worker:
    """A worker in this process, which works when the test says so."""

    def __init__(self):
        self.asked, self.cancelled, self.seconds, self.stopped = [], [], [], False

    def request(self, command, arguments, *, onResult, onError, onProgress=lambda step: None):
        self.asked.append((command, arguments))
        self.result, self.error, self.progress = onResult, onError, onProgress
        return str(len(self.asked))

    def cancel(self, request, seconds=2):
        self.cancelled.append(request)
        self.seconds.append(seconds)

    def stop(self):
        self.stopped = True

    def work(self, stop=lambda step: False, **changes):
        """Does what was asked last, as the real worker's command does it, until it is cancelled."""
        command, arguments = self.asked[-1]

        def tell(step):
            self.progress(step)
            if stop(step):
                progress.cancel()

        progress = Progress(tell)
        try:
            result = serve(HANDLERS, command, {**arguments, **changes}, progress)
        except SpineError as error:
            self.error(from_exception(error))
        else:
            self.result(result)


def rows(table):
    return [
        [table.item(row, column).text() for column in range(table.columnCount)]
        for row in range(table.rowCount)
    ]


def mend(work):
    """Paints the missing disc as it should be."""
    number = int(work.case.id) - 1
    truth = learning.spine(number)[1].voxels
    click_add(work)
    paint_all(work.shown.node, "disc202", truth == 202)


def click_add(work):
    work.shown.add(202)


def paint_all(node, identifier, mask):
    from vtk.util.numpy_support import numpy_to_vtk

    segmentation = node.GetSegmentation()
    image = slicer.vtkOrientedImageData()
    like = segmentation.GetSegment("vertebra1").GetRepresentation("Binary labelmap")
    image.DeepCopy(like)
    flat = np.ascontiguousarray(mask, np.uint8).ravel()
    image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=True))
    segment = slicer.vtkSegment()
    segment.DeepCopy(segmentation.GetSegment(identifier))
    segment.AddRepresentation("Binary labelmap", image)
    segment.SetLabelValue(1)
    segmentation.RemoveSegment(identifier)
    segmentation.AddSegment(segment, identifier)


def erase_half(work, identifier="vertebra2"):
    def half(array):
        array[:, : array.shape[1] // 2] = 0
        return array

    paint(work.shown.node, identifier, half)


def key(loop, name):
    """What a key of the loop does, as `QShortcut` says it."""
    shortcut = loop.case._keys.shortcuts[name]
    assert shortcut.isEnabled()
    shortcut.activated.emit()
    settle()


def center():
    node = slicer.mrmlScene.GetNodeByID("vtkMRMLSliceNodeRed")
    return np.array([node.GetSliceToRAS().GetElement(n, 3) for n in range(3)])


def nodes(name):
    from SpineSlicer.scene.volumeNodes import nodesOfClass

    return [node for node in nodesOfClass(slicer.mrmlScene, name) if node.GetClassName() == name]


def lose(work):
    """The middle vertebra goes, which cannot be."""
    work.shown.node.GetSegmentation().RemoveSegment("vertebra2")
