"""Results as DICOM objects that a PACS takes, of the patient and study that was read.

Every object says that it is research and which model made it (docs/dicom-results.md). Made by
highdicom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from pydicom.dataset import Dataset

from SpineLib.errors import BadInput, SpineError
from SpineLib.options import DicomObject as Kind
from SpineLib.outputs import names
from SpineLib.outputs.answers import ReaderAnswer, read_answers
from SpineLib.outputs.corrections import Corrections, read_corrections
from SpineLib.outputs.dicom import earlier as before
from SpineLib.outputs.dicom.capture import secondary_capture
from SpineLib.outputs.dicom.earlier import Earlier
from SpineLib.outputs.dicom.images import find_images
from SpineLib.outputs.dicom.keys import key_images
from SpineLib.outputs.dicom.making import Making
from SpineLib.outputs.dicom.outlines import outline_segmentation
from SpineLib.outputs.dicom.presentation import presentation_states
from SpineLib.outputs.dicom.report import Signature, measurement_report
from SpineLib.outputs.dicom.segmentation import outlines, segmentation
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineLib.store.files import writing_folder

DEFAULT = (Kind.segmentation, Kind.report, Kind.key_images, Kind.presentation)


@dataclass(frozen=True)
class Results:
    """What objects are made from.

    Attributes:
        reading: findings and, where there is one, the label map.
        answers: what readers said.
        pictures: title → PNG or JPEG, for `Kind.capture`.
        corrections: what a reader changed of the segmentation.
        earlier: objects that were made of the study before, and that these take the place of.
    """

    reading: Reading
    answers: Sequence[ReaderAnswer] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    corrections: Corrections = field(default_factory=Corrections)
    earlier: Sequence[Earlier] = ()


def results_in(folder: str | Path, *, earlier: Sequence[Earlier] = ()) -> Results:
    """The results that a folder holds: a reading with what readers said, changed and drew.

    Args:
        folder: what ``spine read`` or ``spine report`` wrote, or a panel; pictures are in
            ``pictures/``.
        earlier: as of `Results`.

    Raises:
        BadInput: a file is missing or damaged.
    """
    folder = Path(folder)
    reading = Reading.load(folder)
    shown = {names.WORST: "Worst slice", names.LADDER: "Along the spine"}
    shown |= {
        names.slice_picture(stack.id, finding.index): f"Stack {stack.id}, slice {finding.index + 1}"
        for stack, finding in reading.findings.flagged()
    }
    shown[names.SEGMENTATION_SLICE] = "Segmentation"
    pictures = {
        title: path.read_bytes()
        for name, title in shown.items()
        if (path := folder / "pictures" / f"{name}.png").is_file()
    }
    return Results(reading, read_answers(folder), pictures, read_corrections(folder), earlier)


def write_dicom(
    results: Results,
    images: str | Path | Sequence[Path],
    out: str | Path,
    *,
    kinds: Collection[Kind] = DEFAULT,
    signature: Signature | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Writes objects into a folder, all or none.

    Reports and segmentations name those that were made before: ``results.earlier``, and those that
    are in the folder already. A label map comes with the binary segmentation, for archives that do
    not know it.

    Args:
        results: of a reading.
        images: what was read, as `SpineLib.outputs.dicom.images.find_images` takes it; every object
            refers to its images.
        out: the folder.
        kinds: which objects.
        signature: who signs the reports.
        progress: one step an object.

    Returns:
        The files; none of a kind that has nothing to say (no flagged slice, no segmentation).

    Raises:
        BadInput: as `find_images`, or a header of the images holds what no object can be made from,
            or a signature has no organization.
        OutputError: the folder cannot be written to.
    """
    progress = progress or Progress()
    source_images = find_images(results.reading.findings, images, progress=progress)
    making = Making(results.reading.findings, source_images)
    earlier = [*results.earlier, *before.in_folder(Path(out))]
    progress.stage("Writing DICOM")
    try:
        objects = dict(_objects(making, results, kinds, earlier, signature))
    except SpineError:
        raise
    except Exception as error:  # highdicom checks what the images' headers say, in many ways
        raise BadInput(
            f"No DICOM object can be made from these images: {error}",
            file=Path(images) if isinstance(images, (str, Path)) else None,
        ) from error
    with writing_folder(out) as folder:
        for name, dicom_object in objects.items():
            progress.check()
            dicom_object.save_as(folder / name)
    return [Path(out) / name for name in objects]


def _objects(
    making: Making,
    results: Results,
    kinds: Collection[Kind],
    earlier: Sequence[Earlier],
    signature: Signature | None,
) -> Iterator[tuple[str, Dataset]]:
    segments = None
    for name, segmentation_object in _segmentations(making, results, kinds):
        before.name_earlier(segmentation_object, earlier)
        segments = segments or segmentation_object
        yield name, segmentation_object
    if Kind.report in kinds:
        yield from _measurement_reports(making, results, segments, earlier, signature)
    if Kind.segmentation in kinds:
        yield from _outlines(making, results, earlier)
    keys = key_images(making, results.answers) if Kind.key_images in kinds else None
    if keys is not None:
        before.name_earlier(keys, earlier)
        yield "key-images.dcm", keys
    if Kind.presentation in kinds:
        for number, state in enumerate(presentation_states(making, results.answers), 1):
            before.name_earlier(state, earlier)
            yield f"presentation-{number}.dcm", state
    if Kind.capture in kinds:
        for number, (title, picture) in enumerate(results.pictures.items(), 1):
            yield f"capture-{number:02d}.dcm", secondary_capture(making, picture, title)


def _segmentations(
    making: Making, results: Results, kinds: Collection[Kind]
) -> Iterator[tuple[str, Dataset]]:
    """The binary one first, to which reports refer."""
    labelmap, corrections = results.reading.segmentation, results.corrections
    if labelmap is None or not {Kind.segmentation, Kind.labelmap} & set(kinds):
        return
    yield "segmentation.dcm", segmentation(making, labelmap, corrections=corrections)
    if Kind.labelmap in kinds:
        yield "labelmap.dcm", segmentation(making, labelmap, whole=True, corrections=corrections)


def _outlines(
    making: Making, results: Results, earlier: Sequence[Earlier]
) -> Iterator[tuple[str, Dataset]]:
    """Cord and sac, an object a stack."""
    for number, (stack, outlined) in enumerate(results.reading.outlines.items(), 1):
        outlined_object = outline_segmentation(
            making, making.findings.stack(stack), outlined,
            corrected=stack in results.corrections.outlines,
        )  # fmt: skip
        if outlined_object is not None:
            before.name_earlier(outlined_object, earlier)
            yield f"cord-{number}.dcm", outlined_object


def _measurement_reports(
    making: Making,
    results: Results,
    segments: Dataset | None,
    earlier: Sequence[Earlier],
    signature: Signature | None,
) -> Iterator[tuple[str, Dataset]]:
    """One of the models alone, or one for each reader with the models' answers beside."""
    by_reader = {
        reader: list(own)
        for reader, own in groupby(sorted(results.answers, key=_reader_of), key=_reader_of)
    }
    described = outlines(results.reading.findings.segmentation, results.corrections)
    for number, own in enumerate(by_reader.values() or [[]], 1):
        name = "report.dcm" if number == 1 else f"report-{number}.dcm"
        yield (
            name,
            measurement_report(
                making, answers=own, segmentation=segments, outlines=described,
                previous=before.reports(earlier), signature=signature,
            ),
        )  # fmt: skip


def _reader_of(answer: ReaderAnswer) -> str:
    return answer.reader
