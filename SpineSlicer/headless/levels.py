"""A reader's word by the command line: a slice's level, and what is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.inference.readers_level import LevelWord, name_by, place_on
from SpineLib.inference.study_quantities import Reference
from SpineLib.reading import Reading
from SpineLib.times import now
from SpineSlicer.scene.readersComparisons import chooseInstead, withComparisons
from SpineSlicer.scene.readersLevels import withReadersLevel
from SpineSlicer.scene.ReviewLog import ReviewLog
from SpineSlicer.scene.SpineTimeline import SpineTimeline


def say_level(
    reading: Reading,
    log: ReviewLog | None,
    level: str,
    number: int,
    stack: str = "",
    *,
    thoracic: int = 12,
    lumbar: int = 5,
    reader: str = "",
) -> tuple[Reading, ReviewLog]:
    """Names a level, and every other one of the study.

    Args:
        reading: it stays as it is.
        log: what readers said before.
        level: `LevelWord.name`.
        number: the slice's, from 1.
        stack: its stack's id; empty where one stack alone has slices.
        thoracic, lumbar: how many vertebrae there are.
        reader: who says so.

    Returns:
        The reading with the new names, and what readers said with this word.

    Raises:
        BadInput: there is no such slice, or it cannot be called so.
    """
    findings, log = reading.findings, log or ReviewLog()
    places = [p for p in SpineTimeline(findings).places if stack in ("", p.stack)]
    named = [place for place in places if place.index == number - 1]
    if len(named) != 1:
        stacks = ", ".join(dict.fromkeys(place.stack for place in places))
        raise BadInput(
            f"There is no slice {number}" if not named else f"Several stacks have a slice {number}",
            advice=f"Name one of the stacks {stacks or 'that were read'}, and a slice of it.",
            command="--stack STACK --slice NUMBER",
        )
    (place,) = named
    slice_ = SpineTimeline(findings).slice(place)
    word = LevelWord(level, place_on(findings, place.stack, slice_.position_ras), thoracic, lumbar)
    name_by(Findings.from_dict(findings.to_dict()), word)  # fails at once where it cannot be
    log.addLevel(place.key, word, model=slice_.level, reader=reader, time=now("seconds"))
    return withReadersLevel(reading, log), log


def compare_with(
    reading: Reading, log: ReviewLog | None, references: Sequence[Reference], reader: str = ""
) -> tuple[Reading, ReviewLog]:
    """Compares the narrowest slice with these ones, in place of the earlier ones.

    Args:
        reading: it stays as it is.
        log: what readers said before.
        references: the slices.
        reader: who says so.

    Raises:
        BadInput: cord and sac were not measured on one of them.
    """
    log = log or ReviewLog()
    chooseInstead(reading.findings, log, references, reader)
    return withComparisons(reading, log), log
