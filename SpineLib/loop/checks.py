"""What is wrong with an answer before it is accepted: labels, islands, order of voxels, slices.

Two structures cannot overlap in a label map: each voxel has one number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from SpineLib.datasets.cases import SliceLabel
from SpineLib.errors import BadInput
from SpineLib.labels import structure
from SpineLib.loop.problem import Problem
from SpineLib.volume import Volume

# A part of a structure smaller than this is called a crumb: a slip of the brush (by hand).
CRUMB_ML = 0.1


def require_known(labels: Volume) -> None:
    """Refuses a label map with numbers that SPIDER's scheme does not have.

    Raises:
        BadInput: with the list.
    """
    unknown = [int(n) for n in np.unique(labels.voxels) if n and not _known(int(n))]
    if unknown:
        raise BadInput(
            f"The mask holds {', '.join(map(str, unknown))}, which {'are' if len(unknown) > 1 else 'is'}"
            " no label of SPIDER",
            advice="Known are vertebrae 1-25 (101-125 where the border cuts them), canal 100 and "
            "discs 201-225.",
        )


def problems_of(image: Volume, answer: Volume | Sequence[SliceLabel]) -> list[Problem]:
    """What a person should look at before an answer is accepted.

    Args:
        image: or its grid (`Case.grid`).
        answer: a label map, or labels of slices.
    """
    if isinstance(answer, Volume):
        return _of_map(image, answer)
    return _of_slices(image, answer)


def _of_map(image: Volume, labels: Volume) -> list[Problem]:
    if not image.same_grid(labels, tolerance=0.05):
        return [Problem("The segmentation is not on its image's grid", serious=True)]
    numbers = [int(n) for n in np.unique(labels.voxels) if n]
    if not numbers:
        return [Problem("Nothing is segmented", serious=True)]
    found = []
    for number in numbers:
        if not _known(number):
            found.append(
                Problem(f"{number} is no label of SPIDER", number, _place(labels, number), True)
            )
        else:
            found += _islands(labels, number)
    return found


def _islands(labels: Volume, number: int) -> list[Problem]:
    from scipy import ndimage

    mask = labels.voxels == number
    box = ndimage.find_objects(mask.astype(np.uint8))[0]
    parts, count = ndimage.label(mask[box], np.ones((3, 3, 3)))
    if count < 2:
        return []
    sizes = np.bincount(parts.ravel())[1:]
    millilitres = float(np.abs(np.linalg.det(labels.ijk_to_ras[:3, :3]))) / 1000
    found = []
    for part in np.argsort(sizes)[::-1][1:]:
        size = sizes[part] * millilitres
        what = f"{_name(number)} has a part of {size:.2f} ml apart from the rest"
        inside = np.argwhere(parts == part + 1)
        corner = np.array([one.start for one in box])
        middle = inside[np.abs(inside - inside.mean(axis=0)).sum(axis=1).argmin()] + corner
        found.append(Problem(what, number, _ras(labels, middle), bool(size >= CRUMB_ML)))
    return found


def _of_slices(image: Volume, labels: Sequence[SliceLabel]) -> list[Problem]:
    said = {label.index for label in labels}
    missing = [k for k in range(image.shape[0]) if k not in said]
    if not said:
        return [Problem("No slice is labelled", serious=True)]
    if not missing:
        return []
    listed = ", ".join(str(k + 1) for k in missing[:8]) + (" …" if len(missing) > 8 else "")
    noun = "slice has" if len(missing) == 1 else "slices have"
    center = image.slice_center(missing[0])
    place = float(center[0]), float(center[1]), float(center[2])
    return [Problem(f"{len(missing)} {noun} no label: {listed}", None, place)]


def _known(number: int) -> bool:
    try:
        structure(number)
    except ValueError:
        return False
    return True


def _name(number: int) -> str:
    one = structure(number)
    if one.kind == "canal":
        return "The canal"
    partial = "partial " if one.partial else ""
    return f"The {partial}{one.kind} {one.position} (counted from the lowest)"


def _place(labels: Volume, number: int) -> tuple[float, float, float]:
    inside = np.argwhere(labels.voxels == number)
    return _ras(labels, inside[len(inside) // 2])


def _ras(labels: Volume, kji: NDArray) -> tuple[float, float, float]:
    x, y, z = labels.ras(kji[::-1])
    return float(x), float(y), float(z)
