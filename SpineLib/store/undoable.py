"""Steps of which the last can be undone and redone; none is ever removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar


class Step(Protocol):
    """A frozen dataclass with these two fields.

    Attributes:
        undone: taken back; it stays in the log.
        replaced: something else was added after it was undone, so that it is not brought back.
    """

    @property
    def undone(self) -> bool: ...

    @property
    def replaced(self) -> bool: ...


T = TypeVar("T", bound=Step)


class UndoableLog(Generic[T]):
    """A log in which undoing marks a step, so that a file always tells what was said.

    Args:
        steps: from the first one on.
    """

    def __init__(self, steps: list[T]) -> None:
        self.steps = steps

    @property
    def can_undo(self) -> bool:
        """Whether a step can be taken back."""
        return self._last() >= 0

    @property
    def can_redo(self) -> bool:
        """Whether an undo can be taken back."""
        return self._next() is not None

    def append(self, step: T) -> None:
        """Adds a step; what was undone before is not brought back."""
        self.steps = [_marked(earlier, replaced=earlier.undone) for earlier in self.steps]
        self.steps.append(step)

    def undo(self) -> T | None:
        """Marks the last step as taken back, and gives it; None where there is none."""
        return self._mark(self._last(), undone=True) if self.can_undo else None

    def redo(self) -> T | None:
        """Takes the last undo back, and gives its step; None where there is none."""
        number = self._next()
        return None if number is None else self._mark(number, undone=False)

    def _last(self) -> int:
        return max((n for n, step in enumerate(self.steps) if not step.undone), default=-1)

    def _next(self) -> int | None:
        later = range(self._last() + 1, len(self.steps))
        return next((n for n in later if not self.steps[n].replaced), None)

    def _mark(self, number: int, *, undone: bool) -> T:
        self.steps[number] = _marked(self.steps[number], undone=undone)
        return self.steps[number]


def _marked(step: Any, **marks: bool) -> Any:
    return replace(step, **marks)
