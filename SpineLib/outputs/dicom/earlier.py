"""Objects that were made before, which new ones name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset

from SpineLib.errors import BadInput
from SpineLib.outputs.dicom.codes import own

REPORT = "1.2.840.10008.5.1.4.1.1.88.34"  # Comprehensive 3D SR
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.11.1"
# What may lie in a folder of objects and is named by newer ones.
FILES = (
    "report*.dcm", "segmentation.dcm", "labelmap.dcm", "cord-*.dcm", "key-images.dcm",
    "presentation-*.dcm",
)  # fmt: skip
PREDECESSOR = own("predecessor", "Version before this one")


@dataclass(frozen=True)
class Earlier:
    """What names one object.

    Attributes:
        study, series, kind, instance: Study and Series Instance UID, SOP Class and Instance UID.
        image: SOP Instance UID of the first image of a presentation state or segmentation, by
            which the one before it of the same stack is known; empty for other kinds.
    """

    study: str
    series: str
    kind: str
    instance: str
    image: str = ""

    @classmethod
    def of(cls, header: Dataset) -> Earlier:
        """The one of an object."""
        return cls(
            str(header.StudyInstanceUID), str(header.SeriesInstanceUID), str(header.SOPClassUID),
            str(header.SOPInstanceUID), _first_image(header),
        )  # fmt: skip

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Earlier:
        """From `to_dict`.

        Raises:
            BadInput: it is not one.
        """
        try:
            return cls(**{name: str(value) for name, value in record.items()})
        except TypeError as error:
            raise BadInput("This does not name an object that was made before") from error

    def to_dict(self) -> dict[str, str]:
        """As JSON."""
        return asdict(self)

    def header(self) -> Dataset:
        """As much of a header as highdicom asks for."""
        dataset = Dataset()
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = self.study, self.series
        dataset.SOPClassUID, dataset.SOPInstanceUID = self.kind, self.instance
        return dataset


def in_folder(folder: Path) -> list[Earlier]:
    """Those that a folder of objects holds and that newer ones name."""
    files = [path for name in FILES for path in sorted(folder.glob(name))]
    return [Earlier.of(pydicom.dcmread(path, stop_before_pixels=True)) for path in files]


def reports(earlier: Iterable[Earlier]) -> list[Dataset]:
    """Headers of the reports among them."""
    return [report.header() for report in dict.fromkeys(earlier) if report.kind == REPORT]


def name_earlier(newer: Dataset, earlier: Sequence[Earlier]) -> None:
    """Has an object that is not a report name those before it of its study.

    Only reports have a list of predecessor documents. A segmentation refers to the other image
    (General Reference, PS3.3 C.12.4); key images and presentation states have no such module and
    carry its Referenced Instance Sequence as a Standard Extended SOP Class (PS3.2). The purpose is
    a term of our own.
    """
    now = Earlier.of(newer)
    same = SEGMENTATIONS if now.kind in SEGMENTATIONS else (now.kind,)
    before = [
        older for older in dict.fromkeys(earlier)
        if older.kind in same and (older.study, older.image) == (now.study, now.image)
    ]  # fmt: skip
    if not before:
        return
    references = [_reference(older) for older in before]
    if now.kind in SEGMENTATIONS:
        newer.ReferencedImageSequence = references
        for older in before:
            newer.ReferencedSeriesSequence.append(_series(older))
    else:
        newer.ReferencedInstanceSequence = references


def _first_image(header: Dataset) -> str:
    if str(header.SOPClassUID) not in (PRESENTATION_STATE, *SEGMENTATIONS):
        return ""
    series = header.ReferencedSeriesSequence[0]
    state = "ReferencedImageSequence" in series
    images = series.ReferencedImageSequence if state else series.ReferencedInstanceSequence
    return str(images[0].ReferencedSOPInstanceUID)


def _reference(older: Earlier) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = older.kind, older.instance
    reference.PurposeOfReferenceCodeSequence = [PREDECESSOR]
    return reference


def _series(older: Earlier) -> Dataset:
    instance = Dataset()
    instance.ReferencedSOPClassUID, instance.ReferencedSOPInstanceUID = older.kind, older.instance
    series = Dataset()
    series.SeriesInstanceUID = older.series
    series.ReferencedInstanceSequence = [instance]
    return series
