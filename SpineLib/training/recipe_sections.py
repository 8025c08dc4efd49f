"""The tables of a recipe, one class a section of the TOML file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class VolumeFiles(Section):
    """What ``[data]`` may say of a CSV's images and masks, where it does not say so itself.

    Attributes:
        numbering: how masks are numbered (`SpineLib.datasets.numberings`).
        orientation: where the axes of files grow to that do not say so, such as ``LPS``.
    """

    numbering: str = ""
    orientation: str = ""


class Network(Section):
    """``name`` and ``arguments`` for `SpineLib.networks.build`, as they will stand on the card.

    Attributes:
        imagenet: start the trunk from ImageNet weights, where the task knows how.
    """

    name: str
    arguments: dict[str, Any] = {}
    imagenet: bool = False


class Optimiser(Section):
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


class Training(Section):
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
        precision: ``32``; or ``mixed``, which is bfloat16 on a GPU or a processor that computes in
            it, float16 with loss scaling on another GPU, and 32 elsewhere.
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


class Select(Section):
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


class Split(Section):
    """How the validation is split off the training data where no validation is given.

    Attributes:
        validation: share of the patients.
        stratify: what each part has alike: ``site``, or a column of the data set.
    """

    validation: Annotated[float, Field(gt=0, lt=1)] = 0.25
    stratify: str = "site"


class Sources(Section):
    """The data where the command names none, as `SpineLib.datasets` opens them.

    Attributes:
        training: sources that are learnt from together.
        validation: sources of other patients; without any, ``split`` says which are held back.
    """

    training: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()


class Stacks(Section):
    """`SpineLib.models.card.Applicability` as a table."""

    planes: tuple[str, ...]
    weightings: tuple[str, ...]
    regions: tuple[str, ...]
    minimum_slices: Count = 1
    note: str = ""


class CardText(Section):
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


class Range(Section):
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


def _usual(table: BaseModel, key: str) -> Any:
    return type(table).model_fields[key].default
