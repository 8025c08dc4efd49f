"""The commands that need no scene: scan, models, simulate, train, evaluate, project, bench (``python -m SpineLib``).

`SpineSlicer.headless.cli` adds the ones that do.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from SpineLib.doors.commands.cohort import cohort
from SpineLib.doors.commands.comparing import train
from SpineLib.doors.commands.data import data
from SpineLib.doors.commands.deidentify import deidentify
from SpineLib.doors.commands.export import export
from SpineLib.doors.commands.loop_learning import loop
from SpineLib.doors.commands.outcome import outcome
from SpineLib.doors.commands.pacs import fetch, pacs, send
from SpineLib.doors.commands.projects import project
from SpineLib.doors.commands.station import station
from SpineLib.doors.commands.training import package
from SpineLib.doors.commands.unlike import evaluate
from SpineLib.doors.console import (
    EXIT_CODES,
    Json,
    named_numbers,
    print_json,
    print_table,
    progress_bar,
    run,
    say,
    say_notes,
    version,
)
from SpineLib.errors import BadModel, BadRequest, SpineError
from SpineLib.wording import count

if TYPE_CHECKING:
    from SpineLib.dicom.stack import Scan, Stack
    from SpineLib.models import ModelFolder

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
    epilog=EXIT_CODES.replace("\n", " "),
)
models = typer.Typer(no_args_is_help=True, help="Which models are here, and what they are for.")
app.add_typer(models, name="models")
app.add_typer(train, name="train")
app.add_typer(evaluate, name="evaluate")
app.add_typer(data, name="data")
app.add_typer(project, name="project")
app.add_typer(loop, name="loop")
app.add_typer(pacs, name="pacs")
app.add_typer(station, name="station")
app.add_typer(outcome, name="outcome")
app.add_typer(cohort, name="cohort")
models.command()(package)
app.command()(deidentify)
app.command()(export)
app.command()(send)
app.command()(fetch)


class Region(str, Enum):
    """What `simulate` makes; a word each, as in `SpineLib.simulate`."""

    cervical = "cervical"
    thoracic = "thoracic"
    lumbar = "lumbar"


class Profile(str, Enum):
    """Which ranges the simulated scanner and patient are drawn from."""

    standard = "standard"
    held_out = "held-out"
    domain_randomised = "domain-randomised"
    everyday = "everyday"


class Part(str, Enum):
    """What `bench` measures."""

    reading = "reading"
    dicom = "dicom"
    compressed = "compressed"
    compression = "compression"
    segmentation = "segmentation"
    simulate = "simulate"
    training = "training"


@app.callback()
def start(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=version, is_eager=True),
    ] = False,
) -> None:
    """SlicerSpineMRI: reads spine MR studies.

    Research software, not a medical device. Start with: spine demo
    """


@app.command()
def scan(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="Folder of DICOM; folders below it count. Or a zip, a DICOMDIR, a volume file.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Show what a folder of DICOM holds and which models apply, or why not."""
    from SpineLib.dicom import is_volume_file, scan_volume_file
    from SpineLib.dicom import scan as scan_folder

    with progress_bar() as progress:
        if is_volume_file(folder):
            scanned = scan_volume_file(folder)
        else:
            scanned = scan_folder(folder, progress=progress)
    if as_json:
        from SpineLib.doors.listing import scan_as_json

        print_json(scan_as_json(scanned))
    else:
        _print_scan(scanned)


def _print_scan(scanned: Scan) -> None:
    from SpineLib.doors.listing import shown_patient

    columns = (
        *("stack", "description", "plane", "weighting", "region", "slices", "spacing (mm)"),
        "models",
    )
    for number, study in enumerate(scanned.studies, 1):
        stacks = [stack for series in study.series for stack in series.stacks]
        patient = f"patient {shown_patient(study)}, " if study.patient_hash else ""
        say(
            f"Study {number} of {len(scanned.studies)}: {patient}"
            f"{count(len(study.series), 'series', 'series')}, {count(len(stacks), 'stack')}"
        )
        print_table(columns, [_scan_row(stack) for stack in stacks])
        say_notes(study.warnings)
        for stack in stacks:
            for warning in stack.warnings:
                say(f"Stack {stack.id}: {warning}")
    say_notes(scanned.warnings)
    if scanned.skipped:
        say(f"Left out: {count(len(scanned.skipped), 'file')}")
        for skipped in scanned.skipped:
            say(f"  {skipped.file}: {skipped.reason}")


def _scan_row(stack: Stack) -> list[str]:
    from SpineLib.doors.listing import applicability
    from SpineLib.reasons import in_terminal

    fat = " fat-saturated" if stack.fat_saturated else ""
    spacing = "×".join(f"{mm:.3g}" for mm in stack.spacing)
    if stack.problem:
        applies = f"cannot be read: {stack.problem}"
    else:
        applies = "\n".join(
            f"{name}: {in_terminal(why) if why else 'applies'}"
            for name, _, why in applicability(stack)
        )
    return [
        *(stack.id, stack.description, stack.plane, stack.weighting + fat, stack.region),
        *(str(stack.slices), spacing, applies),
    ]


@models.command("list")
def list_models(as_json: Json = False) -> None:
    """Show every model, what it is for, and what it was measured at."""
    from SpineLib.models import broken_models, find_models

    if as_json:
        from SpineLib.doors.listing import models_as_json

        print_json(models_as_json())
        return
    columns = ("name", "version", "task", "what for", "trained on", "from")
    print_table(columns, [_model_row(model) for model in find_models()])
    for error in broken_models():
        say(f"Broken: {error}")


def _model_row(model: ModelFolder) -> list[str]:
    from SpineLib.models.applicability import made_for

    card = model.card
    trained = "simulated data (starter)" if card.starter else card.training_data
    if card.lineage:
        trained += f"; fine-tuned from {card.lineage.parent.name}"
    return [
        *(card.name, card.version, card.task, made_for(card.applicability)),
        trained,
        "the program" if model.bundled else str(model.path),
    ]


@models.command()
def verify(as_json: Json = False) -> None:
    """Check every model's card and the SHA-256 of its weights."""
    from SpineLib.models import broken_models, find_models

    problems: dict[str, SpineError | None] = {error.file or "?": error for error in broken_models()}
    for model in find_models():
        problems[model.card.name] = None
        try:
            model.verify()
        except BadModel as error:
            problems[model.card.name] = error
    if as_json:
        print_json({name: e.to_dict() if e else None for name, e in problems.items()})
    else:
        for name, problem in problems.items():
            say(f"{name}: {problem or 'whole'}")
    bad = [name for name, problem in problems.items() if problem]
    if bad:
        raise BadModel(f"{count(len(bad), 'model')} of {len(problems)} cannot be used")


@models.command("import")
def import_(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A model's folder, or a zip archive of one.")
    ],
    as_json: Json = False,
) -> None:
    """Copy a model into your own models, checked."""
    from SpineLib.models import import_model

    model = import_model(path)
    if as_json:
        print_json({"name": model.card.name, "path": str(model.path)})
    else:
        say(f"{model.card.name} is in {model.path}")


@models.command()
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `models list` names it.")],
) -> None:
    """Remove one of your own models."""
    from SpineLib.models import remove as remove_model

    remove_model(name)
    say(f"{name} is removed")


@app.command()
def simulate(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where the images and truth.json go.")
    ],
    region: Annotated[
        Region, typer.Option("--region", "--kind", help="Which part of the spine.")
    ] = Region.cervical,
    disease: Annotated[
        str | None,
        typer.Option(
            help="none, degenerative or metastatic. Default: what is usual there (thoracic: "
            "metastatic; cervical: degenerative; lumbar: degenerative in three of four, else none)."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another number is another patient.", min=0)] = 1,
    count: Annotated[
        int, typer.Option(help="How many studies; more than one go into folders below.", min=1)
    ] = 1,
    workers: Annotated[int, typer.Option(help="How many processes write them.", min=1)] = 1,
    profile: Annotated[Profile, typer.Option(help="Ranges to draw from.")] = Profile.standard,
    contrast: Annotated[
        str | None, typer.Option(help="T1, T2, T2*, STIR or PD, in place of the drawn one.")
    ] = None,
    scanner: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting of the scanner in place of the drawn one, as thickness=5, pixel=0.8, "
            "snr=8 or ghost=0.3 (motion); may repeat. An unknown name lists them all.",
        ),
    ] = None,
    companions: Annotated[
        bool, typer.Option("--companions", help="Also a localiser and series of other planes.")
    ] = False,
    format: Annotated[
        str,
        typer.Option(help="dicom, nifti, or spider: lumbar patients as SPIDER is downloaded."),
    ] = "dicom",
    vendor: Annotated[
        str, typer.Option(help="plain, siemens-like, philips-like, ge-like or stripped headers.")
    ] = "plain",
    enhanced: Annotated[
        bool, typer.Option("--enhanced", help="Multi-frame DICOM instead of a file a slice.")
    ] = False,
) -> None:
    """Make simulated spine MR studies with known truth."""
    from SpineLib.simulate import write_studies, write_study

    settings = named_numbers(scanner or [], "{!r} is not a setting",
                             advice="Give a name and a number, as --set thickness=5.")  # fmt: skip
    how: dict[str, Any] = {
        "profile": profile.value, "disease": disease, "contrast": contrast,
        "scanner": settings, "companions": companions, "format": format,
        "vendor": vendor, "enhanced": enhanced,
    }  # fmt: skip
    if format == "spider":
        _simulate_spider(folder, region, count, seed, how)
        return
    with progress_bar() as progress:
        if count > 1:
            write_studies(
                folder, count, kinds=(region.value,), seed=seed, workers=workers,
                progress=progress, **how,
            )  # fmt: skip
        else:
            progress.stage(f"Simulating a {region.value} study")
            write_study(folder, region.value, seed=seed, **how)
    if count > 1:
        say(f"{count} simulated {region.value} studies are in folders of their own in {folder}")
    else:
        say(f"A simulated {region.value} study and its truth.json are in {folder}")


def _simulate_spider(
    folder: Path, region: Region, count: int, seed: int, how: dict[str, Any]
) -> None:
    """Patients in one folder as SPIDER's; what that layout has no place for is refused."""
    from SpineLib.datasets.simulated_spider import write_spider

    other = [name for name in ("contrast", "companions", "enhanced") if how[name]]
    if region is not Region.lumbar or other or how["vendor"] != "plain":
        raise BadRequest(
            "SPIDER's layout holds T1 and T2 of the lumbar spine, without headers",
            advice="Say --region lumbar, and leave contrast, companions, vendor and enhanced out.",
        )
    with progress_bar() as progress:
        write_spider(
            folder, count, seed=seed, profile=how["profile"], disease=how["disease"],
            scanner=how["scanner"], progress=progress,
        )  # fmt: skip
    say(f"{count} simulated patients are in {folder}, laid out as SPIDER")


@app.command()
def bench(
    out: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
    part: Annotated[list[Part] | None, typer.Option(help="Only this part; may repeat.")] = None,
    rounds: Annotated[int, typer.Option(help="How often each contender runs.", min=1)] = 5,
) -> None:
    """Measure speed and memory beside other ways to do the same, on this machine."""
    import json

    from SpineLib.bench import PARTS
    from SpineLib.bench import run as measure
    from SpineLib.store.files import write_text

    parts = tuple(p.value for p in part) if part else PARTS
    with progress_bar() as progress:
        figures = measure(parts, rounds=rounds, progress=progress)
    if out is None:
        print_json(figures)
        return
    write_text(out, json.dumps(figures, indent=1) + "\n")
    say(f"The figures are in {out}")


def main() -> int:
    """Runs the commands; returns the exit code."""
    return run(app)
