"""Answers to several questions about one slice that cannot all be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from SpineLib.labels import BORDERLINE
from SpineLib.questions import Opinion, Question
from SpineLib.reasons import CONTRADICT, Reason


def contradictions(opinions: Sequence[Opinion], questions: Mapping[str, Question]) -> list[Reason]:
    """Each pair of answers of which one says a compressed cord and the other the mildest value.

    What lies between is no contradiction: ``borderline``, and a grade that is neither the mildest
    nor of a compressed cord. Two models of one question are no pair, since both stand side by side.

    Args:
        opinions: on one slice.
        questions: key → question, with ``compressed_from`` where its values say it.
    """
    sided = [
        (opinion, end)
        for opinion in opinions
        if (end := _end(opinion, questions.get(opinion.question)))
    ]
    return [
        Reason(CONTRADICT, {
            "first": questions[first.question].title, "first_value": first.value,
            "second": questions[second.question].title, "second_value": second.value,
        })
        for (first, end), (second, second_end) in combinations(sided, 2)
        if first.question != second.question and end == -second_end
    ]  # fmt: skip


def _end(opinion: Opinion, question: Question | None) -> int:
    """1 where the answer is that the cord is compressed, -1 where it is the mildest, else 0."""
    if question is None or question.compressed_from is None:
        return 0
    if opinion.value in ("", BORDERLINE):
        return 0
    index = question.values.index(opinion.value)
    return 1 if index >= question.compressed_from else -1 if index == 0 else 0
