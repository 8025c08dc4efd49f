"""Two copies of one project become one, where readers worked apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.projects.project import (
    ANSWERS,
    CONSENSUS,
    EVENTS,
    LABELS,
    Project,
    ReadingStudy,
    open_project,
    write_studies,
)
from SpineLib.store.files import writing
from SpineLib.store.lock import holding


def merge(project: Project, other: str | Path) -> list[str]:
    """Takes over what another copy has more of: readers' files, consensus, unblindings, studies.

    A file here must be the beginning of the one there, or the other way round; nothing is ever
    mixed within one reader's file.

    Args:
        project: is changed.
        other: folder of the other copy; it is not changed.

    Returns:
        What was taken over, a line each.

    Raises:
        BadInput: it is another project, or both copies of one file went on apart; nothing is
            changed then.
    """
    there = open_project(other)
    if there.id != project.id:
        raise BadInput("This is a copy of another project", file=there.folder)
    if there.scheme != project.scheme:
        raise BadInput("The two copies have different schemes", file=there.folder)
    names = [f"{LABELS}/{name}.jsonl" for name in there.readers]
    names += [name for name in (CONSENSUS, EVENTS, ANSWERS) if (there.folder / name).is_file()]
    newer = [name for name in names if _newer(project.folder / name, there.folder / name)]
    taken = []
    known = {study.id for study in project.studies}
    joined = [_placed(there, study) for study in there.studies if study.id not in known]
    if joined:
        write_studies(replace(project, studies=(*project.studies, *joined)))
        taken.append(f"{len(joined)} studies")
    for name in newer:
        target = project.folder / name
        with holding(target), writing(target) as temporary:
            temporary.write_bytes((there.folder / name).read_bytes())
        taken.append(name)
    return taken


def _newer(here: Path, there: Path) -> bool:
    """Whether the other copy goes on where this one ends."""
    if not here.is_file():
        return True
    ours, theirs = here.read_bytes(), there.read_bytes()
    if ours.startswith(theirs):
        return False
    if theirs.startswith(ours) and ours.endswith(b"\n"):
        return True
    pairs = zip(ours.split(b"\n"), theirs.split(b"\n"), strict=False)
    line = next((n for n, (a, b) in enumerate(pairs, 1) if a != b), 1)
    raise BadInput(
        f"The two copies of this file differ from line {line} on",
        file=here,
        advice=f"Decide which one is right, and put it in both places; the other is {there}.",
    )


def _placed(project: Project, study: ReadingStudy) -> ReadingStudy:
    """The study with its folder as it is seen from anywhere."""
    return replace(study, folder=str(project.place(study).resolve()))
