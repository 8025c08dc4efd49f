"""The plan of a cohort: a line of JSON for each place that was looked at, with the studies in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.store.journal import read_journal, require_whole

PLAN = "plan.jsonl"
_PLANS = "plan*.jsonl"  # several, where parts of a cohort were planned apart
# Kinds of places.
FOLDER, ZIP, VOLUME, WEB = "folder", "zip", "volume", "web"


@dataclass(frozen=True)
class Part:
    """Images of a study in one place.

    Attributes:
        kind: `FOLDER`, `ZIP`, `VOLUME` (a NIfTI, NRRD or MetaImage file) or `WEB`.
        path: of the folder or file; the name of a destination.
        files: relative to the folder; empty where all of them are the study's.
        images: how many; 0 where nobody knows yet.
        stamp: another one where files came, went or changed.
    """

    kind: str
    path: str
    files: tuple[str, ...] = ()
    images: int = 0
    stamp: str = ""


@dataclass(frozen=True)
class PlannedStudy:
    """One study, a row of the plan.

    Attributes:
        key: names the study in the cohort; a hash that no header can choose.
        uid: Study Instance UID; empty for a volume file.
        patient: tells patients of the cohort apart, by the cohort's secret; empty where nothing does.
        parts: where its images lie.
        stacks: plane and weighting of each stack that can be read; None where headers were not seen.
        problem: why it cannot be read, where the plan knows already.
        weighting, region: said by whoever planned it, used where the images do not say.
        label: a name without identity, as of BIDS; empty for none.
    """

    key: str
    uid: str = ""
    patient: str = ""
    parts: tuple[Part, ...] = ()
    stacks: tuple[tuple[str, str], ...] | None = None
    problem: str = ""
    weighting: str = ""
    region: str = ""
    label: str = ""

    @property
    def images(self) -> int:
        """How many images the plan has seen."""
        return sum(part.images for part in self.parts)

    @property
    def fingerprint(self) -> str:
        """Names this very set of images and what was said of it."""
        # A copy of a data set has the same labels in another place.
        lines = sorted(f"{part.kind} {self.label or part.path} {part.stamp}" for part in self.parts)
        return digest(*lines, self.weighting, self.region)

    def to_dict(self) -> dict[str, Any]:
        """As JSON values, without what is empty."""
        return {key: value for key, value in asdict(self).items() if value not in ("", None)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PlannedStudy:
        """From what `to_dict` gave.

        Raises:
            TypeError: a value is unknown or missing.
        """
        parts = tuple(Part(**{**part, "files": tuple(part["files"])}) for part in data["parts"])
        stacks = data.get("stacks")
        if stacks is not None:
            stacks = tuple((str(plane), str(weighting)) for plane, weighting in stacks)
        return cls(**{**data, "parts": parts, "stacks": stacks})


def digest(*parts: str) -> str:
    """16 hex digits that stand for some texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_plan(cohort: Path) -> list[PlannedStudy]:
    """The studies of a cohort, in the order of their keys, so that all see the same one.

    Raises:
        BadInput: there is no plan, or it is damaged.
    """
    plans = sorted(cohort.glob(_PLANS))
    if not plans:
        raise BadInput(
            "There is no plan here", file=cohort, advice="Plan the cohort first.",
            command=f"spine cohort plan SOURCE --out {cohort}",
        )  # fmt: skip
    studies = [s for plan in plans for line in places(plan).values() for s in _studies(line, plan)]
    return sorted(merged(studies), key=lambda study: study.key)


def places(plan: Path) -> dict[str, dict[str, Any]]:
    """Place → what the plan's last line of it says."""
    journal = read_journal(plan)
    require_whole(journal, plan)
    return {str(line.record.get("place")): line.record for line in journal.lines}


def _studies(line: Mapping[str, Any], plan: Path) -> list[PlannedStudy]:
    try:
        return [PlannedStudy.from_dict(study) for study in line["studies"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("The plan is damaged", file=plan) from error


def merged(studies: Iterable[PlannedStudy]) -> list[PlannedStudy]:
    """One row a study: images of one study in several places come together."""
    by_key: dict[str, PlannedStudy] = {}
    for study in studies:
        first = by_key.get(study.key)
        by_key[study.key] = study if first is None else _joined(first, study)
    return list(by_key.values())


def _joined(first: PlannedStudy, second: PlannedStudy) -> PlannedStudy:
    stacks = None
    if first.stacks is not None and second.stacks is not None:
        stacks = tuple(dict.fromkeys((*first.stacks, *second.stacks)))
    problem = first.problem if second.problem else ""
    # Several plans may have the very same place, as of a participant and of one of its sessions.
    parts = tuple(dict.fromkeys((*first.parts, *second.parts)))
    return replace(first, parts=parts, stacks=stacks, problem=problem)
