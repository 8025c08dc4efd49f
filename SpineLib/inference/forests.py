"""Forests of decision trees as model folders: arrays in safetensors, answered with numpy."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from SpineLib.errors import BadModel
from SpineLib.models.folder import ModelFolder
from SpineLib.models.scorers import MEAN, Trees

NETWORK = "forest"


def load_trees(model: ModelFolder) -> Trees:
    """The trees of a model of levels, after its weights were verified.

    Raises:
        BadModel: the card names another network, the weights are not the card's, or are no trees
            that come to an end.
    """
    from safetensors.numpy import load

    model.verify()
    if model.card.network["name"] != NETWORK:
        raise BadModel(
            f"The network {model.card.network['name']!r} does not grade levels", file=model.path
        )
    names = [one.name for one in fields(Trees) if one.name != "link"]
    try:
        arrays = load(model.weights.read_bytes())
        halves = {name: _wide(arrays[name]) for name in names}
        trees = Trees(link=MEAN, **halves)
        trees.check(len(model.card.preprocessing["features"]))
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        raise BadModel("The model's weights are no decision trees", file=model.weights) from error
    return trees


def _wide(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float64) if values.dtype.kind == "f" else values
