"""Runs models on labelled data as a reading does, the search for the canal included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from SpineLib.datasets.cases import LabelledStack, LabelledVolume
from SpineLib.datasets.consensus import agreed
from SpineLib.dicom.stack import Stack
from SpineLib.errors import BadInput, BadModel, NotApplicable
from SpineLib.evaluation.overlap import overlap_rows
from SpineLib.evaluation.predictions import LEVEL, UNLIKENESS, WITHHELD, Predictions, make_table
from SpineLib.inference.axial_region import seen_regions
from SpineLib.inference.canal import CanalPath, locate
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.opinions import opinions
from SpineLib.inference.segmentation import segment
from SpineLib.labels import NOT_ASSESSED
from SpineLib.models.applicability import check
from SpineLib.models.card import Card
from SpineLib.progress import Progress
from SpineLib.questions import Opinion
from SpineLib.volume import Volume

Row = dict[str, object]


def predict_slices(
    stacks: Sequence[LabelledStack],
    models: Sequence[Loaded],
    canal: Loaded,
    *,
    data: str,
    region: str = "",
    weighting: str = "",
    force: bool = False,
    progress: Progress | None = None,
) -> list[Predictions]:
    """Compression or grades of every labelled slice; each stack is opened once for all models.

    A stack that a model was not made for is left out and named, as in a reading.

    Args:
        stacks: labelled for the models' task; readers' labels are joined as in training
            (`SpineLib.datasets.consensus`).
        models: all for compression, or all for grading by one scheme.
        canal: finds the canal.
        data: the data set in words.
        region, weighting: where the data set does not say.
        force: run the models outside of what they were made for; such stacks are named as forced.
        progress: told of each stack.

    Returns:
        A table a model, in their order.

    Raises:
        BadInput: no labelled slice, or a label that is no word of the task.
        BadModel: models of different tasks or schemes.
        NotApplicable: a model was made for none of the stacks.
    """
    progress = progress or Progress()
    task, scheme = _one_task(models, ("compression", "grading")), models[0].card.scheme
    if any(m.card.scheme and scheme and m.card.scheme.values != scheme.values for m in models):
        raise BadModel("The models grade by different schemes")
    rows: list[list[Row]] = [[] for _ in models]
    left_out: list[dict[str, str]] = [{} for _ in models]
    forced: list[dict[str, str]] = [{} for _ in models]
    for stack in progress.track(stacks, "Reading labelled stacks"):
        try:
            truth = agreed(stack.labels, scheme)
        except ValueError as error:
            raise BadInput(f"A label of {stack.id} is not a word for {task}: {error}") from error
        volume = stack.open()
        path = locate(volume, canal)
        for n, model in enumerate(models):
            why = _why_not(stack, volume, model, region, weighting)
            if why:
                (forced if force else left_out)[n][stack.id] = why
            if force or not why:
                rows[n] += _slice_rows(stack, volume, path, model, truth)
    for model, own_rows, missing in zip(models, rows, left_out, strict=True):
        _require_some(model, own_rows, missing)
    return [
        Predictions(model.card, data, make_table(task, own_rows), missing, odd)
        for model, own_rows, missing, odd in zip(models, rows, left_out, forced, strict=True)
    ]


def predict_canal(
    stacks: Sequence[LabelledStack],
    models: Sequence[Loaded],
    *,
    data: str,
    progress: Progress | None = None,
) -> list[Predictions]:
    """How far the found canal is from the true one, on every slice that says where it is.

    Args:
        stacks: their labels' boxes are centred on the canal
            (`SpineLib.datasets.open_volumes.open_canals`); the centre is moved into its slice.
        models: for the canal.
        data, progress: as for `predict_slices`.

    Raises:
        BadInput: no slice says where its canal is.
    """
    progress = progress or Progress()
    _one_task(models, ("canal",))
    rows: list[list[Row]] = [[] for _ in models]
    for stack in progress.track(stacks, "Finding the canal"):
        volume = stack.open()
        centres = {
            label.index: np.mean(label.box_ras, axis=0) for label in stack.labels if label.box_ras
        }
        for n, model in enumerate(models):
            path = locate(volume, model)
            regions = seen_regions(path, volume)
            for k, centre in sorted(centres.items()):
                i, j, _ = volume.ijk(centre)
                error = float(np.linalg.norm(path.centers_ras[k] - volume.ras([i, j, k])))
                sure = float(path.confidence[k])
                row = {**_key(stack, volume, k), "error_mm": error, "confidence": sure,
                       "region_seen": regions[k]}  # fmt: skip
                rows[n].append({**_groups(stack), **row})
    return [
        Predictions(model.card, data, make_table("canal", own_rows))
        for model, own_rows in zip(models, rows, strict=True)
    ]


def predict_volumes(
    volumes: Sequence[LabelledVolume],
    models: Sequence[Loaded],
    *,
    data: str,
    tolerance: float = 2.0,
    progress: Progress | None = None,
) -> list[Predictions]:
    """Overlap and distances of every class and every structure of each volume.

    Args:
        volumes: with SPIDER's numbers.
        models: for segmentation.
        tolerance: of surface Dice, mm.
        data, progress: as for `predict_slices`.
    """
    progress = progress or Progress()
    _one_task(models, ("segmentation",))
    rows: list[list[Row]] = [[] for _ in models]
    for labelled in progress.track(volumes, "Segmenting"):
        volume, truth = labelled.open()
        _require_grid(labelled, volume, truth)
        about: Row = {"stack": labelled.id, "patient": labelled.patient, "site": labelled.site}
        for n, model in enumerate(models):
            own_rows = overlap_rows(segment(volume, model), truth, tolerance=tolerance)
            rows[n] += [{**_groups(labelled), **about, **row} for row in own_rows]
    settings = {"tolerance_mm": tolerance}
    return [
        Predictions(model.card, data, make_table("segmentation", own_rows), settings=settings)
        for model, own_rows in zip(models, rows, strict=True)
    ]


def _slice_rows(
    stack: LabelledStack, volume: Volume, path: CanalPath, model: Loaded, truth: dict[int, str]
) -> Iterator[Row]:
    # Withheld slices are answered all the same, so that errors before and after can be told.
    answers = opinions(volume, path, model, force=True)
    levels = {label.index: label.level for label in stack.labels if label.level}
    for k, value in truth.items():
        yield {
            **_groups(stack),
            **_key(stack, volume, k),
            "truth": value,
            **answer_cells(answers[k], model.card),
            "reason": "" if answers[k].assessed else answers[k].reason,
            **_unlike_cells(answers[k], model),
            **({LEVEL: levels.get(k, "")} if levels else {}),
        }


def _unlike_cells(opinion: Opinion, model: Loaded) -> Row:
    """How unlike a slice is, and why a reading would withhold it; nothing without statistics."""
    if model.known is None:
        return {}
    return {
        UNLIKENESS: opinion.unlikeness,
        WITHHELD: opinion.why.code if opinion.assessed and opinion.why else "",
    }


def answer_cells(opinion: Opinion, card: Card) -> Row:
    """What a table of predictions holds of one answer: by value, or by side and grade."""
    question, chances = card.asked, opinion.probabilities
    if not question.sides:
        return {"probability": opinion.probability, "verdict": opinion.value or NOT_ASSESSED}
    if opinion.probability is not None and len(question.values) == 2:
        low, high = question.values
        chances = {low: 1 - opinion.probability, high: opinion.probability}
    return {
        "grade": opinion.value,
        "verdict": question.side(opinion.positive) if opinion.assessed else NOT_ASSESSED,
        **{f"p_{name}": chances.get(name) for name in question.values},
    }


def _key(labelled: LabelledStack, volume: Volume, k: int) -> Row:
    frame = volume.frames[k] if volume.frames else None
    return {
        "stack": labelled.id,
        "patient": labelled.patient,
        "site": labelled.site,
        "index": k,
        "sop_instance_uid": frame.sop_instance_uid if frame else "",
        "frame": frame.number if frame else 1,
    }


def _groups(labelled: LabelledStack | LabelledVolume) -> Row:
    known: Row = dict(labelled.columns)
    if isinstance(labelled, LabelledStack):
        known = {"region": labelled.region, "weighting": labelled.weighting, **known}
    return known


def _why_not(
    stack: LabelledStack, volume: Volume, model: Loaded, region: str, weighting: str
) -> str:
    """Why the model was not made for a stack; empty where it was."""
    filled = Stack(
        plane="axial",
        weighting=weighting if weighting and stack.weighting == "unknown" else stack.weighting,
        region=region if region and stack.region == "unknown" else stack.region,
        positions=((0.0, 0.0, 0.0),) * len(volume.voxels),
    )
    why = check(model.card, filled)
    return "" if why is None else str(why)


def _one_task(models: Sequence[Loaded], tasks: tuple[str, ...]) -> str:
    first = models[0].card.task
    if first not in tasks:
        raise BadModel(f"The model {models[0].card.name} is for {first}, not for {tasks[0]}")
    for model in models:
        model.require(first)
    return first


def _require_some(model: Loaded, rows: Sequence[Row], left_out: dict[str, str]) -> None:
    if not rows and left_out:
        raise NotApplicable(
            f"The model {model.card.name} was made for none of the {len(left_out)} stacks: "
            f"{next(iter(left_out.values()))}",
            advice="Say what they are with --region and --weighting, or run it anyway with "
            "--force.",
        )


def _require_grid(labelled: LabelledVolume, volume: Volume, mask: Volume) -> None:
    if not volume.same_grid(mask):
        raise BadInput(f"The labels of {labelled.id} are on another grid than its image")
