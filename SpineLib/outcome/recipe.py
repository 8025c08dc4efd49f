"""A recipe: one question to a cohort, with its predictors, as TOML."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from SpineLib.arguments import read_arguments
from SpineLib.errors import BadInput, BadRequest
from SpineLib.outcome.dictionary import FOLLOW_UP, IDENTITY, MONTHS, PARTS, TEXT, variable
from SpineLib.toml_text import parse_toml

FOLDER = Path(__file__).parent / "recipes"
BINARY, ORDINAL, REAL = "yes or no", "ordered", "number"
LOGISTIC, FOREST, BOOSTING, BOOSTING_IMPUTED = (
    "regression",
    "forest",
    "boosting",
    "boosting-imputed",
)
CANDIDATES = (LOGISTIC, FOREST, BOOSTING, BOOSTING_IMPUTED)
# Target → kind, and the columns that it is made of (``{m}`` is the months).
TARGETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "severity": (ORDINAL, ("mjoa",)),
    "mjoa": (REAL, ("mjoa",)),
    "good-outcome": (BINARY, ("mjoa_{m}",)),
    "mcid": (BINARY, ("mjoa", "mjoa_{m}")),
    "recovery-rate": (REAL, ("mjoa", "mjoa_{m}")),
}
# What is measured before the operation may predict what comes after it; not what it is itself.
_NOW = ("severity", "mjoa")


@dataclass(frozen=True)
class Recipe:
    """One question.

    Attributes:
        name: lower-case words joined by ``-``.
        title: for the person.
        target: one of `TARGETS`.
        months: after the operation; 0 for what is now.
        predictors: columns of the dictionary that a model may use.
        auxiliary: columns that only help to fill missing predictors.
        models: candidates, of `CANDIDATES`.
        reference: columns of the model that every candidate is held against; empty for none.
        source: the paper that it follows, and how far.
    """

    name: str
    title: str
    target: str
    months: int = 0
    predictors: tuple[str, ...] = ()
    auxiliary: tuple[str, ...] = ()
    models: tuple[str, ...] = CANDIDATES
    reference: tuple[str, ...] = ()
    source: str = ""

    @property
    def kind(self) -> str:
        """`BINARY`, `ORDINAL` or `REAL`."""
        return TARGETS[self.target][0]

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns that the answer is made of."""
        return tuple(name.format(m=self.months) for name in TARGETS[self.target][1])

    def checked(self) -> Recipe:
        """The recipe itself, where it can be used.

        Raises:
            BadRequest: an unknown word, or a predictor that tells the answer.
        """
        if self.target not in TARGETS:
            raise BadRequest(
                f"There is no target {self.target}", advice=f"There are: {', '.join(TARGETS)}."
            )
        if self.target not in _NOW and self.months not in MONTHS:
            raise BadRequest(f"{self.months} months: a visit is at 6, 12 or 24 months")
        for name in set(self.models) - set(CANDIDATES):
            raise BadRequest(f"There is no model {name}", advice=f"Use {', '.join(CANDIDATES)}.")
        if not self.predictors or not self.models:
            raise BadRequest(f"The recipe {self.name} has no predictors or no models")
        for name in (*self.predictors, *self.auxiliary, *self.reference):
            self._check_predictor(name)
        return self

    def _check_predictor(self, name: str) -> None:
        column = variable(name)
        leaks = column.when == FOLLOW_UP or (
            self.target in _NOW and name in (*self.sources, *PARTS)
        )
        if leaks:
            raise BadRequest(
                f"{name} ({column.title}) tells the answer to “{self.title}”, so it cannot predict it",
                advice="Take it out of the recipe's predictors and auxiliary columns.",
            )
        if column.when == IDENTITY or column.kind == TEXT:
            raise BadRequest(f"{name} ({column.title}) is no predictor", advice="Take it out.")

    def without(self, names: tuple[str, ...]) -> Recipe:
        """The recipe without some predictors.

        Raises:
            BadRequest: none is left, or there is no such column.
        """
        for name in names:
            variable(name)
        return replace(
            self,
            predictors=tuple(n for n in self.predictors if n not in names),
            auxiliary=tuple(n for n in self.auxiliary if n not in names),
        ).checked()


def recipe_names() -> list[str]:
    """The recipes that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_recipe(name: str | Path) -> Recipe:
    """A recipe of the program by its name, or one of a TOML file.

    Raises:
        BadInput: it cannot be read.
        BadRequest: there is no such recipe, or it cannot be used.
    """
    path = Path(name)
    if path.suffix != ".toml":
        path = FOLDER / f"{name}.toml"
        if str(name) not in recipe_names():
            raise BadRequest(
                f"There is no recipe {name}",
                advice=f"There are: {', '.join(recipe_names())}; or give a TOML file.",
            )
    try:
        data = parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput("There is no such recipe", file=path) from error
    except (OSError, ValueError) as error:
        raise BadInput(f"The recipe cannot be read: {error}", file=path) from error
    return read_arguments(Recipe, data, "The recipe").checked()
