"""What the segmentation panel remembers in the scene."""

from __future__ import annotations

import slicer
from slicer.parameterNodeWrapper import parameterNodeWrapper


@parameterNodeWrapper
class SegmentationParameters:
    """The panel's state; saved and loaded with the scene. No folder: its name may be a patient's.

    Attributes:
        volume: what is segmented.
        segmentation: what is shown, named, corrected and exported.
        force: run the model on what it was not made for.
        model: its name; empty for the first one.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
    """

    volume: slicer.vtkMRMLScalarVolumeNode
    segmentation: slicer.vtkMRMLSegmentationNode
    force: bool = False
    model: str = ""
    device: str = "auto"
