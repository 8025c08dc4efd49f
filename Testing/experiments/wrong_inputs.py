"""A folder of images that no model of slices is made for, for ``spine evaluate unlike --wrong``.

    python -m Testing.experiments.wrong_inputs OUT
    python -m Testing.experiments.wrong_inputs OUT 15 760000

The second line makes strangers for ``--strangers`` alone, of 15 other patients from that seed on: spines
in another weighting and with heavy motion.

Drawn or spoilt here, always the same: knees, abdomens, phantoms, noise; spines in another weighting,
in sagittal slices, with heavy motion, with metal over the canal, with a field of view that ends in
the canal or beside it. What lies in ``torture`` beside the project's real data is linked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from SpineLib.simulate import AxialCase, axial_case, lumbar_case
from SpineLib.volume import Volume, write_volume

TORTURE = Path("../shared/data/torture")
FIRST_SEED, PATIENTS, DRAWN = 740000, 6, 8
KINDS = (("cervical", "degenerative"), ("thoracic", "metastatic"), ("cervical", "none"))
Drawing = NDArray[np.float64]


def strangers(out: Path, patients: int, seed: int) -> None:
    """Writes heavy motion, T1 and proton density of patients of their own."""
    rng = np.random.default_rng(seed)
    for n in range(patients):
        region, disease = KINDS[n % len(KINDS)]
        name = f"{region}-{seed + n}.nii.gz"
        moved = with_motion(
            axial_case(region, disease, seed=seed + n).volume, rng, 3 + 1.5 * (n % 3)
        )
        write_volume(moved, out / "heavy-motion" / name)
        for weighting in ("T1", "PD"):
            other = axial_case(region, disease, seed=seed + n, contrast=weighting)
            write_volume(other.volume, out / f"{weighting}-as-T2" / name)


def main(out: Path) -> None:
    """Writes ``KIND/NAME.nii.gz``."""
    rng = np.random.default_rng(1)
    for kind, draw in (
        ("knee", knee),
        ("abdomen", abdomen),
        ("phantom", phantom),
        ("noise", noise),
    ):
        for n in range(DRAWN):
            write_volume(draw(n, rng), out / kind / f"{n}.nii.gz")
    for n in range(PATIENTS):
        region, disease = KINDS[n % len(KINDS)]
        case = axial_case(region, disease, seed=FIRST_SEED + n)
        for kind, volume in spoilt(case, n, rng):
            write_volume(volume, out / kind / f"{region}-{n}.nii.gz")
        for weighting in ("T1", "PD"):
            other = axial_case(region, disease, seed=FIRST_SEED + n, contrast=weighting)
            write_volume(other.volume, out / f"{weighting}-as-T2" / f"{region}-{n}.nii.gz")
        lumbar = lumbar_case(seed=FIRST_SEED + n).volume
        turned = stack(lumbar.voxels, lumbar.spacing)
        write_volume(turned, out / "sagittal-as-axial" / f"{n}.nii.gz")
    for folder in sorted(TORTURE.glob("*/*")) if TORTURE.is_dir() else ():
        if folder.is_dir():
            link = out / "torture" / f"{folder.parent.name}-{folder.name}"
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(folder.resolve())


def spoilt(case: AxialCase, n: int, rng: np.random.Generator) -> Iterator[tuple[str, Volume]]:
    """A spine with heavy motion, metal over the canal, and fields of view that end too soon."""
    volume = case.volume
    centres = volume.ijk(np.array([slice_.sac_center_ras for slice_ in case.slices]))
    yield "heavy-motion", with_motion(volume, rng, 3.0 + 1.5 * (n % 3))
    yield "metal", with_metal(volume, centres, rng)
    i, j = (int(x) for x in centres[:, :2].mean(axis=0))
    margin = int(3 / volume.spacing[0])
    rows, columns = [(slice(0, j + margin), slice(None)), (slice(j - margin, None), slice(None)),
                     (slice(None), slice(0, i + margin)), (slice(None), slice(i - margin, None)),
                     ][n % 4]  # fmt: skip
    yield "cut-view", part(volume, rows, columns)
    front = max(int(centres[:, 1].min() - 18 / volume.spacing[1]), 48)
    yield "no-canal", part(volume, slice(0, front), slice(None))


def with_motion(volume: Volume, rng: np.random.Generator, amount: float) -> Volume:
    """Runs of k-space lines are measured at other places: pixels and degrees of ``amount``."""
    slices = []
    for image in volume.voxels.astype(np.float32):
        edges = np.sort(rng.choice(len(image), rng.integers(5, 9), replace=False))
        run = np.searchsorted(edges, np.arange(len(image)))
        lines = np.zeros(image.shape, complex)
        for k in np.unique(run):
            turned = ndimage.rotate(image, rng.normal(0, amount), reshape=False, order=1)
            moved = ndimage.shift(turned, rng.normal(0, amount, 2), order=1)
            lines[run == k] = np.fft.fft2(moved)[run == k]
        slices.append(np.abs(np.fft.ifft2(lines)))
    return volume.with_voxels(np.array(slices, np.float32))


def with_metal(volume: Volume, centres: Drawing, rng: np.random.Generator) -> Volume:
    """Two screws on each slice: voids of 12 to 22 mm with a bright rim, beside the canal."""
    voxels = volume.voxels.astype(np.float32)
    top = np.percentile(voxels, 99.5)
    y, x = (one * volume.spacing[0] for one in np.mgrid[: voxels.shape[1], : voxels.shape[2]])
    for image, centre in zip(voxels, centres * volume.spacing, strict=True):
        for side in (-1, 1):
            dx, dy = x - centre[0] - side * rng.uniform(6, 14), y - centre[1] - rng.uniform(-8, 8)
            lobes = 1 + 0.35 * np.cos(2 * np.arctan2(dy, dx) + rng.uniform(0, 6))
            away = np.hypot(dx, dy) - rng.uniform(12, 22) * lobes
            image[away < 0] *= 0.03
            image[(away >= 0) & (away < 3)] = top * rng.uniform(0.8, 1.5)
    return volume.with_voxels(voxels)


def part(volume: Volume, rows: slice, columns: slice) -> Volume:
    """What is left of a field of view."""
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([columns.start or 0, rows.start or 0, 0])
    return Volume(np.ascontiguousarray(volume.voxels[:, rows, columns]), matrix)


def knee(n: int, rng: np.random.Generator) -> Volume:
    """Two condyles with cartilage, a patella, vessels, muscle and fat."""
    x, y = grid(320, 160)
    wide, fat, muscle, bone = rng.uniform((60, 0.7, 0.15, 0.4), (72, 1.0, 0.3, 0.7))
    slices = []
    for t in np.linspace(0, 1, 20):
        image = fat * inside(x / wide, y / (0.95 * wide))
        image[inside(x / (0.9 * wide), (y + 2) / (0.85 * wide))] = muscle
        apart, radius = 18 + 4 * np.sin(3 * t), 22 + 5 * np.sin(3 * t + 1)
        for side in (-1, 1):
            for grown, value in ((2.5, 0.9), (1.2, 0.05), (0.0, bone)):
                image[
                    inside((x - side * apart) / (radius + grown), (y - 5) / (1.15 * radius + grown))
                ] = value
        if t > 0.4:
            image[inside(x / 22, (y + 44) / 10)] = 0.05
            image[inside(x / 20, (y + 44) / 9)] = bone
        image[inside((x - 3) / 5, (y - 46) / 5)] = 0.05
        slices.append(image)
    return scanned(slices, 0.5, 4.0, rng)


def abdomen(n: int, rng: np.random.Generator) -> Volume:
    """Liver, spleen, stomach, vessels and bowel within a wall; no spine."""
    x, y = grid(288, 340)
    slices = []
    for t in np.linspace(0, 1, 22):
        image = 0.9 * inside(x / 155, y / 115)
        image[inside(x / 140, y / 98)] = 0.25
        image[inside((x + 60) / (70 - 15 * t), (y + 10) / (70 - 20 * t))] = 0.35
        image[inside((x - 85) / 35, (y - 35) / (45 - 22 * t))] = 0.6
        image[inside((x - 45) / 40, (y + 45) / 30)] = 0.8 * abs(np.sin(5 * t))
        for a, b, radius in ((12, 30, 11), (-14, 20, 12), (50, 40, 22), (-60, 45, 24)):
            image[inside((x - a) / radius, (y - b) / radius)] = rng.choice([0.05, 0.5, 0.7])
        slices.append(image)
    return scanned(slices, 340 / 288, 6.0, rng)


def phantom(n: int, rng: np.random.Generator) -> Volume:
    """A bottle, a ring of tubes, a chequered box, or ellipses."""
    x, y = grid(256, 200)
    if n % 4 == 0:
        image = 1.0 * inside(x / 85, y / 85)
    elif n % 4 == 1:
        image = 0.3 * inside(x / 90, y / 90)
        for k, turn in enumerate(np.arange(8) * np.pi / 4):
            image[np.hypot(x - 55 * np.cos(turn), y - 55 * np.sin(turn)) < 10] = k / 8 + 0.1
    elif n % 4 == 2:
        image = 0.9 * ((abs(x) < 80) & (abs(y) < 80))
        image[((x // 6 + y // 6) % 2 == 0) & (np.hypot(x, y) < 60)] = 0.1
    else:
        image = 1.0 * inside(x / 69, y / 92) - 0.8 * inside(x / 66, y / 87)
        for a, b, wide, high in (
            (22, 0, 11, 31),
            (-22, 0, 16, 41),
            (0, 35, 21, 25),
            (0, -60, 5, 3),
        ):
            image[inside((x - a) / wide, (y + b) / high)] += 0.2
    return scanned([image] * 20, 200 / 256, 4.0, rng)


def noise(n: int, rng: np.random.Generator) -> Volume:
    """Noise: of single pixels, or smoothed to blobs."""
    drawn = rng.normal(size=(20, 256, 256))
    drawn = ndimage.gaussian_filter(drawn, [(0, 0, 0), (0, 2, 2), (0.5, 6, 6)][n % 3])
    return stack((drawn - drawn.min()) * 1000 / np.ptp(drawn), (0.7, 0.7, 4.0))


def grid(size: int, view: float) -> tuple[Drawing, Drawing]:
    """Millimetres from the middle, along columns and rows."""
    axis = (np.arange(size) - (size - 1) / 2) * view / size
    return axis[None, :] + 0 * axis[:, None], axis[:, None] + 0 * axis[None, :]


def inside(x: Drawing, y: Drawing) -> NDArray[np.bool_]:
    """Whether a point lies in the unit circle."""
    return np.hypot(x, y) < 1


def scanned(slices: list[Drawing], pixel: float, thick: float, rng: np.random.Generator) -> Volume:
    """Texture, blur and Rician noise on drawn slices."""
    drawn = np.array(slices, float)
    rough = ndimage.gaussian_filter(rng.normal(size=drawn.shape), (0, 1.2, 1.2))
    drawn = ndimage.gaussian_filter(drawn + 0.2 * rough * (drawn > 0.1), (0, 0.8, 0.8))
    spread = 0.03 * rng.normal(size=(2, *drawn.shape))
    return stack(1000 * np.hypot(drawn + spread[0], spread[1]), (pixel, pixel, thick))


def stack(voxels: NDArray, spacing: NDArray | tuple[float, float, float]) -> Volume:
    """An axial stack, wherever the voxels came from: columns to the left, rows to posterior."""
    matrix = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    return Volume(np.ascontiguousarray(voxels, dtype=np.float32), matrix)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        strangers(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(Path(sys.argv[1]))
