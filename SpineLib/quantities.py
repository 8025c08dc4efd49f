"""Numbers beside the flags: what was measured on a slice or of a study, in which unit, or why not.

A quantity holds code and value; faces take title, unit and definition from `DEFINITIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from SpineLib.json_values import plain
from SpineLib.reasons import Reason


@dataclass(frozen=True)
class Definition:
    """What a quantity is.

    Attributes:
        title: what a person reads.
        unit: as it is shown; empty of a pure number.
        ucum: the same in the Unified Code for Units of Measure.
        definition: one sentence, for tooltips and docs.
        digits: decimals that are shown.
    """

    title: str
    unit: str
    ucum: str
    definition: str
    digits: int = 1


_MM, _MM2, _PERCENT, _DEGREES, _NUMBER = (
    ("mm", "mm"), ("mm²", "mm2"), ("%", "%"), ("°", "deg"), ("", "1"),
)  # fmt: skip

# Key → definition. Lengths and areas are those of the cut at a right angle to the canal.
DEFINITIONS: dict[str, Definition] = {
    "cord_area": Definition(
        "Cord area", *_MM2, "Area of the spinal cord, at a right angle to the canal."
    ),
    "cord_ap": Definition(
        "Cord AP", *_MM,
        "Diameter of the spinal cord from front to back, at a right angle to the canal, mean of "
        "the middle third of its width.",
    ),
    "cord_transverse": Definition(
        "Cord width", *_MM,
        "Diameter of the spinal cord from left to right, at a right angle to the canal.",
    ),
    "compression_ratio": Definition(
        "Compression ratio", *_PERCENT, "Cord AP as a share of cord width."
    ),
    "solidity": Definition(
        "Solidity", *_PERCENT,
        "Cord area as a share of the smallest convex area around it; a dent makes it smaller.",
    ),
    "eccentricity": Definition(
        "Eccentricity", *_NUMBER,
        "Eccentricity of the ellipse with the cord's second moments: 0 of a circle, towards 1 of "
        "a flat cord.", digits=2,
    ),
    "asymmetry": Definition(
        "Asymmetry", *_PERCENT,
        "Share of the cord's area that its mirror image, left for right about its centre, "
        "does not cover.",
    ),
    "torsion": Definition(
        "Torsion", *_DEGREES,
        "Mean change of the cord's long axis from slice to slice, over three slices to each side.",
    ),
    "sac_area": Definition(
        "Sac area", *_MM2, "Area of the dural sac with all that it holds, at a right angle to it."
    ),
    "sac_ap": Definition(
        "Sac AP", *_MM,
        "Diameter of the dural sac from front to back, at a right angle to it, mean of the middle "
        "third of its width.",
    ),
    "ascor": Definition(
        "aSCOR", *_PERCENT, "Cord area as a share of the dural sac's area (occupation ratio)."
    ),
    "mscc": Definition(
        "MSCC", *_PERCENT,
        "Maximum spinal cord compression: how much smaller cord AP is at its narrowest than the "
        "mean of the nearest normal levels above and below.",
    ),
    "mcc": Definition(
        "MCC", *_PERCENT,
        "Maximum canal compromise: how much smaller sac AP is at its narrowest than the mean of "
        "the nearest normal levels above and below.",
    ),
    "canal_area": Definition(
        "Canal area", *_MM2,
        "Area of the segmented spinal canal (the dural sac, without the fat around it) in the "
        "disc's middle plane.", digits=0,
    ),
    "canal_ap": Definition(
        "Canal AP", *_MM,
        "Diameter of the segmented canal from front to back in the disc's middle plane, mean of "
        "its middle 4 mm.",
    ),
    "axial_area": Definition(
        "Sac on axial slices", *_MM2,
        "Smallest area of the dural sac on the axial slice through the disc and the slices beside "
        "it; the grade of stenosis rests on it.", digits=0,
    ),
    "disc_height": Definition(
        "Disc height", *_MM,
        "Height of the disc in its middle 10 mm, mean of its front, middle and back third.",
    ),
    "disc_bulge": Definition(
        "Disc bulge", *_MM,
        "How far the disc's back border lies behind the middle of the back borders of the bodies "
        "above and below, in the middle 10 mm; below 0 where it ends before them.",
    ),
    "slip": Definition(
        "Slip", *_MM,
        "How far the vertebra above the disc stands in front of the one below it, by their back "
        "borders; below 0 where it stands behind.",
    ),
    "slip_percent": Definition(
        "Slip (Meyerding)", *_PERCENT,
        "Slip as a share of the lower body's depth. Meyerding's grades end at 25, 50, 75 and "
        "100 %; a millimetre or two is within what is measured wrongly.", digits=0,
    ),
    "segmental_angle": Definition(
        "Segmental angle", *_DEGREES,
        "Angle between the endplates that border the disc; above 0 where it opens to the front.",
    ),
    "body_front": Definition(
        "Front height", *_MM, "Height of the vertebra's body in the front third of its depth."
    ),
    "body_middle": Definition(
        "Middle height", *_MM, "Height of the vertebra's body in the middle third of its depth."
    ),
    "body_back": Definition(
        "Back height", *_MM, "Height of the vertebra's body in the back third of its depth."
    ),
    "height_ratio": Definition(
        "Height ratio", *_PERCENT,
        "The lower of front and middle height as a share of back height; of a crushed body, whose "
        "back is low too, it says too little.", digits=0,
    ),
    "lordosis": Definition(
        "Lordosis L1–L5", *_DEGREES,
        "Angle between the upper endplate of L1 and the lower endplate of L5, lying down; above 0 "
        "where it opens to the back.",
    ),
}  # fmt: skip
# What is measured of each disc, and of each vertebra's body, in the order of the tables by level.
DISC_KEYS = (
    "canal_area", "canal_ap", "axial_area", "disc_height", "disc_bulge", "slip", "slip_percent",
    "segmental_angle",
)  # fmt: skip
BODY_KEYS = ("body_front", "body_middle", "body_back", "height_ratio")
LEVEL_KEYS = (*DISC_KEYS, *BODY_KEYS, "lordosis")


@dataclass
class Compared:
    """A slice, or a structure, that a quantity was compared with.

    Attributes:
        value: what was measured there, in the unit of the quantity that was compared.
        level: as `Quantity.level`.
        stack, index: as `Quantity.stack` and `Quantity.index`.
        chosen_by: the reader who chose it; empty where the program did.
    """

    value: float
    level: str = ""
    stack: str = ""
    index: int | None = None
    chosen_by: str = ""


@dataclass
class Quantity:
    """One number.

    Attributes:
        key: of `DEFINITIONS`.
        value: in the definition's unit; None where it could not be measured, never zero instead.
        level: ``C5/C6`` or ``L4``; empty where not known, or where the slice says it.
        stack, index: where a quantity of the study was taken: id of the stack and slice number
            from 0; empty and None of a slice's own, and of what no single slice shows.
        compared: what it was compared with.
        why: why there is no value.
        norm: mean and standard deviation of healthy people at this level, in the definition's
            unit, or of the patient's own slices; empty where neither is at hand.
        norm_own: it is that of the patient's own slices without a flag.
    """

    key: str
    value: float | None = None
    level: str = ""
    stack: str = ""
    index: int | None = None
    compared: list[Compared] = field(default_factory=list)
    why: Reason | None = None
    norm: list[float] = field(default_factory=list)
    norm_own: bool = False

    @property
    def definition(self) -> Definition:
        """Title, unit and meaning.

        Raises:
            KeyError: there is no such quantity.
        """
        return DEFINITIONS[self.key]

    def to_dict(self) -> dict[str, Any]:
        """As JSON values; what is as by default is left out."""
        return without_usual(plain(self))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Quantity:
        """From `to_dict`'s JSON values."""
        values: dict[str, Any] = {**data, "why": Reason.from_dict(data.get("why"))}
        values["compared"] = [_whole(Compared(**compared)) for compared in data.get("compared", [])]
        return _whole(cls(**values))

    def shown(self) -> str:
        """Value and unit as a person reads them: ``4.6 mm``; empty without a value."""
        if self.value is None:
            return ""
        what = self.definition
        number = f"{self.value:.{what.digits}f}"
        return f"{number}{'' if what.unit in ('', '°') else ' '}{what.unit}"


T = TypeVar("T", Quantity, Compared)
_USUAL = plain(Quantity(""))


def without_usual(data: dict[str, Any]) -> dict[str, Any]:
    """A quantity's JSON values, all of them, without what is as by default."""
    for compared in data["compared"]:
        if not compared["chosen_by"]:
            del compared["chosen_by"]
    return {
        key: value for key, value in data.items() if key in ("key", "value") or value != _USUAL[key]
    }


def find_quantity(quantities: list[Quantity], key: str) -> Quantity | None:
    """The first quantity of a key; None where there is none."""
    return next((quantity for quantity in quantities if quantity.key == key), None)


def value_of(quantities: list[Quantity], key: str) -> float | None:
    """The value of the first quantity of a key; None where there is none."""
    quantity = find_quantity(quantities, key)
    return None if quantity is None else quantity.value


def unknown_quantity(quantities: list[Quantity]) -> str:
    """The first key that is none of `DEFINITIONS`; empty where all are known."""
    return next((quantity.key for quantity in quantities if quantity.key not in DEFINITIONS), "")


def _whole(measured: T) -> T:
    # JSON writes 1 as 1.0 too.
    measured.index = None if measured.index is None else int(measured.index)
    return measured
