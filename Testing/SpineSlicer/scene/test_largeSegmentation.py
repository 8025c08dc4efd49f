"""A large segmentation holds the window up for no longer than it must: each step is timed.

Times are of computing (the thread's own clock), so that another program beside the tests does not
fail them. What was measured of one step alone stands in docs/slicer.md; the limits here leave room
for a slower machine.
"""

import numpy as np
import pytest

from SpineLib.findings import Findings, SegmentationFinding, SegmentFinding
from SpineLib.inference.measures import measuring
from SpineLib.labels import CANAL, structure
from SpineLib.reading import Reading
from SpineLib.volume import Volume
from SpineSlicer.scene.closedSurfaces import addingSurfaces, hasSurfaces, surfaceName
from SpineSlicer.scene.labelmapNodes import labelmapFromNode, segmentsIn
from SpineSlicer.scene.naming import following, renamed
from SpineSlicer.scene.shownSegmentation import showingSegmentation
from SpineSlicer.scene.spineSegmentation import currentLabelmap, segmentationFinding
from Testing.machine import longest_step
from Testing.readings import stack_of

SHAPE = (30, 512, 512)  # sagittal slices, rows, columns
VERTEBRAE, TALL, DEEP = 7, 46, 80
MOST, MOST_OF_A_SURFACE = 0.1, 0.2  # seconds


@pytest.fixture(scope="module")
def large():
    """A reading of 512 × 512 × 30: seven vertebrae with their discs, and the canal behind."""
    voxels = np.zeros(SHAPE, np.uint8)
    for n in range(VERTEBRAE):
        top = 490 - n * (TALL + 20)
        voxels[2:28, top - TALL : top, 150 : 150 + DEEP] = n + 1
        if n:
            voxels[6:24, top + 4 : top + 16, 155 : 145 + DEEP] = 201 + n
    voxels[11:19, 20:490, 240:275] = CANAL
    matrix = np.array([[4.0, 0, 0, -60], [0, 0, -0.6, 150], [0, -0.6, 0, 150], [0, 0, 0, 1.0]])[
        :, [2, 1, 0, 3]
    ]
    volume = Volume(voxels.astype(np.int16) * 7, matrix)
    numbers = [int(n) for n in np.unique(voxels) if n]
    segments = [
        SegmentFinding(n, structure(n).kind, f"{structure(n).kind} {n}", False, 1.0, [0.0] * 3)
        for n in numbers
    ]
    finding = SegmentationFinding("assessed", stack="2", segments=segments)
    findings = Findings([stack_of(volume, "2", "sagittal", "lumbar")], segmentation=finding)
    return Reading(findings, {"2": volume}, volume.with_voxels(voxels))


def result(steps):
    """What the steps lead to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.mark.timing
def test_no_step_of_a_large_segmentation_holds_the_window_up_for_long(scene, large):
    def showing():
        scene.Clear(False)
        return showingSegmentation(scene, large)

    took, (node, _volume) = longest_step(showing, MOST)
    assert took < MOST
    finding, labelmap = segmentationFinding(node), currentLabelmap(node)
    took, measures = longest_step(lambda: measuring(labelmap, finding), MOST)
    assert took < MOST and len(measures) == 2 * VERTEBRAE
    renamed(node, 1, "L5")
    assert longest_step(lambda: following(node), MOST)[0] < MOST
    assert not hasSurfaces(node)

    def surfacing():
        node.GetSegmentation().RemoveRepresentation(surfaceName())
        return addingSurfaces(node)

    assert longest_step(surfacing, MOST_OF_A_SURFACE)[0] < MOST_OF_A_SURFACE
    assert hasSurfaces(node)


def test_surfaces_made_one_by_one_are_those_that_slicer_makes_of_all(scene, lumbar):
    node, _volume = result(showingSegmentation(scene, lumbar))
    segmentation = node.GetSegmentation()

    def surfaces():
        segments = [segment for _id, segment, _number in segmentsIn(node)]
        made = [segment.GetRepresentation(surfaceName()) for segment in segments]
        return [(surface.GetNumberOfPoints(), surface.GetBounds()) for surface in made]

    result(addingSurfaces(node))
    ours = surfaces()
    segmentation.RemoveRepresentation(surfaceName())
    node.CreateClosedSurfaceRepresentation()
    for (count, bounds), (other, others) in zip(ours, surfaces(), strict=True):
        assert count == other and bounds == pytest.approx(others, abs=1e-3)


def test_the_label_map_of_a_shifted_larger_grid_is_brought_to_the_volumes_own(scene, lumbar):
    """Against each segment asked for by itself, as Slicer gives it."""
    import slicer
    from vtk.util.numpy_support import vtk_to_numpy

    from SpineSlicer.scene.labelmapNodes import LABEL_TAG, orientedImage, vtkTag

    node, _volume = result(showingSegmentation(scene, lumbar))
    whole = lumbar.volumes["2"]
    matrix = whole.ijk_to_ras.copy()
    matrix[:3, 3] = whole.ras([-3, 2, 1])
    reference = Volume(np.zeros([n + 4 for n in whole.shape], np.uint8), matrix)
    expected = np.zeros(reference.shape, np.uint8)
    segmentation, grid = node.GetSegmentation(), orientedImage(reference)
    for n in range(segmentation.GetNumberOfSegments()):
        image = slicer.vtkOrientedImageData()
        node.GetBinaryLabelmapRepresentation(segmentation.GetNthSegmentID(n), image)
        slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
            image, grid, image, False
        )
        scalars = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(expected.shape)
        expected[scalars > 0] = int(vtkTag(segmentation.GetNthSegment(n), LABEL_TAG))
    assert expected.any()
    np.testing.assert_array_equal(labelmapFromNode(node, reference).voxels, expected)
