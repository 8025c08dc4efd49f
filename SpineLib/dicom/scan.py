"""Scans a folder for MR stacks by the files' headers alone, without pixels."""

from __future__ import annotations

import time
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom import meaning
from SpineLib.dicom.block import Block
from SpineLib.dicom.duplicates import without_duplicates
from SpineLib.dicom.elements import NotDicom
from SpineLib.dicom.grouping import SeriesFrames, by_series
from SpineLib.dicom.header import FrameHeader, read_header
from SpineLib.dicom.patients import by_study
from SpineLib.dicom.places import files_of
from SpineLib.dicom.stack import Scan, Series, Skipped, Source, Stack, Study, repeated_uids
from SpineLib.dicom.stacking import are_cosines, blocks
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.volume import FILE_SUFFIXES

Result = list[FrameHeader] | Skipped

_PROBE, _THREADS = 16, 8
# Seconds of waiting a file from which a disk is slow (a network drive's round trip).
_SLOW_FILE = 0.002
_NAMED_POSITIONS = 3
_REPEATED = (
    "its SOP Instance UIDs stand for several slices of what was scanned, so no label can be "
    "given by them"
)
_ANOTHER = "Export the study again or choose another folder."


def scan(folder: str | Path, *, progress: Progress | None = None) -> Scan:
    """Finds the studies, series and stacks below a folder (or in one file).

    Args:
        folder: searched with all folders below it, links followed once; file names and endings do
            not matter. Or a zip, which is unpacked into a temporary folder, a DICOMDIR, or a file.
        progress: told of each file.

    Returns:
        What was found, in the order of study, series number and stack; every file that was
        left out is in ``skipped`` with its reason.

    Raises:
        BadInput: there is no such folder, it is empty, no file in it is a DICOM image, or a zip
            that is damaged or no study's.
        OutputError: there is no room to unpack a zip.
        Cancelled: the person cancelled.
    """
    folder = Path(folder)
    progress = progress or Progress()
    files, closed = files_of(folder, progress)
    if not files and not closed:
        raise BadInput("The folder is empty", file=folder, advice="Choose a folder with DICOM.")
    scanned = scan_files(files, progress=progress)
    skipped = (*scanned.skipped, *closed)
    if not scanned.studies:
        raise _nothing(folder, list(scanned.skipped), closed)
    return replace(scanned, skipped=skipped)


def scan_files(files: Sequence[Path], *, progress: Progress | None = None) -> Scan:
    """Finds the studies, series and stacks in a list of files; see `scan`.

    Args:
        files: in any order; for a host that keeps its own index of files.
        progress: told of each file.

    Returns:
        As `scan`, but empty where no file is a DICOM image.
    """
    frames, skipped = _headers(list(files), progress or Progress())
    frames, duplicates = without_duplicates(frames)
    studies, warnings = _studies(frames)
    studies = _with_repeats(studies)
    return Scan(studies, (*skipped, *duplicates), (*warnings, *_patients(studies)))


def without(stack: Stack, indices: Collection[int]) -> tuple[Stack, ...]:
    """What is left of a stack without some slices, as if these had never been in the folder.

    Args:
        stack: from a scan.
        indices: of slices that cannot be read (`SpineLib.dicom.SlicesLost`).

    Returns:
        One stack, or several where a slice in between is lost; with ids below the stack's.
    """
    left = [_spaced(f, stack) for n, f in enumerate(stack.frames) if n not in indices]
    blocks_left = blocks(left)
    lost = f"{len(indices)} of its {stack.slices} slices cannot be read and were left out"
    parts = []
    for n, block in enumerate(blocks_left, 1):
        part = _stack(block, stack.id if len(blocks_left) == 1 else f"{stack.id}.{n}")
        kept = ("weighting", "region", "series_instance_uid", "patient_hash")
        known = {name: getattr(stack, name) for name in kept}
        parts.append(replace(part, **known, warnings=(*stack.warnings, lost, *part.warnings)))
    return tuple(parts)


def _spaced(frame: FrameHeader, stack: Stack) -> FrameHeader:
    """A slice that may stand alone from now on, and whose header leaves its spacing to the others."""
    known = frame.between or frame.thickness or stack.slices < 2
    return frame if known else replace(frame, between=stack.spacing[2])


def _headers(files: list[Path], progress: Progress) -> tuple[list[FrameHeader], list[Skipped]]:
    frames: list[FrameHeader] = []
    skipped: list[Skipped] = []
    progress.stage("Scanning files", len(files))
    for result in _results(files):
        progress.advance()
        if isinstance(result, Skipped):
            skipped.append(result)
        else:
            frames += result
    return frames, skipped


def _header(path: Path) -> Result:
    try:
        return read_header(path)
    except BadInput as error:
        return Skipped(path, error.what, isinstance(error, NotDicom))


def _results(files: list[Path]) -> Iterator[Result]:
    """The headers in order: in threads where files are waited for, else one after the other.

    Parsing holds Python's lock: on a warm disk threads double the time (300 files: 0.05 s
    alone, 0.13 s in four threads, 0.07 s in two processes), on a network drive they hide the
    waiting. The first files tell which it is.
    """
    probe, rest = files[:_PROBE], files[_PROBE:]
    wall, busy = time.perf_counter(), time.thread_time()
    for path in probe:
        yield _header(path)
    waited = (time.perf_counter() - wall) - (time.thread_time() - busy)
    if waited > _SLOW_FILE * len(probe):
        yield from _in_threads(rest)
    else:
        yield from map(_header, rest)


def _in_threads(files: list[Path]) -> Iterator[Result]:
    """The headers in order; never more than a few files ahead, so memory stays bounded."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for path in files:
                waiting.append(pool.submit(_header, path))
                if len(waiting) >= 8 * _THREADS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _nothing(folder: Path, skipped: list[Skipped], closed: list[Skipped]) -> BadInput:
    if closed:
        first = closed[0]
        more = f" (and {len(closed) - 1} more)" if len(closed) > 1 else ""
        what = f"No readable DICOM image is here, and this {first.reason}{more}"
        return BadInput(what, file=first.file, advice=_ANOTHER)
    if all(skipped_file.other for skipped_file in skipped):
        files = (skipped_file.file for skipped_file in skipped)
        volume = next((file for file in files if file.name.lower().endswith(FILE_SUFFIXES)), None)
        advice = f"To read {volume.name}, give that file." if volume else "Choose another folder."
        return BadInput("There is no DICOM here", file=folder, advice=advice)
    reason, count = Counter(skipped_file.reason for skipped_file in skipped).most_common(1)[0]
    if len(skipped) == 1:
        return BadInput(f"The file {reason}", file=skipped[0].file, advice=_ANOTHER)
    return BadInput(
        f"No file here is a readable DICOM image; of {len(skipped)} files {count} say: {reason}",
        file=folder,
        advice=_ANOTHER,
    )


def _studies(frames: Sequence[FrameHeader]) -> tuple[tuple[Study, ...], list[str]]:
    by_patient, warnings = by_study(frames)
    used: dict[str, int] = defaultdict(int)
    studies = []
    for study in by_patient:
        ordered = sorted(by_series(study.frames), key=_order)
        series = tuple(_series(each, study.patient, used) for each in ordered)
        studies.append(Study(study.uid, study.patient, series, study.warnings))
    return tuple(studies), warnings


def _order(series: SeriesFrames) -> tuple[object, ...]:
    """By series number and UID; never by what a file system happens to give first."""
    source = min(series.frames, key=lambda f: f.source.sop_instance_uid).source
    number = 1 << 40 if source.series_number is None else source.series_number
    return number, source.series_instance_uid


def _series(series: SeriesFrames, patient: str, used: dict[str, int]) -> Series:
    source = min(series.frames, key=lambda f: f.source.sop_instance_uid).source
    name = "s" if source.series_number is None else str(source.series_number)
    used[name] += 1
    if used[name] > 1:
        name += f"_{used[name]}"
    series_blocks = blocks(series.frames)
    stacks = []
    for n, block in enumerate(series_blocks, 1):
        stack = _stack(block, name if len(series_blocks) == 1 else f"{name}.{n}")
        warnings = (*stack.warnings, *series.warnings)
        uid = source.series_instance_uid
        stacks.append(
            replace(stack, patient_hash=patient, series_instance_uid=uid, warnings=warnings)
        )
    return Series(
        source.series_instance_uid, source.series_number, source.series_description, tuple(stacks)
    )


def _stack(block: Block, name: str) -> Stack:
    first = block.frames[0]
    source, physics = first.source, first.physics
    texts = (source.series_description, source.protocol_name, physics.sequence_name)
    stack = Stack(
        id=name,
        study_instance_uid=source.study_instance_uid,
        series_instance_uid=source.series_instance_uid,
        series_number=source.series_number,
        description=source.series_description or source.protocol_name,
        frame_of_reference_uid=source.frame_of_reference_uid,
        weighting=meaning.weighting(physics, *texts),
        fat_saturated=meaning.fat_saturated(physics, *texts),
        region=meaning.region(source),
        rows=source.rows,
        columns=source.columns,
        sources=tuple(
            Source(f.source.path, f.number, f.source.sop_instance_uid) for f in block.frames
        ),
        problem=block.problem or _modality_problem(source.modality),
        warnings=(*block.warnings, *_missing_words(block.missing)),
        frames=block.frames,
    )
    if block.ijk_to_ras is not None:
        return placed(stack, block.ijk_to_ras, len(block.frames))
    if not are_cosines(first.orientation):
        return stack
    return replace(
        stack, plane=meaning.plane(np.cross(first.orientation[:3], first.orientation[3:]))
    )


def placed(stack: Stack, ijk_to_ras: NDArray[np.float64], slices: int) -> Stack:
    """The stack with all that follows from its place: plane, spacing, positions."""
    axes = ijk_to_ras[:3, :3]
    corner = ijk_to_ras[:3, 3] + axes @ [(stack.columns - 1) / 2, (stack.rows - 1) / 2, 0]
    middles = corner + np.outer(np.arange(slices), axes[:, 2])
    i, j, k = np.linalg.norm(axes, axis=0)
    return replace(
        stack,
        plane=meaning.plane(np.cross(axes[:, 0], axes[:, 1])),
        spacing=(float(i), float(j), float(k)),
        positions=tuple((float(r), float(a), float(s)) for r, a, s in middles),
        ijk_to_ras=ijk_to_ras,
    )


def _with_repeats(studies: tuple[Study, ...]) -> tuple[Study, ...]:
    """Warns where SOP Instance UIDs name several slices."""
    several = repeated_uids(stack for study in studies for stack in study.stacks)
    if not several:
        return studies

    def warned(stack: Stack) -> Stack:
        if not any((source.sop_instance_uid, source.frame) in several for source in stack.sources):
            return stack
        return replace(stack, warnings=(*stack.warnings, _REPEATED))

    return tuple(
        replace(
            study,
            series=tuple(
                replace(series, stacks=tuple(map(warned, series.stacks))) for series in study.series
            ),
        )
        for study in studies
    )


def _modality_problem(modality: str) -> str:
    return "" if modality in ("MR", "", "OT") else f"the modality is {modality}, not MR"


def _missing_words(points: tuple[tuple[float, float, float], ...]) -> tuple[str, ...]:
    if not points:
        return ()
    places = "; ".join(
        f"R {r:.1f}, A {a:.1f}, S {s:.1f} mm" for r, a, s in points[:_NAMED_POSITIONS]
    )
    more = f" and {len(points) - _NAMED_POSITIONS} more" if len(points) > _NAMED_POSITIONS else ""
    slices = "1 slice is" if len(points) == 1 else f"{len(points)} slices are"
    return (f"{slices} missing at {places}{more}; the stack ends there",)


def _patients(studies: tuple[Study, ...]) -> tuple[str, ...]:
    patients = {study.patient_hash for study in studies}
    if len(patients) < 2:
        return ()
    return (f"The folder mixes {len(patients)} patients; each study is read on its own",)
