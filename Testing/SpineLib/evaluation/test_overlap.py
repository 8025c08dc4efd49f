"""Overlap and distances, checked against a count of voxels and SciPy's distances."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.distance import cdist

from SpineLib.errors import BadInput

pytest.importorskip("monai")
from SpineLib.evaluation.overlap import overlap, overlap_rows
from SpineLib.inference.semantic import CANAL, DISC, VERTEBRA
from SpineLib.volume import Volume

SPACING = (3.0, 0.8, 1.25)


def blob(center, radius, shape=(12, 40, 36)):
    k, j, i = np.indices(shape)
    away = [(axis - c) * s for axis, c, s in zip((k, j, i), center, SPACING, strict=True)]
    return sum(a**2 for a in away) <= radius**2


def surface(mask):
    edge = mask & ~ndimage.binary_erosion(mask)
    return np.argwhere(edge) * SPACING


@pytest.mark.parametrize(
    ("center", "radius"), [((6, 21, 18), 10), ((5, 16, 20), 8), ((6, 20, 30), 12)]
)
def test_figures_are_those_of_all_pairs_of_surface_points(center, radius):
    truth, answer = blob((6, 20, 18), 10), blob(center, radius)
    # The border cuts the last blob; its surface there counts.
    a, t = (surface(np.pad(mask, 1)) for mask in (answer, truth))
    apart = cdist(a, t)
    there, back = apart.min(axis=1), apart.min(axis=0)
    found = overlap(answer, truth, SPACING, 2.0)
    assert found["dice"] == pytest.approx(2 * (answer & truth).sum() / (answer.sum() + truth.sum()))
    expected = max(np.percentile(there, 95), np.percentile(back, 95))
    assert found["hd95_mm"] == pytest.approx(expected, abs=1e-4)
    near = ((there <= 2).sum() + (back <= 2).sum()) / (len(there) + len(back))
    assert found["surface_dice"] == pytest.approx(near, abs=1e-4)


def test_a_missed_structure_has_dice_nought_and_no_distance():
    truth = blob((6, 20, 18), 10)
    found = overlap(np.zeros_like(truth), truth, SPACING, 2.0)
    assert (found["dice"], found["surface_dice"], found["hd95_mm"]) == (0.0, 0.0, None)
    assert not found["found"]


def spine(lowest=1):
    """Three vertebrae and discs between and below, from the lower end of the picture upward."""
    truth = np.zeros((9, 150, 60), np.uint8)
    truth[:, 5:145, 40:46] = 100
    for n in range(3):
        bottom = 140 - 40 * n
        truth[2:7, bottom - 12 : bottom, 8:34] = 201 + n + lowest - 1
        truth[2:7, bottom - 40 : bottom - 12, 8:34] = 1 + n + lowest - 1
    # Columns run backward, rows downward, slices to the right.
    matrix = np.array([[4, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1.0]])
    matrix[:3, :3] = np.array([[0, 0, 4], [-1, 0, 0], [0, -1, 0]])
    return Volume(truth, matrix)


def classes_of(truth):
    out = np.zeros(truth.shape, np.uint8)
    out[(truth.voxels > 0) & (truth.voxels < 26)] = VERTEBRA
    out[truth.voxels == 100] = CANAL
    out[truth.voxels > 200] = DISC
    return truth.with_voxels(out)


def test_each_level_is_paired_with_what_it_overlaps_whatever_its_number():
    truth = spine(lowest=2)
    rows = overlap_rows(classes_of(truth), truth, tolerance=2.0)
    classes = {r["structure"]: r["dice"] for r in rows if r["kind"] == "class"}
    assert classes == {"vertebra": 1, "disc": 1, "canal": 1}
    levels = {r["structure"]: r for r in rows if r["kind"] == "level"}
    assert set(levels) == {"L4", "L3", "L2", "L4/L5", "L3/L4", "L2/L3"}
    assert min(r["dice"] for r in levels.values()) > 0.9
    assert not [r for r in rows if r["kind"] == "extra"]


def test_a_level_that_the_model_does_not_see_counts_as_nought():
    truth = spine()
    seen = classes_of(truth)
    seen.voxels[truth.voxels == 203] = 0
    seen.voxels[truth.voxels == 3] = 0
    rows = {r["structure"]: r for r in overlap_rows(seen, truth, tolerance=2.0)}
    assert (rows["L3/L4"]["dice"], rows["L3/L4"]["found"], rows["L3/L4"]["hd95_mm"]) == (
        0,
        False,
        None,
    )
    assert rows["L4/L5"]["dice"] > 0.9


def test_labels_of_another_scheme_are_refused():
    truth = spine()
    truth.voxels[0, 0, 0] = 60
    with pytest.raises(BadInput, match="60 is not a label of SPIDER"):
        overlap_rows(classes_of(truth), truth, tolerance=2.0)
