"""What a version says: a label map on the image's grid, or a label a slice; files and effort."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from SpineLib.datasets.cases import SliceLabel
from SpineLib.errors import BadInput, BadRequest
from SpineLib.labels import is_structure
from SpineLib.loop.images import TOLERANCE_MM
from SpineLib.questions import COMPRESSION, Question
from SpineLib.store.files import write_text
from SpineLib.volume import Frame, Volume, read_volume, write_volume

Answer: TypeAlias = "Volume | list[SliceLabel]"
VOXELS, TABLE = ".nii.gz", ".csv"
COLUMNS = ("slice", "sop_instance_uid", "frame", "value", "box_ras")


def write_answer(answer: Answer, path: Path, grid: Volume) -> None:
    """Writes a label map (uint8) or a table of slices, whole or not at all."""
    if isinstance(answer, Volume):
        write_volume(grid.with_voxels(answer.voxels.astype(np.uint8)), path)
        return
    table: list[Sequence[object]] = [COLUMNS]
    for label in sorted(answer, key=lambda label: label.index):
        frame = grid.frames[label.index] if grid.frames else Frame("")
        box = " ".join(f"{x:.2f}" for corner in label.box_ras or () for x in corner)
        table.append([label.index + 1, frame.sop_instance_uid, frame.number, label.value, box])
    write_csv(path, table)


def write_csv(path: Path, table: Iterable[Sequence[object]]) -> None:
    """Writes rows of cells, the header first, whole or not at all."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    write_text(path, text.getvalue(), newline="")


def read_answer(path: Path, grid: Volume, by: str = "") -> Answer:
    """Reads what `write_answer` wrote.

    Args:
        path: of the version.
        grid: of the case's image, with its frames where it is DICOM.
        by: who gave a slice's label.

    Raises:
        BadInput: it cannot be read, or is not of this image.
    """
    if path.name.endswith(VOXELS):
        labels = read_volume(path)
        if not grid.same_grid(labels, tolerance=TOLERANCE_MM):
            raise BadInput("The segmentation is not on its image's grid", file=path)
        return grid.with_voxels(labels.voxels)
    from SpineLib.datasets.tidy import rows

    known = {(f.sop_instance_uid, f.number): k for k, f in enumerate(grid.frames)}
    if len(known) < len(grid.frames):  # UIDs that repeat do not say a slice; its number does
        known = {}
    slice_labels = []
    for line, row in rows(path, COLUMNS):
        try:
            index = int(row["slice"]) - 1
            if known:
                index = known[row["sop_instance_uid"], int(row["frame"])]
            slice_labels.append(SliceLabel(index, row["value"], by, _box(row["box_ras"])))
        except (KeyError, ValueError) as error:
            raise BadInput(
                f"Line {line} is not a label of a slice of this image", file=path
            ) from error
    return slice_labels


def _box(
    text: str,
) -> tuple[tuple[float, float, float], tuple[float, float, float]] | None:
    if not text:
        return None
    a, b, c, d, e, f = (float(x) for x in text.split())
    return (a, b, c), (d, e, f)


def effort(
    answer: Answer, base: Answer | None, automatic: Answer | None
) -> tuple[int, dict[str, float]]:
    """How much a correction changed.

    Args:
        answer: the corrected one.
        base: what the correction began with.
        automatic: the model's.

    Returns:
        Voxels (slices) whose label is not that of ``base``, all that are labelled without one; and
        Dice against ``automatic`` by SPIDER's number, empty for slices and without one.
    """
    if isinstance(answer, Volume):
        before = base.voxels if isinstance(base, Volume) else np.zeros_like(answer.voxels)
        changed = int(np.count_nonzero(answer.voxels != before))
        if not isinstance(automatic, Volume):
            return changed, {}
        return changed, dice(answer.voxels, automatic.voxels)
    old = {label.index: label.value for label in (base if isinstance(base, list) else [])}
    new = {label.index: label.value for label in answer}
    return sum(old.get(k) != new.get(k) for k in old.keys() | new.keys()), {}


def dice(first: NDArray, second: NDArray) -> dict[str, float]:
    """Dice 1945's coefficient of each number that either map holds.

    2·|A ∩ B| / (|A| + |B|): 0 where only one of the maps holds it.
    """
    a, b = (np.bincount(x.ravel(), minlength=256).astype(float) for x in (first, second))
    both = np.bincount(first[first == second].ravel(), minlength=256)
    held = [n for n in np.flatnonzero(a + b) if n]
    return {str(n): round(float(2 * both[n] / (a[n] + b[n])), 4) for n in held}


def checked(
    answer: Answer, grid: Volume, task: str, question: Question | None, *, resampled: bool = False
) -> Answer:
    """An answer to a task on the image's own grid, and in the task's own words.

    Raises:
        BadRequest: a label map for slices, or labels of slices for a volume.
        BadInput: as of `on_grid`, a number that SPIDER does not have, a value that means nothing, a
            slice that is not there, or two labels of one.
    """
    if (task == "segmentation") != isinstance(answer, Volume):
        raise BadRequest(f"This is not an answer to {task}")
    if isinstance(answer, Volume):
        labels = on_grid(answer, grid, resampled=resampled)
        _require_known(labels)
        return labels
    return _checked_labels(answer, grid, task, question or COMPRESSION)


def on_grid(labels: Volume, grid: Volume, *, resampled: bool = False) -> Volume:
    """A label map in the image's own order of voxels.

    A map that has the same voxels in another order (axes swapped or turned by the program that
    saved it) is put into the image's order; nothing is interpolated. Another grid needs
    ``resampled``.

    Args:
        labels: whole numbers, as a file gave them.
        grid: of the image.
        resampled: take the nearest voxel of another grid, as the person asked.

    Raises:
        BadInput: another grid, or values that are no whole numbers of 0-255.
    """
    labels = _whole(labels)
    if grid.same_grid(labels, tolerance=TOLERANCE_MM):
        return grid.with_voxels(labels.voxels)
    from SpineLib.inference.grid import canonical_volume, order_of

    turned, wanted = canonical_volume(labels), canonical_volume(replace(grid, frames=()))
    if wanted.same_grid(turned, tolerance=TOLERANCE_MM):
        return grid.with_voxels(np.ascontiguousarray(order_of(grid).original(turned.voxels)))
    if not resampled:
        raise BadInput(
            f"The correction is on another grid than its image: {_difference(labels, grid)}",
            advice="Save it on the image's grid, or take the nearest voxels.",
            command="--resample",
        )
    from SpineLib.volume import resample

    moved = resample(labels, replace(grid, voxels=np.zeros(grid.shape, np.uint8)), nearest=True)
    if labels.voxels.any() and not moved.voxels.any():
        raise BadInput("The correction lies outside of its image, so nothing of it is left")
    return moved


def _whole(labels: Volume) -> Volume:
    voxels = labels.voxels
    if voxels.dtype.kind == "f" and not np.array_equal(voxels, np.round(voxels)):
        raise BadInput(
            "The voxels hold fractions, so this is not a label map",
            advice="Give the mask, not the image or a probability map.",
        )
    if voxels.size and not (voxels.min() >= 0 and voxels.max() <= 255):
        outside = np.unique(voxels[(voxels < 0) | (voxels > 255)])[:5]
        raise BadInput(
            f"The mask holds {', '.join(f'{n:g}' for n in outside)}, which is not a label of SPIDER",
            advice="SPIDER's labels are 0, 1-25, 100, 101-125 and 201-225.",
        )
    return labels.with_voxels(voxels.astype(np.uint8))


def _difference(labels: Volume, grid: Volume) -> str:
    if _size_in_words(labels) != _size_in_words(grid):
        return f"{_size_in_words(labels)} instead of {_size_in_words(grid)}"
    corners = np.array(list(np.ndindex(2, 2, 2))) * (np.array(grid.shape[::-1]) - 1)
    moved = max(np.linalg.norm(labels.ras(corner) - grid.ras(corner)) for corner in corners)
    return f"as large, but up to {moved:.1f} mm away or turned"


def _size_in_words(volume: Volume) -> str:
    return (
        f"{'×'.join(map(str, volume.shape))} voxels of "
        f"{'×'.join(f'{mm:.2f}' for mm in volume.spacing[::-1])} mm"
    )


def _require_known(labels: Volume) -> None:
    unknown = [int(n) for n in np.unique(labels.voxels) if n and not is_structure(int(n))]
    if unknown:
        raise BadInput(
            f"The mask holds {', '.join(map(str, unknown))}, which {'are' if len(unknown) > 1 else 'is'}"
            " no label of SPIDER",
            advice="SPIDER's labels are vertebrae 1-25 (101-125 where the border cuts them), canal 100 and "
            "discs 201-225.",
        )


def _checked_labels(
    labels: Sequence[SliceLabel], grid: Volume, task: str, question: Question
) -> list[SliceLabel]:
    """Labels in the task's own words, one a slice, in the order of the slices."""
    from SpineLib.datasets.vocabulary import vocabulary

    value = vocabulary(task, question)
    by_slice: dict[int, SliceLabel] = {}
    for label in labels:
        if not 0 <= label.index < grid.shape[0]:
            raise BadInput(
                f"There is no slice {label.index + 1}; the stack has {grid.shape[0]} slices"
            )
        if label.index in by_slice:
            raise BadInput(f"Slice {label.index + 1} has two labels", advice="Keep one.")
        try:
            by_slice[label.index] = replace(label, value=value(label.value))
        except ValueError as error:
            raise BadInput(f"Slice {label.index + 1}: {error}") from error
    if not by_slice:
        raise BadInput("There is no label")
    return [by_slice[k] for k in sorted(by_slice)]
