"""LabelImg's boxes (Pascal VOC XML) around the canal, named with a grade.

Hallinan et al. 2022 (Front Oncol 12:849447) drew a box a slice and gave it a Bilsky class. A box
belongs to the DICOM slice whose file name or SOP Instance UID the XML's picture carries, if there
is one in the patient's folder, else to the picture itself. Where several slices are called so, the
XML's own folder and the one that it names tell them apart, or the box is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from SpineLib.datasets.cache import fingerprint
from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.drawn_slices import DrawnSlices
from SpineLib.datasets.flat import SUFFIXES, open_pictures
from SpineLib.datasets.layout import labelled_stack
from SpineLib.datasets.vocabulary import vocabulary
from SpineLib.dicom import Stack
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, Question
from SpineLib.store.patients import plain_hash
from SpineLib.volume import Volume

Box = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class Annotation:
    """One box of one picture.

    Attributes:
        file: the XML.
        picture: name of the picture that it was drawn on.
        folders: names of the folder that the picture lay in, by the XML's ``folder`` and ``path``.
        rows, columns: the picture's size; 0 where the XML does not say.
        value: the grade.
        corners: first and last column and row, in pixels, counted from 0 at the picture's edge
            (LabelImg's ``xmin``, ``ymin``, ``xmax``, ``ymax``).
    """

    file: Path
    picture: str
    folders: tuple[str, ...]
    rows: int
    columns: int
    value: str
    corners: tuple[float, float, float, float]


def open_voc(
    root: str | Path,
    *,
    task: str = "grading",
    scheme: Question = BILSKY,
    progress: Progress | None = None,
) -> list[LabelledStack]:
    """Reads a folder of patients' folders with XML beside pictures or DICOM.

    Args:
        root: ``Root/Patient/**/*.xml``.
        task: ``grading`` or ``compression``.
        scheme: of the grades.
        progress: told of each patient.

    Raises:
        BadInput: no XML; one that is not LabelImg's, whose class is no grade, whose box is empty
            or outside, or whose picture is missing; two boxes for a slice.
    """
    root = Path(root)
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() == ".xml")
    if not files:
        raise BadInput("There is no LabelImg annotation (.xml) here", file=root)
    value = vocabulary(task, scheme)
    patients: dict[Path, list[Annotation]] = defaultdict(list)
    for file in files:
        parts = file.relative_to(root).parts
        if len(parts) < 2:
            raise BadInput(
                "The annotations lie in one folder, so nothing says which patient each is of",
                file=file,
                advice="Make a folder for each patient.",
            )
        patients[root / parts[0]].append(read_annotation(file, value))
    return [
        stack
        for folder, drawn in (progress or Progress()).track(patients.items(), "Reading boxes")
        for stack in _patient(folder, drawn)
    ]


def read_annotation(file: Path, value: Callable[[str], str]) -> Annotation:
    """Reads one XML with one box.

    Raises:
        BadInput: see `open_voc`.
    """
    try:
        top = ElementTree.parse(file).getroot()
    except (OSError, ElementTree.ParseError) as error:
        raise BadInput(f"This is not readable XML ({error})", file=file) from error
    boxes = top.findall("object")
    if top.tag != "annotation" or not boxes:
        raise BadInput(
            "This is not a LabelImg annotation with a box",
            file=file,
            advice="Save it as Pascal VOC in LabelImg, or take it out.",
        )
    if len(boxes) > 1:
        raise BadInput(
            f"{len(boxes)} boxes are drawn on one slice", file=file, advice="Keep one of them."
        )
    try:
        grade = value(boxes[0].findtext("name", ""))
        corners = tuple(float(boxes[0].findtext(f"bndbox/{k}", "")) for k in _CORNERS)
        rows, columns = (int(top.findtext(f"size/{k}", "0")) for k in ("height", "width"))
    except ValueError as error:
        raise BadInput(f"The box cannot be used: {error}", file=file) from error
    left, upper, right, lower = corners
    outside = rows and columns and (right > columns or lower > rows)
    if not (0 <= left < right and 0 <= upper < lower) or outside or not np.isfinite(corners).all():
        raise BadInput(
            f"The box {corners} is empty or outside of the picture",
            file=file,
            advice="Draw it again.",
        )
    picture = _parts(top.findtext("filename", ""))[-1] or file.stem
    folders = (_parts(top.findtext("folder", ""))[-1], *_parts(top.findtext("path", ""))[-2:-1])
    return Annotation(
        file, picture, tuple(filter(None, folders)), rows, columns, grade,
        (left, upper, right, lower),
    )  # fmt: skip


def _parts(path: str) -> list[str]:
    return path.replace("\\", "/").split("/")


_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def box_in(volume: Volume, k: int, corners: tuple[float, float, float, float]) -> Box:
    """Two opposite corners in RAS mm of a box in pixels of slice ``k``."""
    left, upper, right, lower = corners
    # Pixel edges count from 0 in the XML, voxel centres in a volume.
    ends = volume.ras([[left - 0.5, upper - 0.5, k], [right - 0.5, lower - 0.5, k]])
    return tuple(map(float, ends[0])), tuple(map(float, ends[1]))  # type: ignore[return-value]


def _patient(folder: Path, drawn: list[Annotation]) -> list[LabelledStack]:
    slices = DrawnSlices(folder)
    stacks: list[LabelledStack] = []
    on_dicom: dict[int, dict[int, Annotation]] = defaultdict(dict)
    name = plain_hash(folder.name)
    for annotation in drawn:
        place = slices.place(annotation.picture, annotation.folders, annotation.file)
        if place is None:
            stacks.append(_on_picture(annotation, name))
            continue
        n, k = place
        if k in on_dicom[n]:
            raise BadInput(
                f"The slice has a box already, in {on_dicom[n][k].file.name}", file=annotation.file,
                advice="Keep one of them.",
            )  # fmt: skip
        on_dicom[n][k] = annotation
    for n, boxes in sorted(on_dicom.items()):
        stacks.append(_on_stack(slices.stacks[n], boxes, folder.name))
    return stacks


def _on_stack(stack: Stack, boxes: dict[int, Annotation], folder: str) -> LabelledStack:
    geometry = Volume(np.zeros((stack.slices, 1, 1)), stack.ijk_to_ras)  # type: ignore[arg-type]
    labels = []
    for k, annotation in sorted(boxes.items()):
        if (annotation.rows, annotation.columns) not in ((0, 0), (stack.rows, stack.columns)):
            raise BadInput(
                f"The box was drawn on a picture of {annotation.rows}×{annotation.columns} pixels, the slice has "
                f"{stack.rows}×{stack.columns}",
                file=annotation.file,
                advice="Draw boxes on the slices at their own size.",
            )
        _require_inside(annotation, stack.rows, stack.columns)
        labels.append(
            SliceLabel(k, annotation.value, box_ras=box_in(geometry, k, annotation.corners))
        )
    name = f"{stack.series_instance_uid} {stack.id}"
    return labelled_stack(stack, labels, name=name, patient=folder)


def _require_inside(annotation: Annotation, rows: int, columns: int) -> None:
    """The XML may not say how large its picture was."""
    if annotation.corners[2] > columns or annotation.corners[3] > rows:
        raise BadInput(
            f"The box {annotation.corners} is outside of the image of {rows}×{columns} pixels",
            file=annotation.file,
            advice="Draw it again.",
        )


def _on_picture(annotation: Annotation, patient: str) -> LabelledStack:
    path = annotation.file.with_name(annotation.picture)
    if not path.is_file() or path.suffix.lower() not in SUFFIXES:
        raise BadInput(
            f"The picture {annotation.picture} of this box is not beside it",
            file=annotation.file,
            advice="Put it there, or DICOM whose file name or SOP Instance UID is the picture's.",
        )
    volume = open_pictures([path])
    if (annotation.rows, annotation.columns) not in ((0, 0), volume.shape[1:]):
        raise BadInput(
            f"The picture has {volume.shape[1]}×{volume.shape[2]} pixels, the box was drawn on "
            f"{annotation.rows}×{annotation.columns}",
            file=annotation.file,
        )
    _require_inside(annotation, *volume.shape[1:])
    label = SliceLabel(0, annotation.value, box_ras=box_in(volume, 0, annotation.corners))
    key = plain_hash(annotation.picture)
    return LabelledStack(
        f"{patient}-{key}",
        patient,
        partial(open_pictures, [path]),
        (label,),
        fingerprint=fingerprint([path]),
    )
