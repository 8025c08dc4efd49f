"""Where a file's axes point: letters that a person gives, and axes that rounding has skewed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.errors import BadInput

# Cosine between two axes from which they are sheared. Numbers written with three decimals at
# 0.3 mm spacing are off by up to 0.003; the smallest real shears (gantry tilt, affine
# registration) are larger.
SHEARED = 0.005
# What an image of a patient can have: mm between voxels, and mm from the scanner's centre.
_SPACING, _FARTHEST = (1e-3, 1e3), 1e5
ADVICE = "Convert the original images again, or say where the file's axes grow to."
OPTION = "--orientation LPS"
# Below this a skew is the rounding of the file's own float32 and not worth a word.
_ROUNDING = 1e-5
_LETTERS = {
    "R": (0, 1.0), "L": (0, -1.0), "A": (1, 1.0), "P": (1, -1.0), "S": (2, 1.0), "I": (2, -1.0),
}  # fmt: skip


def directions_of(letters: str) -> NDArray[np.float64]:
    """The directions in RAS that three letters name, as columns for i, j and k.

    Args:
        letters: where each axis of the file grows to, such as ``LPS``: the first axis to the
            patient's Left, the second to Posterior, the third to Superior.

    Raises:
        BadInput: these are not three letters of three different axes.

    Example:
        >>> directions_of("LPS").diagonal().tolist()
        [-1.0, -1.0, 1.0]
    """
    known = [_LETTERS.get(letter) for letter in letters.upper()]
    axes = {direction[0] for direction in known if direction}
    if len(known) != 3 or None in known or len(axes) != 3:
        raise BadInput(
            f"{letters!r} is not an orientation",
            advice="Name where the file's three axes grow to, of R or L, A or P, S or I: LPS.",
        )
    directions = np.zeros((3, 3))
    for column, direction in enumerate(known):
        assert direction is not None
        directions[direction[0], column] = direction[1]
    return directions


def placed(letters: str, spacing: ArrayLike) -> tuple[NDArray[np.float64], list[str]]:
    """A 4×4 matrix from (i, j, k) to RAS mm, with the first voxel at 0, by a person's letters.

    With it comes a sentence that says so.

    Args:
        letters: as of `directions_of`; empty if the person said nothing.
        spacing: mm between voxels along i, j, k.

    Raises:
        BadInput: the person said nothing, and a guess could take left for right.
    """
    if not letters:
        raise BadInput(
            "Nothing in the file says where the patient's left and right are",
            advice=ADVICE,
            command=OPTION,
        )
    matrix = np.eye(4)
    matrix[:3, :3] = directions_of(letters) * np.abs(np.asarray(spacing, float))
    return matrix, [
        "The file does not say where left and right are; its axes were taken to grow to "
        f"{letters.upper()}, as you said"
    ]


def right_angled(
    matrix: NDArray[np.float64], shape: tuple[int, ...]
) -> tuple[NDArray[np.float64], str]:
    """The nearest matrix whose axes are at right angles, and what that changes.

    Args:
        matrix: 4×4, voxel indices (i, j, k) to mm.
        shape: voxels along k, j, i; the middle of the volume stays where it is.

    Returns:
        The matrix, and a sentence on the difference; empty where it is that of the numbers' own
        rounding, and then the matrix is the file's.

    Raises:
        BadInput: the matrix is not finite or of no patient, or its axes are sheared.
    """
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    if not np.isfinite(matrix).all() or not np.isfinite(spacing).all():
        raise BadInput("The image's position in space is not finite")
    if spacing.min() < _SPACING[0] or spacing.max() > _SPACING[1]:
        wrong = spacing.min() if spacing.min() < _SPACING[0] else spacing.max()
        raise BadInput(f"Its voxels are {wrong:.3g} mm apart along an axis, which is impossible")
    if np.abs(matrix[:3, 3]).max() > _FARTHEST:
        raise BadInput("The image's position in space is farther away than any scanner reaches")
    directions = matrix[:3, :3] / spacing
    skew = float(np.abs(directions.T @ directions - np.eye(3)).max())
    if skew > SHEARED:
        raise BadInput(
            f"The image is sheared: its axes are {np.degrees(np.arcsin(min(skew, 1.0))):.1f}° off "
            "right angles",
            advice="Resample it onto a grid with axes at right angles, or export it again.",
        )
    if skew <= _ROUNDING:
        return matrix, ""
    # The orthogonal factor of the polar decomposition is the nearest rotation (Higham 1986).
    left, _, right = np.linalg.svd(directions)
    nearest = matrix.copy()
    nearest[:3, :3] = (left @ right) * spacing
    sizes = np.array(shape[::-1], float)
    middle = (sizes - 1) / 2
    nearest[:3, 3] = matrix[:3, :3] @ middle + matrix[:3, 3] - nearest[:3, :3] @ middle
    corners = np.array(list(np.ndindex(2, 2, 2))) * (sizes - 1)
    moved = np.linalg.norm(
        corners @ (matrix - nearest)[:3, :3].T + (matrix - nearest)[:3, 3], axis=1
    )
    return nearest, (
        f"The file's axes are {np.degrees(np.arcsin(skew)):.2g}° off right angles; the nearest "
        f"right-angled ones are taken, which moves voxels by up to {moved.max():.2g} mm"
    )
