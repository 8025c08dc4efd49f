"""A project's labels in formats that other programs read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from SpineLib.datasets import LabelledStack, SliceLabel
from SpineLib.datasets.jpeg import write_jpegs
from SpineLib.datasets.layout import STACK_FOLDER
from SpineLib.datasets.vocabulary import POSSIBLY_COMPRESSED
from SpineLib.dicom import Stack, read
from SpineLib.errors import BadInput, BadRequest
from SpineLib.labels import COMPRESSED
from SpineLib.progress import Progress
from SpineLib.projects.blinding import require_over
from SpineLib.projects.consensus import SliceReadings, readings
from SpineLib.projects.labels import ARMS, read_labels
from SpineLib.projects.outgoing import Outgoing, require_no_text
from SpineLib.projects.project import Project, ReadingStack, ReadingStudy
from SpineLib.questions import KNOWN_QUESTIONS
from SpineLib.store.files import require_new, writing

TABLE = "labels.csv"
DROP, KEEP = "drop", "keep"
TIDY = (
    "sop_instance_uid", "frame", "label", "reader", "study", "patient", "stack", "slice", "arm",
    "turn", "confidence", "comment", "seconds", "time", "software",
)  # fmt: skip


def write_tidy(project: Project, path: str | Path) -> int:
    """Writes every label of every reader, a line each, both arms and both turns.

    Returns:
        How many labels there are.

    Raises:
        Blinded: a reader's set is still open.
    """
    require_over(project)
    count = 0
    places = {
        slice_.key: (study, stack, k)
        for study in project.studies
        for stack in study.stacks
        for k, slice_ in enumerate(stack.slices)
    }
    with _table(path, TIDY) as table:
        for name in project.readers:
            labels = read_labels(project, name)
            for arm in ARMS:
                for key, label in labels.current(arm).items():
                    study, stack, k = places[key[:2]]
                    table.writerow({
                        "sop_instance_uid": key[0], "frame": key[1], "label": label.value,
                        "reader": name, "study": study.id, "patient": study.patient,
                        "stack": stack.id, "slice": k + 1, "arm": arm, "turn": key[2],
                        "confidence": "" if label.confidence is None else label.confidence,
                        "comment": label.comment,
                        "seconds": "" if label.seconds is None else label.seconds,
                        "time": label.time, "software": label.software,
                    })  # fmt: skip
                    count += 1
    return count


def write_training(
    project: Project,
    folder: str | Path,
    *,
    unsettled: str = DROP,
    key: Path | None,
    progress: Progress | None = None,
) -> Path:
    """Writes a data set for ``spine train``: the DICOM and one label a slice beside it.

    A slice's label is what all its readers said, else the consensus.

    Args:
        folder: new or empty.
        unsettled: slices on which readers disagreed and no consensus was found: ``drop`` leaves
            them out, ``keep`` makes them ``possibly compressed``.
        key: links old and new identities, and is kept apart; None copies files with identities.
        progress: told of each stack.

    Returns:
        The table, which is the source for ``--data``.

    Raises:
        Blinded: a reader's set is still open.
        BadInput: no slice has a label, files have moved, or the folder is not empty.
        BadRequest: ``keep`` for grades, among which there is no class for it.
    """
    folder = require_new(folder)
    labels = {r.slice.key: v for r, v in _final(project, unsettled)}
    columns, files = ("sop_instance_uid", "frame", "label"), Outgoing(folder, key)
    with files.writing() as out, _table(out / TABLE, columns) as table:
        for study, stack, scanned in _stacks(project, set(labels), progress):
            files.copy(scanned, out / "dicom" / files.name(study, stack))
            for slice_ in stack.slices:
                if slice_.key in labels:
                    table.writerow({
                        "sop_instance_uid": files.uid(slice_.sop_instance_uid), "frame": slice_.frame,
                        "label": labels[slice_.key],
                    })  # fmt: skip
    return folder / TABLE


def write_layout(
    project: Project, folder: str | Path, *, key: Path | None, progress: Progress | None = None
) -> int:
    """Writes the published layout: ``Stack/ax_t2/*.dcm`` and one ``compression_label`` a reader.

    Every slice of a stack must have every reader's label, since its lines are counted.

    Args:
        folder: new or empty.
        key: links old and new identities, and is kept apart; None copies files with identities.
        progress: told of each stack.

    Returns:
        How many stacks were written.

    Raises:
        Blinded: a reader's set is still open.
        BadInput: a reader has not labelled every slice of a stack, or files have moved.
        BadRequest: a scheme that the layout does not know.
    """
    folder = require_new(folder)
    _require_known(project)
    task, every = project.task, readings(project)
    by_slice = {reading.slice.key: reading.labels for reading in every}
    count, files = 0, Outgoing(folder, key)
    with files.writing() as out:
        for study, stack, scanned in _stacks(project, set(by_slice), progress):
            stack_folder = out / files.name(study, stack)
            files.copy(scanned, stack_folder / STACK_FOLDER)
            upward = sorted(range(scanned.slices), key=lambda k: scanned.positions[k][2])
            for name in project.readers:
                labels = [by_slice[stack.slices[k].key].get(name) for k in upward]
                missing = [
                    str(k + 1) for k, label in zip(upward, labels, strict=True) if label is None
                ]
                if missing:
                    raise BadInput(
                        f"{name} has no label of slice {', '.join(sorted(missing, key=int))} of "
                        f"study {study.id}, stack {stack.id}",
                        advice="This layout counts lines; the tidy table does without them.",
                    )
                lines = [_number(project, label.value) for label in labels if label]
                text = "".join(f"{line}\n" for line in lines)
                (stack_folder / f"{task}_label_{name}.csv").write_text(text, encoding="utf-8")
            count += 1
    return count


def write_voc(
    project: Project, folder: str | Path, *, key: Path | None, progress: Progress | None = None
) -> int:
    """Writes LabelImg's XML for the boxes that readers drew, beside the DICOM.

    Where several drew one, the box of the reader who comes first by name is taken, with the
    slice's final label.

    Args:
        folder: new or empty.
        key: links old and new identities, and is kept apart; None copies files with identities.
        progress: told of each stack.

    Returns:
        How many boxes were written.

    Raises:
        Blinded: a reader's set is still open.
        BadInput: nobody drew a box on a slice with a final label.
    """
    folder = require_new(folder)
    _require_known(project)
    boxes = {}
    for reading, value in _final(project, DROP):
        drawn = [label.box for _, label in sorted(reading.labels.items()) if label.box]
        if drawn:
            boxes[reading.slice.key] = drawn[0], value
    if not boxes:
        raise BadInput("No reader drew a box on a slice whose label is settled")
    files = Outgoing(folder, key)
    with files.writing() as out:
        for study, stack, scanned in _stacks(project, set(boxes), progress):
            stack_folder = out / files.name(study, stack)
            files.copy(scanned, stack_folder)
            for each in stack.slices:
                if each.key in boxes:
                    uid = files.uid(each.sop_instance_uid)
                    xml = _annotation(uid, scanned, *boxes[each.key])
                    xml.write(stack_folder / f"{uid}.xml", encoding="utf-8")
    return len(boxes)


def write_pictures(
    project: Project, folder: str | Path, *, progress: Progress | None = None
) -> int:
    """Writes ``compressed.N.jpeg``, ``notcompressed.N.jpeg``, ``pcompressed.N.jpeg``.

    Returns:
        How many pictures were written.

    Raises:
        Blinded: a reader's set is still open.
        BadInput: a file is likely to show text that names the patient.
        BadRequest: the project is of grades.
    """
    if project.task != "compression":
        raise BadRequest("These pictures are named by compression, and the project is of grades")
    labels = {r.slice.key: v for r, v in _final(project, KEEP)}
    stacks = _labelled(project, labels, progress=progress)
    return write_jpegs(stacks, require_new(folder))


def _labelled(
    project: Project, labels: dict[tuple[str, int], str], *, progress: Progress | None = None
) -> list[LabelledStack]:
    """Stacks with one label a slice, as `SpineLib.datasets` speaks of them.

    Args:
        labels: (SOP Instance UID, frame) → label.
        progress: told of each stack.

    Raises:
        BadInput: files have moved, or are likely to show text that names the patient.
    """
    labelled = []
    for study, stack, scanned in _stacks(project, set(labels), progress):
        require_no_text(scanned)
        own = tuple(
            SliceLabel(k, labels[slice_.key])
            for k, slice_ in enumerate(stack.slices)
            if slice_.key in labels
        )
        labelled.append(LabelledStack(
            f"{study.id}-{stack.id}", study.patient, partial(read, scanned), own,
            region=stack.region, weighting=stack.weighting,
        ))  # fmt: skip
    return labelled


def _final(project: Project, unsettled: str) -> list[tuple[SliceReadings, str]]:
    if unsettled not in (DROP, KEEP):
        raise BadRequest(f"{unsettled!r} is neither {DROP} nor {KEEP}")
    if unsettled == KEEP and project.task != "compression":
        raise BadRequest(
            "Grades have no class for what readers disagree on",
            advice="Drop these slices, or settle them by consensus.",
        )
    settled = []
    for reading in readings(project):
        if reading.final is not None:
            settled.append((reading, reading.final))
        elif reading.labels and unsettled == KEEP:
            settled.append((reading, POSSIBLY_COMPRESSED))
    if not settled:
        raise BadInput("No slice has a label that is settled", file=project.folder)
    return settled


def _stacks(
    project: Project, keys: set[tuple[str, int]], progress: Progress | None
) -> Iterator[tuple[ReadingStudy, ReadingStack, Stack]]:
    wanted = [
        (study, stack)
        for study in project.studies
        for stack in study.stacks
        if any(slice_.key in keys for slice_ in stack.slices)
    ]
    for study, stack in (progress or Progress()).track(wanted, "Writing stacks"):
        yield study, stack, project.open_stack(study, stack)


def _annotation(
    uid: str, stack: Stack, box: tuple[float, float, float, float], value: str
) -> ElementTree.ElementTree:
    top = ElementTree.Element("annotation")
    ElementTree.SubElement(top, "filename").text = f"{uid}.dcm"
    size = ElementTree.SubElement(top, "size")
    for name, number in (("width", stack.columns), ("height", stack.rows), ("depth", 1)):
        ElementTree.SubElement(size, name).text = str(number)
    drawn = ElementTree.SubElement(top, "object")
    ElementTree.SubElement(drawn, "name").text = value
    corners = ElementTree.SubElement(drawn, "bndbox")
    for name, edge in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        ElementTree.SubElement(corners, name).text = f"{edge:g}"
    ElementTree.indent(top)
    return ElementTree.ElementTree(top)


def _number(project: Project, value: str) -> str:
    return str(int(value == COMPRESSED)) if project.task == "compression" else value


def _require_known(project: Project) -> None:
    if project.scheme.key not in KNOWN_QUESTIONS:
        raise BadRequest(
            f"Other programs do not know the scheme {project.scheme.key}",
            advice="The tidy table holds its labels.",
        )


@contextmanager
def _table(path: str | Path, columns: Iterable[str]) -> Iterator[csv.DictWriter]:
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, tuple(columns))
        table.writeheader()
        yield table
