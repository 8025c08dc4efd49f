"""The frozen test: patients drawn once, by region and scanner, hashed, never trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from SpineLib.datasets.split import freeze_test, read_frozen
from SpineLib.errors import BadInput

if TYPE_CHECKING:
    from SpineLib.loop.cases import Case

FROZEN = "frozen.json"
Stratum = tuple[str, str]
Strata = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Frozen:
    """Which patients are kept for the test.

    Attributes:
        patients: their hashes.
        sha256: of the sorted list, as `SpineLib.datasets.split.FrozenTest` gives it.
        strata: ``region, scanner`` → how many patients of it are in the test, of how many.
    """

    patients: frozenset[str]
    sha256: str
    strata: Strata = field(default_factory=dict)


def draw(cases: Iterable[Case], share: float, seed: int) -> list[str]:
    """Draws patients so that each region and scanner has its share (largest remainders).

    A patient has the region and scanner of the first of its cases.

    Args:
        cases: of the data set.
        share: of the patients.
        seed: another number draws others.

    Returns:
        The patients, sorted.

    Raises:
        BadInput: too few patients for this share.
    """
    stratum = _strata(cases)
    wanted = round(share * len(stratum))
    if not 0 < wanted < len(stratum):
        raise BadInput(
            f"{len(stratum)} patient{'' if len(stratum) == 1 else 's'} cannot be split with a share "
            f"of {share:g}",
            advice="Add more patients first, or say another share.",
        )
    groups: dict[Stratum, list[str]] = defaultdict(list)
    for patient in sorted(stratum):
        groups[stratum[patient]].append(patient)
    names = sorted(groups)
    counts = _shared([len(groups[name]) for name in names], wanted)
    rng = np.random.default_rng(seed)
    chosen: list[str] = []
    for name, count in zip(names, counts, strict=True):
        chosen += [groups[name][n] for n in rng.permutation(len(groups[name]))[:count]]
    return sorted(chosen)


def choose(
    folder: Path, cases: list[Case], share: float, seed: int, patients: Iterable[str] | None
) -> list[str]:
    """The patients that a killed program had begun to freeze, else those named, else drawn ones."""
    if (folder / FROZEN).exists():
        return list(read_frozen(folder / FROZEN).patients)
    return draw(cases, share, seed) if patients is None else named(cases, patients)


def named(cases: Iterable[Case], patients: Iterable[str]) -> list[str]:
    """Patients that a person or another data set named.

    Raises:
        BadInput: one of them is in no case, there is none, or no other patient is left.
    """
    known, chosen = {case.patient for case in cases}, set(patients)
    if chosen - known:
        raise BadInput(
            f"The patient {min(chosen - known)} is in no case", advice="Add the case first."
        )
    if not chosen or chosen == known:
        raise BadInput(
            "A test needs a patient, and so does what is learnt from",
            advice="Name some of the patients.",
        )
    return sorted(chosen)


def counted(cases: Iterable[Case], chosen: Iterable[str]) -> Strata:
    """`Frozen.strata` of a choice."""
    stratum = _strata(cases)
    strata: dict[str, tuple[int, int]] = {}
    test = set(chosen)
    for patient, (region, site) in sorted(stratum.items(), key=lambda pair: pair[1]):
        name = f"{region}, {site or 'scanner not known'}"
        kept, total = strata.get(name, (0, 0))
        strata[name] = kept + (patient in test), total + 1
    return strata


def write(folder: Path, patients: Sequence[str], patients_key: str = "") -> str:
    """Writes ``frozen.json``, which ``spine train --test`` reads too.

    Args:
        folder: of the data set.
        patients: as its cases name them.
        patients_key: tells the secret that they are made with.

    Returns:
        Its SHA-256.
    """
    return freeze_test(folder / FROZEN, map(_Patient, patients), made_with=patients_key).sha256


def read(folder: Path, sha256: str, strata: Strata) -> Frozen:
    """Reads ``frozen.json``.

    Args:
        folder: of the data set.
        sha256: that the journal of the data set recorded.
        strata: the same.

    Raises:
        BadInput: it is missing, or not the one that was frozen.
    """
    test = read_frozen(folder / FROZEN)
    if test.sha256 != sha256:
        raise BadInput(
            "The frozen test was replaced: its SHA-256 is not the recorded one",
            file=folder / FROZEN,
            advice="Restore the file from a backup; figures measured on another set do not compare.",
        )
    return Frozen(
        frozenset(test.patients), sha256, {k: (int(v[0]), int(v[1])) for k, v in strata.items()}
    )


@dataclass(frozen=True)
class _Patient:
    """What `freeze_test` asks of a case."""

    patient: str
    site: str = ""
    columns: dict[str, str] = field(default_factory=dict)


def _strata(cases: Iterable[Case]) -> dict[str, Stratum]:
    """Region and scanner of each patient's first case."""
    strata: dict[str, Stratum] = {}
    for case in cases:
        strata.setdefault(case.patient, (case.region, case.site))
    return strata


def _shared(sizes: list[int], wanted: int) -> list[int]:
    """``wanted`` places among groups, in proportion to their sizes."""
    exact = [wanted * size / sum(sizes) for size in sizes]
    counts = [int(share) for share in exact]
    rest = sorted(range(len(sizes)), key=lambda n: (counts[n] - exact[n], n))
    for n in rest[: wanted - sum(counts)]:
        counts[n] += 1
    return counts
