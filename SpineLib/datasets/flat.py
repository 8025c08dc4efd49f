"""Pictures without a place in the patient (JPEG, PNG) as a volume of 1 mm pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from SpineLib.errors import BadInput
from SpineLib.volume import Volume

SUFFIXES = (".jpeg", ".jpg", ".png")
# Shown as radiologists see axial slices: columns run to the patient's left, rows to posterior.
_SHOWN = np.diag([-1.0, -1.0, 1.0, 1.0])


def open_pictures(paths: Sequence[Path]) -> Volume:
    """The pictures as slices, grey, in the order given.

    A picture does not say the size of its pixels: 1 mm stands for it, so only preprocessing that
    does not count in millimetres (``whole-slice``, ``box``) makes sense of them.

    Raises:
        BadInput: a picture cannot be read, or they are of several sizes.
    """
    slices = []
    for path in paths:
        try:
            with Image.open(path) as picture:
                slices.append(np.asarray(picture.convert("L")))
        except (OSError, UnidentifiedImageError) as error:
            raise BadInput("The picture cannot be read", file=path) from error
        if slices[-1].shape != slices[0].shape:
            raise BadInput(
                f"The pictures of one stack are of several sizes ({slices[0].shape} and "
                f"{slices[-1].shape})",
                file=path,
                advice="Export them again at one size.",
            )
    return Volume(np.stack(slices), _SHOWN)
