"""Studies join a reading project, and are found again where they have moved."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from SpineLib.dicom import Stack, scan
from SpineLib.dicom.patients import person_of
from SpineLib.dicom.people import Person, told_apart
from SpineLib.dicom.unzipping import zip_of
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.projects.labels import locked_sets
from SpineLib.projects.project import (
    ANY,
    PROJECT,
    STUDIES,
    Key,
    Project,
    ReadingSlice,
    ReadingStack,
    ReadingStudy,
    keys_of,
    open_project,
    write_studies,
)
from SpineLib.store.lock import holding
from SpineLib.store.patients import KEY_FILE, keyed, plain_hash, secret_of


def add(project: Project, folder: str | Path, *, progress: Progress | None = None) -> Project:
    """Adds the studies below a folder.

    Args:
        project: no reader of it has locked a set yet.
        folder: of DICOM; each study is to lie in a folder of its own for `relink` to be quick.
        progress: told of each file.

    Raises:
        BadInput: a set is locked, no stack of the project's plane and weighting is there, a SOP
            Instance UID would stand for several slices of the project, or another program is adding
            studies.
    """
    with holding(project.folder / STUDIES):
        return _added(open_project(project.folder), folder, progress)


def _added(project: Project, folder: str | Path, progress: Progress | None) -> Project:
    locked = locked_sets(project)
    if locked:
        raise BadInput(
            f"{locked[0]} has locked a set of labels, so no study can be added",
            file=project.folder,
            advice="Make another project for more studies.",
        )
    secret = secret_of(project.patients_key, project.folder / KEY_FILE)
    known = {study.id for study in project.studies}
    new = [study for study in _found(project, folder, secret, progress) if study.id not in known]
    if not new:
        kind = f"{project.plane} {project.weighting}".replace(ANY, "").strip() or "readable"
        raise BadInput(
            f"No new study with a {kind} stack lies here",
            file=folder,
            advice=f"See what the folder holds. The project's plane and weighting are in {PROJECT}.",
            command=f"spine scan {folder}",
        )
    changed = project
    for study in new:
        met = [(s.patient, Person.from_dict(s.person)) for s in changed.studies]
        patient = told_apart(study.patient, Person.from_dict(study.person), met)
        changed = replace(changed, studies=(*changed.studies, replace(study, patient=patient)))
    _require_unique(changed, folder)
    write_studies(changed)
    return changed


def _require_unique(project: Project, folder: str | Path) -> None:
    """Labels are kept by UID: one that an anonymiser gave twice would be another slice's too."""
    counts = Counter(slice_.key for _, _, slice_ in project.slices())
    several = sum(count > 1 for count in counts.values())
    if several:
        raise BadInput(
            f"{several} SOP Instance UIDs stand for several slices, so a label could land on "
            "the wrong one",
            file=folder,
            advice="An anonymiser used them twice; anonymise the originals again.",
        )


def relink(
    project: Project, folder: str | Path, *, progress: Progress | None = None
) -> tuple[Project, int]:
    """Finds studies that have moved, by their SOP Instance UIDs.

    Returns:
        The project, and how many studies were found at another place.
    """
    places: dict[str, tuple[str, set[Key]]] = {}
    for stack in scan(folder, progress=progress).stacks:
        study, before = (
            plain_hash(stack.study_instance_uid),
            places.get(plain_hash(stack.study_instance_uid)),
        )
        keys = set(keys_of(stack)) | (before[1] if before else set())
        places[study] = _place(project.folder, [stack], before[0] if before else ""), keys
    moved, studies = 0, []
    with holding(project.folder / STUDIES):
        for known in open_project(project.folder).studies:
            new_folder, keys = places.get(known.id, (known.folder, set()))
            if new_folder != known.folder and {s.key for s in known.slices} <= keys:
                known, moved = replace(known, folder=new_folder), moved + 1
            studies.append(known)
        changed = replace(project, studies=tuple(studies))
        if moved:
            write_studies(changed)
    return changed, moved


def _found(
    project: Project, folder: str | Path, secret: bytes, progress: Progress | None
) -> Iterator[ReadingStudy]:
    for study in scan(folder, progress=progress).studies:
        wanted = [s for s in study.stacks if not s.problem and _fits(project, s)]
        if not wanted:
            continue
        yield ReadingStudy(
            plain_hash(study.study_instance_uid),
            keyed(study.patient_hash or plain_hash(study.study_instance_uid), secret),
            _place(project.folder, wanted),
            tuple(
                ReadingStack(
                    s.id,
                    s.plane,
                    s.region,
                    s.weighting,
                    tuple(ReadingSlice(*k) for k in keys_of(s)),
                )
                for s in wanted
            ),
            person_of(study.stacks).keyed(secret).to_dict() if secret else {},
        )


def _fits(project: Project, stack: Stack) -> bool:
    plane, weighting = project.plane, project.weighting
    return plane in (ANY, stack.plane) and weighting in (ANY, stack.weighting)


def _place(project: Path, stacks: list[Stack], other: str = "") -> str:
    """The deepest folder that holds all files, or the zip."""
    files = [source.path.resolve() for s in stacks for source in s.sources]
    folders = [str(zip_of(file) or file.parent) for file in files]
    folders += [str((project / other).resolve())] if other else []
    common = Path(os.path.commonpath(folders))
    try:
        return common.relative_to(project.resolve()).as_posix()
    except ValueError:
        return str(common)
