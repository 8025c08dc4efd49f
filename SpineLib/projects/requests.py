"""A panel's requests of a reading project that take longer than a moment; the worker answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from SpineLib import messages, replies
from SpineLib.dicom import read
from SpineLib.errors import BadRequest
from SpineLib.progress import Progress
from SpineLib.projects.consensus import Decision, SliceReadings, decide, disagreements
from SpineLib.projects.labels import UNASSISTED, Label
from SpineLib.projects.order import FIRST
from SpineLib.projects.project import Project, open_project
from SpineLib.projects.status import status_of
from SpineLib.projects.studies import add, relink
from SpineLib.protocol import Handlers
from SpineLib.replies import DisagreementsAnswer, FileAnswer, ProjectAnswer
from SpineLib.volume import write_volume


def _status(request: messages.ProjectStatus, _progress: Progress) -> ProjectAnswer:
    return status_of(open_project(request.project))


def _add(request: messages.ProjectAdd, progress: Progress) -> ProjectAnswer:
    return status_of(add(open_project(request.project), request.folder, progress=progress))


def _relink(request: messages.ProjectRelink, progress: Progress) -> replies.RelinkAnswer:
    project = open_project(request.project)
    relinked, moved = relink(project, request.folder, progress=progress)
    return {**status_of(relinked), "moved": moved}


def _stack(request: messages.ProjectStack, progress: Progress) -> replies.StackAnswer:
    """Writes a stack's voxels, all of them, as a file that is quick to read."""
    project = open_project(request.project)
    study = project.study(request.study)
    wanted = next((stack for stack in study.stacks if stack.id == request.stack), None)
    if wanted is None:
        raise BadRequest(f"The study has no stack {request.stack}")
    volume = read(project.open_stack(study, wanted), progress=progress)
    write_volume(volume, request.output, compress=False)
    return {"file": str(request.output), "window": volume.window}


def _disagreements(
    request: messages.ProjectDisagreements | messages.ProjectDecide, _progress: Progress
) -> DisagreementsAnswer:
    """What readers disagree on, as `readings_of_json` takes it."""
    rows = []
    for readings in disagreements(open_project(request.project)):
        labels = {
            name: {"value": label.value, "confidence": label.confidence, "comment": label.comment}
            for name, label in readings.labels.items()
        }
        rows.append({
            "study": readings.study.id, "stack": readings.stack.id, "index": readings.index,
            "labels": labels,
            "decision": None if readings.decision is None else asdict(readings.decision),
        })  # fmt: skip
    return {"rows": rows}


def readings_of_json(project: Project, rows: list[dict[str, Any]]) -> list[SliceReadings]:
    """What ``disagreements`` and ``decide`` answer, as values."""
    readings = []
    for row in rows:
        study = project.study(row["study"])
        stack = next(stack for stack in study.stacks if stack.id == row["stack"])
        slice_ = stack.slices[row["index"]]
        labels = {
            name: Label((*slice_.key, FIRST), UNASSISTED, **fields)
            for name, fields in row["labels"].items()
        }
        decision = row["decision"]
        settled = decision and Decision(**{**decision, "present": tuple(decision["present"])})
        readings.append(SliceReadings(study, stack, slice_, row["index"], labels, settled))
    return readings


def _decide(request: messages.ProjectDecide, progress: Progress) -> DisagreementsAnswer:
    project, key = open_project(request.project), (request.sop_instance_uid, request.frame)
    decide(project, key, request.label, note=request.note, present=request.present)
    return _disagreements(request, progress)


def _readers(request: messages.ProjectReaders, progress: Progress) -> FileAnswer:
    from SpineLib.projects.answers import all_answers
    from SpineLib.projects.page import write_page
    from SpineLib.projects.readers import evaluate_readers
    from SpineLib.projects.tables import readings_of

    progress.stage("Measuring agreement")
    project = open_project(request.project)
    study = evaluate_readers(readings_of(project, all_answers(project)), project.title)
    progress.check()
    return {"file": str(write_page(study, request.output))}


def _training(request: messages.ProjectTraining, progress: Progress) -> replies.TrainingAnswer:
    from SpineLib.projects.exporting import write_training

    project = open_project(request.project)
    key = request.output.with_name(f"{request.output.name}.key.json")
    table = write_training(project, request.output, key=key, progress=progress)
    return {"file": str(table), "key": str(key), "task": project.task}


def _model(request: messages.ProjectModel, _progress: Progress) -> replies.AnswersAnswer:
    from SpineLib.projects.answers import keep_answers

    project = open_project(request.project)
    kept = keep_answers(project, request.files, request.model)
    return {**status_of(project), "answers": len(kept.answers), "model": kept.model}


HANDLERS: Handlers = {
    messages.ProjectStatus: _status,
    messages.ProjectAdd: _add,
    messages.ProjectRelink: _relink,
    messages.ProjectStack: _stack,
    messages.ProjectDisagreements: _disagreements,
    messages.ProjectDecide: _decide,
    messages.ProjectReaders: _readers,
    messages.ProjectTraining: _training,
    messages.ProjectModel: _model,
}
