"""Reads the pixels of a stack into a volume."""

from __future__ import annotations

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom.decoding import abandon
from SpineLib.dicom.header import FrameHeader, ObjectHeader
from SpineLib.dicom.pixels import Ended, common_type, stored
from SpineLib.dicom.stack import Stack
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.volume import Frame, Volume

_ANOTHER = "Export the series again or choose another one."
_THREADS, _BETWEEN_LOOKS = 4, 0.1
# Each slice that ends its decoder costs half a second; a stack of such slices is given up.
_MOST_ENDED = 8
# A window that holds less of the image's values than this share of its own width or of theirs was
# not made for the image: a converter's default, say.
_LEAST_OF_WINDOW, _LEAST_OF_VALUES = 0.1, 0.02
# So much above the highest value of MONOCHROME1 is still near to it.
_NEAR_FULL = 1.0625


class SlicesLost(BadInput):
    """Slices of a stack that cannot be read; the others can.

    Attributes:
        indices: of the slices, in the stack's order.
    """

    def __init__(self, error: BadInput, indices: tuple[int, ...]) -> None:
        super().__init__(error.what, file=error.file, advice=error.advice)
        self.indices = indices


def read(stack: Stack, *, progress: Progress | None = None) -> Volume:
    """Reads a stack that a scan found.

    Compressed slices are decoded in other processes (`SpineLib.dicom.decoding`), which a damaged
    slice may end without harm.

    Args:
        stack: from `SpineLib.dicom.scan`.
        progress: told of each file.

    Returns:
        Voxels after the modality's rescale, MONOCHROME1 inverted, in the smallest integer type
        that holds them, or float32 where the rescale makes fractions. The header's display window
        is the volume's, and not applied.

    Raises:
        SlicesLost: some slices cannot be read; `SpineLib.dicom.without` leaves them out.
        BadInput: the stack has a problem, or the image is constant or not finite.
        Cancelled: the person cancelled.
    """
    if stack.problem:
        raise BadInput(f"Stack {stack.id} cannot be read: {stack.problem}", file=_first(stack))
    if stack.ijk_to_ras is None or not stack.frames:
        raise BadInput(f"Stack {stack.id} does not come from a scan of DICOM")
    pixels = _Reading(stack.frames).run(progress or Progress())
    voxels, sums = _turned(_rescaled(pixels, stack.frames), stack.frames)
    low, high = check_values(voxels, f"Stack {stack.id}", _first(stack))
    frames = tuple(Frame(s.sop_instance_uid, s.frame) for s in stack.sources)
    window = _window(stack.frames, sums, low, high)
    return Volume(voxels, stack.ijk_to_ras, frames, stack.frame_of_reference_uid, window)


@dataclass(eq=False)
class _Reading:
    """The stored pixels of one stack on their way, in threads, and what was lost on it."""

    frames: tuple[FrameHeader, ...]
    lost: dict[int, BadInput] = field(default_factory=dict)
    ended: int = 0
    stopped: bool = False
    _lock: Lock = field(default_factory=Lock)

    def run(self, progress: Progress) -> NDArray[Any]:
        """The pixels [slice, row, column]; raises as `read`."""
        by_file: dict[ObjectHeader, list[int]] = defaultdict(list)
        for index, frame in enumerate(self.frames):
            by_file[frame.source].append(index)
        first = self.frames[0].source
        self.pixels = np.empty((len(self.frames), first.rows, first.columns), common_type(by_file))
        progress.stage("Reading slices", len(by_file))
        with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
            futures = [pool.submit(self._fill, source, own) for source, own in by_file.items()]
            try:
                for future in futures:
                    while not wait([future], _BETWEEN_LOOKS).done:
                        progress.check()
                    future.result()
                    progress.advance()
            except BaseException:
                self.stopped = True
                abandon(self)
                raise
            finally:
                for future in futures:
                    future.cancel()
        if self.lost:
            first_lost = min(self.lost)
            raise SlicesLost(self.lost[first_lost], tuple(sorted(self.lost)))
        return self.pixels

    def _fill(self, source: ObjectHeader, indices: list[int]) -> None:
        numbers = [self.frames[index].number for index in indices]
        for index, pixels in zip(indices, stored(source, numbers, owner=self), strict=True):
            if self.stopped:
                return
            if isinstance(pixels, BadInput):
                self._lose(index, pixels)
            else:
                self.pixels[index] = pixels

    def _lose(self, index: int, reason: BadInput) -> None:
        with self._lock:
            self.lost[index] = reason
            self.ended += isinstance(reason, Ended)
            if self.ended >= _MOST_ENDED:
                self.stopped = True
                raise reason


def _first(stack: Stack) -> Path | None:
    return stack.sources[0].path if stack.sources else None


def _rescaled(stored: NDArray[Any], frames: tuple[FrameHeader, ...]) -> NDArray[Any]:
    """Rescale slope and intercept of each frame (PS3.3 C.11.1)."""
    slopes = np.array([f.slope for f in frames])
    intercepts = np.array([f.intercept for f in frames])
    if (slopes == 1).all() and (intercepts == 0).all():
        return stored
    whole = (slopes == slopes.round()).all() and (intercepts == intercepts.round()).all()
    kind = np.float64 if whole else np.float32
    with np.errstate(over="ignore", invalid="ignore"):  # `check_values` refuses what this makes
        stored = stored * slopes[:, None, None].astype(kind)
        stored += intercepts[:, None, None].astype(kind)
        return smallest_integer(stored) if whole else stored.astype(np.float32)


def _turned(
    voxels: NDArray[Any], frames: tuple[FrameHeader, ...]
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Frames of MONOCHROME1 turned bright for dark, and what each was taken from; NaN if it was not.

    A whole stack is turned within its own range. Where only some slices are, the same grey must
    mean the same in all: they are taken from the highest value that their bits can hold, if they
    come near to it (the air around a patient does), else from their highest.
    """
    dark = np.array([f.source.photometric == "MONOCHROME1" for f in frames])
    sums = np.full(len(frames), np.nan)
    if not dark.any():
        return voxels, sums
    if dark.all():
        sums[:] = float(voxels.max()) + float(voxels.min())
    else:
        highest = float(voxels[dark].max())
        lowest = float(voxels[~dark].min())
        for index in np.flatnonzero(dark):
            sums[index] = _full_sum(frames[index], highest) or highest + lowest
    turned = voxels.astype(np.float64 if voxels.dtype.itemsize > 2 else np.float32)
    turned[dark] = sums[dark, None, None] - turned[dark]
    return (smallest_integer(turned) if (turned == turned.round()).all() else turned), sums


def _full_sum(frame: FrameHeader, highest: float) -> float:
    """Lowest and highest value of so many bits together, if the highest is near; else 0."""
    if frame.source.signed or not frame.slope:
        return 0.0
    stored = (highest - frame.intercept) / frame.slope
    for bits in range(8, frame.source.bits_stored + 1):
        full = 2.0**bits - 1
        if stored <= full < stored * _NEAR_FULL:
            return frame.slope * full + 2 * frame.intercept
    return 0.0


def _window(
    frames: tuple[FrameHeader, ...], sums: NDArray[np.float64], low: float, high: float
) -> tuple[float, float] | None:
    """The middle one of the slices' display windows; None where they show nothing of the values."""
    pairs = [
        (center if np.isnan(total) else total - center, width)
        for (center, width), total in (
            (f.window, total) for f, total in zip(frames, sums, strict=True) if f.window
        )
    ]
    if not pairs:
        return None
    center, width = map(float, np.median(pairs, axis=0))
    shown = min(center + width / 2, high) - max(center - width / 2, low)
    if not shown >= max(_LEAST_OF_WINDOW * width, _LEAST_OF_VALUES * (high - low)):
        return None
    return center, width


def smallest_integer(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in the smallest integer type that holds them all, else float32."""
    low, high = float(values.min()), float(values.max())
    for kind in (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            return values.astype(kind)
    return values.astype(np.float32)


def check_values(voxels: NDArray[Any], what: str, file: Path | None) -> tuple[float, float]:
    """Refuses voxels that show nothing.

    Args:
        voxels: any array with values.
        what: what they belong to, for the error.
        file: named in the error.

    Returns:
        The lowest and the highest value.

    Raises:
        BadInput: a value is NaN or infinite, or all values are the same.
    """
    if voxels.dtype.kind == "f" and not np.isfinite(voxels).all():
        raise BadInput(f"{what} holds values that are not finite", file=file, advice=_ANOTHER)
    low, high = (float(voxels.min()), float(voxels.max())) if voxels.size else (0.0, 0.0)
    if low == high:
        raise BadInput(f"{what} is empty: all its pixels are equal", file=file, advice=_ANOTHER)
    return low, high
