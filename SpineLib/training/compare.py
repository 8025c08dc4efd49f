"""Several variants of a recipe trained on the same data, and a table of what came of each."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from SpineLib.errors import BadRequest
from SpineLib.inference.device import choose
from SpineLib.inference.loaded import load
from SpineLib.models.folder import open_folder
from SpineLib.progress import Progress
from SpineLib.store.files import writing
from SpineLib.training.recipe import Recipe
from SpineLib.training.run import CURVES, Run
from SpineLib.training.slices import SliceTask

TABLE, PAGE = "comparison.csv", "comparison.html"
Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Variant:
    """One row of a comparison.

    Attributes:
        name: of the row and its folder.
        changes: what it changes in the recipe.
        about: columns that describe it.
    """

    name: str
    changes: dict[str, Any]
    about: dict[str, Any] = field(default_factory=dict)


def _head(name: str, hidden: list[int]) -> Variant:
    own = {"hidden": hidden, "dropout": 0.3, "input_dropout": 0.0}
    changes = {f"network.arguments.{key}": value for key, value in own.items()}
    layers = " + ".join(map(str, hidden))
    return Variant(name, changes, {"dense layers": len(hidden), "units": layers, "dropout": "30 %"})


# The seven heads that Merali et al. 2021 compared: one or two dense layers, each followed by a
# dropout of 30 %.
HEADS = tuple(
    [_head(f"model-{n}", [units]) for n, units in enumerate((256, 512, 1024, 2048), 1)]
    + [_head(f"model-{n}", [units, units]) for n, units in enumerate((256, 512, 1024), 5)]
)
_PLAIN_ARGUMENTS = ("depth", "widths", "channels", "pool")


def ablation(recipe: Recipe) -> tuple[Variant, ...]:
    """The grading recipe whole, without either term of its loss, and as a plain ResNet.

    Raises:
        BadRequest: the recipe has no prototypes to leave out.
    """
    if recipe.loss.name != "prototype":
        raise BadRequest(
            f"The recipe {recipe.name} has no prototypes to leave out",
            advice="Give a recipe for grading whose loss is prototype, such as hallinan2022.",
        )
    own = recipe.network.arguments
    plain = {name: own[name] for name in _PLAIN_ARGUMENTS if name in own}
    kept = {n: v for n, v in recipe.loss.arguments.items() if n in ("neighbours", "weigh_classes")}
    return (
        Variant("whole", {}),
        Variant("without-adversarial", {"loss.adversarial": 0.0}),
        Variant("without-compactness", {"loss.compactness": 0.0}),
        Variant(
            "plain-resnet",
            {
                "network.name": "resnet-classifier",
                "network.arguments": {**plain, "classes": own["grades"]},
                "loss": {"name": "cross-entropy", **kept},
            },
        ),
    )


def compare(
    recipe: Recipe,
    variants: tuple[Variant, ...],
    make: Callable[[Recipe], SliceTask],
    train: Callable[[SliceTask, Path], Run],
    out: str | Path,
    *,
    device: str = "auto",
    cache: Path | None = None,
    title: str,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Trains each variant into ``out/<name>`` and writes a table of all of them.

    Variants that came to their end before are not trained again, so that a comparison goes on
    where it was stopped. The figures are those of the model that is kept, on the training part
    as it is (without augmentation and dropout) and on the validation part.

    Args:
        recipe: what all variants share.
        variants: `HEADS`, or `ablation`.
        make: a task of a recipe, always on the same data.
        train: trains a task into a folder, going on where it was stopped.
        out: folder of the runs and of ``comparison.csv`` and ``comparison.html``.
        device: where the figures are measured.
        cache: as the tasks' own.
        title: of the page.
        progress: of the measuring.

    Returns:
        The table, one row a variant.
    """
    out, rows = Path(out), []
    for variant in variants:
        task = make(recipe.changed({**variant.changes, "card.name": variant.name}))
        run = train(task, out / variant.name)
        rows.append(_row(variant, task, run, choose(device), cache, progress or Progress()))
        # After each variant: a comparison takes days, and its first rows are worth reading.
        table = pd.DataFrame(rows)
        _write(table, out, title, recipe)
    return table


def _row(
    variant: Variant,
    task: SliceTask,
    run: Run,
    device: torch.device,
    cache: Path | None,
    progress: Progress,
) -> dict[str, Any]:
    loaded = load(open_folder(run.model), device)
    parts = {
        "training": task.unchanged_training(cache, progress),
        "validation": task.validation,
    }
    row: dict[str, Any] = {"model": variant.name, **variant.about}
    row["parameters"] = sum(p.numel() for p in loaded.network.parameters())
    epochs = pd.read_csv(run.folder / CURVES).set_index("step")["epoch"]
    row["epochs"], row["best epoch"] = epochs[run.step], epochs[(run.best or {})["step"]]
    with torch.inference_mode():
        for name, part in parts.items():
            figures = task.measured(loaded.network, part, device, progress)
            row |= {f"{name} {figure}": value for figure, value in figures.items()}
    return row


def _write(table: pd.DataFrame, out: Path, title: str, recipe: Recipe) -> None:
    with writing(out / TABLE) as temporary:
        table.to_csv(temporary, index=False)
    body = table.to_html(
        index=False, float_format=lambda value: f"{value:.4g}", border=0, na_rep="–"
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><style>"
        "body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:80em;padding:0 1em}"
        "table{border-collapse:collapse}td,th{padding:.3em .8em;text-align:right;"
        "border-bottom:1px solid #ccc}td:first-child,th:first-child{text-align:left}"
        "pre{white-space:pre-wrap;color:#444}</style>"
        f"<h1>{html.escape(title)}</h1>{body}"
        "<p>Each row is the model that its run kept, measured on the training part without "
        "augmentation and on the validation part, slice by slice. Nothing here is of a test set.</p>"
        f"<pre>{html.escape(recipe.about.strip())}</pre></html>\n"
    )
    with writing(out / PAGE) as temporary:
        temporary.write_text(page, encoding="utf-8")
