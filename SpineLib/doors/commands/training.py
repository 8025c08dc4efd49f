"""The commands that train: ``train`` and ``models package``; torch is imported when one runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from SpineLib.doors.console import (
    Device,
    Numbering,
    Orientation,
    print_json,
    print_table,
    progress_bar,
    say,
)
from SpineLib.errors import BadRequest
from SpineLib.progress import Progress

if TYPE_CHECKING:
    import torch

    from SpineLib.evaluation.evaluate import Asked
    from SpineLib.training.recipe import Recipe
    from SpineLib.training.run import Run
    from SpineLib.training.tasks import Data

train = typer.Typer(
    no_args_is_help=True,
    help="Train models by recipes; `train recipes` lists them. docs/training.md explains the rest.",
)

# The recipe that a task is trained by where none is named.
USUAL = {
    "canal": "canal",
    "compression": "compression",
    "grading": "grading",
    "levels": "starter-levels",
    "outline": "starter-cord",
    "segmentation": "residual-unet",
}

Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        help="Labelled data: a folder, a CSV, or simulated:REGION-DISEASE:PROFILE:COUNT[:SEED]; "
        "may repeat. Without it, the recipe's own.",
    ),
]
Validation = Annotated[
    list[str] | None,
    typer.Option(help="As --data; without it the recipe's share of patients is split off."),
]
Test = Annotated[
    Path | None, typer.Option(help="Frozen test set; its patients in the data are an error.")
]
LeaveOut = Annotated[
    bool, typer.Option("--leave-out-test", help="Leave the test's patients out instead.")
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder of the run.")]
Workers = Annotated[
    int | None, typer.Option(help="Processes that load; by default as the cores allow.", min=0)
]
Cache = Annotated[Path | None, typer.Option(help="Keep prepared samples here between runs.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Another value for the recipe; may repeat."),
]


def _command(task: str) -> Callable[..., None]:
    def command(
        out: Out,
        data: Sources = None,
        recipe: Annotated[
            str, typer.Option(help="Name of a recipe, or a TOML file of your own.")
        ] = USUAL[task],
        validation: Validation = None,
        test: Test = None,
        leave_out_test: LeaveOut = False,
        change: Changes = None,
        resume: Annotated[
            bool, typer.Option("--resume", help="Go on with the run in the folder, if any.")
        ] = False,
        start: Annotated[
            Path | None, typer.Option(help="Folder of a model to begin with its weights.")
        ] = None,
        minutes: Annotated[
            float | None,
            typer.Option(help="Stop after so many minutes; --resume continues.", min=0),
        ] = None,
        device: Device = "auto",
        workers: Workers = None,
        cache: Cache = None,
        numbering: Numbering = "",
        orientation: Orientation = "",
        evaluate: Annotated[
            list[str] | None,
            typer.Option(
                help="Measure the model on this afterwards, as `evaluate` does; with --test on its "
                "patients only. May repeat."
            ),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print the run's record.")] = False,
    ) -> None:
        from SpineLib.evaluation.evaluate import Asked
        from SpineLib.training.tasks import make_task
        from SpineLib.training.trainer import train as train_task

        chosen = chosen_recipe(recipe, [*(change or []), *of_files(numbering, orientation)], task)
        with first_bar() as progress:
            data_ = opened_data(chosen, data, validation, test, leave_out_test, progress, cache)
            run = train_task(
                make_task(chosen, data_, cache=cache, progress=progress),
                out,
                device=device,
                resume=resume,
                start=None if start is None else _weights(start),
                data=data_.record,
                minutes=minutes,
                workers=workers,
                progress=progress,
            )
            if chosen.calibrate and run.finished and is_first():
                from SpineLib.training.calibrating import calibrate_run

                run = calibrate_run(run, data_.validation, device=device, progress=progress)
            if evaluate and run.finished and is_first():
                asked = Asked(tuple(evaluate), device=device, cache=cache, numbering=numbering,
                              orientation=orientation)  # fmt: skip
                _evaluate(run, asked, test, progress)
        if is_first():
            _say_run(run, as_json)

    command.__doc__ = f"Train {_ARTICLES[task]} by a recipe, `{USUAL[task]}` if none is named."
    return command


_ARTICLES = {
    "canal": "the finder of the spinal canal",
    "compression": "a classifier of cord compression",
    "grading": "a grading model",
    "levels": "the finder of levels on sagittal slices",
    "outline": "the outlines of cord and dural sac",
    "segmentation": "a segmentation",
}
for _name in USUAL:
    train.command(_name)(_command(_name))


@train.command()
def stenosis(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the model.")],
    data: Sources = None,
    axial: Annotated[
        list[str] | None,
        typer.Option(help="As --data: whose axial slices are outlined; may repeat."),
    ] = None,
    device: Device = "auto",
) -> None:
    """Fit the grade of central stenosis to sizes of simulated lumbar levels, and to axial slices."""
    from SpineLib.datasets.lumbar_levels import level_readers
    from SpineLib.training.level_grades import AXIAL_SOURCES, SOURCES, fit_level_grades

    readers = level_readers(device=device)
    with progress_bar() as progress:
        model = fit_level_grades(
            data or SOURCES, axial or AXIAL_SOURCES, readers, out, progress=progress
        )
    say(f"The model is in {model.path}; its temperature is {model.card.temperature:g}")


@train.command("canal-regions")
def canal_regions(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the new model.")],
    model: Annotated[str, typer.Option(help="Name or folder of a canal model.")] = "starter-canal",
    data: Sources = None,
    cache: Cache = None,
) -> None:
    """Teach a canal model the region that an axial slice shows; the rest of it stays."""
    from SpineLib.models import open_model
    from SpineLib.training.canal_regions import SOURCES, fit_regions

    with progress_bar() as progress:
        fit_regions(open_model(model), data or SOURCES, out, cache=cache, progress=progress)
    say(f"The model is in {out}")


@train.command()
def recipes(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Print this one, to copy and to change."),
    ] = None,
) -> None:
    """List the recipes that come with the program, or print one."""
    from SpineLib.training.recipe import names, path_of, read_recipe

    if name is not None:
        say(path_of(name).read_text(encoding="utf-8").rstrip())
        return
    all_recipes = [read_recipe(recipe_name) for recipe_name in names()]
    rows = [[r.name, r.task, r.network.name, r.about.strip().split("\n")[0]] for r in all_recipes]
    print_table(("recipe", "task", "network", "about"), rows)


@train.command()
def search(
    recipe: Annotated[str, typer.Option(help=r"A recipe with a table \[search].")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the trials.")],
    data: Sources = None,
    trials: Annotated[int, typer.Option(help="Of all machines together.", min=1)] = 20,
    storage: Annotated[
        str, typer.Option(help="File or database URL that all machines share.")
    ] = "",
    random: Annotated[
        bool, typer.Option("--random", help="Draw at random instead of learning from trials.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="End trials early that fall behind the others.")
    ] = False,
    validation: Validation = None,
    test: Test = None,
    leave_out_test: LeaveOut = False,
    change: Changes = None,
    device: Device = "auto",
    workers: Workers = None,
    cache: Cache = None,
) -> None:
    """Search for better values of a recipe, on one machine or many that share a storage."""
    from SpineLib.training.search import BEST
    from SpineLib.training.search import search as search_values
    from SpineLib.training.tasks import make_task
    from SpineLib.training.trainer import train as train_task

    chosen = chosen_recipe(recipe, change)
    with first_bar() as progress:
        data_ = opened_data(chosen, data, validation, test, leave_out_test, progress, cache)

        def trial(changed: Recipe, folder: Path, validated: Any) -> Run:
            return train_task(
                make_task(changed, data_, cache=cache, progress=progress),
                folder,
                device=device,
                data=data_.record,
                workers=workers,
                validated=validated,
                progress=progress,
            )

        search_values(
            chosen, trial, out, trials=trials, storage=storage, random=random, prune=prune
        )
    say(f"The best recipe is {out / BEST}")


def package(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a training run.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the model, new or empty.")],
    best: Annotated[
        bool, typer.Option("--best", help="The best weights so far of a run that has not ended.")
    ] = False,
    mean_with: Annotated[
        str, typer.Option(help="Name or folder of the model that the run began from: the mean of both "
                          "models' weights is written, nothing measured on its card.")
    ] = "",
) -> None:  # fmt: skip
    """Make the model's folder from a training run."""
    from SpineLib.models import open_model
    from SpineLib.training.package import package as package_run

    other = open_model(mean_with) if mean_with else None
    model = package_run(run, out, best=best, mean_with=other)
    say(f"{model.card.name} is in {model.path}; import it with: spine models import {model.path}")


def of_files(numbering: str, orientation: str) -> list[str]:
    """What a person says of a CSV's images and masks, as changes of the recipe."""
    values = {"data.numbering": numbering, "data.orientation": orientation}
    return [f'{key}="{value}"' for key, value in values.items() if value]


def chosen_recipe(name: str, change: list[str] | None, task: str = "") -> Recipe:
    """The recipe that was named, changed by ``--set``; refused where it is for another task."""
    from SpineLib.training.recipe import read_recipe
    from SpineLib.training.recipe_text import parse_changes

    recipe = read_recipe(name, changes=parse_changes(change or []))
    if task and recipe.task != task:
        raise BadRequest(
            f"The recipe {recipe.name} is for {recipe.task}, not for {task}",
            advice=f"Train it with: spine train {recipe.task} --recipe {name}",
        )
    return recipe


def opened_data(
    recipe: Recipe,
    sources: list[str] | None,
    validation: list[str] | None,
    test: Path | None,
    leave_out_test: bool,
    progress: Progress,
    cache: Path | None = None,
) -> Data:
    """What ``--data``, ``--validation`` and ``--test`` name, else the recipe's own."""
    from SpineLib.training.tasks import open_data

    own = recipe.sources
    if not (sources or own.training):
        raise BadRequest(
            "No data was given, and the recipe has none of its own",
            advice="Give it with --data: a folder, a CSV, or simulated:…",
        )
    return open_data(
        recipe,
        sources or own.training,
        validation=validation or (() if sources else own.validation),
        test=test,
        leave_out_test=leave_out_test,
        cache=cache,
        progress=progress,
    )


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    from SpineLib.inference.loaded import load
    from SpineLib.models import open_folder

    return load(open_folder(folder), "cpu").network.state_dict()


def _evaluate(run: Run, asked: Asked, test: Path | None, progress: Progress) -> None:
    """Measures the run's model into ``evaluation`` and writes the figures on its card."""
    from SpineLib.evaluation.evaluate import evaluated, open_cases, predict, write_figures
    from SpineLib.evaluation.report import write_evaluation
    from SpineLib.models import open_folder
    from SpineLib.training.run import DRAWING

    model = open_folder(run.model)
    cases = open_cases([model], asked, only=test, progress=progress)
    answers = predict([model], cases, asked, progress=progress)
    evaluations, comparison = evaluated(answers)
    curves = {"Loss and validation while it was trained": (run.folder / DRAWING).read_bytes()}
    write_evaluation(run.folder / "evaluation", answers, evaluations, comparison, drawings=curves)
    write_figures(model, evaluations[0])


def is_first() -> bool:
    """Whether this process speaks to the person; under torchrun one of them does."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def first_bar() -> Iterator[Progress]:
    """A progress bar, in one process under torchrun."""
    if not is_first():
        yield Progress()
        return
    with progress_bar() as progress:
        yield progress


def _say_run(run: Run, as_json: bool) -> None:
    if as_json:
        print_json(run.record)
        return
    if not run.finished:
        say(f"The time is up at step {run.step} of {run.record['steps']}; --resume continues")
        return
    best = run.best or {}
    figures = ", ".join(f"{name} {value:.4g}" for name, value in best["metrics"].items())
    say(f"Trained {run.step} steps ({run.record['ended']}); best at step {best['step']}: {figures}")
    _say_calibration(run.record.get("calibration", {}))
    say(f"The model is in {run.model}; its curves are in {run.folder / 'curves.png'}")


def _say_calibration(calibration: dict[str, Any]) -> None:
    if "failed" in calibration:
        say(f"Not calibrated: {calibration['failed']}")
    elif calibration:
        say(
            f"Calibrated on {calibration['slices']} slices of the validation data: temperature "
            f"{calibration['temperature']:.3f}, bias {calibration['bias']:+.3f}, expected calibration error "
            f"{calibration['ece_before']:.3f} → {calibration['ece']:.3f}"
        )
