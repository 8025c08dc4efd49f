"""Pictures of where two models differ most: the image with the truth, the old and the new answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from SpineLib.datasets.cases import LabelledStack, LabelledVolume
from SpineLib.evaluation.drawings import COLORS, to_png
from SpineLib.evaluation.predictions import Predictions
from SpineLib.inference.canal import locate
from SpineLib.inference.grid import order_of
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.segmentation import segment
from SpineLib.inference.semantic import CLASSES
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.progress import Progress
from SpineLib.store.files import writing
from SpineLib.training.segmentation_data import semantic_of

# Largest changes each way.
EACH_WAY = 2
_TRUTH, _OLD, _NEW = "#F0E442", *COLORS[:2]
_MARGIN = 12
_HALF_WINDOW_MM = 40.0
_LEAST_CHANGE = 1e-3


def draw_changes(
    folder: Path,
    cases: Sequence[Any],
    answers: Sequence[Predictions],
    models: Sequence[Loaded],
    canal: Loaded | None,
    progress: Progress,
) -> dict[str, Path]:
    """Draws the cases that became worse and better by most.

    Args:
        folder: for the PNGs.
        cases: `LabelledVolume` or `LabelledStack`, as they were measured.
        answers, models: of the old and of the new model.
        canal: finds the canal; None for a segmentation.
        progress: told of each picture.

    Returns:
        Caption → PNG, what became worse first; empty where both models answer alike.
    """
    old, new = answers
    if canal is None:
        table = _volume_changes(old, new)
    elif old.task == "compression":
        table = _slice_changes(old, new, _truth_of_compression)
    else:
        table = _slice_changes(old, new, _truth_of_grades)
    by_id = {case.id: case for case in cases}
    pictures = {}
    for way, row in progress.track(_largest(table), "Drawing the largest changes"):
        case = by_id[row["stack"]]
        name = f"{way}-{row['stack']}" + (f"-{row['index'] + 1}" if "index" in row else "")
        path = folder / f"{name}.png"
        if canal is None:
            _draw_volume(path, case, models, row, progress)
            caption = f"Case {case.id}: mean Dice {row['old']:.3f} → {row['new']:.3f}"
        else:
            _draw_slice(path, case, canal, row)
            caption = (
                f"Case {case.id}, slice {row['index'] + 1}: {row['truth']}; "
                f"{row['said_old']} → {row['said_new']}"
            )
        pictures[f"{way.capitalize()}. {caption}"] = path
    return pictures


def _largest(table: pd.DataFrame) -> list[tuple[str, Mapping[str, Any]]]:
    """What became worse and better by most; ``difference`` above 0 is better."""
    ordered = table.sort_values("difference", kind="stable")
    worse = ordered[ordered["difference"] < -_LEAST_CHANGE].head(EACH_WAY)
    better = ordered[ordered["difference"] > _LEAST_CHANGE].tail(EACH_WAY)[::-1]
    return [("worse", row) for row in worse.to_dict("records")] + [
        ("better", row) for row in better.to_dict("records")
    ]


def _volume_changes(old: Predictions, new: Predictions) -> pd.DataFrame:
    means = [
        p.table[p.table["kind"] == "class"].groupby("stack")["dice"].mean() for p in (old, new)
    ]
    table = pd.DataFrame({"old": means[0], "new": means[1]}).reset_index()
    return table.assign(difference=table["new"] - table["old"])


def _slice_changes(old: Predictions, new: Predictions, truth_of: Any) -> pd.DataFrame:
    """A row for each slice whose answer changed: how much more probable the truth became."""
    before, after = (truth_of(p) for p in (old, new))
    table = old.table[["stack", "index", "truth"]].assign(
        old=before["p"],
        new=after["p"],
        said_old=before["said"],
        said_new=after["said"],
    )
    table = table[table["said_old"] != table["said_new"]]
    return table.assign(difference=table["new"] - table["old"]).dropna(subset="difference")


def _truth_of_compression(predictions: Predictions) -> pd.DataFrame:
    p = predictions.table["probability"].astype(float)
    words = [
        verdict if np.isnan(x) else f"{verdict}, P = {x:.2f}"
        for verdict, x in zip(predictions.table["verdict"], p, strict=True)
    ]
    truth = predictions.table["truth"]
    of_truth = p.where(truth == COMPRESSED, (1 - p).where(truth == NOT_COMPRESSED))
    return pd.DataFrame({"p": of_truth, "said": words})


def _truth_of_grades(predictions: Predictions) -> pd.DataFrame:
    rows = predictions.table.to_dict("records")
    p = [float(row.get(f"p_{row['truth']}") or np.nan) for row in rows]
    words = [
        f"grade {row['grade']}, {row['verdict']}" if row["grade"] else row["reason"] for row in rows
    ]
    return pd.DataFrame({"p": p, "said": words})


def _draw_volume(
    path: Path,
    case: LabelledVolume,
    models: Sequence[Loaded],
    row: Mapping[str, Any],
    progress: Progress,
) -> None:
    volume, labels = case.open()
    order = order_of(volume)
    image, truth, old, new = (
        order.canonical(voxels)
        for voxels in (
            volume.voxels,
            semantic_of(labels.voxels),
            *(segment(volume, model, progress=Progress(_quiet(progress))).voxels
              for model in models),
        )
    )  # fmt: skip
    # The slice on which the two differ most in how much they have wrong.
    k = int(np.argmax(np.abs(_wrong(old, truth) - _wrong(new, truth)) + 1e-3 * _wrong(new, truth)))
    rows, columns = _around((truth[k] > 0) | (old[k] > 0) | (new[k] > 0))
    _, down, across = order.canonical_values(volume.spacing[::-1])
    picture = image[k, rows, columns]
    figure, panels = _panels(picture.shape[1] * across / (picture.shape[0] * down))
    titles = ("truth", f"old: Dice {row['old']:.3f}", f"new: Dice {row['new']:.3f}")
    for axes, title, answer, color in zip(
        panels, titles, (None, old, new), (None, _OLD, _NEW), strict=True
    ):
        _show(axes, picture, title, down / across)
        _contours(axes, truth[k, rows, columns], _TRUTH)
        if answer is not None:
            _contours(axes, answer[k, rows, columns], color)
    figure.supxlabel(
        f"slice {k + 1} of {len(image)} from the patient's left; thin yellow: truth", fontsize=8
    )
    _save(figure, path)


def _draw_slice(path: Path, case: LabelledStack, canal: Loaded, row: Mapping[str, Any]) -> None:
    volume = case.open()
    k = int(row["index"])
    i, j, _ = volume.ijk(locate(volume, canal).centers_ras[k])
    across, down, _ = volume.spacing
    half_i, half_j = _HALF_WINDOW_MM / across, _HALF_WINDOW_MM / down
    _, height, width = volume.shape
    rows = slice(max(0, int(j - half_j)), min(height, int(j + half_j) + 1))
    columns = slice(max(0, int(i - half_i)), min(width, int(i + half_i) + 1))
    figure = Figure(figsize=(3.6, 4.2), layout="constrained")
    axes = figure.subplots()
    title = f"truth: {row['truth']}\nold: {row['said_old']}\nnew: {row['said_new']}"
    # As radiologists hang it, however the file orders it: left on the right, front above.
    to_left, to_back = volume.directions[0, 0] < 0, volume.directions[1, 1] < 0
    picture = volume.voxels[k, rows, columns][:: 1 if to_back else -1, :: 1 if to_left else -1]
    _show(axes, picture, title, down / across)
    figure.supxlabel("the patient's left is on the right", fontsize=8)
    _save(figure, path)


def _wrong(answer: NDArray, truth: NDArray) -> NDArray[np.float64]:
    return (answer != truth).sum(axis=(1, 2)).astype(float)


def _around(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns around what is marked; everything where nothing is."""
    spans = []
    for axis in (1, 0):
        used = np.flatnonzero(mask.any(axis=axis))
        size = mask.shape[1 - axis]
        low, high = (used[0], used[-1] + 1) if used.size else (0, size)
        spans.append(slice(max(0, int(low) - _MARGIN), min(size, int(high) + _MARGIN)))
    return spans[0], spans[1]


def _panels(shape: float) -> tuple[Figure, list[Axes]]:
    """Three panels beside each other, each ``shape`` times as wide as high."""
    high = 5.0
    figure = Figure(figsize=(3 * high * min(max(shape, 0.4), 1.5) + 0.4, high + 0.6),
                    layout="constrained")  # fmt: skip
    return figure, list(figure.subplots(1, 3))


def _show(axes: Axes, picture: NDArray, title: str, aspect: float) -> None:
    low, high = np.percentile(picture, [0.5, 99.5])
    axes.imshow(picture, cmap="gray", vmin=low, vmax=max(high, low + 1e-6), aspect=aspect)
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()


def _contours(axes: Axes, classes: NDArray, color: str | None) -> None:
    assert color is not None
    width = 0.9 if color == _TRUTH else 1.4
    for number in range(1, len(CLASSES)):
        if (classes == number).any():
            axes.contour(classes == number, levels=[0.5], colors=[color], linewidths=width)


def _save(figure: Figure, path: Path) -> None:
    with writing(path) as temporary:
        temporary.write_bytes(to_png(figure))


def _quiet(progress: Progress) -> Any:
    """Lets a cancel through, and no stages of single steps."""
    return lambda step: progress.check()
