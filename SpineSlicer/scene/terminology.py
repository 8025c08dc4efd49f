"""Terminology entries as Slicer writes them into segments."""

from __future__ import annotations

from SpineLib.labels import CATEGORY, Code

CONTEXT = "Segmentation category and type - SlicerSpineMRI"
ANATOMIC_CONTEXT = "Anatomic codes - DICOM master list"


def terminologyEntry(code: Code) -> str:
    """A segment's terminology tag.

    Serialised as ``vtkSlicerTerminologiesModuleLogic::SerializeTerminologyEntry`` does: context,
    category, type, type's modifier, region's context, region, region's modifier, joined by ``~``.

    Example:
        >>> from SpineLib.labels import CANAL_CODE
        >>> terminologyEntry(CANAL_CODE).split("~")[2]
        'SCT^61853006^Spinal canal'
    """
    empty = "^^"
    parts = (CONTEXT, _triple(CATEGORY), _triple(code), empty, ANATOMIC_CONTEXT, empty, empty)
    return "~".join(parts)


def _triple(code: Code) -> str:
    return f"{code.scheme}^{code.value}^{code.meaning}"
