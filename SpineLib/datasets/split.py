"""Splits by patient, so that training, validation and test share none."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from SpineLib.errors import BadInput
from SpineLib.json_values import parse_json
from SpineLib.store.files import write_text
from SpineLib.store.patients import KEY_FILE, Patients, keyed, mark_of, secret_of

_VERSION = 1


class Case(Protocol):
    """What a split needs of a labelled stack or volume."""

    @property
    def patient(self) -> str: ...

    @property
    def site(self) -> str: ...

    @property
    def columns(self) -> dict[str, str]: ...


C = TypeVar("C", bound=Case)


def split_by_patient(
    cases: Sequence[C], *, share: float = 0.25, seed: int = 0, stratify: str = "site"
) -> tuple[list[C], list[C]]:
    """Most patients' cases and the others', with every site in both at the same share.

    Patients are drawn, not slices or studies (scikit-learn's ``train_test_split``, stratified);
    sites that are too small to be in both parts are drawn together.

    Args:
        cases: in any order; the same patients give the same split.
        share: of the patients in the second part.
        seed: another number is another split.
        stratify: ``site``, or a column of the data set; a patient has that of the first case.

    Returns:
        Cases of the first and of the second part, in the order given.

    Raises:
        BadInput: fewer than two patients, or a share that leaves a part empty.
    """
    from sklearn.model_selection import train_test_split

    kinds = [
        (c.patient, c.site if stratify == "site" else c.columns.get(stratify, "")) for c in cases
    ]
    site = dict(sorted(kinds, reverse=True))
    patients = sorted(site)
    second = round(share * len(patients))
    if len(patients) < 2 or not 0 < second < len(patients):
        raise BadInput(
            f"{len(patients)} patients cannot be split with a share of {share:g}",
            advice="Give more patients (the split goes by Patient ID, else by folder), or "
            "another share.",
        )
    counts = Counter(site.values())
    small = {name for name, count in counts.items() if count < max(2, round(1 / share))}
    strata = ["" if site[p] in small else f"site {site[p]}" for p in patients]
    levels = Counter(strata)
    # Stratifying needs two patients of each stratum and a place for each in both parts.
    fits = min(levels.values()) >= 2 and len(levels) <= min(second, len(patients) - second)
    _, chosen = train_test_split(
        patients, test_size=second, random_state=seed, stratify=strata if fits else None
    )
    return _parted(cases, set(chosen))


def _parted(cases: Sequence[C], second: set[str]) -> tuple[list[C], list[C]]:
    return [c for c in cases if c.patient not in second], [c for c in cases if c.patient in second]


def require_apart(**parts: Iterable[Case]) -> None:
    """Refuses a patient who is in two parts.

    Args:
        parts: name of each part and its cases, such as ``training=…, test=…``.

    Raises:
        BadInput: a patient is in two of them, or a part is empty.

    Example:
        >>> require_apart(training=[], test=[])
        Traceback (most recent call last):
        SpineLib.errors.BadInput: The training part holds nothing. Give more patients, ...
    """
    seen: dict[str, str] = {}
    for name, cases in parts.items():
        patients = sorted({case.patient for case in cases})
        if not patients:
            raise BadInput(
                f"The {name} part holds nothing", advice="Give more patients, or another split."
            )
        for patient in patients:
            before = seen.setdefault(patient, name)
            if before != name:
                raise BadInput(
                    f"The patient {patient} is in {before} and in {name}",
                    advice="A model must not be measured on a patient that it learnt from: take "
                    "the patient out of one of them, or let the program split.",
                )


@dataclass(frozen=True)
class FrozenTest:
    """Which patients are kept for the test, once and for all.

    Attributes:
        patients: their hashes, sorted.
        file: where it is written.
        secret: that the hashes are made with (`SpineLib.store.patients`); empty for none.
    """

    patients: tuple[str, ...]
    file: Path | None = field(default=None, compare=False)
    secret: bytes = field(default=b"", compare=False, repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the patients' hashes, a line each: stands in each run's record."""
        return hashlib.sha256("\n".join(self.patients).encode()).hexdigest()

    def part(self, cases: Sequence[C]) -> tuple[list[C], list[C]]:
        """Cases of the others, and of the patients kept for the test."""
        return _parted(cases, self.among(case.patient for case in cases))

    def among(self, patients: Iterable[str]) -> set[str]:
        """Those of the patients, of cases from DICOM or elsewhere, that are kept for the test."""
        return Patients(frozenset(self.patients), self.secret).among(patients)


def freeze_test(
    path: str | Path, cases: Iterable[Case], *, secret: bytes = b"", made_with: str = ""
) -> FrozenTest:
    """Writes the patients of a test set; a file that is there must say the same ones.

    Args:
        path: JSON to be made.
        cases: of the test set.
        secret: to key the patients' hashes with, which must lie in `key_file`; empty keeps the
            hashes as they are.
        made_with: tells the secret of hashes that are keyed already (`SpineLib.store.patients.mark_of`).

    Raises:
        BadInput: the file holds other patients, was changed, or there is no patient.
    """
    path = Path(path)
    hashes = {keyed(case.patient, secret) for case in cases}
    chosen = FrozenTest(tuple(sorted(hashes)), path, secret)
    if not chosen.patients:
        raise BadInput("A test set needs a patient", file=path)
    if path.exists():
        before = read_frozen(path)
        if before != chosen:
            raise BadInput(
                f"The test set is frozen with {len(before.patients)} patients, and these are others",
                file=path,
                advice="Measure on the frozen ones; for another question freeze another file.",
            )
        return before
    data = {
        "version": _VERSION, "patients": chosen.patients, "sha256": chosen.sha256,
        "patients_key": mark_of(secret) or made_with,
    }  # fmt: skip
    write_text(path, json.dumps(data, indent=1) + "\n")
    return chosen


def key_file(path: Path) -> Path:
    """Where the secret of a frozen test lies: beside it, under its name."""
    return path.with_name(f"{path.stem}.{KEY_FILE}")


def read_frozen(path: str | Path) -> FrozenTest:
    """Reads a frozen test set.

    Raises:
        BadInput: it cannot be read, its patients are not the ones that its SHA-256 is of, or the
            secret of their hashes is not beside it.
    """
    path = Path(path)
    try:
        data = parse_json(path.read_text(encoding="utf-8"))
        frozen = FrozenTest(tuple(map(str, data["patients"])), path)
        known, version = str(data["sha256"]), data["version"]
        mark = str(data.get("patients_key", ""))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("This is not a frozen test set", file=path) from error
    if version != _VERSION or frozen.sha256 != known:
        raise BadInput(
            "The frozen test set was changed: its patients are not those of its SHA-256",
            file=path,
            advice="Take the file from your records; figures measured on another set do not compare.",
        )
    # That of a loop's data set lies in its folder.
    return replace(frozen, secret=secret_of(mark, key_file(path), path.parent / KEY_FILE))
