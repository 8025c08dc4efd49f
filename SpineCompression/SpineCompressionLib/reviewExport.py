"""What readers said, as files for others: the published labels, and a table of everything."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.findings import SliceFinding
from SpineLib.questions import BILSKY, COMPRESSION, Opinion, Question
from SpineLib.store.files import writing
from SpineLib.translation import tr as _
from SpineLib.wording import count
from SpineSlicer.scene.ShownStudy import ShownStudy

_SLICE = ("stack", "slice", "sop_instance_uid", "frame", "level")
_WINDOW = "window"


def writeLabels(study: ShownStudy, path: Path) -> str:
    """Writes the current stack's labels as published: one number a line, from the feet upward.

    Read back by `SpineLib.datasets.layout`. A label is what a reader said, never what a model
    said: each slice must have been answered.

    Returns:
        What was written, in one line.

    Raises:
        BadInput: slices without a reader's answer; their numbers are named.
        OutputError: the file cannot be written.
    """
    current = study.current
    assert current is not None
    numbers = [n for n, place in enumerate(study.places) if place.stack == current.stack]
    missing = [n for n in numbers if study.reviewed(n, COMPRESSION.key) is None]
    if missing:
        names = ", ".join(str(study.slice(n).index + 1) for n in sorted(missing))
        raise BadInput(
            _("Slices {names} of stack {stack} have no reader's answer").format(
                names=names, stack=current.stack
            ),
            advice=_("Answer them first; the key A agrees with the model."),
        )
    numbers.sort(key=lambda n: study.slice(n).position_ras[2])
    labels = [int(COMPRESSION.is_positive(study.value(n, COMPRESSION.key))) for n in numbers]
    with writing(path) as temporary:
        temporary.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    return _("{n} labels, from feet to head: {file}").format(n=len(labels), file=path.name)


def writeTable(study: ShownStudy, path: Path) -> str:
    """Writes a line a slice: the model's answers and the reader's, side by side.

    Returns:
        What was written, in one line.

    Raises:
        OutputError: the file cannot be written.
    """
    rows = [dict(_cells(study, number)) for number in range(len(study.places))]
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, list(rows[0]) if rows else [*_SLICE, _WINDOW])
        table.writeheader()
        table.writerows(rows)
    slices = count(len(study.places), "slice", tr=_)
    return _("{slices}: {file}").format(slices=slices, file=path.name)


def _cells(study: ShownStudy, number: int) -> Iterator[tuple[str, object]]:
    place, slice_ = study.places[number], study.slice(number)
    values = (place.stack, slice_.index + 1, slice_.sop_instance_uid, slice_.frame, slice_.level)
    yield from zip(_SLICE, values, strict=True)
    for question, (label, model, prefix) in _columns(study):
        answer, opinions = study.reviewed(number, question.key), _opinions(study, slice_, question)
        for behind, opinion in opinions.items():
            p = opinion.probability if opinion else None
            yield f"model_{prefix}probability{behind}", "" if p is None else f"{p:.4f}"
            yield model + behind, opinion.value if opinion else ""
        yield label, answer.answer if answer else ""
        for name in ("reader", "reason", "time"):
            yield prefix + name, getattr(answer, name) if answer else ""
    # Two opposite corners, RAS mm: x y z x y z.
    corners = (x for corner in study.window(number) or () for x in corner)
    yield _WINDOW, " ".join(f"{x:.2f}" for x in corners)


def _opinions(
    study: ShownStudy, slice_: SliceFinding, question: Question
) -> dict[str, Opinion | None]:
    """What stands behind a column's name → whose answer it holds: the first one's, then each other's."""
    first = slice_.opinion(question.key)
    columns = study.findings.columns if study.findings else []
    others = [c.by for c in columns if c.question is question and c.by][1:]
    return {"": first} | {f"_{by}": slice_.opinion(question.key, by) for by in others}


def _columns(study: ShownStudy) -> Iterator[tuple[Question, tuple[str, str, str]]]:
    """Each question with the columns of label and model's answer, and what others begin with.

    ``label`` is that of the first question whose values say the side, compression, ``grade`` Bilsky's, as `SpineLib.loop.exchange` reads them;
    others bear their own name.
    """
    plain = next((question for question in study.questions if not question.sides), None)
    for question in study.questions:
        if question is plain:
            yield question, ("label", "model_verdict", "")
        elif question.key == BILSKY.key:
            yield question, ("grade", "model_grade", "grade_")
        else:
            yield question, (question.key, f"model_{question.key}", f"{question.key}_")
