"""What the panel's controls say, kept in the scene."""

from typing import Annotated

import slicer
from slicer.parameterNodeWrapper import Choice, Default, WithinRange, parameterNodeWrapper

from SpineLib.labels import REGIONS, WEIGHTINGS

DEVICES = ("auto", "cpu", "cuda", "mps")


@parameterNodeWrapper
class Parameters:
    """The parameter node of SpineCompression; each name stands in the ``.ui`` file.

    The folder is not among them: a scene is given to others, and a path may name a patient.
    """

    volume: slicer.vtkMRMLScalarVolumeNode
    force: bool = False
    weighting: Annotated[str, Choice(list(WEIGHTINGS)), Default("unknown")]
    region: Annotated[str, Choice(list(REGIONS)), Default("unknown")]
    threshold: Annotated[float, WithinRange(0.0, 1.0), Default(0.0)]
    device: Annotated[str, Choice(list(DEVICES)), Default("auto")]
    activation: bool = False
    levels: bool = True
    showRing: bool = True
    showLadder: bool = True
    showText: bool = True
    showLegend: bool = False
    showActivation: bool = False
    activationOpacity: Annotated[float, WithinRange(0.0, 1.0), Default(0.5)]
