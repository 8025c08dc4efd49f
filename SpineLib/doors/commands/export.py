"""``spine export``: results as other programs take them."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from SpineLib.doors.console import print_json, progress_bar, say
from SpineLib.options import DicomObject

if TYPE_CHECKING:
    from SpineLib.outputs.dicom import Results


class Format(str, Enum):
    """What results can be written as."""

    dicom = "dicom"


def export(
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="Folder that `spine read` wrote.")
    ],
    images: Annotated[
        Path, typer.Option("--images", help="The DICOM images that were read; a folder or a zip.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the objects.")],
    to: Annotated[Format, typer.Option("--to", help="What to write.")] = Format.dicom,
    objects: Annotated[
        list[DicomObject] | None,
        typer.Option(
            "--object",
            help="Only these; may repeat. By default all but labelmap and capture.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for another program.")
    ] = False,
) -> None:
    """Write results as DICOM objects of the same patient and study. docs/dicom-results.md."""
    from SpineLib.outputs.dicom import DEFAULT, write_dicom

    with progress_bar() as progress:
        files = write_dicom(
            _results(results), images, out, kinds=objects or DEFAULT, progress=progress
        )
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        say(str(path))
    if not files:
        say("These results hold nothing that the chosen objects could say.")


def _results(folder: Path) -> Results:
    from SpineLib.outputs import names
    from SpineLib.outputs.answers import read_answers
    from SpineLib.outputs.dicom import Results
    from SpineLib.reading import Reading

    reading = Reading.load(folder)
    shown = {names.WORST: "Worst slice", names.LADDER: "Along the spine"}
    shown |= {
        names.slice_picture(stack.id, one.index): f"Stack {stack.id}, slice {one.index + 1}"
        for stack, one in reading.findings.flagged()
    }
    shown[names.SEGMENTATION_SLICE] = "Segmentation"
    pictures = {
        title: path.read_bytes()
        for name, title in shown.items()
        if (path := folder / "pictures" / f"{name}.png").is_file()
    }
    return Results(reading, answers=read_answers(folder), pictures=pictures)
