"""A recipe: everything that decides what a training run does, in one TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, PrivateAttr, ValidationError, model_validator

from SpineLib.errors import BadInput, from_os_error
from SpineLib.models.card import Applicability
from SpineLib.toml_text import parse_toml
from SpineLib.training.recipe_sections import (
    CardText,
    Loss,
    Network,
    Optimiser,
    Range,
    Section,
    Select,
    Sources,
    Split,
    Training,
)

RECIPES = Path(__file__).parent / "recipes"
TASKS = ("canal", "compression", "grading", "levels", "outline", "segmentation")

M = TypeVar("M", bound=BaseModel)


class Recipe(Section):
    """Everything that decides what a run does; the same recipe and data give the same weights.

    ``preprocessing`` (the card's), ``data`` (which labels count, sampling, patches), ``augment``
    and ``loss`` are checked by the task that reads them, with `checked`.

    Attributes:
        name: lower-case words joined by ``-``.
        task: which model it makes.
        about: for the person: the paper, and where the recipe differs from it.
        seed: of the first weights, the order and every chance in the items.
        calibrate: fit temperature (and for compression a bias) to the validation data once the
            training has ended; of compression and grading.
        search: dotted key of this recipe → where a search looks for its value.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    task: Literal["canal", "compression", "grading", "levels", "outline", "segmentation"]
    about: str
    seed: Annotated[int, Field(ge=0)] = 1
    calibrate: bool = False
    network: Network
    preprocessing: dict[str, Any]
    data: dict[str, Any] = Field(default_factory=dict)
    augment: dict[str, Any] = Field(default_factory=dict)
    loss: Loss
    optimiser: Optimiser
    training: Training
    select: Select
    split: Split = Split()
    sources: Sources = Sources()
    card: CardText
    search: dict[str, Range] = Field(default_factory=dict)
    _file: str = PrivateAttr("")

    @model_validator(mode="after")
    def _has_probabilities(self) -> Recipe:
        if self.calibrate and self.task not in ("compression", "grading"):
            raise ValueError(f"a model for {self.task} has no probabilities to calibrate")
        return self

    @property
    def file(self) -> str:
        """Where it was read from, for messages."""
        return self._file

    def values(self) -> dict[str, Any]:
        """As the JSON values that a TOML file holds; what is None is left out."""
        return self.model_dump(mode="json", exclude_none=True)

    def checked(self, section: str, model: type[M]) -> M:
        """A section read by the task's own pydantic model.

        Args:
            section: ``preprocessing``, ``data``, ``augment`` or ``loss`` (without its name).
            model: with ``extra="forbid"``, so that a misspelt key is an error.

        Raises:
            BadInput: a key or a value that the task does not know; the recipe's file is named.
        """
        table = getattr(self, section)
        table = table.arguments if isinstance(table, Loss) else table
        try:
            return model.model_validate(table)
        except ValidationError as error:
            raise _wrong(error, self.file, section) from error

    def card_fields(self) -> dict[str, Any]:
        """Keyword arguments of `SpineLib.models.Card` that the recipe decides.

        Example:
            ``Card(**recipe.card_fields(), labels=("not compressed", "compressed"))``
        """
        text = self.card.model_dump(exclude={"applicability"})
        return {
            **text,
            "task": self.task,
            "applicability": Applicability(**self.card.applicability.model_dump()),
            "network": {"name": self.network.name, "arguments": self.network.arguments},
            "preprocessing": self.preprocessing,
            "weights_sha256": "0" * 64,
        }

    def changed(self, changes: Mapping[str, Any]) -> Recipe:
        """The same recipe with other values, checked.

        Args:
            changes: dotted key → value, such as ``{"optimiser.rate": 1e-3}``; None removes a key.

        Raises:
            BadInput: a key that there is not, or a value that does not fit.
        """
        values = self.values()
        for key, value in changes.items():
            _put(values, key, value, self.file)
        return _made(values, self.file)


def names() -> list[str]:
    """The recipes that come with the program."""
    return sorted(path.stem for path in RECIPES.glob("*.toml"))


def path_of(name_or_path: str | Path) -> Path:
    """The file of a recipe given by its name or by a path.

    Raises:
        BadInput: there is neither.
    """
    given = Path(name_or_path)
    for path in (RECIPES / f"{name_or_path}.toml", given):
        if path.suffix == ".toml" and path.is_file():
            return path
    raise BadInput(
        f"There is no recipe called {name_or_path}",
        advice=f"There are: {', '.join(names())}; or give a .toml file of your own.",
    )


def read_recipe(name_or_path: str | Path, *, changes: Mapping[str, Any] | None = None) -> Recipe:
    """Reads a recipe.

    Args:
        name_or_path: one of `names`, or a TOML file.
        changes: see `Recipe.changed`; applied before anything is checked.

    Raises:
        BadInput: no such recipe, not TOML, or a key or value that does not fit.
    """
    path = path_of(name_or_path)
    try:
        values = parse_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise from_os_error(error, path) from error
    except ValueError as error:
        raise BadInput(f"The recipe is not valid TOML: {error}", file=path) from error
    for key, value in (changes or {}).items():
        _put(values, key, value, path)
    return _made(values, path)


def differences(one: Recipe, other: Recipe) -> list[str]:
    """Dotted keys in which two recipes would train otherwise.

    What does not decide the weights (``name``, ``about``, ``card``, ``search``) is left out, and
    ``sources``: data are compared by what they hold.
    """
    words = ("name", "about", "sources", "card", "search")
    flat = [_flat({k: v for k, v in r.values().items() if k not in words}) for r in (one, other)]
    return sorted(k for k in flat[0].keys() | flat[1].keys() if flat[0].get(k) != flat[1].get(k))


def _made(values: dict[str, Any], file: str | Path) -> Recipe:
    try:
        recipe = Recipe.model_validate(values)
    except ValidationError as error:
        raise _wrong(error, file) from error
    recipe._file = str(file)
    unknown = [key for key in recipe.search if key.split(".")[0] not in Recipe.model_fields]
    if unknown:
        raise BadInput(f"The recipe has no {unknown[0]} to search", file=file)
    return recipe


def _wrong(error: ValidationError, file: str | Path, section: str = "") -> BadInput:
    first = error.errors(include_url=False)[0]
    key = ".".join([section] * bool(section) + [str(part) for part in first["loc"]])
    what = (
        "there is no such key"
        if first["type"] == "extra_forbidden"
        else first["msg"].removeprefix("Value error, ")
    )
    more = len(error.errors()) - 1
    return BadInput(
        f"The recipe is not valid at {key}: {what}" + (f" (and {more} more)" if more else ""),
        file=file or None,
        advice="docs/training.md lists the keys.",
    )


def _put(values: dict[str, Any], key: str, value: Any, file: str | Path) -> None:
    """Sets or removes a value; a number among the dots is a place in a list (``betas.0``)."""
    *tables, last = key.split(".")
    place: Any = values
    try:
        for name in tables:
            place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
        if isinstance(place, list):
            place[int(last)] = value
        elif value is None:
            place.pop(last, None)
        else:
            place[last] = value
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise BadInput(f"The recipe has no {key}", file=file or None) from error


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        inner = isinstance(value, Mapping) and value
        flat.update(_flat(value, f"{before}{key}.") if inner else {before + key: value})
    return flat
