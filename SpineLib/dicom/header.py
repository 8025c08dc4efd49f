"""One DICOM file's header as small plain values: no pixels, few tags, no names or dates.

pydicom finds the elements; their values are taken from its raw elements here, because
converting each element into pydicom's rich types costs ten times more than finding it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import pydicom
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from SpineLib.errors import BadInput

Vector = tuple[float, ...]

_KEYWORDS = (
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "SOPInstanceUID", "Modality",
    "StudyDescription", "SeriesDescription", "AcquisitionContrast", "PatientID",
    "BodyPartExamined", "ScanningSequence", "SequenceVariant", "ScanOptions",
    "SequenceName", "PulseSequenceName", "SliceThickness", "RepetitionTime", "EchoTime",
    "InversionTime", "SpacingBetweenSlices", "EchoTrainLength", "TriggerTime", "ProtocolName",
    "FlipAngle", "DiffusionBValue", "DiffusionGradientOrientation", "StudyInstanceUID",
    "SeriesInstanceUID", "SeriesNumber", "AcquisitionNumber", "InstanceNumber",
    "ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID",
    "TemporalPositionIdentifier", "SamplesPerPixel", "PhotometricInterpretation",
    "NumberOfFrames", "Rows", "Columns", "PixelSpacing", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "RescaleIntercept", "RescaleSlope",
    "EchoPulseSequence", "InversionRecovery", "SpectrallySelectedSuppression",
    "ComplexImageComponent", "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
)  # fmt: skip
_NESTED = (
    "PixelMeasuresSequence", "PlanePositionSequence", "PlaneOrientationSequence",
    "PixelValueTransformationSequence", "FrameContentSequence", "MREchoSequence",
    "MRTimingAndRelatedParametersSequence", "MRModifierSequence", "MRImageFrameTypeSequence",
    "MRDiffusionSequence", "DiffusionGradientDirectionSequence", "EffectiveEchoTime",
    "InversionTimes", "FrameType", "TemporalPositionIndex", "InStackPositionNumber",
    "RFEchoTrainLength", "GradientEchoTrainLength", "FrameAcquisitionNumber",
)  # fmt: skip
_TAG: dict[str, int] = {k: int(tag_for_keyword(k) or 0) for k in (*_KEYWORDS, *_NESTED)}
_WANTED: list[Any] = [_TAG[keyword] for keyword in _KEYWORDS]
_PIXEL_TAGS = {b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10"}
_UNDEFINED = 0xFFFFFFFF
# Objects that carry a pixel array or none, but never a patient's MR image.
_NOT_IMAGES = {"SEG", "SR", "PR", "KO", "REG", "RTSTRUCT", "RTDOSE", "RTPLAN", "AU", "ECG", "DOC"}


@dataclass(frozen=True)
class Physics:
    """How the sequence made the contrast (PS3.3 C.8.3.1 and C.8.13.5); times in ms, degrees.

    A value that the header does not say is None or empty.
    """

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


@dataclass(frozen=True)
class ObjectHeader:
    """What all frames of one file share.

    Attributes:
        path: the file.
        patient_hash: first 12 hex digits of SHA-256 of the Patient ID; empty without one.
        pixel_offset: byte where the Pixel Data's value begins; -1 where the data set is deflated.
        pixel_length: bytes of the value; -1 where it is encapsulated.
        high_bit: highest bit that holds the pixel's value, from 0.
    """

    path: Path
    sop_instance_uid: str
    sop_class_uid: str
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
    pixel_offset: int
    pixel_length: int
    enhanced: bool


@dataclass(frozen=True)
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


KINDS = (
    "image type",
    "echo time",
    "time point",
    "diffusion weighting",
    "inversion time",
    "acquisition",
    "trigger time",
)


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
        with path.open("rb") as stream:
            dataset, syntax = _parse(stream, path)
            offset, length = _locate_pixels(stream, dataset, syntax, path)
    except OSError as error:
        raise BadInput(f"cannot be opened ({error.strerror or error})", file=path) from error
    source = _object_header(dataset, path, syntax, offset, length)
    _check_length(source, path)
    if not source.enhanced:
        return [_classic_frame(source, dataset)]
    return _enhanced_frames(source, dataset)


def _parse(stream: BinaryIO, path: Path) -> tuple[Dataset, str]:
    start = stream.read(132)
    if not start:
        raise BadInput("is empty", file=path)
    part10 = start[128:] == b"DICM"
    if not part10 and start[:4] not in (b"\x08\x00\x05\x00", b"\x08\x00\x08\x00", b"\x08\x00\x00\x00",
                                        b"\x08\x00\x16\x00", b"\x08\x00\x18\x00", b"\x08\x00\x01\x00"):  # fmt: skip
        packed = start[:2] == b"\x1f\x8b"
        raise BadInput("is packed by gzip; unpack it" if packed else "is not DICOM", file=path)
    stream.seek(0)
    try:
        dataset = pydicom.dcmread(
            stream, stop_before_pixels=True, force=not part10, specific_tags=_WANTED
        )
        syntax = _transfer_syntax(dataset)
    except OSError:
        raise
    except Exception as error:  # a damaged file can break a parser in any way
        raise BadInput("is damaged or truncated in its header", file=path) from error
    if "DirectoryRecordSequence" in dataset or str(
        dataset.file_meta.get("MediaStorageSOPClassUID", "")
    ).startswith("1.2.840.10008.1.3.10"):
        raise BadInput("is a DICOMDIR, an index of other files", file=path)
    return dataset, syntax


def _transfer_syntax(dataset: Dataset) -> str:
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if syntax:
        return str(syntax)
    implicit, little = dataset.original_encoding
    if implicit:
        return str(ImplicitVRLittleEndian)
    return str(ExplicitVRLittleEndian if little else ExplicitVRBigEndian)


def _locate_pixels(stream: BinaryIO, dataset: Dataset, syntax: str, path: Path) -> tuple[int, int]:
    """Where the Pixel Data's value begins and how long it is, from where pydicom stopped."""
    what = _name_of_class(_text(dataset, "SOPClassUID"), _text(dataset, "Modality"))
    modality = _text(dataset, "Modality")
    if modality in _NOT_IMAGES or not _integer(dataset, "Rows"):
        raise BadInput(f"is not an image but {what}", file=path)
    if syntax == DeflatedExplicitVRLittleEndian:
        return -1, 0
    head = stream.read(12)
    if len(head) < 12 or head[:4] not in _PIXEL_TAGS:
        if head[:4] and head[:2] in (b"\xe0\x7f", b"\x7f\xe0"):
            raise BadInput("holds float pixels, which MR images do not have", file=path)
        raise BadInput("is truncated: it ends before its pixels", file=path)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    explicit = head[4:6].isalpha() and not dataset.original_encoding[0]
    offset = stream.tell() - (0 if explicit else 4)
    length = struct.unpack(order + "I", head[8:12] if explicit else head[4:8])[0]
    end = stream.seek(0, 2)
    if length != _UNDEFINED:
        if offset + length > end:
            raise BadInput("is truncated: its pixels are cut off", file=path)
        return offset, length
    stream.seek(offset)
    _check_fragments(stream, end, path)
    return offset, -1


def _check_fragments(stream: BinaryIO, end: int, path: Path) -> None:
    """Walks the items of encapsulated pixels (PS3.5 A.4); each must lie within the file."""
    while True:
        head = stream.read(8)
        if len(head) < 8:
            raise BadInput("is truncated: its pixels are cut off", file=path)
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) == (0xFFFE, 0xE0DD):
            return
        if (group, element) != (0xFFFE, 0xE000) or length == _UNDEFINED:
            raise BadInput("is damaged in its pixels", file=path)
        if stream.tell() + length > end:
            raise BadInput("is truncated: its pixels are cut off", file=path)
        stream.seek(length, 1)


def _check_length(source: ObjectHeader, path: Path) -> None:
    needed = source.rows * source.columns * source.samples * source.number_of_frames
    needed = needed * source.bits_allocated // 8
    if 0 <= source.pixel_length < needed and source.pixel_offset >= 0:
        raise BadInput("holds fewer pixels than its header says", file=path)


def _object_header(
    dataset: Dataset, path: Path, syntax: str, offset: int, length: int
) -> ObjectHeader:
    allocated = _integer(dataset, "BitsAllocated") or 16
    stored = _integer(dataset, "BitsStored") or allocated
    sop = _text(dataset, "SOPInstanceUID") or str(
        dataset.file_meta.get("MediaStorageSOPInstanceUID", "")
    )
    patient = _text(dataset, "PatientID")
    high = _integer(dataset, "HighBit")
    return ObjectHeader(
        path=path,
        sop_instance_uid=sop,
        sop_class_uid=_text(dataset, "SOPClassUID"),
        study_instance_uid=_text(dataset, "StudyInstanceUID"),
        series_instance_uid=_text(dataset, "SeriesInstanceUID"),
        frame_of_reference_uid=_text(dataset, "FrameOfReferenceUID"),
        patient_hash=_hash(patient),
        modality=_text(dataset, "Modality"),
        series_number=_integer(dataset, "SeriesNumber"),
        series_description=_text(dataset, "SeriesDescription"),
        protocol_name=_text(dataset, "ProtocolName"),
        study_description=_text(dataset, "StudyDescription"),
        body_part=_text(dataset, "BodyPartExamined"),
        image_type=_words(dataset, "ImageType"),
        rows=_integer(dataset, "Rows") or 0,
        columns=_integer(dataset, "Columns") or 0,
        number_of_frames=max(_integer(dataset, "NumberOfFrames") or 1, 1),
        samples=_integer(dataset, "SamplesPerPixel") or 1,
        photometric=_text(dataset, "PhotometricInterpretation"),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=stored - 1 if high is None else high,
        signed=_integer(dataset, "PixelRepresentation") == 1,
        transfer_syntax=syntax,
        pixel_offset=offset,
        pixel_length=length,
        enhanced=_TAG["PerFrameFunctionalGroupsSequence"] in dataset,
    )


def _classic_frame(source: ObjectHeader, dataset: Dataset) -> FrameHeader:
    physics = Physics(
        scanning_sequence=_words(dataset, "ScanningSequence"),
        sequence_variant=_words(dataset, "SequenceVariant"),
        scan_options=_words(dataset, "ScanOptions"),
        sequence_name=_text(dataset, "SequenceName") or _text(dataset, "PulseSequenceName"),
        repetition_time=_number(dataset, "RepetitionTime"),
        echo_time=_number(dataset, "EchoTime"),
        inversion_time=_number(dataset, "InversionTime"),
        flip_angle=_number(dataset, "FlipAngle"),
        echo_train_length=_integer(dataset, "EchoTrainLength"),
        acquisition_contrast=_text(dataset, "AcquisitionContrast"),
        fat_suppression=_text(dataset, "SpectrallySelectedSuppression"),
        b_value=_number(dataset, "DiffusionBValue"),
    )
    return FrameHeader(
        source=source,
        number=1,
        position=_numbers(dataset, "ImagePositionPatient", 3),
        orientation=_numbers(dataset, "ImageOrientationPatient", 6),
        pixel_spacing=_numbers(dataset, "PixelSpacing", 2),
        thickness=_number(dataset, "SliceThickness"),
        between=_number(dataset, "SpacingBetweenSlices"),
        slope=_number(dataset, "RescaleSlope") or 1.0,
        intercept=_number(dataset, "RescaleIntercept") or 0.0,
        instance=_integer(dataset, "InstanceNumber"),
        physics=physics,
        kind=(
            source.image_type,
            physics.echo_time,
            _integer(dataset, "TemporalPositionIdentifier"),
            (physics.b_value, _numbers(dataset, "DiffusionGradientOrientation", 3)),
            physics.inversion_time,
            _integer(dataset, "AcquisitionNumber"),
            _number(dataset, "TriggerTime"),
        ),
    )


def _enhanced_frames(source: ObjectHeader, dataset: Dataset) -> list[FrameHeader]:
    """Shared and per-frame functional groups (PS3.3 C.7.6.16); the top level fills what lacks."""
    base = _classic_frame(source, dataset)
    shared = _item(dataset, "SharedFunctionalGroupsSequence")
    frames = dataset[_TAG["PerFrameFunctionalGroupsSequence"]].value
    if len(frames) != source.number_of_frames:
        raise BadInput("describes another number of frames than it holds", file=source.path)
    common = _with_groups(base, shared) if shared is not None else base
    return [
        replace(_with_groups(common, one), number=number) for number, one in enumerate(frames, 1)
    ]


def _with_groups(frame: FrameHeader, groups: Dataset) -> FrameHeader:
    """The frame with what these functional groups say."""
    measures = _item(groups, "PixelMeasuresSequence")
    place = _item(groups, "PlanePositionSequence")
    plane = _item(groups, "PlaneOrientationSequence")
    values = _item(groups, "PixelValueTransformationSequence")
    content = _item(groups, "FrameContentSequence")
    physics = _physics_with_groups(frame.physics, groups)
    kind_of_image = _item(groups, "MRImageFrameTypeSequence")
    diffusion = _item(groups, "MRDiffusionSequence")
    direction = _item(diffusion, "DiffusionGradientDirectionSequence")
    image_type, _, time_point, weighting, _, acquisition, trigger = frame.kind
    kind = (
        _words(kind_of_image, "FrameType")
        + ((_text(kind_of_image, "ComplexImageComponent"),) if kind_of_image else ())
        or image_type,
        physics.echo_time,
        _integer(content, "TemporalPositionIndex") or time_point,
        (physics.b_value, _numbers(direction, "DiffusionGradientOrientation", 3) or weighting[1]),
        physics.inversion_time,
        _integer(content, "FrameAcquisitionNumber") or acquisition,
        trigger,
    )
    slope, intercept = _number(values, "RescaleSlope"), _number(values, "RescaleIntercept")
    return replace(
        frame,
        position=_numbers(place, "ImagePositionPatient", 3) or frame.position,
        orientation=_numbers(plane, "ImageOrientationPatient", 6) or frame.orientation,
        pixel_spacing=_numbers(measures, "PixelSpacing", 2) or frame.pixel_spacing,
        thickness=_number(measures, "SliceThickness") or frame.thickness,
        between=_number(measures, "SpacingBetweenSlices") or frame.between,
        slope=frame.slope if slope is None else slope,
        intercept=frame.intercept if intercept is None else intercept,
        instance=_integer(content, "InStackPositionNumber") or frame.instance,
        physics=physics,
        kind=kind,
    )


def _physics_with_groups(physics: Physics, groups: Dataset) -> Physics:
    echo = _item(groups, "MREchoSequence")
    timing = _item(groups, "MRTimingAndRelatedParametersSequence")
    modifier = _item(groups, "MRModifierSequence")
    frame_type = _item(groups, "MRImageFrameTypeSequence")
    diffusion = _item(groups, "MRDiffusionSequence")
    echo_time = _number(echo, "EffectiveEchoTime")
    inversions = _numbers(modifier, "InversionTimes")
    contrast = _text(frame_type, "AcquisitionContrast")
    b_value = _number(diffusion, "DiffusionBValue")
    return replace(
        physics,
        repetition_time=_number(timing, "RepetitionTime") or physics.repetition_time,
        echo_time=physics.echo_time if echo_time is None else echo_time,
        inversion_time=(
            (inversions[0] if inversions else None)
            or _number(modifier, "InversionTime")
            or physics.inversion_time
        ),
        flip_angle=_number(timing, "FlipAngle") or physics.flip_angle,
        echo_train_length=(
            _integer(timing, "RFEchoTrainLength")
            or _integer(timing, "EchoTrainLength")
            or physics.echo_train_length
        ),
        scanning_sequence=physics.scanning_sequence
        + (("IR",) if _text(modifier, "InversionRecovery") == "YES" else ()),
        acquisition_contrast=contrast or physics.acquisition_contrast,
        fat_suppression=_text(modifier, "SpectrallySelectedSuppression") or physics.fat_suppression,
        b_value=physics.b_value if b_value is None else b_value,
    )


def _raw(dataset: Dataset | None, keyword: str) -> Any:
    """An element's value: bytes as they stand in the file, or pydicom's where it converted it."""
    if dataset is None:
        return None
    element = dataset._dict.get(_TAG[keyword])  # type: ignore[call-overload]
    return None if element is None else element


def _text(dataset: Dataset | None, keyword: str) -> str:
    element = _raw(dataset, keyword)
    if element is None or element.value is None:
        return ""
    if not isinstance(element, RawDataElement):
        value = element.value
        return "\\".join(map(str, value)) if _many(value) else str(value)
    value = element.value
    if value.isascii():
        return value.decode("ascii").strip(" \0")
    return _decode(value, _text(dataset, "SpecificCharacterSet"))


@lru_cache(maxsize=1024)
def _decode(value: bytes, character_set: str) -> str:
    try:
        encodings = convert_encodings(character_set.split("\\") if character_set else None)
        return decode_bytes(value, encodings, set()).strip(" \0")
    except Exception:  # a wrong character set must not cost the image
        return value.decode("latin-1").strip(" \0")


def _many(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes))


def _words(dataset: Dataset | None, keyword: str) -> tuple[str, ...]:
    text = _text(dataset, keyword)
    return tuple(word.strip().upper() for word in text.split("\\")) if text else ()


def _numbers(dataset: Dataset | None, keyword: str, count: int = 0) -> Vector:
    """All numbers of an element; empty if it is missing, malformed or not ``count`` of them."""
    element = _raw(dataset, keyword)
    if element is None or element.value in (None, b"", ""):
        return ()
    value = element.value
    try:
        if not isinstance(element, RawDataElement):
            numbers = tuple(float(v) for v in (value if _many(value) else [value]))
        elif keyword in _BINARY:
            order = "<" if element.is_little_endian else ">"
            code = _BINARY[keyword]
            numbers = tuple(float(v[0]) for v in struct.iter_unpack(order + code, value))
        else:
            numbers = tuple(map(float, value.replace(b"\0", b"").split(b"\\")))
    except (ValueError, TypeError, struct.error):
        return ()
    if (count and len(numbers) != count) or not all(map(_finite, numbers)):
        return ()
    return numbers


# Value representations (PS3.6) of the binary elements; all others are decimal strings.
_BINARY = {
    **dict.fromkeys(
        ("SamplesPerPixel", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
         "PixelRepresentation", "RFEchoTrainLength", "GradientEchoTrainLength",
         "FrameAcquisitionNumber"), "H"
    ),
    **dict.fromkeys(("TemporalPositionIndex", "InStackPositionNumber"), "I"),
    **dict.fromkeys(
        ("EffectiveEchoTime", "InversionTimes", "DiffusionBValue",
         "DiffusionGradientOrientation"), "d"
    ),
}  # fmt: skip


def _finite(number: float) -> bool:
    return number - number == 0.0


def _number(dataset: Dataset | None, keyword: str) -> float | None:
    numbers = _numbers(dataset, keyword)
    return numbers[0] if numbers else None


def _integer(dataset: Dataset | None, keyword: str) -> int | None:
    number = _number(dataset, keyword)
    return None if number is None else int(number)


def _item(dataset: Dataset | None, keyword: str) -> Dataset | None:
    """The first item of a sequence."""
    if dataset is None or _TAG[keyword] not in dataset:
        return None
    items = dataset[_TAG[keyword]].value
    return items[0] if items else None


@lru_cache(maxsize=64)
def _hash(patient: str) -> str:
    return hashlib.sha256(patient.encode()).hexdigest()[:12] if patient else ""


def _name_of_class(sop_class: str, modality: str) -> str:
    name = UID(sop_class).name if sop_class else ""
    return name if name and name != sop_class else (modality or "an object without pixels")
