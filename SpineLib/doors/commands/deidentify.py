"""The command ``deidentify``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.console import Json, print_json, print_table, progress_bar, say, say_notes
from SpineLib.options import ProfileOption
from SpineLib.wording import count


def deidentify(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="Folder of DICOM; folders below it count.")
    ],
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="New folder for the copy.")],
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Links old and new; used again, a patient keeps the pseudonym. "
            "Default: OUT.key.json beside OUT. Never pass it on.",
        ),
    ] = None,
    option: Annotated[
        list[ProfileOption] | None, typer.Option(help="Option of the profile; may repeat.")
    ] = None,
    keep_burnt_in: Annotated[
        bool, typer.Option("--keep-burnt-in", help="Also copy files that are likely to show text.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Copy DICOM without its patients' identities (DICOM PS3.15). docs/deidentification.md."""
    from SpineLib.dicom.deidentify import deidentify as run

    with progress_bar() as progress:
        report = run(
            source, folder, key=key, options=option or (),
            keep_burnt_in=keep_burnt_in,
            progress=progress,
        )  # fmt: skip
    left_out = [{"file": str(file.file), "reason": file.reason} for file in report.left_out]
    if as_json:
        print_json({**report.to_dict(), "key": str(report.key), "left_out_files": left_out})
        return
    rows = [[name, done, str(times)] for (name, done), times in sorted(report.counts.items())]
    print_table(("attribute", "what was done", "times"), rows)
    say_notes(report.notes)
    for warning in report.warnings:
        say(f"Look at {warning.file}: it {warning.reason}")
    say(f"Left out: {count(len(left_out), 'file')}")
    for file in left_out:
        say(f"  {file['file']}: {file['reason']}")
    files, patients = count(len(report.files), "file"), count(report.patients, "patient")
    say(f"In {report.folder}: {files} of {patients}")
    say(f"The key is {report.key}; keep it apart, whoever has it can undo all of this")
