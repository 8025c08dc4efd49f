"""Pictures without a place in the patient (JPEG, PNG) as a volume of 1 mm pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from SpineLib.errors import BadInput
from SpineLib.volume import Volume

# Pillow's modes of grey with more than 8 bits (Pillow's documentation, "Modes").
_DEEP = ("I", "I;16", "I;16L", "I;16B", "I;16N", "F")
SUFFIXES = (".jpeg", ".jpg", ".png")
# Shown as radiologists see axial slices: columns run to the patient's left, rows to posterior.
_SHOWN = np.diag([-1.0, -1.0, 1.0, 1.0])


def open_pictures(paths: Sequence[Path]) -> Volume:
    """The pictures as slices, grey, in the order given; values of 16 bits stay as they are.

    A picture does not say the size of its pixels: 1 mm stands for it, so only preprocessing that
    does not count in millimetres (``whole-slice``, ``box``) makes sense of them.

    Raises:
        BadInput: a picture cannot be read, or they are of several sizes or depths.
    """
    slices: list[NDArray[Any]] = []
    for path in paths:
        slices.append(_grey(path))
        if slices[-1].shape != slices[0].shape:
            raise BadInput(
                f"The pictures of one stack are of several sizes ({slices[0].shape} and "
                f"{slices[-1].shape})",
                file=path,
                advice="Export them again at one size.",
            )
        if slices[-1].dtype != slices[0].dtype:
            raise BadInput(
                "The pictures of one stack are of several depths (8 and 16 bits)",
                file=path,
                advice="Export them again in one way.",
            )
    return Volume(np.stack(slices), _SHOWN)


def _grey(path: Path) -> NDArray[Any]:
    """[row, column]; 8 bits, or 16 where the picture has them (turning it into 8 would clip)."""
    try:
        with Image.open(path) as picture:
            if getattr(picture, "n_frames", 1) > 1:
                raise BadInput(
                    "The file holds several pictures", file=path, advice="Save them one by one."
                )
            # As programs show a photograph that was turned, and as boxes were drawn on it.
            if picture.mode not in _DEEP:
                _require_8_bits(picture, path)
                return np.asarray(ImageOps.exif_transpose(picture).convert("L"))
            values = np.asarray(ImageOps.exif_transpose(picture))
    except BadInput:
        raise
    except Exception as error:  # Pillow's decoders let out whatever they meet in damaged files
        raise BadInput(
            "The picture cannot be read", file=path, advice="Export it again."
        ) from error
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise BadInput("The picture holds values that are not finite", file=path)
    if values.dtype.kind != "f" and values.min() >= 0 and values.max() < 1 << 16:
        return values.astype(np.uint16)
    return values.astype(np.float32)


def _require_8_bits(picture: Image.Image, path: Path) -> None:
    """Pillow reads colours and transparency of 16 bits as 8, which would end in a few greys."""
    if any(";16" in str(tile) for tile in getattr(picture, "tile", ())):
        raise BadInput(
            "The picture has colours or transparency of 16 bits, which are not read",
            file=path,
            advice="Save it as 16-bit grey, without transparency.",
        )
