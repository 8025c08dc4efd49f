"""Which models a reading uses: those that a person named, and the first at hand for the rest."""

from __future__ import annotations

from dataclasses import dataclass

from SpineLib.errors import BadModel
from SpineLib.models import ModelFolder, find_models, open_model


@dataclass(frozen=True)
class Models:
    """The models of a reading.

    Attributes:
        canal: finds the canal on axial slices.
        of_slices: each answers its card's question on axial slices; several may have the same
            question where a person named them. In the order in which their answers are shown.
        segmentation: outlines the lumbar spine.
        of_levels: each answers its card's question of each disc's level.
        levels: finds discs and vertebrae on sagittal slices; None where there is none at hand.
        outline: outlines cord and dural sac on axial slices; None where there is none at hand.
    """

    canal: ModelFolder
    of_slices: tuple[ModelFolder, ...]
    segmentation: ModelFolder
    levels: ModelFolder | None = None
    outline: ModelFolder | None = None
    of_levels: tuple[ModelFolder, ...] = ()

    @classmethod
    def at_hand(cls, names: tuple[str, ...]) -> Models:
        """The named models, and for each task and question without one the first at hand.

        Raises:
            BadModel: a name is not that of a model, two of the named answer questions of one name
                with other values, or there is none for the canal or the segmentation, so that the
                installation is not whole.
        """
        named = [open_model(name) for name in names]
        asked = [*named, *find_models()]
        first: dict[str, ModelFolder] = {}
        for model in asked:
            if model.card.question:
                first.setdefault(model.card.question.key, model)
        asking = [model for model in named if model.card.question]
        for model in asking:
            _require_same(first[model.card.asked.key], model)
        asking += [model for model in first.values() if model not in asking]
        # A verdict leads, grades stand beside it.
        asking.sort(key=lambda model: bool(model.card.asked.sides))
        levels, outlines = (
            [model for model in asked if model.card.task == task] for task in ("levels", "outline")
        )
        return cls(
            _of_task("canal", named), _asked_of(asking, levels=False),
            _of_task("segmentation", named), levels[0] if levels else None,
            outlines[0] if outlines else None, _asked_of(asking, levels=True),
        )  # fmt: skip

    def rank(self, name: str) -> int:
        """Where a model's answers stand among the others'."""
        return [model.card.name for model in self.of_slices].index(name)


def _asked_of(models: list[ModelFolder], *, levels: bool) -> tuple[ModelFolder, ...]:
    return tuple(model for model in models if model.card.asked.of_levels == levels)


def _require_same(first: ModelFolder, other: ModelFolder) -> None:
    one, two = first.card.asked, other.card.asked
    if (one.values, one.first_positive) != (two.values, two.first_positive):
        raise BadModel(
            f"{first.card.name} and {other.card.name} both answer {one.title}, but with other values",
            advice="Name one of them, or give one scheme another name.",
        )


def _of_task(task: str, named: list[ModelFolder]) -> ModelFolder:
    wanted = [model for model in named if model.card.task == task]
    return wanted[-1] if wanted else find_models(task)[0]
