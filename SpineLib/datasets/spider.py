"""SPIDER as it is downloaded: ``images/*.mha``, ``masks/*.mha``, ``overview.csv``.

van der Graaf et al. 2024, "Lumbar spine segmentation in MR images: a dataset and a public
benchmark", Sci Data 11:264; Zenodo 10159290. Files are named ``<patient>_t1``, ``<patient>_t2`` and
``<patient>_t2_SPACE``, so that a split by patient keeps a patient's series together.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pandas as pd

from SpineLib.datasets.cache import fingerprint
from SpineLib.datasets.cases import LabelledVolume
from SpineLib.datasets.nifti import READ_AS, open_pair
from SpineLib.datasets.numberings import SPIDER
from SpineLib.errors import BadInput
from SpineLib.store.patients import plain_hash

IMAGES, MASKS, OVERVIEW = "images", "masks", "overview.csv"
_NAME = re.compile(r"^(\d+)_(t1|t2|t2_SPACE)$")
# Columns of the overview for subgroup tables; the published table has no names or numbers.
_COLUMNS = {
    "subset": "subset", "sex": "sex", "Manufacturer": "maker",
    "MagneticFieldStrength": "field strength",
}  # fmt: skip


def is_spider(root: Path) -> bool:
    """Whether a folder looks like SPIDER's."""
    return (root / IMAGES).is_dir() and (root / MASKS).is_dir()


def open_spider(root: str | Path, *, orientation: str = "") -> list[LabelledVolume]:
    """Opens every series that has a mask; voxels are read when a volume is opened.

    Partially visible vertebrae keep their numbers 101-125.

    Args:
        root: the folder with ``images`` and ``masks``; ``overview.csv`` adds the subset, sex,
            scanner's maker and field strength where it is there.
        orientation: where the axes of files grow to that do not say so.

    Raises:
        BadInput: there is no series, a file's name is not SPIDER's, or an image or a mask has no
            other half.
    """
    root = Path(root)
    images, masks = (
        {path.stem: path for path in sorted((root / name).glob("*.mha"))}
        for name in (IMAGES, MASKS)
    )
    if not images:
        raise BadInput(f"No .mha lies in {IMAGES}", file=root, advice="Choose SPIDER's folder.")
    for name in sorted(images.keys() ^ masks.keys()):
        raise BadInput(
            f"The series {name} has no {'mask' if name in images else 'image'}",
            file=images.get(name, masks.get(name)),
            advice=f"Download it again, or remove {name} from both folders.",
        )
    facts = _facts(root / OVERVIEW)
    return [_volume(images[name], masks[name], facts.get(name, {}), orientation) for name in images]


def _volume(image: Path, mask: Path, facts: dict[str, str], orientation: str) -> LabelledVolume:
    match = _NAME.match(image.stem)
    if match is None:
        raise BadInput(
            "The file's name is not one of SPIDER's",
            file=image,
            advice="It is <patient>_t1, <patient>_t2 or <patient>_t2_SPACE.",
        )
    return LabelledVolume(
        id=image.stem,
        patient=plain_hash(f"SPIDER {match[1]}"),
        open=partial(open_pair, image, mask, SPIDER, orientation),
        site=facts.get("maker", ""),
        columns={**facts, "weighting": match[2].replace("_", " ")},
        fingerprint=f"{fingerprint([image, mask])}-{READ_AS}{orientation}",
    )


def _facts(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    try:
        table = pd.read_csv(path, dtype=str, encoding="utf-8-sig").fillna("")
    except (OSError, ValueError) as error:
        raise BadInput("The overview is not a readable CSV", file=path) from error
    if "new_file_name" not in table:
        raise BadInput("The overview has no column new_file_name", file=path)
    known = {column: name for column, name in _COLUMNS.items() if column in table}
    return {
        row["new_file_name"].strip(): {n: row[c].strip() for c, n in known.items()}
        for row in table.to_dict("records")
    }
