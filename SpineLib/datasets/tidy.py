"""A table of labels beside DICOM: ``sop_instance_uid, [frame,] label, [reader,] …`` a line."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.layout import labelled_stack
from SpineLib.datasets.vocabulary import vocabulary
from SpineLib.dicom import Stack, scan
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, Question
from SpineLib.wording import count

UID, LABEL = "sop_instance_uid", "label"
_KNOWN = (UID, "frame", LABEL, "reader", "site")
_MOST_NAMED = 4
_SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
Slice = tuple[str, int]


def open_tidy(
    table: str | Path,
    folder: str | Path | None = None,
    *,
    task: str = "compression",
    scheme: Question = BILSKY,
    progress: Progress | None = None,
) -> list[LabelledStack]:
    """Reads a table of labels and the DICOM that it speaks of.

    Args:
        table: CSV with a header; ``sop_instance_uid`` and ``label`` must be there, ``frame``
            (from 1) in multi-frame objects, ``reader`` where there are several, ``site`` and any
            other column for subgroup tables (a stack has the values of its first line).
        folder: of the DICOM; the table's own folder if not given.
        task: ``compression`` or ``grading``.
        scheme: of the grades.
        progress: told of each file.

    Raises:
        BadInput: a column is missing, a slice is unknown or one of several with its UID, a label
            means nothing, or a reader has labelled a slice twice; with the line.
    """
    table = Path(table)
    folder = table.parent if folder is None else Path(folder)
    value = vocabulary(task, scheme)
    stacks = scan(folder, progress=progress).stacks
    places = _places(stacks)
    labels: dict[int, list[SliceLabel]] = defaultdict(list)
    facts: dict[int, dict[str, str]] = {}
    seen: dict[tuple[int, int, str], int] = {}
    for n, row in rows(table, (UID, LABEL)):
        which, k = _place(places, stacks, row, n, table, folder)
        reader = row.get("reader", "")
        first = seen.setdefault((which, k, reader), n)
        if first != n:
            who = f"the reader {reader}" if reader else "the reader"
            raise BadInput(
                f"Line {n}: {who} labelled this slice before, in line {first}",
                file=table,
                advice="Keep one label of each reader for a slice.",
            )
        try:
            labels[which].append(SliceLabel(k, value(row[LABEL]), reader))
        except ValueError as error:
            raise BadInput(f"Line {n}: {error}", file=table, advice="Correct the label.") from error
        facts.setdefault(which, row)
    if not labels:
        raise BadInput("The table holds no label", file=table, advice="Add a line a slice.")
    return [_labelled(stacks[which], labels[which], facts[which]) for which in sorted(labels)]


def rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of a CSV with a header, with their number; empty lines are left out.

    Args:
        path: UTF-8, with commas between cells, or with semicolons or tabs as spreadsheets write
            them; names of columns in any case.
        needed: columns that must be there.

    Raises:
        BadInput: it cannot be read, a column is missing or there twice, or a line has more or
            fewer cells than columns.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            "The table cannot be read as text (UTF-8)", file=path, advice="Save it as CSV in UTF-8."
        ) from error
    separator = max(_SEPARATORS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        yield from _cells(reader, path, needed)
    except csv.Error as error:
        raise BadInput(
            f"The table cannot be read after line {reader.line_num}: {error}", file=path,
            advice="Look for a quotation mark that is not closed.",
        ) from error  # fmt: skip


def _cells(
    reader: Any, path: Path, needed: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    header = [name.strip().lower() for name in next(reader, [])]
    twice = [name for name in header if name and header.count(name) > 1]
    if twice:
        raise BadInput(
            f"The table has several columns called {twice[0]}", file=path, advice="Keep one."
        )
    missing = [name for name in needed if name not in header]
    if missing:
        raise BadInput(
            f"The table has no column {' and no column '.join(missing)}",
            file=path,
            advice=f"Its first line must name the columns: {','.join(needed)}.",
        )
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise BadInput(
                f"Line {reader.line_num}: {count(len(cells), 'cell')} for "
                f"{count(len(header), 'column')}",
                file=path,
                advice=f"Put text that has {_SEPARATORS[reader.dialect.delimiter]} in it into quotes.",
            )
        yield reader.line_num, dict(zip(header, (c.strip() for c in cells), strict=True))


def _places(stacks: tuple[Stack, ...]) -> dict[Slice, list[tuple[int, int]]]:
    """(SOP Instance UID, frame) → numbers of the stack and slice of each file that carries it."""
    places: dict[Slice, list[tuple[int, int]]] = defaultdict(list)
    for n, stack in enumerate(stacks):
        for k, source in enumerate(() if stack.problem else stack.sources):
            places[source.sop_instance_uid, source.frame].append((n, k))
    return places


def _place(
    places: dict[Slice, list[tuple[int, int]]],
    stacks: tuple[Stack, ...],
    row: dict[str, str],
    n: int,
    table: Path,
    folder: Path,
) -> tuple[int, int]:
    frame = row.get("frame") or "1"
    if not frame.isdecimal():
        raise BadInput(f"Line {n}: {frame!r} is not a frame number", file=table, advice="From 1.")
    matches = places.get((row[UID], int(frame)), [])
    if len(matches) > 1:
        which = "; ".join(f"stack {stacks[m].id}, slice {k + 1}" for m, k in matches[:_MOST_NAMED])
        raise BadInput(
            f"Line {n}: {len(matches)} slices have this SOP Instance UID and frame: {which}",
            file=table,
            advice="An anonymiser used it twice, so nobody can tell which slice is meant. "
            "Anonymise the originals again, or label by position (the published layout).",
        )
    if not matches:
        raise BadInput(
            f"Line {n}: no slice of a readable stack has this SOP Instance UID and frame",
            file=table,
            advice=f"Take the line out, or put the slice's file below {folder}.",
        )
    return matches[0]


def _labelled(stack: Stack, labels: list[SliceLabel], facts: dict[str, str]) -> LabelledStack:
    return labelled_stack(
        stack,
        sorted(labels, key=lambda label: (label.index, label.reader)),
        name=f"{stack.series_instance_uid} {stack.id}",
        patient=stack.study_instance_uid,
        site=facts.get("site", ""),
        columns={name: text for name, text in facts.items() if name not in _KNOWN},
    )
