"""``spine station``: reads studies as they arrive."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.console import Json, print_json, print_table, say, say_aside
from SpineLib.errors import BadRequest

station = typer.Typer(
    invoke_without_command=True,
    help="Answer MR studies as they arrive, and send the results. docs/pacs.md.",
)
Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="Where the studies are kept. Default: beside the destinations."),
]


@station.callback()
def run(
    context: typer.Context,
    send_to: Annotated[
        str, typer.Option("--send-to", help="Where results go, as `spine pacs list` shows it.")
    ] = "",
    callers: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            help="Title of who may send, or TITLE@ADDRESS, TITLE@NETWORK; may repeat. "
            "Nobody else is let in.",
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Where to listen.", min=1, max=65535)] = 11112,
    ae: Annotated[str, typer.Option("--ae", help="The station's AE title.")] = "SPINE",
    host: Annotated[
        str, typer.Option(help="Address to listen at. Default: only this computer can call.")
    ] = "127.0.0.1",
    folder: Folder = None,
    quiet: Annotated[
        float, typer.Option(help="Seconds without a new image until a study is read.", min=0)
    ] = 60.0,
    keep_days: Annotated[
        float, typer.Option(help="Days until a finished study is removed.", min=0)
    ] = 7.0,
    disk: Annotated[
        float,
        typer.Option(help="Gigabytes of images that are kept at most; 0 for no bound.", min=0),
    ] = 50.0,
    health_port: Annotated[
        int | None, typer.Option(help="Show the figures at this port of loopback, by HTTP.")
    ] = None,
    metrics: Annotated[
        float, typer.Option(help="Seconds between lines of figures on stdout; 0 for none.", min=0)
    ] = 60.0,
    certificate: Annotated[
        Path | None, typer.Option(help="The station's certificate (PEM): it speaks TLS only.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    ca: Annotated[
        Path | None,
        typer.Option(help="Certificates (PEM) that a sender's own must be signed by."),
    ] = None,
) -> None:
    """Answer MR studies as they arrive, and send the results. docs/pacs.md."""
    if context.invoked_subcommand is not None:
        return
    from SpineLib.doors.reading_process import ReadingProcess
    from SpineLib.pacs.destinations import destination
    from SpineLib.pacs.station.settings import (
        GIGABYTE,
        Caller,
        Settings,
        default_folder,
        title,
    )
    from SpineLib.pacs.station.station import Station

    if not send_to or not callers:
        raise BadRequest(
            "Say where results go (--send-to) and who may send (--from)",
            advice="Only senders that you name are let in.",
        )
    settings = Settings(
        folder or default_folder(), destination(send_to), tuple(map(Caller.parse, callers)),
        host=host, port=port, ae=title(ae), quiet_seconds=quiet, keep_days=keep_days,
        disk_bytes=int(disk * GIGABYTE), health_port=health_port, metrics_seconds=metrics,
        certificate=certificate, key=key, ca=ca,
    )  # fmt: skip
    reads = ReadingProcess()
    opened_station = Station(settings, reads, say=say_aside, tell=_tell)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: opened_station.end())
    try:
        opened_station.run()
    finally:
        reads.close()


@station.command("list")
def list_them(folder: Folder = None, as_json: Json = False) -> None:
    """Show the studies that a station keeps, and how far they are."""
    from SpineLib.pacs.station.settings import default_folder
    from SpineLib.pacs.station.studies import read_studies

    rows = []
    for study in read_studies(folder or default_folder()):
        state, attempts, why = study.state()
        rows.append((study.name, state, study.count, attempts, why))
    names = ("study", "state", "images", "attempts", "why")
    if as_json:
        print_json([dict(zip(names, values, strict=True)) for values in rows])
    else:
        print_table(names, [[str(value) for value in values] for values in rows])


@station.command("retry")
def retry_them(
    studies: Annotated[
        list[str] | None, typer.Argument(metavar="STUDY", help="As `list` shows it; else all.")
    ] = None,
    folder: Folder = None,
) -> None:
    """Have studies that failed tried again, by a station that runs or by the next one."""
    from SpineLib.pacs.station.settings import default_folder
    from SpineLib.pacs.station.studies import retry

    names = retry(folder or default_folder(), studies or [])
    say(f"To be tried again: {', '.join(names) or 'none, as none failed'}")


def _tell(line: str) -> None:
    with suppress(OSError):  # nobody listens, and the station goes on
        print(line, flush=True)
