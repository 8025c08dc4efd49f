"""Headers as different vendors and de-identifiers leave them."""

from __future__ import annotations

from pydicom.dataset import Dataset

from SpineLib.simulate.scanner import Protocol

VENDORS = ("plain", "siemens-like", "philips-like", "ge-like", "stripped")
_PLANE = {
    "axial": ("tra", "AX", "Ax"),
    "sagittal": ("sag", "SAG", "Sag"),
    "localiser": ("loc",) * 3,
}


def dress(image: Dataset, vendor: str, protocol: Protocol, plane: str) -> None:
    """Changes a header, in place, to what one of `VENDORS` writes; pixels and geometry stay.

    ``stripped`` is what a thorough de-identifier leaves: no manufacturer, descriptions, body part
    or sequence names.
    """
    weighting = protocol.weighting
    echo = "gre" if weighting == "T2*" else ("tir" if protocol.ti else "tse")
    short, upper, title = _PLANE[plane]
    if vendor == "siemens-like":
        image.Manufacturer, image.ManufacturerModelName = "SIEMENS", "Aera"
        image.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"]
        image.SequenceVariant = ["SK", "SP", "OSP"]
        image.ScanOptions = ["PFP", "SFS"]
        image.SequenceName = {"gre": "*fl2d1", "tir": "*tir2d1_17"}.get(echo, "*tse2d1_17")
        _describe(image, f"{weighting.lower()}_{echo}_{short}")
    elif vendor == "philips-like":
        image.Manufacturer, image.ManufacturerModelName = "Philips Medical Systems", "Ingenia"
        image.ImageType = ["ORIGINAL", "PRIMARY", "M_SE", "M", "SE"]
        image.RescaleIntercept, image.RescaleSlope, image.RescaleType = "0", "1.25", "normalized"
        _describe(image, f"{weighting}W_{echo.upper()} {title}")
    elif vendor == "ge-like":
        image.Manufacturer, image.ManufacturerModelName = "GE MEDICAL SYSTEMS", "SIGNA Artist"
        image.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        image.ScanOptions = ["FAST_GEMS", "NPW", "FC"]
        _describe(image, f"{upper} {weighting} {'GRE' if echo == 'gre' else 'FSE'}")
    elif vendor == "stripped":
        for name in (
            "ManufacturerModelName", "StudyDescription", "SeriesDescription", "ProtocolName",
            "BodyPartExamined", "ImagingFrequency", "SliceLocation",
        ):  # fmt: skip
            if name in image:
                delattr(image, name)
        image.Manufacturer = image.PatientName = image.PatientID = image.PatientSex = ""
        image.Laterality = ""
        for name in ("StudyDate", "StudyTime", "SeriesDate", "SeriesTime", "AcquisitionDate",
                     "AcquisitionTime", "ContentDate", "ContentTime"):  # fmt: skip
            setattr(image, name, "")


def _describe(image: Dataset, text: str) -> None:
    image.SeriesDescription = image.ProtocolName = text
