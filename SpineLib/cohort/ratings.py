"""What people said of readings on the quality control page; nothing of it is ever removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.json_values import parse_json
from SpineLib.store.journal import append, read_journal

RATINGS = "ratings.jsonl"
PASS, DOUBTFUL, FAIL = "pass", "doubtful", "fail"


@dataclass(frozen=True)
class Rating:
    """One rating.

    Attributes:
        study: key of the study.
        reading: key of the reading that was looked at.
        rating: `PASS`, `DOUBTFUL` or `FAIL`; empty where it was taken back.
        comment: for others.
        by: who rated.
        time: ISO 8601.
    """

    study: str
    reading: str
    rating: str
    comment: str = ""
    by: str = ""
    time: str = ""

    @property
    def excludes(self) -> bool:
        """Whether the study is left out of the tables of slices and levels."""
        return self.rating == FAIL


def keep_ratings(cohort: Path, files: Iterable[Path]) -> int:
    """Adds the ratings of files that the page gave; one that is there already is not added again.

    Returns:
        How many were new.

    Raises:
        BadInput: a file does not hold ratings.
        OutputError: the disk is full or not writable.
    """
    known = set(_all(cohort))
    new = [rating for file in files for rating in _from_file(file) if rating not in known]
    for rating in dict.fromkeys(new):
        append(cohort / RATINGS, asdict(rating))
    return len(set(new))


def read_ratings(cohort: Path) -> dict[str, Rating]:
    """Study → the rating that was given last, by its time."""
    ordered = sorted(_all(cohort), key=lambda rating: rating.time)
    return {rating.study: rating for rating in ordered}


def _all(cohort: Path) -> list[Rating]:
    return [Rating(**line.record) for line in read_journal(cohort / RATINGS).lines]


def _from_file(file: Path) -> list[Rating]:
    try:
        ratings = [Rating(**record) for record in parse_json(file.read_text(encoding="utf-8"))]
        wrong = [r for r in ratings if r.rating not in (PASS, DOUBTFUL, FAIL, "")]
        if wrong or not all(isinstance(v, str) for r in ratings for v in vars(r).values()):
            raise ValueError
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(
            "This is not a file of ratings", file=file,
            advice="Give the file that the quality control page saved.",
        ) from error  # fmt: skip
    return ratings
