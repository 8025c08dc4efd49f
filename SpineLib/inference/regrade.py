"""Some slices once more, with windows that a reader drew; all others stay as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, StackFindings
from SpineLib.inference.canal import CanalPath
from SpineLib.inference.compression import assess
from SpineLib.inference.grading import READERS_BOX, grade, with_boxes
from SpineLib.inference.study import ReadOptions, Session, models_by_task
from SpineLib.inference.summary import summarise_compression, summarise_grading
from SpineLib.labels import ASSESSED
from SpineLib.progress import Progress
from SpineLib.volume import Volume


def regrade(
    findings: Findings,
    stack_id: str,
    volume: Volume,
    boxes: Mapping[int, ArrayLike],
    *,
    options: ReadOptions | None = None,
    session: Session | None = None,
    progress: Progress | None = None,
) -> None:
    """Assesses the slices of ``boxes`` again and sums the study up anew; changes ``findings``.

    Only tasks that the stack was read for are done again; what was forced stays marked so.

    Args:
        findings: of an earlier reading.
        stack_id: the stack that the boxes are drawn on.
        volume: of this stack.
        boxes: slice index → two opposite corners [2, 3], RAS mm; see `grading.grade`.
        options: models, device and threshold are used.
        session: keeps models loaded.
        progress: told of each step; cancels.

    Raises:
        BadInput: no such stack, a volume of another shape, or a box that is none.
        Cancelled: the person cancelled.
    """
    options, progress = options or ReadOptions(), progress or Progress()
    session = session or Session(options.device)
    stack = next((one for one in findings.stacks if one.id == stack_id), None)
    if stack is None or len(stack.slices) != len(volume.voxels):
        raise BadInput(
            f"The volume is not the one that stack {stack_id} was read from",
            advice="Read the study again.",
        )
    models = models_by_task(options.models)
    canal = with_boxes(_path(stack, volume), dict(boxes), volume)
    if "compression" in stack.chosen_for:
        loaded = session.load(models["compression"])
        found = assess(volume, canal, loaded, threshold=options.threshold, progress=progress)
        for k in boxes:
            forced = stack.slices[k].compression.forced
            reason = READERS_BOX if found[k].status == ASSESSED else found[k].reason
            stack.slices[k].compression = replace(found[k], forced=forced, reason=reason)
    if "grading" in stack.chosen_for:
        loaded = session.load(models["grading"])
        grades = grade(volume, canal, loaded, boxes=boxes, progress=progress)
        for k in boxes:
            forced = stack.slices[k].grading.forced
            stack.slices[k].grading = replace(grades[k], forced=forced)
    for k in boxes:
        stack.slices[k].canal_center_ras = [float(x) for x in canal.centers_ras[k]]
    findings.compression = summarise_compression(findings.stacks, models["compression"].card)
    findings.grading = summarise_grading(findings.stacks, models["grading"].card)


def _path(stack: StackFindings, volume: Volume) -> CanalPath:
    known = np.array([one.canal_center_ras is not None for one in stack.slices], float)
    centers = [
        one.canal_center_ras or volume.slice_center(k).tolist()
        for k, one in enumerate(stack.slices)
    ]
    return CanalPath(np.array(centers, float), known)
