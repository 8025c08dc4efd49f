"""Vertebrae and discs are told apart, and named only where there is evidence."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from SpineLib.inference.instances import name_instances
from SpineLib.inference.semantic import CANAL, DISC, SACRUM, VERTEBRA
from SpineLib.labels import ASSESSED, NOT_ASSESSED
from SpineLib.labels import CANAL as CANAL_NUMBER
from SpineLib.volume import Volume, read_volume

ORDERS = list(product(permutations(range(3)), product([False, True], repeat=3)))


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * (a & b).sum() / (a.sum() + b.sum())


def stored(volume: Volume, axes: tuple[int, ...], flips: tuple[bool, ...]) -> Volume:
    """The same picture with its voxels in another order."""
    voxels, matrix = volume.voxels.transpose(axes), np.eye(4)
    matrix[:3, :3] = volume.ijk_to_ras[:3, [2 - axes[2 - column] for column in range(3)]]
    matrix[:3, 3] = volume.ijk_to_ras[:3, 3]
    for axis, flip in enumerate(flips):
        if flip:
            voxels = np.flip(voxels, axis)
            matrix[:3, 3] += matrix[:3, 2 - axis] * (voxels.shape[axis] - 1)
            matrix[:3, 2 - axis] *= -1
    return Volume(voxels, matrix)


@pytest.mark.parametrize("name", ["005", "007"])
def test_the_structures_of_a_real_mask_are_told_apart_and_named(name, spider_mask, to_semantic):
    truth = spider_mask(name)
    labels, finding = name_instances(to_semantic(truth))
    assert finding.status == ASSESSED
    assert finding.lowest == "L5", finding.evidence
    for label in np.unique(truth.voxels)[1:]:
        least = 0.98 if label < 100 else 0.999
        assert dice(labels.voxels == label, truth.voxels == label) > least, label
    assert {s.name for s in finding.segments} >= {"L5", "L1", "T12", "L5/S1", "T11/T12", "canal"}


@pytest.mark.parametrize("cut", [90, 150, 200, 260])
def test_a_real_mask_that_ends_above_the_sacrum_gets_no_level(cut, spider_mask, to_semantic):
    semantic = to_semantic(spider_mask("007"))
    # The array's second axis runs from caudal to cranial.
    kept = Volume(semantic.voxels[:, cut:], semantic.ijk_to_ras)
    _, finding = name_instances(kept)
    assert finding.lowest == ""
    assert "level not known" in finding.evidence
    assert all("(level not known)" in s.name for s in finding.segments if s.kind != "canal")


def test_a_crop_without_sacrum_by_another_group_gets_no_level_but_keeps_its_instances(data: Path):
    folder = data / "nifti" / "tptbox_lumbar"
    parts = read_volume(folder / "sub-mri_seg-subreg_label-6_msk.nii.gz")
    truth = read_volume(folder / "sub-mri_seg-vert_label-6_msk.nii.gz").voxels
    table = np.zeros(256, np.uint8)
    table[41:51], table[62], table[60:62], table[100] = VERTEBRA, VERTEBRA, CANAL, DISC
    labels, finding = name_instances(parts.with_voxels(table[parts.voxels]))
    assert finding.lowest == ""
    # 5 is cut away but for its arch; the discs and the two others are whole.
    for theirs, ours, least in ((105, 203, 0.99), (106, 202, 0.99), (7, 101, 0.95), (6, 102, 0.9)):
        assert dice(labels.voxels == ours, truth == theirs) > least


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.sampled_from(ORDERS))
def test_the_order_in_which_voxels_are_stored_does_not_matter(order, drawn_spine):
    semantic = drawn_spine()
    expected, finding = name_instances(semantic)
    labels, other = name_instances(stored(semantic, *order))
    assert np.array_equal(labels.voxels, stored(expected, *order).voxels)
    assert [(s.label, s.name, s.volume_ml) for s in other.segments] == [
        (s.label, s.name, s.volume_ml) for s in finding.segments
    ]
    assert np.allclose(
        [s.centroid_ras for s in other.segments],
        [s.centroid_ras for s in finding.segments],
        atol=0.02,
    )


@pytest.mark.parametrize("degrees", [-8, 12])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_an_oblique_grid_gives_the_same_structures(axis, degrees, drawn_spine):
    semantic = drawn_spine()
    expected, _ = name_instances(semantic)
    turn = np.eye(4)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    a, b = [n for n in range(3) if n != axis]
    turn[a, a], turn[a, b], turn[b, a], turn[b, b] = cos, -sin, sin, cos
    labels, finding = name_instances(replace(semantic, ijk_to_ras=turn @ semantic.ijk_to_ras))
    assert finding.status == ASSESSED
    for label in np.unique(expected.voxels)[1:]:
        assert dice(labels.voxels == label, expected.voxels == label) > 0.95


def test_the_result_lies_on_the_input_grid_with_its_frame_of_reference(drawn_spine):
    semantic = replace(drawn_spine(), frame_of_reference_uid="1.2.3")
    labels, finding = name_instances(semantic)
    assert labels.same_grid(semantic)
    assert labels.frame_of_reference_uid == "1.2.3"
    assert labels.voxels.dtype == np.uint8
    voxel = abs(np.linalg.det(semantic.ijk_to_ras[:3, :3])) / 1000
    for segment in finding.segments:
        count = (labels.voxels == segment.label).sum()
        assert segment.volume_ml == pytest.approx(count * voxel, abs=1e-3)


def test_five_vertebrae_above_a_steep_whole_disc_are_named_from_l5_up(drawn_spine):
    _, finding = name_instances(drawn_spine())
    names = {s.label: s.name for s in finding.segments}
    assert [names[n] for n in range(1, 6)] == ["L5", "L4", "L3", "L2", "L1"]
    assert [names[n] for n in range(201, 204)] == ["L5/S1", "L4/L5", "L3/L4"]
    assert "transitional" in finding.evidence


def test_a_lowest_disc_that_lies_flat_is_not_called_l5_s1(drawn_spine):
    _, finding = name_instances(drawn_spine(tilts=(-8, -6, -4, 0, 4, 8)))
    assert finding.lowest == ""
    assert "slopes" in finding.evidence


@pytest.mark.parametrize("changes", [{}, {"tilts": (-8, -6, -4, 0, 4, 8)}, {"below": 35}])
def test_the_sacrum_below_the_lowest_disc_names_the_levels_and_is_no_segment(drawn_spine, changes):
    labels, finding = name_instances(drawn_spine(sacrum=SACRUM, **changes))
    assert finding.lowest == "L5" and "sacrum" in finding.evidence
    assert {s.label for s in finding.segments} == {*range(1, 6), CANAL_NUMBER, *range(201, 207)}
    assert set(np.unique(labels.voxels)) == {0} | {s.label for s in finding.segments}


def test_bone_of_the_sacrum_that_was_taken_for_a_vertebra_is_dropped(drawn_spine):
    semantic = drawn_spine(sacrum=SACRUM)
    voxels = semantic.voxels.copy()
    wrong = np.argwhere(voxels == SACRUM)
    voxels[tuple(wrong[: len(wrong) // 3].T)] = VERTEBRA
    _, finding = name_instances(semantic.with_voxels(voxels))
    assert finding.lowest == "L5"
    assert sum(s.kind == "vertebra" for s in finding.segments) == 5


def test_what_is_left_of_a_disc_within_the_sacrum_is_no_disc(drawn_spine):
    semantic = drawn_spine(tilts=(-8, -4, 0, 4, 12, 32, 40), sacrum=SACRUM)
    lowest = name_instances(semantic)[0].voxels == 1
    voxels = np.where(lowest, SACRUM, semantic.voxels).astype(np.uint8)
    _, finding = name_instances(semantic.with_voxels(voxels))
    assert finding.lowest == "L5"
    assert {s.label for s in finding.segments} == {*range(1, 6), CANAL_NUMBER, *range(201, 207)}


def test_a_little_sacrum_below_what_is_mostly_a_vertebra_names_nothing(drawn_spine):
    semantic = drawn_spine(sacrum=VERTEBRA)
    voxels = semantic.voxels.copy()
    below = np.argwhere(voxels == VERTEBRA)[-200:]
    voxels[tuple(below.T)] = SACRUM
    _, finding = name_instances(semantic.with_voxels(voxels))
    assert finding.lowest == ""


def test_a_picture_that_ends_soon_below_the_lowest_disc_names_nothing(drawn_spine):
    _, finding = name_instances(drawn_spine(below=25))
    assert finding.lowest == ""
    assert "ends too close" in finding.evidence


def test_a_missing_disc_names_nothing(drawn_spine):
    semantic = drawn_spine()
    labels, _ = name_instances(semantic)
    without = np.where(labels.voxels == 203, 0, semantic.voxels).astype(np.uint8)
    _, finding = name_instances(semantic.with_voxels(without))
    assert finding.lowest == ""
    assert "unevenly spaced" in finding.evidence


def test_without_canal_below_the_lowest_disc_nothing_is_named(drawn_spine):
    semantic = drawn_spine()
    without = np.where(semantic.voxels == CANAL, 0, semantic.voxels).astype(np.uint8)
    _, finding = name_instances(semantic.with_voxels(without))
    assert finding.lowest == ""
    assert "canal" in finding.evidence


def test_a_vertebra_below_the_lowest_disc_is_number_one_and_no_level_is_named(drawn_spine):
    semantic = drawn_spine()
    labels, _ = name_instances(semantic)
    without = np.where(labels.voxels == 201, 0, semantic.voxels).astype(np.uint8)
    moved, finding = name_instances(semantic.with_voxels(without))
    assert finding.lowest == ""
    assert "below the lowest disc" in finding.evidence
    assert dice(moved.voxels == 1, labels.voxels == 1) > 0.99
    assert dice(moved.voxels == 202, labels.voxels == 202) > 0.99


def test_a_disc_in_two_pieces_counts_once(drawn_spine):
    semantic = drawn_spine()
    expected, _ = name_instances(semantic)
    voxels = semantic.voxels.copy()
    middle = voxels.shape[0] // 2
    cut = voxels[middle]
    cut[(cut == DISC) & (expected.voxels[middle] == 203)] = 0
    labels, finding = name_instances(semantic.with_voxels(voxels))
    assert sorted(s.label for s in finding.segments if s.kind == "disc") == list(range(201, 207))
    assert dice(labels.voxels == 203, expected.voxels == 203) > 0.9


@pytest.mark.parametrize("kind", [VERTEBRA, DISC, CANAL])
def test_small_islands_are_dropped(kind, drawn_spine):
    semantic = drawn_spine()
    expected, _ = name_instances(semantic)
    voxels = semantic.voxels.copy()
    voxels[2:4, 100:102, 2:4] = kind
    labels, _ = name_instances(semantic.with_voxels(voxels))
    assert np.array_equal(labels.voxels, expected.voxels)


def test_a_vertebra_that_the_border_cuts_is_marked_partial(drawn_spine):
    semantic = drawn_spine(above=0)
    semantic = Volume(semantic.voxels[:, 8:], semantic.ijk_to_ras)
    _, finding = name_instances(semantic)
    partial = [(s.label, s.partial) for s in finding.segments if s.kind == "vertebra"]
    assert (105, True) in partial
    assert all(not cut for label, cut in partial if label < 100)


def test_a_map_without_a_spine_is_not_assessed(drawn_spine: Callable[..., Volume]):
    semantic = drawn_spine()
    labels, finding = name_instances(semantic.with_voxels(np.zeros(semantic.shape, np.uint8)))
    assert finding.status == NOT_ASSESSED
    assert finding.reason
    assert not labels.voxels.any()


def test_a_vertebra_without_any_disc_is_still_counted(drawn_spine):
    semantic = drawn_spine()
    labels, _ = name_instances(semantic)
    only = np.where(labels.voxels == 3, VERTEBRA, 0).astype(np.uint8)
    found, finding = name_instances(semantic.with_voxels(only))
    assert [s.name for s in finding.segments] == ["vertebra 1 (level not known)"]
    assert dice(found.voxels == 1, only > 0) == 1


@pytest.mark.parametrize("kind", [VERTEBRA, DISC, CANAL])
def test_bowel_taken_for_spine_is_dropped(kind, drawn_spine):
    semantic = drawn_spine()
    bowel = np.zeros((16, semantic.shape[1], 100), np.uint8)
    bowel[:, :, 30:] = semantic.voxels
    bowel[4:12, 40:60, 2:12] = kind
    matrix = semantic.ijk_to_ras.copy()
    matrix[:3, 3] = semantic.ras([-30, 0, 0])
    labels, finding = name_instances(Volume(bowel, matrix))
    expected, _ = name_instances(semantic)
    assert np.array_equal(labels.voxels[:, :, 30:], expected.voxels)
    assert not labels.voxels[:, :, :30].any()
    assert finding.lowest == "L5"


def test_a_canal_in_two_pieces_is_kept_whole(drawn_spine):
    semantic = drawn_spine()
    voxels = semantic.voxels.copy()
    gap = voxels[:, 50:56]
    gap[gap == CANAL] = 0
    labels, _ = name_instances(semantic.with_voxels(voxels))
    assert np.array_equal(labels.voxels == 100, voxels == CANAL)
