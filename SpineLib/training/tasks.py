"""From a recipe and sources of labelled data to a task, with no patient on two sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineLib.datasets.cases import LabelledSpine, LabelledStack, LabelledVolume
from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.open_volumes import (
    open_canals,
    open_outlines,
    open_spines,
    open_volumes,
)
from SpineLib.datasets.split import read_frozen, require_apart, split_by_patient
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, question_of
from SpineLib.training.recipe import Recipe
from SpineLib.training.recipe_sections import VolumeFiles

if TYPE_CHECKING:
    from SpineLib.training.task import Task

_TASKS = {
    "canal": ("SpineLib.training.canal", "CanalTask"),
    "compression": ("SpineLib.training.compression", "CompressionTask"),
    "grading": ("SpineLib.training.grading", "GradingTask"),
    "levels": ("SpineLib.training.levels", "LevelsTask"),
    "outline": ("SpineLib.training.outline", "OutlineTask"),
    "segmentation": ("SpineLib.training.segmentation", "SegmentationTask"),
}


@dataclass(frozen=True)
class Data:
    """Labelled cases for training and for validation; no patient is in both.

    Attributes:
        training, validation: what the task reads.
        record: for ``run.json``: hashes of the labels, of each split and of its patients, of the
            models that prepare the cases, and what the sources are called. Paths are left out: folders may be named after patients.
    """

    training: list[Any]
    validation: list[Any]
    record: dict[str, Any]


def task_class(recipe: Recipe) -> type[Task]:
    """The class of the recipe's task."""
    module, name = _TASKS[recipe.task]
    return getattr(import_module(module), name)


def open_data(
    recipe: Recipe,
    sources: Sequence[str],
    *,
    validation: Sequence[str] = (),
    test: str | Path | None = None,
    leave_out_test: bool = False,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Data:
    """Opens what a recipe is to be trained on and splits it by patient.

    Args:
        recipe: says which kind of data, and how the validation is split off.
        sources: see `SpineLib.datasets.open_slices` and `open_volumes` (`open_canals` for the
            canal).
        validation: sources of the validation; none splits it off ``sources``.
        test: a frozen test set (`SpineLib.datasets.split`) whose patients may not be here.
        leave_out_test: take those patients out instead of refusing them.
        cache: where simulated cases are kept between runs.
        progress: told of each patient.

    Raises:
        BadInput: a source cannot be read, or a patient is on two sides.
    """
    training = open_sources(recipe, sources, cache=cache, progress=progress)
    validating = open_sources(recipe, validation, cache=cache, progress=progress)
    frozen = None if test is None else read_frozen(test)
    if frozen is not None and leave_out_test:
        training, validating = frozen.part(training)[0], frozen.part(validating)[0]
    if frozen is not None:
        _require_untested(frozen.among(c.patient for c in (*training, *validating)))
    if not validation:
        training, validating = split_by_patient(
            training,
            share=recipe.split.validation,
            seed=recipe.seed,
            stratify=recipe.split.stratify,
        )
    require_apart(training=training, validation=validating)
    record = {
        "sources": [_called(source) for source in (*sources, *validation)],
        "splits": {"training": record_of(training), "validation": record_of(validating)},
        "test_sha256": None if frozen is None else frozen.sha256,
        "models": task_class(recipe).models_used(recipe, [*training, *validating]),
    }
    return Data(training, validating, record)


def make_task(
    recipe: Recipe, data: Data, *, cache: Path | None = None, progress: Progress | None = None
) -> Task:
    """The task that the recipe names, on its data.

    Args:
        recipe: of the task.
        data: from `open_data`.
        cache: where prepared samples may be kept.
        progress: of the preparation.

    Raises:
        BadInput: a key or value of the recipe that the task does not know, or data that it cannot
            learn from.
    """
    made = task_class(recipe)
    return made(recipe, data.training, data.validation, cache=cache, progress=progress)


def open_sources(
    recipe: Recipe,
    sources: Iterable[str],
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[Any]:
    """The labelled cases of sources, of the kind that the recipe's task learns from."""
    cases: list[Any] = []
    said = {name: str(recipe.data.get(name, "")) for name in VolumeFiles.model_fields}
    for source in sources:
        if recipe.task == "canal":
            cases += open_canals(source, **said, cache=cache, progress=progress)
        elif recipe.task == "levels":
            cases += open_spines(source, cache=cache, progress=progress)
        elif recipe.task == "outline":
            cases += open_outlines(source, cache=cache, progress=progress)
        elif recipe.task == "segmentation":
            cases += open_volumes(source, **said, cache=cache, progress=progress)
        else:
            scheme = question_of(recipe.data.get("scheme", BILSKY.key))
            cases += open_slices(
                source, task=recipe.task, scheme=scheme, cache=cache, progress=progress
            )
    return cases


def _require_untested(patients: set[str]) -> None:
    if patients:
        raise BadInput(
            f"{len(patients)} of the patients are in the frozen test set (the first: "
            f"{min(patients)})",
            advice="A model must not learn from them: give other data, or leave them out with "
            "--leave-out-test.",
        )


def record_of(cases: Sequence[LabelledSpine | LabelledStack | LabelledVolume]) -> dict[str, Any]:
    """What a run's record says of one part of the data."""
    patients = sorted({case.patient for case in cases})
    facts = sorted(json.dumps(_facts(case)) for case in cases)
    return {
        "cases": len(cases),
        "sha256": _sha256(facts),
        "patients_sha256": _sha256(patients),
        "patients": patients,
    }


def _facts(case: LabelledSpine | LabelledStack | LabelledVolume) -> list[Any]:
    labels = getattr(case, "labels", ())
    return [case.id, case.patient, [[n.index, n.value, n.reader, n.box_ras] for n in labels]]


def _sha256(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _called(source: str) -> str:
    return source if source.startswith("simulated:") else Path(source).name
