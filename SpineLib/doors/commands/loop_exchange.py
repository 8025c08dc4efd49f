"""The commands of the correction loop that take over and pass on data: ``loop import``, ``export``."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from SpineLib.doors.commands.loop import (
    WAIT,
    Folder,
    Minutes,
    Reader,
    numbering_named,
    opened_writer,
    say_left_out,
    user,
)
from SpineLib.doors.commands.loop_versions import loop
from SpineLib.doors.console import Numbering, Orientation, progress_bar, say
from SpineLib.wording import count


@loop.command("import")
def import_(
    folder: Folder,
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A datalist of MONAI's (JSON), findings.json of a reading, or a table of slices "
            "that a reader labelled.",
        ),
    ],
    region: Annotated[str, typer.Option(help="Region of a datalist's images.")] = "unknown",
    weighting: Annotated[str, typer.Option(help="As --region.")] = "unknown",
    numbering: Numbering = "",
    orientation: Orientation = "",
    reader: Reader = "",
    minutes: Minutes = 0.0,
) -> None:
    """Import what others made: cases with label maps, a model's answers, a reader's labels."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.exchange import is_datalist, read_answers, read_reviews
    from SpineLib.loop.versions import AUTOMATIC, CORRECTED

    by, dataset = reader or user(), open_dataset(folder)
    if is_datalist(source):
        words: dict[str, Any] = {
            "region": region, "weighting": weighting, "orientation": orientation,
            "numbering": numbering_named(numbering),
        }  # fmt: skip
        _import_datalist(folder, source, words, by)
        return
    with opened_writer(folder) as writer:
        if source.suffix.lower() == ".json":
            model, labelled = read_answers(dataset, source)
            for case, labels in labelled:
                writer.add_version(case, labels, kind=AUTOMATIC, model=model)
            say(f"Answers of {model} to {count(len(labelled), 'case')}")
            return
        labelled = read_reviews(dataset, source)
        for case, labels in labelled:
            share = minutes / len(labelled)
            writer.add_version(case, labels, kind=CORRECTED, by=by, minutes=share)
    label_count = sum(len(labels) for _, labels in labelled)
    say(f"{count(label_count, 'label')} of {by} in {count(len(labelled), 'case')}")


def _import_datalist(folder: Path, source: Path, words: dict[str, Any], by: str) -> None:
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.exchange import TEST, read_datalist
    from SpineLib.loop.refusals import AlreadyThere
    from SpineLib.loop.sources import LeftOut, Wanted, about
    from SpineLib.loop.writer import DatasetWriter

    dataset = open_dataset(folder)
    card, question = dataset.current.folder.card, dataset.question
    wanted = Wanted(card, dataset.task, question, secret=dataset.secret, **words)
    left: Counter[str] = Counter()
    patients, added = set(), 0
    with progress_bar() as progress:
        for item in read_datalist(source, wanted, progress):
            if isinstance(item.arrival, LeftOut):
                left[item.arrival.in_terminal] += 1
                continue
            try:
                with DatasetWriter(folder, wait=WAIT) as writer:
                    writer.add(item.arrival.image, by=by, **about(item.arrival))
                added += 1
            except AlreadyThere as error:
                left[error.reason] += 1
            if item.part == TEST:
                patients.add(item.arrival.patient)
    say(f"{count(added, 'case')} added")
    say_left_out(left)
    _keep_test(folder, patients, by)


def _keep_test(folder: Path, patients: set[str], by: str) -> None:
    """The source's own test becomes the frozen one, where none is frozen yet."""
    if not patients:
        return
    with opened_writer(folder) as writer:
        frozen = writer.dataset.frozen
        if frozen is None:
            writer.freeze(patients=patients, by=by)
            say(f"The source's {count(len(patients), 'test patient')} are the frozen test now")
            return
    outside = len(patients - frozen.patients)
    if outside:
        say(f"Note: {count(outside, 'test patient')} of the source are not in this data set's "
            "frozen test, so they train here: do not measure on the source's test any more")  # fmt: skip


class Format(str, Enum):
    """What `export` writes."""

    monai = "monai"
    spider = "spider"
    tidy = "tidy"


class Part(str, Enum):
    """Which cases are exported."""

    training = "training"
    test = "test"
    all = "all"


@loop.command()
def export(
    folder: Folder,
    format: Annotated[
        Format, typer.Argument(metavar="FORMAT", help="monai, spider; tidy for slices.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="New folder; a CSV file for tidy.")],
    part: Annotated[
        Part, typer.Option(help="Test cases are written only as test cases.")
    ] = Part.training,
    case: Annotated[list[str] | None, typer.Option(help="Only these; may repeat.")] = None,
) -> None:
    """Write corrected and approved cases for other programs."""
    from SpineLib.loop import exchange
    from SpineLib.loop.dataset import open_dataset

    dataset = open_dataset(folder)
    cases = exchange.chosen_cases(dataset, part.value, case or ())
    with progress_bar() as progress:
        if format is Format.monai:
            written = count(exchange.write_datalist(dataset, out, cases, progress=progress), "case")
        elif format is Format.spider:
            written = count(exchange.write_spider(dataset, out, cases, progress=progress), "case")
        else:
            written = count(exchange.write_tidy(dataset, out, cases), "label")
    say(f"{written} ({part.value}) are in {out}")
