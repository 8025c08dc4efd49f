"""Whether the whole way from simulated patients to a model gives back what they were drawn from.

``python -m Testing.experiments.outcome_truth --out figures.json``: draws of 500 patients with known
truth; docs/outcome.md reports it. Not all is done in each draw: filling a drawn cohort takes longest.
"""

import argparse
import csv
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from SpineLib.evaluation.delong import area
from SpineLib.outcome.measuring import calibration
from SpineLib.outcome.preparing import prepare
from SpineLib.outcome.recipe import LOGISTIC, read_recipe
from SpineLib.outcome.run import NORMAL_95
from SpineLib.outcome.table import read_cohort
from SpineLib.outcome.validation import REFERENCE, bootstrap, cross_validate
from SpineLib.simulate.clinical import TRUTH, Neck, draw_patients, measure_neck

NOT_RANDOM, REFITTED = 10, 5  # draws with cells missing not at random; with refits of missing ones


def cohort_of(necks: list[Neck], seed: int, missing: float, how: str = "random"):
    """A drawn cohort, through a file as a person's would go."""
    rows = draw_patients(necks, seed, missing=missing, how=how)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
        return read_cohort(path)


def one_draw(necks: list[Neck], seed: int, refits: int) -> dict:
    """Figures of unseen patients with whole and with missing cells, and the coefficients' intervals."""
    said: dict = {"seed": seed}
    kinds = (("whole", 0.0, "random"), ("random", 0.3, "random"), ("not-random", 0.3, "not-random"))
    for name, missing, how in kinds[: 3 if seed < NOT_RANDOM else 2]:
        prepared = prepare(cohort_of(necks, seed, missing, how), read_recipe("nouri2015"))
        data = prepared.data
        found = cross_validate(data, (LOGISTIC,), seed=seed, importance=False)
        y = data.truth > 0
        own, alone = (found[one].predicted[:, 0] for one in (LOGISTIC, REFERENCE))
        slope, _intercept = calibration(y, own)
        said[name] = {"auc": area(y, own), "slope": slope, "alone": area(y, alone)}
        if name == "whole" or (name == "random" and seed < REFITTED):
            fitted = data.fit(LOGISTIC, seed=seed)
            drawn = bootstrap(data, LOGISTIC, fitted, refits, seed=seed)
            every = np.array([member.scorer.coefficients for member in drawn.members])
            half = NORMAL_95 * every.std(axis=0, ddof=1)
            names = [column.variable for column in prepared.columns[: data.predictors]]
            said[name]["inside"] = {
                column: bool(abs(fitted.scorer.coefficients[n] - TRUTH[column]) <= half[n])
                for n, column in enumerate(names)
            }
            said[name]["coefficients"] = dict(zip(names, fitted.scorer.coefficients, strict=True))
    return said


def summed(draws: list[dict]) -> dict:
    """What docs/outcome.md says."""
    said: dict = {"draws": len(draws), "truth": {k: float(v) for k, v in TRUTH.items()}}
    for name in ("whole", "random", "not-random"):
        own = [draw for draw in draws if name in draw]
        if not own:
            continue
        auc, slope, alone = (
            np.array([one[name][k] for one in own]) for k in ("auc", "slope", "alone")
        )
        lost = np.array([one["whole"]["auc"] for one in own]) - auc
        refitted = [one[name] for one in own if "inside" in one[name]]
        said[name] = {
            "draws": len(own), "AUC": [float(auc.mean()), float(auc.std())],
            "AUC of 0.87 and more": int((auc >= 0.87).sum()),
            "slope": [float(slope.mean()), float(slope.std())],
            "slope of 0.9 to 1.1": int(((slope >= 0.9) & (slope <= 1.1)).sum()),
            "lost": float(lost.mean()), "lost at most 0.03": int((lost <= 0.03).sum()),
            "mJOA alone": float(alone.mean()), "mJOA alone beaten": int((auc > alone).sum()),
            "refitted": len(refitted),
            "truth inside": {k: sum(one["inside"][k] for one in refitted) for k in TRUTH},
            "mean": {k: float(np.mean([one["coefficients"][k] for one in refitted] or [0])) for k in TRUTH},
        }  # fmt: skip
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="seed of the first draw")
    parser.add_argument("--join", type=Path, nargs="*", default=[], help="draws made before")
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--refits", type=int, default=60)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    draws = [one for path in asked.join for one in json.loads(path.read_text())["each"]]
    with ProcessPoolExecutor(asked.processes) as pool:
        necks = list(pool.map(measure_neck, range(asked.patients), chunksize=25))
        seeds = range(asked.first, asked.first + asked.draws)
        waiting = [pool.submit(one_draw, necks, seed, asked.refits) for seed in seeds]
        for one in waiting:
            draws.append(one.result())
            _write(draws, asked.out)
    _write(draws, asked.out)


def _write(draws: list[dict], path: Path) -> None:
    text = json.dumps({**summed(draws), "each": draws}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
