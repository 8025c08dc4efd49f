"""Sends objects to an archive; what was interrupted goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import UID

from SpineLib.errors import BadInput, SpineError, from_os_error
from SpineLib.pacs.destinations import Destination
from SpineLib.progress import Progress
from SpineLib.store.journal import append, read_journal

SENT = "sent.jsonl"  # beside the objects: which archive has which
SEGMENTATION, LABELMAP = "segmentation.dcm", "labelmap.dcm"
_LABELMAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
# What went in the place of the other one.
_TAKEN = {
    LABELMAP: "the label map is sent in its place",
    SEGMENTATION: "the binary segmentation is sent in its place",
}


@dataclass(frozen=True)
class Outcome:
    """What became of one object.

    Attributes:
        file: the object.
        state: ``sent``, ``sent before``, ``refused``, ``left out``, or ``not sent`` (nobody got as
            far).
        reason: why it was refused, left out or not sent.
    """

    file: Path
    state: str
    reason: str = ""


def send(
    folder: str | Path, archive: Destination, *, progress: Progress | None = None
) -> list[Outcome]:
    """Sends every DICOM file of a folder.

    Of a label map and the binary segmentation beside it, the archive gets the label map if it takes
    such objects, else the other one.

    Args:
        folder: of objects; a file is sent alone.
        archive: where to.
        progress: one step an object.

    Returns:
        One outcome a file. An object that is refused does not end the others.

    Raises:
        BadInput: there is no DICOM file.
        SpineError: the archive cannot be reached, or the connection ended; what it has by then is
            not sent again the next time.
    """
    progress = progress or Progress()
    files, journal = _files(Path(folder)), _journal(Path(folder))
    has = _sent(journal, archive)
    there = {path for path, header in files if _uid(header) in has}
    before = [Outcome(path, "sent before") for path in there]
    # Of a label map and its binary twin, the archive gets one, in this sending or in the last.
    twins = [path for path, _ in files if path not in there and _twin(path) in there]
    before += [Outcome(path, "left out", _TAKEN[_twin(path).name]) for path in twins]
    waiting = [(path, header) for path, header in files if path not in there and path not in twins]
    progress.stage("Sending", len(waiting))
    outcomes = []
    send_all = _by_web if archive.is_web else _by_dimse
    for outcome, uid in send_all(waiting, archive) if waiting else ():
        outcomes.append(outcome)
        if outcome.state == "sent":
            append(journal, {"uid": uid, "to": archive.where})
        progress.advance()
    return sorted([*before, *outcomes], key=lambda outcome: outcome.file)


def so_far(folder: str | Path, archive: Destination, why: str) -> list[Outcome]:
    """One outcome a file after `send` was given up: what the archive has, and what not.

    Args:
        folder, archive: as of `send`.
        why: it was given up.

    Raises:
        BadInput: there is no DICOM file.
    """
    has = _sent(_journal(Path(folder)), archive)
    return [
        Outcome(path, "sent") if _uid(header) in has else Outcome(path, "not sent", why)
        for path, header in _files(Path(folder))
    ]


def _twin(path: Path) -> Path:
    """A label map's binary segmentation, and the other way round; of other files themselves."""
    return path.with_name(
        {SEGMENTATION: LABELMAP, LABELMAP: SEGMENTATION}.get(path.name, path.name)
    )


def _journal(folder: Path) -> Path:
    return (folder if folder.is_dir() else folder.parent) / SENT


def _sent(journal: Path, archive: Destination) -> set[str]:
    lines = read_journal(journal).lines
    return {str(line.record.get("uid")) for line in lines if line.record.get("to") == archive.where}


def _uid(header: Dataset) -> str:
    return str(header.SOPInstanceUID)


def _files(folder: Path) -> list[tuple[Path, Dataset]]:
    paths = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    files: list[tuple[Path, Dataset]] = []
    for path in paths:
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True)
        except (pydicom.errors.InvalidDicomError, EOFError):
            continue
        except OSError as error:
            raise from_os_error(error, path) from error
        if "SOPInstanceUID" in header and "SOPClassUID" in header:
            files.append((path, header))
    if not files:
        raise BadInput("There is no DICOM file to send here", file=folder)
    return files


Waiting = Sequence[tuple[Path, Dataset]]


def _by_dimse(waiting: Waiting, archive: Destination) -> Iterator[tuple[Outcome, str]]:
    from SpineLib.pacs import dimse

    wanted = {
        (str(header.SOPClassUID), str(header.file_meta.TransferSyntaxUID))  # type: ignore[attr-defined]
        for _, header in waiting
    }
    with dimse.associated(archive, dimse.contexts_for(wanted)) as association:
        accepted = {str(context.abstract_syntax) for context in association.accepted_contexts}

        def store(path: Path, header: Dataset) -> str:
            kind = str(header.SOPClassUID)
            if kind not in accepted:
                labelmap = kind == _LABELMAP_STORAGE
                return f"{archive.where} takes no {'label maps' if labelmap else UID(kind).name}"
            status = association.send_c_store(_whole(path))
            number = getattr(status, "Status", None)
            if number is None:
                raise SpineError(
                    f"{archive.where} ended the association at {path.name}",
                    advice="Send again: what it has already is not sent twice.",
                )
            taken = number == dimse.SUCCESS or number in dimse.WARNINGS
            return "" if taken else f"{archive.where} answered {dimse.status_words(status)}"

        yield from _in_turn(waiting, store)


def _by_web(waiting: Waiting, archive: Destination) -> Iterator[tuple[Outcome, str]]:
    from SpineLib.pacs import web

    client = web.client(archive)
    yield from _in_turn(waiting, lambda path, _: web.store(client, archive, _whole(path)))


def _in_turn(
    waiting: Waiting, store: Callable[[Path, Dataset], str]
) -> Iterator[tuple[Outcome, str]]:
    """Stores one object after the other; ``store`` gives why one was refused.

    The label map goes first: whether it is taken decides about the binary segmentation.
    """
    taken: set[Path] = set()
    paths = {path for path, _ in waiting}
    for path, header in sorted(waiting, key=lambda pair: pair[0].name != LABELMAP):
        twin = _twin(path)
        if twin in taken and twin != path:
            yield Outcome(path, "left out", _TAKEN[twin.name]), _uid(header)
            continue
        refused = store(path, header)
        if refused and path.name == LABELMAP and twin in paths:
            yield Outcome(path, "left out", f"{refused}; {_TAKEN[SEGMENTATION]}"), _uid(header)
            continue
        taken |= set() if refused else {path}
        yield Outcome(path, "refused" if refused else "sent", refused), _uid(header)


def _whole(path: Path) -> FileDataset:
    try:
        return pydicom.dcmread(path)
    except OSError as error:
        raise from_os_error(error, path) from error


def as_records(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """As JSON values."""
    return [
        {"file": str(outcome.file), "state": outcome.state, "reason": outcome.reason}
        for outcome in outcomes
    ]
