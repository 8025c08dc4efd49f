"""What a data set's writer refuses because of a case or its history."""

from __future__ import annotations

from collections.abc import Sequence

from SpineLib.errors import BadInput
from SpineLib.loop.cases import Case
from SpineLib.loop.images import ImageReference
from SpineLib.loop.problem import Problem
from SpineLib.loop.versions import APPROVAL, CHOICE, VERSION

_DID = {VERSION: "saved", CHOICE: "chose", APPROVAL: "approved"}


class NotAccepted(BadInput):
    """An answer has problems that must not be.

    Attributes:
        problems: what `SpineLib.loop.checks.problems_of` found.
    """

    def __init__(self, case: Case, problems: Sequence[Problem]) -> None:
        serious = [problem for problem in problems if problem.serious]
        super().__init__(
            f"The case {case.id} is not accepted: {'; '.join(problem.what for problem in serious[:5])}",
            advice="Correct it, or accept it as it is.",
            command="--anyway",
        )
        self.problems = tuple(problems)


class AlreadyThere(BadInput):
    """An image is in the data set already.

    Attributes:
        reason: the same words for every such image, except for one under another patient.
    """

    def __init__(self, case: Case, image: ImageReference, patient: str) -> None:
        same = case.patient == patient
        what = f"This image is the case {case.id} already" + (
            "" if same else " under another patient"
        )
        super().__init__(what, file=image.path or None)
        self.reason = "it is a case already" if same else what


class Overtaken(BadInput):
    """A reader let another version count since the one who writes looked last.

    Attributes:
        number: the version that counts now.
        by: the reader who let it count.
        did: what they did: ``saved``, ``chose`` or ``approved``.
    """

    def __init__(self, case: Case) -> None:
        history = case.history
        assert history.chosen is not None
        self.number, self.by, self.did = history.chosen, history.chosen_by, _DID[history.chosen_how]
        super().__init__(
            f"Another reader ({self.by}) {self.did} version {self.number} of the case {case.id} "
            "meanwhile, and that is the current version now",
            advice="Look at it; yours replaces it only if you say so.",
            command="--anyway",
        )


def overtaken(case: Case, seen: int) -> Overtaken | None:
    """Whether a reader let another version count than the one that was seen.

    A model's answer that came meanwhile overtakes nobody: what it says was never anybody's work.

    Args:
        case: as it is now.
        seen: number of the version that counted; 0 for none.
    """
    history = case.history
    if history.chosen is None or history.chosen == seen or not history.chosen_how:
        return None
    return Overtaken(case)


def require_current(case: Case, seen: int | None) -> None:
    """Raises `Overtaken` where that is so; None does not ask."""
    error = None if seen is None else overtaken(case, seen)
    if error is not None:
        raise error


def require_used(case: Case) -> None:
    """Raises `BadInput` where the case is set aside."""
    if case.set_aside:
        raise BadInput(
            f"The case {case.id} is set aside: {case.set_aside}",
            advice="Take it back first.",
            command="spine loop set-aside DATASET CASE --back",
        )
