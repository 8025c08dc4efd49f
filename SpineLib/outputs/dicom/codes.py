"""Coded terms of the objects: standard ones where there are, else our own scheme's."""

from __future__ import annotations

from typing import NamedTuple

from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes

from SpineLib import labels

# Private schemes begin with 99 (PS3.16, section 8.2). Its values are the words of `findings.json`,
# so that what is read back is what was written; docs/dicom.md lists them.
SCHEME = "99SPINEMRI"
_LONGEST_MEANING = 64

PROBABILITY = "probability"
POSITIVE, LEVEL, FORCED, LEAST, MOST = "positive", "level", "forced", "least", "most"
POSSIBLE = "in grade set"
VERDICT, POSITIVE_SLICES, LONGEST_RUN = "verdict", "positive slices", "longest run"
# Why a slice was not assessed (a code of `SpineLib.reasons`), and that two answers cannot be true.
REASON, CONTRADICTED = "reason", "contradicted"


class Topic(NamedTuple):
    """What a group is about where no question was asked."""

    key: str
    title: str


MEASURED = Topic("measured", "Cord and canal, measured")
PROCESSING_EQUIPMENT = codes.DCM.ProcessingEquipment
MILLILITRE = CodedConcept("mL", "UCUM", "milliliter")
MILLIMETRE = codes.UCUM.Millimeter
NO_UNITS = codes.UCUM.NoUnits
VOLUME = codes.SCT.Volume
OF_INTEREST = codes.DCM.OfInterest
DEVICE, PERSON = codes.DCM.Device, codes.DCM.Person
ARTIFICIAL_INTELLIGENCE = codes.DCM.ArtificialIntelligence
MR = codes.cid100.MRIUnspecifiedBodyRegion


def own(value: str, meaning: str = "") -> CodedConcept:
    """A term of our own scheme; its meaning is the value where none is given."""
    return CodedConcept(value, SCHEME, (meaning or value)[:_LONGEST_MEANING])


def ucum(unit: str) -> CodedConcept:
    """A unit of UCUM; its meaning is its symbol."""
    return NO_UNITS if unit == "1" else CodedConcept(unit, "UCUM", unit)


def coded(code: labels.Code) -> CodedConcept:
    """A standard term of `SpineLib.labels`."""
    return CodedConcept(code.value, code.scheme, code.meaning[:_LONGEST_MEANING])
