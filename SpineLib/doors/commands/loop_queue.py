"""Which case next: ``loop answer``, ``loop queue`` and ``loop show``."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from SpineLib.doors.commands.loop import CaseId, Folder
from SpineLib.doors.commands.loop_exchange import loop
from SpineLib.doors.console import (
    Device,
    Json,
    kept_when_cancelled,
    print_json,
    print_table,
    progress_bar,
    say,
)

if TYPE_CHECKING:
    from SpineLib.loop.queue import Queued
    from SpineLib.loop.scores import Score


class Order(str, Enum):
    """How the queue is ordered."""

    teaching = "teaching"
    oldest = "oldest"
    random = "random"


class QueuePart(str, Enum):
    """Which cases the queue shows."""

    all = "all"
    training = "training"
    test = "test"


@loop.command()
def answer(
    folder: Folder,
    case: Annotated[list[str] | None, typer.Option(help="Only these; may repeat.")] = None,
    model: Annotated[str, typer.Option(help="Id of a model; by default the current one.")] = "",
    device: Device = "auto",
) -> None:
    """Have the model answer the cases that it has not answered, and score them for the queue."""
    from SpineLib.errors import SpineError
    from SpineLib.loop.scoring import score

    stays = "finished answers are kept, and the same command continues"
    with kept_when_cancelled(stays), progress_bar() as progress:
        done = score(folder, case or None, model=model, device=device, progress=progress)
    counts = f"{len(done.scored)} answered, {done.skipped} had an answer already"
    none = "1 has none" if len(done.failed) == 1 else f"{len(done.failed)} have none"
    say(counts + (f", {none}:" if done.failed else ""))
    for name, why in done.failed.items():
        say(f"Case {name}: {why}")
    if done.failed and not done.scored and not done.skipped:
        raise SpineError("No case could be answered", advice="The lines above say why.")


@loop.command("queue")
def queue_(
    folder: Folder,
    order: Annotated[Order, typer.Option(help="What comes first.")] = Order.teaching,
    part: Annotated[QueuePart, typer.Option(help="Which cases.")] = QueuePart.all,
    seed: Annotated[
        int | None, typer.Option(help="Seed of a random order; by default the data set's.", min=0)
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the cases that need a person, the most urgent first, and why."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.queue import queue

    dataset = open_dataset(folder)
    waiting = queue(dataset, order=order.value, part=part.value, seed=seed)
    if as_json:
        print_json([queued_as_json(queued) for queued in waiting])
        return
    if not waiting:
        none = f"The data set has no case yet: spine loop add {folder} SOURCE"
        say("No case is waiting: all are approved or set aside" if dataset.cases else none)
        return
    print_table(
        ("case", "state", "part", "score", "places", "why"),
        [[queued.case.id, queued.case.state, "test" if queued.case.test else "training",
          "–" if queued.score is None else f"{queued.score:.2f}", str(len(queued.problems)),
          "; ".join(queued.reasons)]
         for queued in waiting],
    )  # fmt: skip


@loop.command()
def show(folder: Folder, case: CaseId, as_json: Json = False) -> None:
    """Show what is known of a case: versions, uncertainty, disagreement, and places to look at."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.scores import overlay_file, read_score

    dataset = open_dataset(folder)
    shown, model = dataset.case(case), dataset.current.id
    score = read_score(dataset.folder, model, shown.id)
    overlay = overlay_file(dataset.folder, model, shown.id)
    if as_json:
        print_json({
            "id": shown.id, "state": shown.state, "test": shown.test, "model": model,
            "score": None if score is None else score_as_json(score),
            "overlay": str(overlay) if overlay.is_file() else None,
        })  # fmt: skip
        return
    part = "frozen test" if shown.test else "training"
    say(f"Case {shown.id}: {shown.state}, {part}, {shown.minutes:.1f} minutes")
    print_table(
        ("version", "kind", "by", "changed", ""),
        [[str(v.number), v.kind, v.by or v.model, str(v.changed), "counts" if v == shown.chosen
          else ""] for v in shown.versions],
    )  # fmt: skip
    if score is None:
        say(f"{model} has not answered it: spine loop answer {folder} --case {shown.id}")
        return
    _say_score(score)
    if overlay.is_file():
        say(f"Uncertainty of each voxel: {overlay}")


def _say_score(score: Score) -> None:
    parts = ", ".join(f"{name} {value:.3f}" for name, value in score.per_structure.items())
    say(f"Uncertainty {score.uncertainty:.3f}" + (f" ({parts})" if parts else ""))
    if score.disagreement is not None:
        say(f"Disagreement with {score.against}: {score.disagreement:.3f}")
    if not score.problems:
        say("Nothing implausible was found")
    for problem in score.problems:
        where = (
            ""
            if problem.ras is None
            else " at R {:.0f}, A {:.0f}, S {:.0f} mm".format(*problem.ras)
        )
        say(f"{'!' if problem.serious else '-'} {problem.what}{where}")


def queued_as_json(queued: Queued) -> dict[str, Any]:
    """A case of the queue as JSON values."""
    return {
        "id": queued.case.id, "state": queued.case.state, "test": queued.case.test,
        "score": None if queued.score is None else round(queued.score, 4),
        "reasons": list(queued.reasons),
        "problems": [problem.to_dict() for problem in queued.problems],
    }  # fmt: skip


def score_as_json(score: Score) -> dict[str, Any]:
    """A score as JSON values."""
    return {
        "version": score.version, "uncertainty": score.uncertainty,
        "per_structure": score.per_structure, "per_slice": list(score.per_slice),
        "disagreement": score.disagreement, "against": score.against, "dice": score.dice,
        "problems": [problem.to_dict() for problem in score.problems],
    }  # fmt: skip
