"""From models and labelled data to an evaluation; no patient that a model learnt from is in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from SpineLib.datasets.cases import SIMULATED
from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.open_volumes import open_canals, open_spines, open_volumes
from SpineLib.datasets.split import read_frozen
from SpineLib.errors import BadInput, BadModel
from SpineLib.evaluation.canals import compare_canal, evaluate_canal
from SpineLib.evaluation.figures import Evaluation
from SpineLib.evaluation.grades import compare_grading, evaluate_grading
from SpineLib.evaluation.levels import compare_levels, evaluate_levels, predict_levels
from SpineLib.evaluation.predict import predict_canal, predict_slices, predict_volumes
from SpineLib.evaluation.predictions import Predictions, require_same_rows
from SpineLib.evaluation.segments import compare_segmentation, evaluate_segmentation
from SpineLib.evaluation.slices import compare_compression, evaluate_compression
from SpineLib.inference.grid import voxels_hash
from SpineLib.inference.loaded import load
from SpineLib.models import ModelFolder, find_models, open_model
from SpineLib.models.folder import replace_card
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY
from SpineLib.store.patients import KEY_FILE, Patients, secret_of

_COMPARE: dict[str, Callable[[Predictions, Predictions], pd.DataFrame]] = {
    "compression": compare_compression,
    "grading": compare_grading,
    "canal": compare_canal,
    "segmentation": compare_segmentation,
    "levels": compare_levels,
}
_RECORD = "run.json"  # of a training run, in whose folder its model lies


@dataclass(frozen=True)
class Asked:
    """What a person may say about the data and the run.

    Attributes:
        sources: as for `open_slices`, `open_canals` or `open_volumes`.
        title: the data set in words; empty for what the sources say.
        canal: name or folder of the model that finds the canal; empty for the bundled one.
        region, weighting: where the data do not say.
        force: run models outside of what they were made for.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        tolerance: of surface Dice, mm.
        cache: where simulated cases are kept.
        numbering, orientation: of a CSV's masks and files, where it does not say.
    """

    sources: tuple[str, ...]
    title: str = ""
    canal: str = ""
    region: str = ""
    weighting: str = ""
    force: bool = False
    device: str = "auto"
    tolerance: float = 2.0
    cache: Path | None = None
    numbering: str = ""
    orientation: str = ""


def open_models(task: str, names: Sequence[str]) -> list[ModelFolder]:
    """The models, all for the task.

    Raises:
        BadModel: there is no such model, or it is for another task.
        BadInput: none, or more than two.
    """
    if not 1 <= len(names) <= 2:
        raise BadInput(f"{len(names)} models were given", advice="Name one, or two to compare.")
    models = [open_model(name) for name in names]
    for model in models:
        if model.card.task != task:
            raise BadModel(
                f"The model {model.card.name} is for {model.card.task}, not for {task}",
                advice=f"Evaluate it with: spine evaluate {model.card.task}",
            )
    return models


def open_cases(
    models: Sequence[ModelFolder],
    asked: Asked,
    *,
    only: Path | None = None,
    without: Path | None = None,
    unseen: Sequence[str] = ("training", "validation"),
    leave_out: bool = False,
    progress: Progress | None = None,
) -> list[Any]:
    """The labelled cases, none of a patient that a model's run knows.

    Args:
        models: all for one task.
        asked: names the sources.
        only: a frozen test set (`SpineLib.datasets.split`); other patients are left out.
        without: a frozen test set none of whose patients may be here.
        unseen: parts of the models' runs whose patients may not be here.
        leave_out: leave these patients out instead of refusing them.
        progress: told of each patient.

    Raises:
        BadInput: a source cannot be read, or a patient is where none may be.
    """
    cases = [
        case for source in asked.sources for case in _opened(models[0], source, asked, progress)
    ]
    if only is not None:
        cases = read_frozen(only).part(cases)[1]
        if not cases:
            raise BadInput("None of the test set's patients is in the data", file=only)
    patients = {case.patient for case in cases}
    if without is not None:
        _refuse(read_frozen(without).among(patients), "the frozen test set")
    for model in models:
        for part, known in _learnt_from(model).items():
            if part in unseen and leave_out:
                cases = [case for case in cases if not known.hold(case.patient)]
            elif part in unseen:
                _refuse(known.among(patients), f"the {part} data of {model.card.name}")
    if not cases:
        raise BadInput(
            "The model learnt from every patient of the data", advice="Give data of other patients."
        )
    return cases


def predict(
    models: Sequence[ModelFolder],
    cases: Sequence[Any],
    asked: Asked,
    *,
    progress: Progress | None = None,
) -> list[Predictions]:
    """A table of predictions a model, in which patients are numbered in the order of the cases.

    Args:
        models: all for one task.
        cases: of `open_cases`.
        asked: how.
        progress: told of each stack or volume.

    Raises:
        BadInput: a model or an ancestor of it learnt from one of the images, as its card's lineage
            says, whoever the patient is said to be.
    """
    task = models[0].card.task
    # Tables are passed on, and a hash of a Patient ID can be tried with a list of IDs.
    numbers: dict[str, int] = {}
    for case in cases:
        numbers.setdefault(case.patient, len(numbers) + 1)
    cases = [replace(case, patient=f"P{numbers[case.patient]:04d}") for case in cases]
    seen = {model.card.name: model.card.lineage.images for model in models if model.card.lineage}
    if seen:
        cases = [replace(case, open=partial(_open_unseen, case, seen)) for case in cases]
    loaded = [load(model, asked.device) for model in models]
    data = title_of(asked)
    if task == "canal":
        return predict_canal(cases, loaded, data=data, progress=progress)
    if task == "levels":
        return predict_levels(cases, loaded, data=data, progress=progress)
    if task == "segmentation":
        return predict_volumes(
            cases, loaded, data=data, tolerance=asked.tolerance, progress=progress
        )
    finder = open_model(asked.canal) if asked.canal else find_models("canal")[0]
    return predict_slices(
        cases,
        loaded,
        load(finder, asked.device),
        data=data,
        region=asked.region,
        weighting=asked.weighting,
        force=asked.force,
        progress=progress,
    )


def evaluated(
    answers: Sequence[Predictions], *, groups: Sequence[str] | None = None
) -> tuple[list[Evaluation], pd.DataFrame | None]:
    """An evaluation a table, and the comparison where there are two.

    Args:
        answers: one or two tables of predictions, of the same rows.
        groups: columns for the subgroup table of compression; None takes all that vary.

    Raises:
        BadInput: the two tables are not of the same rows, or nothing is labelled.
    """
    if len(answers) == 2:
        require_same_rows(*answers)
    evaluations = [_evaluation(answer, groups) for answer in answers]
    if len(answers) < 2:
        return evaluations, None
    return evaluations, _COMPARE[answers[0].task](*answers)


def title_of(asked: Asked) -> str:
    """The data set in words: the title, or what the sources say."""
    if asked.title:
        return asked.title
    if all(source.startswith(SIMULATED) for source in asked.sources):
        profiles = dict.fromkeys(source.split(":")[2] for source in asked.sources)
        return f"{' and '.join(profiles)} simulated studies"
    return "labelled studies"


def write_figures(model: ModelFolder, evaluation: Evaluation) -> ModelFolder:
    """Puts the figures on the model's card, in place of those of the same data.

    Args:
        model: its card is written.
        evaluation: of this model.

    Raises:
        BadModel: the evaluation is of other weights.
        BadInput: the model was forced, so that the figures are not of what it was made for.
        OutputError: the folder cannot be written to.
    """
    if evaluation.card.weights_sha256 != model.card.weights_sha256:
        raise BadModel(
            f"The figures are of other weights than {model.card.name} has now",
            file=model.path,
            advice="Evaluate the model again.",
        )
    if evaluation.forced:
        raise BadInput(
            "Figures on images that the model was not made for do not go onto its card",
            advice="Evaluate it without --force, or without --write-card.",
        )
    others = tuple(f for f in model.card.figures if not f.on.startswith(f"{evaluation.data} ("))
    return replace_card(model, replace(model.card, figures=others + evaluation.card_figures()))


def _evaluation(predictions: Predictions, groups: Sequence[str] | None) -> Evaluation:
    if predictions.task == "compression":
        return evaluate_compression(predictions, groups=groups)
    if predictions.task == "grading":
        return evaluate_grading(predictions)
    if predictions.task == "levels":
        return evaluate_levels(predictions)
    if predictions.task == "canal":
        return evaluate_canal(predictions)
    return evaluate_segmentation(predictions)


def _opened(
    model: ModelFolder, source: str, asked: Asked, progress: Progress | None
) -> Sequence[Any]:
    task, scheme = model.card.task, model.card.scheme
    options = {"numbering": asked.numbering, "orientation": asked.orientation}
    if task == "canal":
        return open_canals(source, **options, cache=asked.cache, progress=progress)
    if task == "levels":
        return open_spines(source, cache=asked.cache, progress=progress)
    if task == "segmentation":
        return open_volumes(source, **options, cache=asked.cache, progress=progress)
    return open_slices(
        source, task=task, scheme=scheme or BILSKY, cache=asked.cache, progress=progress
    )


def _learnt_from(model: ModelFolder) -> dict[str, Patients]:
    """Patients of each part of the run that made the model, where its record lies beside it."""
    record = model.path.resolve().parent / _RECORD
    if not record.is_file():
        return {}
    try:
        data = json.loads(record.read_text(encoding="utf-8"))["data"]
        # A fine-tuning's patients are keyed as those of its data set, whose cases are held against.
        mark = "" if data.get("keyed") else str(data.get("patients_key", ""))
        secret = secret_of(mark, record.with_name(KEY_FILE))
        return {
            part: Patients(frozenset(about["patients"]), secret)
            for part, about in data["splits"].items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(
            "The record of the run that made the model does not say whom it learnt from",
            file=record,
            advice="Package the model out of its run, and make sure of the patients yourself.",
        ) from error


def _open_unseen(case: Any, seen: Mapping[str, frozenset[str]]) -> Any:
    """Opens a case whose image no model learnt from."""
    opened = case.open()
    digest = voxels_hash(opened[0] if isinstance(opened, tuple) else opened)
    for name, images in seen.items():
        if digest in images:
            raise BadInput(
                f"{name} or a model that it came from learnt from an image of {case.id}",
                advice="A model is not measured on what it learnt from: take the image out.",
            )
    return opened


def _refuse(patients: set[str], where: str) -> None:
    if patients:
        noun = "patient is" if len(patients) == 1 else "patients are"
        raise BadInput(
            f"{len(patients)} {noun} in {where} as well (the first: {min(patients)})",
            advice="A model is not measured on patients that it learnt from or was chosen by: "
            "take them out, or name the frozen test set with --split.",
        )
