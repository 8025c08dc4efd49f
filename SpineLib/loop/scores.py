"""What is known of a case under a model: one JSON file a case and model, and the overlay beside it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.json_values import parse_json
from SpineLib.loop.plausibility import severity
from SpineLib.loop.problem import Problem
from SpineLib.store.files import write_json

SCORES = "scores"
FORMAT = 1
# The stage that is told when a case's files stand.
STAGE = "The answer is kept"


@dataclass(frozen=True)
class Score:
    """What the queue knows of a case under a model.

    Attributes:
        case: its id.
        model: id of the model.
        image: hash of the image that was answered (`ImageReference.sha256`).
        version: number of the model's answer among the case's versions.
        uncertainty: 0 (sure) to 1; see `SpineLib.loop.uncertainty` and
            `SpineLib.loop.slice_uncertainty`.
        per_structure: the same of vertebra, disc and canal.
        per_slice: the same of each slice; None where the slice was not assessed.
        disagreement: with an earlier model's answer: one minus the mean of ``dice``, or the share
            of slices with another label; None without an earlier model.
        against: id of that model.
        dice: with its answer, by SPIDER's number.
        problems: what is impossible or very rare in its answer.
    """

    case: str
    model: str
    image: str
    version: int
    uncertainty: float
    per_structure: dict[str, float] = field(default_factory=dict)
    per_slice: tuple[float | None, ...] = ()
    disagreement: float | None = None
    against: str = ""
    dice: dict[str, float] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def implausibility(self) -> float:
        """See `SpineLib.loop.plausibility.severity`."""
        return severity(self.problems)


def score_file(dataset: Path, model: str, case: str) -> Path:
    """Where a score is kept."""
    return dataset / SCORES / model / f"{case}.json"


def overlay_file(dataset: Path, model: str, case: str) -> Path:
    """Where the uncertainty of a volume's voxels is kept: 0 to 1 on the image's grid."""
    return dataset / SCORES / model / f"{case}-uncertainty.nii.gz"


def write_score(dataset: Path, score: Score) -> None:
    """Keeps a score, whole or not at all.

    Raises:
        OutputError: the disk is full or not writable.
    """
    record = {"format": FORMAT, **asdict(score)}
    record["problems"] = [problem.to_dict() for problem in score.problems]
    write_json(score_file(dataset, score.model, score.case), record)


def read_score(dataset: Path, model: str, case: str) -> Score | None:
    """The score of a case under a model; None where there is none.

    Raises:
        BadInput: the file is damaged.
    """
    path = score_file(dataset, model, case)
    try:
        record: dict[str, Any] = parse_json(path.read_text(encoding="utf-8"))
        if record.pop("format") != FORMAT:
            raise ValueError("another format")
        record["problems"] = tuple(Problem.from_dict(problem) for problem in record["problems"])
        record["per_slice"] = tuple(record["per_slice"])
        return Score(**record)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            "This score cannot be read", file=path,
            advice="Remove the file, and let the model answer the case again.",
            command="spine loop answer DATASET",
        ) from error  # fmt: skip
