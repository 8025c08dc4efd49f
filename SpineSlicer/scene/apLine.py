"""The line across the cord from front to back on the slice where it is narrowest."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
from numpy.typing import NDArray

from SpineLib.inference.outline_map import CORD_LABEL
from SpineLib.labels import rgb
from SpineLib.quantities import DEFINITIONS, Quantity, find_quantity, value_of
from SpineLib.reading import Reading
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineSlicer.scene.subjectHierarchy import placeBeside

_COLOR = "#D55E00"


def addApLine(
    scene: slicer.vtkMRMLScene, reading: Reading, stack: str, volumeNode: Any
) -> slicer.vtkMRMLMarkupsLineNode | None:
    """Adds the line, named after the diameter.

    Args:
        scene: where the node is added.
        reading: its outlines lie in the volume node's own RAS.
        stack: id of the stack.
        volumeNode: of the stack.

    Returns:
        None where the study's narrowest cord is on another stack, or nowhere.
    """
    narrowest = find_quantity(reading.findings.quantities, "mscc")
    if narrowest is None or narrowest.stack != stack or narrowest.index is None:
        return None
    slices = reading.findings.stack(stack).slices
    slice_ = next(slice_ for slice_ in slices if slice_.index == narrowest.index)
    value = value_of(slice_.quantities, "cord_ap")
    ends = _ends(reading.outlines[stack], narrowest.index)
    if value is None or ends is None:
        return None
    name = f"{_(DEFINITIONS['cord_ap'].title)} {Quantity('cord_ap', value).shown()}"
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsLineNode", f"{volumeNode.GetName()} {name}")
    for end in ends:
        node.AddControlPoint(*(float(x) for x in end))
    node.SetLocked(True)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetSelectedColor(*rgb(_COLOR))
    display.SetColor(*rgb(_COLOR))
    display.SetPropertiesLabelVisibility(False)
    display.SetPointLabelsVisibility(False)
    placeBeside(scene, node, volumeNode)
    return node


def _ends(outlines: Volume, index: int) -> list[NDArray[np.float64]] | None:
    """RAS mm of the foremost and the hindmost place of the cord on a slice, in its middle."""
    cord = np.argwhere(outlines.voxels[index] == CORD_LABEL)
    if not len(cord):
        return None
    places = outlines.ras(np.column_stack([cord[:, 1], cord[:, 0], np.full(len(cord), index)]))
    down = outlines.directions[:, 1]
    ahead = np.array([0.0, 1.0, 0.0])
    normal = np.cross(outlines.directions[:, 0], down)
    ahead = ahead - (ahead @ normal) * normal / (normal @ normal)
    ahead = ahead / np.linalg.norm(ahead)
    aside = np.cross(normal / np.linalg.norm(normal), ahead)
    to_side = places @ aside
    from_middle = np.abs(to_side - (to_side.max() + to_side.min()) / 2)
    middle = places[from_middle <= from_middle.min() + 0.5 * float(outlines.spacing[0])]
    center = middle.mean(axis=0)
    away = (middle - center) @ ahead
    half = 0.5 * float(outlines.spacing[1])
    return [center + (away.max() + half) * ahead, center + (away.min() - half) * ahead]
