"""A recipe: everything that decides what a training run does, in one TOML file."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from SpineLib.errors import BadInput, from_os_error
from SpineLib.models.card import Applicability

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RECIPES = Path(__file__).parent / "recipes"
TASKS = ("canal", "compression", "grading", "segmentation")

M = TypeVar("M", bound=BaseModel)
Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Network(_Table):
    """``name`` and ``arguments`` for `SpineLib.networks.build`, as they will stand on the card.

    Attributes:
        imagenet: start the trunk from ImageNet weights, where the task knows how.
    """

    name: str
    arguments: dict[str, Any] = {}
    imagenet: bool = False


class Optimiser(_Table):
    """The optimiser and how its learning rate changes.

    Attributes:
        name: ``adam``, ``adamw`` or ``sgd``, as in `torch.optim`.
        rate: the learning rate; the highest one where the schedule changes it.
        trunk: the rate of the network's trunk, as a share of ``rate``.
        weight_decay, betas, momentum, nesterov: as in `torch.optim`; ``betas`` are Adam's,
            ``momentum`` and ``nesterov`` SGD's.
        schedule: ``constant``; ``cosine``, which falls to zero at the last step; ``one-cycle``
            (PyTorch's, without its momentum); ``plateau``, which multiplies the rate by ``factor``
            after ``wait`` validations without a better ``select.metric``.
        warmup: steps of a linear rise from zero, for ``constant`` and ``cosine``.
    """

    name: Literal["adam", "adamw", "sgd"]
    rate: Positive
    trunk: Positive = 1.0
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    betas: tuple[Share, Share] = (0.9, 0.999)
    momentum: Share = 0.0
    nesterov: bool = False
    schedule: Literal["constant", "cosine", "one-cycle", "plateau"] = "constant"
    warmup: Annotated[int, Field(ge=0)] = 0
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    wait: Annotated[int, Field(ge=0)] = 10

    @model_validator(mode="after")
    def _fits(self) -> Optimiser:
        # By value, not by what was written: a recipe as run has every key.
        changed = {
            key for key in type(self).model_fields if getattr(self, key) != _usual(self, key)
        }
        wrong = changed & ({"momentum", "nesterov"} if self.name != "sgd" else {"betas"})
        if wrong:
            raise ValueError(f"{self.name} has no {' and '.join(sorted(wrong))}")
        if self.warmup and self.schedule not in ("constant", "cosine"):
            raise ValueError(f"the schedule {self.schedule} has no warmup")
        if changed & {"factor", "wait"} and self.schedule != "plateau":
            raise ValueError("only the schedule plateau has factor and wait")
        return self


class Loss(BaseModel):
    """``name`` of a loss; its other keys are the loss's own and are checked by the task.

    Example:
        >>> Loss.model_validate({"name": "weighted-bce", "positive": 3.8}).arguments
        {'positive': 3.8}
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    name: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The keys beside ``name``."""
        return dict(self.model_extra or {})


class Training(_Table):
    """How long, in what portions.

    Attributes:
        batch: items behind one step of the optimiser, over all processes together: the number of
            devices changes the speed, not the method.
        accumulate: into how many parts each process splits its share of the batch, one after the
            other, to save memory.
        epochs, steps: one of the two. An epoch is as many steps as it takes to draw as many items
            as there are.
        minimum_epochs: early stopping never stops before.
        patience: validations in a row without a better ``select.metric`` after which training
            stops; None goes on to the end.
        validate_every: steps between two validations, and so between two checkpoints; None is an
            epoch.
        precision: ``32``; or ``mixed``, which is bfloat16 on a GPU that has it, float16 with loss
            scaling on another, and 32 elsewhere.
        average: decay a step of the exponential average of the weights, which then is what is
            validated and kept.
        gradient_clip: largest norm of the gradient.
    """

    batch: Count
    accumulate: Count = 1
    epochs: Count | None = None
    steps: Count | None = None
    minimum_epochs: Annotated[int, Field(ge=0)] = 0
    patience: Count | None = None
    validate_every: Count | None = None
    precision: Literal["32", "mixed"] = "32"
    average: Share | None = None
    gradient_clip: Positive | None = None

    @model_validator(mode="after")
    def _fits(self) -> Training:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError("give either epochs or steps")
        if self.batch % self.accumulate:
            raise ValueError(
                f"a batch of {self.batch} cannot be split into {self.accumulate} equal parts"
            )
        return self


class Select(_Table):
    """The figure of the validation by which the best checkpoint is kept.

    Attributes:
        metric: a name that the task's validation gives.
        best: whether ``max`` or ``min`` is good.
    """

    metric: str
    best: Literal["max", "min"]

    def better(self, value: float, than: float | None) -> bool:
        """Whether ``value`` is strictly better; anything is better than None."""
        if than is None:
            return True
        return value > than if self.best == "max" else value < than


class Split(_Table):
    """How the validation is split off the training data where no validation is given.

    Attributes:
        validation: share of the patients.
        stratify: what each part has alike: ``site``, or a column of the data set.
    """

    validation: Annotated[float, Field(gt=0, lt=1)] = 0.25
    stratify: str = "site"


class Sources(_Table):
    """The data where the command names none, as `SpineLib.datasets` opens them.

    Attributes:
        training: sources that are learnt from together.
        validation: sources of other patients; without any, ``split`` says which are held back.
    """

    training: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()


class Stacks(_Table):
    """`SpineLib.models.card.Applicability` as a table."""

    planes: tuple[str, ...]
    weightings: tuple[str, ...]
    regions: tuple[str, ...]
    minimum_slices: Count = 1
    note: str = ""


class CardText(_Table):
    """What the card says that training cannot know; see `SpineLib.models.Card`.

    Attributes:
        training_data: in words; what the person trains on decides, so ``--set
            card.training_data=…`` where it is not simulated.
        starter: trained on simulated data only; every face then says so.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
    title: str
    applicability: Stacks
    limits: str
    training_data: Annotated[str, Field(min_length=1)]
    licence: Annotated[str, Field(min_length=1)]
    version: str = "0.1.0"
    citation: str = ""
    starter: bool = False


class Range(_Table):
    """Where a search looks for one value: from ``low`` to ``high``, or among ``choices``.

    Attributes:
        low, high: both whole numbers where the value is one.
        log: draw evenly over the logarithm.
    """

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    choices: tuple[str | int | float | bool, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Range:
        bounds = self.low is not None and self.high is not None
        if bounds == bool(self.choices):
            raise ValueError("give either low and high, or choices")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError("low must be below high")
        if self.log and (self.low is None or self.low <= 0):
            raise ValueError("a logarithm needs a low above zero")
        return self


class Recipe(_Table):
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
    task: Literal["canal", "compression", "grading", "segmentation"]
    about: str
    seed: Annotated[int, Field(ge=0)] = 1
    calibrate: bool = False
    network: Network
    preprocessing: dict[str, Any]
    data: dict[str, Any] = {}
    augment: dict[str, Any] = {}
    loss: Loss
    optimiser: Optimiser
    training: Training
    select: Select
    split: Split = Split()
    sources: Sources = Sources()
    card: CardText
    search: dict[str, Range] = {}
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
        values = tomllib.loads(path.read_text(encoding="utf-8"))
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


def _usual(table: BaseModel, key: str) -> Any:
    return type(table).model_fields[key].default


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
        advice="docs/training.md tells the keys.",
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
