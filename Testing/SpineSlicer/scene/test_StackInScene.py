"""Places of the findings in the scene: through the voxel, wherever the volume was moved."""

from itertools import permutations, product

import numpy as np
import pytest
import slicer
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from SpineLib.errors import BadInput
from SpineLib.volume import Volume
from SpineSlicer.scene.StackInScene import AsRead, StackInScene
from SpineSlicer.scene.volumeInScene import ijkToWorld, worldToIjk
from SpineSlicer.scene.volumeNodes import addVolumeNode
from Testing.phantom import phantom
from Testing.transforms import bend, crop, harden, move, placed

STORED = [
    (order, flips) for order in permutations(range(3)) for flips in product((1, -1), repeat=3)
]
SHAPE = (10, 22, 24)
READING = phantom(shape=SHAPE)
# No two voxels are the same.
VOLUME = READING.volumes["1"].with_voxels(np.arange(np.prod(SHAPE), dtype=np.int32).reshape(SHAPE))
STACK = READING.findings.stacks[0]


@pytest.fixture
def volume():
    return VOLUME


@pytest.fixture
def stack():
    return STACK


def stored(volume, order, flips):
    """The same voxels with axes in another order, some of them the other way round."""
    voxels = volume.voxels.transpose([2 - axis for axis in reversed(order)])
    voxels = voxels[tuple(slice(None, None, flip) for flip in reversed(flips))]
    to = np.zeros((4, 4))
    to[3, 3] = 1
    for new, (old, flip) in enumerate(zip(order, flips, strict=True)):
        to[old, new] = flip
        to[old, 3] = volume.shape[::-1][old] - 1 if flip < 0 else 0
    return Volume(voxels, volume.ijk_to_ras @ to)


def inScene(node, stack):
    asRead = AsRead.of(stack, node)
    return lambda: StackInScene(stack, node, asRead)


def assertVoxels(where, stack, volume):
    """On each slice a view meets the voxel that the findings mean, and the other way round."""
    node = where.volumeNode
    voxels = slicer.util.arrayFromVolume(node)
    for k in range(len(stack.slices)):
        ras = volume.ras([15, 8, k])
        world = where.toWorld(ras)
        at = worldToIjk(node, world)
        n = np.round(at).astype(int)
        np.testing.assert_allclose(at, n, atol=0.02)
        assert voxels[n[2], n[1], n[0]] == volume.voxels[k, 8, 15]
        np.testing.assert_allclose(ijkToWorld(node, n), world, atol=0.05)
        np.testing.assert_allclose(where.fromWorld(world), ras, atol=0.02)


@pytest.mark.parametrize(("order", "flips"), STORED)
def test_however_a_volume_is_stored_each_slice_is_found_before_and_after_it_is_moved(
    scene, stack, volume, order, flips
):
    node = addVolumeNode(scene, stored(volume, order, flips), "v")
    where = inScene(node, stack)
    assert where().fits
    np.testing.assert_allclose(where().toWorld([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0], atol=1e-9)
    move(node, placed([20, -10, 30], [5.0, -40.0, 60.0]))
    harden(node)
    move(node, placed([0, 15, 0], [0.0, 12.0, 0.0]))
    assertVoxels(where(), stack, volume)
    read = where().volume()
    np.testing.assert_array_equal(read.voxels, volume.voxels)
    np.testing.assert_array_equal(read.ijk_to_ras, volume.ijk_to_ras)
    assert read.frames == volume.frames


ANGLES = st.lists(st.floats(-180, 180), min_size=3, max_size=3)
MILLIMETRES = st.lists(st.floats(-200, 200), min_size=3, max_size=3)


@given(ANGLES, MILLIMETRES, ANGLES, MILLIMETRES)
def test_a_slice_stays_itself_under_any_hardened_and_observed_motion(angles, shift, others, beyond):
    scene = slicer.vtkMRMLScene()
    volume, stack = VOLUME, STACK
    node = addVolumeNode(scene, volume, "v")
    where = inScene(node, stack)
    move(node, placed(angles, shift))
    harden(node)
    move(node, placed(others, beyond))
    assertVoxels(where(), stack, volume)
    turned = Rotation.from_euler("xyz", others, degrees=True) * Rotation.from_euler(
        "xyz", angles, degrees=True
    )
    normal = where().normalInWorld(stack.slices[3].position_ras)
    expected = turned.as_matrix() @ np.cross(volume.directions[:, 0], volume.directions[:, 1])
    np.testing.assert_allclose(normal, expected, atol=1e-6)


def test_a_transform_that_bends_is_followed_point_by_point(scene, stack, volume):
    node = addVolumeNode(scene, volume, "v")
    where = inScene(node, stack)
    bend(node, volume)
    assert where().fits and where().isBent
    moved = [np.subtract(where().toWorld(slice_.position_ras), slice_.position_ras)
             for slice_ in stack.slices]  # fmt: skip
    assert np.ptp(moved, axis=0).max() > 3  # not all of them by the same
    assertVoxels(where(), stack, volume)


def test_overlays_are_built_in_the_nodes_own_space(scene, stack, volume):
    node = addVolumeNode(scene, volume, "v")
    where = inScene(node, stack)
    motion = placed([0, 0, 90], [0.0, 0.0, 50.0])
    move(node, motion)
    harden(node)
    inNode = where().stackInNode()
    np.testing.assert_allclose(inNode.ijk_to_ras, motion @ volume.ijk_to_ras, atol=1e-9)
    middle = motion @ [*stack.slices[2].position_ras, 1]
    np.testing.assert_allclose(inNode.slices[2].position_ras, middle[:3], atol=1e-9)
    np.testing.assert_allclose(stack.slices[2].position_ras, volume.slice_center(2))


def resampled(node, volume):
    """On a grid of the same shape, a little larger."""
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, :3] *= 1.1
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(matrix))
    slicer.util.updateVolumeFromArray(node, np.roll(volume.voxels, 1, axis=1))


def warped(node, volume):
    bend(node, volume)
    harden(node)


def turned(node, volume):
    """The slices the other way round, on the same grid."""
    slicer.util.updateVolumeFromArray(node, volume.voxels[::-1].copy())


@pytest.mark.parametrize("change", [lambda node, _: crop(node), resampled, warped, turned,
                                    lambda node, _: node.SetAndObserveImageData(None)],
                         ids=["cropped", "resampled", "warped", "turned", "emptied"])  # fmt: skip
def test_a_volume_that_no_longer_has_the_slices_is_refused_in_plain_words(
    scene, stack, volume, change
):
    node = addVolumeNode(scene, volume, "axial T2")
    where = inScene(node, stack)
    change(node, volume)
    assert not where().fits
    assert "axial T2 no longer has the slices that were read" in where().problem
    with pytest.raises(BadInput, match="read it again"):
        where().volume()


def test_a_volume_of_which_nobody_knows_how_it_was_read_is_refused_once_it_was_moved(
    scene, stack, volume
):
    node = addVolumeNode(scene, volume, "v")
    move(node, placed([0, 0, 5], [1.0, 0.0, 0.0]))
    harden(node)
    assert AsRead.of(stack, node) is None
    assert not StackInScene(stack, node, None).fits


def test_without_a_volume_nothing_is_moved(stack):
    where = StackInScene(stack)
    assert where.fits and where.toWorld([1, 2, 3]) == [1, 2, 3] == where.fromWorld([1, 2, 3])


def test_what_was_noted_survives_as_json(scene, stack, volume):
    node = addVolumeNode(scene, stored(volume, (1, 0, 2), (1, -1, -1)), "v")
    noted = AsRead.of(stack, node)
    again = AsRead.fromDict(noted.toDict())
    np.testing.assert_array_equal(again.indices, noted.indices)
    assert again.isStill(node) and again.slice(0) == 9
