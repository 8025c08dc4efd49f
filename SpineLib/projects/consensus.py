"""What readers disagreed on, and what they settled together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SpineLib.errors import BadInput, BadRequest
from SpineLib.projects.blinding import require_over
from SpineLib.projects.labels import UNASSISTED, Label, read_labels
from SpineLib.projects.order import FIRST
from SpineLib.projects.project import (
    CONSENSUS,
    SOFTWARE,
    Key,
    Project,
    ReadingSlice,
    ReadingStack,
    ReadingStudy,
)
from SpineLib.store.journal import append, read_journal, repair, require_whole
from SpineLib.store.lock import holding
from SpineLib.times import now

DECISION = "decision"


@dataclass(frozen=True)
class Decision:
    """What was settled for one slice.

    Attributes:
        value: a label of the scheme.
        note: of the discussion.
        present: who was there.
    """

    value: str
    note: str
    present: tuple[str, ...]
    time: str


@dataclass(frozen=True)
class SliceReadings:
    """One slice and what every reader said of it, unassisted, the first time.

    Attributes:
        study, stack, slice, index: which; ``index`` is its k.
        labels: reader → label; who gave none is not there.
        decision: of the consensus; None where there is none (yet).
    """

    study: ReadingStudy
    stack: ReadingStack
    slice: ReadingSlice
    index: int
    labels: dict[str, Label]
    decision: Decision | None = None

    @property
    def disagreed(self) -> bool:
        """Whether two readers gave different labels."""
        return len({label.value for label in self.labels.values()}) > 1

    @property
    def final(self) -> str | None:
        """What all said, else the consensus; None where neither is."""
        if self.disagreed:
            return self.decision.value if self.decision else None
        return next((label.value for label in self.labels.values()), None)


def readings(project: Project) -> list[SliceReadings]:
    """Every slice of the project with what the readers said.

    Raises:
        Blinded: a reader's set is still open.
        BadInput: nobody labelled anything, or the consensus file was edited wrongly.
    """
    require_over(project)
    current = {name: read_labels(project, name).current(UNASSISTED) for name in project.readers}
    decided = _decisions(project)
    listed = []
    for study in project.studies:
        for stack in study.stacks:
            for index, slice_ in enumerate(stack.slices):
                key = (*slice_.key, FIRST)
                labels = {name: own[key] for name, own in current.items() if key in own}
                decision = decided.get(slice_.key)
                listed.append(SliceReadings(study, stack, slice_, index, labels, decision))
    return listed


def disagreements(project: Project) -> list[SliceReadings]:
    """Slices on which readers disagreed, settled or not, labels side by side.

    Raises:
        Blinded: a reader's set is still open.
    """
    return [reading for reading in readings(project) if reading.disagreed]


def decide(
    project: Project, key: Key, value: str, *, note: str | None = None, present: tuple[str, ...]
) -> Decision:
    """Records what was settled for a slice that readers disagreed on; a later one replaces it.

    Args:
        key: (SOP Instance UID, frame).
        value: a label of the scheme.
        note: of the discussion; None keeps the one of an earlier decision.
        present: who was there.

    Raises:
        BadRequest: nobody was there.
        BadInput: the slice is unknown, readers agree on it, or the value is no label.
        Blinded: a reader's set is still open.
    """
    project.scheme.checked(value)
    names = tuple(name.strip() for name in present if name.strip())
    if not names:
        raise BadRequest("A consensus needs those who were there")
    reading = next((r for r in disagreements(project) if r.slice.key == key), None)
    if reading is None:
        raise BadInput(
            "The readers do not disagree on this slice, so there is nothing to settle",
            advice="See which are to be settled.",
            command=f"spine project consensus {project.folder}",
        )
    if note is None:
        note = "" if reading.decision is None else reading.decision.note
    path, time = project.folder / CONSENSUS, now()
    with holding(path):
        repair(path)
        append(path, {
            "kind": DECISION, "sop_instance_uid": key[0], "frame": key[1], "study": reading.study.id,
            "labels": {name: label.value for name, label in reading.labels.items()}, "label": value,
            "note": note, "present": names, "time": time, "software": SOFTWARE,
        })  # fmt: skip
    return Decision(value, note, names, time)


def _decisions(project: Project) -> dict[Key, Decision]:
    path = project.folder / CONSENSUS
    journal = read_journal(path)
    require_whole(journal, path)
    decisions: dict[Key, Decision] = {}
    for line in journal.lines:
        record: dict[str, Any] = line.record
        try:
            value = project.scheme.checked(record["label"])
            key = str(record["sop_instance_uid"]), int(record["frame"])
            decisions[key] = Decision(
                value, record["note"], tuple(record["present"]), record["time"]
            )
        except (KeyError, TypeError, ValueError, BadInput) as error:
            raise BadInput(
                f"Line {line.number} is not a decision: {error}",
                file=path,
                advice="Restore the file from a backup.",
            ) from error
    return decisions
