"""Labels that were made elsewhere become a reader's set."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from SpineLib.datasets.open_slices import open_slices
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.projects.project import Key, Project
from SpineLib.projects.session import ReaderSession


def import_labels(
    project: Project,
    reader: str,
    source: str | Path,
    *,
    named: str = "",
    progress: Progress | None = None,
) -> int:
    """Gives a new reader the labels of a data set; the set stays open until it is locked.

    Args:
        project: its studies must be those of the data set; other slices are left out.
        reader: new in the project.
        source: published layout, tidy CSV or LabelImg's XML, as for ``spine train``.
        named: whose labels, where the source has several readers.
        progress: told of each patient.

    Returns:
        How many labels were taken over.

    Raises:
        BadInput: the source is none or has several readers, none of its slices is in the project,
            or the reader has labels already.
    """
    if project.labels_file(reader).exists():
        raise BadInput(f"{reader} has labels already", file=project.labels_file(reader))
    stacks = open_slices(str(source), task=project.task, scheme=project.scheme, progress=progress)
    readers = sorted({label.reader for stack in stacks for label in stack.labels})
    if len(readers) > 1 and named not in readers:
        raise BadInput(
            f"The labels are of {len(readers)} readers", file=source,
            advice=f"Say whose: {', '.join(readers)}.",
        )  # fmt: skip
    values: dict[Key, str] = {}
    found_in: dict[Key, tuple[str, int]] = {}
    for stack in stacks:
        frames = stack.open().frames
        for label in stack.labels:
            if frames and (len(readers) == 1 or label.reader == named):
                frame = frames[label.index]
                key = frame.sop_instance_uid, frame.number
                if found_in.setdefault(key, (stack.id, label.index)) != (stack.id, label.index):
                    raise BadInput(
                        "A SOP Instance UID stands for several labelled slices, so nobody "
                        "can tell which is the project's", file=source,
                        advice="Anonymise the originals again.",
                    )  # fmt: skip
                values[key] = project.scheme.checked(label.value)
    wanted = Counter(slice_.key for _, _, slice_ in project.slices())
    if not values.keys() & wanted.keys():
        raise BadInput("None of these slices is in the project", file=source)
    if any(wanted[key] > 1 for key in values):
        raise BadInput(
            "Several slices of the project carry one SOP Instance UID, so nothing says which "
            "a label is of",
            file=source,
        )
    with ReaderSession(project, reader) as session:
        count = 0
        for item in session.items:
            if item.turn == 1 and item.slice.key in values:
                session.go_to(item)
                session.label(values[item.slice.key], comment="imported", timed=False)
                count += 1
    return count
