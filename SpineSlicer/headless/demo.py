"""Three simulated studies with known truth, read and compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.findings import SliceFinding
from SpineLib.inference.study import read_study
from SpineLib.labels import structure
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, COMPRESSION, KANG, Question
from SpineLib.reading import Reading
from SpineLib.simulate import write_study
from SpineLib.store.files import writing
from SpineLib.volume import read_volume, resample
from SpineSlicer.headless.outputs import write_outputs
from SpineSlicer.headless.tables import sentences, slice_columns, slice_rows

TEMPLATE = Path(__file__).parent / "demo.html"


@dataclass(frozen=True)
class DemoStudy:
    """A simulated study: its kind for `write_study`, and its seed."""

    kind: str
    seed: int
    title: str


# Seeds outside of those that the starter models were trained with (see `SpineLib.training`).
STUDIES = (
    DemoStudy("cervical", 900_001, "Cervical spine, degenerative compression"),
    DemoStudy("thoracic", 900_015, "Thoracic spine, metastases"),
    DemoStudy("lumbar", 900_009, "Lumbar spine"),
)


@dataclass
class Outcome:
    """One study, read and compared.

    Attributes:
        columns: of ``rows``; what was found, then what is true.
        sentences: the reading's conclusions, and how they compare with the truth.
    """

    study: DemoStudy
    columns: Sequence[str]
    rows: list[tuple[str, ...]]
    sentences: list[str]
    pictures: list[str] = field(default_factory=list)


def compare(study: DemoStudy, out: Path, *, progress: Progress) -> Outcome:
    """Simulates a study, reads it, writes its results into ``out``/kind, and compares.

    Raises:
        OutputError: the folder cannot be written to.
        Cancelled: the person cancelled.
    """
    folder = out / study.kind
    progress.stage(f"Simulating: {study.title}")
    lumbar = study.kind == "lumbar"
    # The axial blocks of the lumbar study get their levels from its sagittal segmentation.
    truth = write_study(folder / "dicom", study.kind, seed=study.seed, companions=lumbar)
    # truth.json and the true segmentation stand beside the series; the reader leaves them out
    reading = read_study(folder / "dicom", progress=progress)
    write_outputs(reading, folder, progress=progress)
    compared = _segmentation if lumbar else _slices
    outcome = compared(study, reading, truth, folder)
    outcome.pictures = _key_pictures(folder)
    return outcome


def _slices(study: DemoStudy, reading: Reading, truth: dict[str, Any], folder: Path) -> Outcome:
    known = {slice_["sop_instance_uid"]: slice_ for slice_ in truth["slices"]}
    slices = [slice_ for stack in reading.findings.stacks for slice_ in stack.slices]
    grades = [scheme.key for scheme in (BILSKY, KANG) if _graded(truth, scheme)]
    columns = (*slice_columns(reading.findings), "truth: level", "compressed", *grades)
    truths = [known[slice_.sop_instance_uid] for slice_ in slices]
    rows = [
        (
            *row,
            true["level"],
            "yes" if true["compressed"] else "no",
            *(true[key.lower()] or "–" for key in grades),
        )
        for row, true in zip(slice_rows(reading.findings), truths, strict=True)
    ]
    flagged = map(_compressed, slices)
    right = sum(flag == true["compressed"] for flag, true in zip(flagged, truths, strict=True))
    comparison = (
        f"Compared with the truth: {right} of {len(slices)} slices flagged or not as they should be"
    )
    return Outcome(study, columns, rows, [*sentences(reading.findings), comparison])


def _graded(truth: dict[str, Any], scheme: Question) -> bool:
    return any(slice_[scheme.key.lower()] for slice_ in truth["slices"])


def _compressed(slice_: SliceFinding) -> bool:
    opinion = slice_.opinion(COMPRESSION.key)
    return bool(opinion and opinion.positive)


def _segmentation(
    study: DemoStudy, reading: Reading, truth: dict[str, Any], folder: Path
) -> Outcome:
    columns = ("structure", "found", "truth", "Dice", "names that fit the truth")
    if reading.segmentation is None:
        return Outcome(study, columns, [], list(sentences(reading.findings)))
    drawn = read_volume(folder / "dicom" / "segmentation.nii.gz")
    known = resample(drawn, reading.segmentation, nearest=True).voxels
    segmented = reading.segmentation.voxels
    named = {s.label: s.name for s in reading.findings.segmentation.segments}
    names = {int(label): name for label, name in truth["truth"]["labels"].items()}
    rows = [
        _structure_row(kind, segmented, known, named, names)
        for kind in ("vertebra", "disc", "canal")
    ]
    return Outcome(study, columns, rows, [*sentences(reading.findings), _levels(reading)])


def _levels(reading: Reading) -> str:
    slices = [slice_ for stack in reading.findings.stacks for slice_ in stack.slices]
    levels = list(dict.fromkeys(slice_.level for slice_ in slices if slice_.level))
    named = sum(bool(slice_.level) for slice_ in slices)
    which = f": {', '.join(levels)}" if levels else ""
    return f"Levels of {named} of {len(slices)} axial slices are known by geometry{which}"


def _structure_row(
    kind: str,
    segmented: NDArray[Any],
    known: NDArray[Any],
    named: dict[int, str],
    names: dict[int, str],
) -> tuple[str, ...]:
    ours, theirs = (
        [int(n) for n in np.unique(labels) if n and structure(int(n)).kind == kind]
        for labels in (segmented, known)
    )
    a, b = np.isin(segmented, ours), np.isin(known, theirs)
    voxels = np.count_nonzero(a) + np.count_nonzero(b)
    dice = f"{2 * np.count_nonzero(a & b) / voxels:.2f}" if voxels else "–"
    fitting = sum(_lies_in(segmented == n, known, names) == named.get(n) for n in ours)
    # A canal has one name, whatever it lies in.
    fit = "–" if kind == "canal" else f"{fitting} of {len(ours)}"
    return kind, str(len(ours)), str(len(theirs)), dice, fit


def _lies_in(mask: NDArray[np.bool_], known: NDArray[Any], names: dict[int, str]) -> str:
    """Name of the true structure that most of the mask lies in."""
    numbers, counts = np.unique(known[mask], return_counts=True)
    return names.get(int(numbers[np.argmax(counts)]), "")


def _key_pictures(folder: Path) -> list[str]:
    names = (path.name for path in (folder / "pictures").glob("*.png"))
    return sorted(name for name in names if not name.startswith("slice-"))


def write_index(outcomes: Sequence[Outcome], out: Path) -> None:
    """Writes ``report.html``: each study's pictures and comparison, and a link to its report."""
    import jinja2

    template = jinja2.Template(TEMPLATE.read_text(encoding="utf-8"), autoescape=True)
    with writing(out / "report.html") as temporary:
        temporary.write_text(template.render(outcomes=outcomes), encoding="utf-8")
