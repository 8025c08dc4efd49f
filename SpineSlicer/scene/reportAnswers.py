"""What readers said of a study, for the report."""

from __future__ import annotations

from SpineLib.findings import Findings, SliceFinding
from SpineLib.outputs.answers import ReaderAnswer
from SpineSlicer.scene.ReviewLog import ReviewLog
from SpineSlicer.scene.SpineTimeline import SpineTimeline


def readerAnswers(findings: Findings, log: ReviewLog) -> list[ReaderAnswer]:
    """The answers that stand now, from the head to the feet, beside the model's.

    Args:
        findings: what the models said.
        log: what readers said; undone answers are left out.
    """
    timeline = SpineTimeline(findings)
    answered = (
        (place, question.key, log.current(place.key, question.key))
        for place in timeline.places
        for question in findings.questions
    )
    return [
        ReaderAnswer(
            place.stack, place.index, key, answer.answer, modelAnswer(timeline.slice(place), key),
            answer.reader, answer.reason, answer.time,
        )
        for place, key, answer in answered
        if answer is not None
    ]  # fmt: skip


def modelAnswer(slice_: SliceFinding, question: str) -> str:
    """What the first model said of a slice; empty where it was not assessed."""
    opinion = slice_.opinion(question)
    return opinion.value if opinion else ""
