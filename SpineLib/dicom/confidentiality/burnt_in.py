"""Whether an image may show text that names the patient: by its header, not by its pixels."""

from __future__ import annotations

from enum import Enum

from pydicom.dataset import Dataset

# Secondary capture, ultrasound and photographs: text is part of the picture (PS3.4 B.5).
_CAPTURED = (
    "1.2.840.10008.5.1.4.1.1.7",  # and .7.1 to .7.4
    "1.2.840.10008.5.1.4.1.1.3.1",
    "1.2.840.10008.5.1.4.1.1.6.1",
    "1.2.840.10008.5.1.4.1.1.6.2",
    "1.2.840.10008.5.1.4.1.1.77.1",
)
_SCREENS = {"SCREEN SAVE", "SCREENSAVE", "SCREEN_SAVE", "SCREENSHOT", "CSA REPORT", "REPORT"}


class Suspicion(str, Enum):
    """How likely pixels show text."""

    none = ""
    possible = "may show text"
    likely = "shows or is likely to show text"


def burnt_in(dataset: Dataset) -> tuple[Suspicion, str]:
    """How likely the pixels of this object show text, and by what that is known.

    Nothing looks at the pixels: text in an image whose header is silent is not found.
    """
    annotation = str(dataset.get("BurnedInAnnotation", "")).upper()
    sop_class = str(dataset.get("SOPClassUID", ""))
    types = dataset.get("ImageType") or ()
    kinds = {str(kind).upper() for kind in ([types] if isinstance(types, str) else types)}
    if annotation == "YES":
        return Suspicion.likely, "its header says that text is burnt in"
    if any(sop_class == captured or sop_class.startswith(f"{captured}.") for captured in _CAPTURED):
        return Suspicion.likely, "it is a captured picture"
    if kinds & _SCREENS:
        return Suspicion.likely, "its image type is that of a picture of a screen"
    if annotation == "NO" or "PixelData" not in dataset:
        return Suspicion.none, ""
    if dataset.get("ConversionType"):
        return Suspicion.possible, "it was converted from something else"
    if int(dataset.get("SamplesPerPixel") or 1) > 1:
        return Suspicion.possible, "it is in colour"
    if {"DERIVED", "SECONDARY"} <= kinds:
        return Suspicion.possible, "it is a derived, secondary image"
    return Suspicion.none, ""
