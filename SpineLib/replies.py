"""What a worker answers to each request of `SpineLib.messages`, as JSON values."""

from __future__ import annotations

from typing import Any, TypedDict

JsonObject = dict[str, Any]


class FolderAnswer(TypedDict):
    folder: str


class FileAnswer(TypedDict):
    file: str


class ScanAnswer(TypedDict):
    studies: list[JsonObject]
    skipped: list[JsonObject]
    warnings: list[str]


class ModelsAnswer(TypedDict):
    models: list[JsonObject]
    broken: list[JsonObject]


class ManageAnswer(ModelsAnswer):
    done: str


class RegradeAnswer(TypedDict):
    slices: int


class SendAnswer(TypedDict):
    objects: list[JsonObject]


class DestinationsAnswer(TypedDict):
    destinations: list[JsonObject]


class DiagnoseAnswer(TypedDict):
    software: str
    python: str
    system: str
    processors: int
    packages: dict[str, str | None]
    devices: list[str]
    problem: str
    models: list[JsonObject]
    broken: list[str]


class ProjectAnswer(TypedDict):
    title: str
    studies: int
    slices: int
    readers: list[JsonObject]
    problems: list[str]
    unblinded: list[JsonObject]
    missing: list[JsonObject]
    notes: list[str]


class RelinkAnswer(ProjectAnswer):
    moved: int


class AnswersAnswer(ProjectAnswer):
    answers: int
    model: str


class StackAnswer(FileAnswer):
    window: tuple[float, float] | None


class DisagreementsAnswer(TypedDict):
    rows: list[JsonObject]


class TrainingAnswer(FileAnswer):
    key: str
    task: str


class ScoreAnswer(TypedDict):
    scored: int
    skipped: int
    failed: dict[str, str]


class FinetuneAnswer(TypedDict):
    run: str
    state: str
    step: int
    steps: int
    model: str | None


class ModelAnswer(TypedDict):
    model: str


class CompareAnswer(TypedDict):
    comparison: str
    page: str | None
    worse: list[str]
    cannot: str
    changes: list[JsonObject]


class CurveAnswer(TypedDict):
    files: list[str]
    points: list[JsonObject]


class AddAnswer(TypedDict):
    added: list[str]
    left_out: list[str]


class OutcomeModelAnswer(TypedDict):
    title: str
    question: str
    notice: str
    patients: int
    inputs: list[JsonObject]
    helping: list[str]


class PrognosisAnswer(TypedDict):
    prognosis: JsonObject


class CohortAnswer(TypedDict):
    state: str
    why: str
    seconds: float
