"""Fits the grade of a lumbar level to what is measured there: a random forest, then its temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from SpineLib.datasets.lumbar_levels import (
    CUTS,
    LevelReaders,
    Levels,
    simulated_levels,
    simulated_sacs,
)
from SpineLib.inference.forests import NETWORK
from SpineLib.inference.lumbar import FEATURES, calibrated
from SpineLib.models import ModelFolder
from SpineLib.models.card import LEVEL_GRADING, Applicability, Card
from SpineLib.models.folder import write_model
from SpineLib.models.scorers import forest_trees
from SpineLib.progress import Progress
from SpineLib.questions import STENOSIS

# What the bundled model was fitted to.
SOURCES = (
    "simulated:lumbar-degenerative:standard:90:800000", "simulated:lumbar-none:standard:20:850000",
)  # fmt: skip
AXIAL_SOURCES = (
    "simulated:lumbar-degenerative:standard:23:800000", "simulated:lumbar-none:standard:6:850000",
)  # fmt: skip
# Levels near the grades' borders count more in what the axial area means, by hand.
NEAR_MM2, MORE = 130.0, 3.0
TREES, LEAF = 100, 4  # few levels are narrow: leaves of 4 still tell 75 from 80 mm²
PART = 0.25  # of the patients that the temperature is fitted on
# A segmentation draws its canal wider or narrower as a whole, and each level a little otherwise:
# so the measured sizes are scaled, by hand, that the forest looks at shares too.
COPIES, WHOLE, EACH = 3, 0.05, 0.03


def fit_level_grades(
    sources: Sequence[str],
    axial: Sequence[str],
    readers: LevelReaders,
    folder: str | Path,
    *,
    seed: int = 1,
    progress: Progress | None = None,
) -> ModelFolder:
    """Fits `STENOSIS` on simulated patients and writes the model.

    The forest learns from their own masks; what the sac's area on axial slices means is fitted to
    what the bundled models measure there.

    Args:
        sources: of the forest, as of `SpineLib.datasets.lumbar_levels.simulated_levels`.
        axial: of the axial slices, likewise.
        readers: the models that outline them.
        folder: of the model.
        seed: of chance.
        progress: told of each patient.

    Raises:
        BadInput: as `simulated_levels`.
        OutputError: the folder cannot be written.
    """
    from sklearn.ensemble import RandomForestClassifier

    rng, progress = np.random.default_rng(seed), progress or Progress()
    levels = simulated_levels(sources, progress)
    numbers = np.unique(levels.patients)
    kept = rng.choice(numbers, max(1, round(PART * len(numbers))), replace=False)
    apart = np.isin(levels.patients, kept)
    rows, grades = _varied(levels, ~apart, rng)
    forest = RandomForestClassifier(
        TREES, min_samples_leaf=LEAF, max_features=0.5, random_state=seed
    )
    forest.fit(rows, grades)
    trees = forest_trees(forest)
    temperature = _temperature(trees.predict(levels.rows[apart]), levels.grades[apart])
    import torch

    arrays = {name: torch.from_numpy(values) for name, values in trees.arrays().items()}
    card = _card(sources, axial, axial_law(*simulated_sacs(axial, readers, progress)))
    return write_model(folder, replace(card, temperature=temperature), arrays)


def axial_law(
    measured: NDArray[np.float64], true: NDArray[np.float64]
) -> dict[str, float | list[float]]:
    """How the sac's true area follows from the measured one, for `grades_by_sac`.

    Args:
        measured, true: mm², one a disc.
    """
    weights = np.where(true < NEAR_MM2, MORE, 1.0)
    x, y = np.log(measured), np.log(true)
    slope, offset = np.polyfit(x, y, 1, w=np.sqrt(weights))
    away = y - offset - slope * x
    spread = float(np.sqrt((weights * away**2).sum() / weights.sum()))
    named = {"offset": float(offset), "slope": float(slope), "spread": spread}
    return {"areas_mm2": list(CUTS), **{name: round(one, 3) for name, one in named.items()}}


def _varied(
    levels: Levels, part: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Rows as they are and scaled copies; a share of the median scales with its level only."""
    rows, grades, patients = levels.rows[part], levels.grades[part], levels.patients[part]
    copies = [rows]
    for _copy in range(COPIES):
        whole = np.exp(rng.normal(0, WHOLE, patients.max() + 1))[patients]
        each = np.exp(rng.normal(0, EACH, len(rows)))
        made = rows.copy()
        for name, factor in (("canal_area", whole * each), ("canal_ap", np.sqrt(whole * each)),
                             ("area_share", each), ("ap_share", np.sqrt(each))):  # fmt: skip
            made[:, FEATURES.index(name)] *= factor
        copies.append(made)
    return np.concatenate(copies), np.tile(grades, COPIES + 1)


def _temperature(probabilities: NDArray[np.float64], grades: NDArray[np.intp]) -> float:
    """The temperature with the least log loss (Guo et al. 2017), of 0.4 to 2.5."""
    tried = np.exp(np.linspace(np.log(0.4), np.log(2.5), 60))
    at = np.arange(len(grades))
    losses = [-np.log(calibrated(probabilities, t)[at, grades]).mean() for t in tried]
    return round(float(tried[int(np.argmin(losses))]), 3)


def _card(
    sources: Sequence[str], axial: Sequence[str], law: dict[str, float | list[float]]
) -> Card:
    return Card(
        name="starter-stenosis",
        version="1.0.0",
        title="Central stenosis at lumbar discs, from sizes of the segmentation (starter)",
        task=LEVEL_GRADING,
        starter=True,
        # On T1, sac and discs are alike dark, and a segmentation of it does not show what narrows.
        applicability=Applicability(("sagittal",), ("T2",), ("lumbar",), 5, "adults"),
        network={"name": NETWORK, "arguments": {}},
        preprocessing={"kind": "disc-sizes", "features": list(FEATURES), "axial": law},
        labels=STENOSIS.values,
        scheme=STENOSIS,
        training_data="SpineLib.simulate: the masks of lumbar spines, their exact sac areas; no "
        f"patient's images ({', '.join(sources)}); axial slices of {', '.join(axial)}, as "
        "starter-cord outlines them",
        limits="Starter model: trained on simulated anatomy only, never validated on patients, not "
        "for clinical use. The grade means the area of the dural sac at the disc, not symptoms, "
        "morphology (Schizas, Lee), recesses or foramina. Without axial slices it is as good as the "
        "segmentation: starter-segmentation draws narrow canals too wide, so that severe levels are "
        "missed. With axial slices two of eleven severe levels are called moderate.",
        licence="Apache-2.0",
        citation=STENOSIS.source,
        weights_sha256="",
    )
