"""Sizes and grades of lumbar levels against what is exactly true, from true masks and from a model's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.datasets.cases import LabelledVolume
from SpineLib.datasets.lumbar_levels import (
    ABOVE,
    LevelReaders,
    finding_of,
    grade_of,
    matched,
    patients_of,
    read_levels,
)
from SpineLib.evaluation.agreement import kappa
from SpineLib.evaluation.delong import area
from SpineLib.evaluation.statistics import bootstrap
from SpineLib.inference.forests import load_trees
from SpineLib.inference.instances import name_instances
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.lumbar import level_opinions
from SpineLib.inference.measures import Measure, measure
from SpineLib.inference.segmentation import segment
from SpineLib.models import ModelFolder
from SpineLib.progress import Progress
from SpineLib.simulate import lumbar_case
from SpineLib.simulate.cases import LumbarCase
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.tissues import SAC
from SpineLib.simulate.truth import FINE, cross_section
from SpineLib.store.files import writing_folder

MASK, MODEL, AXIAL = "true mask", "model's mask", "model's mask and axial slices"
Metric = Callable[[pd.DataFrame], float]
# What is compared, with its unit and whether the error is a share.
_SIZES = {
    "area": ("mm²", True), "ap": ("mm", False), "slip": ("mm", False), "sac_area": ("mm²", True),
}  # fmt: skip


@dataclass(frozen=True)
class LumbarFigure:
    """One figure.

    Attributes:
        mask: what was measured: `MASK` or `MODEL`.
        name: with its unit.
        interval: 95 %, patients drawn; None where there are too few.
        of: how many levels of how many patients.
    """

    mask: str
    name: str
    value: float
    interval: tuple[float, float] | None
    of: str


def simulated_rows(
    sources: Sequence[str], grader: ModelFolder, readers: LevelReaders, progress: Progress
) -> pd.DataFrame:
    """Measures simulated patients: their true masks, what a model segments, and axial slices too.

    Args:
        sources: ``simulated:lumbar-<disease>:<profile>:<count>[:<seed>]``.
        grader: a model of levels.
        readers: the models of a reading.
        progress: told of each patient.

    Returns:
        A row a level and mask, lumbar levels only: ``patient``, ``level``, ``mask``, the measured
        ``area``, ``ap``, ``slip`` and ``sac_area`` (of axial slices) with ``true_area``, ``true_ap``,
        ``true_slip`` and ``true_sac_area``, ``grade`` and ``true_grade`` (indexes), ``p_severe``; NaN
        where a level was not found. The true area is with the dura, that of the sac without, as
        `starter-cord` learnt it.
    """
    rows: list[dict[str, Any]] = []
    wanted = [patient for source in sources for patient in patients_of(source)]
    for number, (disease, profile, seed) in enumerate(progress.track(wanted, "Measuring patients")):
        case = lumbar_case(seed=seed, profile=profile, disease=disease)
        truth = case.truth
        masks = measure(case.segmentation, finding_of(case.segmentation, truth.labels))
        seen, sacs = read_levels(case, readers)
        names = matched(seen, masks)
        own = {size.label: size.name for size in masks if size.kind == "disc"}
        none: dict[int, float] = {}
        ways = (
            (MASK, masks, own, none),
            (MODEL, seen, names, none),
            (AXIAL, seen, names, sacs),
        )
        for mask, sizes, known, beside in ways:
            by_level = _by_level(sizes, known, grader, beside)
            for level in own.values():
                if level in ABOVE and _is_whole(masks, level):
                    rows.append({
                        "patient": number, "level": level, "mask": mask,
                        "weighting": case.protocol.weighting,
                        "true_area": truth.outline_area[level],
                        "true_ap": truth.outline_ap[level],
                        "true_sac_area": _sac_area(case, level),
                        "true_slip": truth.slips.get(level.split("/")[0], 0.0),
                        "true_grade": grade_of(truth.outline_area[level]),
                        **by_level.get(level, {}),
                    })  # fmt: skip
    return pd.DataFrame(rows)


def real_rows(
    volumes: Iterable[LabelledVolume], segmenter: Loaded, progress: Progress
) -> pd.DataFrame:
    """Measures the given mask and the model's of each volume; the given one counts as true.

    Args:
        volumes: with SPIDER's numbers.
        segmenter, progress: as for `simulated_rows`.
    """
    rows: list[dict[str, Any]] = []
    for number, labelled in enumerate(progress.track(list(volumes), "Measuring volumes")):
        volume, mask = labelled.open()
        given = measure(mask, finding_of(mask, {}))
        labels, finding = name_instances(segment(volume, segmenter))
        seen = measure(labels, finding)
        names = matched(seen, given)
        sizes = {names[m.label]: m for m in seen if m.label in names}
        for disc in given:
            other = sizes.get(disc.name)
            if disc.kind == "disc" and disc.canal_area and other and other.canal_area:
                rows.append({
                    "patient": number, "level": disc.name, "mask": MODEL,
                    "area": other.canal_area, "true_area": disc.canal_area,
                    "ap": other.canal_ap, "true_ap": disc.canal_ap,
                    "slip": other.slip, "true_slip": disc.slip,
                })  # fmt: skip
    return pd.DataFrame(rows)


def figures_of(table: pd.DataFrame) -> list[LumbarFigure]:
    """Median errors, bias and limits of agreement; of graded levels kappa and AUC of severe."""
    result: list[LumbarFigure] = []
    for mask, rows in table.groupby("mask", sort=False):
        measured = rows[rows["area"].notna()] if "area" in rows else rows[:0]
        of = f"{len(measured)} of {len(rows)} levels, {rows['patient'].nunique()} patients"
        for name, metric, own in _metrics(measured):
            value = metric(own)
            if np.isfinite(value):
                span = bootstrap(partial(_of_drawn, metric, own), own["patient"], draws=400)
                result.append(LumbarFigure(str(mask), name, value, span, of))
    return result


def _of_drawn(metric: Metric, own: pd.DataFrame, k: NDArray[np.intp]) -> float:
    return metric(own.iloc[k])


def _metrics(table: pd.DataFrame) -> Iterator[tuple[str, Metric, pd.DataFrame]]:
    """Name with unit, what it is computed by, and of which rows."""
    for size, (unit, share) in _SIZES.items():
        known = table[table[size].notna() & table[f"true_{size}"].notna()] if len(table) else table
        if len(known):
            shown = "%" if share else unit
            yield f"{size}, median error ({shown})", partial(_median, size=size, share=share), known
            yield f"{size}, bias ({unit})", partial(_bias, size=size), known
            yield f"{size}, limits of agreement (± {unit})", partial(_limits, size=size), known
    if "grade" in table and len(table):
        yield "grade, kappa (linear weights)", _kappa, table
        yield "grade, right (share)", _right, table
        yield "severe, AUC", _auc, table
        yield "severe, Brier score", _brier, table


def write_rows(folder: Path, table: pd.DataFrame, figures: Sequence[LumbarFigure]) -> None:
    """Writes ``levels.csv``, ``figures.csv`` and ``agreement.png`` (Bland & Altman 1986).

    Raises:
        OutputError: the folder cannot be written.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    masks = list(dict.fromkeys(table["mask"]))
    picture, axes = pyplot.subplots(len(masks), 2, figsize=(9, 3.6 * len(masks)), squeeze=False)
    for line, mask in zip(axes, masks, strict=True):
        for axis, (size, unit) in zip(line, (("area", "mm²"), ("ap", "mm")), strict=True):
            known = table[(table["mask"] == mask) & table[size].notna()]
            away = _away(known, size)
            axis.scatter((known[size] + known[f"true_{size}"]) / 2, away, s=8, color="#0072B2")
            for at in (away.mean(), *(away.mean() + n * 1.96 * away.std() for n in (-1, 1))):
                axis.axhline(at, color="#D55E00", linewidth=0.8)
            axis.set(
                title=f"{size}, {mask}", xlabel=f"mean ({unit})", ylabel=f"difference ({unit})"
            )
    picture.tight_layout()
    with writing_folder(folder) as out:
        table.to_csv(out / "levels.csv", index=False)
        pd.DataFrame([vars(figure) for figure in figures]).to_csv(out / "figures.csv", index=False)
        picture.savefig(out / "agreement.png", dpi=110)
    pyplot.close(picture)


def _sac_area(case: LumbarCase, level: str) -> float:
    """mm² of the sac in the cross-section at a disc, without its dura."""
    at = float(case.patient.spine.disc(LEVELS.index(level.split("/")[0])))
    section, _free, _outline = cross_section(case.patient, at)
    return float(np.isin(section.label, SAC).sum() * FINE**2)


def _is_whole(sizes: Sequence[Measure], level: str) -> bool:
    return any(size.name == level and not size.partial for size in sizes)


def _by_level(
    sizes: Sequence[Measure], names: dict[int, str], grader: ModelFolder, sacs: dict[int, float]
) -> dict[str, dict[str, Any]]:
    opinions = level_opinions(sizes, grader.card, load_trees(grader), sacs)
    answers = {opinion.level: opinion for opinion in opinions}
    values = grader.card.asked.values
    by_name = {}
    for size in sizes:
        answer = answers.get(size.name)
        if size.label in names and size.canal_area and answer and answer.assessed:
            by_name[names[size.label]] = {
                "area": size.canal_area, "ap": size.canal_ap, "slip": size.slip,
                "sac_area": sacs.get(size.label),
                "grade": values.index(answer.value), "p_severe": answer.probabilities[values[-1]],
            }  # fmt: skip
    return by_name


def _away(table: pd.DataFrame, size: str) -> pd.Series:
    return table[size].astype(float) - table[f"true_{size}"].astype(float)


def _bias(table: pd.DataFrame, size: str) -> float:
    return float(_away(table, size).mean())


def _limits(table: pd.DataFrame, size: str) -> float:
    """Half of the span between Bland and Altman's limits of agreement."""
    return 1.96 * float(_away(table, size).std())


def _median(table: pd.DataFrame, size: str, share: bool) -> float:
    away = _away(table, size).abs()
    return float((100 * away / table[f"true_{size}"] if share else away).median())


def _right(table: pd.DataFrame) -> float:
    return float((table["grade"] == table["true_grade"]).mean())


def _kappa(table: pd.DataFrame) -> float:
    most = 1 + int(max(table["grade"].max(), table["true_grade"].max(), 2))
    counts = np.zeros((most, most))
    np.add.at(counts, (table["true_grade"].to_numpy(int), table["grade"].to_numpy(int)), 1)
    return kappa(counts, weights="linear")


def _severe(table: pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(table["true_grade"] == 2)


def _auc(table: pd.DataFrame) -> float:
    severe = _severe(table)
    return area(severe, table["p_severe"].to_numpy(float))


def _brier(table: pd.DataFrame) -> float:
    return float(((table["p_severe"].to_numpy(float) - _severe(table)) ** 2).mean())
