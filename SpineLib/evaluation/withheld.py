"""What a reading leaves open, as unlike what the model knows or as uncertain, and errors among the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.evaluation.figures import Figure, share
from SpineLib.evaluation.predictions import WITHHELD
from SpineLib.labels import NOT_ASSESSED
from SpineLib.reasons import STACK_UNLIKE, STRANGER


def withheld_figures(
    table: pd.DataFrame, wrong: NDArray[np.bool_], uncertain: NDArray[np.bool_] | None = None
) -> list[Figure]:
    """What a reading withholds as unlike, and errors among all slices and among the rest.

    Args:
        table: predictions; empty where the model measures nothing (no column `WITHHELD`).
        wrong: whether each row's answer is wrong; rows that are not assessed do not count.
        uncertain: of `SpineLib.evaluation.grade_sets.uncertain_slices`; None where the model has no
            sets.
    """
    if WITHHELD not in table.columns:
        return []
    patients = table["patient"].to_numpy(dtype=str)
    held = (table[WITHHELD] != "").to_numpy()
    answered = (table["verdict"] != NOT_ASSESSED).to_numpy()
    whole = table[WITHHELD].isin((STACK_UNLIKE, STRANGER)).to_numpy()
    stacks = ~table["stack"].duplicated().to_numpy()
    none = "no slice was assessed"
    figures = [
        share("withheld as unlike", held, answered, patients, missing=none, card=True),
        share("stacks withheld as unlike", whole, stacks, patients, missing=none, noun="stacks"),
        share("errors before withholding", wrong, answered, patients, missing=none, card=True),
        share("errors among the rest", wrong, answered & ~held, patients,
              missing="every slice is withheld", card=True),
    ]  # fmt: skip
    if uncertain is None:
        return figures
    left_open = held | uncertain
    return [
        *figures,
        share("withheld or uncertain", left_open, answered, patients, missing=none, card=True),
        share("errors among the certain", wrong, answered & ~left_open, patients,
              missing="every slice is withheld or uncertain", card=True),
    ]  # fmt: skip
