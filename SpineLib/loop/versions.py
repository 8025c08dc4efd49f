"""The versions of a case's answer: each stays; which one counts is a choice that is recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from SpineLib.store.journal import read_journal

AUTOMATIC, CORRECTED, APPROVED, NEW = "automatic", "corrected", "approved", "new"
MADE = (AUTOMATIC, CORRECTED)
VERSION, CHOICE, APPROVAL = "version", "choice", "approval"
VERSIONS = "versions.jsonl"
# Names of version files; what matches and stands in no journal was left by a killed program.
FILE_NAME = re.compile(r"^(\d{4})-(automatic|corrected)(\.nii\.gz|\.csv)$")


@dataclass(frozen=True)
class Version:
    """One answer to one case.

    Attributes:
        number: from 1, in the order of arrival.
        kind: ``automatic`` or ``corrected``.
        file: its name in the case's folder.
        sha256: of the file.
        by: who corrected or imported it; empty for a model's.
        time: UTC, ISO 8601.
        minutes: that a reader worked on it.
        model: id of the model that made it; empty for a reader's.
        base: number of the version that it began with; None for the first.
        changed: voxels (slices) whose label is not that of ``base``.
        dice: by SPIDER's number, against the automatic version before it.
        lowest: name of the vertebra with the number 1 (``L5``, or ``L6``), where the picture showed
            it; empty where nobody knows, and in versions of before it was kept.
        approved_by, approved_at: empty where nobody approved it.
    """

    number: int
    kind: str
    file: str
    sha256: str
    by: str = ""
    time: str = ""
    minutes: float = 0.0
    model: str = ""
    base: int | None = None
    changed: int = 0
    dice: dict[str, float] = field(default_factory=dict)
    lowest: str = ""
    approved_by: str = ""
    approved_at: str = ""

    @property
    def state(self) -> str:
        """``automatic``, ``corrected`` or ``approved``."""
        return APPROVED if self.approved_at else self.kind


@dataclass(frozen=True)
class History:
    """What a case's journal says.

    Attributes:
        versions: in the order of arrival.
        chosen: number of the version that counts; None where there is none.
        chosen_how, chosen_by: what a reader did that it counts (one of `VERSION`, `CHOICE`,
            `APPROVAL`) and who; empty where it is a model's answer that nobody has touched.
        minutes: spent on the case.
        problems: sentences on lines that are left out.
    """

    versions: tuple[Version, ...] = ()
    chosen: int | None = None
    chosen_how: str = ""
    chosen_by: str = ""
    minutes: float = 0.0
    problems: tuple[str, ...] = ()

    def version(self, number: int) -> Version:
        """The version of this number.

        Raises:
            KeyError: there is none.
        """
        if not 1 <= number <= len(self.versions):
            raise KeyError(number)
        return self.versions[number - 1]

    def after(self, record: dict[str, Any]) -> History:
        """The history with one more line of the journal.

        A correction counts from then on. A model's answer counts only where no reader has
        corrected or approved the one that counts.

        Raises:
            KeyError, TypeError, ValueError: the line says nothing.
        """
        kind = record["kind"]
        if kind == VERSION:
            return self._with(record["version"])
        number = int(record["number"])
        version = self.version(number)
        if kind not in (CHOICE, APPROVAL):
            raise ValueError(f"{kind!r} is not a kind of line")
        by = str(record.get("by", ""))
        chosen = replace(self, chosen=number, chosen_how=kind, chosen_by=by)
        if kind == CHOICE:
            return chosen
        approved = replace(version, approved_by=str(record["by"]), approved_at=str(record["time"]))
        versions = (*self.versions[: number - 1], approved, *self.versions[number:])
        minutes = self.minutes + float(record.get("minutes", 0))
        return replace(chosen, versions=versions, minutes=minutes)

    def _with(self, record: dict[str, Any]) -> History:
        new = Version(**record)
        if new.number != len(self.versions) + 1 or new.kind not in MADE:
            raise ValueError(f"{new.number} {new.kind} is not the next version")
        before = None if self.chosen is None else self.version(self.chosen)
        more = replace(self, versions=(*self.versions, new), minutes=self.minutes + new.minutes)
        if not (new.kind == CORRECTED or before is None or before.state == AUTOMATIC):
            return more
        how = VERSION if new.kind == CORRECTED else ""
        return replace(more, chosen=new.number, chosen_how=how, chosen_by=new.by)


def read_history(case: Path) -> History:
    """Reads a case's journal as far as it can be read."""
    journal = read_journal(case / VERSIONS)
    history, problems = History(), list(journal.problems)
    for line in journal.lines:
        try:
            history = history.after(line.record)
        except (KeyError, TypeError, ValueError) as error:
            problems.append(f"Line {line.number} of {VERSIONS} is left out: {error}")
    return replace(history, problems=tuple(problems))
