"""``spine cohort``: thousands of studies."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from SpineLib.doors.console import (
    Json,
    NamedModels,
    kept_when_cancelled,
    print_json,
    print_table,
    progress_bar,
    say,
)
from SpineLib.errors import BadRequest
from SpineLib.wording import count

if TYPE_CHECKING:
    from SpineLib.cohort.engines import Engine
    from SpineLib.cohort.kept import Kept
    from SpineLib.cohort.run import Ran

cohort = typer.Typer(no_args_is_help=True, help="Read thousands of studies. docs/cohort.md.")
Folder = Annotated[Path, typer.Argument(metavar="COHORT", help="Folder of the cohort.")]
KEPT = "what was read is kept, and the next run goes on"


@cohort.command()
def plan(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE…",
            help="Folder with all below it, DICOMDIR, zip, volume file, .txt with a source a line, "
            "or pacs:NAME?StudyDate=20260101-20261231 for a DICOMweb server of `spine pacs list`.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the cohort.")],
) -> None:
    """Find the studies, without reading pixels; again, what is new or has changed."""
    from SpineLib.cohort.planned import read_plan
    from SpineLib.cohort.planning import plan as look

    stays = "the plan has what was looked at, and planning again goes on"
    with kept_when_cancelled(stays), progress_bar() as progress:
        done = look(sources, out, progress=progress)
    studies = read_plan(out)
    broken = sum(bool(study.problem) for study in studies)
    say(
        f"{count(len(studies), 'study', 'studies')} in the plan, {broken} of them cannot be read; "
        f"{count(done.looked_at, 'place')} looked at, {done.known} as before"
    )
    for reason, files in done.left_out.most_common():
        say(f"Left out: {count(files, 'file')}: {reason}")


@cohort.command()
def run(
    folder: Folder,
    shard: Annotated[
        str, typer.Option(help="Only this part of the studies, as 3/40; needs no engine.")
    ] = "",
    workers: Annotated[
        int | None, typer.Option(help="Processes of this computer. Default: one a core.", min=1)
    ] = None,
    scheduler: Annotated[
        str, typer.Option(help="Address of a Dask scheduler, as tcp://10.0.0.5:8786.")
    ] = "",
    local_cluster: Annotated[
        int | None, typer.Option(help="Start a Dask cluster of so many workers here.", min=1)
    ] = None,
    model: NamedModels = None,
    threshold: Annotated[
        float | None, typer.Option(help="P(compressed) from which a slice is compressed, 0 to 1.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Run models on what they were not made for.")
    ] = False,
    device: Annotated[
        str, typer.Option(help="Where the networks run: auto, cpu, cuda or mps.")
    ] = "auto",
    renew: Annotated[
        bool,
        typer.Option("--renew", help="Read again what another version or other models may change."),
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Also studies that failed.")] = False,
    as_json: Json = False,
) -> None:
    """Read what was not read yet; stopped at any moment, it goes on where it was."""
    from SpineLib.cohort import kept
    from SpineLib.cohort.planned import read_plan
    from SpineLib.cohort.run import run as read_all
    from SpineLib.cohort.setting import Setting, read_setting, settle

    studies, name = read_plan(folder), "run"
    if shard:
        number, of = _shard(shard)
        studies, name = kept.shard(studies, number, of), f"run-{number}-of-{of}"
    known = read_setting(folder)
    has_options = bool(model) or threshold is not None or force
    wanted = (
        known.again_here() if known and not has_options
        else Setting.here(tuple(model or ()), threshold, force=force)
    )  # fmt: skip
    setting = settle(folder, wanted, renew=renew)
    rows = kept.of_cohort(folder, studies, setting)
    if retry:
        for kept_study in rows:
            kept_study.retry()
    with kept_when_cancelled(KEPT), progress_bar() as progress:
        ran = read_all(
            folder, rows, setting, lambda: _engine(workers, scheduler, local_cluster),
            device=device, name=name, progress=progress, say=_log,
        )  # fmt: skip
    _tell(ran, rows, as_json)


def _shard(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    number, of = map(int, match.groups()) if match else (0, 0)
    if not 1 <= number <= of:
        raise BadRequest(f"{text} is not a shard", advice="Give it as 3/40.")
    return number, of


def _engine(workers: int | None, scheduler: str, local_cluster: int | None) -> Engine:
    from SpineLib.cohort.engines import Local, default_workers
    from SpineLib.doors.reading_process import reading_process

    if bool(scheduler) + bool(local_cluster) + bool(workers) > 1:
        raise BadRequest("Give one of --workers, --scheduler and --local-cluster")
    if scheduler or local_cluster:
        from SpineLib.cohort.dask_engine import Dask

        return Dask(reading_process, scheduler, local_cluster or 1)
    return Local(reading_process, workers or default_workers())


def _log(line: str) -> None:
    typer.echo(line, err=True)


def _tell(ran: Ran, rows: list[Kept], as_json: bool) -> None:
    if as_json:
        print_json({**vars(ran), "studies": len(rows)})
        return
    states = ran.states
    say(
        f"{count(len(rows), 'study', 'studies')}: {ran.before} were done before, now "
        f"{states['read']} read, {states['failed']} failed"
        + (f", {states['waiting']} left for another run" if states["waiting"] else "")
    )
    for reason, number in ran.reasons.most_common():
        say(f"  {number}: {reason}")


@cohort.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Say how far a cohort is, and why studies failed."""
    from SpineLib.cohort import kept
    from SpineLib.cohort.planned import read_plan
    from SpineLib.cohort.setting import Setting, read_setting

    setting = read_setting(folder)
    rows = kept.of_cohort(folder, read_plan(folder), setting or Setting.here())
    study_states = [kept_study.state() for kept_study in rows]
    states = Counter(study_state.state for study_state in study_states)
    reasons = Counter(study_state.why for study_state in study_states if study_state.why)
    if as_json:
        print_json({"studies": len(rows), "states": states, "reasons": reasons})
        return
    say(
        f"{count(len(rows), 'study', 'studies')}: {states['read']} read, {states['failed']} failed, "
        f"{states['waiting']} waiting"
    )
    print_table(("studies", "why"), [(str(n), why) for why, n in reasons.most_common()])


@cohort.command()
def collect(
    folder: Folder,
    ratings: Annotated[
        list[Path] | None,
        typer.Option(help="Ratings that the quality control page gave; may repeat. They are kept."),
    ] = None,
) -> None:
    """Write tables of studies, slices and levels, a page, and contact sheets to rate."""
    from SpineLib.cohort.collecting import collect as write

    with progress_bar() as progress:
        collected = write(folder, ratings or (), progress=progress)
    for note in collected.notes:
        say(note)
    say(f"Open {collected.page}; rate at {collected.quality}")
