"""How a model goes on learning from corrected cases: its own recipe, shorter and with smaller steps."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.models.card import Card
from SpineLib.questions import scheme_data
from SpineLib.training.recipe import Recipe, names, read_recipe

# Chosen on simulated cases that no test holds (docs/correction-loop.md, "Measured").
_RATE = 0.5
_STEPS_A_CASE, _LEAST_STEPS, _MOST_STEPS = 45, 200, 4000
_AVERAGE = 0.99
_VALIDATIONS = 4
# One patient in so many watches instead of being learnt from; whole volumes take seconds each.
_ONE_IN, _MOST_HELD_BACK = 10, 6


def fine_tuning_recipe(card: Card, *, cases: int, name: str = "", seed: int = 1) -> Recipe:
    """The recipe by which a model learns from corrected cases, started from its own weights.

    Network and preprocessing are the card's, so that the weights fit. Loss, data and augmentation
    are those of the recipe that comes with the program and made such a network (`own_recipe`). All
    steps are smaller and fewer: a share of its learning rate, which falls to zero along a cosine.

    The validation that keeps the best weights is held back from the corrected cases
    (`held_back`), never taken from the frozen test. Slices are judged by the loss: one patient may
    have no compressed slice, and then no AUC.

    Args:
        card: of the model to start from.
        cases: patients that are learnt from, held-back ones counted.
        name: of the new model; the card's if not given.
        seed: of every chance in the run, and of who is held back.

    Returns:
        A recipe; its ``card`` says what the old card said, and how many corrected cases came
        after. Whether the model that comes of it is still a starter depends on what it learnt
        from (`SpineLib.loop.ancestry.descendant`).

    Raises:
        BadInput: fewer than two patients; or the program has no recipe for such a model.
    """
    if cases < 2:
        raise BadInput(
            f"{cases} corrected patient is too few to learn from"
            if cases == 1
            else "There is no corrected patient to learn from",
            advice="Correct at least two patients: one validates while the others are trained on.",
        )
    base = own_recipe(card)
    steps = max(_LEAST_STEPS, min(_STEPS_A_CASE * cases, _MOST_STEPS))
    changes: dict[str, Any] = {
        "name": "fine-tuning",
        "about": f"Continues from {card.name} {card.version} with {cases} corrected cases.",
        "seed": seed,
        "calibrate": False,
        "network": {"name": card.network["name"], "arguments": card.network["arguments"]},
        "preprocessing": card.preprocessing,
        "optimiser.rate": base.optimiser.rate * _RATE,
        "optimiser.schedule": "cosine",
        "optimiser.factor": None,
        "optimiser.wait": None,
        "optimiser.warmup": steps // 20,
        "training.epochs": None,
        "training.steps": steps,
        "training.minimum_epochs": 0,
        "training.patience": None,
        "training.validate_every": -(-steps // _VALIDATIONS),
        "training.average": _AVERAGE,
        "split.validation": held_back(cases) / cases,
        "sources": None,
        "search": None,
        "card": _card_text(card, name, cases),
    }
    return base.changed(changes | _of_task(card, base))


def held_back(cases: int) -> int:
    """How many of the corrected patients watch instead of being learnt from: at least one.

    Args:
        cases: patients with a corrected or approved case, none of them of the frozen test.
    """
    return max(1, min(round(cases / _ONE_IN), _MOST_HELD_BACK))


def own_recipe(card: Card) -> Recipe:
    """The recipe that comes with the program and fits a model best.

    Of the same task and kind of preprocessing, network and grading scheme; among those the one of
    the card's name, else with the same network arguments, else any.

    Raises:
        BadInput: there is none.
    """
    fitting = [recipe for recipe in map(read_recipe, names()) if _fits(recipe, card)]
    if not fitting:
        raise BadInput(
            f"No recipe of this program trains a model like {card.name}",
            advice="Train it on the command line with a recipe of your own.",
            command="spine train",
        )
    arguments = card.network["arguments"]
    return min(
        fitting,
        key=lambda r: (r.name != card.name, r.network.arguments != arguments, r.name),
    )


def _fits(recipe: Recipe, card: Card) -> bool:
    return (
        recipe.task == card.task
        and recipe.network.name == card.network["name"]
        and recipe.preprocessing["kind"] == card.preprocessing["kind"]
    )


def _of_task(card: Card, base: Recipe) -> dict[str, Any]:
    if card.task == "segmentation":
        same = base.network.arguments == card.network["arguments"]
        # Another network's patch need not be a multiple of this one's strides.
        return {} if same else {"data.patch": None}
    by_loss: dict[str, Any] = {"select": {"metric": "loss", "best": "min"}}
    if card.scheme is not None:
        return by_loss | {"data.scheme": scheme_data(card.scheme)}
    if card.task == "compression":
        two = len(card.labels) <= 2
        kept = base.data.get("possibly", "drop")
        return by_loss | {"data.possibly": kept if two else "class"}
    return by_loss


def _card_text(card: Card, name: str, cases: int) -> dict[str, Any]:
    return {
        "name": name or card.name,
        "title": card.title,
        "version": card.version,
        "starter": card.starter,
        "applicability": asdict(card.applicability),
        "limits": card.limits,
        "training_data": f"{card.training_data}; then {cases} corrected cases",
        "licence": card.licence,
        "citation": card.citation,
    }
