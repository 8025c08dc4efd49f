"""One greyscale volume out of a file, whatever the format."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.formats.orientation import right_angled
from SpineLib.store.files import is_there

FILE_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
# As headers write them, in small letters; nothing and a question mark are no unit at all.
MILLIMETRES = ("", "?", "mm", "millimeter", "millimeters", "millimetre", "millimetres")


@dataclass(frozen=True)
class Image:
    """What a file holds.

    Attributes:
        voxels: [k, j, i].
        ijk_to_ras: 4×4, voxel centres to RAS mm; axes at right angles.
        notes: what a reader must know of how the file was understood, a sentence each.
    """

    voxels: NDArray[Any]
    ijk_to_ras: NDArray[np.float64]
    notes: tuple[str, ...] = ()


Reader = Callable[[Path, str], tuple[NDArray[Any], NDArray[np.float64], list[str]]]


def read_image(path: Path, orientation: str = "") -> Image:
    """Reads a volume file.

    Args:
        path: its name ends as one of `FILE_SUFFIXES`.
        orientation: where the file's axes grow to (`SpineLib.formats.orientation`), used only
            where the file says nothing of it.

    Raises:
        BadInput: the file is missing, unreadable, truncated, sheared, not one greyscale volume,
            or says nothing of left and right.
    """
    from SpineLib.formats.metaimage import read_metaimage
    from SpineLib.formats.nifti import read_nifti
    from SpineLib.formats.nrrd import read_nrrd

    readers: dict[str, Reader] = {
        ".nii": read_nifti, ".nii.gz": read_nifti, ".nrrd": read_nrrd, ".nhdr": read_nrrd,
        ".mha": read_metaimage, ".mhd": read_metaimage,
    }  # fmt: skip
    suffix = next((s for s in readers if path.name.lower().endswith(s)), "")
    if not is_there(path, file=True):
        raise BadInput("There is no such file", file=path)
    if not suffix:
        raise BadInput(
            "The file's name is not that of a volume",
            file=path,
            advice=f"It must end with one of {', '.join(FILE_SUFFIXES)}.",
        )
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused
            voxels, matrix, notes = readers[suffix](path, orientation)
            matrix, difference = right_angled(matrix, voxels.shape)
    except BadInput as error:
        raise BadInput(error.what, file=path, advice=error.advice, command=error.command) from error
    except OSError as error:
        raise BadInput(
            f"The file cannot be read ({error.strerror or 'damaged'})", file=path
        ) from error
    except MemoryError as error:
        raise BadInput("The file claims more voxels than memory can hold", file=path) from error
    return Image(voxels, matrix, tuple(filter(None, (*notes, difference))))


def three_axes(sizes: Sequence[int], spatial: Sequence[int]) -> tuple[int, ...]:
    """The shape [k, j, i] of a file's three axes in space.

    Args:
        sizes: voxels along each axis, the fastest first.
        spatial: which of the axes are of space; the others may hold one value only.

    Raises:
        BadInput: there are not three, one holds nothing, or another axis holds several volumes.
    """
    if any(size < 1 for size in sizes):
        raise BadInput("The file holds no voxels")
    others = [size for axis, size in enumerate(sizes) if axis not in spatial]
    if len(spatial) != 3:
        raise BadInput(f"A volume needs three dimensions, this image has {len(spatial)}")
    several = math.prod(others)
    if several > 1 and any(axis < max(spatial) and sizes[axis] > 1
                           for axis in range(len(sizes)) if axis not in spatial):  # fmt: skip
        raise BadInput("This is a colour or vector image", advice="Choose a greyscale MR image.")
    if several > 1:
        raise BadInput(
            f"The file holds {several} volumes ({len(sizes)} dimensions)",
            advice="Save one of them as a file of its own.",
        )
    return tuple(sizes[axis] for axis in reversed(spatial))


def keep(fields: dict[str, str], name: str, value: str) -> None:
    """Keeps a header's field, which must not say two things.

    Raises:
        BadInput: it stands there already, with another value.
    """
    if fields.setdefault(name, value) != value:
        raise BadInput(
            f"The header says {name[:30]!r} twice, in two ways",
            advice="Convert the original images again.",
        )


def in_other_units(unit: str) -> BadInput:
    """The refusal of places that are not in millimetres."""
    return BadInput(
        f"The image's places are in {unit[:20]!r}, not in millimetres",
        advice="Export it again, in millimetres.",
    )


def unreadable(format_name: str) -> BadInput:
    """The refusal of a file that is not of the format that its name says."""
    return BadInput(
        f"The file could not be read as an image: it is no {format_name}",
        advice="It may be damaged or of another format; export it again.",
    )
