"""Frames of one study into series, where Series Instance UIDs and Frames of Reference lie."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from SpineLib.dicom.block import Block
from SpineLib.dicom.header import FrameHeader
from SpineLib.dicom.stacking import blocks

_SERIES_EACH = (
    "each of its {count} slices claims a series of its own; they were read as one by geometry, "
    "protocol and time"
)
_SERIES_IN_PARTS = (
    "its {count} slices name {series} series; they were read as one by geometry, protocol and time"
)
_FRAME_IN_PART = "some of its slices name no Frame of Reference; the others' was taken for them"
_FRAMES_MIXED = (
    "its slices name {count} Frames of Reference in turn; they were read as one by geometry, and no "
    "other series is taken to share their space"
)
_FRAME_EACH = (
    "each slice claims a Frame of Reference of its own; they were read as one by geometry, and no "
    "other series is taken to share their space"
)
_NUMBER = re.compile(r"[\W_]*\d{1,4}$")
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
        description = f"{source.series_number} {source.series_description} {source.path.parent}"
        by_uid[key or description].append(frame)
    series, lone = [], []
    for own in by_uid.values():
        if len(own) == 1:
            lone += own
        else:
            series.append(SeriesFrames(own))
    together, alone = lone_together(lone)
    series += [SeriesFrames(own, (_SERIES_EACH.format(count=len(own)),)) for own in together]
    series += [SeriesFrames([frame]) for frame in alone]
    return [_in_one_space(joined) for joined in _parts_together(series)]


def _parts_together(series: list[SeriesFrames]) -> list[SeriesFrames]:
    """Puts series of one number together of which one fills the gaps of the others.

    An anonymiser that gave UIDs anew in the middle of a series leaves such parts. Two series that
    are whole by themselves stay two.
    """
    alike: dict[tuple[object, ...], list[SeriesFrames]] = defaultdict(list)
    kept = []
    for series_frames in series:
        shared = {protocol(frame) for frame in series_frames.frames}
        number = series_frames.frames[0].source.series_number
        if number is None or len(shared) > 1 or shared == {()}:
            kept.append(series_frames)
        else:
            alike[(number, *shared)].append(series_frames)
    for parts in alike.values():
        frames = [frame for part in parts for frame in part.frames]
        if len(parts) > 1 and _at_one_time(frames) and _fill_gaps(parts, frames):
            warning = _SERIES_IN_PARTS.format(count=len(frames), series=len(parts))
            warnings = dict.fromkeys(text for part in parts for text in part.warnings)
            kept.append(SeriesFrames(frames, (*warnings, warning)))
        else:
            kept += parts
    return kept


def _fill_gaps(parts: list[SeriesFrames], frames: list[FrameHeader]) -> bool:
    """Whether all together make fewer blocks, without a place twice, than the parts do."""
    if len({(frame.position, frame.orientation) for frame in frames}) < len(frames):
        return False
    together = blocks(frames)
    apart = sum(len(blocks(part.frames)) for part in parts)
    return len(together) < apart and not any(block.problem for block in together)


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
    """What slices of one series have in common; empty for a frame that has no place.

    A number at the end of the description may be the slice's.
    """
    source = frame.source
    if not frame.position or not frame.orientation or source.number_of_frames > 1:
        return ()
    return (
        source.modality, _NUMBER.sub("", source.series_description), source.protocol_name,
        source.image_type,
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
    stacks = [b for b in blocks(_in_space(frames, "")) if _is_stack(b, least)]
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
    if len(spaces) < 2:
        return series
    named = sorted(filter(None, spaces))
    partly = len(named) == 1
    joined = _in_space(series.frames, named[0] if partly else "")
    together = blocks(joined)
    each = max(map(len, spaces.values())) == 1
    if len(together) >= len(blocks(series.frames)) or not (
        each or partly or _mixed(together, series.frames)
    ):
        return series
    warning = _FRAME_EACH if each else _FRAMES_MIXED.format(count=len(spaces))
    return SeriesFrames(joined, (*series.warnings, _FRAME_IN_PART if partly else warning))


def _mixed(together: list[Block], frames: list[FrameHeader]) -> bool:
    """Whether slices of several Frames of Reference lie in turn, as no patient that moved does."""
    named = {(f.source.path, f.number): f.source.frame_of_reference_uid for f in frames}
    by_block = [[named[f.source.path, f.number] for f in block.frames] for block in together]
    return any(sum(a != b for a, b in pairwise(uids)) >= len(set(uids)) > 1 for uids in by_block)


def _in_space(frames: list[FrameHeader], uid: str) -> list[FrameHeader]:
    sources = {frame.source: frame.source for frame in frames}
    for source in sources:
        sources[source] = replace(source, frame_of_reference_uid=uid)
    return [replace(frame, source=sources[frame.source]) for frame in frames]
