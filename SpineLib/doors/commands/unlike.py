"""``evaluate unlike``: fits what a classifier knows, and measures what it then withholds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from SpineLib.doors.commands.evaluation import Cache, Canal, Out, Region, Weighting, WriteFitted
from SpineLib.doors.commands.readers import evaluate
from SpineLib.doors.console import Device, print_table, progress_bar, say
from SpineLib.errors import BadModel, BadRequest


@evaluate.command()
def unlike(
    model: Annotated[str, typer.Option(help="Name or folder of a compression or grading model.")],
    out: Out,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            help="Labelled patients like those that the model learnt from, but others; may repeat.",
        ),
    ] = None,
    limits: Annotated[
        list[str] | None,
        typer.Option(
            "--limits",
            help="Patients of other scanners, to whom the limits are fitted; may repeat.",
        ),
    ] = None,
    strangers: Annotated[
        Path | None,
        typer.Option(help="Folder, KIND/INPUT, of images like them in another weighting or spoilt."),
    ] = None,
    wrong: Annotated[
        Path | None,
        typer.Option(help="Folder of wrong inputs, KIND/INPUT: brains, knees, phantoms."),
    ] = None,
    withheld: Annotated[
        float,
        typer.Option(help="Share of the slices of --limits to withhold.", min=0.001, max=0.5),
    ] = 0.04,
    canal: Canal = "", region: Region = "", weighting: Weighting = "", device: Device = "auto",
    cache: Cache = None, write_card: WriteFitted = False,
) -> None:  # fmt: skip
    """Fit from where on images are unlike those that a model knows, and count what that withholds.

    With --data, --limits and --strangers statistics and limits are fitted, without them the model's
    own are used. OUT gets unlike.csv (a row a slice), wrong.csv (a row a kind of wrong input) and drawings.
    """
    from SpineLib.evaluation.unlike_run import measure_unlike, open_unlike

    if len({bool(data), bool(limits), bool(strangers)}) > 1:
        raise BadRequest(
            "Statistics and limits are fitted together",
            advice="Give all of --data, --limits and --strangers, or none.",
        )
    if write_card and not data:
        raise BadRequest(
            "Nothing was fitted that could be written", command="--data … --limits … --strangers …"
        )
    with progress_bar() as progress:
        how = {"canal": canal, "region": region, "weighting": weighting, "device": device,
                 "cache": cache}  # fmt: skip
        fitted = open_unlike(model, data or (), limits or (), strangers, withheld, how, progress)
        if fitted.loaded.known is None:
            raise BadModel(
                f"The model {fitted.folder.card.name} has no statistics of what it knows",
                advice="Fit them with --data, --limits and --strangers.",
            )
        tables = measure_unlike(fitted, out, wrong, progress)
    card = fitted.card
    say(
        f"Withheld are slices above {card.slice_limit:g} and stacks whose mean is above "
        f"{card.stack_limit:g} standard deviations, and stacks that look like strangers above a "
        f"logit of {card.stranger_limit:g}"
    )
    for title, table in tables.items():
        rows = [[f"{x:.3f}" if isinstance(x, float) else str(x) for x in values]
                for values in table.to_numpy(object).tolist()]  # fmt: skip
        print_table([str(name) for name in table.columns], rows, title)
    if write_card:
        fitted.write()
        say(f"Written into {fitted.folder.path}")
    say(f"Tables and drawings are in {out}")
