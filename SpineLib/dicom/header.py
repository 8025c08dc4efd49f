"""One DICOM file's header as small plain values: no pixels, few tags, names and dates as hashes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from SpineLib.dicom.dictionary import tag
from SpineLib.dicom.elements import (
    PixelPlace,
    Vector,
    integer,
    items,
    length,
    number,
    numbers,
    read_elements,
    rescale,
    text,
    window,
    words,
)
from SpineLib.dicom.functional import enhanced_frames
from SpineLib.dicom.people import NO_PERSON, Person, hashed, is_placeholder, moment, person
from SpineLib.dicom.walk import Elements
from SpineLib.errors import BadInput

_WANTED = frozenset(
    tag(keyword)
    for keyword in (
        "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality",
        "StudyDescription", "SeriesDescription", "AcquisitionContrast", "PatientName",
        "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex", "AcquisitionDate", "AcquisitionTime",
        "BodyPartExamined", "ScanningSequence", "SequenceVariant", "ScanOptions",
        "SequenceName", "PulseSequenceName", "SliceThickness", "RepetitionTime", "EchoTime",
        "InversionTime", "SpacingBetweenSlices", "EchoTrainLength", "TriggerTime",
        "ProtocolName", "FlipAngle", "DiffusionBValue", "DiffusionGradientOrientation",
        "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "AcquisitionNumber",
        "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient",
        "FrameOfReferenceUID", "TemporalPositionIdentifier", "SamplesPerPixel",
        "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns", "PixelSpacing",
        "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "WindowCenter",
        "ModalityLUTSequence",
        "WindowWidth", "RescaleIntercept", "RescaleSlope", "EchoPulseSequence", "SpectrallySelectedSuppression",
        "ComplexImageComponent", "SharedFunctionalGroupsSequence",
        "PerFrameFunctionalGroupsSequence",
    )
)  # fmt: skip
# Objects that may carry a pixel array but never a patient's MR image.
_NOT_IMAGES = {"SEG", "SR", "PR", "KO", "REG", "RTSTRUCT", "RTDOSE", "RTPLAN", "ECG", "DOC"}
# What tells images of the same place apart, in the order in which it is tried.
KINDS = (
    "image type",
    "echo time",
    "time point",
    "diffusion weighting",
    "inversion time",
    "acquisition",
    "trigger time",
)
# The first so many of them make another contrast or another moment.
CONTRAST_KINDS = 5
# Compressed pixels become at most so many times larger than their code; small ones may: a black
# slice of 512 × 512 pixels takes 150 bytes.
_MOST_RATIO, _SMALL_BYTES = 1000, 16 << 20
# So few grey values are no MR image: the header is damaged.
_LEAST_BITS = 6


@dataclass(frozen=True)
class Physics:
    """How the sequence made the contrast (PS3.3 C.8.3.1 and C.8.13.5); times in ms, degrees.

    A value that the header does not say is None or empty.
    """

    image_type: tuple[str, ...] = ()
    scanning_sequence: tuple[str, ...] = ()
    sequence_variant: tuple[str, ...] = ()
    scan_options: tuple[str, ...] = ()
    sequence_name: str = ""
    repetition_time: float | None = None
    echo_time: float | None = None
    inversion_time: float | None = None
    flip_angle: float | None = None
    echo_train_length: int | None = None
    acquisition_contrast: str = ""
    fat_suppression: str = ""
    b_value: float | None = None


@dataclass(frozen=True, eq=False)
class ObjectHeader:
    """What all frames of one file share.

    Attributes:
        path: the file.
        patient_hash: first 12 hex digits of SHA-256 of the Patient ID, or of name and birth date
            where that is nobody's own; empty where nothing tells. Kept nowhere as it is, see
            `SpineLib.store.patients`.
        high_bit: highest bit that holds the pixel's value, from 0.
        pixels: where they lie in the file.
        enhanced: the frames' places stand in functional groups.
        person: what tells people apart who share a Patient ID.
        moment: of the acquisition, in seconds from any day; None where the header does not say.
    """

    path: Path
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    patient_hash: str
    modality: str
    series_number: int | None
    series_description: str
    protocol_name: str
    study_description: str
    body_part: str
    image_type: tuple[str, ...]
    rows: int
    columns: int
    number_of_frames: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    transfer_syntax: str
    pixels: PixelPlace
    enhanced: bool
    person: Person = NO_PERSON
    moment: float | None = None


@dataclass(frozen=True, eq=False)
class FrameHeader:
    """One frame: where it lies (LPS mm, as DICOM says it), and what tells it from others there.

    Attributes:
        source: its file.
        number: frame number from 1.
        position: Image Position (Patient); empty where there is none.
        orientation: Image Orientation (Patient), six cosines; empty where there is none.
        pixel_spacing: mm between rows, between columns; empty where there is none.
        thickness: Slice Thickness, mm.
        between: Spacing Between Slices, mm.
        instance: Instance Number (single-frame) or In-Stack Position Number.
        kind: values that differ between images of the same place, see `KINDS`.
        window: centre and width of the grey values to be shown, after the rescale; empty where
            there is none.
    """

    source: ObjectHeader = field(repr=False)
    number: int
    position: Vector
    orientation: Vector
    pixel_spacing: Vector
    thickness: float | None
    between: float | None
    slope: float
    intercept: float
    instance: int | None
    physics: Physics
    kind: tuple[Any, ...]
    window: Vector = ()


def read_header(path: Path) -> list[FrameHeader]:
    """The frames of one file.

    Args:
        path: any file.

    Returns:
        One `FrameHeader` a frame, in the file's order.

    Raises:
        BadInput: the file is not DICOM, holds no image, or is truncated; ``what`` is the reason.
    """
    try:
        elements, syntax, pixels = read_elements(path, _WANTED)
    except OSError as error:
        raise BadInput(f"cannot be opened ({error.strerror or error})", file=path) from error
    try:
        return _frames(elements, syntax, pixels, path)
    except BadInput:
        raise
    except Exception as error:  # a damaged file can hold anything in any place
        raise BadInput("is damaged in its header", file=path) from error


def _frames(elements: Elements, syntax: str, pixels: PixelPlace, path: Path) -> list[FrameHeader]:
    _check_image(elements, pixels, path)
    source = _object_header(elements, path, syntax, pixels)
    _check_claims(source)
    frame = _classic_frame(source, elements)
    return enhanced_frames(frame, elements) if source.enhanced else [frame]


def _check_claims(source: ObjectHeader) -> None:
    """What the header says of the pixels must be possible in these bytes."""
    pixels, high, path = source.pixels, source.high_bit, source.path
    allocated, stored = source.bits_allocated, source.bits_stored
    if not _LEAST_BITS <= stored <= allocated or not stored - 1 <= high < allocated:
        raise BadInput(
            f"says that {stored} of {allocated} bits hold a pixel, up to bit {high}, which is impossible",
            file=path,
        )
    if min(source.rows, source.columns) < 1:
        raise BadInput("does not say how many rows and columns its image has", file=path)
    needed = source.rows * source.columns * source.samples * source.number_of_frames
    needed = needed * allocated // 8
    if pixels.length >= 0:
        if pixels.length < needed:
            raise BadInput("holds fewer pixels than its header says", file=path)
    elif source.number_of_frames > pixels.fragments:
        raise BadInput("holds fewer frames than its header says", file=path)
    elif needed > _MOST_RATIO * pixels.coded + _SMALL_BYTES:
        raise BadInput("says that it holds far more pixels than its size can", file=path)


def _check_image(elements: Elements, pixels: PixelPlace, path: Path) -> None:
    modality = text(elements, "Modality")
    if modality in _NOT_IMAGES or not integer(elements, "Rows"):
        sop_class = text(elements, "SOPClassUID")
        name = _class_name(sop_class) or modality or "an object of unknown kind"
        raise BadInput(f"is not an image but {name}", file=path)
    if not pixels.keyword:
        raise BadInput("is truncated: it ends before its pixels", file=path)
    if pixels.keyword != "PixelData":
        raise BadInput(f"holds {pixels.keyword}, which MR images do not have", file=path)
    if items(elements, "ModalityLUTSequence"):
        raise BadInput("holds a table of its values (Modality LUT), which is not read", file=path)


def _class_name(sop_class: str) -> str:
    """Empty where DICOM does not know the class: a damaged one may hold what stands behind it."""
    from pydicom import config
    from pydicom.uid import UID

    name = UID(sop_class, validation_mode=config.IGNORE).name
    return "" if name == sop_class else name


def _object_header(elements: Elements, path: Path, syntax: str, pixels: PixelPlace) -> ObjectHeader:
    who = person(
        text(elements, "PatientName"),
        text(elements, "PatientBirthDate"),
        text(elements, "PatientSex"),
        text(elements, "IssuerOfPatientID"),
    )
    allocated = _or(integer(elements, "BitsAllocated"), 16)
    stored = _or(integer(elements, "BitsStored"), allocated)
    return ObjectHeader(
        path=path,
        sop_instance_uid=text(elements, "SOPInstanceUID"),
        study_instance_uid=text(elements, "StudyInstanceUID"),
        series_instance_uid=text(elements, "SeriesInstanceUID"),
        frame_of_reference_uid=text(elements, "FrameOfReferenceUID"),
        patient_hash=_hash(text(elements, "PatientID"), who),
        person=who,
        moment=moment(text(elements, "AcquisitionDate"), text(elements, "AcquisitionTime")),
        modality=text(elements, "Modality").upper(),
        series_number=integer(elements, "SeriesNumber"),
        series_description=text(elements, "SeriesDescription"),
        protocol_name=text(elements, "ProtocolName"),
        study_description=text(elements, "StudyDescription"),
        body_part=text(elements, "BodyPartExamined"),
        image_type=words(elements, "ImageType"),
        rows=integer(elements, "Rows") or 0,
        columns=integer(elements, "Columns") or 0,
        number_of_frames=max(integer(elements, "NumberOfFrames") or 1, 1),
        samples=integer(elements, "SamplesPerPixel") or 1,
        photometric=text(elements, "PhotometricInterpretation")
        .upper()
        .replace("MONOCHROME ", "MONOCHROME"),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=_or(integer(elements, "HighBit"), stored - 1),
        signed=integer(elements, "PixelRepresentation") == 1,
        transfer_syntax=syntax,
        pixels=pixels,
        enhanced=tag("PerFrameFunctionalGroupsSequence") in elements,
    )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


@lru_cache(maxsize=256)
def _hash(patient: str, who: Person) -> str:
    """Of the Patient ID, or of what else tells who it is where that is nobody's own."""
    if is_placeholder(patient):
        return who.digest
    return hashed(patient)


def _classic_frame(source: ObjectHeader, elements: Elements) -> FrameHeader:
    physics = Physics(
        image_type=source.image_type,
        scanning_sequence=words(elements, "ScanningSequence")
        or _echo_kind(text(elements, "EchoPulseSequence")),
        sequence_variant=words(elements, "SequenceVariant"),
        scan_options=words(elements, "ScanOptions"),
        sequence_name=text(elements, "SequenceName") or text(elements, "PulseSequenceName"),
        repetition_time=number(elements, "RepetitionTime"),
        echo_time=number(elements, "EchoTime"),
        inversion_time=number(elements, "InversionTime"),
        flip_angle=number(elements, "FlipAngle"),
        echo_train_length=integer(elements, "EchoTrainLength"),
        acquisition_contrast=text(elements, "AcquisitionContrast"),
        fat_suppression=text(elements, "SpectrallySelectedSuppression"),
        b_value=number(elements, "DiffusionBValue"),
    )
    return FrameHeader(
        source=source,
        number=1,
        position=numbers(elements, "ImagePositionPatient", 3),
        orientation=numbers(elements, "ImageOrientationPatient", 6),
        pixel_spacing=numbers(elements, "PixelSpacing", 2),
        thickness=length(elements, "SliceThickness"),
        between=length(elements, "SpacingBetweenSlices"),
        slope=rescale(elements, "RescaleSlope", source.path) or 1.0,
        intercept=rescale(elements, "RescaleIntercept", source.path) or 0.0,
        instance=integer(elements, "InstanceNumber"),
        physics=physics,
        kind=(
            source.image_type,
            physics.echo_time,
            integer(elements, "TemporalPositionIdentifier"),
            (physics.b_value, numbers(elements, "DiffusionGradientOrientation", 3)),
            physics.inversion_time,
            integer(elements, "AcquisitionNumber"),
            number(elements, "TriggerTime"),
        ),
        window=window(elements),
    )


def _echo_kind(word: str) -> tuple[str, ...]:
    """Echo Pulse Sequence of enhanced MR in the words of the classic Scanning Sequence."""
    return {"SPIN": ("SE",), "GRADIENT": ("GR",), "BOTH": ("SE", "GR")}.get(word, ())
