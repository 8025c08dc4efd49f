"""Pairs of an image and a label map, named by a table: NIfTI, NRRD or MetaImage files.

The table is a CSV with the columns ``image`` and ``mask`` (paths, relative to the table) and
``patient``; ``labels`` names how a mask is numbered (`SpineLib.datasets.numberings`),
``orientation`` where the axes of files grow to that do not say so (``LPS``); ``site`` and any other
column are facts for subgroup tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineLib.datasets.cache import fingerprint
from SpineLib.datasets.cases import LabelledStack, LabelledVolume, SliceLabel
from SpineLib.datasets.numberings import CORD, NAMES, in_spider, known_name
from SpineLib.datasets.tidy import rows
from SpineLib.dicom import open_volume_file
from SpineLib.errors import BadInput
from SpineLib.labels import CANAL
from SpineLib.store.files import is_there
from SpineLib.store.patients import plain_hash
from SpineLib.volume import Volume, read_volume

_TOLERANCE_MM = 0.1
_BOX_MM = 20.0
# Changes with how files are read, so that no cache holds what an older version read: 2 since the
# sform counts before the qform.
READ_AS = "2"


def open_pairs(
    table: str | Path, *, numbering: str = "", orientation: str = ""
) -> list[LabelledVolume]:
    """Opens the pairs of a table; voxels are read when a volume is opened.

    Args:
        table: the CSV.
        numbering: of masks whose line does not say it; empty to tell it from their numbers.
        orientation: of files that say none, where their line says none either.

    Raises:
        BadInput: the table is not readable, a column or file is missing, the patient is not said,
            or the numbering is not known.
    """
    path = Path(table)
    pairs = []
    for line, row in rows(path, ("image", "mask", "patient")):
        row["labels"] = row.get("labels", "") or numbering
        row["orientation"] = row.get("orientation", "") or orientation
        pairs.append(_pair(path, line, row))
    if not pairs:
        raise BadInput("The table names no images", file=path)
    return pairs


def open_pair(
    image: Path, mask: Path, numbering: str, orientation: str = ""
) -> tuple[Volume, Volume]:
    """Reads an image and its label map, in SPIDER's numbers (1 for a cord).

    Raises:
        BadInput: the mask is on another grid, marks nothing, holds a number that the numbering
            does not know, or its numbering cannot be told.
    """
    volume, labels = read_volume(image, orientation), read_volume(mask, orientation)
    _same_grid(volume, labels, mask)
    return volume, labels.with_voxels(in_spider(labels.voxels, numbering, mask))


def open_cords(
    table: str | Path, *, numbering: str = "", orientation: str = ""
) -> list[LabelledStack]:
    """The axial slices of a table's masks, each labelled with where the cord or the canal is.

    A label's box is 20 mm wide around the middle of the slice's mask; slices without have none.

    Args:
        table, numbering, orientation: as of `open_pairs`.

    Raises:
        BadInput: as `open_pairs` and `open_pair`.
    """
    stacks = []
    for pair, _, cord in open_axial_masks(table, numbering=numbering, orientation=orientation):
        image, _, _, turned = pair.open.args  # type: ignore[attr-defined]
        stacks.append(
            LabelledStack(
                id=pair.id,
                patient=pair.patient,
                open=partial(_axial, image, turned),
                labels=tuple(_boxes(cord, cord.voxels)),
                site=pair.site,
                region=pair.columns.get("region", "unknown"),
                weighting=pair.columns.get("weighting", "unknown"),
                columns=pair.columns,
                fingerprint=pair.fingerprint,
            )
        )
    return stacks


def open_axial_masks(
    table: str | Path, *, numbering: str = "", orientation: str = ""
) -> Iterator[tuple[LabelledVolume, Volume, Volume]]:
    """Each pair of a table with its image and its mask of cord or canal, in axial slices.

    Args:
        table, numbering, orientation: as of `open_pairs`.

    Raises:
        BadInput: as `open_pairs` and `open_pair`; or a mask marks neither cord nor canal.
    """
    for pair in open_pairs(table, numbering=numbering, orientation=orientation):
        image, mask, named, turned = pair.open.args  # type: ignore[attr-defined]
        _, volume = open_volume_file(image, plane="axial", orientation=turned)
        _, cord = open_volume_file(mask, plane="axial", orientation=turned)
        _same_grid(volume, cord, mask)
        marked = in_spider(cord.voxels, named, mask) == (1 if named == CORD else CANAL)
        if not marked.any():
            raise BadInput("The mask marks neither the cord nor the canal", file=mask)
        yield pair, volume, cord.with_voxels(marked)


def _axial(image: Path, orientation: str) -> Volume:
    return open_volume_file(image, plane="axial", orientation=orientation)[1]


def _boxes(cord: Volume, marked: NDArray[np.bool_]) -> list[SliceLabel]:
    half = np.array([_BOX_MM / 2, _BOX_MM / 2, 0.0])
    labels = []
    for k in np.flatnonzero(marked.any(axis=(1, 2))):
        j, i = np.argwhere(marked[k]).mean(axis=0)
        center = cord.ras([i, j, k])
        low, high = (tuple(float(x) for x in center + sign * half) for sign in (-1, 1))
        labels.append(SliceLabel(int(k), "canal", "mask", (low, high)))  # type: ignore[arg-type]
    return labels


def _pair(table: Path, line: int, row: dict[str, str]) -> LabelledVolume:
    image, mask = (table.parent / row[name].strip() for name in ("image", "mask"))
    for path in (image, mask):
        if not is_there(path, file=True):
            raise BadInput(f"Line {line} names a file that is not there: {path}", file=table)
    if not row["patient"].strip():
        raise BadInput(
            f"Line {line} does not say the patient", file=table, advice="Splits go by patient."
        )
    try:
        numbering, orientation = known_name(row["labels"]), row["orientation"]
    except ValueError as error:
        raise BadInput(
            f"Line {line} names {error}", file=table, advice=f"Use one of {', '.join(NAMES)}."
        ) from error
    known = ("image", "mask", "patient", "labels", "orientation", "site")
    return LabelledVolume(
        id=f"{image.name.split('.')[0]}-{line}",
        patient=plain_hash(row["patient"].strip()),
        open=partial(open_pair, image, mask, numbering, orientation),
        site=row.get("site", "").strip(),
        columns={name: value for name, value in row.items() if name not in known},
        fingerprint=f"{fingerprint([image, mask])}-{READ_AS}-{numbering}{orientation}",
    )


def _same_grid(volume: Volume, labels: Volume, mask: Path) -> None:
    if not volume.same_grid(labels, tolerance=_TOLERANCE_MM):
        raise BadInput(
            f"The mask is not on its image's grid ({labels.shape} and {volume.shape} voxels)",
            file=mask,
            advice="Resample the mask to the image, with the nearest neighbour.",
        )
