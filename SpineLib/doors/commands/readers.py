"""The command that measures a reading project: ``evaluate readers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.commands.evaluation import evaluate
from SpineLib.doors.commands.projects import Folder, Json, NamedModel
from SpineLib.doors.console import print_json, print_table, say


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
    from SpineLib.evaluation.report import span_of
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
        print_json({
            section: [{"name": f.name, "value": f.value, "interval": f.interval, "alone": f.alone,
                       "method": f.method, "of": f.of, "note": f.note} for f in figures]
            for section, figures in study.sections.items()
        })  # fmt: skip
        return
    for section, figures in study.sections.items():
        rows = [[f.name, f.note if f.value is None else f"{f.value:.3f}", span_of(f.interval),
                 span_of(f.alone), f.of] for f in figures]  # fmt: skip
        print_table(("figure", "value", "95 % by patient", "95 % by slice", "of"), rows, section)
    for note in study.notes:
        say(f"Note: {note}")
    say(f"The page is {page}")
