"""A NIfTI, NRRD or MetaImage file as a stack, as if a scan had found it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom import file_name
from SpineLib.dicom.read import check_values, smallest_integer
from SpineLib.dicom.scan import placed
from SpineLib.dicom.stack import Scan, Series, Stack, Study
from SpineLib.errors import BadInput
from SpineLib.labels import REGIONS, WEIGHTINGS
from SpineLib.volume import FILE_SUFFIXES, Volume, read_with_notes

# An axis is through-plane when its spacing is this much larger than both others.
THICKER = 1.2
# How each plane is shown (DICOM's habit): RAS directions of growing column, row and slice.
_SHOWN = {
    "axial": ((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
    "sagittal": ((0, -1, 0), (0, 0, -1), (1, 0, 0)),
    "coronal": ((-1, 0, 0), (0, 0, -1), (0, -1, 0)),
}
_AXES = {"sagittal": 0, "coronal": 1, "axial": 2}


def open_volume_file(
    path: str | Path,
    *,
    weighting: str = "unknown",
    region: str = "unknown",
    plane: str = "",
    orientation: str = "",
) -> tuple[Stack, Volume]:
    """Reads a volume file and lays its voxels out as slices.

    The axis with the largest spacing becomes k. Where no axis is clearly thicker (isotropic 3D
    images), the slices are sagittal, as 3D spine sequences are acquired and read; ``plane``
    says otherwise. Rows and columns are turned the way DICOM shows them (axial: patient's left
    at the right, anterior up); each voxel keeps its place in RAS.

    Args:
        path: a file whose name ends as one of `SpineLib.volume.FILE_SUFFIXES`.
        weighting: one of `SpineLib.labels.WEIGHTINGS`; ``unknown`` takes it from the file's name.
        region: one of `SpineLib.labels.REGIONS`; ``unknown`` takes it from the file's name.
        plane: ``axial``, ``sagittal`` or ``coronal`` to slice the volume so.
        orientation: where the file's axes grow to, such as ``LPS``, where the file does not say.

    Returns:
        The stack (no sources, id ``1``; its warnings say how the file was understood) and the
        volume (no frames).

    Raises:
        BadInput: the file cannot be read (`SpineLib.volume.read_volume`), its voxels are constant
            or not finite; or a word is unknown.
    """
    path = Path(path)
    for word, known in ((weighting, WEIGHTINGS), (region, REGIONS), (plane, ("", *_SHOWN))):
        if word not in known:
            raise BadInput(f"{word!r} is not one of {', '.join(filter(None, known))}")
    volume, notes = read_with_notes(path, orientation)
    voxels = volume.voxels
    if voxels.dtype == np.float64:
        voxels = voxels.astype(np.float32)
    elif voxels.dtype.itemsize == 8:
        voxels = smallest_integer(voxels)
    check_values(voxels, "The volume", path)
    volume = _sliced(volume.with_voxels(voxels), plane)
    suffix = max((s for s in FILE_SUFFIXES if path.name.lower().endswith(s)), key=len)
    name = path.name[: -len(suffix)]
    stack = Stack(
        id="1",
        description=name,
        weighting=file_name.weighting_of(name) if weighting == "unknown" else weighting,
        fat_saturated=file_name.fat_saturated_of(name),
        region=file_name.region_of(name) if region == "unknown" else region,
        rows=volume.shape[1],
        columns=volume.shape[2],
        warnings=notes,
    )
    return placed(stack, volume.ijk_to_ras, len(volume.voxels)), volume


def is_volume_file(path: Path) -> bool:
    """Whether a file's name says that it is a volume file."""
    return path.is_file() and path.name.lower().endswith(FILE_SUFFIXES)


def scan_volume_file(path: str | Path) -> Scan:
    """A volume file as a scan of a folder shows a study; raises as `open_volume_file`."""
    stack, _ = open_volume_file(path)
    return Scan((Study("", "", (Series("", None, stack.description, (stack,)),)),))


def _sliced(volume: Volume, plane: str) -> Volume:
    """The same voxels in RAS with the through-plane axis as k, shown DICOM's way."""
    through = _through_axis(volume, plane)
    nearest = int(np.abs(volume.directions[:, through]).argmax())
    shown = np.array(_SHOWN[{axis: name for name, axis in _AXES.items()}[nearest]], float)
    towards = shown @ volume.directions  # row: wanted i, j, k; column: the file's axes
    order = max(
        (axes for axes in permutations(range(3)) if axes[2] == through),
        key=lambda axes: sum(abs(towards[n, axis]) for n, axis in enumerate(axes)),
    )
    flips = [towards[n, axis] < 0 for n, axis in enumerate(order)]
    array = volume.voxels.transpose([2 - axis for axis in reversed(order)])
    array = array[tuple(slice(None, None, -1 if flip else 1) for flip in reversed(flips))]
    return replace(
        volume,
        voxels=np.ascontiguousarray(array),
        ijk_to_ras=volume.ijk_to_ras @ _reindexing(volume, order, flips),
    )


def _through_axis(volume: Volume, plane: str) -> int:
    if plane:
        return int(np.abs(volume.directions[_AXES[plane]]).argmax())
    second, largest = np.argsort(volume.spacing)[1:]
    if volume.spacing[largest] >= THICKER * volume.spacing[second]:
        return int(largest)
    return int(np.abs(volume.directions[_AXES["sagittal"]]).argmax())


def _reindexing(volume: Volume, order: tuple[int, ...], flips: list[bool]) -> NDArray[np.float64]:
    """4×4 from new voxel indices to the file's."""
    sizes = volume.shape[::-1]
    matrix = np.eye(4)
    matrix[:3, :3] = 0
    for new, (old, flip) in enumerate(zip(order, flips, strict=True)):
        matrix[old, new] = -1 if flip else 1
        matrix[old, 3] = sizes[old] - 1 if flip else 0
    return matrix
