"""Everything that was said of a project's slices, as one table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.projects.answers import Answers
from SpineLib.projects.consensus import readings
from SpineLib.projects.labels import ASSISTED, UNASSISTED, Label, read_labels
from SpineLib.projects.order import FIRST, SECOND
from SpineLib.projects.project import Project
from SpineLib.questions import Question

KEYS = ("study", "patient", "stack", "index", "sop_instance_uid", "frame", "level")


@dataclass(frozen=True)
class Readings:
    """A row a slice.

    Attributes:
        scheme: of the labels.
        table: `KEYS`, then ``final``: what all readers said or settled, empty where it is open.
        readers: names.
        first, again, assisted: reader → a label a row, empty where there is none: unassisted, the
            second time, and with the model's answer shown.
        seconds: (reader, arm) → seconds a row, NaN where there are none.
        model: the model's labels, empty where it did not assess; None without a model.
        asked: whether the model was run on each row at all.
        model_name: name and version.
        starter, forced: the model is a starter; it ran outside of its applicability somewhere.
    """

    scheme: Question
    table: pd.DataFrame
    readers: tuple[str, ...]
    first: dict[str, NDArray]
    again: dict[str, NDArray]
    assisted: dict[str, NDArray]
    seconds: dict[tuple[str, str], NDArray[np.float64]]
    model: NDArray | None = None
    asked: NDArray[np.bool_] | None = None
    model_name: str = ""
    starter: bool = False
    forced: bool = False

    @property
    def patients(self) -> NDArray:
        """The patient of each row."""
        return self.table["patient"].to_numpy(dtype=str)

    @property
    def final(self) -> NDArray:
        """The final label of each row; empty where it is open."""
        return self.table["final"].to_numpy(dtype=str)

    def positive(self, values: NDArray) -> NDArray[np.bool_]:
        """Whether each label is compressed or a high grade; never where there is none."""
        high = self.scheme.values[self.scheme.first_positive :]
        return np.isin(values, high)


def readings_of(project: Project, answers: Answers | None = None) -> Readings:
    """Puts together what readers and a model said.

    Raises:
        Blinded: a reader's set is still open.
        BadInput: nobody labelled anything.
    """
    slices = readings(project)
    keys = [slice_.slice.key for slice_ in slices]
    answered = answers.answers if answers else {}
    rows = [
        {
            "study": slice_.study.id, "patient": slice_.study.patient, "stack": slice_.stack.id,
            "index": slice_.index, "sop_instance_uid": slice_.slice.sop_instance_uid,
            "frame": slice_.slice.frame, "final": slice_.final or "",
            "level": answered[slice_.slice.key].level if slice_.slice.key in answered else "",
        }
        for slice_ in slices
    ]  # fmt: skip
    table = pd.DataFrame(rows)[[*KEYS, "final"]]
    labels = {name: read_labels(project, name) for name in project.readers}

    def column(own: dict[tuple[str, int, int], Label], turn: int) -> NDArray:
        return np.array([own[(*k, turn)].value if (*k, turn) in own else "" for k in keys])

    def seconds(own: dict[tuple[str, int, int], Label]) -> NDArray[np.float64]:
        given = [own.get((*k, FIRST)) for k in keys]
        return np.array([float("nan") if g is None or g.seconds is None else g.seconds
                         for g in given])  # fmt: skip

    arms = {(name, arm): labels[name].current(arm) for name in labels
            for arm in (UNASSISTED, ASSISTED)}  # fmt: skip
    return Readings(
        project.scheme,
        table,
        tuple(labels),
        {name: column(arms[name, UNASSISTED], FIRST) for name in labels},
        {name: column(arms[name, UNASSISTED], SECOND) for name in labels},
        {name: column(arms[name, ASSISTED], FIRST) for name in labels},
        {which: seconds(own) for which, own in arms.items()},
        np.array([answered[k].value if k in answered else "" for k in keys]) if answers else None,
        np.array([k in answered for k in keys]) if answers else None,
        answers.model if answers else "",
        bool(answers and answers.starter),
        any(answered[k].forced for k in keys if k in answered),
    )
