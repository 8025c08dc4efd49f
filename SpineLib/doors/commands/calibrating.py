"""``evaluate calibrate``: how sure a classifier says that it is, and which answers it leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from SpineLib.doors.commands.evaluation import (
    Cache,
    Canal,
    Out,
    Region,
    Weighting,
    WriteFitted,
    evaluate,
)
from SpineLib.doors.console import Device, progress_bar, say
from SpineLib.errors import BadInput, BadModel
from SpineLib.wording import count

if TYPE_CHECKING:
    from SpineLib.datasets.cases import LabelledStack
    from SpineLib.evaluation.calibration import Calibration
    from SpineLib.evaluation.evaluate import Asked
    from SpineLib.evaluation.predictions import Predictions
    from SpineLib.models import ModelFolder
    from SpineLib.progress import Progress


@evaluate.command()
def calibrate(
    model: Annotated[str, typer.Option(help="Name or folder of a compression or grading model.")],
    data: Annotated[
        list[str], typer.Option(help="Validation data, as for the other commands; may repeat.")
    ],
    out: Out,
    sets: Annotated[
        list[str] | None,
        typer.Option(help="Data that the grade sets are fitted to, as --data; patients that serve "
                     "nothing else; may repeat."),
    ] = None,
    coverage: Annotated[
        float, typer.Option(help="Promise of the sets: the share of each answer's slices that they "
                            "hold.", min=0.5, max=0.99)
    ] = 0.9,
    overall: Annotated[
        bool, typer.Option("--overall", help="Promise it of all slices together, not of each answer's.")
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(help="Of compression: probability from which a slice is compressed; the card's "
                     "if not given.", min=0.01, max=0.99),
    ] = None,
    test: Annotated[
        Path | None, typer.Option(help="Frozen test set; its patients in the data are an error.")
    ] = None,
    canal: Canal = "", region: Region = "", weighting: Weighting = "", device: Device = "auto",
    cache: Cache = None, write_card: WriteFitted = False,
) -> None:  # fmt: skip
    """Fit temperature and bias, and sets of answers that keep a promise.

    The sets are fitted to the patients of --sets; without it the model has none afterwards.
    Patients that the model learnt from are left out, where it lies in its run's folder.

    OUT gets reliability.png and the tables of predictions. With --write-card temperature, bias and
    sets go into the model's folder, and its figures, which were of the model before, are removed.
    """
    from SpineLib.evaluation.calibration import apply_calibration, fit_calibration
    from SpineLib.evaluation.evaluate import Asked, open_cases, predict
    from SpineLib.evaluation.report import write_calibration
    from SpineLib.models import open_model

    asked = Asked(tuple(data), canal=canal, region=region, weighting=weighting,
                  device=device, cache=cache)  # fmt: skip
    folder = open_model(model)
    if folder.card.task not in ("compression", "grading"):
        raise BadModel(f"A model for {folder.card.task} has no probabilities to calibrate")
    if threshold and folder.card.task != "compression":
        raise BadInput("Grades are answered without a threshold", advice="Leave --threshold out.")
    with progress_bar() as progress:
        cases = open_cases([folder], asked, without=test, unseen=("training",), leave_out=True,
                           progress=progress)  # fmt: skip
        answers = predict([folder], cases, asked, progress=progress)[0]
        calibration, apart = fit_calibration(answers), None
        calibration = replace(calibration, threshold=threshold)
        if sets:
            calibration, apart = _with_sets(calibration, folder, cases, replace(asked, sources=tuple(sets)),
                                            (coverage, not overall), test, progress)  # fmt: skip
    picture = write_calibration(out, answers, calibration, apart)
    _tell(calibration, folder)
    if write_card:
        apply_calibration(folder, calibration)
        say(f"Written into {folder.path}; its figures are removed until it is evaluated again")
    say(f"The drawing is {picture}")


def _tell(calibration: Calibration, folder: ModelFolder) -> None:
    say(
        f"Temperature {calibration.temperature:.3f} (was {folder.card.temperature:g}), bias "
        f"{calibration.bias:+.3f} (was {folder.card.bias:g}); on {calibration.slices} slices ECE {calibration.before.ece:.3f} → "
        f"{calibration.after.ece:.3f}, Brier {calibration.before.brier:.3f} → {calibration.after.brier:.3f}"
    )
    if calibration.sets:
        least = ", ".join(f"{value} from {p:.3f}" for value, p in calibration.sets.least.items())
        say(
            f"Sets that hold {100 * calibration.sets.coverage:.3g}% of {'each value' if calibration.sets.of_each else 'all slices'}: {least}; of "
            f"{count(calibration.sets.patients, 'patient')}, {count(calibration.sets.slices, 'slice')}"
        )


def _with_sets(
    fitted: Calibration, folder: ModelFolder, others: Sequence[LabelledStack], asked: Asked,
    promise: tuple[float, bool], test: Path | None, progress: Progress,
) -> tuple[Calibration, Predictions]:  # fmt: skip
    """The calibration with grade sets, fitted to patients of whom none served anything before."""
    from SpineLib.evaluation.evaluate import open_cases, predict
    from SpineLib.evaluation.grade_sets import fit_grade_sets

    cases = open_cases([folder], asked, without=test, leave_out=True, progress=progress)
    shared = {case.patient for case in cases} & {case.patient for case in others}
    if shared:
        raise BadInput(
            f"{count(len(shared), 'patient')} of --sets are in --data too",
            advice="The promise of the sets is kept by patients that nothing else was fitted to.",
        )
    apart = predict([folder], cases, asked, progress=progress)[0]
    sets = fit_grade_sets(apart, fitted.temperature, fitted.bias, promise[0], of_each=promise[1])
    return replace(fitted, sets=sets), apart
