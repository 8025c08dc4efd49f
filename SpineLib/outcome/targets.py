"""The answers that a cohort knows: severity now, and what became of each patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.outcome.recipe import BINARY, ORDINAL, Recipe
from SpineLib.outcome.table import Cohort, require_columns
from SpineLib.wording import count

SEVERITIES = ("mild", "moderate", "severe")
# mJOA of 15 to 17 is mild, 12 to 14 moderate, below 12 severe (Tetreault et al. 2015, Spine
# 40:1653, whose groups these are; 18 is counted with the mild).
MILD, MODERATE = 15, 12
GOOD = 16  # mJOA that leaves little impairment (Tetreault et al. 2015, J Bone Joint Surg 97:2038)
# Least difference that matters, by severity before (Tetreault et al. 2015, Spine 40:1653).
MCID = (1.0, 2.0, 3.0)
FULL = 18.0  # the best mJOA
# Below these numbers no model is made; they are ours, and far below what TRIPOD+AI's item 10 asks.
LEAST_PATIENTS, LEAST_OF_CLASS = 50, 15


@dataclass(frozen=True)
class Target:
    """The known answers.

    Attributes:
        rows: which patients of the cohort have one.
        values: of these: 0 or 1; 0, 1, 2 for mild, moderate, severe; or a number.
        classes: names of the classes; empty for a number.
        notes: who was left out, in sentences.
    """

    rows: NDArray[np.intp]
    values: NDArray[np.float64]
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def severity_of(mjoa: Any) -> NDArray[np.float64]:
    """0 mild (15 and more), 1 moderate (12 to 14), 2 severe (below 12); NaN stays.

    Example:
        >>> severity_of([18, 15, 14, 12, 11, float("nan")]).tolist()
        [0.0, 0.0, 1.0, 1.0, 2.0, nan]
    """
    score = np.asarray(mjoa, dtype=float)
    severity = np.where(score >= MILD, 0.0, np.where(score >= MODERATE, 1.0, 2.0))
    return np.where(np.isnan(score), np.nan, severity)


def reached_mcid(before: Any, after: Any) -> NDArray[np.float64]:
    """Whether mJOA rose by 1, 2 or 3 points from mild, moderate or severe; NaN where not known.

    Nobody can rise from 18, so that patients with it have no answer.

    Example:
        >>> reached_mcid([15, 13, 10, 10, 18], [16, 14, 13, 12, 18]).tolist()
        [1.0, 0.0, 1.0, 0.0, nan]
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    level = severity_of(first)
    needed = np.array(MCID)[np.nan_to_num(level).astype(int)]
    known = ~np.isnan(first) & ~np.isnan(second) & (first < FULL)
    return np.where(known, (second - first >= needed).astype(float), np.nan)


def recovery_rate(before: Any, after: Any) -> NDArray[np.float64]:
    """Hirabayashi's recovery rate in per cent of what could be won; NaN from 18, or not known.

    Hirabayashi et al. 1981 (Spine 6:354) divide by what the JOA score's 17 points leave; mJOA's
    best is 18.

    Example:
        >>> recovery_rate([10, 18], [14, 18]).tolist()
        [50.0, nan]
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    room = np.where(first < FULL, FULL - first, np.nan)
    return 100 * (second - first) / room


def target_of(cohort: Cohort, recipe: Recipe) -> Target:
    """The answers to a recipe's question.

    Raises:
        BadRequest: the table has none of the columns.
        BadInput: too few patients have an answer, or all have the same.
    """
    require_columns(cohort, recipe.sources)
    given = [cohort.table[name].to_numpy(float) for name in recipe.sources]
    values = {
        "severity": lambda: severity_of(given[0]),
        "mjoa": lambda: given[0],
        "good-outcome": lambda: np.where(np.isnan(given[0]), np.nan, given[0] >= GOOD),
        "mcid": lambda: reached_mcid(*given),
        "recovery-rate": lambda: recovery_rate(*given),
    }[recipe.target]()
    rows = np.flatnonzero(~np.isnan(values))
    left = len(values) - len(rows)
    notes = [f"{count(left, 'patient')} left out, whose answer is not known."] * bool(left)
    classes = {BINARY: ("no", "yes"), ORDINAL: SEVERITIES}.get(recipe.kind, ())
    _require_enough(values[rows], classes, recipe)
    return Target(rows, values[rows], classes, tuple(notes))


def _require_enough(values: NDArray[np.float64], classes: tuple[str, ...], recipe: Recipe) -> None:
    if len(values) < LEAST_PATIENTS:
        raise BadInput(
            f"{count(len(values), 'patient')} with a known answer to “{recipe.title}”: too few for "
            "a model",
            advice=f"It needs {LEAST_PATIENTS} at the very least. With fewer, describe the patients, "
            "or rank them by a published model.",
            command="spine outcome presets",
        )
    if not classes:
        if not np.ptp(values):
            raise BadInput("Every patient has the same answer", advice="Check the column's values.")
        return
    of_class = np.bincount(values.astype(int), minlength=len(classes))
    if not of_class.all():
        none = [name for name, n in zip(classes, of_class, strict=True) if not n]
        raise BadInput(
            f"No patient has the answer “{none[0]}” to “{recipe.title}”, so nothing can be learnt",
            advice="Check the follow-up's values, or ask another question of this table.",
        )
    if of_class.min() < LEAST_OF_CLASS:
        rare = classes[int(of_class.argmin())]
        raise BadInput(
            f"{count(int(of_class.min()), 'patient')} with the answer “{rare}” to "
            f"“{recipe.title}”: too few for a model",
            advice=f"It needs {LEAST_OF_CLASS} of each answer.",
        )
