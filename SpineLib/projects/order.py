"""In which order a reader sees the slices: random, from a recorded seed, stable when studies join."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from SpineLib.projects.project import Key, Project, ReadingSlice, ReadingStack, ReadingStudy

FIRST, SECOND = 1, 2


@dataclass(frozen=True)
class Item:
    """One slice that a reader is to label.

    Attributes:
        study, stack, slice: which.
        index: the slice's k in its stack.
        turn: 1, or 2 where the same slice comes again to see whether the reader agrees with
            themselves.
    """

    study: ReadingStudy
    stack: ReadingStack
    slice: ReadingSlice
    index: int
    turn: int = FIRST

    @property
    def key(self) -> tuple[str, int, int]:
        """(SOP Instance UID, frame, turn)."""
        return (*self.slice.key, self.turn)


def order_of(project: Project, seed: int) -> list[Item]:
    """Every slice once, then the repeated ones again, in this reader's order.

    Places come from a hash of the seed and the slice, so that a study that joins later moves no
    other one.

    Args:
        project: says by studies or by slices, and which share is repeated.
        seed: the reader's.
    """
    every, again = [], []
    for study in project.studies:
        for stack in study.stacks:
            items = [Item(study, stack, slice_, k) for k, slice_ in enumerate(stack.slices)]
            every += items
            chosen = sorted(items, key=lambda item: _place(seed, "repeat", item.slice.key))
            for item in chosen[: _repeats(project, len(items))]:
                again.append(Item(study, stack, item.slice, item.index, SECOND))
    if project.order == "studies":
        every.sort(key=lambda item: _place(seed, "study", (item.study.id, 0)))  # stable
    else:
        every.sort(key=lambda item: _place(seed, "slice", item.slice.key))
    again.sort(key=lambda item: _place(seed, "again", item.slice.key))
    return every + again


def _repeats(project: Project, slices: int) -> int:
    """At least one slice of each stack, where any are repeated."""
    return max(1, round(project.repeat_share * slices)) if project.repeat_share else 0


def _place(seed: int, what: str, key: Key) -> bytes:
    return hashlib.sha256(f"{seed} {what} {key[0]} {key[1]}".encode()).digest()
