"""How far each reader has come; nothing of what they said."""

from __future__ import annotations

from statistics import median
from typing import Any

from SpineLib.dicom.people import shared_ids
from SpineLib.projects.blinding import unblindings
from SpineLib.projects.labels import ARMS, UNASSISTED, ReaderLabels, read_labels
from SpineLib.projects.order import order_of
from SpineLib.projects.project import Project
from SpineLib.replies import ProjectAnswer
from SpineLib.times import local_time


def status_of(project: Project) -> ProjectAnswer:
    """Counts, times and locks of every reader, and what is wrong with files.

    Returns:
        JSON values: ``title``, ``studies``, ``slices``, ``readers`` (a row a reader and arm that
        was begun: ``done``, ``left``, ``seconds``, ``seconds_left`` by the median of those done,
        None where nothing was timed, ``locked`` as the time or empty), ``problems`` (of readers'
        files, a sentence each), ``unblinded`` (``readers``, ``who``, ``time``, ``why``),
        ``missing`` (``study``, ``place``), and ``notes``: all three in sentences for a terminal,
        and of Patient IDs that several people share.
    """
    rows, problems = [], []
    for name in project.readers:
        labels = read_labels(project, name)
        problems += [f"{name}: {problem}" for problem in labels.told]
        for arm in ARMS:
            if arm == UNASSISTED or labels.given[arm] or arm in labels.locks:
                rows.append(_row(project, labels, arm))
    keys = ("readers", "who", "time", "why")
    unblinded = [{key: unblinding[key] for key in keys} for unblinding in unblindings(project)]
    missing = [
        {"study": study.id, "place": str(project.place(study))} for study in project.missing()
    ]
    return {
        "title": project.title,
        "studies": len(project.studies),
        "slices": len(list(project.slices())),
        "readers": rows,
        "problems": problems,
        "unblinded": unblinded,
        "missing": missing,
        "notes": [*problems, *_notes(unblinded, missing), *_shared(project)],
    }


def _shared(project: Project) -> list[str]:
    return shared_ids(study.patient for study in project.studies)


def _notes(unblinded: list[dict[str, Any]], missing: list[dict[str, str]]) -> list[str]:
    notes = [
        f"{', '.join(unblinding['readers'])} unblinded by {unblinding['who']} at {local_time(unblinding['time'])}: "
        f"{unblinding['why']}"
        for unblinding in unblinded
    ]
    return notes + [
        f"Study {study['study']} is no longer at {study['place']}; relink finds it"
        for study in missing
    ]


def _row(project: Project, labels: ReaderLabels, arm: str) -> dict[str, Any]:
    given = labels.current(arm)
    # Without its first line a file has no order of its own; how many slices there are is the same.
    items = order_of(project, labels.seed or 0)
    keys = {item.key for item in items} if labels.seed is not None else set(given)
    done = [label for key, label in given.items() if key in keys]
    timed = [label.seconds for label in done if label.seconds is not None]
    left = len(items) - len(done)
    return {
        "reader": labels.reader,
        "arm": arm,
        "done": len(done),
        "left": left,
        "seconds": round(sum(timed), 1),
        "seconds_left": round(median(timed) * left, 1) if timed else None,
        "locked": labels.locks.get(arm, ""),
    }
