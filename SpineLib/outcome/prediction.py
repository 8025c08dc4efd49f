"""One patient: probability with interval, what drove it, what is missing, who the model learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadRequest
from SpineLib.outcome.dictionary import CATEGORY, NUMBER, Variable, variable
from SpineLib.outcome.model import OutcomeModel
from SpineLib.outputs.prognosis import (
    Answer,
    Beside,
    Driver,
    MissingInput,
    Prognosis,
    beside_sentence,
)

# A number that is higher, or lower, than in so many of a model's patients is not answered for.
OUTSIDE = 0.97
RARE_TOGETHER = 0.999  # and a combination that only one in a thousand would have
LEAST_KNOWN = 0.5  # share of the predictors that must be given
_DRAWS = 100
_TAIL = 2.5
Values = Mapping[str, float | str | None]


def read_values(given: Mapping[str, Any]) -> dict[str, float | str | None]:
    """A patient's values as a person typed them.

    Raises:
        BadRequest: there is no such column, or it is outside of its range.
    """
    read: dict[str, float | str | None] = {}
    for name, value in given.items():
        column = variable(name)
        try:
            read[name] = column.read(value)
        except ValueError as error:
            raise BadRequest(f"{column.title}: {error}", advice=f"Give {column.range}.") from error
    return read


def predict(model: OutcomeModel, values: Values, *, force: bool = False) -> Prognosis:
    """Asks a model of one patient.

    The interval covers both the model's refits to drawn patients and what is missing. A driver's
    effect is the difference to the mean answer with the other patients' values in its place.

    Args:
        model: of `SpineLib.outcome.model.read_model`.
        values: column of the dictionary → value, as `read_values` gives them; others are missing.
        force: answer although the patient is unlike those that the model learnt from.
    """
    row = np.array([column.of(values.get(column.variable)) for column in model.columns])
    names = model.recipe.predictors
    known = [name for name in names if values.get(name) is not None]
    beside = tuple(_beside(model, variable(name), values[name]) for name in known)
    refusals = _refusals(model, row, known, beside)
    answered = bool(known) and (force or not refusals)
    return Prognosis(
        question=model.recipe.title,
        model=model.title,
        notice=model.notice,
        patients=model.patients,
        sites=model.sites,
        probability=bool(model.classes),
        answers=_answers(model, row) if answered else (),
        drivers=_drivers(model, row, known, values) if answered else (),
        missing=_missing(model, row, names, known) if answered else (),
        beside=beside,
        refusals=tuple(refusals),
        forced=bool(answered and refusals),
    )


def refused_share(model: OutcomeModel, rows: NDArray[np.float64]) -> float:
    """For what share of rows of all columns the model would not answer.

    Categories cannot be unknown to it where the rows are its own patients'.
    """
    numbers = [n for n, column in enumerate(model.columns[: model.predictors])
               if variable(column.variable).kind == NUMBER]  # fmt: skip
    out = model.gaussian.distance(_predicting(model, rows)) > RARE_TOGETHER
    for n in numbers:
        shares = model.population[model.columns[n].variable]
        for k in np.flatnonzero(~np.isnan(rows[:, n])):
            out[k] |= max(shares.shares(float(rows[k, n]))) >= OUTSIDE
    return float(out.mean())


def _refusals(
    model: OutcomeModel, row: NDArray[np.float64], known: list[str], beside: tuple[Beside, ...]
) -> list[str]:
    why = [beside_sentence(value) for value in beside if value.outside]
    total = len(model.recipe.predictors)
    if len(known) < LEAST_KNOWN * total:
        gone = [variable(n).title for n in model.recipe.predictors if n not in known]
        why.append(f"{len(known)} of {total} inputs are known, half of them are needed; missing: "
                    f"{', '.join(gone)}")  # fmt: skip
    elif not why and model.gaussian.distance(_predicting(model, row[None]))[0] > RARE_TOGETHER:
        why.append("This combination of values is unlike the patients that the model learnt from")
    return why


def _predicting(model: OutcomeModel, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = rows.copy()
    kept[:, model.predictors :] = np.nan
    return kept


def _beside(model: OutcomeModel, column: Variable, value: Any) -> Beside:
    shares = model.population[column.name]
    if column.kind == NUMBER:
        below, above = shares.shares(float(value))
        return Beside(column.title, column.shown(value), below, above, max(below, above) >= OUTSIDE)
    place = float(column.values.index(value)) if column.kind == CATEGORY else float(value)
    same = shares.same(place)
    return Beside(column.title, column.shown(value), same, same, same < 1 - OUTSIDE)


def _mean(model: OutcomeModel, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """[row, output]: the answer for each row, over what is missing in it."""
    if model.native:
        return model.scorer.predict(rows[:, : model.predictors])
    drawn = model.gaussian.draw(rows, _DRAWS)
    return np.asarray(model.scorer.predict(drawn[..., : model.predictors]).mean(axis=0))


def _classes(model: OutcomeModel, answer: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of all classes, [..., class]; a number as it is."""
    if len(model.classes) == 2:
        return np.concatenate([1 - answer, answer], axis=-1)
    return answer


def _answers(model: OutcomeModel, row: NDArray[np.float64]) -> tuple[Answer, ...]:
    middle = _classes(model, _mean(model, row[None]))[0]
    drawn = row[None, None] if model.native else model.gaussian.draw(row[None], _DRAWS)
    scorers = model.members or (model.scorer,)
    every = np.concatenate(
        [_classes(model, scorer.predict(drawn[:, 0, : model.predictors])) for scorer in scorers]
    )
    # The refits may all lie to one side of the model itself.
    low = np.minimum(np.percentile(every, _TAIL, axis=0), middle)
    high = np.maximum(np.percentile(every, 100 - _TAIL, axis=0), middle)
    return tuple(
        Answer(name, float(middle[n]), float(low[n]), float(high[n]))
        for n, name in enumerate(model.classes or ("",))
    )


def _worst(model: OutcomeModel, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The answer as one number a row: P(yes), P(severe), or the number."""
    return _mean(model, rows)[:, -1]


def _with(
    model: OutcomeModel, row: NDArray[np.float64], name: str, values: Sequence[float]
) -> NDArray[np.float64]:
    """A row a value of one variable (of a category the place of its word)."""
    rows = np.repeat(row[None], len(values), axis=0)
    for n, column in enumerate(model.columns):
        if column.variable == name:
            rows[:, n] = [column.at(value) for value in values]
    return rows


def _drivers(
    model: OutcomeModel, row: NDArray[np.float64], known: list[str], values: Values
) -> tuple[Driver, ...]:
    own = _worst(model, row[None])[0]
    drivers = []
    for name in known:
        shares, column = model.population[name], variable(name)
        weight = np.diff(np.r_[0.0, shares.upto])
        usual = _worst(model, _with(model, row, name, shares.points))
        effect = float(own - (usual * weight).sum() / weight.sum())
        drivers.append(Driver(column.title, column.shown(values[name]), effect))  # type: ignore[arg-type]
    return tuple(sorted(drivers, key=lambda driver: -abs(driver.effect)))


def _missing(
    model: OutcomeModel, row: NDArray[np.float64], names: tuple[str, ...], known: list[str]
) -> tuple[MissingInput, ...]:
    inputs = []
    for name in names:
        if name in known:
            continue
        predictor = variable(name)
        if predictor.kind == NUMBER:
            place = next(n for n, column in enumerate(model.columns) if column.variable == name)
            drawn = model.gaussian.draw(row[None], 10 * _DRAWS)[:, 0, place]
            ends = np.clip(
                np.percentile(drawn, [_TAIL, 100 - _TAIL]), predictor.low, predictor.high
            )
            tried = np.linspace(ends[0], ends[1], 5).tolist()
        else:
            tried = [float(n) for n in range(len(predictor.values) or 2)]  # no and yes
        answers = _worst(model, _with(model, row, name, tried))
        inputs.append(MissingInput(predictor.title, float(answers.min()), float(answers.max())))
    return tuple(sorted(inputs, key=lambda gone: gone.low - gone.high))
