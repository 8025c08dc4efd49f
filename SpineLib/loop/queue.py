"""Which case a person should look at next, and why.

`teaching` combines scores, so that it can be measured apart from any data set; `queue` orders a
data set's cases by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadRequest
from SpineLib.loop.cases import Case
from SpineLib.loop.dataset import Dataset
from SpineLib.loop.problem import Problem
from SpineLib.loop.scores import Score, read_score
from SpineLib.loop.versions import APPROVED, CORRECTED
from SpineLib.times import local_time

TEACHING, OLDEST, RANDOM = ORDERS = ("teaching", "oldest", "random")
ALL, TRAINING, TEST = PARTS = ("all", "training", "test")
# What a score is combined from, in the words of a reason.
MEASURES: dict[str, str] = {
    "uncertainty": "The model is less sure of it than of",
    "disagreement": "Its answer differs from an earlier model's by more than that of",
    "implausibility": "Its answer is less plausible than that of",
}
# A measure by which a case stands below this share of the others is no reason for its place.
LEAST_SHARE = 0.5
PLAIN = "Nothing about it stands out among the waiting cases"


@dataclass(frozen=True)
class Queued:
    """A case that needs a person.

    Attributes:
        case: the case.
        score: 0 to 1, how much it should teach among the cases that wait; None where the model in
            force has not answered it, and for cases whose place does not come from it.
        reasons: why it stands where it does, the weightiest first.
        problems: places to look at, in its answer by the current model.
        measured: what is known of it under the current model.
    """

    case: Case
    score: float | None
    reasons: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    measured: Score | None = None


def queue(
    dataset: Dataset, *, order: str = TEACHING, part: str = ALL, seed: int | None = None
) -> list[Queued]:
    """The cases that need a person, the first one first.

    Approved cases and those set aside are left out; corrected ones, which wait for approval only,
    stand last. By ``teaching`` the frozen test's cases come first, in the order of arrival: they
    teach nothing, but without them no two models can be compared, and a test of which only the
    hardest cases were corrected would measure something else. Training cases follow by `teaching`,
    then those that the current model has not answered.

    Args:
        dataset: as it was read.
        order: ``teaching``, ``oldest`` or ``random``.
        part: ``all``, ``training`` or ``test``.
        seed: of ``random``; the data set's own if None. A case that leaves the queue leaves the
            others in their order.

    Raises:
        BadRequest: no such order or part.
        BadInput: a score is damaged.
    """
    if order not in ORDERS:
        raise BadRequest(f"There is no order {order}", advice=f"Use {', '.join(ORDERS)}.")
    if part not in PARTS:
        raise BadRequest(f"There is no part {part}", advice=f"Use {', '.join(PARTS)}.")
    waiting = [
        case
        for case in dataset.cases.values()
        if case.state != APPROVED and not case.set_aside and part in (ALL, _part(case))
    ]
    model = dataset.current.id
    scores = {case.id: read_score(dataset.folder, model, case.id) for case in waiting}
    known = {name: score for name, score in scores.items() if score is not None}
    fresh = {c.id: known[c.id] for c in waiting if c.id in known and _learns(c)}
    values, by_case = teaching(fresh), reasons(fresh)
    key = _key(order, dataset.seed if seed is None else seed, values)
    return [
        Queued(
            case,
            values.get(case.id),
            _why(case, order, model, by_case.get(case.id, ()), case.id in known),
            () if case.id not in known else known[case.id].problems,
            known.get(case.id),
        )
        for case in sorted(waiting, key=key)
    ]


def teaching(scores: Mapping[str, Score]) -> dict[str, float]:
    """How much each case should teach, among these: 0 (least) to 1.

    The mean of its ranks by uncertainty, disagreement and implausibility, each rank as a share
    of the cases (0 the lowest value, 1 the highest, equal values share the mean of their ranks).
    A measure that some case lacks or that is the same for all says nothing and is left out. Ranks,
    not values, because the three have no common unit; that they weigh the same is by hand.

    Args:
        scores: of the same model, by any name.
    """
    shares = list(_shares(scores).values())
    if not shares:
        return dict.fromkeys(scores, 0.5)
    mean = np.mean(shares, axis=0)
    return {name: float(value) for name, value in zip(scores, mean, strict=True)}


def reasons(scores: Mapping[str, Score]) -> dict[str, tuple[str, ...]]:
    """Sentences on what each case's place by `teaching` comes from, the weightiest first."""
    shares = _shares(scores)
    by_case = {}
    for n, (name, score) in enumerate(scores.items()):
        ranked = sorted(((float(v[n]), measure) for measure, v in shares.items()), reverse=True)
        by_case[name] = tuple(
            f"{MEASURES[measure]} {100 * share:.0f} % of the others: {_in_words(score, measure)}"
            for share, measure in ranked
            if share >= LEAST_SHARE and (measure != "implausibility" or score.problems)
        ) or (PLAIN,)
    return by_case


def _shares(scores: Mapping[str, Score]) -> dict[str, NDArray[np.float64]]:
    result = {}
    for measure in MEASURES:
        values = [getattr(score, measure) for score in scores.values()]
        if len(values) > 1 and None not in values and len(set(values)) > 1:
            result[measure] = _below(values) / (len(values) - 1)
    return result


def _below(values: Sequence[float]) -> NDArray[np.float64]:
    """How many others each value is above; of equal ones each is above half."""
    # Not SciPy's rankdata: importing scipy.stats would stop Slicer's window for a second.
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count + 1) / 2)[which]


def _in_words(score: Score, measure: str) -> str:
    if measure == "uncertainty":
        value = f"{score.uncertainty:.3f}"
        if score.per_structure:
            worst = max(score.per_structure, key=lambda name: score.per_structure[name])
            return f"{value}, most for {worst} ({score.per_structure[worst]:.3f})"
        known = [(v, k) for k, v in enumerate(score.per_slice) if v is not None]
        return value + (f", most on slice {max(known)[1] + 1}" if known else "")
    if measure == "disagreement":
        if score.dice:
            worst = min(score.dice, key=lambda name: score.dice[name])
            return f"lowest Dice {score.dice[worst]:.2f} for label {worst} (with {score.against})"
        return f"{100 * (score.disagreement or 0):.0f} % of the slices (with {score.against})"
    serious = sum(problem.serious for problem in score.problems)
    places = f"{len(score.problems)} place{'s' if len(score.problems) > 1 else ''} to look at"
    first = next((problem for problem in score.problems if problem.serious), score.problems[0])
    return f"{places}, {serious} of them serious; {first.what[0].lower()}{first.what[1:]}"


def _key(order: str, seed: int, values: Mapping[str, float]) -> Callable[[Case], tuple]:
    def key(case: Case) -> tuple:
        last = case.state == CORRECTED
        if order == OLDEST:
            return last, 0, case.id.zfill(8)
        if order == RANDOM:
            return last, 0, hashlib.sha256(f"{seed} {case.id}".encode()).hexdigest()
        first = 0 if case.test else 1 if case.id in values else 2
        return last, first, -values.get(case.id, 0.0), case.id.zfill(8)

    return key


def _why(
    case: Case, order: str, model: str, from_score: Sequence[str], answered: bool
) -> tuple[str, ...]:
    why = []
    if case.state == CORRECTED:
        why.append("Corrected; it waits to be approved")
    if case.test:
        why.append("Frozen test: needed to compare models, never learnt from")
    if order == OLDEST:
        why.append(f"By arrival: {local_time(case.added, day=True) or 'day not known'}")
    elif order == RANDOM:
        why.append("By chance")
    elif not answered and _learns(case):
        why.append(f"The current model, {model}, has not answered it yet")
    return (*why, *from_score)


def _learns(case: Case) -> bool:
    """Whether its place comes from what it teaches."""
    return not case.test and case.state != CORRECTED


def _part(case: Case) -> str:
    return TEST if case.test else TRAINING
