"""Forests of decision trees as model folders: arrays in safetensors, answered with numpy."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np

from SpineLib.errors import BadModel
from SpineLib.models.folder import ModelFolder
from SpineLib.models.scorers import MEAN, Trees

NETWORK = "forest"
# Of safetensors' kinds of numbers those that trees have.
_KINDS = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "BOOL": "?"}


def load_trees(model: ModelFolder) -> Trees:
    """The trees of a model of levels, after its weights were verified.

    Raises:
        BadModel: the card names another network, the weights are not the card's, or are no trees
            that come to an end.
    """
    model.verify()
    if model.card.network["name"] != NETWORK:
        raise BadModel(
            f"The network {model.card.network['name']!r} does not grade levels", file=model.path
        )
    names = [field.name for field in fields(Trees) if field.name != "link"]
    try:
        arrays = _arrays(model.weights.read_bytes())
        halves = {name: _wide(arrays[name]) for name in names}
        trees = Trees(link=MEAN, **halves)
        trees.check(len(model.card.preprocessing["features"]))
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        raise BadModel("The model's weights are no decision trees", file=model.weights) from error
    return trees


def _arrays(data: bytes) -> dict[str, np.ndarray]:
    """A safetensors file's arrays: the length of its header, the header as JSON, the numbers.

    Read by hand, since a corrected sac is graded in Slicer's own Python, which has no safetensors.
    """
    start = 8 + int.from_bytes(data[:8], "little")
    header = dict(json.loads(data[8:start]))
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(
            data[start + one["data_offsets"][0] : start + one["data_offsets"][1]],
            _KINDS[one["dtype"]],
        ).reshape(one["shape"])
        for name, one in header.items()
    }


def _wide(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float64) if values.dtype.kind == "f" else values
