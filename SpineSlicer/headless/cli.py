"""Every command: those of `SpineLib.doors.cli`, and read, report and demo, which need a scene."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from SpineLib.doors.cli import app
from SpineLib.doors.console import (
    Json,
    Orientation,
    print_json,
    print_table,
    progress_bar,
    run,
    say,
)
from SpineLib.errors import BadInput, BadRequest, NotApplicable, OutputError, SpineError
from SpineLib.findings import Findings
from SpineLib.labels import REGIONS, WEIGHTINGS

if TYPE_CHECKING:
    from SpineLib.inference.study_quantities import Reference

Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")]
EveryPicture = Annotated[
    bool,
    typer.Option(
        "--every-picture",
        help="A picture of every slice, not only of the flagged ones and the worst of each level.",
    ),
]
Device = Enum("Device", {name: name for name in ("auto", "cpu", "cuda", "mps")}, type=str)  # type: ignore[misc]


@app.command()
def read(
    input: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT", help="Folder of DICOM of one study, or a NIfTI, NRRD or MHA volume."
        ),
    ],
    out: Out,
    series: Annotated[
        str, typer.Option(help="Only this series: its number, stack or UID, as `scan` shows.")
    ] = "",
    model: Annotated[
        list[str] | None, typer.Option(help="Name or folder of a model; may repeat.")
    ] = None,
    device: Annotated[Device, typer.Option(help="Where the networks run.")] = Device.auto,  # type: ignore[valid-type,attr-defined]
    threshold: Annotated[
        float | None,
        typer.Option(help="P(compressed) from which a slice is compressed, 0 to 1."),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Run models on what they were not made for; results are marked."
        ),
    ] = False,
    weighting: Annotated[
        str, typer.Option(help=f"Used where the images do not say: {', '.join(WEIGHTINGS[:-1])}.")
    ] = "",
    region: Annotated[
        str, typer.Option(help=f"Used where the images do not say: {', '.join(REGIONS[:-1])}.")
    ] = "",
    plane: Annotated[
        str, typer.Option(help="Slice a volume file in this plane: axial, sagittal, coronal.")
    ] = "",
    orientation: Orientation = "",
    activation: Annotated[
        bool,
        typer.Option(
            "--activation", help="Add where the classifier looked (Grad-CAM) to the scene."
        ),
    ] = False,
    dicom: Annotated[
        bool, typer.Option("--dicom", help="Also write the results as DICOM, to OUT/dicom.")
    ] = False,
    every_picture: EveryPicture = False,
    as_json: Json = False,
) -> None:
    """Read a study: report, table, segmentation, scene and pictures.

    OUT then holds report.html, findings.csv, findings.json, pictures/, scene.mrb to open in 3D
    Slicer, and segmentation.nrrd where the lumbar spine was segmented.
    """
    from SpineLib.options import ReadOptions
    from SpineSlicer.headless.reading import read_alongside

    options = ReadOptions(
        series=series,
        models=tuple(model or ()),
        device=device.value,  # type: ignore[attr-defined]
        threshold=threshold,
        force=force,
        weighting=weighting,
        region=region,
        plane=plane,
        orientation=orientation,
        activation=activation,
    )
    _ready_to_write(out)
    with progress_bar() as progress:
        reading, app = read_alongside(input, options, progress)
    if not as_json:  # nobody has to wait for the pictures to know the verdict
        _show(reading.findings)
    with progress_bar() as progress:
        _write(reading, out, every_picture=every_picture, progress=progress, app=app)
    _say_where(reading.findings, out, as_json)
    if dicom:  # last: of a study that is no DICOM the other results stand all the same
        from SpineLib.outputs.dicom import Results, write_dicom

        with progress_bar() as progress:
            write_dicom(Results(reading), input, out / "dicom", progress=progress)
    from SpineSlicer.headless.tables import nothing_assessed, options_to_say

    reason = nothing_assessed(reading.findings)
    if reason:
        saying = options_to_say(reading.findings)
        raise NotApplicable(
            f"Nothing was assessed: {reason}",
            file=input,
            advice=f"The report says so for each stack; {saying and f'set it with {saying}; '}"
            "--force runs the models anyway.",
        )


@app.command()
def report(
    input: Annotated[
        Path, typer.Argument(metavar="INPUT", help="A scene.mrb, or a reading's folder.")
    ],
    out: Out,
    level: Annotated[
        str,
        typer.Option(help="Level of --slice, as C5/C6 or L4; all others of the study follow."),
    ] = "",
    slice: Annotated[int, typer.Option(help="Number of that slice, from 1.")] = 0,
    stack: Annotated[str, typer.Option(help="Its stack, where the study has several.")] = "",
    thoracic: Annotated[int, typer.Option(help="Thoracic vertebrae: 11 to 13.")] = 12,
    lumbar: Annotated[int, typer.Option(help="Lumbar vertebrae: 4 to 6.")] = 5,
    reader: Annotated[str, typer.Option(help="Who says so.")] = "",
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STACK:SLICE",
            help="Compare the narrowest slice with this one, counted from 1 as in the report; may "
            "repeat. By default with the nearest normal ones.",
        ),
    ] = None,
    every_picture: EveryPicture = False,
    as_json: Json = False,
) -> None:
    """Write the results again from a saved scene, with what a reader changed in it.

    --level names one slice and with it every other one of the study.
    """
    from SpineLib.inference.study_quantities import complete
    from SpineLib.outputs.prognosis import read_prognosis

    _ready_to_write(out)
    references = [_slice_of(text) for text in against or ()]
    with progress_bar() as progress:
        reading, saved = _open_reading(input)
        if level:
            from SpineSlicer.headless.levels import say_level

            counts = {"thoracic": thoracic, "lumbar": lumbar}
            reading, saved["log"] = say_level(
                reading, saved.get("log"), level, slice, stack, **counts, reader=reader
            )
            complete(reading.findings)  # norms, too, are those of a level
        if references:
            from SpineSlicer.headless.levels import compare_with

            reading, saved["log"] = compare_with(reading, saved.get("log"), references, reader)
        prognosis = read_prognosis(input if input.is_dir() else input.parent)
        _write(
            reading, out, **saved, prognosis=prognosis, every_picture=every_picture,
            progress=progress,
        )  # fmt: skip
    if not as_json:
        _show(reading.findings)
    _say_where(reading.findings, out, as_json)


def _slice_of(text: str) -> Reference:
    stack, _, number = text.rpartition(":")
    if not stack or not number.isdecimal() or number == "0":
        raise BadRequest(
            f"{text!r} names no slice",
            advice="Write stack and slice, counted from 1, as in 4:3.",
        )
    from SpineLib.inference.study_quantities import Reference

    return Reference(stack, int(number) - 1)


@app.command()
def demo(out: Out = Path("demo-output")) -> None:
    """Simulate three studies with known truth, read them, and compare."""
    from SpineSlicer.headless.demo import STUDIES, compare, write_index

    _ready_to_write(out)
    outcomes = []
    for study in STUDIES:
        with progress_bar() as progress:
            outcome = compare(study, out, progress=progress)
        outcomes.append(outcome)
        print_table(outcome.columns, outcome.rows, title=study.title)
        for sentence in outcome.sentences:
            say(sentence)
        say("")
    write_index(outcomes, out)
    say(f"Open {out / 'report.html'}")


def _show(findings: Findings) -> None:
    from SpineSlicer.headless.tables import sentences, slice_columns, slice_rows

    rows = slice_rows(findings)
    if rows:
        print_table(slice_columns(findings), rows)
    for sentence in sentences(findings):
        say(sentence)


def _say_where(findings: Findings, out: Path, as_json: bool) -> None:
    if as_json:
        print_json(findings.to_dict())
    else:
        say(f"Open {out / 'report.html'}")


def _open_reading(path: Path) -> tuple[Any, dict[str, Any]]:
    """The reading that a scene or a folder holds, of several the last one.

    With it, for `write_outputs`: what readers said, and how they changed the segmentation.
    """
    from SpineLib.reading import Reading

    if path.is_dir():
        return Reading.load(path), {}
    if path.suffix != ".mrb" or not path.is_file():
        raise BadInput(
            "This is neither a scene.mrb nor a reading's folder",
            file=path,
            advice="Name the scene.mrb that `spine read` wrote or that Slicer saved.",
        )
    from SpineSlicer.headless.app import HeadlessSlicer
    from SpineSlicer.headless.scene import load_scene
    from SpineSlicer.scene.readersCorrections import correctionsOfStudy
    from SpineSlicer.scene.ReadingScene import ReadingScene
    from SpineSlicer.scene.studies import studiesIn

    headless = HeadlessSlicer()
    load_scene(headless, path)
    known = studiesIn(headless.scene)
    nodes = ReadingScene(headless.scene, known[-1] if known else "")
    reading = nodes.reading()
    if reading is None:
        raise BadInput("The scene holds no reading", file=path, advice="Read the study first.")
    return reading, {"log": nodes.reviews(), "corrections": correctionsOfStudy(nodes)}


def _write(reading: Any, out: Path, **options: Any) -> None:
    from SpineSlicer.headless.outputs import write_outputs

    write_outputs(reading, out, **options)


def _ready_to_write(out: Path) -> None:
    """Fails before the long work where its result could not be drawn or written.

    Raises:
        OutputError: ``out`` is a file, or cannot be written to.
        SpineError: Slicer's core or a system library that pictures need is missing.
    """
    import importlib.util

    from SpineSlicer.headless.libraries import check_libraries

    if importlib.util.find_spec("slicer_core") is None:
        raise SpineError(
            "Slicer's core is not installed, so there is nothing to draw pictures with",
            advice='Run: pip install "slicer-spine-mri[headless]"',
        )
    check_libraries()
    nearest = next(p for p in (out, *out.absolute().parents) if p.exists())
    if not nearest.is_dir():
        raise OutputError("This is a file, not a folder", file=nearest, advice="Choose another.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError("No permission to write here", file=out, advice="Choose another folder.")


def main() -> int:
    """Runs the commands; returns the exit code."""
    return run(app)
