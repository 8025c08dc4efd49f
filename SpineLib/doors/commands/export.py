"""``spine export``: results as other programs take them."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.console import Json, print_json, progress_bar, say
from SpineLib.errors import BadRequest
from SpineLib.options import DicomObject


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
            help="Only these; may repeat. By default all but labelmap and capture. A label map comes "
            "with the binary segmentation.",
        ),
    ] = None,
    signed_by: Annotated[
        str,
        typer.Option(
            "--signed-by", metavar="NAME", help="Verify the reports: the name of who signs them."
        ),
    ] = "",
    organization: Annotated[
        str, typer.Option(help="Whose they are; by default the institution of the images.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Write results as DICOM objects of the same patient and study. docs/dicom-results.md."""
    from SpineLib.outputs.dicom import DEFAULT, Signature, results_in, write_dicom

    if organization and not signed_by:
        raise BadRequest("An organization goes with a signature", command="--signed-by NAME")
    signature = Signature(signed_by, organization) if signed_by else None
    with progress_bar() as progress:
        files = write_dicom(
            results_in(results), images, out, kinds=objects or DEFAULT, signature=signature,
            progress=progress,
        )  # fmt: skip
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        say(str(path))
    if not files:
        say("These results hold nothing that the chosen objects could say.")
