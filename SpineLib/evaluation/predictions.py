"""What a model said of a data set, as a table that is kept: figures need no second inference."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from SpineLib.errors import BadInput, BadModel
from SpineLib.json_values import parse_json
from SpineLib.models import Card
from SpineLib.store.files import write_text, writing

# A row is one slice (compression, grading, canal), one structure of one volume, or what
# `SpineLib.evaluation.levels` asks of one picture.
KEY = ("stack", "patient", "site", "index", "sop_instance_uid", "frame")
COLUMNS = {
    "compression": (*KEY, "truth", "probability", "verdict", "reason"),
    "grading": (*KEY, "truth", "grade", "verdict", "reason"),
    "canal": (*KEY, "error_mm", "confidence"),
    "segmentation": (
        *("stack", "patient", "site", "kind", "structure", "partial"),
        *("dice", "surface_dice", "hd95_mm", "found", "named"),
    ),
    "levels": (
        *("stack", "patient", "site", "view", "variant", "kind", "truth", "answer", "right"),
        *("found", "error_mm", "region", "region_right"),
    ),
}
_FORMAT = 1
# The column of a slice's level, in tables of data whose levels are known.
LEVEL = "level"
# Columns of how unlike a slice is, and why a reading would withhold it (a code of
# `SpineLib.reasons`), in tables of models that measure it.
UNLIKENESS, WITHHELD = "unlikeness", "withheld"


@dataclass(frozen=True)
class Predictions:
    """One model's answers.

    Attributes:
        card: the model's card as it was when it answered.
        data: the data set in words for the person (``held-out simulated studies``).
        table: a row a slice or structure; `COLUMNS` of the task, then columns for subgroups.
        left_out: stack or volume that the model was not run on → why; its slices are in no figure.
        forced: stack → why the model was not made for it, where it was run all the same.
        settings: what else was chosen, such as the tolerance of surface Dice in mm.
    """

    card: Card
    data: str
    table: pd.DataFrame
    left_out: dict[str, str] = field(default_factory=dict)
    forced: dict[str, str] = field(default_factory=dict)
    settings: dict[str, float] = field(default_factory=dict)

    @property
    def task(self) -> str:
        """As on the card."""
        return self.card.task

    def require(self, task: str) -> None:
        """Refuses predictions of a model for another task.

        Raises:
            BadModel: they are.
        """
        if self.task != task:
            words = "the canal" if task == "canal" else task
            raise BadModel(f"The model {self.card.name} is for {self.task}, not for {words}")

    @property
    def groups(self) -> list[str]:
        """Names of the columns that studies can be grouped by, of those that vary."""
        grades = self.card.scheme.values if self.card.scheme else ()
        known = {
            *COLUMNS[self.task],
            LEVEL,
            UNLIKENESS,
            WITHHELD,
            *(f"p_{grade}" for grade in grades),
        }
        extra = [name for name in self.table.columns if name not in known]
        return [name for name in ("site", *extra) if self.table[name].nunique() > 1]

    def write(self, path: str | Path) -> None:
        """Writes the table as CSV and the rest as JSON beside it, each whole or not at all."""
        path = Path(path)
        write_table(self.table, path)
        about = {
            "format": _FORMAT,
            "data": self.data,
            "rows": len(self.table),
            "left_out": self.left_out,
            "forced": self.forced,
            "settings": self.settings,
            "card": self.card.to_dict(),
        }
        text = json.dumps(about, indent=1, ensure_ascii=False)
        write_text(path.with_suffix(".json"), text + "\n")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Writes a table as CSV, whole or not at all."""
    with writing(path) as temporary:
        table.to_csv(temporary, index=False)


def make_table(task: str, rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Rows as a table with the task's columns first.

    Raises:
        BadInput: there is no row.
    """
    if not rows:
        raise BadInput(
            "There is nothing to measure: no labelled slice or structure was given",
            advice="Look whether the labels belong to these images.",
        )
    table = pd.DataFrame(list(rows))
    return table[[*COLUMNS[task], *(c for c in table.columns if c not in COLUMNS[task])]]


def read_predictions(path: str | Path) -> Predictions:
    """Reads what `Predictions.write` wrote.

    Raises:
        BadInput: a file is missing or changed so that the two no longer belong together.
    """
    path = Path(path)
    about_file = path.with_suffix(".json")
    try:
        about = parse_json(about_file.read_text(encoding="utf-8"))
        card = Card.from_dict(about["card"], file=about_file)
        numbers = {"probability", "error_mm", "confidence", "dice", "surface_dice", "hd95_mm"}
        numbers.add(UNLIKENESS)
        numbers |= {f"p_{grade}" for grade in card.scheme.values} if card.scheme else set()
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in table.columns:
            if name in numbers:
                table[name] = pd.to_numeric(table[name])
            elif name in ("index", "frame"):
                table[name] = table[name].astype(int)
            elif name in ("partial", "found", "right", "region_right"):
                table[name] = table[name] == "True"
        predictions = Predictions(
            card, about["data"], table, about["left_out"], about["forced"], about["settings"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "This is not a table of predictions",
            file=path,
            advice="Give a predictions-….csv that an evaluation wrote, its .json beside it.",
        ) from error
    missing = [name for name in COLUMNS[card.task] if name not in table.columns]
    if missing or len(table) != about["rows"]:
        what = f"without {', '.join(missing)}" if missing else f"of {len(table)} rows"
        raise BadInput(
            f"The table {what} is not the one of {about['rows']} rows that was written",
            file=path,
            advice="Evaluate the model again.",
        )
    return predictions


def require_same_rows(first: Predictions, second: Predictions) -> None:
    """Refuses to compare tables of other slices or of other truths.

    Raises:
        BadInput: another task, other rows, or the same rows with another truth.
    """
    if first.task != second.task:
        raise BadInput(f"A model for {first.task} cannot be compared with one for {second.task}")
    keys = [c for c in (*KEY, "kind", "structure", "truth") if c in first.table.columns]
    first_rows, second_rows = (
        _expected(p.table)[keys].astype(str).reset_index(drop=True) for p in (first, second)
    )
    if first_rows.equals(second_rows):
        return
    apart = len(
        first_rows.merge(second_rows, how="outer", indicator=True).query("_merge != 'both'")
    )
    raise BadInput(
        f"The two tables do not hold the same rows: {apart} differ",
        advice="Two models are compared on the same slices with the same truth; evaluate both in "
        "one command.",
    )


def names_of(answers: Sequence[Predictions]) -> list[str]:
    """The models' names, told apart where both have the same one."""
    names = [answer.card.name for answer in answers]
    if len(set(names)) == len(names):
        return names
    return [f"{name}-{n}" for n, name in enumerate(names, 1)]


def _expected(table: pd.DataFrame) -> pd.DataFrame:
    """Without the structures that only the model has."""
    return table[table["kind"] != "extra"] if "kind" in table.columns else table
