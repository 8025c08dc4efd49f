"""One reader at work: what a panel or a command needs to show slices and take labels."""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, OutputError
from SpineLib.projects.answers import Answers, ModelAnswer, answers_for
from SpineLib.projects.blinding import Blinded, unblinded_at
from SpineLib.projects.labels import (
    ARMS,
    ASSISTED,
    LABEL,
    LOCK,
    READER,
    TAKEN_OVER,
    UNASSISTED,
    UNDO,
    Label,
    ReaderLabels,
    box_of,
    read_labels,
)
from SpineLib.projects.order import Item, order_of
from SpineLib.projects.project import FORMAT, SOFTWARE, Project, open_project
from SpineLib.store.journal import append, repair
from SpineLib.store.lock import holding, token
from SpineLib.times import now


class NameTaken(BadInput):
    """A reader's name belongs to another user or machine."""


@dataclass(frozen=True)
class Count:
    """How far a reader is.

    Attributes:
        done, total: slices, those that come twice counted twice.
        seconds: spent on those done.
    """

    done: int
    total: int
    seconds: float

    @property
    def left(self) -> int:
        """Slices to do."""
        return self.total - self.done


class ReaderSession:
    """A reader's set of labels, open for writing; no other program can open it meanwhile.

    A blinded reader's session knows neither the model's answers nor what others said: it never
    opens their files. The assisted arm can be read once the reader's own set is locked.

    Args:
        project: or its folder.
        reader: letters, digits, - and _. The first one to use a name on a machine owns it.
        arm: ``unassisted`` or ``assisted``.
        take_over: the name belongs to another user or machine and the same person now reads here.
        seed: of the order, for a new reader; drawn if None.

    Raises:
        NameTaken: the name belongs to another user or machine.
        BadInput: another program has it open, or the model has no answers.
        Blinded: the assisted arm before the own set is locked.

    Example:
        >>> with ReaderSession("spine-study", "anna") as session:  # doctest: +SKIP
        ...     while session.current() is not None:
        ...         session.label("compressed", confidence=0.9)
        ...     session.lock()
    """

    def __init__(
        self,
        project: Project | str | Path,
        reader: str,
        *,
        arm: str = UNASSISTED,
        take_over: bool = False,
        seed: int | None = None,
    ) -> None:
        self.project = project if isinstance(project, Project) else open_project(project)
        self.reader, self.arm = reader, arm
        self._path = self.project.labels_file(reader)
        self._stack = ExitStack()
        if arm not in ARMS:
            raise BadInput(
                f"{arm!r} is not an arm of the study", advice=f"Use {' or '.join(ARMS)}."
            )
        if not self.project.studies:
            raise BadInput("The project has no studies yet", file=self.project.folder)
        self._answers: Answers | None = None
        self._seen = 0.0
        self._shown: float | None = None
        if arm == ASSISTED:
            self._answers = answers_for(self.project, reader)
        self._stack.enter_context(holding(self._path))
        try:
            self._begin(take_over, seed)
        except BaseException:
            self.close()
            raise

    def _begin(self, take_over: bool, seed: int | None) -> None:
        repaired = repair(self._path)
        labels = read_labels(self.project, self.reader)
        if not self._path.exists():
            number = secrets.randbelow(2**31) if seed is None else seed
            append(self._path, {
                "kind": READER, "format": FORMAT, "reader": self.reader, "seed": number,
                "token": token(), "time": now(), "software": SOFTWARE,
            })  # fmt: skip
            labels = read_labels(self.project, self.reader)
        if labels.seed is None:
            raise BadInput(
                "The first line, with the seed of this reader's order, cannot be read",
                file=self._path,
                advice="Restore that line from a backup; all other lines are used as they are.",
            )
        if labels.token != token():
            if not take_over:
                raise NameTaken(
                    f"The name {self.reader} belongs to another user or machine",
                    file=self._path,
                    advice="Choose another name; if this is you, on another machine, say so.",
                    command="--take-over",
                )
            append(self._path, {"kind": TAKEN_OVER, "token": token(), "time": now()})
        self.notes: tuple[str, ...] = tuple(note for note in (repaired, *labels.problems) if note)
        self._labels: ReaderLabels = labels
        self.items: tuple[Item, ...] = tuple(order_of(self.project, labels.seed))
        self._given = labels.given[self.arm]
        self._current = labels.current(self.arm)
        self._place = self._unlabelled(-1)
        self.begin()

    def __enter__(self) -> ReaderSession:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets another program open the set."""
        self._stack.close()

    @property
    def definitions(self) -> tuple[tuple[str, str], ...]:
        """Each label and what it means, from mild to severe."""
        scheme = self.project.scheme
        return tuple((value, scheme.definitions.get(value, "")) for value in scheme.values)

    @property
    def locked(self) -> bool:
        """Whether this arm's set is closed for good."""
        return self.arm in self._labels.locks

    def current(self) -> Item | None:
        """The slice to be labelled; None when all are."""
        return None if self._place is None else self.items[self._place]

    def begin(self) -> None:
        """The current slice is on the screen now: its seconds count from here."""
        self._seen, self._shown = 0.0, time.monotonic()

    def pause(self) -> None:
        """The current slice is out of sight: its seconds stop until `resume`."""
        self._seen, self._shown = self._seconds(), None

    def resume(self) -> None:
        """The current slice is in sight again: its seconds go on."""
        if self._shown is None:
            self._shown = time.monotonic()

    def _seconds(self) -> float:
        return self._seen + (0.0 if self._shown is None else time.monotonic() - self._shown)

    def own(self, item: Item) -> Label | None:
        """What this reader said of a slice in this arm."""
        return self._current.get(item.key)

    def model_answer(self) -> ModelAnswer | None:
        """What the model said of the current slice; always None in the unassisted arm."""
        item = self.current()
        if self._answers is None or item is None:
            return None
        return self._answers.answers.get(item.slice.key)

    @property
    def model(self) -> str:
        """Whose answers are shown, a starter marked so; empty in the unassisted arm."""
        if self._answers is None:
            return ""
        return f"{self._answers.model}{' (starter)' if self._answers.starter else ''}"

    def label(
        self,
        value: str,
        *,
        confidence: float | None = None,
        comment: str = "",
        box: tuple[float, float, float, float] | None = None,
        timed: bool = True,
    ) -> Label:
        """Labels the current slice and goes on to the next one without a label.

        The label is on the disk when this returns.

        Args:
            value: a label of the project's scheme.
            confidence: 0-1.
            comment: anything that the reader wants to say.
            box: region of interest in pixels, as of `Label`.
            timed: False where nobody looked at the slice meanwhile, as for labels of elsewhere.

        Raises:
            BadInput: the value is no label, the confidence or box is none, there is no current
                slice, or the set is locked or was unblinded.
            OutputError: it could not be written; nothing has changed.
        """
        item = self.current()
        if item is None:
            raise BadInput("Every slice has a label", advice="Go to one to change it, or lock.")
        self._require_open()
        if confidence is not None and not 0 <= confidence <= 1:
            raise BadInput(f"{confidence} cannot be a confidence", advice="It goes from 0 to 1.")
        try:
            drawn = None if box is None else box_of(box)
        except ValueError as error:
            raise BadInput(str(error)) from error
        label = Label(
            item.key,
            self.arm,
            self.project.scheme.checked(value),
            confidence,
            comment,
            round(self._seconds(), 2) if timed else None,
            drawn,
            now(),
            SOFTWARE,
        )
        self._append({
            "kind": LABEL, **self._about(item), "study": item.study.id, "label": label.value,
            "confidence": confidence, "comment": comment, "seconds": label.seconds, "box": drawn,
            "time": label.time, "software": SOFTWARE,
        })  # fmt: skip
        self._given.append(label)
        self._current[item.key] = label
        assert self._place is not None
        self._go(self._unlabelled(self._place))
        return label

    def undo(self) -> Item | None:
        """Takes the last label back, by a line of its own, and makes its slice the current one.

        Returns:
            The slice; None where there is nothing to take back.
        """
        if not self._given:
            return None
        self._require_open()
        key = self._given[-1].key
        position = next(n for n, item in enumerate(self.items) if item.key == key)
        about = self._about(self.items[position])
        self._append({"kind": UNDO, **about, "time": now(), "software": SOFTWARE})
        self._given.pop()
        self._current = self._labels.current(self.arm)
        self._go(position)
        return self.items[position]

    def go_to(self, item: Item) -> None:
        """Makes a slice the current one, labelled or not."""
        self._go(self.items.index(item))

    def next_study(self) -> Item | None:
        """Goes to the next study that has slices without a label.

        Returns:
            The slice that is current now; None when all are labelled.
        """
        here = self.current()
        start = 0 if self._place is None else self._place
        for n in [*range(start, len(self.items)), *range(start)]:
            item = self.items[n]
            other = here is None or item.study.id != here.study.id
            if other and item.key not in self._current:
                self._go(n)
                break
        return self.current()

    def progress(self) -> Count:
        """How far this reader is."""
        done = [self._current[i.key] for i in self.items if i.key in self._current]
        return Count(len(done), len(self.items), sum(label.seconds or 0.0 for label in done))

    def lock(self, *, incomplete: bool = False) -> None:
        """Closes the set for good; from then on the reader may see what others said.

        Args:
            incomplete: although slices have no label.

        Raises:
            BadInput: slices have no label, or it is locked already.
        """
        self._require_open()
        left = self.progress().left
        if left and not incomplete:
            raise BadInput(
                f"{left} of {len(self.items)} slices have no label yet",
                advice="Label them, or lock the set as it is.",
                command="--incomplete",
            )
        record = {"kind": LOCK, "arm": self.arm, "left": left, "time": now(), "software": SOFTWARE}
        self._append(record)
        self._labels.locks[self.arm] = str(record["time"])

    def _require_open(self) -> None:
        if self.locked:
            raise BadInput(f"{self.reader}'s set is locked and stays as it is", file=self._path)
        if self.arm == UNASSISTED and unblinded_at(self.project, self.reader):
            raise Blinded(f"{self.reader}'s set was unblinded, so it is closed", file=self._path)

    def _about(self, item: Item) -> dict[str, object]:
        uid, frame, turn = item.key
        return {"arm": self.arm, "sop_instance_uid": uid, "frame": frame, "turn": turn}

    def _go(self, position: int | None) -> None:
        self._place = position
        self.begin()

    def _append(self, record: dict[str, Any]) -> None:
        """Adds a line to a set that is there: a drive that is gone would be written to elsewhere."""
        if not self._path.is_file():
            raise OutputError(
                "The reading project is no longer there, and nothing was written",
                file=self._path,
                advice="Connect its drive again, or put the folder back.",
            )
        append(self._path, record)

    def _unlabelled(self, after: int) -> int | None:
        """The next item without a label after this one, from the start if there is none behind."""
        for n in [*range(after + 1, len(self.items)), *range(after + 1)]:
            if self.items[n].key not in self._current:
                return n
        return None
