"""What a panel asks of a reading project that takes longer than a moment; the worker answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from SpineLib.dicom import read
from SpineLib.errors import BadRequest
from SpineLib.progress import Progress
from SpineLib.projects.consensus import Decision, SliceReadings, decide, disagreements
from SpineLib.projects.labels import UNASSISTED, Label
from SpineLib.projects.order import FIRST
from SpineLib.projects.project import Project, open_project
from SpineLib.projects.status import status_of
from SpineLib.projects.studies import add, relink
from SpineLib.volume import write_volume


def answer(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Does one action on a project.

    Args:
        arguments: ``project`` (its folder), ``action`` (``status``, ``add``, ``relink``,
            ``stack``, ``disagreements``, ``decide``, ``readers``, ``training``, ``model``) and what the action takes.
        progress: told of each step.

    Returns:
        JSON values, by action.

    Raises:
        BadRequest: the action is not known, or an argument is missing.
        SpineError: as of what the action does.
    """
    action = arguments.get("action")
    if action not in _ACTIONS:
        raise BadRequest(f"A reading project has no action {action}")
    try:
        return _ACTIONS[action](open_project(arguments["project"]), arguments, progress)
    except KeyError as error:
        raise BadRequest(f"The argument {error} is missing") from error


def _status(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return status_of(project)


def _add(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    return status_of(add(project, arguments["folder"], progress=progress))


def _relink(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    found, moved = relink(project, arguments["folder"], progress=progress)
    return {**status_of(found), "moved": moved}


def _stack(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Writes a stack's voxels, all of them, as a file that is quick to read."""
    study = project.study(arguments["study"])
    wanted = next((one for one in study.stacks if one.id == arguments["stack"]), None)
    if wanted is None:
        raise BadRequest(f"The study has no stack {arguments['stack']}")
    volume = read(project.open_stack(study, wanted), progress=progress)
    write_volume(volume, arguments["output"], compress=False)
    return {"file": arguments["output"], "window": volume.window}


def _disagreements(
    project: Project, arguments: dict[str, Any], progress: Progress
) -> dict[str, Any]:
    """What readers disagree on, as `readings_of_json` takes it."""
    rows = []
    for one in disagreements(project):
        labels = {
            name: {"value": said.value, "confidence": said.confidence, "comment": said.comment}
            for name, said in one.labels.items()
        }
        rows.append({
            "study": one.study.id, "stack": one.stack.id, "index": one.index, "labels": labels,
            "decision": None if one.decision is None else asdict(one.decision),
        })  # fmt: skip
    return {"rows": rows}


def readings_of_json(project: Project, rows: list[dict[str, Any]]) -> list[SliceReadings]:
    """What ``disagreements`` and ``decide`` answer, as values."""
    found = []
    for row in rows:
        study = project.study(row["study"])
        stack = next(one for one in study.stacks if one.id == row["stack"])
        one = stack.slices[row["index"]]
        labels = {
            name: Label((*one.key, FIRST), UNASSISTED, **said)
            for name, said in row["labels"].items()
        }
        decision = row["decision"]
        settled = decision and Decision(**{**decision, "present": tuple(decision["present"])})
        found.append(SliceReadings(study, stack, one, row["index"], labels, settled))
    return found


def _decide(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    key = arguments["sop_instance_uid"], arguments["frame"]
    decide(
        project, key, arguments["label"], note=arguments["note"],
        present=tuple(arguments["present"]),
    )  # fmt: skip
    return _disagreements(project, arguments, progress)


def _readers(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    from SpineLib.projects.answers import all_answers
    from SpineLib.projects.page import write_page
    from SpineLib.projects.readers import evaluate_readers
    from SpineLib.projects.tables import readings_of

    progress.stage("Measuring agreement")
    study = evaluate_readers(readings_of(project, all_answers(project)), project.title)
    progress.check()
    return {"file": str(write_page(study, Path(arguments["output"])))}


def _training(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    from SpineLib.projects.exporting import write_training

    out = Path(arguments["output"])
    key = out.with_name(f"{out.name}.key.json")
    table = write_training(project, out, key=key, progress=progress)
    return {"file": str(table), "key": str(key), "task": project.task}


def _model(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    from SpineLib.projects.answers import keep_answers

    kept = keep_answers(project, arguments["files"])
    return {**status_of(project), "answers": len(kept.answers), "model": kept.model}


_ACTIONS: dict[str, Callable[[Project, dict[str, Any], Progress], dict[str, Any]]] = {
    "status": _status,
    "add": _add,
    "relink": _relink,
    "stack": _stack,
    "disagreements": _disagreements,
    "decide": _decide,
    "readers": _readers,
    "training": _training,
    "model": _model,
}
