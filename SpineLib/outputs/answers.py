"""What readers answered, beside what the models said, for the report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.json_values import parse_json
from SpineLib.store.files import write_text
from SpineLib.translation import tr
from SpineLib.wording import count

NAME = "answers.json"


@dataclass(frozen=True)
class ReaderAnswer:
    """One reader's answer on one slice.

    Attributes:
        stack: the stack's id.
        index: the slice's number in its stack, from 0.
        question: key of the question.
        answer: what the reader says.
        model: what the model says; empty where it was not assessed.
        reader: who says so; empty where no name was given.
        reason: why, in the reader's words.
        time: UTC, ISO 8601.
    """

    stack: str
    index: int
    question: str
    answer: str
    model: str
    reader: str = ""
    reason: str = ""
    time: str = ""

    @property
    def agrees(self) -> bool:
        """Whether reader and model say the same."""
        return self.answer == self.model


def write_answers(answers: Iterable[ReaderAnswer], folder: str | Path) -> None:
    """Puts answers beside a ``findings.json``, where `read_answers` finds them."""
    records = [asdict(answer) for answer in answers]
    write_text(Path(folder) / NAME, json.dumps(records, ensure_ascii=False))


def read_answers(folder: str | Path) -> list[ReaderAnswer]:
    """What `write_answers` wrote; nothing where it wrote nothing.

    Raises:
        BadInput: the file is damaged.
    """
    path = Path(folder) / NAME
    if not path.is_file():
        return []
    try:
        return [ReaderAnswer(**record) for record in parse_json(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
        raise BadInput("The readers' answers cannot be read", file=path) from error


def by_slice(answers: Iterable[ReaderAnswer]) -> dict[tuple[str, int], str]:
    """Stack and index → what readers say there, in the words that stand beside a picture.

    Example:
        >>> by_slice([ReaderAnswer("4", 2, "compression", "compressed", "borderline", "AB")])
        {('4', 2): 'reader AB: compressed'}
    """
    answered: dict[tuple[str, int], list[str]] = {}
    for answer in answers:
        who = tr("reader {name}").format(name=answer.reader).strip()
        answered.setdefault((answer.stack, answer.index), []).append(f"{who}: {tr(answer.answer)}")
    return {key: "; ".join(texts) for key, texts in answered.items()}


def sentence(answers: list[ReaderAnswer]) -> str:
    """How far readers agree with the models, for below the headline; empty without answers."""
    if not answers:
        return ""
    slices = len({(answer.stack, answer.index) for answer in answers})
    differ = sum(not answer.agrees for answer in answers)
    text = tr("A reader answered on {slices} ({answers}) and agrees with the model in each.")
    if differ:
        text = tr(
            "A reader answered on {slices} ({answers}) and differs from the model in {differ}."
        )
    text = text.format(
        slices=count(slices, "slice", tr=tr),
        answers=count(len(answers), "answer", tr=tr),
        differ=differ,
    )
    return f"{text} {tr('Headline, strip and levels are the model’s.')}"
