"""Frames of one study into series, where Series Instance UIDs and Frames of Reference lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from SpineLib.dicom.block import Block
from SpineLib.dicom.header import FrameHeader
from SpineLib.dicom.stacking import blocks

_SERIES_EACH = (
    "each of its {count} slices claims a series of its own; they were read as one by geometry, "
    "protocol and time"
)
_FRAME_EACH = (
    "each slice claims a Frame of Reference of its own; they were read as one by geometry, and no "
    "other series is taken to share their space"
)
# Slices of one series are acquired within this; another series may come before.
_LONGEST_SECONDS = 3600.0


@dataclass(frozen=True)
class SeriesFrames:
    """The frames of one series, and where the header had to be corrected."""

    frames: list[FrameHeader]
    warnings: tuple[str, ...] = ()


def by_series(frames: Iterable[FrameHeader]) -> list[SeriesFrames]:
    """Frames of one study by series: as their UIDs say, unless these cannot be true.

    Slices that each have a UID of their own are put together where geometry, protocol and time make
    one series of them.
    """
    by_uid: dict[str, list[FrameHeader]] = defaultdict(list)
    for frame in frames:
        source = frame.source
        key = source.series_instance_uid
        by_uid[key or f"{source.series_number} {source.series_description}"].append(frame)
    found, lone = [], []
    for own in by_uid.values():
        if len(own) == 1:
            lone += own
        else:
            found.append(SeriesFrames(own))
    together, alone = lone_together(lone)
    found += [SeriesFrames(own, (_SERIES_EACH.format(count=len(own)),)) for own in together]
    found += [SeriesFrames([frame]) for frame in alone]
    return [_in_one_space(one) for one in found]


def lone_together(
    lone: list[FrameHeader], *, least: int = 2
) -> tuple[list[list[FrameHeader]], list[FrameHeader]]:
    """Frames that stand alone, put together where they make one series.

    Args:
        lone: frames that no UID joins.
        least: slices of one series number; without a common one there must be three.

    Returns:
        Those that belong together, and those that still stand alone.
    """
    by_number: dict[tuple[object, ...], list[FrameHeader]] = defaultdict(list)
    for frame in lone:
        by_number[protocol(frame), frame.source.series_number].append(frame)
    together, left = [], []
    by_protocol: dict[tuple[object, ...], list[FrameHeader]] = defaultdict(list)
    for (kind, number), own in by_number.items():
        if number is not None and len(own) > 1:
            joined, alone = _joined(own, least=least)
            together += joined
            left += alone
        else:
            by_protocol[kind].extend(own)  # type: ignore[index]
    for own in by_protocol.values():
        joined, alone = _joined(own, least=3)
        together += joined
        left += alone
    return together, left


def protocol(frame: FrameHeader) -> tuple[object, ...]:
    """What slices of one series have in common; empty for a frame that has no place."""
    source = frame.source
    if not frame.position or not frame.orientation or source.number_of_frames > 1:
        return ()
    return (
        source.modality, source.series_description, source.protocol_name, source.image_type,
        source.rows, source.columns, source.samples, source.photometric, frame.physics,
        tuple(round(x, 3) for x in frame.pixel_spacing),
        tuple(round(x, 2) + 0.0 for x in frame.orientation),
        round(frame.thickness or 0.0, 2),
    )  # fmt: skip


def _joined(
    frames: list[FrameHeader], *, least: int
) -> tuple[list[list[FrameHeader]], list[FrameHeader]]:
    """What makes stacks of at least so many slices, as one series; and what does not."""
    if len(frames) < least or not protocol(frames[0]) or not _at_one_time(frames):
        return [], frames
    stacks = [b for b in blocks(_without_space(frames)) if _is_stack(b, least)]
    joined = {frame.source.path for block in stacks for frame in block.frames}
    together = [frame for frame in frames if frame.source.path in joined]
    alone = [frame for frame in frames if frame.source.path not in joined]
    return ([together] if together else []), alone


def _is_stack(block: Block, least: int) -> bool:
    return not block.problem and len(block.frames) >= least


def _at_one_time(frames: list[FrameHeader]) -> bool:
    moments = [f.source.moment for f in frames if f.source.moment is not None]
    return not moments or max(moments) - min(moments) <= _LONGEST_SECONDS


def _in_one_space(series: SeriesFrames) -> SeriesFrames:
    """The series without its Frames of Reference, where every place names another one."""
    spaces: dict[str, set[tuple[float, ...]]] = defaultdict(set)
    for frame in series.frames:
        spaces[frame.source.frame_of_reference_uid].add(frame.position)
    if len(spaces) < 2 or max(map(len, spaces.values())) > 1:
        return series
    joined = _without_space(series.frames)
    if len(blocks(joined)) >= len(blocks(series.frames)):
        return series
    return SeriesFrames(joined, (*series.warnings, _FRAME_EACH))


def _without_space(frames: list[FrameHeader]) -> list[FrameHeader]:
    sources = {frame.source: frame.source for frame in frames}
    for source in sources:
        sources[source] = replace(source, frame_of_reference_uid="")
    return [replace(frame, source=sources[frame.source]) for frame in frames]
