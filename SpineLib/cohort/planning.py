"""Finds the studies of a cohort by their headers alone, place after place, without pixels."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from SpineLib.cohort.opening import unpacked
from SpineLib.cohort.planned import (
    FOLDER,
    PLAN,
    VOLUME,
    WEB,
    ZIP,
    Part,
    PlannedStudy,
    digest,
    places,
)
from SpineLib.dicom import is_volume_file, scan_files
from SpineLib.dicom.dicomdir import NAME as DICOMDIR
from SpineLib.dicom.places import files_of
from SpineLib.dicom.stack import Skipped, Study
from SpineLib.dicom.unzipping import is_zip, remove_unpacked
from SpineLib.errors import BadInput, BadRequest, Cancelled, OutputError, SpineError, from_os_error
from SpineLib.progress import Progress
from SpineLib.store.journal import append, repair
from SpineLib.store.lock import holding
from SpineLib.store.patients import keyed, new_secret

_LIST, _WEB = ".txt", "pacs:"
_PATIENCE = 60.0  # seconds for another program that plans the same cohort


@dataclass
class Place:
    """Somewhere that is looked at on its own: a folder without those below it, a zip, a file.

    Attributes:
        kind: of its parts.
        path: of it; for `WEB` the destination's name.
        files: of a folder.
        error: why it could not be looked into.
    """

    kind: str
    path: str
    files: list[Path] = field(default_factory=list)
    studies: list[PlannedStudy] | None = None
    error: SpineError | None = None


@dataclass
class Planned:
    """What a planning did.

    Attributes:
        looked_at, known: places that were looked at now, and that were as the plan had them.
        left_out: reason → how many files.
    """

    looked_at: int = 0
    known: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def plan(sources: Sequence[str], cohort: Path, *, progress: Progress | None = None) -> Planned:
    """Looks for studies in sources and adds them to a cohort's plan; goes on where it was.

    Args:
        sources: folders with all folders below them, DICOMDIRs, zips, volume files, text files with
            a source a line, or ``pacs:NAME?StudyDate=20260101-20261231&…`` for a DICOMweb server.
        cohort: folder of the cohort; is made.
        progress: a step a place.

    Returns:
        What was done.

    Raises:
        BadInput: a source is not there.
        SpineError: another program plans this cohort, an archive does not answer, or the disk is
            full; what was found before is in the plan.
    """
    done = add(_places(sources), cohort / PLAN, progress or Progress())
    roots = [Path(source).absolute() for source in sources if Path(source).is_dir()]
    with holding(cohort / PLAN, patience=_PATIENCE):
        for name, line in places(cohort / PLAN).items():
            path = Path(name)
            if line.get("studies") and any(map(path.is_relative_to, roots)) and not path.exists():
                append(cohort / PLAN, {"place": name, "stamp": "", "studies": []})
    return done


def add(to_add: Iterable[Place], path: Path, progress: Progress) -> Planned:
    """Adds places to a plan; those that are as it has them are not looked at again.

    Args:
        to_add: one after the other.
        path: of the plan, in the cohort's folder.
        progress: a step a place.
    """
    done = Planned()
    with holding(path, patience=_PATIENCE):
        repair(path)
        known = {name: str(line.get("stamp")) for name, line in places(path).items()}
        secret = new_secret(path.parent)
        progress.stage("Looking for studies")
        for place in to_add:
            stamp = _stamp(place)
            if known.get(place.path) == stamp:
                done.known += 1
            else:
                studies, left_out = _studies_of(place, stamp)
                hidden = [replace(s, patient=keyed(s.patient, secret)).to_dict() for s in studies]
                line = {"place": place.path, "stamp": stamp, "studies": hidden}
                append(path, {**line, "left_out": left_out} if left_out else line)
                known[place.path] = stamp
                done.looked_at += 1
                done.left_out += Counter(left_out)
            progress.advance()
    return done


def _places(sources: Iterable[str]) -> Iterator[Place]:
    for source in sources:
        if source.startswith(_WEB):
            yield from _on_the_web(source.removeprefix(_WEB))
            continue
        path = Path(source).absolute()
        if path.suffix.lower() == _LIST and path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            inside = [line.strip() for line in lines if line.strip() and line[0] != "#"]
            yield from _places(_from_list(path.parent, inner) for inner in inside)
        elif path.is_dir():
            yield from _below(path)
        elif path.name.upper() == DICOMDIR and path.is_file():
            yield from _grouped(files_of(path)[0])
        elif path.exists():
            yield _file(path)
        else:
            raise BadInput("There is no such folder or file", file=path)


def _from_list(folder: Path, line: str) -> str:
    return line if line.startswith(_WEB) else str(folder / line)


def _below(folder: Path) -> Iterator[Place]:
    """Each folder below one, a branch at a time, so that memory holds one branch's names only."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise from_os_error(error, folder) from error
    yield from _grouped([path for path in entries if path.is_file()])
    for branch in entries:
        if branch.is_dir():
            files, closed = files_of(branch)
            yield from _grouped(files)
            yield from (_closed(skipped) for skipped in closed)


def _closed(skipped: Skipped) -> Place:
    error = BadInput(f"A folder or file {skipped.reason}")
    return Place(FOLDER, str(skipped.file), error=error)


def _grouped(files: Iterable[Path]) -> Iterator[Place]:
    """Folders and zips; a volume file in a folder may be anybody's mask, and is named by itself."""
    ordered = sorted(files, key=lambda path: (str(path.parent), path.name))
    for folder, inside in groupby(ordered, key=lambda path: path.parent):
        plain = []
        for path in inside:
            if path.suffix.lower() == ".zip":
                yield _file(path)
            elif path.name.upper() != DICOMDIR:
                plain.append(path)
        if plain:
            yield Place(FOLDER, str(folder), plain)


def _file(path: Path) -> Place:
    if is_volume_file(path):
        return Place(VOLUME, str(path), [path])
    return Place(ZIP if is_zip(path) else FOLDER, str(path), [path])


def _on_the_web(source: str) -> Iterator[Place]:
    """Studies that an archive names, a page of its answer at a time."""
    from urllib.parse import parse_qsl

    from SpineLib.pacs.destinations import destination
    from SpineLib.pacs.web import find_studies

    name, _, query = source.partition("?")
    server = destination(name)
    if not server.is_web:
        raise BadRequest(f"{name} is no DICOMweb server", advice="Fetch its studies first.")
    for uid, images in find_studies(server, dict(parse_qsl(query))):
        part = Part(WEB, name, (uid,), images, str(images))
        study = PlannedStudy(digest(uid), uid, "", (part,))
        yield Place(WEB, f"{_WEB}{name} {uid}", studies=[study])


def _stamp(place: Place) -> str:
    """Another one where files of a place came, went or changed."""
    if place.studies is not None:
        return digest(*(json.dumps(study.to_dict()) for study in place.studies))
    return _stamp_of(place.files) if place.error is None else digest(str(place.error))


def _stamp_of(files: Iterable[Path]) -> str:
    lines = []
    for path in files:
        try:
            about = path.stat()
            lines.append(f"{path} {about.st_size} {about.st_mtime_ns}")
        except OSError:
            lines.append(f"{path} closed")
    return digest(*lines)


def _studies_of(place: Place, stamp: str) -> tuple[list[PlannedStudy], dict[str, int]]:
    """The studies of a place; one that cannot be read is a row with its reason."""
    if place.studies is not None:
        return place.studies, {}
    try:
        if place.error is not None:
            raise place.error
        if place.kind == VOLUME:
            part = Part(VOLUME, place.path, (), 1, stamp)
            return [PlannedStudy(digest(VOLUME, place.path), parts=(part,))], {}
        return _scanned(place, stamp)
    except (Cancelled, OutputError):
        raise
    except SpineError as error:
        part = Part(place.kind, place.path, (), 0, stamp)
        problem = error.what.rstrip(".")
        return [PlannedStudy(digest(place.kind, place.path), parts=(part,), problem=problem)], {}


def _scanned(place: Place, stamp: str) -> tuple[list[PlannedStudy], dict[str, int]]:
    folder, files = Path(place.path), place.files
    closed: list[Skipped] = []
    try:
        if place.kind == ZIP:
            folder, files, closed = unpacked(folder)
        scanned = scan_files(files)
    finally:
        remove_unpacked()
    skipped = [*scanned.skipped, *closed]
    broken = [file for file in skipped if not file.other]
    if not scanned.studies and broken:
        reason = Counter(file.reason for file in broken).most_common(1)[0][0]
        raise BadInput(f"No image here can be read; a file {reason}")
    whole = len(scanned.studies) == 1 and Path(place.path) != place.files[0]
    studies = [_planned(study, place, folder, stamp, whole=whole) for study in scanned.studies]
    return studies, dict(Counter(file.reason for file in skipped))


def _planned(study: Study, place: Place, folder: Path, stamp: str, *, whole: bool) -> PlannedStudy:
    """A row of the plan.

    Args:
        study: as the scan found it.
        place: where.
        folder: of its files; temporary for a zip's.
        stamp: of the place.
        whole: all files of the place are the study's.
    """
    sources = sorted({source.path for stack in study.stacks for source in stack.sources})
    if place.kind == FOLDER:
        folder, stamp = sources[0].parent, _stamp_of(sources)
    files = () if whole else tuple(str(path.relative_to(folder)) for path in sources)
    path = place.path if place.kind == ZIP else str(folder)
    part = Part(place.kind, path, files, len(sources), stamp)
    stacks = dict.fromkeys((s.plane, s.weighting) for s in study.stacks if not s.problem)
    uid = study.study_instance_uid
    return PlannedStudy(
        digest(uid) if uid else digest(place.kind, place.path), uid, study.patient_hash, (part,),
        tuple(stacks),
    )  # fmt: skip
