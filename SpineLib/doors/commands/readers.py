"""The command that measures a reading project: ``evaluate readers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.commands.calibrating import evaluate
from SpineLib.doors.commands.evaluation import figures_as_json, print_figures
from SpineLib.doors.commands.projects import Folder, NamedModel
from SpineLib.doors.console import Json, print_json, say, say_notes


@evaluate.command()
def readers(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the page and the tables.")],
    answers: Annotated[
        list[Path] | None,
        typer.Option(
            "--model-answers",
            help="findings.json or predictions.csv of a model, in place of the project's; "
            "may repeat.",
        ),
    ] = None,
    named: NamedModel = "",
    as_json: Json = False,
) -> None:
    """Measure a reading project: agreement, and readers and the model against the consensus."""
    from SpineLib.projects.answers import all_answers, read_answers
    from SpineLib.projects.page import write_page
    from SpineLib.projects.project import open_project
    from SpineLib.projects.readers import evaluate_readers
    from SpineLib.projects.tables import readings_of

    opened = open_project(folder)
    kept = all_answers(opened)
    study = evaluate_readers(
        readings_of(opened, read_answers(opened, answers, named) if answers else kept), opened.title
    )
    page = write_page(study, out)
    if as_json:
        print_json({name: figures_as_json(figures) for name, figures in study.sections.items()})
        return
    for section, figures in study.sections.items():
        print_figures(figures, section)
    say_notes(study.notes)
    say(f"The page is {page}")
