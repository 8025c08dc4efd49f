"""The two kinds of work in a reading study, without a panel: labelling, and settling disagreements.

Both have the same face, so that one view shows either: ``item``, ``key``, ``done``, ``total``,
``where()``, ``said()``, ``kept()``, `label`, `step`, `nextStudy`, `undo`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.outputs.grade_set_words import set_words
from SpineLib.projects.answers import levels_of
from SpineLib.projects.consensus import SliceReadings
from SpineLib.projects.labels import ASSISTED
from SpineLib.projects.order import Item
from SpineLib.projects.project import Project
from SpineLib.projects.requests import readings_of_json
from SpineLib.projects.session import ReaderSession
from SpineLib.reasons import sentence
from SpineLib.translation import tr as _
from SpineSlicer.host.readersTime import readersTime


class LabellingDesk:
    """A reader labels slices in their own order.

    Args:
        session: the reader's, open.
    """

    settles = False

    def __init__(self, session: ReaderSession) -> None:
        self.session, self.project = session, session.project
        self._levels = levels_of(self.project)

    @property
    def item(self) -> Item | None:
        """The slice to be labelled; None when all are."""
        return self.session.current()

    @property
    def key(self) -> Any:
        """Tells the slice to be labelled from all others."""
        return None if self.item is None else self.item.key

    def kept(self) -> tuple[float | None, str]:
        """How sure the reader said to be, and the comment; a new label takes their place."""
        own = None if self.item is None else self.session.own(self.item)
        return (None, "") if own is None else (own.confidence, own.comment)

    @property
    def done(self) -> int:
        """Slices with a label, those that come twice counted twice."""
        return self.session.progress().done

    @property
    def total(self) -> int:
        """Slices to be labelled."""
        return len(self.session.items)

    def where(self) -> str:
        """Which study and slice, in words; not whether it is shown a second time."""
        item, studies = self.item, [entry.study.id for entry in self.session.items]
        return "" if item is None else _where(item, studies, self._levels)

    def said(self) -> str:
        """What the reader said of this slice before, and in the assisted arm what the model says."""
        item = self.item
        if item is None:
            return ""
        own = self.session.own(item)
        parts = [_("You said: {value}").format(value=own.value)] if own else []
        if self.session.arm == ASSISTED:
            parts.insert(0, self._modelSays())
        return "\n".join(parts)

    def _modelSays(self) -> str:
        answer = self.session.model_answer()
        if answer is None:
            return _("{model} was not run on this slice").format(model=self.session.model)
        text = _("{model} says: {verdict}").format(model=self.session.model, verdict=answer.verdict)
        if answer.value and answer.value != answer.verdict:
            text += f" ({answer.value})"
        possible = set_words(answer.grade_set)
        text += ", " + _("possible: {values}").format(values=possible) if possible else ""
        if answer.probability is not None:
            text += f", P {answer.probability:.2f}"
        text += f" ({sentence(answer.why)})" if answer.why and not answer.value else ""
        return text + (", " + _("forced") if answer.forced else "")

    def label(
        self,
        value: str,
        *,
        confidence: float | None,
        comment: str,
        done: Callable[[], None],
        **_others: Any,
    ) -> None:
        """Labels the slice; it is on the disk when ``done`` is called, which is at once."""
        self.session.label(value, confidence=confidence, comment=comment)
        done()

    def undo(self) -> bool:
        """Takes the last label back; False where there is none."""
        return self.session.undo() is not None

    def step(self, by: int) -> None:
        """Goes along the reader's order, labelled slices too.

        Never from a slice's second time back to the first times, whose labels the reader is not to
        see again.
        """
        items = self.session.items
        item = self.item
        at = len(items) if item is None else items.index(item)
        last = items[-1].turn if item is None else item.turn
        if 0 <= at + by < len(items) and items[at + by].turn == last:
            self.session.go_to(items[at + by])

    def nextStudy(self) -> None:
        """Goes to the next study that has slices without a label."""
        self.session.next_study()


class ConsensusDesk:
    """Readers settle together what they disagree on.

    Args:
        project: every set of it is locked.
        rows: what the worker answered to ``disagreements``.
        ask: asks the worker: action, arguments, what takes the answer.
    """

    settles = True

    def __init__(
        self, project: Project, rows: list[dict[str, Any]], ask: Callable[..., None]
    ) -> None:
        self.project, self._ask = project, ask
        self.rows: list[SliceReadings] = readings_of_json(project, rows)
        self._at, self._levels = self._unsettled(-1), levels_of(project)

    @property
    def item(self) -> SliceReadings | None:
        """The slice to be settled; None when all are."""
        return None if self._at is None else self.rows[self._at]

    @property
    def key(self) -> Any:
        """Tells the slice to be settled from all others."""
        return None if self.item is None else self.item.slice.key

    def kept(self) -> tuple[float | None, str]:
        """The note of what was settled; a new decision takes its place."""
        decision = None if self.item is None else self.item.decision
        return None, "" if decision is None else decision.note

    @property
    def done(self) -> int:
        """Slices that are settled."""
        return sum(reading.decision is not None for reading in self.rows)

    @property
    def total(self) -> int:
        """Slices on which readers disagree."""
        return len(self.rows)

    def where(self) -> str:
        """Which study and slice, in words."""
        item = self.item
        studies = [study.id for study in self.project.studies]
        return "" if item is None else _where(item, studies, self._levels)

    def said(self) -> str:
        """The labels side by side, with what readers said of them, and what was settled."""
        item = self.item
        if item is None:
            return ""
        lines = [_line(item, name) for name in item.labels]
        decision = item.decision
        if decision is not None:
            note = f" – {decision.note}" if decision.note else ""
            text = _("Settled: {value} ({names}, {time})").format(
                value=decision.value,
                names=", ".join(decision.present),
                time=readersTime(decision.time),
            )
            lines.append(text + note)
        return "\n".join(lines)

    def label(
        self,
        value: str,
        *,
        comment: str,
        present: tuple[str, ...],
        done: Callable[[], None],
        **_others: Any,
    ) -> None:
        """Settles the slice; ``done`` is called when it is on the disk, at the next unsettled one."""
        item = self.item
        if item is None:
            return

        def settled(answer: dict[str, Any]) -> None:
            self.rows = readings_of_json(self.project, answer["rows"])
            assert self._at is not None
            self._at = self._unsettled(self._at)
            done()

        uid, frame = item.slice.key
        arguments = {"sop_instance_uid": uid, "frame": frame, "label": value, "note": comment,
                     "present": list(present)}  # fmt: skip
        self._ask("decide", arguments, settled)

    def undo(self) -> bool:
        """Nothing is taken back here: settling a slice again replaces what was settled."""
        return False

    def step(self, by: int) -> None:
        """Goes along the disagreements, settled ones too."""
        at = (len(self.rows) if self._at is None else self._at) + by
        if 0 <= at < len(self.rows):
            self._at = at

    def nextStudy(self) -> None:
        """Goes to the next study that has something to settle."""
        item = self.item
        if item is None:
            return
        for number in range(self.rows.index(item) + 1, len(self.rows)):
            if self.rows[number].study.id != item.study.id and not self.rows[number].final:
                self._at = number
                return

    def _unsettled(self, after: int) -> int | None:
        for n in [*range(after + 1, len(self.rows)), *range(after + 1)]:
            if self.rows[n].decision is None:
                return n
        return None


def _line(item: SliceReadings, name: str) -> str:
    label = item.labels[name]
    sure = "" if label.confidence is None else f", {label.confidence:.0%}"
    comment = f" – {label.comment}" if label.comment else ""
    return f"{name}: {label.value}{sure}{comment}"


def _where(item: Any, studies: list[str], levels: dict[Any, str]) -> str:
    known = list(dict.fromkeys(studies))
    text = _("Study {n} of {m}, slice {k} of {slices}").format(
        n=known.index(item.study.id) + 1, m=len(known), k=item.index + 1,
        slices=len(item.stack.slices),
    )  # fmt: skip
    level = levels.get(item.slice.key, "")
    return f"{text} ({level})" if level else text
