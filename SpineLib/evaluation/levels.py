"""Levels: vertebrae named right, wrongly or not at all, discs' places, axial slices, what is unusual."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib import reasons
from SpineLib.datasets.cases import LabelledSpine
from SpineLib.evaluation.figures import Evaluation, Figure, measured, share
from SpineLib.evaluation.level_pictures import Picture, pictures, regions_of
from SpineLib.evaluation.predictions import Predictions, make_table, require_same_rows
from SpineLib.evaluation.slices import comparison_table
from SpineLib.evaluation.statistics import bootstrap_difference
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.localising import LEAST_SLICES, levels_of, placed
from SpineLib.inference.spine_levels import SpineLevels
from SpineLib.inference.spine_search import search_spine
from SpineLib.levels import LevelsFinding
from SpineLib.progress import Progress

# A found vertebra or disc within so much of a true one is that one, mm in the sagittal plane.
NEAR_MM = 10.0
_NUMBER = re.compile(r"\d+$")
# A stack of another Frame of Reference: how far its canal's centres are off on each axis (the
# localiser's median error of 1.1 mm in the slice, docs/models.md), and a shift to be found, mm.
_CENTER_MM, _SHIFT_MM = 0.9, 10.0
# What says each variant.
_SAID = {
    "sacralised": (reasons.FEWER_THAN_USUAL, reasons.TRANSITIONAL),
    "lumbarised": (reasons.MORE_THAN_USUAL, reasons.TRANSITIONAL),
    "fused": (reasons.BLOCK_VERTEBRA, reasons.MISSING_DISC),
}
_ODD = (
    reasons.FEWER_THAN_USUAL, reasons.MORE_THAN_USUAL, reasons.TRANSITIONAL, reasons.BLOCK_VERTEBRA,
)  # fmt: skip


def predict_levels(
    cases: Sequence[LabelledSpine],
    models: Sequence[Loaded],
    *,
    data: str,
    progress: Progress | None = None,
) -> list[Predictions]:
    """Rows of every vertebra, disc, axial slice and picture, in four views of each spine.

    Args:
        cases: whole spines.
        models: for levels.
        data: the data set in words.
        progress: told of each spine.
    """
    progress = progress or Progress()
    rows: list[list[dict[str, object]]] = [[] for _ in models]
    last: dict[str, NDArray[np.float64]] = {}
    for case in progress.track(cases, "Finding levels"):
        volume, truth = case.open()[0], case.truth()
        seed = int(match[0]) if (match := _NUMBER.search(case.id)) else 0
        others = {}
        for picture in pictures(volume, truth, seed=seed):
            others[picture.view] = picture.centers
            about = {"stack": f"{case.id} {picture.view}", "patient": case.patient,
                     "site": case.site, "view": picture.view, "variant": truth.variant,
                     "weighting": truth.weighting}  # fmt: skip
            for n, model in enumerate(models):
                finding = levels_of({"1": search_spine(picture.volume, model)})
                placed_ = _placings(picture, finding, last.get(picture.view), seed)
                rows[n] += [{**about, **row} for row in (*_rows(picture, finding), *placed_)]
        last = others
    return [
        Predictions(model.card, data, make_table("levels", own_rows))
        for model, own_rows in zip(models, rows, strict=True)
    ]


def _rows(picture: Picture, finding: LevelsFinding) -> list[dict[str, Any]]:
    rows = [_body(body, finding) for body in picture.bodies]
    rows += [_disc(disc, finding) for disc in picture.discs]
    levels = SpineLevels(finding)
    for point, normal, names in picture.slices:
        level = levels.at(point, normal)
        rows.append(
            _row("slice", "|".join(sorted(names)), level.name, right=level.name in names,
                 region=level.region, region_right=level.region in regions_of(names))
        )  # fmt: skip
    answered = {anomaly.code for anomaly in finding.unusual}
    kinds = _unusual(picture)
    codes = {code for kind in kinds for code in _SAID[kind]}
    rows.append(
        _row(
            "picture",
            "|".join(kinds) or "none",
            "|".join(sorted(answered)),
            right=all(answered & set(_SAID[kind]) for kind in kinds)
            if kinds
            else not answered & set(_ODD) - codes,
        )
    )
    return rows


def _placings(
    picture: Picture, finding: LevelsFinding, other: NDArray[np.float64] | None, seed: int
) -> list[dict[str, Any]]:
    """Whether axial stacks of other Frames of Reference are taken for what they are.

    The same patient's where it lies, and shifted at right angles to the canal; and that of the last
    patient, laid about the same middle, which is worse than what another sitting gives.
    """
    course, centers = np.array(finding.course), picture.centers
    if len(course) < 2 or len(centers) < LEAST_SLICES:
        return []
    rng = np.random.default_rng((seed, 78))
    measured = centers + rng.normal(0, _CENTER_MM, centers.shape)
    way = centers[-1] - centers[0]
    side = np.cross(way, rng.normal(size=3))
    moved = _SHIFT_MM * side / np.linalg.norm(side)
    cases = [("same", measured, reasons.ON_COURSE), ("shifted", measured + moved,
             reasons.SHIFTED_ON_COURSE)]  # fmt: skip
    if other is not None and len(other) >= LEAST_SLICES:
        there = other - other.mean(0) + centers.mean(0)
        cases.append(("other", there + rng.normal(0, _CENTER_MM, there.shape), reasons.OFF_COURSE))
    rows = []
    for truth, places, code in cases:
        answer = placed(places, course)[0].code
        rows.append(_row("placing", truth, answer, right=answer == code))
    return rows


def _unusual(picture: Picture) -> list[str]:
    """What is unusual in a picture, and can be seen in it."""
    variant, marks = picture.truth.variant, picture.truth.marks
    kinds = [variant] if variant in _SAID and picture.view in ("whole", "lumbar") else []
    seen = {body.name for body in picture.bodies}
    bodies = [mark.name for mark in marks if mark.kind == "body"]
    blocks = [mark.name for mark in marks if mark.state == "fused"]
    block = any({name, bodies[bodies.index(name) + 1]} <= seen for name in blocks)
    return [*(kind for kind in kinds if kind != "fused"), *(["fused"] if block else [])]


def _body(mark: Any, finding: LevelsFinding) -> dict[str, Any]:
    near = [
        vertebra
        for vertebra in finding.vertebrae
        if vertebra.ras and _away(vertebra.ras, mark.ras) < NEAR_MM
    ]
    best = min(near, key=lambda vertebra: _away(vertebra.ras, mark.ras), default=None)
    answer = best.name if best else ""
    return _row("vertebra", mark.name, answer, right=answer == mark.name, found=best is not None)


def _disc(mark: Any, finding: LevelsFinding) -> dict[str, Any]:
    away = [
        _away(vertebra.disc_ras, mark.ras) for vertebra in finding.vertebrae if vertebra.disc_ras
    ]
    error = min(away, default=np.inf)
    is_found = error < NEAR_MM
    return _row("disc", mark.name, "", found=is_found, error=float(error) if is_found else np.nan)


def _row(
    kind: str, truth: str, answer: str, *, right: bool = False, found: bool = True,
    error: float = np.nan, region: str = "", region_right: bool = False,
) -> dict[str, Any]:  # fmt: skip
    return {
        "kind": kind, "truth": truth, "answer": answer, "right": right, "found": found,
        "error_mm": error, "region": region, "region_right": region_right,
    }  # fmt: skip


def _away(first: Any, second: Any) -> float:
    return float(np.linalg.norm(np.subtract(first, second)[1:]))


def evaluate_levels(predictions: Predictions) -> Evaluation:
    """Shares named wrongly and withheld, places of discs, levels and regions of slices, anomalies.

    Raises:
        BadModel: predictions of a model for another task.
    """
    table, card = predictions.table, predictions.card
    predictions.require("levels")
    figures = [*_overall(table)]
    for view in table["view"].unique():
        figures += _of_view(table[table["view"] == view], view)
    by = table.groupby(["view", "variant", "kind"], sort=True)
    counted = by.agg(rows=("right", "size"), right=("right", "mean"), found=("found", "mean"))
    return Evaluation(
        card, predictions.data, table["patient"].nunique(), len(table), tuple(figures),
        {"views": counted.reset_index()},
        (
            "Each spine is seen in four views: whole, cervical, thoracic and lumbar. A thoracic view "
            "shows neither C2 nor the sacrum, so that its levels cannot be known.",
            "A slice's level is right where it names what lies within 2 mm of the slice.",
        ),
    )  # fmt: skip


def _overall(table: pd.DataFrame) -> list[Figure]:
    kind, patients = table["kind"].to_numpy(str), table["patient"].to_numpy(str)
    answered, right = table["answer"].to_numpy(str) != "", table["right"].to_numpy(bool)
    disc = (kind == "disc") & table["found"].to_numpy(bool)
    errors = table["error_mm"].to_numpy(float)[disc]
    anchored = table["view"].to_numpy(str) != "thoracic"
    unusual = (kind == "picture") & (table["truth"].to_numpy(str) != "none")
    usual = (kind == "picture") & ~unusual
    regions = table["region"].to_numpy(str) != ""

    def percentile(part: float) -> Figure:
        def metric(k: NDArray[np.intp]) -> float:
            return float(np.percentile(errors[k], part)) if len(k) else np.nan

        name = f"disc centres, {'median' if part == 50 else f'{part:g}th percentile'} (mm)"
        return measured(name, metric, patients[disc], of=f"{disc.sum()} discs", missing="no disc",
                        card=True)  # fmt: skip

    def of(name: str, hit: Any, rows: Any, noun: str) -> Figure:
        return share(name, hit, rows, patients, missing="there is none", noun=noun, card=True)

    slices = kind == "slice"
    return [
        of("vertebrae named wrongly", answered & ~right, kind == "vertebra", "vertebrae"),
        of("vertebrae without a name, C2 or sacrum in the picture", ~answered,
           (kind == "vertebra") & anchored, "vertebrae"),
        of("vertebrae without a name", ~answered, kind == "vertebra", "vertebrae"),
        of("discs found", table["found"].to_numpy(bool), kind == "disc", "discs"),
        percentile(50), percentile(95),
        of("axial slices' levels right, of those that are answered", right, slices & answered, "slices"),
        of("axial slices' levels answered, C2 or sacrum in the picture", answered,
           slices & anchored, "slices"),
        of("axial slices' regions right, of those that are answered",
           table["region_right"].to_numpy(bool), slices & regions, "slices"),
        of("axial slices' regions answered", regions, slices, "slices"),
        *(of(f"stacks of another frame of reference: {text}", right if hit else ~right,
             (kind == "placing") & (table["truth"].to_numpy(str) == truth), "stacks")
          for truth, text, hit in (("same", "levels carried over", True),
                                   ("shifted", "their shift found", True),
                                   ("other", "carried over although of another patient", False))),
        of("unusual anatomy said", right, unusual, "pictures"),
        of("usual anatomy called unusual", ~right, usual, "pictures"),
    ]  # fmt: skip


def _of_view(table: pd.DataFrame, view: str) -> list[Figure]:
    kind, patients = table["kind"].to_numpy(str), table["patient"].to_numpy(str)
    answered, right = table["answer"].to_numpy(str) != "", table["right"].to_numpy(bool)
    rows = kind == "vertebra"
    hits = {"named wrongly": answered & ~right, "without a name": ~answered}
    return [
        share(f"{view}: vertebrae {what}", hit, rows, patients, missing="there is none",
              noun="vertebrae")
        for what, hit in hits.items()
    ]  # fmt: skip


def compare_levels(first: Predictions, second: Predictions) -> pd.DataFrame:
    """Two models on the same pictures: the share of vertebrae that are named right.

    Raises:
        BadInput: the tables hold other rows.
    """
    require_same_rows(first, second)
    rows = first.table["kind"].to_numpy(str) == "vertebra"
    a, b = (p.table["right"].to_numpy(bool)[rows] for p in (first, second))

    def mean(right: NDArray[np.bool_]) -> Any:
        return lambda k: float(right[k].mean())

    test = bootstrap_difference(mean(a), mean(b), first.table["patient"][rows])
    return comparison_table([("vertebrae named right", test)] if test else [])
