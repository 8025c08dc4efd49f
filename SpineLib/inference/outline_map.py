"""Cord and sac as a label map: what a reader corrects, and measuring it anew; needs no torch."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.inference.levels_again import grade_levels_again
from SpineLib.inference.quantities import Outlined, measuring_changed
from SpineLib.inference.study_quantities import complete
from SpineLib.slabs import Steps
from SpineLib.volume import Volume

SAC_LABEL, CORD_LABEL = 1, 2


def measuring_again(
    findings: Findings, stack_id: str, labels: Volume, changed: Collection[int]
) -> Steps[None]:
    """Measures slices of a stack anew from outlines as a reader corrected them, a slice a step.

    The grades of lumbar levels follow where the sac at a disc has another area.

    Args:
        findings: of the reading; changed in the last step.
        stack_id: the stack that the outlines are of.
        labels: `SAC_LABEL` and, in it, `CORD_LABEL`; its slices are the stack's.
        changed: the numbers of the slices that are measured; others keep what they have.

    Raises:
        BadInput: there is no such stack, or the label map has another number of slices.
    """
    stack = next((one for one in findings.stacks if one.id == stack_id), None)
    if stack is None or len(stack.slices) != len(labels.voxels):
        raise BadInput(
            f"The outlines are not those of stack {stack_id}", advice="Read the study again."
        )
    before = [slice_.quantities for slice_ in stack.slices]
    made = yield from measuring_changed(slices_of(labels), changed, before)
    for finding, quantities in zip(stack.slices, made, strict=True):
        finding.quantities = quantities
    grade_levels_again(findings)
    complete(findings)


def slices_of(labels: Volume) -> list[Outlined | None]:
    """The outlines of each slice; None where a slice has none."""
    column, row, _ = labels.ijk_to_ras[:3, :3].T
    rows, columns = (_used(np.asarray(labels.voxels.any(axis=axes))) for axes in ((0, 2), (0, 1)))
    part = labels.voxels[:, rows, columns]
    return [
        Outlined(
            (part[k] > 0).astype(np.float32),
            (part[k] == CORD_LABEL).astype(np.float32),
            labels.ras([columns.start, rows.start, k]),
            row,
            column,
        )
        if part[k].any()
        else None
        for k in range(len(part))
    ]


def _used(there: NDArray[np.bool_]) -> slice:
    """Where something is, with two pixels of room where the grid has it."""
    found = np.flatnonzero(there)
    if not len(found):
        return slice(0, len(there))
    return slice(max(int(found[0]) - 2, 0), int(found[-1]) + 3)
