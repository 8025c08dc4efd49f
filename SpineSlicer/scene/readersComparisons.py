"""A reader's choice of the slices that the narrowest one is compared with, applied to a study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from SpineLib.findings import Findings
from SpineLib.inference.study_quantities import (
    Reference,
    complete,
    is_comparable,
    require_comparable,
)
from SpineLib.reading import Reading
from SpineLib.times import now
from SpineSlicer.scene.ReviewLog import CHOSEN, COMPARISON, Answer, ReviewLog
from SpineSlicer.scene.SpineTimeline import Place, SpineTimeline

NOT_CHOSEN = "not chosen"


def choiceOf(
    findings: Findings, log: ReviewLog, places: Sequence[Place], reader: str = ""
) -> list[Answer]:
    """What a log is to say when slices are chosen to compare with, or all of them no more.

    Args:
        findings: of the study.
        log: what was said before; it stays as it is.
        places: of the slices.
        reader: who says so.

    Raises:
        BadInput: cord and sac were not measured on one of them.
    """
    keys = [place.key for place in places]
    if all(key in log.comparisons for key in keys):
        return _answers(keys, NOT_CHOSEN, reader)
    for place in places:
        require_comparable(findings, Reference(place.stack, place.index))
    return _answers(keys, CHOSEN, reader)


def comparedAgain(findings: Findings, log: ReviewLog) -> Findings:
    """New findings with MSCC and MCC against the slices that a log names, else the nearest normal.

    Slices on which cord and sac are not measured any more do not count.
    """
    compared = Findings.from_dict(findings.to_dict())
    complete(compared, [r for r in _references(compared, log) if is_comparable(compared, r)])
    return compared


def withComparisons(reading: Reading, log: ReviewLog) -> Reading:
    """A new reading of a study against the slices that a reader chose before."""
    if not log.comparisons:
        return reading
    return replace(reading, findings=comparedAgain(reading.findings, log))


def chooseInstead(
    findings: Findings, log: ReviewLog, references: Iterable[Reference], reader: str
) -> None:
    """Says in a log that these slices alone are compared with.

    Raises:
        BadInput: a reference is not a slice on which cord and sac were measured; the log stays.
    """
    chosen = list(references)
    for reference in chosen:
        require_comparable(findings, reference)
    keys = {(p.stack, p.index): p.key for p in SpineTimeline(findings).places}
    wanted = [keys[reference.stack, reference.index] for reference in chosen]
    others = [key for key in log.comparisons if key not in wanted]
    log.add([*_answers(others, NOT_CHOSEN, reader), *_answers(wanted, CHOSEN, reader)])


def _answers(keys: Iterable[str], answer: str, reader: str) -> list[Answer]:
    time = now("seconds")
    return [Answer(key, COMPARISON, answer, "", reader, "", time) for key in keys]


def _references(findings: Findings, log: ReviewLog) -> list[Reference]:
    chosen = log.comparisons
    return [
        Reference(place.stack, place.index, chosen[place.key] or "reader")
        for place in SpineTimeline(findings).places
        if place.key in chosen
    ]
