"""Dice, surface Dice and 95 % Hausdorff distance of classes and of single vertebrae and discs."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from SpineLib.errors import BadInput
from SpineLib.inference.instances import name_instances
from SpineLib.inference.semantic import CLASSES
from SpineLib.labels import Structure, disc_name, level_name, structure
from SpineLib.volume import Volume

Row = dict[str, object]


def overlap_rows(semantic: Volume, truth: Volume, *, tolerance: float) -> list[Row]:
    """What a segmentation is worth against SPIDER's numbers on the same grid.

    ``kind`` says what a row is: ``class`` (all vertebrae, all discs, the canal), ``level`` (one
    vertebra or disc) or ``extra`` (a structure that the truth does not have). The model counts
    structures from the lowest that it sees, which need not be the truth's lowest, so each is
    paired with the one that it overlaps most (assignment of the greatest total Dice); whether its
    number was right is said apart. A missed structure has Dice and surface Dice 0 and no distance.
    A truth that gives all vertebrae one number and all discs another has no levels.

    Args:
        semantic: classes of `SpineLib.inference.semantic`.
        truth: SPIDER's numbers.
        tolerance: of surface Dice, mm.

    Raises:
        BadInput: the truth is empty or has a number that is not in SPIDER's scheme.
    """
    numbers = [int(n) for n in np.unique(truth.voxels) if n]
    try:
        known = {number: structure(number) for number in numbers}
    except ValueError as error:
        raise BadInput(f"The label map is not by SPIDER's numbers: {error}") from error
    if not known:
        raise BadInput("The label map is empty")
    spacing = truth.spacing[::-1]
    rows: list[Row] = []
    for number, name in enumerate(CLASSES):
        mine = [n for n, what in known.items() if what.kind == name]
        if mine:
            answer, expected = semantic.voxels == number, np.isin(truth.voxels, mine)
            rows.append({"kind": "class", "structure": name, "partial": False, "named": "",
                         **overlap(answer, expected, spacing, tolerance)})  # fmt: skip
    if _without_numbers(truth, known.values()):
        return rows
    labels, finding = name_instances(semantic)
    for kind in ("vertebra", "disc"):
        true = [what for what in known.values() if what.kind == kind]
        answered = [s.label for s in finding.segments if s.kind == kind]
        pairs = _paired(labels.voxels, answered, truth.voxels, [what.label for what in true])
        for what in true:
            label = pairs.get(what.label, 0)
            answer = labels.voxels == label if label else np.zeros(truth.shape, bool)
            values = overlap(answer, truth.voxels == what.label, spacing, tolerance)
            named = _named(label, what) if label and finding.lowest else ""
            rows.append({"kind": "level", "structure": level(what), "partial": what.partial,
                         "named": named, **values})  # fmt: skip
        for _ in set(answered) - set(pairs.values()):
            rows.append({"kind": "extra", "structure": kind, "partial": False, "named": "",
                         "found": True, "dice": None, "surface_dice": None,
                         "hd95_mm": None})  # fmt: skip
    return rows


def overlap(
    answer: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    spacing: Sequence[float] | NDArray[np.float64],
    tolerance: float,
) -> Row:
    """Figures of one structure, by MONAI.

    Surface Dice is that of Nikolov et al. 2021 (J Med Internet Res 23:e26151); the distance is the
    greater of both directions' 95th percentiles.

    Args:
        answer, truth: masks [slice, row, column]; the truth is not empty.
        spacing: mm of each axis.
        tolerance: surfaces nearer than this, mm, count as the same.

    Returns:
        ``dice``, ``surface_dice``, ``hd95_mm`` (None where the answer is empty) and ``found``.
    """
    from monai.metrics import compute_hausdorff_distance, compute_surface_dice

    both = ndimage.find_objects((answer | truth).astype(np.uint8))[0]
    # A margin, so that what the border of the image cuts has a surface there as well.
    a, t = (
        torch.from_numpy(np.pad(mask[both], 1)[None, None].astype(np.float32))
        for mask in (answer, truth)
    )
    shared, total = float((a * t).sum()), float(a.sum() + t.sum())
    if not a.any():
        return {"dice": 0.0, "surface_dice": 0.0, "hd95_mm": None, "found": False}
    mm = [float(s) for s in spacing]
    with warnings.catch_warnings():
        # MONAI warns of an argument that its own code passes.
        warnings.filterwarnings("ignore", message=".*always_return_as_numpy.*")
        surface = compute_surface_dice(a, t, [tolerance], include_background=True, spacing=mm)
        distance = compute_hausdorff_distance(
            a, t, include_background=True, percentile=95, spacing=mm
        )
    return {
        "dice": 2 * shared / total,
        "surface_dice": float(surface),
        "hd95_mm": float(distance),
        "found": shared > 0,
    }


def level(what: Structure) -> str:
    """``L4`` or ``L4/L5``, where vertebra 1 is L5 as SPIDER says.

    Example:
        >>> level(structure(202)), level(structure(102))
        ('L4/L5', 'L4')
    """
    return disc_name(what.position) if what.kind == "disc" else level_name(what.position)


def _without_numbers(truth: Volume, known: Collection[Structure]) -> bool:
    numbers = {
        kind: {what.label for what in known if what.kind == kind} for kind in ("vertebra", "disc")
    }
    if any(len(of_kind) != 1 for of_kind in numbers.values()):
        return False
    discs = ndimage.label(truth.voxels == numbers["disc"].pop(), np.ones((3, 3, 3)))[0]
    sizes = np.bincount(discs.ravel())[1:]
    return int((sizes > sizes.max() / 4).sum()) > 1


def _named(label: int, truth: Structure) -> str:
    return "right" if structure(label).position == truth.position else "wrong"


def _paired(
    labels: NDArray[np.uint8], answered: Sequence[int], truth: NDArray, true: Sequence[int]
) -> dict[int, int]:
    """Truth's number → the model's, of those that overlap."""
    if not answered or not true:
        return {}
    shared = np.array([[np.sum((truth == t) & (labels == f)) for f in answered] for t in true])
    sizes = np.array([np.sum(truth == t) for t in true])[:, None]
    dice = 2 * shared / (sizes + np.array([np.sum(labels == f) for f in answered]))
    pairs = zip(*linear_sum_assignment(dice, maximize=True), strict=True)
    return {true[i]: answered[j] for i, j in pairs if shared[i, j]}
