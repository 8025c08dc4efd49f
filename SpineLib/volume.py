"""A volume: voxels as [slice, row, column] and one matrix from (i, j, k) to RAS.

Everything in the project speaks RAS millimetres (Slicer's world). ITK and DICOM speak LPS;
the two meet in `from_sitk`, `to_sitk` and `lps_to_ras` only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.errors import BadInput
from SpineLib.formats import FILE_SUFFIXES, read_image
from SpineLib.store.files import writing

if TYPE_CHECKING:
    import SimpleITK

__all__ = ["FILE_SUFFIXES", "Frame", "Volume", "directions_in_lps", "from_sitk", "lps_to_ras", "read_volume",
           "read_with_notes", "resample", "to_sitk", "write_volume"]  # fmt: skip

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Frame:
    """Which DICOM frame a slice came from.

    Attributes:
        sop_instance_uid: SOP Instance UID of the object.
        number: frame number from 1 (DICOM's own count); 1 in single-frame objects.
    """

    sop_instance_uid: str
    number: int = 1


@dataclass(frozen=True)
class Volume:
    """Evenly spaced parallel slices with their place in the patient.

    Attributes:
        voxels: array [slice, row, column], that is [k, j, i].
        ijk_to_ras: 4×4 matrix from voxel indices (i = column, j = row, k = slice), at voxel
            centres, to RAS millimetres.
        frames: the DICOM frame of each slice, or empty where there is none.
        frame_of_reference_uid: Frame of Reference UID; empty where there is none.
        window: centre and width of the grey values to be shown; None where nobody says.

    Raises:
        BadInput: the voxels are not three-dimensional, or the matrix cannot be inverted.
    """

    voxels: NDArray[Any]
    ijk_to_ras: NDArray[np.float64]
    frames: tuple[Frame, ...] = field(default=(), repr=False)
    frame_of_reference_uid: str = ""
    window: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        matrix = np.asarray(self.ijk_to_ras, dtype=np.float64)
        object.__setattr__(self, "ijk_to_ras", matrix)
        if self.voxels.ndim != 3:
            raise BadInput(f"A volume needs three dimensions, this image has {self.voxels.ndim}")
        if matrix.shape != (4, 4) or not np.isfinite(matrix).all():
            raise BadInput("The image's position in space is not a finite 4×4 matrix")
        if abs(np.linalg.det(matrix[:3, :3])) < 1e-9:
            raise BadInput("The image's axes are not independent, so it has no place in space")
        if self.frames and len(self.frames) != self.voxels.shape[0]:
            raise BadInput(f"{len(self.frames)} frames were given for {len(self.voxels)} slices")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        return self.voxels.shape  # type: ignore[return-value]

    @property
    def spacing(self) -> NDArray[np.float64]:
        """Millimetres along (i, j, k): between columns, rows, slices."""
        return np.linalg.norm(self.ijk_to_ras[:3, :3], axis=0)

    @property
    def directions(self) -> NDArray[np.float64]:
        """3×3, columns are the unit vectors of i, j, k in RAS."""
        return self.ijk_to_ras[:3, :3] / self.spacing

    def ras(self, ijk: ArrayLike) -> NDArray[np.float64]:
        """RAS millimetres of voxel indices; shape (..., 3) in, (..., 3) out."""
        points = np.asarray(ijk, dtype=np.float64)
        return points @ self.ijk_to_ras[:3, :3].T + self.ijk_to_ras[:3, 3]

    def ijk(self, ras: ArrayLike) -> NDArray[np.float64]:
        """Continuous voxel indices (i, j, k) of RAS millimetres; shape (..., 3) in and out."""
        inverse = np.linalg.inv(self.ijk_to_ras)
        return np.asarray(ras, dtype=np.float64) @ inverse[:3, :3].T + inverse[:3, 3]

    def slice_center(self, k: int) -> NDArray[np.float64]:
        """RAS millimetres of the middle of slice ``k``."""
        _, rows, columns = self.shape
        return self.ras([(columns - 1) / 2, (rows - 1) / 2, k])

    def with_voxels(self, voxels: NDArray[Any]) -> Volume:
        """The same grid, frames and Frame of Reference with other voxels of the same shape.

        Their window is another, too, so that there is none.
        """
        if voxels.shape != self.shape:
            raise BadInput(f"Voxels of shape {voxels.shape} do not fit the grid {self.shape}")
        return replace(self, voxels=voxels, window=None)

    def same_grid(self, other: Volume, *, tolerance: float = 1e-3) -> bool:
        """Whether both have the same shape and voxel centres within ``tolerance`` millimetres."""
        if self.shape != other.shape:
            return False
        slices, rows, columns = self.shape
        corners = np.array(
            [[i, j, k] for i in (0, columns) for j in (0, rows) for k in (0, slices)]
        )
        return bool(np.abs(self.ras(corners) - other.ras(corners)).max() <= tolerance)


def lps_to_ras(points: ArrayLike) -> NDArray[np.float64]:
    """Turns LPS millimetres (DICOM, ITK) into RAS; shape (..., 3). Its own inverse."""
    return np.asarray(points, dtype=np.float64) * (-1.0, -1.0, 1.0)


def from_sitk(image: SimpleITK.Image) -> Volume:
    """A volume from a three-dimensional SimpleITK image (LPS in, RAS out).

    Raises:
        BadInput: the image is not three-dimensional or has several values a voxel (colour).
    """
    import SimpleITK as sitk

    if image.GetDimension() != 3:
        raise BadInput(f"A volume needs three dimensions, this image has {image.GetDimension()}")
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise BadInput("This is a colour or vector image", advice="Choose a greyscale MR image.")
    lps = np.eye(4)
    lps[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    lps[:3, 3] = image.GetOrigin()
    return Volume(sitk.GetArrayFromImage(image), LPS_TO_RAS @ lps)


def to_sitk(volume: Volume) -> SimpleITK.Image:
    """A SimpleITK image (LPS) on the same grid; a sheared grid is not representable there.

    Raises:
        BadInput: the volume's axes are not at right angles (gantry tilt).
    """
    import SimpleITK as sitk

    directions = directions_in_lps(volume)
    image = sitk.GetImageFromArray(volume.voxels)
    image.SetSpacing([float(s) for s in volume.spacing])
    image.SetDirection([float(d) for d in directions.ravel()])
    image.SetOrigin([float(x) for x in lps_to_ras(volume.ijk_to_ras[:3, 3])])
    return image


def directions_in_lps(volume: Volume) -> NDArray[np.float64]:
    """3×3, columns are the unit vectors of i, j, k in LPS.

    Raises:
        BadInput: the volume's axes are not at right angles (gantry tilt).
    """
    directions = volume.directions
    if np.abs(directions.T @ directions - np.eye(3)).max() > 1e-3:
        raise BadInput("The image's axes are not at right angles (gantry tilt)")
    # ITK fails to invert a direction with cosines near the smallest numbers there are (1e-313).
    return LPS_TO_RAS[:3, :3] @ np.where(np.abs(directions) < 1e-12, 0.0, directions)


def read_volume(path: str | Path, orientation: str = "") -> Volume:
    """Reads a NIfTI, NRRD or MetaImage file.

    Args:
        path: a file whose name ends as one of `FILE_SUFFIXES`.
        orientation: where the file's three axes grow to, such as ``LPS``; used only where the
            file says nothing of it.

    Raises:
        BadInput: the file is missing, unreadable, truncated, sheared, not one greyscale volume,
            or says nothing of left and right.
    """
    return read_with_notes(path, orientation)[0]


def read_with_notes(path: str | Path, orientation: str = "") -> tuple[Volume, tuple[str, ...]]:
    """As `read_volume`, with what a reader must know of how the file was understood."""
    image = read_image(Path(path), orientation)
    return Volume(image.voxels, image.ijk_to_ras), image.notes


def write_volume(volume: Volume, path: str | Path, *, compress: bool = True) -> None:
    """Writes NIfTI, NRRD or MetaImage (by the suffix), whole or not at all.

    Args:
        volume: what is written.
        path: the file.
        compress: False where it is read back at once: compressing takes 16 times as long.

    Raises:
        OutputError: the disk is full or the folder cannot be written to.
    """
    import SimpleITK as sitk

    with writing(path) as temporary:
        try:
            sitk.WriteImage(to_sitk(volume), str(temporary), useCompression=compress)
        except RuntimeError as error:
            raise OSError(5, "the image could not be written") from error


def resample(
    volume: Volume, reference: Volume, *, nearest: bool = False, fill: float = 0.0
) -> Volume:
    """The volume on another grid: trilinear, or nearest neighbour for label maps.

    Args:
        volume: what is resampled.
        reference: whose grid, frames and Frame of Reference the result has.
        nearest: take the nearest voxel (for labels) and keep the voxels' type.
        fill: value outside of ``volume``.
    """
    import SimpleITK as sitk

    source = to_sitk(volume if nearest else volume.with_voxels(volume.voxels.astype(np.float32)))
    interpolator = sitk.sitkNearestNeighbor if nearest else sitk.sitkLinear
    grid = to_sitk(reference.with_voxels(np.zeros(reference.shape, np.uint8)))
    moved = sitk.Resample(source, grid, sitk.Transform(), interpolator, fill, source.GetPixelID())
    return replace(reference, voxels=sitk.GetArrayFromImage(moved))
