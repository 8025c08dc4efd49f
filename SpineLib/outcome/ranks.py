"""Patients ranked by a published model that has no constant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from SpineLib.outcome.dictionary import Column
from SpineLib.outcome.presets import Preset
from SpineLib.outcome.table import Cohort, require_columns

if TYPE_CHECKING:
    import pandas as pd


def ranks_of(cohort: Cohort, preset: Preset) -> pd.DataFrame:
    """A row a patient: ``row``, ``patient`` (hashed), ``log_odds_up_to_a_constant``, ``rank``.

    Rank 1 is the patient whom the model expects to do best; one who lacks an input has none.

    Raises:
        BadRequest: the table has none of the columns that the model asks for.
    """
    import pandas as pd

    names = tuple(preset.coefficients)
    require_columns(cohort, names)
    score = pd.Series(preset.score(cohort.matrix(tuple(Column(name) for name in names))))
    return pd.DataFrame({
        "row": np.arange(len(score)) + 2,
        "patient": cohort.table["patient"],
        "log_odds_up_to_a_constant": score.round(4),
        "rank": score.rank(ascending=False, method="min").astype("Int64"),
    })  # fmt: skip
