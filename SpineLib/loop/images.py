"""The image of a case: where it lies, how it is recognised, and how it is opened again."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.inference.grid import voxels_hash
from SpineLib.json_values import is_finite, parse_json
from SpineLib.store.files import is_there, write_text
from SpineLib.volume import Frame, Volume, read_volume, write_volume

if TYPE_CHECKING:
    from SpineLib.dicom.stack import Stack

DICOM, FILE, COPY = "dicom", "file", "copy"
KINDS = (DICOM, FILE, COPY)
IMAGE, SLICES = "image.nii.gz", "image.json"
# NIfTI keeps places in float32, about 1e-5 mm of a metre; masks from elsewhere round more.
TOLERANCE_MM = 0.05

Slices = tuple[tuple[str, str, int], ...]
_ADVICE, _RELINK = "Put it back, or say where it is.", "spine loop relink DATASET FOLDER"


class ImageChanged(BadInput):
    """A case's image is not the one that was added: its hash or its grid is another."""


class ImageMissing(BadInput):
    """A case's image is no longer where it was."""


@dataclass(frozen=True)
class ImageReference:
    """Where an image lies and what it must be.

    Attributes:
        kind: ``dicom``, ``file`` (NIfTI, NRRD, MetaImage), or ``copy`` (inside the data set).
        path: folder of the DICOM or the file; relative to the data set where it lies inside of it.
        sha256: of the voxels (`SpineLib.inference.grid.voxels_hash`), whatever the file around them.
        shape: slices, rows, columns.
        ijk_to_ras: 4×4 as rows, voxel centres to RAS mm.
        series_instance_uid, stack: of DICOM, as a scan names them.
        plane: how a volume file is sliced (`SpineLib.dicom.open_volume_file`); empty for what its
            spacing says.
        orientation: where a volume file's axes grow to that does not say so; empty otherwise.
        slices: of DICOM, in the order of k: file (relative to ``path``), SOP Instance UID, frame
            from 1. Read from the case's own file where it is needed.
        held: the voxels, for an image that is yet to be copied.
    """

    kind: str
    path: str
    sha256: str
    shape: tuple[int, int, int]
    ijk_to_ras: tuple[tuple[float, ...], ...]
    series_instance_uid: str = ""
    stack: str = ""
    plane: str = ""
    orientation: str = ""
    slices: Slices = field(default=(), repr=False)
    held: Volume | None = field(default=None, repr=False, compare=False)

    @property
    def grid(self) -> Volume:
        """The image's grid without its voxels: all 0, in no memory."""
        frames = tuple(Frame(uid, number) for _, uid, number in self.slices)
        empty = np.broadcast_to(np.uint8(0), self.shape)
        return Volume(empty, np.array(self.ijk_to_ras), frames)

    def to_dict(self) -> dict[str, Any]:
        """As the data set keeps it; the slices stand in a file of their own."""
        kept = asdict(replace(self, held=None))
        del kept["held"], kept["slices"]
        return {name: value for name, value in kept.items() if value != ""}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> ImageReference:
        """From `to_dict`.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        if data["kind"] not in KINDS:
            raise ValueError(f"{data['kind']!r} is not a kind of image")
        slices, rows, columns = data["shape"]
        if not all(type(size) is int and 0 < size < 1 << 20 for size in (slices, rows, columns)):
            raise ValueError("the shape is not three numbers of voxels")
        if not is_finite(data["ijk_to_ras"]):
            raise ValueError("the image's place is not finite")
        matrix = tuple(tuple(map(float, row)) for row in data["ijk_to_ras"])
        if [len(row) for row in matrix] != [4, 4, 4, 4]:
            raise ValueError("the image's place is not a 4×4 matrix")
        texts = {"path", "sha256", "series_instance_uid", "stack", "plane", "orientation"}
        if not all(isinstance(data[name], str) for name in texts & data.keys()):
            raise ValueError("a name of the image is not a text")
        return cls(**{**data, "shape": (slices, rows, columns), "ijk_to_ras": matrix})


def of_stack(stack: Stack, volume: Volume, *, copy: bool = False) -> ImageReference:
    """Refers to a stack of DICOM.

    Args:
        stack: from a scan.
        volume: the stack as it was read.
        copy: keep the voxels in the data set, not only the place of the files.
    """
    folder, slices = places_of(stack)
    return replace(
        _of(volume, DICOM, str(folder)),
        kind=COPY if copy else DICOM,
        series_instance_uid=stack.series_instance_uid,
        stack=stack.id,
        slices=slices,
        held=volume if copy else None,
    )


def places_of(stack: Stack) -> tuple[Path, Slices]:
    """The deepest folder that holds a stack's files, and `ImageReference.slices`.

    Raises:
        BadInput: they were unpacked from a zip, and are gone with this process.
    """
    from SpineLib.dicom.unzipping import zip_of

    files = [source.path.resolve() for source in stack.sources]
    if files and (zipped := zip_of(files[0])) is not None:
        raise BadInput(
            "A data set refers to the files of its images, and a zip has none that stay",
            file=zipped,
            advice="Unpack it and give the folder.",
        )
    folder = Path(os.path.commonpath([str(file.parent) for file in files]))
    return folder, tuple(
        (file.relative_to(folder).as_posix(), source.sop_instance_uid, source.frame)
        for file, source in zip(files, stack.sources, strict=True)
    )


def of_file(path: str | Path, volume: Volume, *, orientation: str = "") -> ImageReference:
    """Refers to a volume file that was read with `SpineLib.dicom.open_volume_file`."""
    reference = _of(volume, FILE, str(Path(path).resolve()))
    return replace(reference, orientation=orientation)


def of_volume(volume: Volume) -> ImageReference:
    """An image that lies nowhere else and is to be copied into the data set."""
    return replace(_of(volume, COPY, ""), held=volume)


def keep(reference: ImageReference, case: Path, dataset: Path) -> ImageReference:
    """Writes what belongs into a new case's folder: copied voxels, and which slices there are."""
    if reference.kind == COPY:
        if reference.held is None:
            raise BadInput("An image that is to be copied needs its voxels")
        write_volume(reference.held, case / IMAGE)
        reference = replace(reference, path=IMAGE)
    else:
        reference = replace(reference, path=inside(Path(reference.path), dataset))
    keep_slices(reference, case)
    return replace(reference, held=None)


def keep_slices(reference: ImageReference, case: Path) -> None:
    """Writes which slices of which files a DICOM image is."""
    if reference.slices:
        text = json.dumps({"slices": reference.slices}, ensure_ascii=False)
        write_text(case / SLICES, text + "\n")


def with_slices(reference: ImageReference, case: Path) -> ImageReference:
    """The reference with the slices that its case's folder names.

    Raises:
        BadInput: that file is damaged, or is missing for DICOM.
    """
    path = case / SLICES
    if reference.slices or not (path.is_file() or reference.kind == DICOM):
        return reference
    try:
        listed = parse_json(path.read_text(encoding="utf-8"))["slices"]
        slices = tuple((str(file), str(uid), int(frame)) for file, uid, frame in listed)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "The list of this case's slices cannot be read",
            file=path,
            advice="Restore it from a backup.",
        ) from error
    return replace(reference, slices=slices)


def files_of(reference: ImageReference, case: Path, dataset: Path) -> list[Path]:
    """The files that hold the image."""
    if reference.kind == COPY:
        return [case / IMAGE]
    if reference.kind == FILE:
        return [dataset / reference.path]
    names = dict.fromkeys(file for file, _, _ in with_slices(reference, case).slices)
    return [dataset / reference.path / name for name in names]


def open_image(reference: ImageReference, case: Path, dataset: Path) -> Volume:
    """Reads the image and makes sure that it is the one that was added.

    Raises:
        ImageMissing: it is no longer there.
        ImageChanged: its voxels or its grid are others.
        BadInput: it cannot be read.
    """
    reference = with_slices(reference, case)
    path = case / IMAGE if reference.kind == COPY else dataset / reference.path
    if not is_there(path):
        raise ImageMissing(
            "The case's image is no longer here", file=path, advice=_ADVICE, command=_RELINK
        )
    volume = _read(reference, path)
    if not reference.grid.same_grid(volume, tolerance=TOLERANCE_MM):
        raise ImageChanged("The image has another grid than when it was added", file=path)
    if voxels_hash(volume) != reference.sha256:
        raise ImageChanged("The image's voxels are others than when it was added", file=path)
    return volume


def _read(reference: ImageReference, path: Path) -> Volume:
    if reference.kind == DICOM:
        return _dicom(reference, path)
    if reference.kind == FILE:
        from SpineLib.dicom import open_volume_file

        return open_volume_file(path, plane=reference.plane, orientation=reference.orientation)[1]
    volume = read_volume(path)
    frames = tuple(Frame(uid, number) for _, uid, number in reference.slices)
    return replace(volume, frames=frames)


def _dicom(reference: ImageReference, folder: Path) -> Volume:
    from SpineLib.dicom import read
    from SpineLib.dicom.scan import scan_files

    files = [folder / file for file in dict.fromkeys(file for file, _, _ in reference.slices)]
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise ImageMissing(
            f"{len(missing)} of the case's {len(files)} DICOM files are no longer here",
            file=missing[0],
            advice=_ADVICE,
            command=_RELINK,
        )
    wanted = [(uid, frame) for _, uid, frame in reference.slices]
    for stack in scan_files(files).stacks:
        if [(source.sop_instance_uid, source.frame) for source in stack.sources] == wanted:
            return read(stack)
    raise ImageChanged("The DICOM files no longer hold the case's slices", file=folder)


def _of(volume: Volume, kind: str, path: str) -> ImageReference:
    matrix = tuple(tuple(float(x) for x in row) for row in volume.ijk_to_ras)
    return ImageReference(kind, path, voxels_hash(volume), volume.shape, matrix)


def inside(path: Path, dataset: Path) -> str:
    try:
        return path.relative_to(dataset.resolve()).as_posix()
    except ValueError:
        return str(path)


def slice_index(slices: Iterable[tuple[str, str, int]]) -> dict[tuple[str, int], list[int]]:
    """(SOP Instance UID, frame) → k of each slice that has it: several where an anonymiser lied."""
    by_key: dict[tuple[str, int], list[int]] = defaultdict(list)
    for k, (_, uid, frame) in enumerate(slices):
        by_key[uid, frame].append(k)
    return by_key
