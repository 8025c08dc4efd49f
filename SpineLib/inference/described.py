"""What findings say of stacks, slices and models beside the answers."""

from __future__ import annotations

from dataclasses import asdict

from SpineLib.dicom.stack import Stack
from SpineLib.findings import Findings, ModelUsed, SliceFinding, StackFindings
from SpineLib.models import ModelFolder
from SpineLib.models.card import Card
from SpineLib.options import ReadOptions
from SpineLib.questions import Opinion
from SpineLib.reasons import Reason
from SpineLib.volume import Volume


def silent(card: Card, why: Reason | None) -> Opinion:
    """What a model says of a slice that it was not asked of."""
    return Opinion(card.asked.key, card.name, reason="" if why is None else str(why), why=why)


def model_used(model: ModelFolder, options: ReadOptions) -> ModelUsed:
    """A model as the findings tell of it."""
    card, question = model.card, model.card.question
    threshold = card.threshold if options.threshold is None else options.threshold
    decided = question is not None and len(question.values) == 2
    other = decided and threshold != card.threshold
    sets = None if card.grade_sets is None else asdict(card.grade_sets)
    return ModelUsed(
        task=card.task,
        name=card.name,
        title=card.title,
        version=card.version,
        sha256=card.weights_sha256,
        starter=card.starter,
        limits=card.limits,
        threshold=threshold if decided else None,
        question=question.key if question else "",
        licence=card.licence,
        card_threshold=card.threshold if other else None,
        grade_sets=sets and {key: value for key, value in sets.items() if key != "least"},
    )


def describe(stack: Stack) -> StackFindings:
    """A stack as its headers tell of it, before anything is read."""
    return StackFindings(
        id=stack.id,
        series_instance_uid=stack.series_instance_uid,
        frame_of_reference_uid=stack.frame_of_reference_uid,
        series_number=stack.series_number,
        description=stack.description,
        plane=stack.plane,
        weighting=stack.weighting,
        fat_saturated=stack.fat_saturated,
        region=stack.region,
        shape=[stack.slices, stack.rows, stack.columns],
        spacing=[float(x) for x in stack.spacing],
    )


def describe_why(described: StackFindings, task: str, why: Reason | None) -> None:
    """Writes down why a task was not assessed on a stack; nothing where it was."""
    if why is not None:
        described.not_assessed[task], described.not_assessed_why[task] = str(why), why


def describe_slice(volume: Volume, k: int) -> SliceFinding:
    """A slice by its place and its image, before anything is answered."""
    frame = volume.frames[k] if volume.frames else None
    return SliceFinding(
        index=k,
        sop_instance_uid=frame.sop_instance_uid if frame else "",
        frame=frame.number if frame else 1,
        position_ras=[float(x) for x in volume.slice_center(k)],
    )


def leave_out_silent_namesakes(findings: Findings) -> None:
    """Of several models of a question, those that answered nowhere need not be told of."""
    answered = {summary.question for summary in findings.summaries if summary.assessed}
    quiet = {
        summary.by
        for summary in findings.summaries
        if not summary.assessed and summary.question in answered
    }
    findings.summaries = [summary for summary in findings.summaries if summary.by not in quiet]
    for stack in findings.stacks:
        for finding in stack.slices:
            finding.opinions = [opinion for opinion in finding.opinions if opinion.by not in quiet]
