"""A stack with readers' labels of its slices, and a volume with a label map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from SpineLib.volume import Volume

if TYPE_CHECKING:
    from SpineLib.simulate.whole import WholeTruth

# What a source begins with that the simulator makes (`SpineLib.datasets.simulated`).
SIMULATED = "simulated:"


@dataclass(frozen=True)
class SliceLabel:
    """What one reader said of one slice.

    Attributes:
        index: slice of the stack from 0, in its volume's order (k).
        value: a word of the task: ``compressed``, ``not compressed``, ``possibly compressed``, or
            a grade such as ``1b``.
        reader: who said so; ``truth`` for the simulator.
        box_ras: the reader's region of interest, two opposite corners in RAS mm; None where none
            was drawn.
        level: vertebra at the slice, or the one above its disc, where that is known.
    """

    index: int
    value: str
    reader: str = ""
    box_ras: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None
    level: str = ""


@dataclass(frozen=True)
class LabelledStack:
    """One stack of slices and what readers said of them.

    Attributes:
        id: unique in the data set, without a patient's name or number.
        patient: hash of the patient's identity; splits go by it.
        site: where it was scanned, empty where not known.
        open: reads the volume; called when it is needed, so that a data set need not fit into
            memory.
        labels: of all readers; slices without a label are not used.
        columns: further facts of the study by name (age group, scanner's maker, mJOA …) for
            subgroup tables.
        fingerprint: changes when the content does (`SpineLib.datasets.cache.fingerprint` of its
            files); empty where nothing tells, and then nothing prepared from it is kept.
        region, weighting: as in `SpineLib.labels`; ``unknown`` where nothing says so.
    """

    id: str
    patient: str
    open: Callable[[], Volume]
    labels: tuple[SliceLabel, ...]
    site: str = ""
    region: str = "unknown"
    weighting: str = "unknown"
    columns: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""


@dataclass(frozen=True)
class LabelledVolume:
    """One volume and its label map.

    Attributes:
        id, patient, site, columns, fingerprint: as of `LabelledStack`.
        open: reads the image and the label map on the same grid; SPIDER's numbers for the
            lumbar spine, 1 for a cord mask.
    """

    id: str
    patient: str
    open: Callable[[], tuple[Volume, Volume]]
    site: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""


@dataclass(frozen=True)
class LabelledSpine(LabelledVolume):
    """One sagittal volume and the names and places of its vertebrae and discs.

    Attributes:
        open: reads the image and its tissues (`SpineLib.simulate.tissues.Tissue`) on the same grid.
        truth: reads names and places.
    """

    truth: Callable[[], WholeTruth] = field(kw_only=True)
