"""The images that a reading was made from, found again by their SOP Instance UIDs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pydicom
from numpy.typing import ArrayLike, NDArray
from pydicom.dataset import Dataset

from SpineLib.dicom import scan, scan_files
from SpineLib.errors import BadInput
from SpineLib.findings import Findings, StackFindings
from SpineLib.progress import Progress
from SpineLib.reading import frames_of, is_dicom
from SpineLib.volume import Frame

_SAME_PLACE = 0.5  # of a pixel


class SourceSlice(NamedTuple):
    """Where one slice's pixels stand: the header of its object, and the frame number from 1."""

    header: Dataset
    frame: int


@dataclass(frozen=True)
class SourceImages:
    """Headers, without pixels, of the images of one reading.

    Attributes:
        headers: SOP Instance UID → header.
    """

    headers: dict[str, Dataset]

    def slices(self, stack: StackFindings) -> list[SourceSlice]:
        """The slices of a stack in the order of k; none where the stack was not read."""
        return [
            SourceSlice(self.headers[frame.sop_instance_uid], frame.number)
            for frame in frames_of(stack)
        ]

    @property
    def any(self) -> Dataset:
        """One of them, for what all share: the patient and the study."""
        return next(iter(self.headers.values()))


def find_images(
    findings: Findings, images: str | Path | Sequence[Path], *, progress: Progress | None = None
) -> SourceImages:
    """Finds the images of a reading.

    Args:
        findings: of the reading.
        images: what was read: a folder, a zip, a DICOMDIR, a file, or a list of files.
        progress: as for `SpineLib.dicom.scan`.

    Raises:
        BadInput: the study was not read from DICOM, an image is not there, one number stands for
            two images, a stack does not lie where its images are, or a header cannot be read.
    """
    wanted = {frame for stack in findings.stacks for frame in frames_of(stack)}
    if not is_dicom(findings):
        raise BadInput(
            "This study was not read from DICOM, so it has no patient and no study in DICOM that "
            "its results could go with",
            advice="Read the DICOM images themselves, then export.",
        )
    files: dict[str, set[Path]] = {}
    planes: dict[Frame, NDArray[np.float64]] = {}
    listed = isinstance(images, Sequence) and not isinstance(images, str)
    scanned = scan_files(images, progress=progress) if listed else scan(images, progress=progress)  # type: ignore[arg-type]
    for stack in scanned.stacks:
        for k, source in enumerate(stack.sources):
            frame = Frame(source.sop_instance_uid, source.frame)
            if frame not in wanted:
                continue
            files.setdefault(source.sop_instance_uid, set()).add(source.path)
            if stack.ijk_to_ras is not None:
                planes[frame] = _plane(stack.ijk_to_ras, k)
    missing = {frame.sop_instance_uid for frame in wanted} - set(files)
    if missing:
        raise BadInput(
            f"{len(missing)} of the images that were read are not here",
            file=None if listed else Path(images),  # type: ignore[arg-type]
            advice="Name the folder of the study that the results were made from.",
        )
    twice = [paths for paths in files.values() if len(paths) > 1]
    if twice:
        raise BadInput(
            "Several images have one SOP Instance UID, so no result can refer to one of them",
            file=min(twice[0]),
        )
    _require_in_place(findings, planes)
    return SourceImages({uid: _header(min(paths)) for uid, paths in files.items()})


def _plane(ijk_to_ras: ArrayLike, k: int) -> NDArray[np.float64]:
    """[3, 3]: a pixel's step along columns and along rows, and the first pixel, RAS mm."""
    matrix = np.array(ijk_to_ras, np.float64)
    return np.column_stack([matrix[:3, 0], matrix[:3, 1], (matrix @ [0, 0, k, 1])[:3]])


def _require_in_place(findings: Findings, planes: Mapping[Frame, NDArray[np.float64]]) -> None:
    """Each slice's pixels are its image's, so that nothing is mirrored or stands beside.

    Raises:
        BadInput: a stack was laid out in another way, or moved.
    """
    for stack in findings.stacks:
        for k, frame in enumerate(frames_of(stack) if stack.ijk_to_ras else ()):
            if frame not in planes:
                continue
            differ = _plane(stack.ijk_to_ras, k) - planes[frame]
            rows, columns = stack.shape[1:]
            corners = [differ @ [i, j, 1] for i in (0, columns - 1) for j in (0, rows - 1)]
            if np.linalg.norm(corners, axis=1).max() > _SAME_PLACE * min(stack.spacing[:2]):
                raise BadInput(
                    f"Stack {stack.id} does not lie where its images are",
                    advice="Read the DICOM images themselves, then export.",
                )


def _header(path: Path) -> Dataset:
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True)
        header.decode()
    except Exception as error:  # pydicom raises whatever a damaged value leads to
        raise BadInput("The header of this image cannot be read", file=path) from error
    return header


def at_source(
    slices: Sequence[SourceSlice], voxels: np.ndarray
) -> tuple[list[Dataset], np.ndarray]:
    """A stack's images and voxels as an object that refers to them wants both.

    Args:
        slices: in the order of k.
        voxels: [slice, row, column].

    Returns:
        The single-frame images and ``voxels``; or the one multi-frame image and an array with a
        plane for each of its frames, zeros where the frame is not in the stack.

    Raises:
        BadInput: the slices come from several multi-frame images.
    """
    images = list({slice_.header.SOPInstanceUID: slice_.header for slice_ in slices}.values())
    frames = int(getattr(images[0], "NumberOfFrames", 1) or 1)
    if len(images) == len(slices) and frames == 1:
        first = images[0].ImageOrientationPatient
        return [_with(image, ImageOrientationPatient=first) for image in images], voxels
    if len(images) > 1:
        raise BadInput("The slices of this stack come from several multi-frame images")
    whole = np.zeros((frames, *voxels.shape[1:]), voxels.dtype)
    for k, slice_ in enumerate(slices):
        whole[slice_.frame - 1] = voxels[k]
    return [_sharing(images[0], slices[0].frame)], whole


def _with(header: Dataset, **values: object) -> Dataset:
    """A copy with other values; the header itself stays as the file has it."""
    copied = copy(header)
    for keyword, value in values.items():
        setattr(copied, keyword, value)
    return copied


def _sharing(header: Dataset, frame: int) -> Dataset:
    """A multi-frame header in which all frames share what one frame of a stack has by itself.

    highdicom asks for one orientation of all frames; those of other stacks hold nothing.
    """
    shared = copy(header.SharedFunctionalGroupsSequence[0])
    own = header.PerFrameFunctionalGroupsSequence[frame - 1]
    for keyword in ("PlaneOrientationSequence", "PixelMeasuresSequence"):
        if keyword in own:
            setattr(shared, keyword, own[keyword].value)
    return _with(header, SharedFunctionalGroupsSequence=[shared])
