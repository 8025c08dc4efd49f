"""The model's answers for a project's slices, kept apart from everything that a blinded reader opens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from SpineLib.datasets.tidy import UID, rows
from SpineLib.errors import BadInput
from SpineLib.findings import SliceFinding
from SpineLib.findings_file import read_json
from SpineLib.json_values import parse_json
from SpineLib.labels import BORDERLINE, NOT_ASSESSED
from SpineLib.projects.blinding import require_over, require_seen_by
from SpineLib.projects.labels import ASSISTED, read_labels
from SpineLib.projects.project import ANSWERS, LEVELS, SOFTWARE, Key, Project
from SpineLib.questions import Question
from SpineLib.reasons import Reason
from SpineLib.store.files import write_text
from SpineLib.times import now


@dataclass(frozen=True)
class ModelAnswer:
    """What the model said of one slice.

    Attributes:
        value: a label of the scheme; empty where it was not assessed. A borderline slice is not
            compressed, as in `spine evaluate`.
        verdict: as the model said it: ``borderline``, ``high``, ``not assessed``.
        probability: of compressed or of a high grade.
        level: the slice's level, where the reading knew it.
        forced: the model ran outside of its applicability because a person said so.
        grade_set: labels that are possible, as of `SpineLib.questions.Opinion`.
        why: why it was not assessed, or had to be forced; None where nobody says.
    """

    value: str
    verdict: str = ""
    probability: float | None = None
    level: str = ""
    forced: bool = False
    grade_set: list[str] = field(default_factory=list)
    why: Reason | None = None


@dataclass(frozen=True)
class Answers:
    """One model's answers.

    Attributes:
        model: name and version.
        starter: the model is a starter, which every face says.
        answers: (SOP Instance UID, frame) → answer.
    """

    model: str
    starter: bool
    answers: dict[Key, ModelAnswer]


def keep_answers(project: Project, files: Sequence[str | Path], model: str = "") -> Answers:
    """Takes over a model's answers from ``findings.json`` or ``predictions.csv`` files.

    Raises:
        BadInput: as of `read_answers`, or a reader has begun to read with earlier answers.
    """
    begun = [n for n in project.readers if read_labels(project, n).given[ASSISTED]]
    if begun:
        raise BadInput(
            f"{begun[0]} has read with the model's answers already, so they stay as they are",
            file=project.folder / ANSWERS,
        )
    kept = read_answers(project, files, model)
    listed = [
        {"sop_instance_uid": uid, "frame": frame, **asdict(answer)}
        for (uid, frame), answer in sorted(kept.answers.items())
    ]
    data = {
        "model": kept.model, "starter": kept.starter, "time": now(), "software": SOFTWARE,
        "answers": listed,
    }  # fmt: skip
    write_text(project.folder / ANSWERS, json.dumps(data, indent=1) + "\n")
    _keep_levels(project, kept)
    return kept


def _keep_levels(project: Project, kept: Answers) -> None:
    levels = [[*key, answer.level] for key, answer in sorted(kept.answers.items()) if answer.level]
    write_text(project.folder / LEVELS, json.dumps(levels) + "\n")


def levels_of(project: Project) -> dict[Key, str]:
    """The level of each slice whose level is known, for every reader; no answers are opened."""
    try:
        data = parse_json((project.folder / LEVELS).read_text(encoding="utf-8"))
        return {(str(uid), int(frame)): str(level) for uid, frame, level in data}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise BadInput("The levels of the slices cannot be read", file=project.folder / LEVELS,
                       advice="Add the model's answers again.") from error  # fmt: skip


def read_answers(project: Project, files: Sequence[str | Path], model: str = "") -> Answers:
    """Reads a model's answers without keeping them.

    Args:
        files: ``findings.json`` of each study, or ``predictions.csv`` of an evaluation.
        model: the name of the one whose answers are meant, where several answered.

    Raises:
        BadInput: no answer is for a slice of the project, several models answered and none of them
            is named, two models are mixed, or the scheme is another.
    """
    known = {slice_.key for _, _, slice_ in project.slices()}
    by_slice: dict[Key, ModelAnswer] = {}
    models = set()
    for file in map(Path, files):
        used, answers = (
            _table(project, file) if file.suffix == ".csv" else _read(project, file, model)
        )
        own = {key: answer for key, answer in answers if key in known}
        if not own:
            raise BadInput("No answer here is for a slice of this project", file=file)
        by_slice |= own
        models.add(used)
    if len(models) != 1:
        raise BadInput(
            f"The files are of {len(models)} models: {', '.join(sorted(name for name, _ in models))}",
            advice="Give the answers of one.",
        )
    return Answers(*models.pop(), by_slice)


def answers_for(project: Project, reader: str) -> Answers:
    """The model's answers, for a reader whose own set is locked.

    Raises:
        Blinded: it is not.
        BadInput: the project has none.
    """
    require_seen_by(project, reader)
    return _kept(project)


def all_answers(project: Project) -> Answers | None:
    """The model's answers when every set is locked; None where the project has none.

    Raises:
        Blinded: a set is open.
    """
    require_over(project)
    return _kept(project) if (project.folder / ANSWERS).is_file() else None


def _kept(project: Project) -> Answers:
    path = project.folder / ANSWERS
    try:
        data = parse_json(path.read_text(encoding="utf-8"))
        answers = {}
        for record in data["answers"]:
            key = record.pop("sop_instance_uid"), record.pop("frame")
            answers[key] = ModelAnswer(**{**record, "why": Reason.from_dict(record.get("why"))})
        return Answers(data["model"], bool(data["starter"]), answers)
    except FileNotFoundError as error:
        raise BadInput(
            "The project has no model's answers",
            file=project.folder,
            advice="Add what a model found in these studies, on the command line.",
            command=f"spine project model {project.folder} FINDINGS…",
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("The model's answers cannot be read", file=path) from error


Model = tuple[str, bool]  # name and version, starter
Pairs = Iterator[tuple[Key, ModelAnswer]]


def _read(project: Project, file: Path, named: str) -> tuple[Model, Pairs]:
    findings, question = read_json(file), project.scheme
    used = [model for model in findings.models if model.question == question.key]
    if not used:
        answered = ", ".join(known.title for known in findings.questions)
        raise BadInput(
            f"No model answered {question.title} in this reading"
            + (f"; it answers {answered}" if answered else ""),
            file=file,
        )
    meant = [model for model in used if named in ("", model.name)]
    if len(meant) != 1:
        raise BadInput(
            f"{named} did not answer {question.title} in this reading"
            if not meant
            else f"Several models answered {question.title} in this reading",
            file=file,
            advice=f"Name one of {', '.join(model.name for model in used)}.",
        )
    (model,) = meant
    slices = [finding for stack in findings.stacks for finding in stack.slices]
    pairs = ((finding.key, _answer(question, finding, model.name)) for finding in slices)
    return (f"{model.name} {model.version}".strip(), model.starter), pairs


def _answer(question: Question, finding: SliceFinding, by: str) -> ModelAnswer:
    opinion = finding.opinion(question.key, by)
    if opinion is None or not opinion.assessed:
        why = opinion.why if opinion else None
        return ModelAnswer("", NOT_ASSESSED, None, finding.level, why=why)
    value = _decided(question, opinion.value)
    verdict = question.side(opinion.positive) or opinion.value
    return ModelAnswer(
        value,
        verdict,
        opinion.probability,
        finding.level,
        opinion.forced,
        opinion.grade_set,
        opinion.why,
    )


def _decided(question: Question, value: str) -> str:
    """A label of the question; a borderline slice is not positive, as in `spine evaluate`."""
    return question.values[0] if value == BORDERLINE else question.checked(value)


def _table(project: Project, file: Path) -> tuple[Model, Pairs]:
    needed = (UID, "frame", "stack", "verdict", "grade" if project.scheme.sides else "probability")
    beside = file.with_suffix(".json")
    try:
        about: dict[str, Any] = parse_json(beside.read_text(encoding="utf-8"))
        card, forced = about["card"], about["forced"]
        model = f"{card['name']} {card['version']}".strip(), bool(card["starter"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "Nothing beside this table says whose answers it holds",
            file=beside,
            advice="Give a predictions.csv that an evaluation wrote, its .json beside it.",
        ) from error

    def pairs() -> Pairs:
        for n, row in rows(file, needed):
            try:
                yield (row[UID], int(float(row["frame"]))), _of_row(project, row, forced)
            except ValueError as error:
                raise BadInput(f"Line {n}: {error}", file=file) from error

    return model, pairs()


def _of_row(project: Project, row: dict[str, str], forced: dict[str, str]) -> ModelAnswer:
    verdict, level = row["verdict"], row.get("level", "")
    if row.get("withheld"):  # the table holds the answer all the same, a reading does not
        return ModelAnswer("", NOT_ASSESSED, None, level, why=Reason(row["withheld"]))
    if verdict == NOT_ASSESSED:
        return ModelAnswer("", verdict, None, level)
    question = project.scheme
    value = row["grade"] if question.sides else verdict
    if value not in (*question.values, BORDERLINE):
        raise ValueError(f"{value!r} is not an answer to {question.title}")
    value = _decided(question, value)
    probability = float(row["probability"]) if row.get("probability") else None
    return ModelAnswer(value, verdict, probability, level, row["stack"] in forced)
