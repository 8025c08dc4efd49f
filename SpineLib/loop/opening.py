"""Opening a data set for writing: one program at a time, and what a killed one left is put aside."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.json_values import parse_json
from SpineLib.loop import lineage
from SpineLib.loop.cases import Case
from SpineLib.loop.dataset import DATASET, JOURNAL, Dataset
from SpineLib.loop.versions import FILE_NAME, VERSIONS
from SpineLib.store.files import remove_left, write_text
from SpineLib.store.journal import repair
from SpineLib.store.lock import holding, token
from SpineLib.times import local_time, now

LEFT = "left"
_HOLDER = ".dataset.holder.json"


@contextmanager
def held(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Holds a data set for this program; the system lets go of it when the program ends.

    Args:
        folder: of the data set.
        wait: seconds to wait for another program.

    Raises:
        BadInput: another program has it, with its number.
    """
    holder = folder / _HOLDER
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(folder / DATASET, patience=wait))
        except BadInput as error:
            raise BadInput(
                f"Another program is writing to this data set{_holder(folder)}",
                file=folder,
                advice="Wait until it has finished, or close it; then try again.",
            ) from error
        stack.callback(holder.unlink, missing_ok=True)
        about = {"process": os.getpid(), "token": token(), "since": now()}
        write_text(holder, json.dumps(about) + "\n")
        yield


def repaired(dataset: Dataset) -> list[str]:
    """Puts aside what a killed program left; only whoever holds the data set may call this.

    Returns:
        Sentences on what was done.
    """
    notes = [repair(dataset.folder / name) for name in (JOURNAL, lineage.JOURNAL)]
    for case in dataset.cases.values():
        if case.history.problems:
            notes.append(_in_case(case, repair(case.folder / VERSIONS)))
        notes += [_in_case(case, _put_aside(case.folder, name)) for name in _left_in(case)]
    return [note for note in notes if note]


def _left_in(case: Case) -> list[str]:
    """Files of versions that the journal does not know; removes what was half-written."""
    known = {version.file for version in case.versions}
    left = []
    remove_left(case.folder)
    with suppress(FileNotFoundError), os.scandir(case.folder) as entries:
        for entry in entries:
            if FILE_NAME.match(entry.name) and entry.name not in known:
                left.append(entry.name)
    return sorted(left)


def _holder(folder: Path) -> str:
    try:
        about = parse_json((folder / _HOLDER).read_text(encoding="utf-8"))
        where = "of this user" if about["token"] == token() else "of another user or machine"
        return f": process {about['process']} {where}, since {local_time(about['since'])}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _put_aside(folder: Path, name: str) -> str:
    number = 1
    while (target := folder / LEFT / f"{number:02d}-{name}").exists():
        number += 1
    target.parent.mkdir(exist_ok=True)
    (folder / name).replace(target)
    return (
        f"{name} was being saved when its program ended; it is kept as {LEFT}/{target.name} "
        "and is not used"
    )


def _in_case(case: Case, note: str) -> str:
    return f"Case {case.id}: {note}" if note else ""
