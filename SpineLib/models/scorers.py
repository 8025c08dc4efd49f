"""What a fitted model is: numbers, from a row of a patient's values to probabilities.

Coefficients, or trees as arrays: both are read without a pickle, by any version of any library, and
need numpy only. That trees answer as scikit-learn's own do is tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

LOGIT, ORDERED, IDENTITY, MEAN = "logit", "ordered", "identity", "mean"
_DEEPEST = 200


@dataclass(frozen=True)
class Linear:
    """Coefficients in the columns' own units.

    Attributes:
        link: `LOGIT`, `ORDERED` (proportional odds: classes from mild to severe) or `IDENTITY`.
        coefficients: [column].
        intercepts: one, or of `ORDERED` the thresholds.
    """

    link: str
    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def predict(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """[row, output]: P(yes), P of each class, or the number."""
        score = rows @ self.coefficients
        if self.link == ORDERED:
            below = _expit(self.intercepts - score[..., None])
            edge = np.zeros((*score.shape, 1))
            return np.diff(np.concatenate([edge, below, edge + 1], axis=-1), axis=-1)
        score = (score + self.intercepts[0])[..., None]
        return _expit(score) if self.link == LOGIT else score

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"link": self.link, "coefficients": self.coefficients.tolist(),
                "intercepts": self.intercepts.tolist()}  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Linear:
        """From JSON values."""
        if data["link"] not in (LOGIT, ORDERED, IDENTITY):
            raise ValueError(f"no link {data['link']!r}")
        return cls(data["link"], np.array(data["coefficients"], dtype=float),
                   np.array(data["intercepts"], dtype=float))  # fmt: skip


@dataclass(frozen=True)
class Trees:
    """Decision trees, their nodes one after the other.

    Attributes:
        link: `MEAN` (of the trees' values), or of their sum: `IDENTITY`, `LOGIT` of one output and
            softmax of several.
        feature: [node]: the column that is asked; -1 in a leaf.
        threshold: [node]: up to it a row goes left.
        left, right: [node]: the next node.
        missing_left: [node]: whether a row goes left whose value is not known.
        value: [node, output].
        roots: [tree]: its first node.
        outputs: [tree]: the output that it adds to; -1 for all.
        base: [output]: what the sum starts from.
    """

    link: str
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float64]
    roots: NDArray[np.int32]
    outputs: NDArray[np.int32]
    base: NDArray[np.float64]

    def predict(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """[row, output]: P(yes), P of each class, or the number."""
        flat = rows.reshape(-1, rows.shape[-1])
        if self.link == MEAN:  # scikit-learn's forests see single precision
            flat = flat.astype(np.float32)
        node = np.broadcast_to(self.roots, (len(flat), len(self.roots))).copy()
        at = np.arange(len(flat))[:, None]
        for _level in range(_DEEPEST):
            column = self.feature[node]
            if (column < 0).all():
                break
            value = flat[at, np.maximum(column, 0)]
            goes = np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])
            node = np.where(column < 0, node, np.where(goes, self.left[node], self.right[node]))
        leaves = self.value[node]  # [row, tree, output]
        if self.link == MEAN:
            answer = leaves.mean(axis=1)
            answer = answer[:, 1:] if answer.shape[1] == 2 else answer
        else:
            answer = _linked(self._sum(leaves), self.link)
        return answer.reshape(*rows.shape[:-1], -1)

    def _sum(self, leaves: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.broadcast_to(self.base, (len(leaves), len(self.base))).copy()
        for output in range(len(self.base)):
            total[:, output] += leaves[:, self.outputs == output, 0].sum(axis=1)
        return total

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every array by its name, for a file."""
        return {
            field.name: getattr(self, field.name) for field in fields(self) if field.name != "link"
        }

    def check(self, columns: int) -> None:
        """Refuses arrays that would be read beyond their ends or never come to a leaf.

        Raises:
            ValueError: says what is wrong.
        """
        nodes, inner = len(self.feature), self.feature >= 0
        same = {
            len(getattr(self, n)) for n in ("threshold", "left", "right", "missing_left", "value")
        }
        if same != {nodes} or len(self.outputs) != len(self.roots) or not len(self.roots):
            raise ValueError("the trees' arrays are not equally long")
        if self.feature.max(initial=-1) >= columns or self.value.ndim != 2:
            raise ValueError("the trees ask for columns that are not there")
        for child in (self.left[inner], self.right[inner]):
            # A child stands behind its parent, so that every way ends.
            if (child <= np.flatnonzero(inner)).any() or (child >= nodes).any():
                raise ValueError("the trees' nodes are not in order")
        if ((self.roots < 0) | (self.roots >= nodes)).any():
            raise ValueError("a tree has no root")
        if self.outputs.max(initial=-1) >= len(self.base):
            raise ValueError("a tree has no output")


Scorer = Linear | Trees


def joined(trees: Sequence[dict[str, NDArray[Any]]], link: str, base: NDArray[np.float64]) -> Trees:
    """Trees of one model put one behind the other.

    Args:
        trees: of each: ``feature``, ``threshold``, ``left``, ``right``, ``missing_left``, ``value``
            [node, output], and ``output``.
        link, base: as of `Trees`.
    """
    sizes = [len(tree["feature"]) for tree in trees]
    roots = np.r_[0, np.cumsum(sizes)[:-1]]
    first: NDArray[np.int64] = np.repeat(roots, sizes)

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([tree[name] for tree in trees])

    return Trees(
        link,
        column("feature").astype(np.int32),
        column("threshold").astype(float),
        (column("left") + first).astype(np.int32),
        (column("right") + first).astype(np.int32),
        column("missing_left").astype(bool),
        column("value").astype(float),
        roots.astype(np.int32),
        np.array([int(tree["output"]) for tree in trees], dtype=np.int32),
        np.asarray(base, dtype=float),
    )


def forest_trees(model: Any) -> Trees:
    """A fitted random forest of scikit-learn as arrays."""
    trees = []
    for estimator in model.estimators_:
        tree = estimator.tree_
        value = tree.value[:, 0, :]
        if hasattr(model, "classes_"):
            value = value / value.sum(axis=1, keepdims=True)
        trees.append({
            "feature": np.where(tree.children_left < 0, -1, tree.feature),
            "threshold": tree.threshold,
            "left": tree.children_left, "right": tree.children_right,
            "missing_left": tree.missing_go_to_left.astype(bool), "value": value, "output": -1,
        })  # fmt: skip
    return joined(trees, MEAN, np.zeros(trees[0]["value"].shape[1]))


def _linked(total: NDArray[np.float64], link: str) -> NDArray[np.float64]:
    if link == IDENTITY:
        return total
    if total.shape[1] == 1:
        return _expit(total)
    shifted = np.exp(total - total.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def _expit(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))
