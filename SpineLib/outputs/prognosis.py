"""A prediction for one patient as it is kept and shown: never a bare number.

`SpineLib.outcome.prediction` makes it; a folder of findings may hold one beside ``findings.json``,
and the report then shows it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from SpineLib.arguments import read_arguments
from SpineLib.errors import BadInput, BadRequest
from SpineLib.json_values import parse_json
from SpineLib.store.files import write_text
from SpineLib.translation import tr
from SpineLib.wording import count

NAME = "prognosis.json"
_SMALL = 0.005


@dataclass(frozen=True)
class Answer:
    """One class's probability, or a number, with its 95 % interval.

    Attributes:
        name: ``yes``, ``severe``; empty for a number.
    """

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Driver:
    """An input that was given, and how much it moved the answer from that of patients in general."""

    title: str
    shown: str
    effect: float


@dataclass(frozen=True)
class MissingInput:
    """An input that was not given, and between what the answer would lie if it were."""

    title: str
    low: float
    high: float


@dataclass(frozen=True)
class Beside:
    """An input beside the patients that the model learnt from.

    Attributes:
        below, above: share of them with a lower and a higher value; of a word or yes and no, with
            the same one, in both.
        outside: the model does not answer for it.
    """

    title: str
    shown: str
    below: float
    above: float
    outside: bool


@dataclass(frozen=True)
class Prognosis:
    """What a model says of one patient, or why it says nothing.

    Attributes:
        question: of the recipe.
        model: its name and kind.
        notice: what it is not for.
        patients, sites: how many the model learnt from.
        probability: the answer is one, not a number.
        answers: of the classes, or the number; empty where it is not answered.
        refusals: why it is not answered, or what was overridden, in sentences.
        forced: a person asked for the answer in spite of the refusals.
    """

    question: str
    model: str
    notice: str
    patients: int
    sites: int
    probability: bool
    answers: tuple[Answer, ...]
    drivers: tuple[Driver, ...]
    missing: tuple[MissingInput, ...]
    beside: tuple[Beside, ...]
    refusals: tuple[str, ...] = ()
    forced: bool = False

    @property
    def headline(self) -> str:
        """The answer with its interval, or that there is none."""
        if not self.answers:
            return tr("Not answered: {why}").format(why="; ".join(self.refusals))
        if not self.probability:
            only = self.answers[0]
            return f"{only.value:.1f} ({only.low:.1f}–{only.high:.1f})"
        shown = self.answers if len(self.answers) > 2 else self.answers[-1:]
        text = "; ".join(
            f"{'' if len(shown) == 1 else tr(answer.name) + ' '}{answer.value:.2f} "
            f"({answer.low:.2f}–{answer.high:.2f})"
            for answer in shown
        )
        return tr("Probability {text}").format(text=text)

    @property
    def lines(self) -> list[str]:
        """All that stands beside the answer, in sentences."""
        lines = [tr("Learnt from {patients} of {sites}; 95 % intervals.").format(
            patients=count(self.patients, "patient", tr=tr),
            sites=count(self.sites, "hospital", tr=tr))]  # fmt: skip
        if self.forced:
            lines.append(tr("FORCED in spite of: {why}").format(why="; ".join(self.refusals)))
        for driver in self.drivers:
            if self.answers and abs(driver.effect) >= _SMALL:
                lines.append(f"{driver.title}, {driver.shown}: {self._number(driver.effect, '+')}")
        for gone in self.missing:
            if self.answers:
                lines.append(tr("{title} is missing: with it the answer would lie between {low} and {high}")
                             .format(title=gone.title, low=self._number(gone.low),
                                     high=self._number(gone.high)))  # fmt: skip
        for beside in self.beside:
            if beside.outside:
                lines.append(beside_sentence(beside))
        return lines

    def _number(self, value: float, sign: str = "") -> str:
        return f"{value:{sign}.2f}" if self.probability else f"{value:{sign}.1f}"


def beside_sentence(given: Beside) -> str:
    """Where a patient stands among those that the model learnt from."""
    if given.below == given.above:
        text = tr("{title} {shown}: as in {share} % of the patients that the model learnt from")
        return text.format(title=given.title, shown=given.shown, share=f"{100 * given.below:.0f}")
    higher = given.below >= given.above
    text = tr(
        "{title} {shown}: higher than in {share} % of the patients that the model learnt from"
    )
    if not higher:
        text = tr(
            "{title} {shown}: lower than in {share} % of the patients that the model learnt from"
        )
    share = given.below if higher else given.above
    return text.format(title=given.title, shown=given.shown, share=f"{100 * share:.0f}")


def write_prognosis(prognosis: Prognosis, folder: str | Path) -> Path:
    """Puts a prediction beside a ``findings.json``; gives the file."""
    path = Path(folder) / NAME
    text = json.dumps(asdict(prognosis), ensure_ascii=False, indent=1, allow_nan=False)
    write_text(path, text + "\n")
    return path


def read_prognosis(folder: str | Path) -> Prognosis | None:
    """What `write_prognosis` wrote; None where it wrote nothing.

    Raises:
        BadInput: the file is damaged.
    """
    path = Path(folder) / NAME
    if not path.is_file():
        return None
    try:
        return prognosis_of(parse_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, BadRequest, TypeError) as error:
        raise BadInput("The prediction cannot be read", file=path) from error


def prognosis_of(data: dict[str, object]) -> Prognosis:
    """A prediction from its JSON values.

    Raises:
        BadRequest: a value is missing or of another kind.
    """
    if not isinstance(data, dict):
        raise BadRequest("The prediction is not a JSON object")
    values = dict(data)
    parts = {"answers": Answer, "drivers": Driver, "missing": MissingInput, "beside": Beside}
    given = {key: values.pop(key, []) for key in parts}
    plain = read_arguments(_Plain, values, "The prediction")
    read: dict[str, Any] = {key: tuple(read_arguments(kind, part, key) for part in _list(given[key]))
            for key, kind in parts.items()}  # fmt: skip
    return Prognosis(**{**{n: getattr(plain, n) for n in plain.__dataclass_fields__}, **read})


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise BadRequest("The prediction has no list where one belongs")
    return value


@dataclass(frozen=True)
class _Plain:
    """What `Prognosis` holds beside its lists of parts."""

    question: str
    model: str
    notice: str
    patients: int
    sites: int
    probability: bool
    refusals: tuple[str, ...] = ()
    forced: bool = False
