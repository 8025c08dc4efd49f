"""What is asked of a slice or a study, and one answer to it, by a model or a reader.

A `Question` is data: a card, a project or a loop brings its own, and it travels whole with every
record that holds answers to it. Nobody above `SpineLib.datasets` looks one up by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from SpineLib.errors import BadInput
from SpineLib.labels import (
    BORDERLINE,
    COMPRESSED,
    NOT_ASSESSED,
    NOT_COMPRESSED,
    VERDICT_COLORS,
)
from SpineLib.reasons import Reason

NOT_ASSESSED_COLOR = VERDICT_COLORS[NOT_ASSESSED]
NOT_ASSESSED_LETTER = "–"
BORDERLINE_COLOR, BORDERLINE_LETTER = VERDICT_COLORS[BORDERLINE], "?"
CANAL_WINDOW, READERS_BOX = "canal window", "reader's box"
# Two families of hue (Okabe & Ito 2008), blue below the first positive value and orange from it
# on, darker where it is worse: the two sides are told apart at a glance.
_BELOW = ("#BFE3F7", "#56B4E9", "#0072B2")
_ABOVE = ("#F5B041", "#D55E00", "#7A2E00")


class SliceKey(NamedTuple):
    """Which slice is meant, whatever stack it is sorted into.

    Attributes:
        sop_instance_uid: DICOM (0008,0018).
        frame: frame number from 1.
    """

    sop_instance_uid: str
    frame: int = 1


@dataclass(frozen=True)
class Question:
    """What is asked, and which answers there are, as data.

    Attributes:
        key: what answers refer to it by: ``compression``, ``Bilsky``, or a scheme's own name.
        title: what a person reads; made where none is given.
        values: every answer, from mild to severe.
        first_positive: index of the first value that counts as positive (compressed, high).
        colors: ``#RRGGBB`` a value, one ordered scale; made where none are given.
        letters: what stands beside the colour, a value; made where none are given.
        definitions: value → what it means, shown to a reader.
        source: where the definitions come from.
        borderline: a model may answer ``borderline``, between the two sides; a reader may not.
        sides: what the two sides are called (``low``, ``high``); empty where the values say it.
        of_levels: it is asked of each disc's level, not of each slice.
        compressed_from: index of the first value that means that the cord is compressed; None where
            the values do not say.
    """

    key: str
    title: str
    values: tuple[str, ...]
    first_positive: int
    colors: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    borderline: bool = False
    sides: tuple[str, ...] = ("low", "high")
    of_levels: bool = False
    compressed_from: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        usable = len(self.values) > 1 and len(set(self.values)) == len(self.values)
        if not self.key or not usable or not 0 < self.first_positive < len(self.values):
            raise BadInput(
                f"The question {self.key!r} cannot be used",
                advice="It needs a name, two or more different values, and a first positive one "
                "that is not the mildest.",
            )
        if set(self.definitions) - set(self.values):
            raise BadInput(f"The question {self.key!r} defines values that it does not have")
        if not self.title:
            object.__setattr__(self, "title", f"{self.key} grade")
        if not self.colors:
            object.__setattr__(self, "colors", _scale(len(self.values), self.first_positive))
        if not self.letters:
            object.__setattr__(self, "letters", _letters(self.values))
        several = {len(self.values), len(self.colors), len(self.letters)}
        if len(several) > 1 or len(self.sides) not in (0, 2):
            raise BadInput(f"The question {self.key!r} needs one colour and one letter a value")

    def is_positive(self, value: str) -> bool:
        """Whether a value is on the positive side; ``borderline`` is on neither.

        Raises:
            ValueError: the question has no such value.
        """
        return value != BORDERLINE and self.values.index(value) >= self.first_positive

    def has_both_sides(self, values: Sequence[str]) -> bool:
        """Whether some of these values are positive and others are not."""
        return len({self.is_positive(value) for value in values}) > 1

    def severity(self, value: str) -> float:
        """A number that is higher the worse a value is; -1 where nothing was answered."""
        if not value:
            return -1.0
        if value == BORDERLINE:
            return self.first_positive - 0.5
        return float(self.values.index(value))

    def side(self, positive: bool) -> str:
        """What the side is called: ``low`` or ``high``; empty where the values say it."""
        return self.sides[int(positive)] if self.sides else ""

    def color(self, value: str) -> str:
        """``#RRGGBB`` of a value; grey where nothing was answered."""
        if value == BORDERLINE:
            return BORDERLINE_COLOR
        return self.colors[self.values.index(value)] if value else NOT_ASSESSED_COLOR

    def letter(self, value: str) -> str:
        """What stands beside the colour: a letter, or the grade."""
        if value == BORDERLINE:
            return BORDERLINE_LETTER
        return self.letters[self.values.index(value)] if value else NOT_ASSESSED_LETTER

    def checked(self, value: str) -> str:
        """The value itself, as a reader may give it.

        Raises:
            BadInput: it is none of the question's.
        """
        if value not in self.values:
            raise BadInput(
                f"{value!r} is not an answer to {self.title}",
                advice=f"The answers are: {', '.join(self.values)}.",
            )
        return value

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Question:
        """From `to_dict`'s JSON values."""
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items()
        }
        return cls(**values)


@dataclass
class Opinion:
    """One answer to a question on one slice, by a model or a reader.

    Attributes:
        question: the `Question`'s key.
        by: the model's name, or the reader's.
        value: one of the question's values, or ``borderline``; empty where it was not assessed.
        positive: it is on the positive side. A model's side is that of P(positive), which can be
            another one than its most likely grade's.
        probability: P(positive) in 0–1; None for a reader.
        probabilities: value → probability, summing to 1; empty where there are only two values.
        interval: lowest and highest value of the smallest run of neighbouring values around
            ``value`` that holds at least 80 % of the probability.
        grade_set: neighbouring values, mild to severe, that hold the true one as often as the
            model's card promises (`SpineLib.models.card.GradeSets`); empty where it promises nothing.
        reason: why it was not assessed, or why it was forced; of a reader, in the reader's words.
        why: the reason as code and values; None of a reader's, and in findings of before there were
            codes.
        forced: the model ran outside of its applicability because a person said so.
        source: which region was looked at: ``canal window`` or ``reader's box``.
        reader: it is a reader's.
        time: of a reader's, UTC, ISO 8601.
        unlikeness: how unlike the images that the model knows the slice is, in standard deviations
            (`SpineLib.inference.unlike`); None where the model does not measure it.
        level: of an answer of levels, the disc's name; empty of a slice's.
        place_ras: of an answer of levels, the canal's middle at the disc, RAS mm; None where none
            is there.
    """

    question: str
    by: str = ""
    value: str = ""
    positive: bool = False
    probability: float | None = None
    probabilities: dict[str, float] = field(default_factory=dict)
    interval: list[str] = field(default_factory=list)
    reason: str = ""
    forced: bool = False
    source: str = ""
    reader: bool = False
    time: str = ""
    why: Reason | None = None
    level: str = ""
    place_ras: list[float] | None = None
    grade_set: list[str] = field(default_factory=list)
    unlikeness: float | None = None

    @property
    def assessed(self) -> bool:
        """Whether there is an answer."""
        return bool(self.value)

    @property
    def flagged(self) -> bool:
        """Whether a person should look: positive or borderline."""
        return self.assessed and (self.positive or self.value == BORDERLINE)


def _scale(count: int, first: int) -> tuple[str, ...]:
    return (*_spread(_BELOW, first), *_spread(_ABOVE, count - first))


def _spread(colors: Sequence[str], count: int) -> tuple[str, ...]:
    if count == 1:
        return (colors[len(colors) // 2],)
    last = len(colors) - 1
    return tuple(colors[min(round(n * last / (count - 1)), last)] for n in range(count))


def _letters(values: Sequence[str]) -> tuple[str, ...]:
    if all(len(value) <= 2 for value in values):
        return tuple(values)
    initials = tuple(value[0].upper() for value in values)
    if len(set(initials)) == len(values):
        return initials
    return tuple(str(n) for n in range(len(values)))


# The wording is ours; what is defined is what the papers define.
COMPRESSION = Question(
    "compression",
    "Compression",
    (NOT_COMPRESSED, COMPRESSED),
    1,
    (VERDICT_COLORS[NOT_COMPRESSED], VERDICT_COLORS[COMPRESSED]),
    ("N", "C"),
    {
        NOT_COMPRESSED: "The cord keeps its shape, even where tissue touches it.",
        COMPRESSED: "Disc, bone or ligament indents, flattens, twists or surrounds and narrows "
        "the cord.",
    },
    "by hand, in the sense of Merali et al. 2021 (Sci Rep 11:10473)",
    borderline=True,
    sides=(),
    compressed_from=1,
)
# Bilsky et al. 2010 (J Neurosurg Spine 13:324). Low (0-1b) and high (1c-3) as in Hallinan et al.
# 2022.
BILSKY = Question(
    "Bilsky",
    "Bilsky grade",
    ("0", "1a", "1b", "1c", "2", "3"),
    3,
    ("#BFE3F7", "#56B4E9", "#0072B2", "#F5B041", "#D55E00", "#7A2E00"),
    definitions={
        "0": "Disease in the bone only.",
        "1a": "Epidural disease that does not deform the thecal sac.",
        "1b": "The thecal sac is deformed; the cord is not touched.",
        "1c": "The thecal sac is deformed and the cord is touched, but not compressed.",
        "2": "The cord is compressed; cerebrospinal fluid is still seen around it.",
        "3": "The cord is compressed; no cerebrospinal fluid is seen around it.",
    },
    source="after Bilsky et al. 2010 (J Neurosurg Spine 13:324), on axial T2",
    compressed_from=4,
)
# Kang et al. 2011 (AJR 197:W134): four cervical grades; 2 and 3 deform the cord.
KANG = Question(
    "Kang",
    "Kang grade",
    ("0", "1", "2", "3"),
    2,
    ("#BFE3F7", "#0072B2", "#E69F00", "#D55E00"),
    definitions={
        "0": "No stenosis of the canal.",
        "1": "More than half of the subarachnoid space is gone; the cord is not deformed.",
        "2": "The cord is deformed; its signal is normal.",
        "3": "The cord's T2 signal is increased at the level of the stenosis.",
    },
    source="after Kang et al. 2011 (AJR 197:W134), on sagittal T2",
    compressed_from=2,
)
# Area alone: published diameters (below 10 mm, Steurer et al. 2011, BMC Musculoskelet Disord
# 12:175) are those of the spinal canal, which is wider than the sac that is measured here.
STENOSIS = Question(
    "stenosis",
    "Central stenosis",
    ("normal or mild", "moderate", "severe"),
    1,
    ("#0072B2", "#F5B041", "#D55E00"),
    ("N", "M", "S"),
    {
        "normal or mild": "The dural sac has 100 mm² or more at the disc.",
        "moderate": "The dural sac has 75 to 100 mm² at the disc.",
        "severe": "The dural sac has less than 75 mm² at the disc.",
    },
    "by area of the dural sac: 75 mm² after Schönström et al. 1985 (Spine 10:806), 100 mm² after "
    "Bolender et al. 1985 (J Bone Joint Surg Am 67:240); not the morphology that Schizas or Lee grade",
    sides=(),
    of_levels=True,
)
# Those of slices that come with the program; a card, a project or a loop may bring its own.
KNOWN_QUESTIONS = {question.key: question for question in (COMPRESSION, BILSKY, KANG)}
# Those of levels: a card may name one, a project or a loop of slices not.
LEVEL_QUESTIONS = {question.key: question for question in (STENOSIS,)}


def question_of(data: str | Mapping[str, Any]) -> Question:
    """A question that comes with the program by its key, or a person's own as JSON values.

    Args:
        data: ``compression``, ``Bilsky``, ``Kang``, or values with ``name``, ``values``,
            ``first_high`` and, if wanted, ``definitions``, ``colors`` and ``source``.

    Raises:
        BadInput: there is no such question, or the person's own is not one.
    """
    if isinstance(data, str):
        if data not in KNOWN_QUESTIONS:
            raise BadInput(
                f"There is no scheme {data}",
                advice=f"Use {', '.join(KNOWN_QUESTIONS)}, or a JSON file of your own.",
            )
        return KNOWN_QUESTIONS[data]
    try:
        key, values = str(data["name"]), tuple(str(value) for value in data["values"])
        first, definitions = int(data["first_high"]), dict(data.get("definitions", {}))
        colors, source = tuple(data.get("colors", ())), str(data.get("source", ""))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            "A scheme of your own needs name, values and first_high",
            advice='As {"name": "mine", "values": ["0", "1", "2"], "first_high": 2}.',
        ) from error
    if key in KNOWN_QUESTIONS | LEVEL_QUESTIONS:
        raise BadInput(f"{key} comes with the program; your scheme needs another name")
    return Question(key, "", values, first, colors, definitions=definitions, source=source)


def scheme_data(question: Question) -> str | dict[str, Any]:
    """What `question_of` makes the same question of, for a record that keeps it."""
    if KNOWN_QUESTIONS.get(question.key) == question:
        return question.key
    return {
        "name": question.key,
        "values": list(question.values),
        "first_high": question.first_positive,
        "colors": list(question.colors),
        "definitions": dict(question.definitions),
        "source": question.source,
    }
