"""What readers said of a study, for the report."""

from __future__ import annotations

from SpineLib.findings import Findings, SliceFinding
from SpineLib.labels import ASSESSED
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
    said = (
        (place, task, log.current(place.key, task))
        for place in timeline.places
        for task in ("compression", "grading")
    )
    return [
        ReaderAnswer(
            place.stack, place.index, task, one.answer, modelAnswer(timeline.slice(place), task),
            one.reader, one.reason, one.time,
        )
        for place, task, one in said
        if one is not None
    ]  # fmt: skip


def modelAnswer(one: SliceFinding, task: str) -> str:
    """What the model said of a slice; empty where it was not assessed."""
    answer = one.compression if task == "compression" else one.grading
    if answer.status != ASSESSED:
        return ""
    return (one.compression.verdict if task == "compression" else one.grading.grade) or ""
