"""Results as DICOM objects that a PACS takes, of the patient and study that was read.

Every object says that it is research and which model made it (docs/dicom-results.md). Made by
highdicom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from SpineLib.errors import BadInput, SpineError
from SpineLib.options import DicomObject as Kind
from SpineLib.outputs.answers import ReaderAnswer
from SpineLib.outputs.dicom.capture import secondary_capture
from SpineLib.outputs.dicom.images import find_images
from SpineLib.outputs.dicom.keys import key_images
from SpineLib.outputs.dicom.making import Making
from SpineLib.outputs.dicom.presentation import presentation_states
from SpineLib.outputs.dicom.report import measurement_report
from SpineLib.outputs.dicom.segmentation import segmentation
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineLib.store.files import writing_folder

_REPORTS = "report*.dcm"


DEFAULT = (Kind.segmentation, Kind.report, Kind.key_images, Kind.presentation)


@dataclass(frozen=True)
class Results:
    """What objects are made from.

    Attributes:
        reading: findings and, where there is one, the label map.
        answers: what readers said.
        pictures: title → PNG or JPEG, for `Kind.capture`.
        algorithm_types: a segment's number → DICOM's Segment Algorithm Type, where a reader
            changed it.
    """

    reading: Reading
    answers: Sequence[ReaderAnswer] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    algorithm_types: Mapping[int, str] = field(default_factory=dict)


def write_dicom(
    results: Results,
    images: str | Path,
    out: str | Path,
    *,
    kinds: Collection[Kind] = DEFAULT,
    progress: Progress | None = None,
) -> list[Path]:
    """Writes objects into a folder, all or none.

    A report that is already in the folder is named by the new one as its predecessor.

    Args:
        results: of a reading.
        images: what was read; every object refers to its images.
        out: the folder.
        kinds: which objects.
        progress: one step an object.

    Returns:
        The files; none of a kind that has nothing to say (no flagged slice, no segmentation).

    Raises:
        BadInput: as `SpineLib.outputs.dicom.images.find_images`, or a header of the images holds
            what no object can be made from.
        OutputError: the folder cannot be written to.
    """
    progress = progress or Progress()
    found = find_images(results.reading.findings, images, progress=progress)
    making, before = Making(results.reading.findings, found), _reports(Path(out))
    progress.stage("Writing DICOM")
    try:
        objects = dict(_objects(making, results, kinds, before))
    except SpineError:
        raise
    except Exception as error:  # highdicom checks what the images' headers say, in many ways
        raise BadInput(
            f"No DICOM object can be made from these images: {error}", file=Path(images)
        ) from error
    with writing_folder(out) as folder:
        for name, made in objects.items():
            progress.check()
            made.save_as(folder / name)
    return [Path(out) / name for name in objects]


def _objects(
    making: Making, results: Results, kinds: Collection[Kind], before: Sequence[Dataset]
) -> Iterator[tuple[str, Dataset]]:
    labelmap, types = results.reading.segmentation, results.algorithm_types
    segments = None
    if labelmap is not None and Kind.segmentation in kinds:
        segments = segmentation(making, labelmap, algorithm_types=types)
        yield "segmentation.dcm", segments
    if labelmap is not None and Kind.labelmap in kinds:
        whole = segmentation(making, labelmap, whole=True, algorithm_types=types)
        yield "labelmap.dcm", whole
    if Kind.report in kinds:
        yield from _measurement_reports(making, results.answers, segments, before)
    keys = key_images(making) if Kind.key_images in kinds else None
    if keys is not None:
        yield "key-images.dcm", keys
    if Kind.presentation in kinds:
        for number, state in enumerate(presentation_states(making), 1):
            yield f"presentation-{number}.dcm", state
    if Kind.capture in kinds:
        for number, (title, picture) in enumerate(results.pictures.items(), 1):
            yield f"capture-{number:02d}.dcm", secondary_capture(making, picture, title)


def _measurement_reports(
    making: Making,
    answers: Sequence[ReaderAnswer],
    segments: Dataset | None,
    before: Sequence[Dataset],
) -> Iterator[tuple[str, Dataset]]:
    """One of the models alone, or one for each reader with the models' answers beside."""
    by_reader = {
        reader: list(own)
        for reader, own in groupby(sorted(answers, key=_reader_of), key=_reader_of)
    }
    for number, own in enumerate(by_reader.values() or [[]], 1):
        name = "report.dcm" if number == 1 else f"report-{number}.dcm"
        yield name, measurement_report(making, answers=own, segmentation=segments, previous=before)


def _reader_of(answer: ReaderAnswer) -> str:
    return answer.reader


def _reports(out: Path) -> list[Dataset]:
    return [pydicom.dcmread(path) for path in sorted(out.glob(_REPORTS))]
