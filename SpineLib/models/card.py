"""The card of a model: what it is for, how its input is made, what it was measured at."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, BadModel
from SpineLib.json_values import misfit, parse_json
from SpineLib.questions import COMPRESSION, KNOWN_QUESTIONS, LEVEL_QUESTIONS, Question

SCHEMA_VERSION = 1
SCHEMA_FILE = Path(__file__).parents[1] / "schemas" / "model.schema.json"
CARD_NAME, WEIGHTS_NAME = "model.json", "weights.safetensors"
# What a card without a grading scheme of its own is asked.
_ASKED = {"compression": COMPRESSION}
# The task of a model that grades each disc's level by what was measured there.
LEVEL_GRADING = "level-grading"


@dataclass(frozen=True)
class Applicability:
    """Which stacks a model was made for; words as in `SpineLib.labels`.

    Attributes:
        regions: with ``unknown`` among them the model does not care for the region.
        weightings: with ``unknown`` among them the model does not care for the weighting.
        note: what the header cannot say, for the person (``known metastases``).
    """

    planes: tuple[str, ...]
    weightings: tuple[str, ...]
    regions: tuple[str, ...]
    minimum_slices: int = 1
    note: str = ""


@dataclass(frozen=True)
class StudyRule:
    """From how many compressed slices on a study is abnormal, and the same in words."""

    minimum_compressed_slices: int
    text: str


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        name: for example ``AUC``.
        interval: lowest and highest value of the 95 % confidence interval; empty where none was
            computed.
        on: the data that it was measured on.
    """

    name: str
    value: float
    on: str
    interval: tuple[float, ...] = ()


@dataclass(frozen=True)
class GradeSets:
    """From when on a value belongs to a slice's set, so that the set keeps a promise.

    Split conformal prediction, a threshold a value ("class-conditional", Vovk 2012, "Conditional
    validity of inductive conformal predictors"): of new slices like those that it was fitted to,
    the set holds the true value in at least ``coverage`` of the slices of each value. Without
    ``of_each`` the threshold is one for all values, and the share one of all slices.

    Attributes:
        coverage: the promised share.
        least: value → its reach (`SpineLib.inference.interval.reach`) from which it is in the set.
        data: the fitting patients in words; no weight and no temperature was fitted to them.
        patients, slices: how many they were.
        note: what the promise does not hold for.
        of_each: whether it is a promise for the slices of each value, or for all slices together.
    """

    coverage: float
    least: dict[str, float]
    data: str
    patients: int
    slices: int
    note: str = "Nothing is promised of images unlike these."
    of_each: bool = True


@dataclass(frozen=True)
class Unlike:
    """From where on a slice or a stack is unlike what a classifier knows (`SpineLib.inference.unlike`).

    Attributes:
        distance, confidence: mean and standard deviation, on slices that the model knows, of the
            distance of their features and of how surely the canal was found.
        slice_limit, stack_limit: a slice, and a stack, above it are withheld.
        small_limit: a stack of too few slices for `stack_limit` is withheld if their mean is above it.
        stranger_limit: a stack whose slices look more like strangers than this is withheld, a logit.
        known: the patients in words to whom the statistics were fitted.
        limits: the patients to whom the limits were fitted, and how.
    """

    distance: tuple[float, float]
    confidence: tuple[float, float]
    slice_limit: float
    stack_limit: float
    stranger_limit: float
    known: str
    limits: str
    small_limit: float | None = None


@dataclass(frozen=True)
class Ancestor:
    """A model that another one came from, or was compared with."""

    name: str
    version: str
    weights_sha256: str


@dataclass(frozen=True)
class Promotion:
    """How a fine-tuned model came into force in its data set.

    Attributes:
        over: the model that was in force before.
        test_sha256: of the frozen test's patients; empty where there was no test.
        worse: the figures that had become worse beyond their margin, in words.
        reason: a person's, where the model was worse or could not be compared; empty elsewhere.
    """

    over: Ancestor
    test_sha256: str
    worse: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Lineage:
    """What a fine-tuned model came from.

    Attributes:
        parent: whose weights it started from.
        recipe: name of the recipe.
        recipe_sha256: of the recipe's file as run.
        cases: SHA-256 of each corrected image that it learnt from or was chosen by
            (`SpineLib.inference.grid.voxels_hash`): of the voxels, never of a patient's identity.
        others: the same of replayed images, and of what its ancestors learnt from.
        patients: how many the cases are of.
        minutes: that people spent on the cases.
        promotion: None until it was promoted.
    """

    parent: Ancestor
    recipe: str
    recipe_sha256: str
    cases: tuple[str, ...]
    others: tuple[str, ...] = ()
    patients: int = 0
    minutes: float = 0.0
    promotion: Promotion | None = None

    @property
    def images(self) -> frozenset[str]:
        """Of every image that the model or an ancestor is known to have learnt from."""
        return frozenset((*self.cases, *self.others))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Lineage:
        """From JSON values that the schema allows."""
        promotion = data.get("promotion")
        if promotion:
            promotion = Promotion(**_tuples({**promotion, "over": Ancestor(**promotion["over"])}))
        parent = Ancestor(**data["parent"])
        return cls(**_tuples({**data, "parent": parent, "promotion": promotion}))


@dataclass(frozen=True)
class Card:
    """What ``model.json`` says.

    Attributes:
        name: lower-case words joined by ``-``; the folder's name.
        task: ``canal``, ``compression``, ``grading``, ``levels``, ``outline`` or ``segmentation``.
        starter: trained on simulated data only; every face must say so.
        network: ``name`` and ``arguments`` for `SpineLib.networks.build`.
        preprocessing: ``kind`` (``canal-search``, ``canal-window``, ``whole-slice``,
            ``volume``) and its numbers.
        labels: the classes in the order of the network's outputs.
        threshold: probability from which a slice is positive; of outlines, at which the cord's
            boundary is placed.
        borderline: probability from which it is borderline.
        neighbours: share of each grade beside the true one in what training taught; the answers are
            freed of it before the temperature. None where there was none.
        bias: is added to the logits of the positive values (compressed, high) before the temperature
            (Platt 1999, "Probabilistic Outputs for Support Vector Machines").
        temperature: logits are divided by it before the softmax (Guo et al. 2017, "On
            Calibration of Modern Neural Networks").
        grade_sets: which values a slice's set holds; None where none was fitted.
        unlike: from where on images are withheld as unlike those that the model knows; None where
            nothing is.
        lineage: of a fine-tuned model; None for one that was trained from the start.
        weights_file: name of the weights beside the card.
        weights_sha256: lower-case hexadecimal SHA-256 of that file.
    """

    name: str
    version: str
    title: str
    task: str
    starter: bool
    applicability: Applicability
    network: dict[str, Any]
    preprocessing: dict[str, Any]
    training_data: str
    limits: str
    licence: str
    weights_sha256: str
    weights_file: str = WEIGHTS_NAME
    labels: tuple[str, ...] = ()
    threshold: float = 0.5
    borderline: float = 0.5
    temperature: float = 1.0
    bias: float = 0.0
    neighbours: float | None = None
    study_rule: StudyRule | None = None
    scheme: Question | None = None
    figures: tuple[Figure, ...] = ()
    citation: str = ""
    lineage: Lineage | None = None
    grade_sets: GradeSets | None = None
    unlike: Unlike | None = None
    schema_version: int = field(default=SCHEMA_VERSION)

    @property
    def question(self) -> Question | None:
        """What the model answers of a slice; None for one that finds or outlines something."""
        return self.scheme or _ASKED.get(self.task)

    @property
    def asked(self) -> Question:
        """The question that the model answers.

        Raises:
            BadModel: it answers none.
        """
        if self.question is None:
            raise BadModel(f"The model {self.name} does not answer a question of slices")
        return self.question

    def to_dict(self) -> dict[str, Any]:
        """As the JSON values that the schema describes."""
        data = json.loads(json.dumps(asdict(replace(self, scheme=None))))
        if self.scheme:
            data["scheme"] = {
                "name": self.scheme.key,
                "grades": list(self.scheme.values),
                "first_high": self.scheme.first_positive,
                "colors": list(self.scheme.colors),
            }
            if self.scheme.key not in KNOWN_QUESTIONS | LEVEL_QUESTIONS:
                own_scheme = {"definitions": self.scheme.definitions, "source": self.scheme.source}
                data["scheme"] |= {key: value for key, value in own_scheme.items() if value}
        if not self.bias:
            del data["bias"]
        if self.lineage and not self.lineage.promotion:
            del data["lineage"]["promotion"]
        data["weights"] = {"file": data.pop("weights_file"), "sha256": data.pop("weights_sha256")}
        data = {key: value for key, value in data.items() if value is not None}
        return {"schema_version": data.pop("schema_version"), **data}

    @classmethod
    def from_dict(cls, data: dict[str, Any], *, file: str | Path | None = None) -> Card:
        """From JSON values.

        Args:
            data: what ``json.load`` gave.
            file: named in the error.

        Raises:
            BadModel: a newer schema version, or a value that the schema does not allow.
        """
        _validate(data, file)
        try:
            card = cls._of(data, file)
            if card.grade_sets and {*card.grade_sets.least} != {*card.asked.values}:
                raise BadModel("The grade sets need one probability for each value", file=file)
            return card
        except (KeyError, TypeError, ValueError, AttributeError, BadInput) as error:
            # Where there is no jsonschema: in Slicer's own Python before its set-up.
            raise BadModel("The model's card is not valid", file=file) from error

    @classmethod
    def _of(cls, data: dict[str, Any], file: str | Path | None) -> Card:
        _check_scheme(data, file)
        data = dict(data)
        weights = data.pop("weights")
        rule, scheme = data.get("study_rule"), data.get("scheme")
        data["applicability"] = Applicability(**_tuples(data["applicability"]))
        data["study_rule"] = StudyRule(**rule) if rule else None
        of_levels = data["task"] == LEVEL_GRADING
        data["scheme"] = replace(_question(scheme), of_levels=of_levels) if scheme else None
        data["figures"] = tuple(Figure(**_tuples(f)) for f in data.get("figures", []))
        data["labels"] = tuple(data.get("labels", ()))
        if data.get("grade_sets"):
            data["grade_sets"] = GradeSets(**data["grade_sets"])
        if data.get("unlike"):
            data["unlike"] = Unlike(**_tuples(data["unlike"]))
        if data.get("lineage"):
            data["lineage"] = Lineage.from_dict(data["lineage"])
        return cls(**data, weights_file=weights["file"], weights_sha256=weights["sha256"])


def read_card(path: str | Path) -> Card:
    """Reads and checks a ``model.json``.

    Raises:
        BadModel: it is missing, not JSON, of a newer schema, or a value is not allowed.
    """
    try:
        return _read_card(Path(path).read_text(encoding="utf-8"), Path(path))
    except FileNotFoundError as error:
        raise BadModel(
            f"This is not a model: it has no {CARD_NAME}",
            file=Path(path).parent,
            advice=f"A model is a folder with {CARD_NAME} and {WEIGHTS_NAME}.",
        ) from error
    except (OSError, ValueError) as error:
        raise BadModel("The model's card is not readable JSON", file=path) from error


@lru_cache(maxsize=64)
def _read_card(text: str, path: Path) -> Card:
    """A scan asks for the same cards at each stack, and checking one takes milliseconds."""
    return Card.from_dict(parse_json(text), file=path)


def _question(scheme: dict[str, Any]) -> Question:
    """A card's grading; what is known of one that comes with the program is told with it."""
    question = Question(
        scheme["name"], "", tuple(scheme["grades"]), int(scheme["first_high"]),
        tuple(scheme["colors"]), definitions=scheme.get("definitions", {}),
        source=scheme.get("source", ""),
    )  # fmt: skip
    known = (KNOWN_QUESTIONS | LEVEL_QUESTIONS).get(question.key)
    if known and (known.values, known.first_positive) == (question.values, question.first_positive):
        return replace(known, colors=question.colors)
    return question


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}


def _validate(data: Any, file: str | Path | None) -> None:
    version = data.get("schema_version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise BadModel(
            f"The model's card has schema version {version}; this program reads up to {SCHEMA_VERSION}",
            file=file,
            advice="Update SlicerSpineMRI.",
        )
    wrong = misfit(data, SCHEMA_FILE)
    if wrong:
        raise BadModel(f"The model's card is not valid {wrong}", file=file)


def _check_scheme(data: dict[str, Any], file: str | Path | None) -> None:
    scheme = data.get("scheme")
    if scheme and len(scheme["grades"]) != len(scheme["colors"]):
        raise BadModel("The grading scheme needs one colour a grade", file=file)
    if data["task"] in ("grading", LEVEL_GRADING) and not scheme:
        raise BadModel("A grading model's card needs a grading scheme", file=file)
