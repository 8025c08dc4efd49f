"""One progress and one cancel for every long task, in every door."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import TypeVar

from SpineLib.errors import Cancelled

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """Where a long task stands.

    Attributes:
        stage: what is being done now, for the person ("Reading slices").
        done: units finished in this stage.
        total: units in this stage; 0 where it is not known.
        seconds_left: estimated seconds left in this stage, or where there are parts in all of
            them; None until it can be told.
        part, parts: of several like tasks (the cases of a data set) the one that is done now, from
            1, and how many there are; 0 where there is one task only. Each has stages of its own.
        known: what the task has found out already, a sentence; empty where it has nothing to say.
    """

    stage: str
    done: int
    total: int
    seconds_left: float | None
    part: int = 0
    parts: int = 0
    known: str = ""


class Progress:
    """Reports steps to a listener and raises `Cancelled` once it was asked to.

    A task calls `stage` and `advance`, or wraps its loop in `track`. Another thread may call
    `cancel`; the task's next call then raises.

    Args:
        listener: called with each `Step`, in the task's thread.
    """

    def __init__(self, listener: Callable[[Step], None] | None = None) -> None:
        self._listener = listener
        self._cancel = threading.Event()
        self._stage, self._done, self._total, self._start = "", 0, 0, time.monotonic()
        self._part, self._parts, self._first = 0, 0, self._start
        self._known = ""

    def cancel(self) -> None:
        """Asks the task to stop at its next step."""
        self._cancel.set()

    def check(self) -> None:
        """Raises `Cancelled` if the task was asked to stop."""
        if self._cancel.is_set():
            raise Cancelled

    def part(self, number: int, total: int) -> None:
        """Begins one of ``total`` like tasks, from 1; its stages are told as parts of the whole."""
        if number == 1:
            self._first = time.monotonic()
        self._part, self._parts = number, total

    def know(self, sentence: str) -> None:
        """Tells, with each step from now on, what the task has found out already."""
        self._known = sentence
        self._report()

    def stage(self, name: str, total: int = 0) -> None:
        """Begins a stage of ``total`` units."""
        self._stage, self._done, self._total, self._start = name, 0, total, time.monotonic()
        self._report()

    def advance(self, count: int = 1) -> None:
        """Says that ``count`` more units are done."""
        self._done += count
        self._report()

    def track(self, items: Iterable[T], name: str, total: int | None = None) -> Iterator[T]:
        """Yields the items and reports each one done."""
        if total is None:
            total = len(items) if isinstance(items, Sized) else 0
        self.stage(name, total)
        for item in items:
            yield item
            self.advance()

    def _report(self) -> None:
        self.check()
        if self._listener is None:
            return
        at = self._stage, self._done, self._total, self._left()
        self._listener(Step(*at, self._part, self._parts, self._known))

    def _left(self) -> float | None:
        start, done, total = self._start, self._done, self._total
        if self._parts:
            start, done, total = self._first, self._part - 1, self._parts
        return (time.monotonic() - start) / done * (total - done) if done and total else None
