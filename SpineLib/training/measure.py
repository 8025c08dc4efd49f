"""Measures starter models on simulated studies that training never saw; fills in their cards.

``python -m SpineLib.training.measure FOLDER --models Resources/Models``
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize

from SpineLib.dicom import open_volume_file
from SpineLib.files import writing
from SpineLib.inference.canal import CanalPath, locate
from SpineLib.inference.compression import assess
from SpineLib.inference.grading import grade
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.windows import network_input
from SpineLib.labels import BILSKY, COMPRESSED
from SpineLib.models import open_folder, write_model
from SpineLib.models.card import Figure
from SpineLib.simulate import axial_case
from SpineLib.volume import Volume

KINDS = (
    ("cervical", "degenerative"),
    ("cervical", "none"),
    ("thoracic", "metastatic"),
    ("cervical", "degenerative"),
    ("thoracic", "degenerative"),
    ("thoracic", "metastatic"),
)
_BORDERLINE = 0.4  # of the way to the threshold, in probability


@dataclass(frozen=True)
class Study:
    """A simulated axial stack and, slice by slice, its truth.

    Attributes:
        truth: ``sac_center_ras``, ``compressed``, ``bilsky`` of each slice.
    """

    volume: Volume
    truth: list[dict[str, Any]]
    region: str
    disease: str


def studies(folder: Path, profile: str, count: int, first_seed: int) -> Iterator[Study]:
    """``count`` whole studies of ``KINDS`` in turn; simulated where ``folder`` has none yet."""
    for n in range(count):
        region, disease = KINDS[n % len(KINDS)]
        path = folder / f"{profile}-{first_seed + n}.npz"
        if not path.exists():
            case = axial_case(region, disease, seed=first_seed + n, profile=profile)
            truth = json.dumps([one.to_dict() for one in case.slices])
            with writing(path) as temporary:
                np.savez(
                    temporary,
                    voxels=case.volume.voxels,
                    matrix=case.volume.ijk_to_ras,
                    truth=np.array(truth),
                )
        with np.load(path, allow_pickle=False) as held:
            volume = Volume(held["voxels"], held["matrix"])
            yield Study(volume, json.loads(str(held["truth"])), region, disease)


def bootstrap(
    metric: Callable[[NDArray], float], groups: NDArray, *, draws: int = 500, seed: int = 0
) -> tuple[float, ...]:
    """95 % percentile interval of a metric over patients drawn with replacement.

    Args:
        metric: from indices of slices to the figure; NaN where it cannot be computed.
        groups: the patient of each slice.
        draws: number of resamplings.
        seed: of the drawing.
    """
    rng = np.random.default_rng(seed)
    of_patient = [np.flatnonzero(groups == g) for g in np.unique(groups)]
    values = []
    for _ in range(draws):
        picked = rng.integers(0, len(of_patient), len(of_patient))
        values.append(metric(np.concatenate([of_patient[p] for p in picked])))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)


def canal_errors(found: Sequence[tuple[Study, CanalPath]]) -> NDArray[np.float64]:
    """Millimetres between the found and the true centre of the sac of each slice."""
    return np.concatenate(
        [
            np.linalg.norm(path.centers_ras - [t["sac_center_ras"] for t in s.truth], axis=1)
            for s, path in found
        ]
    )


def canal_figures(found: Sequence[tuple[Study, CanalPath]], on: str) -> tuple[Figure, ...]:
    """Median and 95th percentile of the error, and the share of slices within 3 mm."""
    errors = canal_errors(found)
    on = f"{on} ({len(found)} studies, {len(errors)} slices)"
    return (
        Figure("median error (mm)", round(float(np.median(errors)), 2), on),
        Figure("95th percentile of the error (mm)", round(float(np.percentile(errors, 95)), 2), on),
        Figure("slices within 3 mm", round(float((errors <= 3).mean()), 3), on),
    )


def cord_figures(pairs: Sequence[tuple[Path, Path]], canal: Loaded) -> tuple[Figure, ...]:
    """How far the canal's centre is from the cord's on real slices, where masks are given.

    Args:
        pairs: image and cord mask of axial slices, NIfTI, NRRD or MetaImage.
        canal: the model.
    """
    errors = []
    for image, mask in pairs:
        (_, slices), (_, cord) = (open_volume_file(one, plane="axial") for one in (image, mask))
        path = locate(slices, canal)
        for k in np.flatnonzero(cord.voxels.any(axis=(1, 2))):
            j, i = np.argwhere(cord.voxels[k] > 0).mean(axis=0)
            errors.append(float(np.linalg.norm(path.centers_ras[k] - cord.ras([i, j, k]))))
    on = f"spinal cord masks of {len(pairs)} real axial series ({len(errors)} slices)"
    return (
        Figure("median distance to the cord's centre (mm)", round(float(np.median(errors)), 2), on),
        Figure("slices within 3 mm", round(float(np.mean(np.array(errors) <= 3)), 3), on),
    )


def compression_figures(
    found: Sequence[tuple[Study, CanalPath]], loaded: Loaded, on: str
) -> tuple[Figure, ...]:
    """AUC, sensitivity and specificity a slice, canal search included."""
    from sklearn.metrics import roc_auc_score

    truth, probability, flagged, patient = [], [], [], []
    for n, (study, path) in enumerate(found):
        for one, t in zip(assess(study.volume, path, loaded), study.truth, strict=True):
            truth.append(t["compressed"])
            # A slice without a canal is not flagged: it counts as a miss or a rejection.
            probability.append(one.probability or 0.0)
            flagged.append(one.verdict == COMPRESSED)
            patient.append(n)
    y, p, f, g = (np.array(a) for a in (truth, probability, flagged, patient))
    on = f"{on} ({len(found)} studies, {y.sum()} of {len(y)} slices compressed)"

    def auc(k: NDArray) -> float:
        return roc_auc_score(y[k], p[k]) if 0 < y[k].sum() < len(k) else np.nan

    metrics: dict[str, Callable[[NDArray], float]] = {
        "AUC": auc,
        "sensitivity": lambda k: float(f[k][y[k]].mean()) if y[k].any() else np.nan,
        "specificity": lambda k: float(1 - f[k][~y[k]].mean()),
    }
    return _figures(metrics, g, on)


def grading_figures(
    found: Sequence[tuple[Study, CanalPath]], loaded: Loaded, on: str
) -> tuple[Figure, ...]:
    """Cohen's κ of low against high, linearly weighted κ of the grades, share within one grade.

    These are of slices with a metastasis; the last figure is of the others.
    """
    from sklearn.metrics import cohen_kappa_score

    rows, spared = [], []
    for n, (study, path) in enumerate(found):
        answers = grade(study.volume, path, loaded)
        for one, t in zip(answers, study.truth, strict=True):
            if not t["bilsky"] and one.grade:
                spared.append(one.verdict == "low")
            elif one.grade:
                index = BILSKY.grades.index
                rows.append((index(t["bilsky"]), index(one.grade), one.verdict == "high", n))
    y, p, high, g = np.array(rows, dtype=int).T
    on = f"{on} ({len(set(g.tolist()))} studies, {len(y)} slices with a metastasis)"
    metrics: dict[str, Callable[[NDArray], float]] = {
        "κ low/high": lambda k: cohen_kappa_score(y[k] >= BILSKY.first_high, high[k] > 0),
        "linearly weighted κ of six grades": lambda k: cohen_kappa_score(
            y[k], p[k], weights="linear", labels=range(6)
        ),
        "share within one grade": lambda k: float((np.abs(y[k] - p[k]) <= 1).mean()),
    }
    beside = f"slices without a tumour in the same studies ({len(spared)} slices)"
    low = Figure("share called low", round(float(np.mean(spared)), 3), beside)
    return (*_figures(metrics, g, on), low)


def calibrate(
    found: Sequence[tuple[Study, CanalPath]], loaded: Loaded
) -> tuple[float, NDArray[np.float64]]:
    """Temperature, and what to add to each logit, for honest probabilities on whole studies.

    Temperature scaling (Guo et al. 2017). For compression a bias beside it puts the share of
    compressed slices in studies back, since training shows both classes equally often (Platt
    1999). Grades get none, so that the nearest prototype wins.

    Returns:
        The temperature, and a bias for each logit that is added before the division by it.
    """
    logits, targets = [], []
    for study, path in found:
        chosen, target = _targets(study, loaded.card.task)
        batch = network_input(study.volume, path.centers_ras, loaded.card.preprocessing)
        logits.append(loaded.run(batch[chosen]).double().numpy())
        targets.append(target)
    x, y = np.concatenate(logits), np.concatenate(targets)

    def loss(parameters: NDArray) -> float:
        z = x.copy()
        z[:, 1 : len(parameters)] += parameters[1:]
        z /= np.exp(parameters[0])
        log_sum = np.logaddexp.reduce(z, axis=1)
        return float((log_sum - z[np.arange(len(y)), y]).mean())

    free = x.shape[1] if loaded.card.task == "compression" else 1
    best = minimize(loss, np.zeros(free), method="Nelder-Mead").x
    bias = np.zeros(x.shape[1])
    bias[1:free] = best[1:]
    return float(np.exp(best[0])), bias


def _targets(study: Study, task: str) -> tuple[NDArray, NDArray]:
    if task == "compression":
        y = np.array([t["compressed"] for t in study.truth], dtype=int)
        return np.arange(len(y)), y
    chosen = [k for k, t in enumerate(study.truth) if t["bilsky"]]
    return np.array(chosen, int), np.array(
        [BILSKY.grades.index(study.truth[k]["bilsky"]) for k in chosen], int
    )


def _figures(
    metrics: dict[str, Callable[[NDArray], float]], groups: NDArray, on: str
) -> tuple[Figure, ...]:
    every = np.arange(len(groups))
    return tuple(
        Figure(name, round(float(metric(every)), 3), on, bootstrap(metric, groups))
        for name, metric in metrics.items()
    )


def _located(all_studies: Iterator[Study], canal: Loaded) -> list[tuple[Study, CanalPath]]:
    return [(study, locate(study.volume, canal)) for study in all_studies]


def main(arguments: list[str] | None = None) -> None:
    """Calibrates on studies of training's own profile, measures on held-out ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where simulated studies are kept")
    parser.add_argument("--models", type=Path, required=True, help="folder of the models")
    parser.add_argument("--studies", type=int, default=30, help="for each of the two purposes")
    parser.add_argument(
        "--cords", type=Path, nargs=2, action="append", default=[], metavar=("IMAGE", "MASK")
    )
    parser.add_argument("--only-simulate", action="store_true")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    usual = studies(given.folder, "standard", given.studies, 500_000)
    held_out = studies(given.folder, "held-out", given.studies, 600_000)
    if given.only_simulate:
        print(sum(1 for _ in held_out) + sum(1 for _ in usual))
        return
    canal = load(open_folder(given.models / "starter-canal"), "cpu")
    test, own = _located(held_out, canal), _located(usual, canal)
    on = "held-out simulated studies"
    real = cord_figures(given.cords, canal) if given.cords else ()
    _store(canal, given.models, canal_figures(test, on) + real)
    for task, figures in (("compression", compression_figures), ("grading", grading_figures)):
        folder = given.models / f"starter-{task}"
        if not folder.exists():
            continue
        loaded = load(open_folder(folder), "cpu")
        fitting = [(s, p) for s, p in own if task == "compression" or s.disease == "metastatic"]
        temperature, bias = calibrate(fitting, loaded)
        loaded = _biased(loaded, temperature, bias)
        testing = [(s, p) for s, p in test if task == "compression" or s.disease == "metastatic"]
        _store(loaded, given.models, figures(testing, loaded, on))


def _biased(loaded: Loaded, temperature: float, bias: NDArray) -> Loaded:
    """The bias goes into the network's last layer, the temperature onto the card."""
    if bias.any():
        loaded.network.head[-1].bias.data += torch.from_numpy(bias).float()  # type: ignore[index,operator,union-attr]
    threshold = loaded.card.threshold
    card = replace(
        loaded.card, temperature=round(temperature, 4), borderline=threshold * _BORDERLINE
    )
    return replace(loaded, card=card)


def _store(loaded: Loaded, models: Path, figures: tuple[Figure, ...]) -> None:
    for figure in figures:
        print(loaded.card.name, figure)
    card = replace(loaded.card, figures=figures)
    write_model(models / card.name, card, loaded.network.state_dict())


if __name__ == "__main__":
    main()
