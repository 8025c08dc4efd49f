"""What a reader has not finished yet: saved again and again beside the versions, never as one.

A draft is one file that is exchanged as a whole, uncompressed, so that saving it does not hold up
whoever paints. It stands until the correction became a version.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.loop.images import TOLERANCE_MM
from SpineLib.store.files import writing
from SpineLib.volume import Volume

DRAFT = "draft.npz"
_ADVICE = "Move it away to go on from the last version."
Own = tuple[tuple[str, NDArray[np.bool_]], ...]


@dataclass(frozen=True)
class Draft:
    """An unfinished correction of a segmentation.

    Attributes:
        labels: SPIDER's numbers on the image's grid.
        base: number of the version that it began with; None where the case had none.
        by: who corrects.
        time: UTC, ISO 8601.
        minutes: worked since the last version.
        own: name and voxels of the reader's own segments, which have no number of SPIDER's and so
            cannot be in a version.
    """

    labels: Volume
    base: int | None
    by: str
    time: str
    minutes: float
    own: Own = ()


def save_draft(folder: Path, draft: Draft) -> None:
    """Saves a draft in the place of the one before.

    Args:
        folder: of the case.
        draft: what stands now.

    Raises:
        OutputError: the disk is full or not writable; the draft before stays.
    """
    about = {
        "base": draft.base, "by": draft.by, "time": draft.time, "minutes": draft.minutes,
        "own": [name for name, _ in draft.own],
    }  # fmt: skip
    with writing(folder / DRAFT) as temporary, temporary.open("wb") as stream:
        np.savez(
            stream,
            labels=draft.labels.voxels.astype(np.uint8),
            ijk_to_ras=draft.labels.ijk_to_ras,
            own=np.array([np.packbits(voxels) for _, voxels in draft.own], np.uint8),
            about=np.array(json.dumps(about, ensure_ascii=False)),
        )


def open_draft(folder: Path, grid: Volume) -> Draft | None:
    """Reads a case's draft; None where there is none.

    Args:
        folder: of the case.
        grid: of its image.

    Raises:
        BadInput: it cannot be read, or is on another grid.
    """
    path = folder / DRAFT
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            labels = Volume(np.asarray(kept["labels"]), np.asarray(kept["ijk_to_ras"]))
            about = json.loads(str(kept["about"]))
            names = about.get("own", [])  # the first drafts had none
            masks = [_mask(labels, bits) for bits in kept["own"]] if names else []
        own = tuple(zip(names, masks, strict=True))
        base = None if about["base"] is None else int(about["base"])
        draft = Draft(labels, base, about["by"], about["time"], float(about["minutes"]), own)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise BadInput(
            "The draft of this case cannot be read", file=path, advice=_ADVICE
        ) from error
    if not grid.same_grid(labels, tolerance=TOLERANCE_MM):
        raise BadInput(
            "The draft of this case is not on its image's grid", file=path, advice=_ADVICE
        )
    return draft


def _mask(labels: Volume, bits: NDArray[np.uint8]) -> NDArray[np.bool_]:
    voxels = np.unpackbits(bits, count=labels.voxels.size)
    return voxels.reshape(labels.shape).astype(bool)


def remove_draft(folder: Path) -> None:
    """Removes a case's draft, after it became a version."""
    (folder / DRAFT).unlink(missing_ok=True)
