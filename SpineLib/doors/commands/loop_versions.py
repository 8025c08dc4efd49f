"""The commands on one case's versions: ``loop correct``, ``accept``, ``undo``, ``choose``, ``set-aside``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from SpineLib.doors.commands.loop import (
    CaseId,
    Folder,
    Minutes,
    Reader,
    loop,
    numbering_named,
    opened_writer,
    user,
)
from SpineLib.doors.console import Numbering, Orientation, say
from SpineLib.errors import BadRequest

if TYPE_CHECKING:
    from SpineLib.loop.writer import DatasetWriter

Seen = Annotated[
    int | None,
    typer.Option(
        "--base",
        help="Version that you looked at; refused where a reader chose another one since then.",
        min=1,
    ),
]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Even if another reader did something since --base.")
]


@loop.command()
def correct(
    folder: Folder,
    case: CaseId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A mask; a CSV for slices.")],
    reader: Reader = "",
    minutes: Minutes = 0.0,
    resample: Annotated[
        bool, typer.Option("--resample", help="Resample from another grid, by nearest voxels.")
    ] = False,
    base: Seen = None,
    anyway: Anyway = False,
    numbering: Numbering = "",
    orientation: Orientation = "",
) -> None:
    """Keep a correction as a new version; the one before it stays."""
    from SpineLib.loop.exchange import read_correction
    from SpineLib.loop.versions import CORRECTED

    with opened_writer(folder) as writer:
        opened = writer.dataset.case(case)
        answer = read_correction(
            opened, file, numbering=numbering_named(numbering), orientation=orientation
        )
        version = writer.add_version(
            opened, answer, kind=CORRECTED, by=reader or user(), minutes=minutes, base=base,
            seen=None if anyway else base, resampled=resample,
        )  # fmt: skip
    unit = "voxels" if writer.dataset.task == "segmentation" else "slices"
    say(
        f"Case {opened.id} is corrected as version {version.number}: {version.changed} {unit} changed"
    )
    if version.dice:
        lowest = sorted(version.dice.items(), key=lambda pair: pair[1])[:5]
        say("Lowest Dice against the automatic one: "
            + ", ".join(f"{name} {value:.3f}" for name, value in lowest))  # fmt: skip


@loop.command()
def accept(
    folder: Folder,
    case: CaseId,
    reader: Reader = "",
    minutes: Minutes = 0.0,
    base: Seen = None,
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway",
            help="Even if serious problems were found, or another reader did something since "
            "--base.",
        ),
    ] = False,
) -> None:
    """Approve the current version, after the checks."""
    with opened_writer(folder) as writer:
        version = writer.approve(
            case,
            by=reader or user(),
            minutes=minutes,
            anyway=anyway,
            seen=None if anyway else base,
        )
    say(f"Case {writer.dataset.case(case).id}: version {version.number} is approved")


@loop.command()
def undo(
    folder: Folder, case: CaseId, reader: Reader = "", base: Seen = None, anyway: Anyway = False
) -> None:
    """Go back to the version that the current one started from; nothing is removed."""
    with opened_writer(folder) as writer:
        opened = writer.dataset.case(case)
        if opened.chosen is None or opened.chosen.base is None:
            raise BadRequest(f"The case {opened.id} has no earlier version to go back to")
        seen = None if anyway else base
        version = writer.choose(opened, opened.chosen.base, by=reader or user(), seen=seen)
    _say_choice(writer, opened.id, version.number)


@loop.command()
def choose(
    folder: Folder,
    case: CaseId,
    number: Annotated[int, typer.Argument(metavar="VERSION", help="Its number.", min=1)],
    reader: Reader = "",
    base: Seen = None,
    anyway: Anyway = False,
) -> None:
    """Make any version the current one: an undo, or a redo."""
    with opened_writer(folder) as writer:
        opened = writer.dataset.case(case)
        seen = None if anyway else base
        writer.choose(opened, number, by=reader or user(), seen=seen)
    _say_choice(writer, opened.id, number)


def _say_choice(writer: DatasetWriter, case: str, number: int) -> None:
    opened = writer.dataset.case(case)
    say(
        f"Case {case}: version {number} of {len(opened.versions)} is the current one; it is {opened.state}"
    )


@loop.command("set-aside")
def set_aside(
    folder: Folder,
    case: CaseId,
    reason: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    back: Annotated[bool, typer.Option("--back", help="Use it again instead.")] = False,
    reader: Reader = "",
) -> None:
    """Stop using a case, and say why."""
    with opened_writer(folder) as writer:
        if not (back or reason):
            raise BadRequest("A case is set aside for a reason", advice="Give it with --reason.")
        if back:
            writer.take_back(case, by=reader or user())
        else:
            writer.set_aside(case, reason, by=reader or user())
    say(f"Case {writer.dataset.case(case).id} is {'used again' if back else 'set aside'}")
