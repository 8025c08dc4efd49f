"""Sends objects to an archive; what was interrupted goes on where it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileDataset

from SpineLib.errors import BadInput, SpineError, from_os_error
from SpineLib.pacs.destinations import Destination
from SpineLib.progress import Progress
from SpineLib.store.journal import append, read_journal

SENT = "sent.jsonl"  # beside the objects: which archive has which
SEGMENTATION, LABELMAP = "segmentation.dcm", "labelmap.dcm"
_LABELMAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"


@dataclass(frozen=True)
class Outcome:
    """What became of one object.

    Attributes:
        file: the object.
        state: ``sent``, ``sent before``, ``refused``, or ``left out``.
        reason: why it was refused or left out.
    """

    file: Path
    state: str
    reason: str = ""


def send(
    folder: str | Path, place: Destination, *, progress: Progress | None = None
) -> list[Outcome]:
    """Sends every DICOM file of a folder.

    Of a label map and the binary segmentation beside it, the archive gets the label map if it takes
    such objects, else the other one.

    Args:
        folder: of objects; a file is sent alone.
        place: where to.
        progress: one step an object.

    Returns:
        One outcome a file. An object that is refused does not end the others.

    Raises:
        BadInput: there is no DICOM file.
        SpineError: the archive cannot be reached, or the connection ended; what it has by then is
            not sent again the next time.
    """
    progress = progress or Progress()
    files = _files(Path(folder))
    journal = (Path(folder) if Path(folder).is_dir() else Path(folder).parent) / SENT
    has = {
        line.record.get("uid")
        for line in read_journal(journal).lines
        if line.record.get("to") == place.where
    }
    before = [Outcome(path, "sent before") for path, one in files if _uid(one) in has]
    waiting = [(path, one) for path, one in files if _uid(one) not in has]
    progress.stage("Sending", len(waiting))
    outcomes = []
    for outcome, uid in (_by_web if place.is_web else _by_dimse)(waiting, place) if waiting else ():
        progress.advance()
        outcomes.append(outcome)
        if outcome.state == "sent":
            append(journal, {"uid": uid, "to": place.where})
    return sorted([*before, *outcomes], key=lambda one: one.file)


def _uid(header: Dataset) -> str:
    return str(header.SOPInstanceUID)


def _files(folder: Path) -> list[tuple[Path, Dataset]]:
    paths = [folder] if folder.is_file() else sorted(p for p in folder.rglob("*") if p.is_file())
    found: list[tuple[Path, Dataset]] = []
    for path in paths:
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True)
        except (pydicom.errors.InvalidDicomError, EOFError):
            continue
        except OSError as error:
            raise from_os_error(error, path) from error
        if "SOPInstanceUID" in header and "SOPClassUID" in header:
            found.append((path, header))
    if not found:
        raise BadInput("There is no DICOM file to send here", file=folder)
    return found


Waiting = Sequence[tuple[Path, Dataset]]


def _by_dimse(waiting: Waiting, place: Destination) -> Iterator[tuple[Outcome, str]]:
    from SpineLib.pacs import dimse

    wanted = {
        (str(one.SOPClassUID), str(one.file_meta.TransferSyntaxUID))  # type: ignore[attr-defined]
        for _, one in waiting
    }
    with dimse.associated(place, dimse.contexts_for(wanted)) as association:
        accepted = {
            str(accepted_context.abstract_syntax)
            for accepted_context in association.accepted_contexts
        }
        for path, header in waiting:
            twin = _left_out(path, waiting, _LABELMAP_STORAGE in accepted)
            if twin:
                yield Outcome(path, "left out", twin), _uid(header)
                continue
            if str(header.SOPClassUID) not in accepted:
                name = pydicom.uid.UID(header.SOPClassUID).name
                yield Outcome(path, "refused", f"{place.where} takes no {name}"), _uid(header)
                continue
            status = association.send_c_store(_whole(path))
            number = getattr(status, "Status", None)
            if number is None:
                raise SpineError(
                    f"{place.where} ended the association at {path.name}",
                    advice="Send again: what it has already is not sent twice.",
                )
            ok = number == dimse.SUCCESS or number in dimse.WARNINGS
            words = "" if ok else f"{place.where} answered {dimse.status_words(status)}"
            yield Outcome(path, "sent" if ok else "refused", words), _uid(header)


def _by_web(waiting: Waiting, place: Destination) -> Iterator[tuple[Outcome, str]]:
    from SpineLib.pacs import web

    client, takes_labelmaps = web.client(place), False
    # The label map first: whether it is taken decides about the binary one.
    for path, header in sorted(waiting, key=lambda one: one[0].name != LABELMAP):
        if path.name == SEGMENTATION and _left_out(path, waiting, takes_labelmaps):
            reason = _left_out(path, waiting, takes_labelmaps)
            yield Outcome(path, "left out", reason), _uid(header)
            continue
        refused = web.store(client, place, _whole(path))
        if path.name == LABELMAP and not refused:
            takes_labelmaps = True
        if path.name == LABELMAP and refused and _has(waiting, path, SEGMENTATION):
            reason = f"{refused}; the binary segmentation is sent in its place"
            yield Outcome(path, "left out", reason), _uid(header)
            continue
        yield Outcome(path, "refused" if refused else "sent", refused), _uid(header)


def _left_out(path: Path, waiting: Waiting, takes_labelmaps: bool) -> str:
    """Why one of the two segmentations is not sent; empty where it is."""
    if path.name == SEGMENTATION and takes_labelmaps and _has(waiting, path, LABELMAP):
        return "the label map is sent in its place"
    if path.name == LABELMAP and not takes_labelmaps and _has(waiting, path, SEGMENTATION):
        return "the archive takes no label maps; the binary segmentation is sent in its place"
    return ""


def _has(waiting: Waiting, path: Path, name: str) -> bool:
    return any(other == path.with_name(name) for other, _ in waiting)


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
