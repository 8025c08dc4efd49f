"""A cohort and a recipe made ready: the matrix, what it lacks, and what no model may be made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.outcome.dictionary import CATEGORY, Column, columns_of, variable
from SpineLib.outcome.model import Distribution
from SpineLib.outcome.recipe import Recipe
from SpineLib.outcome.table import Cohort
from SpineLib.outcome.targets import Target, target_of
from SpineLib.outcome.validation import Data
from SpineLib.wording import count

LEAST_SHARE = 0.4  # of a predictor's cells that must be known
LEAST_OTHER = 5  # patients with another value than the commonest one; fewer are told
EVENTS_A_COLUMN = 10  # patients of the rarer answer (Peduzzi et al. 1996, J Clin Epidemiol 49:1373)


@dataclass(frozen=True)
class Prepared:
    """What a run is made of.

    Attributes:
        recipe: with the columns that the table has.
        target: the answers.
        cohort: the patients with an answer.
        columns: of the matrix.
        data: the matrix.
        notes: what was left out and what is doubtful, in sentences.
    """

    recipe: Recipe
    target: Target
    cohort: Cohort
    columns: tuple[Column, ...]
    data: Data
    notes: tuple[str, ...]

    def population(self) -> dict[str, Distribution]:
        """Each predictor's distribution among the patients."""
        distributions = {}
        for name in self.recipe.predictors:
            values = self.cohort.table[name]
            if variable(name).kind == CATEGORY:
                words = {word: float(n) for n, word in enumerate(variable(name).values)}
                values = values.map(words)
            distributions[name] = Distribution.of(values.to_numpy(float))
        return distributions


def prepare(cohort: Cohort, recipe: Recipe) -> Prepared:
    """Makes the matrix of a recipe's columns for the patients whose answer is known.

    Raises:
        BadInput: too few patients or answers, or a predictor that has one value only, or is hardly
            ever known.
        BadRequest: the table has no column for the answer.
    """
    target = target_of(cohort, recipe)
    own = Cohort(
        cohort.table.iloc[target.rows].reset_index(drop=True), cohort.notes, cohort.simulated
    )
    notes = [*cohort.notes, *target.notes]
    recipe, left = _present(own, recipe)
    if left:
        notes.append(f"Not in the table or empty, left out: {', '.join(left)}.")
    _check_predictors(own, recipe)
    notes += _alike(own, recipe)
    helping = tuple(name for name in recipe.auxiliary if _is_useful(own, name))
    recipe = replace(recipe, auxiliary=helping)
    predicting = columns_of(recipe.predictors)
    columns = columns_of((*recipe.predictors, *recipe.auxiliary))
    reference = tuple(n for n, column in enumerate(columns) if column.variable in recipe.reference)
    data = Data(recipe.kind, own.matrix(columns), target.values, len(predicting), reference,
                own.sites, tuple(column.variable for column in predicting))  # fmt: skip
    if target.classes:
        rare = int(np.bincount(target.values.astype(int)).min())
        if rare < EVENTS_A_COLUMN * len(predicting):
            notes.append(
                f"{rare} patients of the rarer answer for {len(predicting)} predicting columns: "
                f"fewer than {EVENTS_A_COLUMN} a column, so expect optimism."
            )
    return Prepared(recipe, target, own, columns, data, tuple(notes))


def _present(cohort: Cohort, recipe: Recipe) -> tuple[Recipe, list[str]]:
    def there(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(n for n in names if n in cohort.table and cohort.table[n].notna().any())

    kept = replace(recipe, predictors=there(recipe.predictors), auxiliary=there(recipe.auxiliary),
                   reference=there(recipe.reference))  # fmt: skip
    kept = replace(kept, reference=tuple(n for n in kept.reference if n in kept.predictors))
    left = [n for n in recipe.predictors if n not in kept.predictors]
    if not kept.predictors:
        raise BadInput(
            f"The table has none of the predictors of {recipe.name}",
            advice=f"It asks for: {', '.join(recipe.predictors)}.",
        )
    return kept, left


def _check_predictors(cohort: Cohort, recipe: Recipe) -> None:
    for name in recipe.predictors:
        values = cohort.table[name]
        if values.nunique() < 2:
            raise BadInput(
                f"Every patient has the same {variable(name).title} ({name}), which can predict "
                "nothing",
                advice="Leave this predictor out.",
                command=f"--without {name}",
            )
        known = float(values.notna().mean())
        if known < LEAST_SHARE:
            raise BadInput(
                f"{variable(name).title} ({name}) is known for {100 * known:.0f} % of the patients, "
                "too few to fill the rest",
                advice="Leave this predictor out.",
                command=f"--without {name}",
            )
    if len(columns_of(recipe.predictors)) >= len(cohort.table) / 5:
        raise BadInput("There are too few patients for so many predictors",
                       advice="Leave some out.", command="--without NAME")  # fmt: skip


def _alike(cohort: Cohort, recipe: Recipe) -> list[str]:
    """Predictors of which hardly anybody has another value than the rest."""
    sentences = []
    for name in recipe.predictors:
        values = cohort.table[name].dropna()
        other = len(values) - int(values.value_counts().max())
        if other < LEAST_OTHER:
            sentences.append(f"Only {count(other, 'patient')} with another {variable(name).title} "
                        f"({name}) than all the rest: hardly anything can be learnt from it.")  # fmt: skip
    return sentences


def _is_useful(cohort: Cohort, name: str) -> bool:
    values = cohort.table[name]
    return values.nunique() > 1 and float(values.notna().mean()) >= LEAST_SHARE
