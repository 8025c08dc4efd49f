"""What a scan of a folder finds: studies, series, stacks, and files that it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom.header import FrameHeader

Point = tuple[float, float, float]


class Source(NamedTuple):
    """Where a slice comes from: the file, the frame number from 1, the SOP Instance UID."""

    path: Path
    frame: int
    sop_instance_uid: str


@dataclass(frozen=True)
class Stack:
    """Parallel, evenly spaced slices of one kind, in the order of their volume's k axis.

    Attributes:
        id: series number, with ``.n`` where the series holds several stacks; unique in a scan.
        plane: one of `SpineLib.labels.PLANES`.
        weighting: one of `SpineLib.labels.WEIGHTINGS`.
        fat_saturated: fat is suppressed by its frequency (STIR does it by its T1 and is said
            by ``weighting``).
        region: one of `SpineLib.labels.REGIONS`.
        spacing: mm along columns (i), rows (j), slices (k).
        positions: RAS mm of each slice's middle.
        sources: where each slice comes from; empty for a volume that is not DICOM.
        problem: why it cannot be read as a volume; empty when it can.
        warnings: what a reader must know (a missing slice with its position, …).
        patient_hash: tells patients apart (see `SpineLib.dicom.patients`); empty where nothing
            does. From the Patient ID, so that it is kept nowhere as it is.
        ijk_to_ras: 4×4, voxel centres to RAS mm; None where the slices have no place.
        frames: the headers that `SpineLib.dicom.read` reads by.
    """

    id: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    series_number: int | None = None
    description: str = ""
    frame_of_reference_uid: str = ""
    plane: str = "oblique"
    weighting: str = "unknown"
    fat_saturated: bool = False
    region: str = "unknown"
    rows: int = 0
    columns: int = 0
    spacing: Point = (0.0, 0.0, 0.0)
    positions: tuple[Point, ...] = ()
    sources: tuple[Source, ...] = field(default=(), repr=False)
    problem: str = ""
    warnings: tuple[str, ...] = ()
    patient_hash: str = ""
    ijk_to_ras: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)
    frames: tuple[FrameHeader, ...] = field(default=(), repr=False, compare=False)

    @property
    def slices(self) -> int:
        """Number of slices."""
        return len(self.positions) or len(self.sources)


@dataclass(frozen=True)
class Series:
    """One DICOM series and the stacks in it."""

    series_instance_uid: str
    series_number: int | None
    description: str
    stacks: tuple[Stack, ...]


@dataclass(frozen=True)
class Study:
    """One patient's study.

    Attributes:
        warnings: what a reader must know of the whole study (its Patient ID changes, …).
    """

    study_instance_uid: str
    patient_hash: str
    series: tuple[Series, ...]
    warnings: tuple[str, ...] = ()

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """All stacks of the study."""
        return tuple(stack for series in self.series for stack in series.stacks)


@dataclass(frozen=True)
class Skipped:
    """A file that the scan left out, and why.

    Attributes:
        other: it is of another kind than DICOM, so that nothing of the study is missing.
    """

    file: Path
    reason: str
    other: bool = False


@dataclass(frozen=True)
class Scan:
    """What a folder holds.

    Attributes:
        warnings: what a reader must know of the whole folder (several patients, …).
    """

    studies: tuple[Study, ...]
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def stacks(self) -> tuple[Stack, ...]:
        """All stacks of all studies."""
        return tuple(stack for study in self.studies for stack in study.stacks)

    def stack(self, stack_id: str) -> Stack:
        """The stack of this id.

        Raises:
            KeyError: there is none.
        """
        for stack in self.stacks:
            if stack.id == stack_id:
                return stack
        raise KeyError(stack_id)


def repeated_uids(stacks: Iterable[Stack]) -> set[tuple[str, int]]:
    """SOP Instance UID and frame of what names several slices, so that a label cannot."""
    counts = Counter(
        (source.sop_instance_uid, source.frame) for stack in stacks for source in stack.sources
    )
    return {key for key, count in counts.items() if count > 1}
