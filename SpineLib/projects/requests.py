"""What a panel asks of a reading project that takes longer than a moment; the worker answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from SpineLib.dicom import read
from SpineLib.errors import BadRequest
from SpineLib.progress import Progress
from SpineLib.projects.project import Project, add, open_project, relink
from SpineLib.projects.status import status_of
from SpineLib.volume import write_volume


def answer(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Does one action on a project.

    Args:
        arguments: ``project`` (its folder), ``action`` (``status``, ``add``, ``relink``,
            ``stack``, ``readers``, ``training``, ``model``) and what the action takes.
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
    return {"file": arguments["output"]}


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
    return {"file": str(table), "key": str(key), "task": project.scheme.task}


def _model(project: Project, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    from SpineLib.projects.answers import keep_answers

    kept = keep_answers(project, arguments["files"])
    return {**status_of(project), "answers": len(kept.answers), "model": kept.model}


_ACTIONS: dict[str, Callable[[Project, dict[str, Any], Progress], dict[str, Any]]] = {
    "status": _status,
    "add": _add,
    "relink": _relink,
    "stack": _stack,
    "readers": _readers,
    "training": _training,
    "model": _model,
}
