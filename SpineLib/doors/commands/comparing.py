"""The commands that train several variants and compare them: ``train compare-heads`` and ``ablation``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from SpineLib.doors.commands.training import (
    Cache,
    Changes,
    Device,
    LeaveOut,
    Sources,
    Test,
    Validation,
    Workers,
    chosen_recipe,
    first_bar,
    made_task,
    opened_data,
    train,
)
from SpineLib.doors.console import say

Out = Annotated[Path, typer.Option("--out", "-o", help="Folder of the runs and the table.")]


@train.command("compare-heads")
def compare_heads(
    data: Sources,
    out: Out,
    recipe: Annotated[str, typer.Option(help="A recipe for compression.")] = "merali2021",
    validation: Validation = None,
    test: Test = None,
    leave_out_test: LeaveOut = False,
    change: Changes = None,
    device: Device = "auto",
    workers: Workers = None,
    cache: Cache = None,
) -> None:
    """Train the seven heads of Merali et al. 2021 and write their table; goes on if stopped."""
    from SpineLib.training.compare import HEADS

    chosen = chosen_recipe(recipe, change, "compression")
    title = "Seven heads for one ResNet, after table 3 of Merali et al. 2021"
    _compare(
        chosen, HEADS, title, out, data, validation, test, leave_out_test, device, workers, cache
    )


@train.command()
def ablation(
    data: Sources,
    out: Out,
    recipe: Annotated[str, typer.Option(help="A recipe for grading.")] = "hallinan2022",
    validation: Validation = None,
    test: Test = None,
    leave_out_test: LeaveOut = False,
    change: Changes = None,
    device: Device = "auto",
    workers: Workers = None,
    cache: Cache = None,
) -> None:
    """Train a grading recipe whole and without its parts, and write the table; goes on if stopped."""
    from SpineLib.training.compare import ablation as variants

    chosen = chosen_recipe(recipe, change, "grading")
    title = "What each part of the method is worth"
    _compare(
        chosen, variants(chosen), title, out, data, validation, test, leave_out_test, device, workers,
        cache,
    )  # fmt: skip


def _compare(
    chosen: Any, variants: Any, title: str, out: Path, data: list[str] | None,
    validation: list[str] | None, test: Path | None, leave_out_test: bool, device: str,
    workers: int | None, cache: Path | None,
) -> None:  # fmt: skip
    from SpineLib.training.compare import PAGE, compare
    from SpineLib.training.trainer import train as train_task

    with first_bar() as progress:
        held = opened_data(chosen, data, validation, test, leave_out_test, progress, cache)
        compare(
            chosen,
            variants,
            lambda recipe: made_task(recipe, held, cache, progress),  # type: ignore[arg-type,return-value]
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
    say(f"The table is in {out / PAGE}")
