"""What a reader's file says: labels, what was taken back, locks, and lines that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.projects.project import EVENTS, FORMAT, Project
from SpineLib.store.journal import read_journal

UNASSISTED, ASSISTED = "unassisted", "assisted"
ARMS = (UNASSISTED, ASSISTED)
READER, LABEL, UNDO, LOCK, TAKEN_OVER = "reader", "label", "undo", "lock", "taken over"
UNBLIND = "unblind"

SliceKey = tuple[str, int, int]


@dataclass(frozen=True)
class Label:
    """One label of one slice.

    Attributes:
        key: (SOP Instance UID, frame, turn).
        value: a label of the scheme.
        confidence: 0-1; None where the reader gave none.
        seconds: from when the slice was shown; None where nobody measured it.
        box: region of interest in pixels of the slice, counted from 0 at the picture's edge:
            left, upper, right, lower; None where none was drawn.
        time: UTC, ISO 8601.
    """

    key: SliceKey
    arm: str
    value: str
    confidence: float | None = None
    comment: str = ""
    seconds: float | None = None
    box: tuple[float, float, float, float] | None = None
    time: str = ""
    software: str = ""


@dataclass
class ReaderLabels:
    """One reader's file.

    Attributes:
        reader: the name.
        seed: of the reader's order; None for a file without its first line.
        token: hash of the user and machine that the name belongs to.
        locks: arm → time of the lock.
        problems: sentences on lines that are left out, with their numbers; for the reader's eyes.
        told: the same for everybody: what stood there instead of a label is not said.
        given: arm → every label in the order in which it was given, those taken back left out.
    """

    reader: str
    seed: int | None = None
    token: str = ""
    locks: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    given: dict[str, list[Label]] = field(default_factory=lambda: {arm: [] for arm in ARMS})

    def current(self, arm: str = UNASSISTED) -> dict[SliceKey, Label]:
        """Slice → the last label that was not taken back."""
        return {label.key: label for label in self.given[arm]}


def read_labels(project: Project, reader: str) -> ReaderLabels:
    """Reads a reader's file as far as it can be used.

    Raises:
        BadInput: the file is of a newer version.
    """
    path = project.labels_file(reader)
    journal = read_journal(path)
    labels = ReaderLabels(reader, problems=list(journal.problems), told=list(journal.problems))
    opened = unblinded_at(project, reader)
    known = {slice_.key for _, _, slice_ in project.slices()}
    for line in journal.lines:
        try:
            if opened and line.record["kind"] in (LABEL, UNDO) and line.record["arm"] == UNASSISTED:
                _require_before(line.record, opened)
            _take(labels, line.record, project, known, path)
        except (KeyError, TypeError, ValueError) as error:
            what = f"has no {error}" if isinstance(error, KeyError) else str(error)
            labels.problems.append(f"Line {line.number} is left out: {what}")
            shown = error.told if isinstance(error, _NoLabel) else what
            labels.told.append(f"Line {line.number} is left out: {shown}")
    if opened:
        labels.locks.setdefault(UNASSISTED, opened)
    if labels.seed is None and journal.lines:
        for sentences in (labels.problems, labels.told):
            sentences.append("The file does not begin with the reader's own line")
    return labels


def unblinded_at(project: Project, reader: str) -> str:
    """When a reader's set was unblinded; empty where it was not."""
    path = project.folder / EVENTS
    times = [
        str(line.record["time"])
        for line in read_journal(path).lines
        if line.record.get("kind") == UNBLIND and reader in line.record.get("readers", ())
    ]
    return min(times, default="")


def locked_sets(project: Project) -> list[str]:
    """Readers who have locked a set."""
    return [name for name in project.readers if read_labels(project, name).locks]


class _NoLabel(ValueError):
    """What stands there instead of a label may say what the reader meant."""

    def __init__(self, what: str, told: str) -> None:
        super().__init__(what)
        self.told = told


def _require_before(data: dict[str, Any], opened: str) -> None:
    if str(data.get("time", "")) > opened:
        raise ValueError("it was written after the set was unblinded")


def _take(
    labels: ReaderLabels, data: dict[str, Any], project: Project, known: set, path: Path
) -> None:
    kind = data["kind"]
    if kind == READER:
        _begin(labels, data, path)
        return
    if kind == TAKEN_OVER:
        labels.token = str(data["token"])
        return
    arm = data["arm"]
    if arm not in ARMS:
        raise ValueError(f"{arm!r} is not an arm of the study")
    if kind == LOCK:
        labels.locks.setdefault(arm, str(data["time"]))
        return
    if arm in labels.locks:
        raise ValueError("it was written after the set was locked")
    if kind == LABEL:
        labels.given[arm].append(_label(data, project, known))
    elif kind == UNDO:
        _undo(labels.given[arm], _key(data))
    else:
        raise ValueError(f"{kind!r} is not a kind of line")


def _begin(labels: ReaderLabels, data: dict[str, Any], path: Path) -> None:
    if data["format"] > FORMAT:
        raise BadInput(
            f"These labels have format {data['format']}; this program reads up to {FORMAT}",
            file=path,
            advice="Update SlicerSpineMRI; the labels stay as they are.",
        )
    if labels.seed is not None:
        raise ValueError("the reader's own line is there twice")
    if data["reader"] != labels.reader:
        raise ValueError("the reader's own line names somebody else than the file")
    labels.seed, labels.token = int(data["seed"]), str(data["token"])


def _label(data: dict[str, Any], project: Project, known: set) -> Label:
    key, value, seconds = _key(data), data["label"], data.get("seconds")
    if key[:2] not in known:
        raise ValueError("no slice of the project has this SOP Instance UID and frame")
    if value not in project.scheme.values:
        raise _NoLabel(
            f"{value!r} is not a label of {project.scheme.key}",
            f"its label is none of {project.scheme.key}",
        )
    confidence, box = data.get("confidence"), data.get("box")
    if confidence is not None and not 0 <= float(confidence) <= 1:
        raise ValueError(f"{confidence} is not a confidence from 0 to 1")
    if seconds is not None and float(seconds) < 0:
        raise ValueError("seconds are negative")
    return Label(
        key,
        data["arm"],
        value,
        None if confidence is None else float(confidence),
        str(data.get("comment", "")),
        None if seconds is None else float(seconds),
        None if box is None else box_of(box),
        str(data.get("time", "")),
        str(data.get("software", "")),
    )


def box_of(box: Any) -> tuple[float, float, float, float]:
    """A box as four numbers.

    Raises:
        ValueError: it is empty or not one.
    """
    left, upper, right, lower = (float(edge) for edge in box)
    if not (0 <= left < right and 0 <= upper < lower):
        raise ValueError(f"{tuple(box)} is not a box: left, upper, right, lower")
    return left, upper, right, lower


def _key(data: dict[str, Any]) -> SliceKey:
    turn = int(data.get("turn", 1))
    if turn not in (1, 2):
        raise ValueError(f"{turn} is not a reading of a slice, which is read once or twice")
    return str(data["sop_instance_uid"]), int(data["frame"]), turn


def _undo(given: list[Label], key: SliceKey) -> None:
    for n in reversed(range(len(given))):
        if given[n].key == key:
            del given[n]
            return
    raise ValueError("it takes back a label that was not given")
