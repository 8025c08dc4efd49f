"""Functional groups: what enhanced multi-frame objects say of each frame (PS3.3 C.7.6.16)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from SpineLib.dicom.elements import (
    integer,
    item,
    items,
    length,
    number,
    numbers,
    rescale,
    text,
    window,
    words,
)
from SpineLib.dicom.walk import Elements
from SpineLib.errors import BadInput

if TYPE_CHECKING:
    from SpineLib.dicom.header import FrameHeader, Physics


def enhanced_frames(base: FrameHeader, elements: Elements) -> list[FrameHeader]:
    """Shared and per-frame functional groups (PS3.3 C.7.6.16); the top level fills what lacks."""
    groups = items(elements, "PerFrameFunctionalGroupsSequence")
    if len(groups) != base.source.number_of_frames:
        raise BadInput("describes another number of frames than it holds", file=base.source.path)
    shared = item(elements, "SharedFunctionalGroupsSequence")
    common = _with_groups(base, shared) if shared is not None else base
    return [replace(_with_groups(common, own), number=count) for count, own in enumerate(groups, 1)]


def _with_groups(frame: FrameHeader, groups: Elements) -> FrameHeader:
    """The frame with what these functional groups say."""
    measures = item(groups, "PixelMeasuresSequence")
    position = item(groups, "PlanePositionSequence")
    plane = item(groups, "PlaneOrientationSequence")
    values = item(groups, "PixelValueTransformationSequence")
    content = item(groups, "FrameContentSequence")
    diffusion = item(groups, "MRDiffusionSequence")
    direction = item(diffusion, "DiffusionGradientDirectionSequence")
    physics = _physics_with_groups(frame.physics, groups, diffusion)
    _, _, time_point, weighting, _, acquisition, trigger = frame.kind
    slope = rescale(values, "RescaleSlope", frame.source.path)
    intercept = rescale(values, "RescaleIntercept", frame.source.path)
    return replace(
        frame,
        position=numbers(position, "ImagePositionPatient", 3) or frame.position,
        orientation=numbers(plane, "ImageOrientationPatient", 6) or frame.orientation,
        pixel_spacing=numbers(measures, "PixelSpacing", 2) or frame.pixel_spacing,
        thickness=length(measures, "SliceThickness") or frame.thickness,
        between=length(measures, "SpacingBetweenSlices") or frame.between,
        slope=slope or frame.slope,
        intercept=frame.intercept if intercept is None else intercept,
        instance=integer(content, "InStackPositionNumber") or frame.instance,
        physics=physics,
        kind=(
            physics.image_type,
            physics.echo_time,
            integer(content, "TemporalPositionIndex") or time_point,
            (
                physics.b_value,
                numbers(direction, "DiffusionGradientOrientation", 3) or weighting[1],
            ),
            physics.inversion_time,
            integer(content, "FrameAcquisitionNumber") or acquisition,
            trigger,
        ),
        window=window(item(groups, "FrameVOILUTSequence")) or frame.window,
    )


def _physics_with_groups(physics: Physics, groups: Elements, diffusion: Elements | None) -> Physics:
    echo = item(groups, "MREchoSequence")
    timing = item(groups, "MRTimingAndRelatedParametersSequence")
    modifier = item(groups, "MRModifierSequence")
    frame_type = item(groups, "MRImageFrameTypeSequence")
    echo_time = number(echo, "EffectiveEchoTime")
    b_value = number(diffusion, "DiffusionBValue")
    inverted = text(modifier, "InversionRecovery") == "YES"
    component = text(frame_type, "ComplexImageComponent")
    image_type = words(frame_type, "FrameType")
    return replace(
        physics,
        image_type=(*image_type, component) if image_type else physics.image_type,
        repetition_time=number(timing, "RepetitionTime") or physics.repetition_time,
        echo_time=physics.echo_time if echo_time is None else echo_time,
        inversion_time=number(modifier, "InversionTimes")
        or number(modifier, "InversionTime")
        or physics.inversion_time,
        flip_angle=number(timing, "FlipAngle") or physics.flip_angle,
        echo_train_length=integer(timing, "RFEchoTrainLength")
        or integer(timing, "EchoTrainLength")
        or physics.echo_train_length,
        scanning_sequence=(*physics.scanning_sequence, *(("IR",) if inverted else ())),
        acquisition_contrast=text(frame_type, "AcquisitionContrast")
        or physics.acquisition_contrast,
        fat_suppression=text(modifier, "SpectrallySelectedSuppression") or physics.fat_suppression,
        b_value=physics.b_value if b_value is None else b_value,
    )
