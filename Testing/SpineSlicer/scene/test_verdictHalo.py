"""The ring around the canal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.findings import SliceFinding
from SpineLib.questions import COMPRESSION, Opinion
from SpineLib.volume import Volume
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.verdictHalo import (
    INNER_RADIUS,
    OUTER_RADIUS,
    canalCenters,
    haloLabelmap,
    haloLabels,
)
from Testing.phantom import LOWER, UPPER, two_blocks


def grid(spacing: tuple[float, float, float], slices: int = 3, size: int = 160) -> Volume:
    matrix = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    return Volume(np.zeros((slices, size, size), np.uint8), matrix)


def valueOf(slice_: SliceFinding) -> str:
    return slice_.opinion("compression").value


def halo_of(volume: Volume, slices: list[SliceFinding]) -> Volume:
    return haloLabelmap(volume, slices, COMPRESSION, [valueOf(slice_) for slice_ in slices])


def slices_at(volume: Volume, centers: list[list[float] | None]) -> list[SliceFinding]:
    return [
        SliceFinding(k, "", 1, [0.0, 0.0, 0.0], None if at is None else list(volume.ras([*at, k])),
                     "", [Opinion("compression", "m", "compressed", True, 0.9)])
        for k, at in enumerate(centers)
    ]  # fmt: skip


def test_every_slice_of_the_real_series_has_one_ring_of_its_verdict(cervical):
    stack = cervical.findings.stacks[0]
    halo = halo_of(cervical.volumes["4"], stack.slices)
    for slice_ in stack.slices:
        assert set(np.unique(halo.voxels[slice_.index])) == {
            0,
            haloLabels(COMPRESSION)[valueOf(slice_)],
        }


def test_the_ring_stays_clear_of_cord_and_canal(cervical):
    stack = cervical.findings.stacks[0]
    volume = cervical.volumes["4"]
    halo = halo_of(volume, stack.slices)
    for slice_, center in zip(stack.slices, canalCenters(volume, stack.slices), strict=True):
        k = slice_.index
        j, i = np.nonzero(halo.voxels[k])
        points = volume.ras(np.stack([i, j, np.full_like(i, k)], axis=1))
        distance = np.linalg.norm(points - center, axis=1)
        assert distance.min() > INNER_RADIUS - 0.1
        assert distance.max() < OUTER_RADIUS + 0.1


@settings(max_examples=20, deadline=None)
@given(x=st.floats(0.3, 2.5), y=st.floats(0.3, 2.5))
def test_the_ring_is_closed_however_large_the_pixels_are(x, y):
    volume = grid((x, y, 4.0), slices=1, size=200)
    ring = halo_of(volume, slices_at(volume, [[100, 100]])).voxels[0]
    j, i = np.nonzero(ring)
    angles = np.degrees(np.arctan2((j - 100) * y, (i - 100) * x))
    # Every direction from the centre meets the ring.
    assert len(np.unique(((angles % 360) // 15).astype(int))) == 24


def test_a_slice_without_a_canal_borrows_the_place_between_its_neighbours():
    volume = grid((1.0, 1.0, 4.0))
    centers = canalCenters(volume, slices_at(volume, [[40, 50], None, [60, 70]]))
    np.testing.assert_allclose(volume.ijk(centers[1]), [50, 60, 1], atol=1e-9)


def test_slices_beyond_the_last_canal_keep_its_place():
    volume = grid((1.0, 1.0, 4.0))
    centers = canalCenters(volume, slices_at(volume, [None, [60, 70], None]))
    np.testing.assert_allclose(volume.ijk(centers)[:, :2], [[60, 70]] * 3, atol=1e-9)


def test_a_stack_without_any_canal_has_its_rings_in_the_middle():
    volume = grid((1.0, 1.0, 4.0), slices=2, size=101)
    centers = canalCenters(volume, slices_at(volume, [None, None]))
    assert volume.ijk(centers)[:, :2] == pytest.approx(50.0)


def test_nothing_is_drawn_on_a_stack_in_which_no_canal_was_looked_for(scene):
    reading = two_blocks()
    unread = next(stack for stack in reading.findings.stacks if stack.id == LOWER)
    for slice_ in unread.slices:
        slice_.canal_center_ras = None
        slice_.opinions = [
            Opinion(o.question, reason="made for another region") for o in slice_.opinions
        ]
    nodes = ReadingScene(scene)
    nodes.show(reading)
    for kind in ("verdicts", "slice labels", "flagged runs"):
        assert nodes.node(kind, UPPER) is not None and nodes.node(kind, LOWER) is None
    assert nodes.node("findings table", LOWER) is not None
