"""How every command speaks to the person: progress bars, tables, errors and exit codes."""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table
from typer.exceptions import TyperException

from SpineLib import __version__
from SpineLib.doors import SLEEP
from SpineLib.errors import DEBUG, BadRequest, Cancelled, from_exception
from SpineLib.json_values import finite
from SpineLib.progress import Progress, Step

Orientation = Annotated[
    str,
    typer.Option(
        help="Directions in which the three axes of a volume file grow, if it does not say: LPS is "
        "Left, Posterior, Superior."
    ),
]
Numbering = Annotated[
    str,
    typer.Option(
        help="How masks are numbered where nothing says so: SPIDER, TotalSpineSeg, SPINEPS, TPTBox "
        "or cord."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
NamedModels = Annotated[
    list[str] | None, typer.Option("--model", help="Name or folder of a model; may repeat.")
]
_WIDTH_WITHOUT_TERMINAL = 220
# After torch, Python searches for cycles for seconds before it ends: Ctrl-C would seem unheard.
atexit.register(gc.freeze)

EXIT_CODES = """\
Exit codes: 0 done; 1 another error; 2 the command was not understood; 3 the input cannot be used;
4 no model applies; 5 a model is broken or missing; 6 the result could not be written;
7 the reading process ended; 130 cancelled."""


def run(app: typer.Typer, arguments: Sequence[str] | None = None, *, program: str = "spine") -> int:
    """Runs a command line and says each error in one sentence on stderr.

    Args:
        app: the commands.
        arguments: without the program's name; ``sys.argv`` if None.
        program: its name in help and errors.

    Returns:
        The exit code: 0, 2 for a command that was not understood, `SpineError.exit_code`, else 1.
    """
    # Not by way of SIGINT, which is ignored in what a script starts in the background.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.environ.setdefault(*SLEEP)
    with warnings.catch_warnings():
        if not os.environ.get(DEBUG):
            # What libraries warn of are values of headers, several lines each.
            warnings.simplefilter("ignore")
        return _run(app, arguments, program)


def _run(app: typer.Typer, arguments: Sequence[str] | None, program: str) -> int:
    try:
        asked = _asked(app, sys.argv[1:] if arguments is None else arguments)
        code = asked(args=arguments, prog_name=program, standalone_mode=False)
        if code == Cancelled.exit_code:  # the library turns Ctrl-C into this code
            raise Cancelled
        return code if isinstance(code, int) else 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else program
        say_aside(f"Error: {error.format_message()} Help: {command} --help")
        return error.exit_code
    except (BrokenPipeError, SystemExit) as error:
        if not isinstance(error.__context__ or error, BrokenPipeError):
            raise
        # Whoever reads has heard enough; Python would complain when it empties its buffer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]
        return 0
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get(DEBUG):
            raise
        known = from_exception(error)
        say_aside(f"Error: {known.in_terminal}")
        return known.exit_code


def _asked(app: typer.Typer, arguments: Sequence[str]) -> typer.Typer:
    """The app with the command or group alone that is asked for: it takes long to build them all."""
    command = arguments[0] if arguments else ""
    alone = copy(app)
    alone.registered_commands = [
        info
        for info in app.registered_commands
        if (info.name or getattr(info.callback, "__name__", "").replace("_", "-")) == command
    ]
    alone.registered_groups = [info for info in app.registered_groups if info.name == command]
    return alone if alone.registered_commands or alone.registered_groups else app


def named_numbers(given: Sequence[str], wrong: str, *, advice: str) -> dict[str, float]:
    """Name → number of options such as ``thickness=5``.

    Args:
        given: as typed.
        wrong: what is said of one that is not so, which it names.
        advice: what a right one looks like.

    Raises:
        BadRequest: no number stands behind a name.
    """
    numbers = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            numbers[name.strip()] = float(value)
        except ValueError as error:
            raise BadRequest(wrong.format(text), advice=advice) from error
    return numbers


def say_aside(line: str) -> None:
    """Prints a line on stderr; that nobody listens is no error."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def version(wanted: bool) -> None:
    """What ``--version`` does."""
    if wanted:
        say(f"SlicerSpineMRI {__version__}")
        raise typer.Exit


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress that draws a bar on stderr, where that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Progress()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        "{task.fields[left]}",
    )
    with Bars(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("", total=None, left="")

        def show(step: Step) -> None:
            left = "" if step.seconds_left is None else f"{step.seconds_left:.0f} s left"
            done, total, what = step.done, step.total or None, step.stage
            if step.parts:
                done, total = step.part - 1, step.parts
                what = f"{step.part} of {step.parts}: {step.stage}"
            if step.known:
                what = f"{step.known} · {what}"
            bars.update(bar, description=what, completed=done, total=total, left=left)

        yield Progress(show)


@contextmanager
def kept_when_cancelled(what: str) -> Iterator[None]:
    """Says of what is cancelled inside what stays of it."""
    try:
        yield
    except (KeyboardInterrupt, Cancelled) as error:
        raise Cancelled(f"Cancelled; {what}") from error


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """Prints a table on stdout, as wide as the terminal; wide enough for all where there is none."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    _stdout().print(table)


def say(text: str) -> None:
    """Prints a line on stdout, as it is."""
    _stdout().print(text, markup=False, highlight=False, soft_wrap=True)


def say_notes(notes: Iterable[object]) -> None:
    """Prints what a person should know beside the answer, a line each."""
    for note in notes:
        say(f"Note: {note}")


def print_json(data: Any) -> None:
    """Prints JSON on stdout for another program; null for numbers that are not finite."""
    print(json.dumps(finite(data), indent=1, ensure_ascii=False, allow_nan=False))


def _stdout() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH_WITHOUT_TERMINAL)
