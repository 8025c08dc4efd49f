"""The region of axial slices from their own pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from SpineLib.inference.axial_region import seen_regions, with_seen
from SpineLib.inference.canal import CanalPath, locate
from SpineLib.inference.loaded import load
from SpineLib.inference.spine_levels import Level
from SpineLib.inference.study import read_study
from SpineLib.models import open_model
from SpineLib.options import ReadOptions
from SpineLib.volume import Volume

NECK, CHEST, LOIN = [0.98, 0.01, 0.01], [0.01, 0.98, 0.01], [0.01, 0.01, 0.98]


def _stack(rows: list[list[float]], *, upward: bool = False) -> tuple[CanalPath, Volume]:
    """Slices of 4 mm, the first one uppermost or lowermost."""
    matrix = np.diag([1.0, 1.0, 4.0 if upward else -4.0, 1.0])
    volume = Volume(np.zeros((len(rows), 100, 100), np.float32), matrix)
    centers = np.array([volume.slice_center(k) for k in range(len(rows))])
    path = CanalPath(centers, np.ones(len(rows)), regions=np.array(rows))
    return path, volume


@pytest.mark.parametrize("upward", [False, True])
def test_a_stack_that_crosses_into_the_chest_is_nowhere_called_what_it_is_not(upward: bool) -> None:
    rows = [NECK] * 12 + [CHEST] * 12
    path, volume = _stack(rows[::-1] if upward else rows, upward=upward)

    regions = seen_regions(path, volume)

    down = regions[::-1] if upward else regions
    assert "thoracic" not in down[:12] and "cervical" not in down[12:]
    assert down[:3] == ["cervical"] * 3


def test_one_slice_that_looks_otherwise_is_outvoted_by_its_neighbours() -> None:
    path, volume = _stack([NECK] * 8 + [LOIN] + [NECK] * 8)

    assert seen_regions(path, volume) == ["cervical"] * 17


def test_no_region_is_told_where_the_pictures_do_not_agree() -> None:
    path, volume = _stack([[0.4, 0.35, 0.25]] * 20)

    assert seen_regions(path, volume) == [""] * 20


def test_a_small_field_of_view_shows_no_region() -> None:
    path, volume = _stack([NECK] * 10)

    small = Volume(volume.voxels[:, :60], volume.ijk_to_ras)

    assert seen_regions(path, small) == [""] * 10


def test_slices_without_a_canal_say_nothing() -> None:
    path, volume = _stack([LOIN] * 10)

    blind = CanalPath(path.centers_ras, np.zeros(10), regions=path.regions)

    assert seen_regions(blind, volume) == [""] * 10


def test_a_level_that_is_known_keeps_its_region() -> None:
    levels = with_seen([Level("C7", "cervical"), Level()], ["thoracic", "thoracic"])

    assert [level.region for level in levels] == ["cervical", "thoracic"]


def test_a_real_series_of_the_neck_without_a_region_in_its_header_is_read(data: Path) -> None:
    file = data / "nifti" / "cervical_t2_axial" / "t2.nii.gz"

    options = ReadOptions(weighting="T2", plane="axial", tasks=("compression",))
    findings = read_study(file, options=options).findings

    (stack,) = findings.stacks
    assert stack.region == "cervical"
    assert stack.slices[-1].region == "cervical" and stack.slices[-1].opinions[0].assessed


def test_where_the_canal_is_found_does_not_depend_on_the_regions() -> None:
    model = open_model("starter-canal")
    assert model.card.network["arguments"]["regions"] == 3
    rng = np.random.default_rng(1)
    volume = Volume(rng.uniform(0, 1, (3, 96, 96)).astype(np.float32), np.diag([1.5, 1.5, 4, 1]))

    path = locate(volume, load(model, "cpu"))

    assert path.regions is not None and np.allclose(path.regions.sum(axis=1), 1)
