"""A segmentation as a file: SPIDER's numbers on the segmented volume's own grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.translation import tr as _
from SpineLib.volume import write_volume
from SpineSlicer.scene.spineSegmentation import currentLabelmap, hasImages, volumeProblem

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
            _("This is not a file name for a label map"),
            file=path,
            advice=_("End it with one of {suffixes}.").format(suffixes=", ".join(SUFFIXES)),
        )
    labelmap = currentLabelmap(node)
    if labelmap is None and hasImages(node):
        raise BadInput(volumeProblem(node))
    if labelmap is None:
        raise BadInput(
            _("The volume of {name} is not in the scene").format(name=node.GetName()),
            advice=_("Load it: the file is written on its grid."),
        )
    write_volume(labelmap, path)
