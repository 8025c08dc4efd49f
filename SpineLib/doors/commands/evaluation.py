"""The commands that measure: ``evaluate``; torch and pandas are imported when one runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from SpineLib.doors.console import (
    Device,
    Numbering,
    Orientation,
    print_json,
    print_table,
    progress_bar,
    say,
    say_notes,
)
from SpineLib.errors import BadInput, BadModel
from SpineLib.wording import count

if TYPE_CHECKING:
    import pandas as pd

    from SpineLib.evaluation.figures import Evaluation, Figure
    from SpineLib.evaluation.predictions import Predictions

evaluate = typer.Typer(
    no_args_is_help=True,
    help="Measure models on labelled data, one or two side by side. docs/evaluation.md explains how.",
)

Models = Annotated[
    list[str] | None, typer.Option("--model", help="Name or folder of a model; two to compare.")
]
Data = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        help="Labelled data: a folder, a CSV, or simulated:REGION-DISEASE:PROFILE:COUNT[:SEED]; "
        "may repeat.",
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the page and the tables.")]
Split = Annotated[
    Path | None, typer.Option(help="Frozen test set: only its patients are measured.")
]
Earlier = Annotated[
    list[Path] | None,
    typer.Option(
        "--predictions", help="predictions.csv of an earlier evaluation, in place of data."
    ),
]
Title = Annotated[
    str, typer.Option(help="The data set in words, for the page and the model's card.")
]
WriteCard = Annotated[
    bool, typer.Option("--write-card", help="Also write the figures into the model's folder.")
]
WriteFitted = Annotated[
    bool, typer.Option("--write-card", help="Also write what was fitted into the model.")
]
Canal = Annotated[str, typer.Option(help="Model that finds the canal; the bundled one if none.")]
By = Annotated[
    list[str] | None,
    typer.Option(help="Column for the subgroup table; may repeat. All that vary if none."),
]
Region = Annotated[str, typer.Option(help="Used where the data do not say.")]
Weighting = Annotated[str, typer.Option(help="Used where the data do not say.")]
Force = Annotated[bool, typer.Option("--force", help="Run models on what they were not made for.")]
Tolerance = Annotated[float, typer.Option(help="Tolerance of surface Dice, mm.", min=0.0)]
Cache = Annotated[Path | None, typer.Option(help="Keep simulated cases here between runs.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@evaluate.command()
def compression(
    out: Out, model: Models = None, data: Data = None, split: Split = None,
    predictions: Earlier = None, by: By = None, canal: Canal = "", title: Title = "",
    region: Region = "", weighting: Weighting = "", force: Force = False, device: Device = "auto",
    cache: Cache = None, write_card: WriteCard = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Measure a classifier of cord compression: AUC, sensitivity, subgroups, by slice and patient."""
    _run("compression", out, model, data, split, predictions, by, write_card, as_json, title=title,
         canal=canal, region=region, weighting=weighting, force=force, device=device,
         cache=cache)  # fmt: skip


@evaluate.command()
def grading(
    out: Out, model: Models = None, data: Data = None, split: Split = None,
    predictions: Earlier = None, canal: Canal = "", title: Title = "", region: Region = "",
    weighting: Weighting = "", force: Force = False, device: Device = "auto", cache: Cache = None,
    write_card: WriteCard = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Measure a grading model: confusion matrices, kappa, Gwet's AC1 and AC2, low against high."""
    _run("grading", out, model, data, split, predictions, None, write_card, as_json, title=title,
         canal=canal, region=region, weighting=weighting, force=force, device=device,
         cache=cache)  # fmt: skip


@evaluate.command(name="canal")
def canal_command(
    out: Out, model: Models = None, data: Data = None, split: Split = None,
    predictions: Earlier = None, title: Title = "", device: Device = "auto", cache: Cache = None,
    write_card: WriteCard = False, as_json: AsJson = False, numbering: Numbering = "",
    orientation: Orientation = "",
) -> None:  # fmt: skip
    """Measure the finder of the canal: distance to the true centre, share within 3 mm."""
    _run("canal", out, model, data, split, predictions, None, write_card, as_json, title=title,
         device=device, cache=cache, numbering=numbering, orientation=orientation)  # fmt: skip


@evaluate.command()
def segmentation(
    out: Out, model: Models = None, data: Data = None, split: Split = None,
    predictions: Earlier = None, title: Title = "", tolerance: Tolerance = 2.0,
    device: Device = "auto", cache: Cache = None, write_card: WriteCard = False,
    as_json: AsJson = False, numbering: Numbering = "", orientation: Orientation = "",
) -> None:  # fmt: skip
    """Measure a segmentation: Dice, surface Dice, 95 % Hausdorff, by class and by level."""
    _run("segmentation", out, model, data, split, predictions, None, write_card, as_json,
         title=title, tolerance=tolerance, device=device, cache=cache, numbering=numbering,
         orientation=orientation)  # fmt: skip


@evaluate.command()
def levels(
    out: Out, model: Models = None, data: Data = None, split: Split = None,
    predictions: Earlier = None, title: Title = "", device: Device = "auto", cache: Cache = None,
    write_card: WriteCard = False, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Measure the finder of levels: names right, wrong and withheld, places of discs, axial slices."""
    _run("levels", out, model, data, split, predictions, None, write_card, as_json, title=title,
         device=device, cache=cache)  # fmt: skip


@evaluate.command()
def quantities(
    out: Out,
    data: Annotated[
        list[str],
        typer.Option(
            "--data",
            help="simulated:REGION-DISEASE:PROFILE:COUNT[:SEED], or a CSV of images and cord "
            "masks; may repeat.",
        ),
    ],
    model: Annotated[str, typer.Option(help="Name or folder of a model that outlines.")] = "",
    lumbar: Annotated[
        bool,
        typer.Option(
            "--lumbar", help="Measure lumbar levels; the data are labelled sagittal volumes."
        ),
    ] = False,
    segmentation: Annotated[str, typer.Option(help="Model that segments lumbar volumes.")] = "",
    numbering: Numbering = "",
    orientation: Orientation = "",
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure what is measured of cord and sac: AP, area, MSCC, Dice, network against equation.

    Of lumbar data the levels: sizes and grades from the true mask and from a model's, side by
    side; the model then is one that grades levels. OUT gets tables and Bland-Altman drawings.
    """
    if lumbar or all(source.startswith("simulated:lumbar-") for source in data):
        _lumbar_levels(out, data, model, segmentation, numbering, orientation, device, as_json)
        return
    from SpineLib.evaluation.quantities import (
        Readers,
        figures_of,
        measure_sources,
        write_quantities,
    )
    from SpineLib.inference.loaded import load
    from SpineLib.models import find_models, open_model

    folders = [find_models("canal")[0], open_model(model) if model else find_models("outline")[0]]
    folders.append(find_models("compression")[0])
    with progress_bar() as progress:
        readers = Readers(*(load(folder, device) for folder in folders))
        readers.outline.require("outline")
        slices, studies = measure_sources(data, readers, progress=progress)
    figures = figures_of(slices, studies)
    write_quantities(out, slices, studies)
    if as_json:
        print_json(figures)
        return
    rows = [[name, f"{value:.3f}" if isinstance(value, float) else str(value)] for name, value in
            figures.items()]  # fmt: skip
    print_table(("figure", "value"), rows)
    say(f"Tables and drawings are in {out}")


def _lumbar_levels(
    out: Path, data: list[str], model: str, segmentation: str, numbering: str, orientation: str,
    device: str, as_json: bool,
) -> None:  # fmt: skip
    from SpineLib.datasets.lumbar_levels import level_readers
    from SpineLib.datasets.open_volumes import open_volumes
    from SpineLib.evaluation.lumbar_sizes import figures_of, real_rows, simulated_rows, write_rows
    from SpineLib.models import find_models, open_model
    from SpineLib.models.card import LEVEL_GRADING

    simulated = [source.startswith("simulated:") for source in data]
    if any(simulated) != all(simulated):
        raise BadInput("Simulated and other data are given together", advice="Measure them apart.")
    grader = open_model(model) if model else find_models(LEVEL_GRADING)[0]
    if grader.card.task != LEVEL_GRADING:
        raise BadModel(f"The model {grader.card.name} is for {grader.card.task}, not for levels")
    readers = level_readers(segmentation, device)
    with progress_bar() as progress:
        if all(simulated):
            table = simulated_rows(data, grader, readers, progress)
        else:
            volumes = [volume for source in data for volume in open_volumes(
                source, numbering=numbering, orientation=orientation, progress=progress)]  # fmt: skip
            table = real_rows(volumes, readers.segmentation, progress)
    if not len(table):
        raise BadInput("No level could be measured")
    figures = figures_of(table)
    write_rows(out, table, figures)
    if as_json:
        print_json([vars(figure) for figure in figures])
        return
    rows = [[f.mask, f.name, f"{f.value:.3f}",
             "" if f.interval is None else f"{f.interval[0]:.3f}–{f.interval[1]:.3f}", f.of]
            for f in figures]  # fmt: skip
    print_table(("mask", "figure", "value", "95 % by patient", "of"), rows, "Lumbar levels")
    say(f"Rows, figures and the Bland-Altman drawing are in {out}")


def _run(
    task: str,
    out: Path,
    model: list[str] | None,
    data: list[str] | None,
    split: Path | None,
    predictions: list[Path] | None,
    by: list[str] | None,
    write_card: bool,
    as_json: bool,
    **options: object,
) -> None:
    from SpineLib.evaluation.evaluate import evaluated, write_figures
    from SpineLib.evaluation.report import write_evaluation
    from SpineLib.models import open_model

    if predictions and (model or data or write_card):
        raise BadInput(
            "Earlier predictions are given together with models or data",
            advice="Give --predictions alone, or --model and --data.",
        )
    answers = (
        _read(task, predictions)
        if predictions
        else _predicted(task, model or [], data or [], split, write_card, options)
    )
    evaluations, comparison = evaluated(answers, groups=by)
    page = write_evaluation(out, answers, evaluations, comparison)
    if write_card:
        for name, evaluation in zip(model or (), evaluations, strict=True):
            write_figures(open_model(name), evaluation)
    if as_json:
        print_json([_as_json(evaluation) for evaluation in evaluations])
        return
    for evaluation in evaluations:
        _print(evaluation)
    if comparison is not None:
        _print_comparison(comparison)
    say(f"The page is {page}")


def _read(task: str, files: list[Path]) -> list[Predictions]:
    from SpineLib.evaluation.predictions import read_predictions

    if len(files) > 2:
        raise BadInput(f"{len(files)} tables were given", advice="Name one, or two to compare.")
    answers = [read_predictions(file) for file in files]
    for predicted, file in zip(answers, files, strict=True):
        if predicted.task != task:
            raise BadInput(f"These predictions are of a model for {predicted.task}", file=file)
    return answers


def _predicted(
    task: str,
    names: list[str],
    sources: list[str],
    split: Path | None,
    write_card: bool,
    options: dict[str, object],
) -> list[Predictions]:
    from SpineLib.evaluation.evaluate import Asked, open_cases, open_models, predict

    if not sources:
        raise BadInput("No data was given", advice="Give it with --data, or give --predictions.")
    if write_card and not options["title"] and not all(s.startswith("simulated:") for s in sources):
        raise BadInput(
            "Figures on a card must say what they were measured on",
            advice="Give it with --title, as: --title 'spinal cord masks of 4 real series'.",
        )
    how = Asked(tuple(sources), **options)  # type: ignore[arg-type]
    models = open_models(task, names)
    with progress_bar() as progress:
        cases = open_cases(models, how, only=split, progress=progress)
        return predict(models, cases, how, progress=progress)


def _as_json(evaluation: Evaluation) -> dict[str, object]:
    return {
        "model": evaluation.card.name,
        "data": evaluation.data,
        "patients": evaluation.patients,
        "rows": evaluation.rows,
        "figures": figures_as_json(evaluation.figures),
        "notes": list(evaluation.notes),
    }


def figures_as_json(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """Measured figures as JSON values."""
    return [
        {"name": f.name, "value": f.value, "interval": f.interval, "alone": f.alone,
         "method": f.method, "of": f.of, "note": f.note}
        for f in figures
    ]  # fmt: skip


def print_figures(figures: Iterable[Figure], title: str) -> None:
    """Prints measured figures as a table."""
    from SpineLib.evaluation.report import span_of

    rows = [
        [f.name, f.note if f.value is None else f"{f.value:.3f}", span_of(f.interval),
         span_of(f.alone), f.of]
        for f in figures
    ]  # fmt: skip
    print_table(("figure", "value", "95 % by patient", "95 % by slice", "of"), rows, title)


def _print(evaluation: Evaluation) -> None:
    from SpineLib.evaluation.figures import unit

    starter = " (starter)" if evaluation.card.starter else ""
    title = (
        f"{evaluation.card.name}{starter} on {evaluation.data}: {count(evaluation.patients, 'patient')}, "
        f"{count(evaluation.rows, unit(evaluation.card.task))}"
    )
    print_figures(evaluation.figures, title)
    say_notes(evaluation.notes)


def _print_comparison(table: pd.DataFrame) -> None:
    rows = [
        [c if isinstance(c, str) else "" if c is None or c != c else f"{c:.3f}" for c in values]
        for values in table.astype(object).to_numpy().tolist()
    ]
    print_table([str(c) for c in table.columns], rows, "The first model against the second")
