"""What cannot be in a segmented spine: true segmentations are left alone, planted faults are found."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from SpineLib.loop.plausibility import implausible, severity
from SpineLib.simulate import lumbar_case
from SpineLib.volume import Volume, read_volume

# A sacralised spine, one with a slip, one with a fracture; voxels are coarse to be fast.
SEEDS = {"sacralised": 0, "slipped": 1, "fractured": 10}
COARSE = {"pixel": 2.0, "thickness": 6}
WHOLE = (2, 3, 4)  # positions that no border cuts in any of them


@pytest.fixture(scope="module")
def truths() -> dict[str, Volume]:
    return {
        name: lumbar_case(seed=seed, disease="degenerative", scanner=COARSE).segmentation
        for name, seed in SEEDS.items()
    }


@pytest.fixture(scope="module")
def planted(truths: dict[str, Volume]) -> Callable[..., list]:
    """Finds what is wrong after the voxels of a true segmentation were changed."""

    def plant(change: Callable[[Volume, np.ndarray], None], name: str = "slipped") -> list:
        truth = truths[name]
        voxels = truth.voxels.copy()
        change(truth, voxels)
        return implausible(truth.with_voxels(voxels))

    return plant


names = st.sampled_from(sorted(SEEDS))
positions = st.sampled_from(WHOLE)


def about(problems: list, words: str, structure: int | None = None) -> bool:
    return any(
        words in problem.what and (structure is None or problem.structure == structure)
        for problem in problems
    )


@pytest.mark.parametrize("name", SEEDS)
def test_a_true_segmentation_raises_no_problem(truths, name):
    assert implausible(truths[name]) == []


def test_the_order_of_the_voxels_changes_nothing(truths):
    truth = truths["slipped"]
    turned = Volume(truth.voxels[::-1].transpose(2, 0, 1), _turned_matrix(truth))
    assert implausible(turned) == []


def _turned_matrix(truth: Volume) -> np.ndarray:
    """Of the voxels that were flipped along k and whose axes (k, j, i) became (i, k, j)."""
    matrix = np.eye(4)
    i, j, k = truth.ijk_to_ras[:3, :3].T
    matrix[:3, :3] = np.stack([j, -k, i], axis=1)
    matrix[:3, 3] = truth.ras([0, 0, len(truth.voxels) - 1])
    return matrix


@pytest.mark.parametrize("name", ["005", "007"])
def test_spiders_own_masks_raise_no_problem(data: Path, name):
    array = read_volume(data / "spider" / f"mask_{name}.nii.gz").voxels
    table = np.zeros(256, np.uint8)
    table[1:7], table[7], table[8:15] = range(1, 7), 100, range(201, 208)
    matrix = np.eye(4)
    matrix[:3, :3] = [[0, 0, 3.3], [-0.625, 0, 0], [0, 0.5859, 0]]  # as the data's notes say
    assert implausible(Volume(table[array], matrix)) == []


@given(names, positions)
def test_a_level_missing_between_two_is_found_where_it_was(truths, planted, name, position):
    problems = planted(lambda _, v: v.__setitem__(v == position, 0), name)
    found = next(problem for problem in problems if "missing between" in problem.what)
    assert found.structure == position and found.serious
    place = truths[name].ras(np.argwhere(truths[name].voxels == position).mean(axis=0)[::-1])
    assert np.linalg.norm(place - found.ras) < 25


@given(names, positions)
def test_a_disc_without_its_vertebra_is_found(planted, name, position):
    problems = planted(lambda _, v: v.__setitem__(v == position, 0), name)
    assert about(problems, "has no vertebra above it", 200 + position)
    assert about(problems, "has no vertebra below it", 201 + position)


@given(names, positions)
def test_two_vertebrae_with_one_number_are_found(planted, name, position):
    problems = planted(lambda _, v: v.__setitem__(v == position, position + 1), name)
    assert about(problems, "two structures with one number", position + 1)


@given(names, positions)
def test_a_number_that_is_there_whole_and_partial_is_found(planted, name, position):
    problems = planted(lambda _, v: v.__setitem__(v == position, 101 + position), name)
    assert about(problems, "is there twice", 101 + position)


@given(names, st.sampled_from((0, 200)), positions)
def test_a_wrong_order_from_foot_to_head_is_found(planted, name, kind, position):
    def swap(_, v):
        one, two = v == kind + position, v == kind + position + 1
        v[one], v[two] = kind + position + 1, kind + position

    assert any("lies below" in one.what and one.serious for one in planted(swap, name))


@given(names, positions)
def test_a_missing_disc_is_found(planted, name, position):
    problems = planted(lambda _, v: v.__setitem__(v == 200 + position, 0), name)
    assert about(problems, "There is no disc between", 200 + position)


def test_a_count_that_skips_a_vertebra_is_found(planted):
    def renumber(_, v):
        v[(v >= 3) & (v < 25)] += 1
        v[(v >= 203) & (v < 225)] += 1

    assert about(planted(renumber), "Vertebra 3 is missing between vertebrae 2 and 4")


@given(names, positions)
def test_a_vertebra_of_which_two_thirds_are_missing_is_found(planted, name, position):
    def cut_down(_, v):
        canal = int(np.argwhere(v == 100)[:, 2].min())  # columns run from front to back
        body = np.argwhere((v == position)[:, :, : canal - 4])[:, 1]
        upper = v[:, : int(np.percentile(body, 67))]
        upper[upper == position] = 0

    assert any(
        one.structure == position and "neighbours" in one.what for one in planted(cut_down, name)
    )


def test_a_disc_much_larger_than_any_is_found(planted):
    def grow(_, v):
        v[ndimage.binary_dilation(v == 203, iterations=6)] = 203

    assert about(planted(grow), "", 203)


@given(names, positions)
def test_a_broken_canal_is_found_where_it_breaks(truths, planted, name, position):
    truth = truths[name]
    row = int(np.argwhere(truth.voxels == 200 + position)[:, 1].mean())

    def cut(_, v):
        v[:, row - 5 : row + 6][v[:, row - 5 : row + 6] == 100] = 0

    found = next(one for one in planted(cut, name) if "broken" in one.what)
    assert found.serious and found.structure == 100
    assert abs(truth.ijk(found.ras)[1] - row) < 10


def test_a_canal_that_leaves_the_column_is_found(planted):
    def shift(_, v):
        rows = np.flatnonzero((v == 203).any(axis=(0, 2)))
        part = v[:, rows[0] - 4 : rows[-1] + 5]
        canal = part == 100
        part[canal] = 0
        part[np.roll(canal, 20, axis=2) & (part == 0)] = 100

    assert about(planted(shift), "leaves the column at disc 3", 100)


def test_canal_in_front_of_the_spine_is_found(planted):
    def spill(_, v):
        k, j, i = np.argwhere(v == 203).mean(axis=0).astype(int)
        v[k - 1 : k + 2, j - 2 : j + 3, i - 18 : i - 12] = 100

    assert about(planted(spill), "canal lie in front", 100)


@given(st.sampled_from((202, 203, 204)))
def test_an_island_of_a_disc_is_found(planted, disc):
    def blob(_, v):
        k, j, i = np.argwhere(v == disc).mean(axis=0).astype(int)
        v[k : k + 2, j : j + 3, i - 26 : i - 23] = disc

    found = next(one for one in planted(blob) if "island" in one.what)
    assert found.structure == disc


def test_a_structure_that_the_border_cuts_is_no_fault(truths):
    truth = truths["slipped"]
    row = int(np.argwhere(truth.voxels == 4)[:, 1].mean())
    matrix = truth.ijk_to_ras.copy()
    matrix[:3, 3] = truth.ras([0, row, 0])
    part = truth.voxels[:, row:].copy()
    part[part == 4] = 104
    assert implausible(Volume(part, matrix)) == []


def test_nothing_at_all_is_a_problem_and_no_crash(truths):
    problems = implausible(
        truths["slipped"].with_voxels(np.zeros(truths["slipped"].shape, np.uint8))
    )
    assert [problem.what for problem in problems] == ["There is no vertebra and no disc"]


@given(st.integers(0, 2**32 - 1))
def test_no_label_map_is_too_strange(seed):
    rng = np.random.default_rng(seed)
    numbers = rng.choice([0, 0, 1, 2, 50, 100, 101, 201, 202, 225, 255], (4, 9, 8)).astype(np.uint8)
    problems = implausible(Volume(numbers, np.diag([2.0, 2.0, 4.0, 1.0])))
    assert severity(problems) >= 0 and all(problem.what for problem in problems)
