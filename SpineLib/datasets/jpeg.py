"""The published converter's JPEGs: ``compressed.N.jpeg``, ``notcompressed.N.jpeg``, ``pcompressed.N.jpeg``.

Names as in the published scripts of Merali et al. 2021: one folder a patient, N counts slices from
0, ``nolab.N.jpeg`` has no label; such a ``.png`` is read too. Their pictures are screen captures of a plot, with margins and in
colour; the ones written here are the slices themselves, in grey.
"""

from __future__ import annotations

import re
import secrets
from collections import defaultdict
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from SpineLib.datasets.cache import fingerprint
from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.consensus import agreed
from SpineLib.datasets.flat import open_pictures
from SpineLib.datasets.vocabulary import POSSIBLY_COMPRESSED
from SpineLib.errors import BadInput
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.progress import Progress
from SpineLib.store.files import writing_folder
from SpineLib.store.patients import keyed, plain_hash

WORDS = {
    COMPRESSED: "compressed",
    NOT_COMPRESSED: "notcompressed",
    POSSIBLY_COMPRESSED: "pcompressed",
}
_NAME = re.compile(r"^(?:(.+)\.)?([^.]+)\.(\d+)\.(?:jpe?g|png)$", re.IGNORECASE)
_UNLABELLED, _QUALITY, _BETWEEN_STACKS = "nolab", 95, 1


def write_jpegs(
    stacks: list[LabelledStack], folder: str | Path, *, progress: Progress | None = None
) -> int:
    """Writes ``<patient>/<label>.<N>.jpeg`` for each labelled slice; readers are made one.

    Each slice's darkest pixel becomes 0 and its brightest 255. Several stacks of a patient are
    numbered on, with a number left out between them.

    Args:
        stacks: with labels of compression; a patient's folder is named by a hash that nobody can
            make again.
        folder: written whole or not at all.
        progress: told of each stack.

    Returns:
        How many pictures were written.
    """
    next_number: dict[str, int] = defaultdict(int)
    # Pictures are passed on: only this call knows which patient a folder is of.
    secret, count = secrets.token_bytes(32), 0
    with writing_folder(folder) as out:
        for stack in (progress or Progress()).track(stacks, "Writing pictures"):
            volume, start = stack.open(), next_number[stack.patient]
            patient_folder = out / stack.site / keyed(stack.patient, secret)
            patient_folder.mkdir(parents=True, exist_ok=True)
            for k, value in agreed(stack.labels, None).items():
                name = f"{WORDS[value]}.{start + k}.jpeg"
                _picture(volume.voxels[k]).save(patient_folder / name, quality=_QUALITY)
                count += 1
            next_number[stack.patient] = start + len(volume.voxels) + _BETWEEN_STACKS
    return count


def open_jpegs(root: str | Path, *, progress: Progress | None = None) -> list[LabelledStack]:
    """Reads folders of such pictures, one a patient; a number left out begins another stack.

    Args:
        root: ``Root/[Site/]Patient/*.jpeg``.
        progress: told of each patient.

    Raises:
        BadInput: no such picture, a class that is none, two pictures of one number, or pictures
            that lie in the root itself (nothing then tells the patients apart).
    """
    root = Path(root)
    folders: dict[Path, dict[int, tuple[Path, str]]] = defaultdict(dict)
    for path in sorted(root.rglob("*")):
        match = _NAME.match(path.name)
        if match is None or match[2].lower() == _UNLABELLED:
            continue
        number, word = int(match[3]), match[2].lower()
        if word not in WORDS.values():
            raise BadInput(
                f"The name says the class {word}, which there is not",
                file=path,
                advice=f"Name it {', '.join(WORDS.values())} or {_UNLABELLED}, then its number.",
            )
        if path.parent == root:
            raise BadInput(
                "The pictures lie in one folder, so nothing says which patient each is of",
                file=path,
                advice="Make a folder for each patient.",
            )
        before = folders[path.parent].setdefault(number, (path, word))
        if before[0] != path:
            raise BadInput(
                f"The slice {number} is here twice, also as {before[0].name}", file=path,
                advice="Keep one of them.",
            )  # fmt: skip
    if not folders:
        raise BadInput("There is no labelled picture here", file=root)
    if progress:
        progress.stage("Reading labelled pictures", len(folders))
    return [stack for folder in sorted(folders) for stack in _stacks(root, folder, folders[folder])]


def _stacks(root: Path, folder: Path, named: dict[int, tuple[Path, str]]) -> list[LabelledStack]:
    words = {word: value for value, word in WORDS.items()}
    numbers = sorted(named)
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    parts = folder.relative_to(root).parts
    patient = plain_hash("/".join(parts))
    return [
        LabelledStack(
            id=f"{patient}-{run[0]}",
            patient=patient,
            open=partial(open_pictures, [named[n][0] for n in run]),
            labels=tuple(SliceLabel(k, words[named[n][1]]) for k, n in enumerate(run)),
            site="/".join(parts[:-1]),
            fingerprint=fingerprint(named[n][0] for n in run),
        )
        for run in runs
    ]


def _picture(pixels: np.ndarray) -> Image.Image:
    grey = pixels.astype(np.float64)
    low, high = grey.min(), grey.max()
    return Image.fromarray(np.round((grey - low) / max(high - low, 1e-9) * 255).astype(np.uint8))
