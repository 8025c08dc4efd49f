"""From the frames of one series to blocks of parallel, evenly spaced slices.

A series may hold several blocks: lumbar and cervical protocols angle one to each disc, some
overlap at L5/S1, and several echoes, time points or image types may lie on the same places.
The frames are told apart by geometry first; header values only decide where places repeat.
The result does not depend on the order of the files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom.block import (
    PLACE_TOLERANCE_MM,
    Block,
    middle,
    normal_of,
    placed_block,
)
from SpineLib.dicom.header import CONTRAST_KINDS, KINDS, FrameHeader, ObjectHeader

# Two frames are parallel within this angle. Scanners write cosines to 1e-6 or better and
# de-identifiers round to no less than 1e-3 (0.06°); 0.2° moves the rim of a 320 mm field of
# view by half a millimetre, less than a pixel. Neighbouring discs differ by degrees.
ANGLE_TOLERANCE = 0.2
# Where slices lie up to PLACE_TOLERANCE_MM beside their places, a step is up to twice as much
# longer than the one before. Beyond that, steps of one stack differ by less than 2 %.
STEP_TOLERANCE_MM, STEP_TOLERANCE = 2 * PLACE_TOLERANCE_MM, 0.02
# A slice this close to another one is at the same place.
SAME_PLACE_MM = 0.05
# Sizes and places beyond these are damage, whatever the device.
_SHORTEST_MM, _LONGEST_MM, _FARTHEST_MM = 1e-3, 1e3, 1e5
_GREY = ("MONOCHROME1", "MONOCHROME2", "")
# Without numbers that say so, a longer gap in a row of slices is two blocks, not lost slices.
MOST_MISSING = 2

Frames = list[FrameHeader]


def blocks(frames: Iterable[FrameHeader]) -> list[Block]:
    """Splits the frames of one series into blocks.

    Args:
        frames: in any order.

    Returns:
        The blocks in the order of their lowest instance number, then position.
    """
    ordered = sorted(frames, key=_canonical)
    split: list[Block] = []
    alike: dict[tuple[Any, ...], Frames] = defaultdict(list)
    several = _several_series(ordered)
    for frame in ordered:
        number = frame.source.series_number if several else None
        alike[(_frame_problem(frame), number, *_shape(frame))].append(frame)
    for (problem, *_), group in alike.items():
        if problem:
            split.append(Block(tuple(group), problem=problem))
            continue
        for parallel in _parallel(group):
            split += _parallel_blocks(parallel)
    return sorted(split, key=lambda block: min(_canonical(f) for f in block.frames))


def _canonical(frame: FrameHeader) -> tuple[object, ...]:
    """An order of frames that no file system changes.

    Of two slices of one number at one place, the time and then the folder tell which belongs to
    which repetition, as UIDs are drawn at random.
    """
    source = frame.source
    instance = frame.instance if frame.instance is not None else 1 << 40
    drawn = source.moment or 0.0, str(source.path.parent), source.sop_instance_uid
    return instance, frame.position, frame.number, *drawn


def _several_series(frames: Frames) -> bool:
    """Whether one UID stands for several series, as some anonymisers write: by their numbers."""
    counts = Counter(frame.source.series_number for frame in frames)
    return len(counts) > 1 and min(counts.values()) > 1


def _shape(frame: FrameHeader) -> tuple[object, ...]:
    source = frame.source
    return (
        source.rows,
        source.columns,
        tuple(round(s, 3) for s in frame.pixel_spacing),
        source.samples,
        source.photometric in _GREY,
        source.frame_of_reference_uid,
        _tiled(source),
        bool(frame.position and frame.orientation),
    )


def _tiled(source: ObjectHeader) -> str:
    """Which vendor's mosaic it is; the header does not say where the tiles lie."""
    if "MOSAIC" in source.image_type:
        return "Siemens mosaic"
    return "UIH grid" if "VFRAME" in source.image_type else ""


def _frame_problem(frame: FrameHeader) -> str:
    source = frame.source
    if source.samples != 1 or source.photometric not in _GREY:
        return f"colour images ({source.photometric or source.samples}), not greyscale MR"
    if _tiled(source):
        return f"many slices tiled in one picture ({_tiled(source)}); export them one by one"
    if source.number_of_frames > 1 and not source.enhanced:
        return "a multi-frame object that does not say where its frames lie"
    if not frame.position or not frame.orientation:
        return "the header does not say where the slices lie in the patient"
    if len(frame.pixel_spacing) != 2:
        return "the header does not say the pixel spacing"
    if min(frame.pixel_spacing) <= 0:
        return "the header says a pixel spacing that is not above 0"
    lengths = (*frame.pixel_spacing, frame.thickness or 1.0, frame.between or 1.0)
    if not _SHORTEST_MM <= min(lengths) <= max(lengths) <= _LONGEST_MM:
        return "the header says pixels or slices of a size that no image has"
    if max(map(abs, frame.position)) > _FARTHEST_MM:
        return "the header puts the slices where no patient lies"
    if not are_cosines(frame.orientation):
        return "the slice orientation in the header is not two unit vectors at right angles"
    return ""


@lru_cache(maxsize=1024)
def are_cosines(values: tuple[float, ...]) -> bool:
    """Whether these are two unit vectors at right angles, as an orientation is."""
    if len(values) != 6:
        return False
    along_row, along_column = np.array(values).reshape(2, 3)
    with np.errstate(all="ignore"):  # absurd values are not near 1 either
        away = np.abs(np.linalg.norm([along_row, along_column], axis=1) - 1).max()
        return bool(away <= 0.01 and abs(along_row @ along_column) <= 0.01)


def _parallel(frames: Frames) -> list[Frames]:
    """Groups by orientation, in plane and through plane, within `ANGLE_TOLERANCE`."""
    groups: list[tuple[NDArray[np.float64], Frames]] = []
    by_text: dict[tuple[float, ...], Frames] = {}
    for frame in frames:
        if frame.orientation in by_text:
            by_text[frame.orientation].append(frame)
            continue
        axes = np.array(frame.orientation).reshape(2, 3)
        for leader, members in groups:
            chord = np.linalg.norm(axes - leader, axis=1).max()
            if np.degrees(2 * np.arcsin(min(chord / 2, 1.0))) <= ANGLE_TOLERANCE:
                members.append(frame)
                by_text[frame.orientation] = members
                break
        else:
            groups.append((axes, [frame]))
            by_text[frame.orientation] = groups[-1][1]
    return [members for _, members in groups]


def _parallel_blocks(frames: Frames) -> list[Block]:
    normal = normal_of(frames[0])
    placed = []
    for kind in _without_repeats(frames, normal):
        rows = _rows(kind, normal)
        missing = _missing(rows, normal)
        for row, lost in zip(rows, missing, strict=True):
            placed.append(placed_block(row, normal, lost))
    return placed


def _without_repeats(frames: Frames, normal: NDArray[np.float64]) -> list[Frames]:
    """Groups in which no place occurs twice, by what explains it with the fewest stacks.

    Values that make another contrast are believed first. Acquisition Number and Trigger Time
    may differ by slice within one stack, so they compete with the order of the numbers.
    """
    places = _places(frames, normal)
    if len(set(places)) == len(frames):
        return [frames]
    varying = [n for n in range(len(KINDS)) if len({f.kind[n] for f in frames}) > 1]
    candidates = _by_kinds(frames, [n for n in varying if n < CONTRAST_KINDS], normal)
    if not candidates:
        candidates = _by_kinds(frames, varying, normal)
        candidates += [_runs_by_number(frames, normal), _layers(frames, places)]
    explaining = [groups for groups in candidates if groups]
    return min(explaining, key=lambda groups: sum(len(_rows(g, normal)) for g in groups))


def _by_kinds(frames: Frames, kinds: list[int], normal: NDArray[np.float64]) -> list[list[Frames]]:
    """Groupings by one kind or by several together, as far as they leave no place twice."""
    choices: list[tuple[int, ...]] = [(n,) for n in kinds]
    choices += [tuple(kinds[:count]) for count in range(2, len(kinds) + 1)]
    groupings = [_grouped(frames, choice) for choice in choices]
    return [
        groups
        for groups in groupings
        if all(len(set(_places(group, normal))) == len(group) for group in groups)
    ]


def _grouped(frames: Frames, kinds: tuple[int, ...]) -> list[Frames]:
    groups: dict[tuple[object, ...], Frames] = defaultdict(list)
    for frame in frames:
        groups[tuple(frame.kind[n] for n in kinds)].append(frame)
    return list(groups.values())


def _places(frames: Frames, normal: NDArray[np.float64]) -> list[int]:
    """A number for each frame; frames at the same place have the same one."""
    points = np.array([f.position for f in frames])
    depth = points @ normal
    numbers = [0] * len(frames)
    open_places: list[tuple[float, NDArray[np.float64], int]] = []
    count = 0
    for index in np.argsort(depth, kind="stable"):
        open_places = [p for p in open_places if depth[index] - p[0] <= SAME_PLACE_MM]
        for _, point, number in open_places:
            if np.abs(points[index] - point).max() <= SAME_PLACE_MM:
                numbers[index] = number
                break
        else:
            open_places.append((depth[index], points[index], count))
            numbers[index] = count
            count += 1
    return numbers


def _layers(frames: Frames, places: Sequence[int]) -> list[Frames]:
    """First, second, … image of each place, in the order of the instance numbers."""
    layers: list[Frames] = []
    seen: dict[int, int] = defaultdict(int)
    for frame, place in zip(frames, places, strict=True):
        if seen[place] == len(layers):
            layers.append([])
        layers[seen[place]].append(frame)
        seen[place] += 1
    return layers


def _runs_by_number(frames: Frames, normal: NDArray[np.float64]) -> list[Frames]:
    """Runs of steady steps in the order of the instance numbers; empty where these lack."""
    numbers = [f.instance for f in frames]
    if None in numbers or len(set(numbers)) < len(numbers):
        return []
    ordered = sorted(frames, key=_canonical)
    runs: list[Frames] = []
    for run in _steady(ordered):
        run = sorted(run, key=lambda f: _depth(f, normal))
        alone = len(set(_places(run, normal))) < len(run)  # a step of nothing is steady, too
        runs += [[frame] for frame in run] if alone else [run]
    return runs


def _depth(frame: FrameHeader, normal: NDArray[np.float64]) -> float:
    return float(np.array(frame.position) @ normal)


def _rows(frames: Frames, normal: NDArray[np.float64]) -> list[Frames]:
    """Evenly spaced rows of slices: the explanation with the fewest rows is the right one.

    Two interleaved blocks, say at 0, 4, 8, 12 and 10, 14, 18, are even by themselves and
    uneven together; they are told apart by their phase or by their instance numbers.
    """
    ordered = sorted(frames, key=lambda f: (_depth(f, normal), _canonical(f)))
    best = _steady(ordered)
    if len(best) == 1:
        return best
    candidates = [best]
    for spacing in _spacings(ordered, normal):
        lines = _by_line(ordered, normal, spacing)
        candidates.append([row for line in lines for row in _steady(line)])
    runs = _runs_by_number(frames, normal)
    if runs:
        candidates.append(runs)
    return min(candidates, key=len)


def _spacings(ordered: Frames, normal: NDArray[np.float64]) -> list[float]:
    """Slice spacings that the header or the order of the numbers suggests."""
    known = {round(f.between, 3) for f in ordered if f.between and f.between > STEP_TOLERANCE_MM}
    by_number = sorted(ordered, key=_canonical)
    steps = np.abs(np.diff([_depth(f, normal) for f in by_number]))
    steps = steps[steps > STEP_TOLERANCE_MM].round(2)
    if len(steps):
        values, counts = np.unique(steps, return_counts=True)
        known.add(float(values[counts.argmax()]))
    return sorted(known)


def _by_line(ordered: Frames, normal: NDArray[np.float64], spacing: float) -> list[Frames]:
    """Groups of the same phase along the normal and the same offset across it."""
    groups: list[tuple[NDArray[np.float64], float, Frames]] = []
    tolerance = max(PLACE_TOLERANCE_MM, STEP_TOLERANCE * spacing)
    for frame in ordered:
        point = np.array(frame.position)
        depth = float(point @ normal)
        across = point - depth * normal
        for offset, start, members in groups:
            phase = (depth - start) / spacing
            aside = abs(phase - round(phase)) * spacing
            if np.abs(across - offset).max() <= tolerance and aside <= tolerance:
                members.append(frame)
                break
        else:
            groups.append((across, depth, [frame]))
    return [members for _, _, members in groups]


def _steady(ordered: Frames) -> list[Frames]:
    """Cuts a sequence where its step changes; the longest steady run is taken first."""
    if len(ordered) < 3:
        if len(ordered) == 2 and not _plausible_pair(ordered):
            return [[frame] for frame in ordered]
        return [ordered] if ordered else []
    points = np.array([f.position for f in ordered])
    steps = np.diff(points, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    tolerance = np.maximum(STEP_TOLERANCE_MM, STEP_TOLERANCE * lengths[:-1])
    steady = np.abs(np.diff(steps, axis=0)).max(axis=1) <= tolerance
    begin, end = _longest_run(steady, lengths)
    return [*_steady(ordered[:begin]), ordered[begin : end + 1], *_steady(ordered[end + 1 :])]


def _longest_run(steady: NDArray[np.bool_], lengths: NDArray[np.float64]) -> tuple[int, int]:
    """First and last index of the run with the most slices, then the smallest step."""
    runs = []
    begin = 0
    for index in range(len(lengths)):
        if index == len(steady) or not steady[index]:
            runs.append((begin - index, round(float(lengths[begin]), 1), begin, index + 1))
            begin = index + 1
    _, _, first, last = min(runs)
    return first, last


def _plausible_pair(pair: Frames) -> bool:
    """Whether two slices alone may be neighbours, by what the header says of their distance.

    Spacing Between Slices is the gap alone in some headers, so the thickness speaks as well.
    """
    step = float(np.linalg.norm(np.subtract(pair[1].position, pair[0].position)))
    between, thickness = pair[0].between or 0.0, pair[0].thickness or 0.0
    if not between and not thickness:
        return True
    return step <= max(1.5 * max(between, thickness), 0.0 if between else 2.5 * thickness)


def _missing(
    rows: list[Frames], normal: NDArray[np.float64]
) -> list[tuple[tuple[float, float, float], ...]]:
    """For each row, the middles (RAS mm) of slices lost between it and its neighbours."""
    order = sorted(range(len(rows)), key=lambda n: _depth(rows[n][0], normal))
    lost: list[list[tuple[float, float, float]]] = [[] for _ in rows]
    for below, above in pairwise(order):
        for point in _lost_between(rows[below], rows[above]):
            lost[below].append(point)
            lost[above].append(point)
    return [tuple(points) for points in lost]


def _lost_between(below: Frames, above: Frames) -> list[tuple[float, float, float]]:
    """Middles of the slices that would join two rows into one.

    A gap of one slice that fits the spacing always counts as one lost: no protocol leaves it.
    Longer gaps are told by the instance numbers: if they jump by as much as the gap, slices are
    lost; if they run on, the protocol left the gap. Where the numbers say neither, a gap of at
    most `MOST_MISSING` slices counts as lost, and a longer one as two blocks.
    """
    longer = max(below, above, key=len)
    if len(longer) < 2:
        return []
    step = (np.array(longer[-1].position) - longer[0].position) / (len(longer) - 1)
    size = float(np.linalg.norm(step))
    gap = np.array(above[0].position) - below[-1].position
    count = round(float(gap @ step) / size**2)
    tolerance = max(STEP_TOLERANCE_MM, STEP_TOLERANCE * size) * max(count, 1)
    if count < 2 or np.abs(gap - count * step).max() > tolerance:
        return []
    for other in (below, above):
        own = np.diff([f.position for f in other], axis=0)
        if len(own) and np.abs(own - step).max() > tolerance:
            return []
    if not _counts_as_lost(count - 1, below[-1], above[0], longer):
        return []
    start = np.array(below[-1].position)
    return [middle(below[-1], start + n * step) for n in range(1, count)]


def _counts_as_lost(lost: int, end: FrameHeader, begin: FrameHeader, longer: Frames) -> bool:
    ends = [frame.instance for frame in (end, begin, longer[0], longer[-1])]
    if lost > 1 and None not in ends:
        a, b, first, last = (float(n) for n in ends if n is not None)
        pace = (last - first) / (len(longer) - 1)
        if pace and b - a in (pace, pace * (lost + 1)):
            return b - a != pace
    return lost <= MOST_MISSING
