"""The commands that train several variants and compare them: ``train compare-heads`` and ``ablation``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from SpineLib.doors.commands.training import (
    Cache,
    Changes,
    LeaveOut,
    Sources,
    Test,
    Validation,
    Workers,
    chosen_recipe,
    first_bar,
    opened_data,
    train,
)
from SpineLib.doors.console import Device, say

Out = Annotated[Path, typer.Option("--out", "-o", help="Folder of the runs and the table.")]
Usual = Annotated[str, typer.Option(help="A recipe for the same task.")]


def _command(
    task: str, usual: str, title: str, variants: Callable[[Any, Any], Any]
) -> Callable[..., None]:
    def command(
        data: Sources,
        out: Out,
        recipe: Usual = usual,
        validation: Validation = None,
        test: Test = None,
        leave_out_test: LeaveOut = False,
        change: Changes = None,
        device: Device = "auto",
        workers: Workers = None,
        cache: Cache = None,
    ) -> None:
        from SpineLib.training import compare
        from SpineLib.training.tasks import make_task
        from SpineLib.training.trainer import train as train_task

        chosen = chosen_recipe(recipe, change, task)
        with first_bar() as progress:
            held = opened_data(chosen, data, validation, test, leave_out_test, progress, cache)
            compare.compare(
                chosen,
                variants(compare, chosen),
                lambda recipe: make_task(recipe, held, cache=cache, progress=progress),  # type: ignore[arg-type,return-value]
                lambda task, folder: train_task(
                    task, folder, device=device, resume=True, data=held.record, workers=workers,
                    progress=progress,
                ),
                out,
                device=device,
                cache=cache,
                title=title,
                progress=progress,
            )  # fmt: skip
        say(f"The table is in {out / compare.PAGE}")

    return command


_HEADS = "Train the seven heads of Merali et al. 2021 and write their table; goes on if stopped."
_PARTS = (
    "Train a grading recipe whole and without its parts, and write the table; goes on if stopped."
)
train.command("compare-heads", help=_HEADS)(
    _command(
        "compression",
        "merali2021",
        "Seven heads for one ResNet, after table 3 of Merali et al. 2021",
        lambda compare, _recipe: compare.HEADS,
    )
)
train.command("ablation", help=_PARTS)(
    _command(
        "grading",
        "hallinan2022",
        "What each part of the method is worth",
        lambda compare, recipe: compare.ablation(recipe),
    )
)
