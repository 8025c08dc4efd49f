"""Sizes of discs and canal: against shapes of known size, and against the simulator's anatomy."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.inference.instances import name_instances
from SpineLib.inference.measures import LINES, measure
from SpineLib.labels import CANAL, structure
from SpineLib.simulate.cases import lumbar_case
from SpineLib.simulate.lumbar import IN_CANAL
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.truth import FINE, cross_section
from SpineLib.volume import Volume

FRONT, BACK, DEPTH, WIDTH = 12.0, 6.0, 36.0, 48.0  # a wedge's heights, depth and width, mm
CANAL_AP, CANAL_WIDTH, BEHIND = 16.0, 22.0, 34.0


def wedge_and_canal(*, turn: Rotation, spacing: tuple[float, float, float]) -> Volume:
    """A wedge-shaped disc and an elliptic canal behind it, turned as a whole, on a straight grid."""
    i, j, k = spacing
    shape = (int(70 / k), int(130 / j), int(130 / i))
    matrix = np.diag([-i, -j, k, 1.0])
    matrix[:3, 3] = [65.0, 65.0, -35.0]
    grid = Volume(np.zeros(shape, np.uint8), matrix)
    r, a, s = np.moveaxis(turn.inv().apply(_centres(grid)).reshape(*shape, 3), -1, 0)
    half = (BACK + (FRONT - BACK) * (a + DEPTH / 2) / DEPTH) / 2
    disc = (abs(r) < WIDTH / 2) & (abs(a) < DEPTH / 2) & (abs(s) < half)
    grid.voxels[disc] = 201
    canal = (2 * r / CANAL_WIDTH) ** 2 + (2 * (a + BEHIND) / CANAL_AP) ** 2 < 1
    grid.voxels[canal] = CANAL
    return grid


def _centres(grid: Volume) -> np.ndarray:
    kji = np.moveaxis(np.indices(grid.shape), 0, -1)
    return grid.ras(kji[..., ::-1]).reshape(-1, 3)


def finding_of(labels: Volume) -> SegmentationFinding:
    numbers = [int(n) for n in np.unique(labels.voxels) if n]
    segments = [
        SegmentFinding(n, structure(n).kind, str(n), False, 0.0, [0.0, 0.0, 0.0]) for n in numbers
    ]
    return SegmentationFinding("assessed", segments=segments)


def disc_of(labels: Volume):
    return next(one for one in measure(labels, finding_of(labels)) if one.kind == "disc")


@pytest.mark.parametrize(
    ("turn", "spacing"),
    [
        ((0, 0, 0), (0.7, 0.7, 0.7)),
        ((25, 0, 0), (0.7, 0.7, 0.7)),
        ((-30, 8, 12), (0.8, 0.8, 0.8)),
        ((35, 0, 0), (3.3, 0.6, 0.6)),  # as sagittal slices: columns run across here
        ((15, -5, 20), (2.5, 0.6, 0.6)),
    ],
)
def test_a_wedge_and_a_canal_of_known_size_measure_the_same_however_they_lie(turn, spacing):
    """Tolerances: half a millimetre a height, 4 % of area, 0.6 mm of diameter."""
    labels = wedge_and_canal(turn=Rotation.from_euler("xyz", turn, degrees=True), spacing=spacing)
    disc = disc_of(labels)
    assert disc.height_front == pytest.approx(BACK + 6 * 5 / 6, abs=0.6)
    assert disc.height_middle == pytest.approx(BACK + 6 * 3 / 6, abs=0.5)
    assert disc.height_back == pytest.approx(BACK + 6 * 1 / 6, abs=0.6)
    assert disc.canal_area == pytest.approx(np.pi * CANAL_AP * CANAL_WIDTH / 4, rel=0.05)
    lines = np.linspace(-LINES / 2, LINES / 2, 41)
    expected = np.mean(CANAL_AP * np.sqrt(1 - (2 * lines / CANAL_WIDTH) ** 2))
    assert disc.canal_ap == pytest.approx(expected, abs=0.6)


def test_volumes_are_the_voxels_volumes():
    labels = wedge_and_canal(turn=Rotation.identity(), spacing=(1.0, 0.7, 0.8))
    (canal,) = (one for one in measure(labels, finding_of(labels)) if one.kind == "canal")
    assert canal.volume_ml == pytest.approx((labels.voxels == CANAL).sum() * 0.56 / 1000)
    assert canal.height_front is None and canal.canal_area is None


def test_the_order_in_which_voxels_are_stored_makes_no_difference():
    labels = wedge_and_canal(
        turn=Rotation.from_euler("x", 20, degrees=True), spacing=(3.0, 0.7, 0.7)
    )
    matrix = labels.ijk_to_ras.copy()
    matrix[:3, 3] = labels.ras([labels.shape[2] - 1, 0, 0])
    matrix[:3, 0] *= -1
    flipped = Volume(np.ascontiguousarray(labels.voxels[:, :, ::-1]), matrix)
    one, other = disc_of(labels), disc_of(flipped)
    for name in ("height_front", "height_middle", "height_back", "canal_area", "canal_ap"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-6)


def test_a_disc_that_the_images_border_cuts_is_partial_and_has_no_height():
    labels = wedge_and_canal(turn=Rotation.identity(), spacing=(4.0, 0.7, 0.7))
    whole = disc_of(labels)
    middle = labels.shape[0] // 2
    top = disc_of(Volume(labels.voxels[:middle], labels.ijk_to_ras))
    assert not whole.partial and whole.height_middle > 0
    assert top.partial and top.height_middle is None and top.canal_ap is None
    assert top.volume_ml > 0


def test_a_disc_that_is_wider_than_the_stack_still_has_its_heights():
    labels = wedge_and_canal(turn=Rotation.identity(), spacing=(4.0, 0.7, 0.7))
    columns = labels.shape[2] // 2 + np.array([-4, 5])
    matrix = labels.ijk_to_ras.copy()
    matrix[:3, 3] = labels.ras([columns[0], 0, 0])
    narrow = disc_of(Volume(labels.voxels[:, :, slice(*columns)].copy(), matrix))
    assert not narrow.partial
    assert narrow.height_middle == pytest.approx(disc_of(labels).height_middle, abs=0.2)


def test_without_a_canal_heights_are_given_and_the_canal_reads_none():
    labels = wedge_and_canal(turn=Rotation.identity(), spacing=(0.8, 0.8, 0.8))
    labels.voxels[labels.voxels == CANAL] = 0
    disc = disc_of(labels)
    assert disc.height_front > disc.height_back
    assert disc.canal_area is None and disc.canal_ap is None


def test_a_structure_that_was_erased_is_left_out():
    labels = wedge_and_canal(turn=Rotation.identity(), spacing=(1.0, 1.0, 1.0))
    finding = finding_of(labels)
    labels.voxels[labels.voxels == 201] = 0
    assert [one.label for one in measure(labels, finding)] == [CANAL]


@pytest.fixture(scope="module")
def back():
    return lumbar_case(seed=31)


def test_simulated_discs_and_canals_measure_as_their_anatomy(back):
    """Heights against the endplates' distance by the patient's own parameters, diameters against
    the cross-section painted at 0.2 mm (where the disc's plane is square to the canal). The volume
    has voxels of 4 by 0.7 mm or so; the tolerances are what is asserted."""
    finding = finding_of(back.segmentation)
    discs = [one for one in measure(back.segmentation, finding) if one.kind == "disc"]
    discs = [one for one in discs if not one.partial]
    assert len(discs) >= 5
    spine = back.patient.spine
    heights, depths = [], []
    for disc in discs:
        index = LEVELS.index(back.truth.labels[disc.label].split("/")[0])
        v = float(spine.coordinates(np.array([disc.place_ras], np.float32))[1][0])
        heights.append(disc.height_middle - _endplates_apart(back.patient, index, v))
        if index < LEVELS.index("L5"):
            depths.append(disc.canal_ap - _canal_depth(back.patient, float(spine.disc(index))))
    assert np.median(np.abs(heights)) < 0.3 and np.max(np.abs(heights)) < 0.7
    assert np.median(np.abs(depths)) < 0.5 and np.max(np.abs(depths)) < 2.5


def _endplates_apart(patient, index: int, middle: float) -> float:
    """Mean distance of the endplates over the middle third of a disc, mm."""
    spine, sizes = patient.spine, patient.spine.sizes
    depth, tall = float(sizes.depth[index]), float(sizes.disc[index]) / 2
    result = []
    for v in np.linspace(-depth / 6, depth / 6, 9):
        half = tall + 0.045 * float(sizes.height[index]) * (1 - 2 * abs(v) / depth)
        ends = [spine.ras(0, middle + v, spine.disc(index) + side * half) for side in (-1, 1)]
        result.append(np.linalg.norm(ends[1] - ends[0]))
    return float(np.mean(result))


def _canal_depth(patient, s: float) -> float:
    c, _, _ = cross_section(patient, s)
    lines = np.abs(c.u[0]) <= LINES / 2
    return float(np.isin(c.label, IN_CANAL)[:, lines].sum(axis=0).mean() * FINE)


def test_spiders_own_masks_give_sizes_as_patients_have(spider_mask, to_semantic):
    """Two real patients: discs of 3-20 mm, canals of 8-30 mm front to back."""
    labels, finding = name_instances(to_semantic(spider_mask("005")))
    discs = [one for one in measure(labels, finding) if one.kind == "disc"]
    assert len(discs) >= 5
    for disc in discs:
        assert 3 < disc.height_middle < 20
        assert 8 < disc.canal_ap < 30 and 80 < disc.canal_area < 700
