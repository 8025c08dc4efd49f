"""``spine-bids``: the call of a BIDS App, so that BABS and others can run it. docs/cohort.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.commands.cohort import KEPT
from SpineLib.doors.console import (
    NamedModels,
    kept_when_cancelled,
    progress_bar,
    run,
    say,
    version,
)
from SpineLib.errors import BadRequest, SpineError
from SpineLib.progress import Progress
from SpineLib.wording import count

app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)


_LABELS = ("--participant-label", "--participant_label", "--session-label", "--session_label")


class Level(str, Enum):
    """What is analysed."""

    participant = "participant"
    group = "group"


@app.command()
def bids(
    bids_dir: Annotated[Path, typer.Argument(help="The data set.")],
    output_dir: Annotated[Path, typer.Argument(help="Where derivatives go.")],
    level: Annotated[Level, typer.Argument(help="Read participants, or collect what was read.")],
    participant_label: Annotated[
        list[str] | None,
        typer.Option(
            "--participant-label",
            "--participant_label",
            help="Without sub-; several behind it, as 01 02, or again. Default: all.",
        ),
    ] = None,
    session_label: Annotated[
        list[str] | None,
        typer.Option(
            "--session-label", "--session_label", help="Without ses-; several behind it, or again."
        ),
    ] = None,
    model: NamedModels = None,
    workers: Annotated[
        int | None, typer.Option("--n-procs", "--n_procs", help="Processes. Default: one a core.")
    ] = None,
    skip_bids_validation: Annotated[
        bool, typer.Option("--skip-bids-validation", "--skip_bids_validation", hidden=True)
    ] = False,
    version: Annotated[bool, typer.Option("--version", callback=version, is_eager=True)] = False,
) -> None:
    """Read the T1w, T2w, T2starw and PDw images of a BIDS data set, each by itself."""
    from SpineLib.cohort import bids as naming

    naming.write_description(output_dir, bids_dir)
    if level is Level.participant:
        labels = " ".join(participant_label or ()).split() or naming.participants(bids_dir)
        sessions = [one.removeprefix("ses-") for one in " ".join(session_label or ()).split()]
        _read(bids_dir, output_dir, labels, sessions, tuple(model or ()), workers)
        return
    from SpineLib.cohort.collecting import collect

    with progress_bar() as progress:
        collected = collect(output_dir / naming.COHORT, progress=progress)
    for note in collected.notes:
        say(note)
    for path in naming.write_group(output_dir / naming.COHORT, output_dir):
        say(str(path))
    say(f"Open {collected.page}; rate at {collected.quality}")


def _read(
    bids_dir: Path, out: Path, labels: list[str], sessions: list[str], models: tuple[str, ...],
    workers: int | None,
) -> None:  # fmt: skip
    from SpineLib.cohort import bids as naming
    from SpineLib.cohort import kept
    from SpineLib.cohort.engines import Local, default_workers
    from SpineLib.cohort.planned import digest, read_plan
    from SpineLib.cohort.run import run as read_all
    from SpineLib.cohort.setting import Setting, settle
    from SpineLib.doors.reading_process import reading_process
    from SpineLib.store.attempts import READ

    cohort = out / naming.COHORT
    with kept_when_cancelled(KEPT), progress_bar() as progress:
        images = _planned(bids_dir, cohort, labels, sessions, progress)
        setting = settle(cohort, Setting.here(models), renew=False)
        studies = [entry for entry in read_plan(cohort) if entry.key in images]
        rows = kept.of_cohort(cohort, studies, setting)
        read_all(
            cohort, rows, setting, lambda: Local(reading_process, workers or default_workers()),
            name=f"run-{digest(*sorted(images))}", progress=progress,
            say=lambda line: typer.echo(line, err=True),
        )  # fmt: skip
        states = [(entry, entry.state()) for entry in rows]
        for entry, state in states:
            if state.state == READ:
                naming.write_derivatives(entry, out)
    failed = [(entry.study.label, state.why) for entry, state in states if state.state != READ]
    say(f"{count(len(rows) - len(failed), 'image')} of {len(rows)} read")
    for label, why in failed:
        say(f"  {label}: {why}")
    if failed:
        raise SpineError(f"{count(len(failed), 'image')} could not be read")


def _planned(
    bids_dir: Path, cohort: Path, labels: list[str], sessions: list[str], progress: Progress
) -> set[str]:
    """Plans the images of participants; their keys."""
    from SpineLib.cohort.bids import images_of
    from SpineLib.cohort.planning import add

    images: set[str] = set()
    for label in [label.removeprefix("sub-") for label in labels]:
        found = list(images_of(bids_dir, label, sessions))
        images |= {study.key for place in found for study in place.studies or ()}
        # A plan each: jobs that run apart are put together as files.
        name = "-".join(["plan", f"sub-{label}", *(f"ses-{one}" for one in sorted(sessions))])
        add(found, cohort / f"{name}.jsonl", progress)
    if sessions and not images:
        raise BadRequest(f"There is no image of session {', '.join(sessions)}", file=bids_dir)
    return images


def several(arguments: Sequence[str]) -> list[str]:
    """Gives an option of labels again for each label behind it: BIDS Apps take ``01 02``.

    Only behind the level, before which the next word may be a folder.
    """
    given: list[str] = []
    behind, option = False, ""
    for word in arguments:
        if word.startswith("-"):
            option = word if behind and word in _LABELS else ""
        elif option and given[-1] != option:
            given.append(option)
        behind = behind or word in Level.__members__
        given.append(word)
    return given


def main() -> int:
    """Runs the command; returns the exit code."""
    return run(app, several(sys.argv[1:]), program="spine-bids")
