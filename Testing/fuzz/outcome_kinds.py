"""Damaged tables of patients, mapping files and models of outcomes."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

from Testing.fuzz.kinds import Kind
from Testing.fuzz.mutations import TEXTS, json_bytes, of_text

WRITINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1")


class Outcomes(Kind):
    """A cohort with its mapping file, read and made ready; or a model, asked of a patient."""

    name = "outcomes"

    def __init__(self, corpus: Path) -> None:
        super().__init__(corpus)
        for name in ("cohort.csv", "model"):  # what the first one loads is no input's memory
            self.run(corpus / "outcomes" / name, random.Random(0))

    def make(self, rng: random.Random, folder: Path) -> Path:
        source = self.corpus / "outcomes"
        if rng.random() < 0.25:
            shutil.copytree(source / "model", folder / "model")
            card = folder / "model" / "outcome.json"
            card.write_bytes(json_bytes(rng, card.read_bytes()))
            return folder / "model"
        name = rng.choice(("cohort.csv", "cohort.csv", "visits.csv", "mapping.toml"))
        for path in source.glob("*.*"):
            shutil.copyfile(path, folder / path.name)
        changed = folder / name
        for _ in range(rng.choice((1, 1, 2, 5))):
            how = (
                self._another_program if rng.random() < 0.3 and name != "mapping.toml" else of_text
            )
            changed.write_bytes(how(rng, changed.read_bytes()))
        return folder / ("visits.csv" if name == "mapping.toml" else name)

    def _another_program(self, rng: random.Random, raw: bytes) -> bytes:
        """The table as another program, or a hand, would have left it."""
        text = raw.decode("utf-8", "replace")
        how = rng.randrange(5)
        if how == 0:
            return text.encode(rng.choice(WRITINGS), "replace")
        if how == 1:
            separator = rng.choice((";", "\t", "|", " "))
            return text.replace(",", separator).replace(".", rng.choice(".,")).encode()
        lines = text.splitlines()
        if not lines:
            return raw
        at = rng.randrange(len(lines))
        cells = lines[at].split(",")
        if how == 2:  # a column with one cell too many, or a column twice
            lines = [line + "," + line.split(",")[0] for line in lines]
        elif how == 3:
            cells[rng.randrange(len(cells))] = rng.choice(TEXTS)
            lines[at] = ",".join(cells)
        else:
            column = rng.randrange(len(cells))
            value = rng.choice((*TEXTS, "Checked", "-99", "13,5", "19", "2024-05-31", "31.05.2024"))
            lines[1:] = [
                ",".join(value if n == column else c for n, c in enumerate(line.split(",")))
                for line in lines[1:]
            ]
        return rng.choice(("\n", "\r\n", "\r")).join(lines).encode("utf-8", "surrogatepass")

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.outcome.mapping import read_mapping
        from SpineLib.outcome.model import read_model
        from SpineLib.outcome.prediction import predict, read_values
        from SpineLib.outcome.preparing import prepare
        from SpineLib.outcome.recipe import read_recipe
        from SpineLib.outcome.table import read_cohort

        if path.is_dir():
            values = read_values({"mjoa": "13", "mcc": "75"})
            answer = predict(read_model(path), values, force=True)
            return answer.headline, answer.lines
        by_visit = path.name == "visits.csv"
        mapping = read_mapping(path.with_name("mapping.toml")) if by_visit else None
        cohort = read_cohort(path, mapping=mapping)
        cohort.missing()
        for name in ("good-outcome", "severity", "nouri2015"):
            self.refusing(lambda name=name: prepare(cohort, read_recipe(name)).population())
        return cohort.notes
