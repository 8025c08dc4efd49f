"""A segmentation as a file: SPIDER's numbers on the segmented volume's own grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.volume import write_volume

from .spineSegmentation import currentLabelmap

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")


def exportSegmentation(node: Any, path: str | Path) -> None:
    """Writes NIfTI, NRRD or MetaImage by the suffix, a reader's corrections included.

    Segments that the reader added have no number in SPIDER's scheme and are left out.

    Args:
        node: a spine segmentation.
        path: ends as one of `SUFFIXES`.

    Raises:
        BadInput: another suffix, or the segmented volume is not in the scene, so that its grid is
            not known.
        OutputError: the file cannot be written.
    """
    if not str(path).lower().endswith(SUFFIXES):
        raise BadInput(
            "This is no file name for a label map",
            file=path,
            advice=f"Let it end as one of {', '.join(SUFFIXES)}.",
        )
    labelmap = currentLabelmap(node)
    if labelmap is None:
        raise BadInput(
            f"The volume of {node.GetName()} is not in the scene",
            advice="Load it: its grid is what the file is written on.",
        )
    write_volume(labelmap, path)
