"""Measured quantities against what is true: simulated studies, and cord masks of real slices."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.datasets.cases import SIMULATED
from SpineLib.datasets.nifti import open_axial_masks
from SpineLib.datasets.simulated import parse
from SpineLib.evaluation.delong import auc
from SpineLib.evaluation.drawings import COLORS, new_figure, to_png
from SpineLib.evaluation.predictions import write_table
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.inference.canal import locate
from SpineLib.inference.cord import measure_stack
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.opinions import opinions
from SpineLib.inference.outline_map import CORD_LABEL, slices_of
from SpineLib.inference.quantities import measure_slices
from SpineLib.inference.second_opinion import QUESTION
from SpineLib.inference.study_quantities import complete
from SpineLib.progress import Progress
from SpineLib.quantities import value_of
from SpineLib.questions import COMPRESSION
from SpineLib.simulate import axial_case
from SpineLib.simulate.cases import AxialCase
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.store.files import writing
from SpineLib.volume import Volume, resample

Row = dict[str, Any]
# Slices beside a disc are those within so many mm of its middle, as the equation's were.
_BESIDE_MM = 3.0


@dataclass(frozen=True)
class Readers:
    """The models of a reading that are measured together.

    Attributes:
        canal, outline, compression: finds the canal, outlines, answers whether the cord is compressed.
    """

    canal: Loaded
    outline: Loaded
    compression: Loaded


def measure_sources(
    sources: Sequence[str], readers: Readers, *, progress: Progress | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reads every study of the sources as a reading does.

    Args:
        sources: ``simulated:REGION-DISEASE:PROFILE:COUNT[:SEED]``, or a CSV of images and cord masks
            (`SpineLib.datasets.nifti`).
        readers: the models.
        progress: told of each study.

    Returns:
        A row a slice, and a row a study.

    Raises:
        BadInput: a source cannot be read.
    """
    progress = progress or Progress()
    slices: list[Row] = []
    studies: list[Row] = []
    for source in sources:
        if not source.startswith(SIMULATED):
            for pair, volume, cord in progress.track(open_axial_masks(source), "Measuring masks"):
                slices += _masked(pair.id, volume, cord, readers)
            continue
        request = parse(source)
        for n in progress.track(range(request.count), "Measuring simulated studies"):
            case = axial_case(
                request.region, request.disease, seed=request.seed + n, profile=request.profile
            )
            own, study = _simulated(case, readers)
            slices += own
            studies.append(study)
    return pd.DataFrame(slices), pd.DataFrame(studies)


def figures_of(slices: pd.DataFrame, studies: pd.DataFrame) -> dict[str, float | int]:
    """The figures of both tables; what nothing was measured for is left out."""
    figures: dict[str, float | int] = {}
    for kind, part in slices.groupby("kind"):
        figures[f"slices, {kind}"] = len(part)
        figures[f"measured, {kind}"] = float(part["cord_ap"].notna().mean())
        for key, relative in (("cord_ap", False), ("cord_area", True), ("sac_area", True)):
            if f"{key}_true" not in part:
                continue
            both = part[[key, f"{key}_true"]].dropna()
            if len(both):
                figures |= _agreement(both, key, str(kind), relative)
        if "dice" in part and part["dice"].notna().any():
            figures[f"Dice of the cord, median of slices, {kind}"] = float(part["dice"].median())
            pooled = part.groupby("study")[["shared", "both"]].sum()
            for study, row in pooled.iterrows():
                figures[f"Dice of the cord, {study}"] = float(2 * row["shared"] / row["both"])
            figures[f"Dice of the cord, mean of studies, {kind}"] = float(
                (2 * pooled["shared"] / pooled["both"]).mean()
            )
    return figures | _of_studies(studies) | _opinions(slices)


def draw_agreement(slices: pd.DataFrame, key: str, unit: str) -> bytes:
    """Bland and Altman's drawing (1986, Lancet 327:307) of a quantity, as PNG."""
    figure, (axes,) = new_figure((5.8, 4))
    for (kind, part), color in zip(slices.groupby("kind"), COLORS, strict=False):
        both = part[[key, f"{key}_true"]].dropna().to_numpy(float)
        if not len(both):
            continue
        away = both[:, 0] - both[:, 1]
        axes.plot(both.mean(axis=1), away, ".", color=color, alpha=0.5, label=f"{kind}")
        low, high = limits(away)
        for height, style in ((away.mean(), "-"), (low, "--"), (high, "--")):
            axes.axhline(height, color=color, linestyle=style, linewidth=1)
    axes.set(xlabel=f"mean of measured and true ({unit})", ylabel=f"measured - true ({unit})")
    axes.legend(fontsize=8)
    return to_png(figure)


def limits(away: NDArray[np.float64]) -> tuple[float, float]:
    """Bland and Altman's 95 % limits of agreement of differences."""
    spread = 1.96 * float(away.std(ddof=1)) if len(away) > 1 else 0.0
    return float(away.mean()) - spread, float(away.mean()) + spread


def _agreement(both: pd.DataFrame, key: str, kind: str, relative: bool) -> dict[str, float | int]:
    away = (both[key] - both[f"{key}_true"]).to_numpy(float)
    scale = 100 / both[f"{key}_true"].to_numpy(float) if relative else 1.0
    low, high = limits(away)
    what = f"{key}, {kind}"
    return {
        f"median error{' %' if relative else ''}, {what}": float(np.median(np.abs(away) * scale)),
        f"mean difference, {what}": float(away.mean()),
        f"lower limit, {what}": low,
        f"upper limit, {what}": high,
    }


def _of_studies(studies: pd.DataFrame) -> dict[str, float | int]:
    if studies.empty:
        return {}
    figures: dict[str, float | int] = {
        "time, as a share of finding the canal and asking for compression": float(
            studies["seconds_measuring"].sum() / studies["seconds_reading"].sum()
        )
    }
    both = studies[["mscc", "mscc_true"]].dropna()
    both = both[both["mscc_true"] > 0]
    if len(both):
        away = (both["mscc"] - both["mscc_true"]).abs()
        figures["studies with compression"] = len(both)
        figures["median error of MSCC, points"] = float(away.median())
    return figures


def _opinions(slices: pd.DataFrame) -> dict[str, float | int]:
    """AUC of network and equation on the slices that both answered."""
    if "p_shape" not in slices:
        return {}
    both = slices[["p_network", "p_shape", "compressed"]].dropna()
    truth = both["compressed"].to_numpy(bool)
    if not len(both) or truth.all() or not truth.any():
        return {}
    return {
        "slices that network and equation answered": len(both),
        "AUC of the network": auc(truth, both["p_network"].to_numpy(float)).value,
        "AUC of the equation": auc(truth, both["p_shape"].to_numpy(float)).value,
    }


def _simulated(case: AxialCase, readers: Readers) -> tuple[list[Row], Row]:
    started = time.process_time()
    canal = locate(case.volume, readers.canal)
    answers = opinions(case.volume, canal, readers.compression)
    read = time.process_time() - started
    slices = [
        SliceFinding(t.index, "", 1, list(t.position_ras), level=_level(case, t.canal_center_ras),
                     opinions=[answer])
        for t, answer in zip(case.slices, answers, strict=True)
    ]  # fmt: skip
    stack = StackFindings(
        "1", region=case.region, spacing=[float(x) for x in case.volume.spacing],
        chosen_for=[COMPRESSION.key], slices=slices,
    )  # fmt: skip
    findings = Findings([stack])
    started = time.process_time()
    measure_stack(case.volume, canal, readers.outline, stack)
    complete(findings)
    measuring = time.process_time() - started
    name = f"{case.region}-{case.disease}-{case.profile}-{case.seed}"
    rows = [
        {
            "study": name, "kind": "simulated", "index": t.index, "level": finding.level,
            **{q.key: q.value for q in finding.quantities},
            "cord_ap_true": t.cord_ap or None, "cord_area_true": t.cord_area or None,
            "sac_area_true": t.cord_area + t.csf_area, "compressed": t.compressed,
            "p_network": answer.probability, "p_shape": _chance(finding),
        }
        for t, finding, answer in zip(case.slices, slices, answers, strict=True)
    ]  # fmt: skip
    truths = [t.mscc for t in case.slices if t.mscc is not None]
    study = {
        "study": name,
        "mscc": value_of(findings.quantities, "mscc"),
        "mscc_true": max(truths, default=None),
        "seconds_reading": read,
        "seconds_measuring": measuring,
    }
    return rows, study


def _chance(finding: SliceFinding) -> float | None:
    opinion = finding.opinion(QUESTION.key)
    return opinion.probability if opinion else None


def _level(case: AxialCase, point: tuple[float, float, float]) -> str:
    """The disc beside which a slice lies, else the vertebra."""
    spine = case.patient.spine
    s = float(spine.coordinates(np.array([point], np.float32))[2][0])
    for n, (above, below) in enumerate(pairwise(LEVELS)):
        if abs(s - spine.disc(n)) <= _BESIDE_MM:
            return f"{above}/{below}"
    return spine.level(s)


def _masked(name: str, volume: Volume, cord: Volume, readers: Readers) -> list[Row]:
    """Slices with a mask of the cord."""
    truth = cord.with_voxels((cord.voxels > 0).astype(np.uint8) * CORD_LABEL)
    true = measure_slices(slices_of(truth))
    canal = locate(volume, readers.canal)
    stack = StackFindings("1", slices=[
        SliceFinding(k, "", 1, [float(x) for x in volume.slice_center(k)])
        for k in range(len(volume.voxels))
    ])  # fmt: skip
    labels = measure_stack(volume, canal, readers.outline, stack)
    answer = resample(labels, cord, nearest=True).voxels == CORD_LABEL
    rows = []
    for k in np.flatnonzero(truth.voxels.any(axis=(1, 2))):
        own, mask = answer[k], truth.voxels[k] > 0
        shared, both = int((own & mask).sum()), int(own.sum() + mask.sum())
        rows.append(
            {
                "study": name, "kind": "masks", "index": int(k),
                **{q.key: q.value for q in stack.slices[k].quantities},
                "cord_ap_true": value_of(true[k], "cord_ap"),
                "cord_area_true": value_of(true[k], "cord_area"),
                "shared": shared, "both": both, "dice": 2 * shared / both,
            }
        )  # fmt: skip
    return rows


def write_quantities(out: Path, slices: pd.DataFrame, studies: pd.DataFrame) -> None:
    """Writes both tables and the drawings into a folder.

    Raises:
        OutputError: the folder cannot be written to.
    """
    for name, table in (("slices", slices), ("studies", studies)):
        if not table.empty:
            write_table(table, out / f"{name}.csv")
    for key, unit in (("cord_ap", "mm"), ("cord_area", "mm²")):
        with writing(out / f"{key}.png") as temporary:
            temporary.write_bytes(draw_agreement(slices, key, unit))
