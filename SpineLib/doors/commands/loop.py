"""The commands of the correction loop: ``loop``."""

from __future__ import annotations

import getpass
from collections import Counter
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from SpineLib.doors.commands.schemes import read_scheme
from SpineLib.doors.console import (
    Json,
    Numbering,
    Orientation,
    kept_when_cancelled,
    print_json,
    print_table,
    progress_bar,
    say,
    say_notes,
)
from SpineLib.errors import BadInput, BadRequest
from SpineLib.wording import count

if TYPE_CHECKING:
    from SpineLib.loop.cases import Case
    from SpineLib.loop.dataset import Dataset
    from SpineLib.loop.writer import DatasetWriter

loop = typer.Typer(
    no_args_is_help=True,
    help="The correction loop: segment, correct, fine-tune, and never get worse unnoticed. "
    "docs/correction-loop.md explains how.",
)

Folder = Annotated[Path, typer.Argument(metavar="DATASET", help="Folder of the data set.")]
CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Its number; status lists them.")]
Reader = Annotated[
    str, typer.Option("--reader", help="Who does this; by default the system's user.")
]
Minutes = Annotated[float, typer.Option(help="Minutes that it took.", min=0)]
# Seconds to wait for another program that writes.
WAIT = 10.0


class Task(str, Enum):
    """What a data set is for."""

    segmentation = "segmentation"
    compression = "compression"
    grading = "grading"


@loop.command()
def create(
    folder: Folder,
    task: Annotated[Task, typer.Option(help="What the models do.")] = Task.segmentation,
    model: Annotated[
        str, typer.Option(help="Name or folder of the first model; the bundled one if none.")
    ] = "",
    title: Annotated[str, typer.Option(help="Title, for people.")] = "",
    scheme: Annotated[str, typer.Option(help="Grading scheme; by default the model's.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of what is drawn.", min=0)] = 0,
) -> None:
    """Make an empty data set with a copy of its first model."""
    from SpineLib.loop.dataset import create_dataset
    from SpineLib.models import find_models, open_model

    chosen = open_model(model) if model else find_models(task.value)[0]
    dataset = create_dataset(
        folder,
        title=title or folder.name,
        task=task.value,
        model=chosen,
        scheme=read_scheme(scheme) if scheme else None,
        seed=seed,
    )
    say(f"The data set is in {dataset.folder}; its first model is {chosen.card.name}")
    say(f"Add cases with: spine loop add {dataset.folder} SOURCE")


@loop.command()
def add(
    folder: Folder,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE…",
            help="Folders of DICOM or of volume files, files, a CSV with image and patient, "
            "labelled data as for train, or simulated:…",
        ),
    ],
    region: Annotated[str, typer.Option(help="Used where the images do not say.")] = "unknown",
    weighting: Annotated[str, typer.Option(help="As --region.")] = "unknown",
    patient: Annotated[
        str, typer.Option(help="Patient of these images (kept as a hash), where they do not say.")
    ] = "",
    named: Annotated[
        str, typer.Option(help="Reader whose labels are used, where a source has several.")
    ] = "",
    images_only: Annotated[
        bool, typer.Option("--images-only", help="Ignore the labels of a source.")
    ] = False,
    approved: Annotated[
        bool, typer.Option("--approved", help="The source's labels need no second look.")
    ] = False,
    copy: Annotated[
        bool, typer.Option("--copy", help="Keep DICOM's voxels here, not only their place.")
    ] = False,
    numbering: Numbering = "",
    orientation: Orientation = "",
    reader: Reader = "",
) -> None:
    """Add cases: each stack that the model was made for, each file; labels become corrections."""
    from SpineLib.dicom.people import shared_ids
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.refusals import AlreadyThere
    from SpineLib.loop.sources import LeftOut, Wanted, about, arrivals
    from SpineLib.loop.versions import APPROVED, CORRECTED
    from SpineLib.loop.writer import DatasetWriter

    dataset = open_dataset(folder)
    wanted = Wanted(
        dataset.current.folder.card, dataset.task, dataset.question, region, weighting, patient,
        named, images_only, copy, dataset.secret, numbering_named(numbering), orientation,
    )  # fmt: skip
    left: list[LeftOut] = []
    added: list[Case] = []
    kind = APPROVED if approved else CORRECTED
    stays = "what was added is kept, and the same command continues"
    with kept_when_cancelled(stays), progress_bar() as progress:
        for source in sources:
            for arrival in arrivals(source, wanted, progress=progress):
                if isinstance(arrival, LeftOut):
                    left.append(arrival)
                    continue
                try:
                    with DatasetWriter(folder, wait=WAIT) as writer:
                        by = reader or arrival.by or user()
                        added.append(writer.add(arrival.image, kind=kind, by=by, **about(arrival)))
                except AlreadyThere as error:
                    left.append(LeftOut(Path(arrival.image.path).name or source, error.reason))
    joined = [case for case in added if case.id in dataset.cases]
    new = [case for case in added if case.id not in dataset.cases]
    labelled = sum(case.usable for case in new)
    test = sum(case.test for case in new)
    say(f"{count(len(new), 'case')} added, {labelled} with labels"
        + (f", {test} of patients in the frozen test" if test else "")
        + (f"; {count(len(joined), 'earlier case')} got labels" if joined else ""))  # fmt: skip
    say_left_out(Counter(left_out.in_terminal for left_out in left))
    say_notes(shared_ids({case.patient for case in (*dataset.cases.values(), *added)}))
    if not added and not left:
        raise BadInput("The sources hold nothing that can be a case", file=sources[0])


@loop.command()
def freeze(
    folder: Folder,
    share: Annotated[float, typer.Option(help="Share of the patients.", min=0.01, max=0.99)] = 0.2,
    reader: Reader = "",
) -> None:
    """Set patients aside for the test, once and for all, evenly from each region and scanner."""
    with opened_writer(folder) as writer:
        frozen = writer.freeze(share, by=reader or user())
    single = len(frozen.patients) == 1
    say(f"{count(len(frozen.patients), 'patient')} {'is' if single else 'are'} kept for the test and "
        f"never {'trains' if single else 'train'}")  # fmt: skip
    print_table(("region, scanner", "test", "of"),
                [[name, str(kept), str(total)] for name, (kept, total) in frozen.strata.items()])  # fmt: skip
    say(f"SHA-256 of the set: {frozen.sha256}")


@loop.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Show cases, states, effort, models, and what is wrong."""
    from SpineLib.loop.dataset import open_dataset

    dataset = open_dataset(folder)
    shown = status_of(dataset)
    if as_json:
        print_json(shown)
        return
    _say_status(dataset, shown)


def status_of(dataset: Dataset) -> dict[str, Any]:
    """A data set as JSON values."""
    from SpineLib.dicom.people import shared_ids

    current = dataset.current.id
    return {
        "title": dataset.title, "task": dataset.task, "scheme": dataset.question.key if dataset.question else "",
        "model": current,
        "models": [
            {"id": model.id, "parent": model.parent, "state": model.state, "in_force": model.id == current,
             "by": model.by, "reason": model.reason}
            for model in dataset.models
        ],
        "frozen": None if dataset.frozen is None else {
            "patients": len(dataset.frozen.patients), "sha256": dataset.frozen.sha256,
            "strata": dataset.frozen.strata,
        },
        "cases": [_case_row(case) for case in dataset.cases.values()],
        "problems": [
            *dataset.problems, *shared_ids(case.patient for case in dataset.cases.values()),
        ],
    }  # fmt: skip


def _case_row(case: Case) -> dict[str, Any]:
    chosen = case.chosen
    return {
        "id": case.id, "state": case.state, "test": case.test, "patient": case.patient,
        "region": case.region, "site": case.site, "weighting": case.weighting,
        "version": None if chosen is None else chosen.number, "versions": len(case.versions),
        "by": "" if chosen is None else chosen.approved_by or chosen.by or chosen.model,
        "minutes": round(case.minutes, 2), "changed": 0 if chosen is None else chosen.changed,
        "dice": {} if chosen is None else chosen.dice, "set_aside": case.set_aside,
    }  # fmt: skip


def _say_status(dataset: Dataset, shown: dict[str, Any]) -> None:
    from SpineLib.loop.promotion import standing

    states = Counter(case["state"] for case in shown["cases"] if not case["set_aside"])
    by_state = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    minutes = sum(case["minutes"] for case in shown["cases"])
    say(f"{dataset.title} ({dataset.task}): {count(len(shown['cases']), 'case')}"
        + (f": {by_state}" if by_state else "") + f"; {minutes:.0f} minutes of readers")  # fmt: skip
    print_table(
        ("case", "state", "part", "region", "scanner", "version", "by", "minutes", "changed"),
        [[case["id"], "set aside" if case["set_aside"] else case["state"],
          "test" if case["test"] else "training", case["region"], case["site"],
          f"{case['version'] or '–'} of {case['versions']}", case["by"], f"{case['minutes']:.1f}",
          str(case["changed"])]
         for case in shown["cases"]],
    )  # fmt: skip
    print_table(
        ("model", "from", "state", ""),
        [[model["id"], model["parent"], model["state"], "current" if model["in_force"] else ""]
         for model in shown["models"]],
    )  # fmt: skip
    if dataset.frozen is None:
        say(f"No test is frozen yet: spine loop freeze {dataset.folder}")
    else:
        say(f"Frozen test: {count(len(dataset.frozen.patients), 'patient')}, "
            f"SHA-256 {dataset.frozen.sha256[:12]}…")  # fmt: skip
    for case in shown["cases"]:
        if case["set_aside"]:
            say(f"Case {case['id']} is set aside: {case['set_aside']}")
    say_notes((*dataset.problems, *standing(dataset)))


@loop.command()
def relink(
    folder: Folder,
    place: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the images are now.")],
) -> None:
    """Find images that have moved: DICOM by its UIDs, files by name, both by their hash."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.relinking import found_again, missing

    dataset = open_dataset(folder)
    lost = len(missing(dataset))
    with progress_bar() as progress:
        images = found_again(dataset, place, progress=progress)
    with opened_writer(folder) as writer:
        for case, image in images.items():
            writer.move(case, image)
    say(f"{count(len(images), 'image')} found again, {lost - len(images)} still missing")


@loop.command()
def check(folder: Folder) -> None:
    """Read every image and version; a case whose image changed on the disk is set aside."""
    with opened_writer(folder) as writer, progress_bar() as progress:
        changed = writer.verify(progress=progress)
    for case in changed:
        say(f"Case {case.id} is set aside: {case.set_aside}")
    aside = sum(bool(case.set_aside) for case in writer.dataset.cases.values()) - len(changed)
    read = count(len(writer.dataset.cases) - aside, "case")
    say(f"{read} read; " + (f"{len(changed)} changed" if changed else "all are as they were")
        + (f". {aside} set aside before: only their versions were read" if aside else ""))  # fmt: skip


def numbering_named(text: str) -> str:
    """What ``--numbering`` names; empty of nothing."""
    from SpineLib.datasets.numberings import NAMES, known_name

    try:
        return known_name(text)
    except ValueError as error:
        raise BadRequest(
            f"There is no such numbering: {text}", advice=f"Use one of {', '.join(NAMES)}."
        ) from error


def say_left_out(reasons: Counter[str]) -> None:
    """Says why images are no cases, the most frequent reasons first."""
    shown = reasons.most_common(20)
    for reason, number in shown:
        say(f"Left out: {number} × {reason}")
    if len(shown) < len(reasons):
        rest = reasons.total() - sum(number for _, number in shown)
        say(f"Left out: {rest} more, for other reasons")


def opened_writer(folder: Path) -> DatasetWriter:
    """The data set, open for writing; says what was repaired."""
    from SpineLib.loop.writer import DatasetWriter

    writer = DatasetWriter(folder, wait=WAIT)
    say_notes(writer.notes)
    return writer


def user() -> str:
    """The system's user: who says so where nobody is named."""
    return getpass.getuser()
