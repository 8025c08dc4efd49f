"""Chooses the reader for a source of labelled slices."""

from __future__ import annotations

from pathlib import Path

from SpineLib.datasets.cases import SIMULATED, LabelledStack
from SpineLib.datasets.flat import SUFFIXES
from SpineLib.datasets.jpeg import open_jpegs
from SpineLib.datasets.layout import STACK_FOLDER, open_layout
from SpineLib.datasets.tidy import open_tidy
from SpineLib.datasets.voc import open_voc
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, Question


def open_slices(
    source: str,
    *,
    task: str = "compression",
    scheme: Question = BILSKY,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[LabelledStack]:
    """Opens labelled slices; pixels are read when a stack is opened.

    Args:
        source: a folder in the published layout, of LabelImg's XML, or of the converter's JPEGs;
            a tidy CSV beside its DICOM; or ``simulated:<region>-<disease>:<profile>:<count>[:<seed>]``.
        task: ``compression`` or ``grading``.
        scheme: of the grades.
        cache: where simulated cases are kept; None keeps none beyond this process.
        progress: told of each patient.

    Raises:
        BadInput: there is no such place, it holds none of these, or its labels do not fit.
    """
    if source.startswith(SIMULATED):
        from SpineLib.datasets.simulated import simulated_slices

        return simulated_slices(source, task=task, scheme=scheme, cache=cache, progress=progress)
    path = Path(source)
    if path.is_file() and path.suffix.lower() == ".csv":
        return open_tidy(path, task=task, scheme=scheme, progress=progress)
    if not path.is_dir():
        raise BadInput("There is no such folder or table of labels", file=path)
    if any(folder.is_dir() for folder in path.rglob(STACK_FOLDER)):
        return open_layout(path, task=task, scheme=scheme, progress=progress)
    names = {file.suffix.lower() for file in path.rglob("*")}
    if ".xml" in names:
        return open_voc(path, task=task, scheme=scheme, progress=progress)
    if names & set(SUFFIXES) and task == "compression":
        return open_jpegs(path, progress=progress)
    raise BadInput(
        f"No labels for {task} are found here",
        file=path,
        advice=f"Known are Patient/{STACK_FOLDER} with {task}_label.csv, LabelImg's XML, the "
        "converter's JPEGs, and a CSV with sop_instance_uid and label (name the file itself).",
    )
