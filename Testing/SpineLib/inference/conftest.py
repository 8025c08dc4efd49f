"""A drawn spine and SPIDER's masks, for tests of segmentation, naming and levels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from SpineLib.inference.semantic import CANAL, DISC, VERTEBRA
from SpineLib.volume import Volume

# Canonical order: rows from superior to inferior, columns from anterior to posterior.
CANONICAL_AXES = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


@pytest.fixture(scope="session")
def drawn_spine() -> Callable[..., Volume]:
    """Draws a semantic map with five lumbar vertebrae, blocks on a curve that ends like L5/S1.

    ``sacrum`` is the class of the block below the lowest disc.
    """

    def draw(
        *,
        tilts: tuple[float, ...] = (-8, -4, 0, 4, 12, 32),
        below: float = 60,
        above: float = 15,
        sacrum: int = 0,
    ) -> Volume:
        spacing = np.array([2.0, 2.0, 4.0])  # columns, rows, slices
        gap, center = 36.0, np.zeros(3)
        discs = []
        for tilt in reversed(tilts):
            normal = np.array([0, np.sin(np.radians(tilt)), np.cos(np.radians(tilt))])
            discs.append((center, normal))
            center = center + gap * np.array([0, 0.3 * normal[1], normal[2]])
        height = discs[-1][0][2] + above + below
        shape = (16, int(height / 2), 70)
        matrix = np.eye(4)
        matrix[:3, :3] = CANONICAL_AXES @ np.diag(spacing)
        matrix[:3, 3] = (-spacing[2] * 7.5, 50.0, discs[-1][0][2] + above)
        grid = Volume(np.zeros(shape, np.uint8), matrix)
        points = grid.ras(np.moveaxis(np.indices(shape)[::-1], 0, -1))
        out = grid.voxels
        for n, (middle, normal) in enumerate(discs):
            offset = points - middle
            along = np.cross(normal, (1.0, 0, 0))
            round_one = (offset[..., 0] / 22) ** 2 + (offset @ along / 17) ** 2 < 1
            up = offset @ normal
            out[round_one & (abs(up) < 4)] = DISC
            if n == 0 and sacrum:
                out[round_one & (up < -4) & (up > -29)] = sacrum
            if n < len(discs) - 1:
                out[round_one & (up > 4) & (up < 29) & (out == 0)] = VERTEBRA
        course = np.array([middle for middle, _ in discs])
        first = course[0] + np.array([0, -18.0, -25.0])
        course = np.vstack([first, course, course[-1] + (0, 0, 60)])
        forward = np.interp(points[..., 2], course[:, 2], course[:, 1]) - 25
        canal = (points[..., 0] / 9) ** 2 + ((points[..., 1] - forward) / 6) ** 2 < 1
        out[canal & (points[..., 2] > first[2])] = CANAL
        return grid

    return draw


@pytest.fixture(scope="session")
def spider_mask(data: Path) -> Callable[[str], Volume]:
    """Reads one of SPIDER's masks with its own numbers and a geometry that fits the patient."""

    def read(name: str) -> Volume:
        array = sitk.GetArrayFromImage(sitk.ReadImage(str(data / "spider" / f"mask_{name}.nii.gz")))
        table = np.zeros(256, np.uint8)
        table[1:7], table[7], table[8:15] = range(1, 7), 100, range(201, 208)
        matrix = np.eye(4)
        # The file's second axis runs to cranial and its third to posterior; see the data's notes.
        matrix[:3, :3] = [[0, 0, 3.3], [-0.625, 0, 0], [0, 0.5859, 0]]
        return Volume(table[array], matrix)

    return read


@pytest.fixture(scope="session")
def to_semantic() -> Callable[[Volume], Volume]:
    """SPIDER's numbers as semantic classes."""

    def convert(labels: Volume) -> Volume:
        voxels = labels.voxels
        out = np.where(voxels > 200, DISC, np.where(voxels == 100, CANAL, VERTEBRA))
        return labels.with_voxels(np.where(voxels == 0, 0, out).astype(np.uint8))

    return convert
