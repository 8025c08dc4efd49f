"""A digital spine with known truth, imaged by a simulated MR scanner."""

from SpineLib.simulate.cases import AxialCase, LumbarCase, axial_case, lumbar_case
from SpineLib.simulate.study import write_studies, write_study
from SpineLib.simulate.truth import SliceTruth

__all__ = [
    "AxialCase",
    "LumbarCase",
    "SliceTruth",
    "axial_case",
    "lumbar_case",
    "write_studies",
    "write_study",
]
