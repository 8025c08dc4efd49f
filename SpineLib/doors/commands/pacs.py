"""``spine pacs``, ``spine send`` and ``spine fetch``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.console import Json, print_json, print_table, progress_bar, say
from SpineLib.errors import SpineError

pacs = typer.Typer(no_args_is_help=True, help="The archives that results go to. docs/pacs.md.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the destination is called.")]


@pacs.command()
def add(
    name: Name,
    host: Annotated[str, typer.Option(help="Host of an Application Entity.")] = "",
    port: Annotated[int | None, typer.Option(help="Its port.")] = None,
    ae: Annotated[str | None, typer.Option("--ae", help="Its Application Entity title.")] = None,
    calling: Annotated[str, typer.Option(help="The title that we call ourselves.")] = "SPINE",
    url: Annotated[
        str, typer.Option(help="Address of a DICOMweb server, instead of host, port and title.")
    ] = "",
    user: Annotated[str, typer.Option(help="User name on the web server.")] = "",
    password: Annotated[
        bool, typer.Option("--password", help="Ask for the password, and keep it in the keyring.")
    ] = False,
    tls: Annotated[bool, typer.Option("--tls", help="Encrypt the association.")] = False,
    ca: Annotated[
        Path | None, typer.Option(help="Certificates (PEM) to trust, and no others.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="Our own certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
) -> None:
    """Add a destination, or change it."""
    from SpineLib.pacs.destinations import add_destination, keep_password

    files = {"ca": ca, "certificate": certificate, "key": key}
    added = add_destination(
        {
            "name": name, "host": host, "port": port, "ae": ae, "calling": calling, "url": url,
            "user": user, "tls": tls,
            **{what: path.absolute() for what, path in files.items() if path is not None},
        }
    )  # fmt: skip
    if password:
        keep_password(name, typer.prompt("Password", hide_input=True))
    say(f"{added.name}: {added.where}. Try it: spine pacs echo {added.name}")


@pacs.command("list")
def list_them(as_json: Json = False) -> None:
    """Show the destinations."""
    from SpineLib.pacs.destinations import read_destinations

    known = read_destinations().values()
    if as_json:
        print_json([dest.model_dump(mode="json", exclude_defaults=True) for dest in known])
        return
    print_table(
        ("name", "where", "how"),
        [(dest.name, dest.where, _how(dest.is_web, dest.encrypted)) for dest in known],
    )


def _how(web: bool, encrypted: bool) -> str:
    if web:
        return "DICOMweb" if encrypted else "DICOMweb, not encrypted"
    return "DICOM over TLS" if encrypted else "DICOM, not encrypted"


@pacs.command()
def remove(name: Name) -> None:
    """Forget a destination and its password."""
    from SpineLib.pacs.destinations import remove_destination

    remove_destination(name)


@pacs.command()
def echo(name: Name) -> None:
    """Ask a destination whether it is there."""
    from SpineLib.pacs import dimse, web
    from SpineLib.pacs.destinations import destination

    archive = destination(name)
    (web if archive.is_web else dimse).echo(archive)
    say(f"{archive.where} answers.")


def send(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder of DICOM objects, or one file.")
    ],
    name: Annotated[
        str, typer.Argument(metavar="DESTINATION", help="As `spine pacs list` shows it.")
    ],
    as_json: Json = False,
) -> None:
    """Send DICOM objects to an archive; what it has already is not sent twice. docs/pacs.md."""
    from SpineLib.pacs.destinations import destination
    from SpineLib.pacs.sending import as_records
    from SpineLib.pacs.sending import send as run

    archive = destination(name)
    with progress_bar() as progress:
        outcomes = run(folder, archive, progress=progress)
    if as_json:
        print_json(as_records(outcomes))
    else:
        print_table(
            ("object", "result", "why"),
            [(outcome.file.name, outcome.state, outcome.reason) for outcome in outcomes],
        )
    refused = sum(outcome.state == "refused" for outcome in outcomes)
    if refused:
        raise SpineError(f"{refused} of {len(outcomes)} objects were refused")


def fetch(
    name: Annotated[
        str, typer.Argument(metavar="DESTINATION", help="As `spine pacs list` shows it.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the images.")],
    study: Annotated[str, typer.Option(help="Study Instance UID.")] = "",
    accession: Annotated[str, typer.Option(help="Accession Number, instead of the UID.")] = "",
) -> None:
    """Fetch the MR images of a study from an archive. docs/pacs.md."""
    from SpineLib.pacs.destinations import destination
    from SpineLib.pacs.fetching import fetch as run

    with progress_bar() as progress:
        count = run(destination(name), out, study=study, accession=accession, progress=progress)
    say(f"{count} {'image' if count == 1 else 'images'} in {out}")
