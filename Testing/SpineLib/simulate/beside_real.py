"""Sizes and signals of the digital spine beside those of real data.

``python -m Testing.SpineLib.simulate.beside_real`` prints the table of docs/simulator.md; the test
beside this file asks the same measures to agree. Real and simulated go through the same functions.
"""

import os
import statistics
from collections import defaultdict
from pathlib import Path

import numpy as np

from SpineLib.simulate import axial_case, lumbar_case
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.tissues import CORD
from SpineLib.simulate.truth import FINE, cross_section
from SpineLib.volume import read_volume

SHARES = (5, 25, 50, 75, 95)
NECK = ("C2", "C3", "C4", "C5", "C6", "C7")
CHEST = tuple(f"T{n}" for n in range(1, 12))


def upright(volume):
    """Voxels as [upward, to the front, to the right] and their spacing in that order, mm."""
    axes = np.abs(volume.directions).argmax(0)  # world axis of i, j, k
    order = [2 - int(np.flatnonzero(axes == world)[0]) for world in (2, 1, 0)]
    voxels = volume.voxels.transpose(order)
    for place, world in enumerate((2, 1, 0)):
        index = 2 - order[place]
        if volume.directions[world, index] < 0:
            voxels = np.flip(voxels, place)
    return voxels, [float(volume.spacing[2 - one]) for one in order]


def section_sizes(mask, spacing):
    """Area, front to back and left to right of a section, mm² and mm.

    The diameters are four standard deviations, the ellipse's; whole pixels are too coarse.
    """
    v, u = np.nonzero(mask)
    area = len(v) * spacing[0] * spacing[1]
    return area, 4 * v.std() * spacing[0], 4 * u.std() * spacing[1]


def real_cords(mask_file, levels_file=None):
    """Sizes of each section of a cord mask, by vertebral level (or ``all``), corrected for the
    cord's tilt against the slices."""
    mask, (up, ahead, side) = upright(read_volume(mask_file))
    levels = None if levels_file is None else upright(read_volume(levels_file))[0]
    rows = [k for k in range(len(mask)) if (mask[k] > 0.5).sum() > 8]
    middles = np.array([np.mean(np.nonzero(mask[k] > 0.5), 1) * (ahead, side) for k in rows])
    slopes = np.gradient(middles, np.array(rows) * up, axis=0)
    found = defaultdict(list)
    for k, (forward, aside) in zip(rows, slopes, strict=True):
        inside = mask[k] > 0.5
        area, ap, width = section_sizes(inside, (ahead, side))
        tilt = np.cos(np.arctan(np.array([forward, aside])))
        name = "all"
        if levels is not None:
            number = int(np.median(levels[k][inside]))
            if not 1 <= number <= 24:
                continue
            name = LEVELS[number - 1]
        found[name].append((area * tilt[0] * tilt[1], ap * tilt[0], width * tilt[1]))
    return {name: np.mean(sizes, 0) for name, sizes in found.items()}


def simulated_cords(count=20, levels=NECK + CHEST):
    """Mean and standard deviation of the healthy cord's sizes at the middle of each level."""
    found = defaultdict(list)
    for seed in range(count):
        who = build_patient(np.random.default_rng(seed), "cervical", "none")
        for name in levels:
            c, _, _ = cross_section(who, float(who.spine.center[LEVELS.index(name)]))
            found[name].append(section_sizes(np.isin(c.label, CORD), (FINE, FINE)))
    return {name: (np.mean(sizes, 0), np.std(sizes, 0)) for name, sizes in found.items()}


def real_spacing(discs_file):
    """Millimetres from the disc above to the disc below each vertebra, of SCT's disc labels
    (number n: the disc above vertebra n, C1 being 1)."""
    labels, spacing = upright(read_volume(discs_file))
    at = {int(n): np.argwhere(labels == n).mean(0) * spacing for n in np.unique(labels) if n > 0}
    return {
        LEVELS[n - 1]: float(np.linalg.norm(at[n] - at[n + 1]))
        for n in at
        if n + 1 in at and 3 <= n <= 19
    }


def simulated_spacing(count=30):
    """The same of simulated healthy spines: mean and deviation by level."""
    found = defaultdict(list)
    for seed in range(count):
        spine = build_patient(np.random.default_rng(seed), "cervical", "none").spine
        for k in range(LEVELS.index("C3"), LEVELS.index("L2")):
            found[LEVELS[k]].append(spine.disc(k - 1) - spine.disc(k))
    return {name: (np.mean(some), np.std(some)) for name, some in found.items()}


def lumbar_sizes(voxels, spacing, vertebrae, discs, canal):
    """Volumes of vertebrae and discs, cm³, and the canal between them.

    Args:
        voxels, spacing: a mask as [upward, to the front, to the right].
        vertebrae, discs: label numbers from L5 and L5/S1 upward.
        canal: its number.

    Returns:
        Vertebrae's and discs' volumes, the canal's mean area over the height of the second to the
        fourth vertebra (mm²), and its median front to back in the middle slice there (mm).
    """
    voxel = float(np.prod(spacing)) / 1000
    bones = [float((voxels == n).sum()) * voxel for n in vertebrae]
    between = [float((voxels == n).sum()) * voxel for n in discs]
    rows = np.flatnonzero(np.isin(voxels, vertebrae[1:4]).any((1, 2)))
    tube = voxels[rows.min() : rows.max() + 1] == canal
    area = float(tube.sum()) * spacing[1] * spacing[2] / len(tube)
    middle = int(tube.sum((0, 1)).argmax())
    depth = float(np.median(tube[:, :, middle].sum(1))) * spacing[1]
    return bones, between, area, depth


def spider_sizes(file):
    """`lumbar_sizes` of a SPIDER mask, whose affine is not the original (see its README)."""
    volume = read_volume(file)
    voxels = volume.voxels.transpose(1, 2, 0)  # [caudal to cranial, front to back, side]
    ahead, up, side = volume.spacing.tolist()
    return lumbar_sizes(voxels, [up, ahead, side], range(1, 6), range(8, 13), 7)


def simulated_lumbar(count=6, **scanner):
    """`lumbar_sizes` of simulated segmentations."""
    made = []
    for seed in range(count):
        case = lumbar_case(seed=seed, scanner=scanner)
        voxels, spacing = upright(case.segmentation)
        made.append(lumbar_sizes(voxels, spacing, range(1, 6), range(201, 206), 100))
    return made


def signals(plane, middle, pixel, radius=60.0):
    """Percentiles of the signal around a point as shares of the 99th, and the steepest edges.

    Args:
        plane: [rows, columns].
        middle: row and column of the canal.
        pixel: mm.
        radius: of what counts, mm.

    Returns:
        The percentiles `SHARES`, and the 99th percentile of the gradient over the range from the
        1st to the 99th percentile, 1/mm.
    """
    rows, columns = np.ogrid[: plane.shape[0], : plane.shape[1]]
    near = np.hypot(rows - middle[0], columns - middle[1]) * pixel < radius
    values = plane[near].astype(float)
    low, top = np.percentile(values, (1, 99))
    slope = np.hypot(*np.gradient(plane.astype(float), pixel))[near]
    return np.percentile(values, SHARES) / top, float(np.percentile(slope, 99) / (top - low))


def real_signals(image_file, mask_file=None, middle=None):
    """`signals` of an axial series: means over its inner slices."""
    voxels, spacing = upright(read_volume(image_file))
    mask = None if mask_file is None else upright(read_volume(mask_file))[0]
    found = []
    for k in range(len(voxels) // 5, len(voxels) * 4 // 5):
        at = middle if mask is None else np.mean(np.nonzero(mask[k] > 0.5), 1)
        found.append(signals(voxels[k], at, spacing[1]))
    return np.mean([one[0] for one in found], 0), statistics.mean(one[1] for one in found)


def simulated_signals(seeds, contrast=None, slices=None):
    """`signals` of each simulated cervical series."""
    made = []
    for seed in seeds:
        scanner = {} if slices is None else {"slices": slices}
        case = axial_case("cervical", "none", seed=seed, contrast=contrast, scanner=scanner)
        found = []
        for slice_ in case.slices:
            i, j, _ = case.volume.ijk(slice_.canal_center_ras)
            found.append(signals(case.volume.voxels[slice_.index], (j, i), case.protocol.pixel))
        made.append(
            (np.mean([one[0] for one in found], 0), statistics.mean(one[1] for one in found))
        )
    return made


# The canal in the real cervical series, row (from the back) and column (from the left), by eye.
REAL_NECK = "nifti/cervical_t2_axial/t2.nii.gz"
REAL_NECK_CANAL = (124, 160)


def cord_masks(data):
    """Real cord masks of the neck with levels: one person, and the template of many."""
    sct = data / "nifti/sct_testing"
    return {
        "SCT, one person": (
            sct / "t2/t2_seg-manual.nii.gz", sct / "t2/t2_seg-manual_labeled.nii.gz"
        ),
        "PAM50, template": (
            sct / "template/PAM50_small_cord.nii.gz", sct / "template/PAM50_small_levels.nii.gz"
        ),
    }  # fmt: skip


def main() -> None:
    """Prints every figure."""
    data = Path(os.environ.get("SPINE_DATA", Path(__file__).parents[4] / "shared/data"))
    ours = simulated_cords()
    for title, files in cord_masks(data).items():
        for name, sizes in real_cords(*files).items():
            if name in ours:
                mean, spread = ours[name]
                print(title, name, sizes.round(1), "simulated", mean.round(1), spread.round(1))
    for file in sorted((data / "nifti/gm_challenge").glob("*/*seg-manual.nii.gz")):
        print("GM challenge", file.parent.name, real_cords(file)["all"].round(1))
    neck = np.mean([ours[name][0] for name in ("C3", "C4", "C5", "C6")], 0)
    print("simulated C3-C6", neck.round(1))
    spacing = simulated_spacing()
    for title, file in (("PAM50", "template/PAM50_small_label_disc.nii.gz"),):
        for name, mm in real_spacing(data / "nifti/sct_testing" / file).items():
            mean, spread = spacing[name]
            print(title, "spacing", name, round(mm, 1), "simulated", mean.round(1), spread.round(1))
    for number in ("005", "007"):
        print("SPIDER", number, _said(spider_sizes(data / f"spider/mask_{number}.nii.gz")))
    for one in simulated_lumbar():
        print("simulated", _said(one))
    print("real T2", _signal_said([real_signals(data / REAL_NECK, middle=REAL_NECK_CANAL)]))
    print("simulated T2", _signal_said(simulated_signals(range(10))))
    pairs = [
        (file, file.with_name(file.name.replace("_seg-manual", "")))
        for file in sorted((data / "nifti/gm_challenge").glob("*/*seg-manual.nii.gz"))
    ]
    print("real T2*", _signal_said([real_signals(image, mask) for mask, image in pairs]))
    print("simulated T2*", _signal_said(simulated_signals(range(5), "T2*")))


def _said(sizes):
    bones, discs, area, depth = sizes
    return f"vertebrae {np.round(bones)} discs {np.round(discs, 1)} canal {area:.0f} mm² {depth:.1f} mm"


def _signal_said(found):
    shares = np.mean([one[0] for one in found], 0).round(2)
    edges = [one[1] for one in found]
    return f"{shares} edges {np.mean(edges):.2f} ({min(edges):.2f}-{max(edges):.2f})"


if __name__ == "__main__":
    main()
