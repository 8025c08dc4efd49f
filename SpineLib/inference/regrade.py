"""Some slices once more, with windows that a reader drew; all others stay as they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.inference.canal import CanalPath
from SpineLib.inference.models import Models
from SpineLib.inference.opinions import opinions, with_boxes
from SpineLib.inference.study import ReadOptions, Session
from SpineLib.inference.summary import summarise
from SpineLib.progress import Progress
from SpineLib.questions import Opinion
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

    Only questions that the stack was read for are asked again; what was forced stays marked so.

    Args:
        findings: of an earlier reading.
        stack_id: the stack that the boxes are drawn on.
        volume: of this stack.
        boxes: slice index → two opposite corners [2, 3], RAS mm; see `opinions`.
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
    canal = with_boxes(_path(stack, volume), dict(boxes), volume)
    at_hand = {model.card.name: model for model in Models.at_hand(options.models).of_slices}
    again = [at_hand[summary.by] for summary in findings.summaries if summary.by in at_hand]
    # What a reader had answered all the same stays answered.
    earlier = [opinion for k in boxes for opinion in stack.slices[k].opinions]
    forced = options.force or any(opinion.forced for opinion in earlier)
    for model in again:
        if model.card.asked.key in stack.chosen_for:
            loaded = session.load(model)
            answers = opinions(
                volume, canal, loaded, boxes=boxes, threshold=options.threshold,
                force=forced, progress=progress,
            )  # fmt: skip
            for k in boxes:
                _replace(stack.slices[k], answers[k])
    for k in boxes:
        stack.slices[k].take_center([float(x) for x in canal.centers_ras[k]])
    anew = {model.card.name: summarise(findings.stacks, model.card) for model in again}
    findings.summaries = [anew.get(summary.by, summary) for summary in findings.summaries]


def _replace(finding: SliceFinding, opinion: Opinion) -> None:
    for n, before in enumerate(finding.opinions):
        if (before.question, before.by) == (opinion.question, opinion.by):
            reason = before.reason if before.forced and opinion.assessed else opinion.reason
            forced = before.forced or opinion.forced
            held = [] if forced else opinion.grade_set
            finding.opinions[n] = replace(opinion, forced=forced, reason=reason, grade_set=held)


def _path(stack: StackFindings, volume: Volume) -> CanalPath:
    known = np.array([slice_.canal_center_ras is not None for slice_ in stack.slices], float)
    centers = [
        one.canal_center_ras or volume.slice_center(k).tolist()
        for k, one in enumerate(stack.slices)
    ]
    return CanalPath(np.array(centers, float), known)
