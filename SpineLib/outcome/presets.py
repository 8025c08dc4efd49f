"""Published models, as far as their papers print them; what could not be read is said.

None prints its constant where we could read it: a preset ranks patients and gives no probability,
until a cohort of one's own has given it one (`recalibrate`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadRequest
from SpineLib.models.scorers import LOGIT, Linear
from SpineLib.outcome.measuring import logistic_slopes


@dataclass(frozen=True)
class Preset:
    """A published model.

    Attributes:
        name: as commands call it.
        source: the paper.
        outcome: what it predicts.
        ratios: column → ratio a unit, with its 95 % interval where printed, as text.
        coefficients: column → logarithm of the ratio; empty where patients cannot be ranked by what
            could be read.
        measured: what the authors measured, and on whom.
        unknown: what could not be read.
        recipe: the recipe with its predictors, for a cohort of one's own.
    """

    name: str
    source: str
    outcome: str
    ratios: dict[str, str]
    coefficients: dict[str, float]
    measured: str
    unknown: str
    recipe: str

    def score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds up to a constant; NaN where an input is missing.

        Args:
            rows: [patient, column], in the order of ``coefficients``.
        """
        return rows @ np.array(list(self.coefficients.values()))


PRESETS = (
    Preset(
        "nouri2015",
        "Nouri et al. 2015, Spine 40:171, doi 10.1097/BRS.0000000000000678 (abstract)",
        "mJOA of 16 or more six months after decompression",
        {"mjoa": "odds ratio 1.743 a point", "mcc": "odds ratio 0.940 a per cent (0.90 to 0.982)",
         "t1_hypointensity": "odds ratio 0.242 (0.068 to 0.866)"},
        {"mjoa": float(np.log(1.743)), "mcc": float(np.log(0.940)),
         "t1_hypointensity": float(np.log(0.242))},
        "102 patients of 278. AUC 0.872 (0.801 to 0.943) and, of images alone, 0.687 (0.576 to "
        "0.799) are in an abstract of the same group (CNS 2014, 114 patients), whose model has "
        "psychiatric history as a fourth predictor; for these three predictors no AUC could be read.",
        "The constant, the interval of mJOA's ratio, and this model's own AUC.",
        "nouri2015",
    ),
    Preset(
        "tetreault2015",
        "Tetreault et al. 2015, J Bone Joint Surg Am 97:2038 (abstract)",
        "mJOA of 16 or more a year after the operation",
        {"mjoa": "relative risk 1.11 a point (1.07 to 1.15)",
         "gait": "relative risk 0.76 (0.66 to 0.88)", "age": "relative risk 0.91 a decade (0.85 to "
         "0.96)", "other_diseases": "relative risk 0.93 a point of a comorbidity score (0.88 to 0.98)",
         "smoking": "relative risk 0.78 (0.65 to 0.93)", "duration": "relative risk 0.95 a step "
         "(0.90 to 0.99)"},
        {},
        "757 patients of the two AOSpine studies; Poisson regression. No AUC could be read.",
        "The constant, the comorbidity score's points and the steps of the duration: without these "
        "nobody can be ranked by it.",
        "tetreault2015",
    ),
    Preset(
        "tetreault2013",
        "Tetreault et al. 2013, J Bone Joint Surg Am 95:1659, doi 10.2106/JBJS.L.01323 (abstract)",
        "mJOA of 16 or more six months after the operation",
        {"duration": "odds ratio 0.80 (0.65 to 0.98), alone", "mjoa": "odds ratio 0.74 (0.65 to "
         "0.84), alone, for a lower score", "psychiatric": "odds ratio 0.51 (0.29 to 0.92), alone",
         "gait": "odds ratio 2.72 (1.47 to 5.06) for a broad-based gait, alone, as printed"},
        {},
        "278 patients of twelve hospitals.",
        "The final model: only ratios of single predictors could be read, which are none of a rule.",
        "tetreault2015",
    ),
    Preset(
        "merali2019",
        "Merali et al. 2019, PLoS ONE 14:e0215133, doi 10.1371/journal.pone.0215133 (abstract)",
        "SF-6D better by what matters; mJOA better by what matters",
        {},
        {},
        "605, 583 and 539 patients at 6, 12 and 24 months; a random forest with an AUC of 0.70, "
        "an accuracy of 77 % and a sensitivity of 78 % on average.",
        "The forest itself, its 48, 108 and 101 features, and how missing values were handled.",
        "merali2019",
    ),
)  # fmt: skip


def preset(name: str) -> Preset:
    """The preset of this name.

    Raises:
        BadRequest: there is none.
    """
    for published in PRESETS:
        if published.name == name:
            return published
    raise BadRequest(f"There is no preset {name}", advice=f"There are: "
                     f"{', '.join(published.name for published in PRESETS)}.")  # fmt: skip


def ranking(name: str) -> Preset:
    """A preset that patients can be ranked by.

    Raises:
        BadRequest: too little of it could be read.
    """
    published = preset(name)
    if not published.coefficients:
        raise BadRequest(
            f"{name} cannot rank patients. Not read: {published.unknown}",
            advice=f"Fit its predictors to a cohort of your own: the recipe {published.recipe}.",
            command=f"spine outcome fit TABLE --recipe {published.recipe} --out FOLDER",
        )
    return published


def recalibrate(published: Preset, rows: NDArray[np.float64], truth: NDArray[np.float64]) -> Linear:
    """The published coefficients with a constant that a cohort gives (Steyerberg et al. 2004, Stat
    Med 23:2567, "intercept only").

    Args:
        published: ranks patients.
        rows: [patient, column], in the order of its coefficients, none missing.
        truth: 0 or 1 a patient.
    """
    constant = logistic_slopes(np.ones((len(truth), 1)), truth, published.score(rows))[0]
    return Linear(LOGIT, np.array(list(published.coefficients.values())), np.array([constant]))
