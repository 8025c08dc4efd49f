"""Lumbar grades after a reader corrected the sac on axial slices; needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from SpineLib.findings import Findings
from SpineLib.inference.forests import load_trees
from SpineLib.inference.lumbar import (
    axial_quantities,
    level_opinions,
    sacs_at,
    summarise_levels,
    tell_slices,
)
from SpineLib.inference.measures import Measure
from SpineLib.models import ModelFolder, find_models
from SpineLib.models.card import LEVEL_GRADING
from SpineLib.questions import Opinion
from SpineLib.reasons import MODEL_GONE, Reason


def grade_levels_again(findings: Findings) -> None:
    """Lets the sac's area, the grade and the verdict of lumbar levels follow axial slices.

    A level whose area is what it was keeps its answer. What a reader had answered all the same
    stays marked so.

    Args:
        findings: of a reading, with what is measured on slices now; changed.
    """
    sizes = _sizes(findings)
    sacs = sacs_at(findings, sizes)
    new = axial_quantities(sizes, sacs, findings.segmentation.stack)
    before, now = (
        {
            (quantity.level, quantity.value)
            for quantity in quantities
            if quantity.key == "axial_area"
        }
        for quantities in (findings.quantities, new)
    )
    changed = {level for level, _area in before ^ now}
    if not changed:
        return
    findings.quantities = [q for q in findings.quantities if q.key != "axial_area"] + new
    models = _models(findings)
    anew: dict[tuple[str, str], Opinion] = {}
    for model in models.values():
        for opinion in level_opinions(sizes, model.card, load_trees(model), sacs):
            anew[opinion.by, opinion.level] = opinion
    findings.level_opinions = [
        _answered_again(one, anew.get((one.by, one.level))) if one.level in changed else one
        for one in findings.level_opinions
    ]
    tell_slices(findings)
    findings.summaries = [
        summarise_levels(findings, models[summary.by].card) if summary.by in models else summary
        for summary in findings.summaries
    ]


def _answered_again(before: Opinion, now: Opinion | None) -> Opinion:
    """An answer anew; without its model, which it then names, it is withheld."""
    if now is None:
        why = Reason(MODEL_GONE, {"model": before.by})
        return Opinion(
            before.question, before.by, reason=str(why), why=why,
            level=before.level, place_ras=before.place_ras,
        )  # fmt: skip
    if before.forced and now.assessed:
        return replace(now, forced=True, reason=before.reason, why=before.why)
    return now


def _models(findings: Findings) -> dict[str, ModelFolder]:
    """The models that graded the levels, by name, where they are at hand as they were."""
    used = {(model.name, model.sha256) for model in findings.models}
    asked = {opinion.by for opinion in findings.level_opinions}
    return {
        model.card.name: model
        for model in find_models(LEVEL_GRADING)
        if model.card.name in asked and (model.card.name, model.card.weights_sha256) in used
    }


def _sizes(findings: Findings) -> list[Measure]:
    """The discs as their quantities have them; a disc's three heights are their mean."""
    known = {(quantity.level, quantity.key): quantity.value for quantity in findings.quantities}
    places = {opinion.level: opinion.place_ras for opinion in findings.level_opinions}
    sizes = []
    for segment in findings.segmentation.segments:
        if segment.kind == "disc":
            height, area, depth, bulge, slip = (
                known.get((segment.name, key))
                for key in ("disc_height", "canal_area", "canal_ap", "disc_bulge", "slip")
            )
            one = Measure(
                segment.label, segment.kind, segment.name, segment.partial, segment.volume_ml,
                _point(segment.centroid_ras), height, height, height, area, depth, bulge, slip,
                canal_ras=_point(canal) if (canal := places.get(segment.name)) else None,
            )  # fmt: skip
            sizes.append(one)
    return sizes


def _point(ras: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = ras
    return x, y, z
