"""The steps of ``evaluate unlike``: open, fit, measure, draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.datasets.cases import LabelledStack
from SpineLib.errors import BadModel
from SpineLib.evaluation.evaluate import Asked, open_cases, title_of
from SpineLib.evaluation.predictions import write_table
from SpineLib.evaluation.unlike import (
    Seen,
    draw_unlike,
    fit_unlike,
    scores_of,
    see,
    see_strangers,
    stack_means,
    write_unlike,
    wrong_rows,
    wrong_table,
)
from SpineLib.inference.loaded import Loaded, load
from SpineLib.models import ModelFolder, find_models, open_model
from SpineLib.models.card import Unlike
from SpineLib.progress import Progress
from SpineLib.reasons import UNKNOWN
from SpineLib.store.files import writing
from SpineLib.wording import count


@dataclass(frozen=True)
class Fitted:
    """A model with statistics, and the slices that they were fitted to."""

    folder: ModelFolder
    loaded: Loaded
    canal: Loaded
    seen: dict[str, Seen] = field(default_factory=dict)

    @property
    def card(self) -> Unlike:
        """The limits.

        Raises:
            BadModel: the model has none.
        """
        if self.loaded.card.unlike is None:
            raise BadModel(
                f"The model {self.loaded.card.name} has no limits", file=self.folder.path
            )
        return self.loaded.card.unlike

    def write(self) -> ModelFolder:
        """Keeps statistics and limits in the model's folder."""
        assert self.loaded.known is not None
        return write_unlike(self.folder, self.loaded, self.loaded.known, self.card)


def open_unlike(
    name: str, data: Sequence[str], limits: Sequence[str], strangers: Path | None, withheld: float,
    asked: Mapping[str, Any], progress: Progress,
) -> Fitted:  # fmt: skip
    """Opens a model and, where data are given, fits what it knows.

    Args:
        name: of the model, or its folder.
        data, limits: sources of the patients, as for `open_cases`.
        strangers: folder of images that the model is not made for, as for `see_strangers`; given
            with the data.
        withheld: as of `fit_unlike`.
        asked: of `Asked` beside the sources.
        progress: told of each stack.
    """
    folder = open_model(name)
    if folder.card.task not in ("compression", "grading"):
        raise BadModel(f"A model for {folder.card.task} is asked nothing of slices")
    canal = open_model(asked["canal"]) if asked["canal"] else find_models("canal")[0]
    fitted = Fitted(folder, load(folder, asked["device"]), load(canal, asked["device"]))
    if strangers is None:
        return fitted
    seen, words = {}, []
    for part, sources in (("known", data), ("limits", limits)):
        how = Asked(tuple(sources), **asked)
        cases = open_cases([folder], how, unseen=("training",), leave_out=True, progress=progress)
        cases = [case for case in cases if _is_made_for(folder, case, how)]
        seen[part] = see(cases, fitted.loaded, fitted.canal, progress=progress)
        patients = len(np.unique(seen[part].patients))
        slices = count(len(seen[part].features), "slice")
        words.append(f"{title_of(how)} ({count(patients, 'patient')}, {slices})")
    seen["strangers"] = see_strangers(strangers, fitted.loaded, fitted.canal, progress=progress)
    known, card = fit_unlike(
        seen["known"], seen["limits"], seen["strangers"], known_in_words=words[0],
        limits_in_words=f"{words[1]}, of whose slices {100 * withheld:g} % are withheld",
        withheld=withheld,
    )  # fmt: skip
    loaded = replace(fitted.loaded, known=known, card=replace(fitted.loaded.card, unlike=card))
    return replace(fitted, loaded=loaded, seen=seen)


def _is_made_for(model: ModelFolder, case: LabelledStack, asked: Asked) -> bool:
    """Whether a reading would ask the model of a stack: another weighting is not what it knows."""
    limits = model.card.applicability
    pairs = (
        (case.weighting, asked.weighting, limits.weightings),
        (case.region, asked.region, limits.regions),
    )
    words = [
        (own if own != UNKNOWN else given or UNKNOWN, allowed) for own, given, allowed in pairs
    ]
    return all(word in allowed or UNKNOWN in allowed for word, allowed in words)


def measure_unlike(
    fitted: Fitted, out: Path, wrong: Path | None, progress: Progress
) -> dict[str, pd.DataFrame]:
    """Scores of what was fitted to and of wrong inputs, as tables and drawings in a folder.

    Returns:
        Title → table, for the terminal.
    """
    card, known = fitted.card, fitted.loaded.known
    assert known is not None
    tables: dict[str, pd.DataFrame] = {}
    parts: list[pd.DataFrame] = []
    stacks: dict[str, NDArray[np.float64]] = {}
    for name, seen in fitted.seen.items():
        parts.append(pd.DataFrame({
            "kind": name, "input": seen.stacks, "unlikeness": scores_of(seen, known, card),
        }))  # fmt: skip
        stacks[name] = stack_means(parts[-1]["unlikeness"].to_numpy(), seen.stacks)
    if wrong is not None:
        rows = wrong_rows(wrong, fitted.loaded, fitted.canal, progress=progress)
        tables["Wrong inputs"] = wrong_table(rows)
        parts.append(pd.DataFrame(rows))
        # Where a stack is not withheld as one, only its slices' mean is at hand.
        score = parts[-1]["stack"].astype(float).fillna(parts[-1]["unlikeness"].astype(float))
        mean = parts[-1].assign(score=score).groupby(["kind", "input"])["score"].mean()
        stacks |= {str(kind): own.to_numpy() for kind, own in mean.groupby("kind")}
        write_table(tables["Wrong inputs"], out / "wrong.csv")
    if not parts:
        return tables
    every = pd.concat(parts)
    write_table(every, out / "unlike.csv")
    kinds = {str(kind): own for kind, own in every.groupby("kind", sort=False)}
    slices = {kind: own["unlikeness"].astype(float).to_numpy() for kind, own in kinds.items()}
    for what, groups in (("slices", slices), ("stacks", stacks)):
        with writing(out / f"{what}.png") as temporary:
            temporary.write_bytes(draw_unlike(groups, card, what))
    return tables
