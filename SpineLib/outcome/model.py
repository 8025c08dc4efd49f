"""A model of an outcome as a folder: ``outcome.json``, and ``trees.npz`` where it is made of trees.

No patient's row is in it: of the patients that it learnt from it holds a joint distribution and
each column's shares.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib import __version__
from SpineLib.arguments import read_arguments
from SpineLib.errors import BadModel, BadRequest
from SpineLib.json_values import finite, parse_json
from SpineLib.labels import RESEARCH_NOTICE, STARTER_NOTICE
from SpineLib.models.scorers import Linear, Scorer, Trees
from SpineLib.outcome.dictionary import Column, columns_of
from SpineLib.outcome.imputation import Gaussian
from SpineLib.outcome.recipe import Recipe
from SpineLib.store.files import write_json, writing_folder

SCHEMA_VERSION = 1
CARD, TREES = "outcome.json", "trees.npz"
MOST_POINTS = 100
_MOST_BYTES = 1 << 28


@dataclass(frozen=True)
class Distribution:
    """One variable among the patients that a model learnt from.

    Attributes:
        points: values, rising (at most `MOST_POINTS`); of a category its words' place.
        below, upto: share of the patients with a lower value than each point, and with that or a
            lower one.
    """

    points: tuple[float, ...]
    below: tuple[float, ...]
    upto: tuple[float, ...]

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Distribution:
        """Of known values; NaN are left out."""
        known = np.sort(values[~np.isnan(values)])
        points = np.unique(known)
        if len(points) > MOST_POINTS:
            places = np.linspace(0.01, 0.99, MOST_POINTS - 1)
            points = np.unique(np.quantile(known, places, method="inverted_cdf"))
        below = np.searchsorted(known, points, "left") / len(known)
        upto = np.searchsorted(known, points, "right") / len(known)
        return cls(*(tuple(map(float, column)) for column in (points, below, upto)))

    def checked(self) -> Distribution:
        """The distribution itself, where its lists belong together.

        Raises:
            ValueError: they do not.
        """
        if not len(self.points) == len(self.below) == len(self.upto) > 0:
            raise ValueError("a distribution's lists are not equally long")
        return self

    def shares(self, value: float) -> tuple[float, float]:
        """Share of the patients with a lower, and with a higher value."""
        n = int(np.searchsorted(self.points, value))
        if n < len(self.points) and self.points[n] == value:
            return self.below[n], 1 - self.upto[n]
        under = self.upto[n - 1] if n else 0.0
        return under, 1 - under

    def same(self, value: float) -> float:
        """Share of the patients with this very value."""
        low, high = self.shares(value)
        return 1 - low - high


@dataclass(frozen=True)
class OutcomeModel:
    """A fitted model with all that a prediction needs.

    Attributes:
        recipe: the question.
        candidate: what kind of model it is.
        columns: of the matrix; the first ``predictors`` predict, the others only fill.
        classes: names of the answers; empty for a number.
        scorer, members: the model, and refits to drawn patients.
        native: the scorer takes missing values as they are.
        gaussian: joint distribution of the columns.
        population: variable → its distribution among the patients.
        patients, sites: how many the patients and the hospitals are.
        simulated: the patients were simulated ones.
        figures, notes: what it was measured at, and how, for the person.
        refused: share of its own patients for whom it would not answer.
    """

    recipe: Recipe
    candidate: str
    columns: tuple[Column, ...]
    predictors: int
    classes: tuple[str, ...]
    scorer: Scorer
    members: tuple[Scorer, ...]
    native: bool
    gaussian: Gaussian
    population: dict[str, Distribution]
    patients: int
    sites: int
    simulated: bool
    figures: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    refused: float = 0.0
    software: str = field(default=f"SlicerSpineMRI {__version__}")

    @property
    def notice(self) -> str:
        """What it is not for."""
        return STARTER_NOTICE if self.simulated else f"{RESEARCH_NOTICE}: not for decisions"

    @property
    def title(self) -> str:
        """Its name and kind."""
        return f"{self.recipe.name} ({self.candidate})"


def write_model(model: OutcomeModel, folder: str | Path) -> None:
    """Writes a model's folder, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    scorers = (model.scorer, *model.members)
    trees = _packed([scorer for scorer in scorers if isinstance(scorer, Trees)])
    data: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION, "notice": model.notice, "recipe": asdict(model.recipe),
        "candidate": model.candidate, "classes": list(model.classes), "native": model.native,
        "columns": [asdict(column) for column in model.columns], "predictors": model.predictors,
        "scorers": [scorer.to_dict() if isinstance(scorer, Linear) else {"link": scorer.link}
                    for scorer in scorers],
        "trees_sha256": hashlib.sha256(trees).hexdigest() if trees else "",
        "gaussian": model.gaussian.to_dict(),
        "population": {name: asdict(distribution) for name, distribution in model.population.items()},
        "patients": model.patients, "sites": model.sites, "simulated": model.simulated,
        "figures": list(model.figures), "notes": list(model.notes), "refused": model.refused,
        "software": model.software,
    }  # fmt: skip
    with writing_folder(folder) as out:
        write_json(out / CARD, finite(data))
        if trees:
            (out / TREES).write_bytes(trees)


def read_model(folder: str | Path) -> OutcomeModel:
    """Reads a model's folder; nothing in it is run.

    Raises:
        BadModel: a file is missing, damaged, of a newer version, or its trees are not those of the
            card.
    """
    path = Path(folder) / CARD
    try:
        data = parse_json(path.read_text(encoding="utf-8"))
        if data["schema_version"] > SCHEMA_VERSION:
            raise BadModel("The model is of a newer version", file=path,
                           advice="Update SlicerSpineMRI.")  # fmt: skip
        model = _model(data, _unpacked(data, Path(folder) / TREES))
    except FileNotFoundError as error:
        raise BadModel("There is no outcome.json in this folder", file=folder,
                       advice="Choose the folder of a model of outcomes.",
                       command="spine outcome fit") from error  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError,
            BadRequest, zipfile.BadZipFile) as error:  # fmt: skip
        raise BadModel(f"The model cannot be used: {error}", file=path) from error
    return model


def _model(data: dict[str, Any], scorers: list[Scorer]) -> OutcomeModel:
    recipe = read_arguments(Recipe, data["recipe"], "The recipe").checked()
    columns = tuple(Column(column["variable"], column["value"]) for column in data["columns"])
    if columns != columns_of((*recipe.predictors, *recipe.auxiliary)):
        raise ValueError("its columns are not its recipe's")
    gaussian, predictors = Gaussian.from_dict(data["gaussian"]), int(data["predictors"])
    if gaussian.mean.shape != (len(columns),) or gaussian.covariance.shape != (len(columns),) * 2:
        raise ValueError("its distribution is not one of its columns")
    if predictors != len(columns_of(recipe.predictors)):
        raise ValueError("its predictors are not its recipe's")
    if not set(recipe.predictors) <= set(data["population"]):
        raise ValueError("it does not tell its patients' values of each predictor")
    if not np.allclose(gaussian.covariance, gaussian.covariance.T):
        raise ValueError("its distribution is not one of its columns")
    np.linalg.cholesky(gaussian.covariance + 1e-9 * np.eye(len(columns)))
    for scorer in scorers:
        if isinstance(scorer, Trees):
            scorer.check(predictors)
        elif scorer.coefficients.shape != (predictors,) or scorer.intercepts.ndim != 1:
            raise ValueError("its coefficients are not those of its columns")
        outputs = scorer.predict(np.zeros((1, predictors))).shape[1]
        if outputs != (len(data["classes"]) if len(data["classes"]) > 2 else 1):
            raise ValueError("its answers are not those of its classes")
    return OutcomeModel(
        recipe=recipe, candidate=str(data["candidate"]), columns=columns, predictors=predictors,
        classes=tuple(map(str, data["classes"])), scorer=scorers[0], members=tuple(scorers[1:]),
        native=bool(data["native"]), gaussian=gaussian,
        population={name: read_arguments(Distribution, listed, name).checked()
                    for name, listed in data["population"].items()},
        patients=int(data["patients"]), sites=int(data["sites"]), simulated=bool(data["simulated"]),
        figures=tuple(data["figures"]), notes=tuple(map(str, data["notes"])),
        refused=float(data["refused"]), software=str(data["software"]),
    )  # fmt: skip


def _packed(trees: Sequence[Trees]) -> bytes:
    if not trees:
        return b""
    stream = io.BytesIO()
    named = {f"{n}.{name}": values for n, scorer in enumerate(trees)
             for name, values in scorer.arrays().items()}  # fmt: skip
    np.savez_compressed(stream, allow_pickle=False, **named)
    return stream.getvalue()


def _unpacked(data: dict[str, Any], path: Path) -> list[Scorer]:
    listed = data["scorers"]
    if not data["trees_sha256"]:
        return [Linear.from_dict(scorer) for scorer in listed]
    packed = path.read_bytes()
    if hashlib.sha256(packed).hexdigest() != data["trees_sha256"]:
        raise ValueError("its trees are not the ones that its card names")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
            raise ValueError("its trees are too large")
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        parts: list[dict[str, Any]] = [{} for _one in listed]
        for key in arrays.files:
            number, _dot, name = key.partition(".")
            parts[int(number)][name] = arrays[key]
    return [Trees(link=scorer["link"], **part) for scorer, part in zip(listed, parts, strict=True)]
