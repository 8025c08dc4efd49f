"""The commands of the correction loop that learn: ``loop finetune``, ``promote``, ``back``, ``curve``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from SpineLib.doors.commands.loop import (
    Folder,
    Reader,
    opened_writer,
    user,
)
from SpineLib.doors.commands.loop_queue import loop
from SpineLib.doors.commands.training import Cache, Changes, Workers, first_bar, is_first
from SpineLib.doors.console import (
    Device,
    Json,
    kept_when_cancelled,
    named_numbers,
    print_json,
    print_table,
    progress_bar,
    say,
    say_notes,
)
from SpineLib.errors import BadInput, BadRequest
from SpineLib.wording import count

if TYPE_CHECKING:
    from SpineLib.loop.dataset import Dataset
    from SpineLib.loop.finetune import FineTuning
    from SpineLib.loop.promotion import Comparison

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The candidate's id or number.")]
Margins = Annotated[
    list[str] | None,
    typer.Option(
        "--margin",
        metavar="NAME=VALUE",
        help="How much lower a figure may be without counting as worse; may repeat. dice, level, names; auc, "
        "sensitivity, specificity; low-high, grades.",
    ),
]


@loop.command()
def finetune(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DATASET]", help="Folder of the data set.")
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="Carry out or resume a prepared folder, here or on a cluster."),
    ] = None,
    take: Annotated[
        Path | None, typer.Option(help="Add the model of a folder that was trained elsewhere.")
    ] = None,
    prepare_only: Annotated[
        bool,
        typer.Option(
            "--prepare-only", help="Only make the folder, to be copied and trained elsewhere."
        ),
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Start over instead of resuming.")] = False,
    replay: Annotated[
        list[str] | None,
        typer.Option(help="Other data to learn from beside the corrected cases; may repeat."),
    ] = None,
    change: Changes = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop after so many minutes; the next call resumes.", min=0)
    ] = None,
    device: Device = "auto",
    workers: Workers = None,
    cache: Cache = None,
) -> None:
    """Fine-tune the current model on the corrected cases; resumes where it was interrupted."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.finetune import carry_out, open_fine_tuning, prepare
    from SpineLib.training.recipe_text import parse_changes

    if sum(given is not None for given in (run, take)) + prepare_only > 1:
        raise BadRequest("Give one of --run, --take and --prepare-only")
    if (run is None) == (folder is None):
        raise BadRequest("Name the data set, or a prepared folder with --run")
    if take is not None and folder is not None:
        _take(folder, take)
        return
    with first_bar() as progress:
        if run is not None:
            tuning = open_fine_tuning(run)
        else:
            assert folder is not None
            dataset = open_dataset(folder)
            left = None if anew or prepare_only else _interrupted(dataset)
            tuning = left or prepare(
                dataset, replay=replay or (), changes=parse_changes(change or []), cache=cache,
                progress=progress,
            )  # fmt: skip
        if prepare_only:
            _say_prepared(tuning)
            return
        _say_begin(tuning)
        stays = f"fine-tuning {tuning.name} resumes from its last checkpoint with the same command"
        with kept_when_cancelled(stays):
            tuning = carry_out(
                tuning.folder, device=device, workers=workers, minutes=minutes, progress=progress
            )
    if not is_first():
        return
    if tuning.model is None:
        say(f"The time is up at step {tuning.step} of {tuning.steps}; the next call resumes")
        return
    home = folder or _home(tuning)
    if home is not None:
        _take(home, tuning.folder)
        return
    say(f"The model is in {tuning.folder / 'model'}")
    say(f"Copy the folder back, then: spine loop finetune DATASET --take {tuning.folder.name}")


@loop.command()
def promote(
    folder: Folder,
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="Its id or number; the newest if none.")
    ] = "",
    reason: Annotated[
        str,
        typer.Option(
            help="Reason to promote it although it is worse or could not be compared; it is written on its card."
        ),
    ] = "",
    margin: Margins = None,
    compare_only: Annotated[
        bool, typer.Option("--compare-only", help="Only measure and write the page.")
    ] = False,
    reader: Reader = "",
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Compare a candidate with the current model on the frozen test, and promote it."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.promotion import compare, fresh_comparison
    from SpineLib.loop.promotion import promote as promote_model

    dataset = open_dataset(folder)
    margins = named_numbers(margin or [], "{} is not NAME=VALUE", advice="As --margin dice=0.02")
    chosen = _model_id(dataset, model) if model else _newest(dataset)
    comparison = fresh_comparison(dataset, chosen, margins)
    if comparison is None:
        with progress_bar() as progress:
            comparison = compare(dataset, chosen, margins=margins, device=device, progress=progress)
    if as_json:
        print_json(comparison.record)
    else:
        _say_comparison(comparison)
    if compare_only:
        return
    with opened_writer(folder) as writer:
        promote_model(writer, comparison, by=reader or user(), reason=reason)
    if not as_json:
        say(
            f"{chosen} is the current model now; back with: spine loop back {folder} {comparison.against}"
        )


@loop.command()
def back(
    folder: Folder,
    model: Model,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    reader: Reader = "",
) -> None:
    """Make an earlier model the current one again."""
    from SpineLib.loop.promotion import back as go_back

    with opened_writer(folder) as writer:
        before = writer.dataset.current.id
        chosen = _model_id(writer.dataset, model)
        go_back(writer, chosen, by=reader or user(), reason=reason)
    say(f"{chosen} is the current model again, instead of {before}")


@loop.command()
def curve(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for CSV, SVG and PNG.")
    ] = None,
) -> None:
    """Draw what the frozen test says of each model against corrected cases and minutes spent."""
    from SpineLib.evaluation.report import span_of
    from SpineLib.loop.changes import MAIN
    from SpineLib.loop.curve import points, write_curve
    from SpineLib.loop.dataset import open_dataset

    dataset = open_dataset(folder)
    main = MAIN[dataset.task]
    rows = [
        [p.model, p.state, str(p.cases), f"{p.minutes:.0f}", f"{p.value:.3f}", span_of(p.interval),
         str(p.test_cases)]
        for p in points(dataset) if p.figure == main
    ]  # fmt: skip
    columns = (
        "model",
        "state",
        "corrected cases",
        "minutes",
        main,
        "95 % by patient",
        "test cases",
    )
    print_table(columns, rows)
    files = write_curve(dataset, out)
    say(f"Drawn in {files[2]}; numbers in {files[0]}")


def _take(folder: Path, run: Path) -> None:
    from SpineLib.loop.finetune import take as take_model

    with opened_writer(folder) as writer:
        model = take_model(writer, run)
    say(f"{model.id} is a candidate; compare and promote it with: spine loop promote {folder}")


def _interrupted(dataset: Dataset) -> FineTuning | None:
    """The newest fine-tuning, where it is of the current model and not done or not taken in."""
    from SpineLib.loop.finetune import fine_tunings

    for fine_tuning in fine_tunings(dataset)[-1:]:
        model = fine_tuning.model
        taken = {known.folder.card.weights_sha256 for known in dataset.models}
        done = model is not None and model.card.weights_sha256 in taken
        if fine_tuning.record["parent"]["id"] == dataset.current.id and not done:
            return fine_tuning
    return None


def _home(tuning: FineTuning) -> Path | None:
    """The data set that a fine-tuning lies in; None where it is a copy."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.finetune import identity

    home = tuning.folder.resolve().parents[1]
    try:
        dataset = open_dataset(home)
    except BadInput:
        return None
    return home if identity(dataset) == tuning.record["dataset"] else None


def _say_prepared(tuning: FineTuning) -> None:
    say(f"Fine-tuning {tuning.name} is prepared in {tuning.folder}: {_learns(tuning)}")
    say(
        "It holds all that training needs, and no names. Copy it to where it is to be trained, then"
    )
    say(f"  there: spine loop finetune --run {tuning.folder.name}")
    say(
        f"  here, with the folder copied back: spine loop finetune DATASET --take {tuning.folder.name}"
    )


def _say_begin(tuning: FineTuning) -> None:
    if not is_first():
        return
    if tuning.state == "stopped":
        say(f"Fine-tuning {tuning.name} resumes from step {tuning.step} of {tuning.steps}")
    elif tuning.state == "prepared":
        say(f"Fine-tuning {tuning.name}: {_learns(tuning)}")


def _learns(tuning: FineTuning) -> str:
    parts = [case["part"] for case in tuning.record["cases"]]
    counts = {name: parts.count(name) for name in ("training", "validation", "replay")}
    return (
        f"learns from {count(counts['training'], 'corrected case')}, {counts['validation']} "
        + ("watches" if counts["validation"] == 1 else "watch")
        + (f", {counts['replay']} replayed" if counts["replay"] else "")
        + f"; starts from {tuning.record['parent']['id']}"
    )


def _say_comparison(comparison: Comparison) -> None:
    from SpineLib.loop.origins import told

    if comparison.cannot:
        say(f"Not compared: {comparison.cannot}")
        return
    rows = [
        [change.figure, str(change.patients), _number(change.old), _number(change.new),
         _number(change.difference, "+.3f"),
         " to ".join(f"{x:+.3f}" for x in change.interval or ()), _number(change.p, ".2g"),
         "worse" if change.worse else change.note]
        for change in comparison.changes
    ]  # fmt: skip
    columns = ("figure", "patients", "old", "new", "difference", "95 % by patient", "p", "")
    print_table(columns, rows, f"{comparison.candidate} (new) against {comparison.against} (old)")
    say_notes(told(comparison.record))
    say(f"The page is {comparison.page}")


def _number(value: float | None, how: str = ".3f") -> str:
    return "" if value is None else format(value, how)


def _newest(dataset: Dataset) -> str:
    waiting = [model.id for model in dataset.models if model.state in ("candidate", "refused")]
    if not waiting:
        raise BadInput(
            "No candidate is waiting to be promoted",
            file=dataset.folder,
            advice=f"Fine-tune with: spine loop finetune {dataset.folder}",
        )
    return waiting[-1]


def _model_id(dataset: Dataset, given: str) -> str:
    for model in dataset.models:
        if given == model.id or (given.isdigit() and model.id.startswith(f"{given.zfill(4)}-")):
            return model.id
    return dataset.lineage.model(given).id
