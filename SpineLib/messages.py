"""What passes between a worker and its host: each command's arguments and its answer.

A class's fields are the arguments, those without a default must be there, and its ``answer`` is
what comes back. `SpineLib.protocol` checks both on arrival. The table in ``docs/worker.md`` is made
of these classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from SpineLib import replies
from SpineLib.errors import BadRequest
from SpineLib.options import ReadOptions


class Request:
    """A command that a worker takes; each subclass is a dataclass of its arguments."""

    command: ClassVar[str]
    action: ClassVar[str] = ""
    answer: ClassVar[type[Any]]


@dataclass(frozen=True, kw_only=True)
class Read(ReadOptions, Request):
    """Reads a study, a folder or a file, or DICOM ``files``; `Reading.load` opens the answer."""

    command = "read"
    answer = replies.FolderAnswer
    input: Path | None = None
    files: tuple[Path, ...] = ()
    output: Path

    @property
    def source(self) -> Path | list[Path]:
        """What is read."""
        return _source("input", self.input, self.files)


@dataclass(frozen=True, kw_only=True)
class Scan(Request):
    """Looks for stacks in a folder or in ``files``; answers as ``spine scan --json``."""

    command = "scan"
    answer = replies.ScanAnswer
    folder: Path | None = None
    files: tuple[Path, ...] = ()
    weighting: str = ""
    region: str = ""

    @property
    def source(self) -> Path | list[Path]:
        """What is looked at."""
        return _source("folder", self.folder, self.files)


@dataclass(frozen=True, kw_only=True)
class Models(Request):
    """Lists models; answers as ``spine models list --json``."""

    command = "models"
    answer = replies.ModelsAnswer


@dataclass(frozen=True, kw_only=True)
class VerifyModel(Request):
    """Checks a model's weights; ``done`` is a sentence."""

    command, action = "manage", "verify"
    answer = replies.ManageAnswer
    name: str


@dataclass(frozen=True, kw_only=True)
class RemoveModel(Request):
    """Removes a model."""

    command, action = "manage", "remove"
    answer = replies.ManageAnswer
    name: str


@dataclass(frozen=True, kw_only=True)
class ImportModel(Request):
    """Imports a model's folder or zip file."""

    command, action = "manage", "import"
    answer = replies.ManageAnswer
    path: Path


@dataclass(frozen=True, kw_only=True)
class Regrade(ReadOptions, Request):
    """Assesses slices again in other windows.

    ``reading`` holds ``findings.json``, which is changed; ``input`` is the stack's volume;
    ``boxes`` gives each slice's index two corners in RAS mm.
    """

    command = "regrade"
    answer = replies.RegradeAnswer
    reading: Path
    input: Path
    stack: str
    boxes: dict[str, list[list[float]]]


@dataclass(frozen=True, kw_only=True)
class Report(Request):
    """Writes a report of a reading's folder with the PNG files of another one."""

    command = "report"
    answer = replies.FileAnswer
    reading: Path
    pictures: Path
    file: Path


@dataclass(frozen=True, kw_only=True)
class Send(Request):
    """Writes a ``reading`` as DICOM objects into ``output`` and sends them, or what is there again.

    ``images`` is what was read, a folder or files; ``earlier`` names objects that these take the
    place of, as the answer to an earlier sending did.
    """

    command = "send"
    answer = replies.SendAnswer
    destination: str
    output: Path
    reading: Path | None = None
    images: tuple[Path, ...] = ()
    objects: tuple[str, ...] = ()
    signed_by: str = ""
    organization: str = ""
    earlier: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Destinations(Request):
    """Lists the archives that this computer knows."""

    command, action = "pacs", "list"
    answer = replies.DestinationsAnswer


@dataclass(frozen=True, kw_only=True)
class AddDestination(Request):
    """Adds one, by the fields of `SpineLib.pacs.destinations.Destination`."""

    command, action = "pacs", "add"
    answer = replies.DestinationsAnswer
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Simulate(Request):
    """Simulates a study, as `SpineLib.simulate.write_study`."""

    command = "simulate"
    answer = replies.FolderAnswer
    folder: Path
    kind: str
    seed: int
    profile: str = "standard"
    disease: str | None = None
    contrast: str | None = None
    scanner: dict[str, float] | None = None
    companions: bool = False
    vendor: str = "plain"
    enhanced: bool = False
    format: str = "dicom"


@dataclass(frozen=True, kw_only=True)
class Diagnose(Request):
    """Says what this Python has: versions, devices, models."""

    command = "diagnose"
    answer = replies.DiagnoseAnswer


@dataclass(frozen=True, kw_only=True)
class ProjectRequest(Request):
    """Something that is asked of a reading project; ``project`` is its folder."""

    command = "project"
    project: Path


@dataclass(frozen=True, kw_only=True)
class ProjectStatus(ProjectRequest):
    """Says how far each reader is."""

    action = "status"
    answer = replies.ProjectAnswer


@dataclass(frozen=True, kw_only=True)
class ProjectAdd(ProjectRequest):
    """Adds the studies of a folder."""

    action = "add"
    answer = replies.ProjectAnswer
    folder: Path


@dataclass(frozen=True, kw_only=True)
class ProjectRelink(ProjectRequest):
    """Looks for studies that were moved."""

    action = "relink"
    answer = replies.RelinkAnswer
    folder: Path


@dataclass(frozen=True, kw_only=True)
class ProjectStack(ProjectRequest):
    """Writes a stack's voxels as a file that is quick to read."""

    action = "stack"
    answer = replies.StackAnswer
    study: str
    stack: str
    output: Path


@dataclass(frozen=True, kw_only=True)
class ProjectDisagreements(ProjectRequest):
    """Lists the slices on which readers disagree."""

    action = "disagreements"
    answer = replies.DisagreementsAnswer


@dataclass(frozen=True, kw_only=True)
class ProjectDecide(ProjectRequest):
    """Records the label that was settled for a slice; answers as ``disagreements``."""

    action = "decide"
    answer = replies.DisagreementsAnswer
    sop_instance_uid: str
    frame: int
    label: str
    note: str | None = None
    present: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProjectReaders(ProjectRequest):
    """Measures agreement and writes a page about it."""

    action = "readers"
    answer = replies.FileAnswer
    output: Path


@dataclass(frozen=True, kw_only=True)
class ProjectTraining(ProjectRequest):
    """Writes a training set."""

    action = "training"
    answer = replies.TrainingAnswer
    output: Path


@dataclass(frozen=True, kw_only=True)
class ProjectModel(ProjectRequest):
    """Keeps a model's answers, for reading with them."""

    action = "model"
    answer = replies.AnswersAnswer
    files: tuple[Path, ...]
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class LoopRequest(Request):
    """Something that is asked of a correction loop; ``dataset`` is its folder."""

    dataset: Path


@dataclass(frozen=True, kw_only=True)
class LoopAdd(LoopRequest):
    """Adds images; ``source`` is what ``spine loop add`` takes."""

    command = "loop-add"
    answer = replies.AddAnswer
    source: str
    by: str = ""
    region: str = ""
    weighting: str = ""
    images_only: bool = False


@dataclass(frozen=True, kw_only=True)
class LoopScore(LoopRequest):
    """Has a model answer cases; all of them where none is named."""

    command = "loop-score"
    answer = replies.ScoreAnswer
    cases: tuple[str, ...] | None = None
    model: str = ""
    device: str = "auto"


@dataclass(frozen=True, kw_only=True)
class LoopFinetune(Request):
    """Fine-tunes on a data set, or resumes a ``run`` (its folder)."""

    command = "loop-finetune"
    answer = replies.FinetuneAnswer
    dataset: Path | None = None
    run: Path | None = None
    replay: tuple[str, ...] = ()
    changes: dict[str, Any] | None = None
    device: str = "auto"
    workers: int | None = None
    minutes: float | None = None


@dataclass(frozen=True, kw_only=True)
class LoopTake(LoopRequest):
    """Makes a finished run a candidate; answers its id."""

    command = "loop-take"
    answer = replies.ModelAnswer
    run: Path


@dataclass(frozen=True, kw_only=True)
class LoopCompare(LoopRequest):
    """Compares a candidate (its id) with the current or another model."""

    command = "loop-compare"
    answer = replies.CompareAnswer
    candidate: str
    against: str = ""
    margins: dict[str, float] | None = None
    device: str = "auto"


@dataclass(frozen=True, kw_only=True)
class LoopPromote(LoopRequest):
    """Promotes the candidate of a comparison (its folder)."""

    command = "loop-promote"
    answer = replies.ModelAnswer
    comparison: Path
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class LoopBack(LoopRequest):
    """Goes back to an earlier model (its id)."""

    command = "loop-back"
    answer = replies.ModelAnswer
    model: str
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class LoopCurve(LoopRequest):
    """Draws the learning curve: CSV, SVG and PNG."""

    command = "loop-curve"
    answer = replies.CurveAnswer


@dataclass(frozen=True, kw_only=True)
class OutcomeModel(Request):
    """Says what a model of an outcome asks for; ``model`` is a folder of ``spine outcome fit``."""

    command, action = "outcome", "model"
    answer = replies.OutcomeModelAnswer
    model: Path


@dataclass(frozen=True, kw_only=True)
class OutcomePredict(Request):
    """Asks a model of an outcome of one patient; ``values`` are the data dictionary's, as typed."""

    command, action = "outcome", "predict"
    answer = replies.PrognosisAnswer
    model: Path
    values: dict[str, str]
    force: bool = False


@dataclass(frozen=True, kw_only=True)
class CohortRead(Request):
    """Reads one study of a cohort; ``study`` and ``setting`` are as of its plan and setting."""

    command = "cohort"
    answer = replies.CohortAnswer
    cohort: Path
    study: dict[str, Any]
    setting: dict[str, Any]
    device: str = "auto"


def _source(name: str, path: Path | None, files: tuple[Path, ...]) -> Path | list[Path]:
    if files:
        return list(files)
    if path is None:
        raise BadRequest(f"The argument {name} is missing")
    return path
