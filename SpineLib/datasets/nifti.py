"""Pairs of an image and a label map, named by a table: NIfTI, NRRD or MetaImage files.

The table is a CSV with the columns ``image`` and ``mask`` (paths, relative to the table) and
``patient``; ``labels`` names the numbering of the masks where it is not SPIDER's, ``site`` and any
other column are facts for subgroup tables.
"""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.datasets.cache import fingerprint
from SpineLib.datasets.cases import LabelledStack, LabelledVolume, SliceLabel
from SpineLib.dicom import open_volume_file
from SpineLib.errors import BadInput
from SpineLib.labels import CANAL, is_structure
from SpineLib.volume import Volume, read_volume

_ONE_VERTEBRA, _ONE_DISC = 1, 201
# How masks are numbered → SPIDER's numbers. ``cord`` stays 1. Numbers of TPTBox's sub-region masks
# (Hendrik-code/TPTBox): 41-50 parts of a vertebra, 60 cord, 61 canal, 62 endplate, 100 disc; they
# do not tell one vertebra from another, so all have the number 1.
NUMBERINGS: dict[str, dict[int, int] | None] = {
    "SPIDER": None,
    "cord": {1: 1},
    "TPTBox": {
        **dict.fromkeys(range(41, 51), _ONE_VERTEBRA),
        60: CANAL, 61: CANAL, 62: _ONE_VERTEBRA, 100: _ONE_DISC,
    },
}  # fmt: skip
_TOLERANCE_MM = 0.1
_BOX_MM = 20.0


def open_pairs(table: str | Path) -> list[LabelledVolume]:
    """Opens the pairs of a table; voxels are read when a volume is opened.

    Raises:
        BadInput: the table is not readable, a column or file is missing, the patient is not said,
            or the numbering is not known.
    """
    path = Path(table)
    try:
        rows = pd.read_csv(path, dtype=str, encoding="utf-8-sig").fillna("").to_dict("records")
    except (OSError, ValueError) as error:
        raise BadInput("This table of images and masks cannot be read", file=path) from error
    if not rows:
        raise BadInput("The table names no images", file=path)
    missing = {"image", "mask", "patient"} - rows[0].keys()
    if missing:
        raise BadInput(f"The table has no column {' and '.join(sorted(missing))}", file=path)
    return [_pair(path, number, row) for number, row in enumerate(rows, 2)]


def open_pair(image: Path, mask: Path, numbering: str) -> tuple[Volume, Volume]:
    """Reads an image and its label map, in SPIDER's numbers (1 for a cord).

    Raises:
        BadInput: the mask is on another grid, marks nothing, or holds a number that the numbering
            does not know.
    """
    volume, labels = read_volume(image), read_volume(mask)
    _same_grid(volume, labels, mask)
    return volume, labels.with_voxels(_numbered(labels.voxels, numbering, mask))


def open_cords(table: str | Path) -> list[LabelledStack]:
    """The axial slices of a table's cord masks, each labelled with where the cord is.

    A label's box is 20 mm wide around the middle of the slice's mask; slices without cord have none.

    Raises:
        BadInput: as `open_pairs` and `open_pair`.
    """
    stacks = []
    for pair in open_pairs(table):
        image, mask, numbering = pair.open.args  # type: ignore[attr-defined]
        _, volume = open_volume_file(image, plane="axial")
        _, cord = open_volume_file(mask, plane="axial")
        _same_grid(volume, cord, mask)
        marked = _numbered(cord.voxels, numbering, mask) > 0
        stacks.append(
            LabelledStack(
                id=pair.id,
                patient=pair.patient,
                open=partial(_axial, image),
                labels=tuple(_boxes(cord, marked)),
                site=pair.site,
                region=pair.columns.get("region", "unknown"),
                weighting=pair.columns.get("weighting", "unknown"),
                columns=pair.columns,
                fingerprint=pair.fingerprint,
            )
        )
    return stacks


def _axial(image: Path) -> Volume:
    return open_volume_file(image, plane="axial")[1]


def _boxes(cord: Volume, marked: NDArray[np.bool_]) -> list[SliceLabel]:
    half = np.array([_BOX_MM / 2, _BOX_MM / 2, 0.0])
    found = []
    for k in np.flatnonzero(marked.any(axis=(1, 2))):
        j, i = np.argwhere(marked[k]).mean(axis=0)
        center = cord.ras([i, j, k])
        low, high = (tuple(float(x) for x in center + sign * half) for sign in (-1, 1))
        found.append(SliceLabel(int(k), "canal", "mask", (low, high)))  # type: ignore[arg-type]
    return found


def _pair(table: Path, line: int, row: dict[str, str]) -> LabelledVolume:
    image, mask = (table.parent / row[name].strip() for name in ("image", "mask"))
    for path in (image, mask):
        if not path.is_file():
            raise BadInput(f"Line {line} names a file that is not there: {path}", file=table)
    if not row["patient"].strip():
        raise BadInput(
            f"Line {line} does not say the patient", file=table, advice="Splits go by patient."
        )
    numbering = row.get("labels", "").strip() or "SPIDER"
    if numbering not in NUMBERINGS:
        raise BadInput(
            f"Line {line} names the numbering {numbering}",
            file=table,
            advice=f"Known are {', '.join(NUMBERINGS)}.",
        )
    known = ("image", "mask", "patient", "labels", "site")
    return LabelledVolume(
        id=f"{image.name.split('.')[0]}-{line}",
        patient=hashlib.sha256(row["patient"].strip().encode()).hexdigest()[:12],
        open=partial(open_pair, image, mask, numbering),
        site=row.get("site", "").strip(),
        columns={name: value for name, value in row.items() if name not in known},
        fingerprint=f"{fingerprint([image, mask])}-{numbering}",
    )


def _same_grid(volume: Volume, labels: Volume, mask: Path) -> None:
    if not volume.same_grid(labels, tolerance=_TOLERANCE_MM):
        raise BadInput(
            f"The mask is not on its image's grid ({labels.shape} and {volume.shape} voxels)",
            file=mask,
            advice="Resample the mask to the image, with the nearest neighbour.",
        )


def _numbered(voxels: NDArray, numbering: str, mask: Path) -> NDArray[np.uint8]:
    """The mask in SPIDER's numbers."""
    whole = np.round(voxels).astype(np.int64)
    present = [int(n) for n in np.unique(whole) if n]
    if not present:
        raise BadInput("The mask marks nothing", file=mask)
    table = NUMBERINGS[numbering]
    unknown = [n for n in present if not _known(n, table)]
    if unknown or not np.array_equal(whole, voxels):
        found = unknown or sorted(set(np.unique(voxels).tolist()) - set(present))
        raise BadInput(
            f"The mask holds {', '.join(map(str, found[:5]))}, which is no label of {numbering}",
            file=mask,
        )
    if table is None:
        return whole.astype(np.uint8)
    change = np.zeros(max(present) + 1, np.uint8)
    for number, spider in table.items():
        if number < len(change):
            change[number] = spider
    return change[whole]


def _known(number: int, table: dict[int, int] | None) -> bool:
    return is_structure(number) if table is None else number in table
