"""What readers said, as files for others: the published labels, and a table of everything."""

from __future__ import annotations

import csv
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.labels import COMPRESSED
from SpineLib.store.files import writing
from SpineSlicer.scene.ShownStudy import ShownStudy

COLUMNS = (
    "stack", "slice", "sop_instance_uid", "frame", "level", "model_probability", "model_verdict",
    "model_grade", "label", "grade", "reader", "reason", "time", "grade_reader", "grade_reason",
    "grade_time", "window",
)  # fmt: skip


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
    missing = [n for n in numbers if study.reviewed(n, "compression") is None]
    if missing:
        names = ", ".join(str(study.slice(n).index + 1) for n in sorted(missing))
        raise BadInput(
            _("No reader has answered on the slices {names} of stack {stack}").format(
                names=names, stack=current.stack
            ),
            advice=_("Answer them first; A takes over what the model says."),
        )
    numbers.sort(key=lambda n: study.slice(n).position_ras[2])
    labels = [int(study.verdict(n) == COMPRESSED) for n in numbers]
    with writing(path) as temporary:
        temporary.write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    return _("{n} labels, from the feet upward: {file}").format(n=len(labels), file=path.name)


def writeTable(study: ShownStudy, path: Path) -> str:
    """Writes a line a slice: the model's answers and the reader's, side by side.

    Returns:
        What was written, in one line.

    Raises:
        OutputError: the file cannot be written.
    """
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, COLUMNS)
        table.writeheader()
        for number in range(len(study.places)):
            table.writerow(_row(study, number))
    return _("{n} slices: {file}").format(n=len(study.places), file=path.name)


def _row(study: ShownStudy, number: int) -> dict[str, object]:
    place, one = study.places[number], study.slice(number)
    said, graded = (study.reviewed(number, task) for task in ("compression", "grading"))
    p = one.compression.probability
    return {
        "stack": place.stack,
        "slice": one.index + 1,
        "sop_instance_uid": one.sop_instance_uid,
        "frame": one.frame,
        "level": one.level,
        "model_probability": "" if p is None else f"{p:.4f}",
        "model_verdict": study.modelAnswer(number, "compression"),
        "model_grade": study.modelAnswer(number, "grading"),
        "label": said.answer if said else "",
        "grade": graded.answer if graded else "",
        "reader": said.reader if said else "",
        "reason": said.reason if said else "",
        "time": said.time if said else "",
        "grade_reader": graded.reader if graded else "",
        "grade_reason": graded.reason if graded else "",
        "grade_time": graded.time if graded else "",
        # Two opposite corners, RAS mm: x y z x y z.
        "window": " ".join(f"{x:.2f}" for corner in study.window(number) or () for x in corner),
    }


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
