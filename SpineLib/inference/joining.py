"""A reading of one stack of a study, taken into the study's findings; the other stacks stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, ModelUsed, QuestionSummary, SliceFinding, StackFindings
from SpineLib.inference.lumbar import summarise_levels, tell_slices
from SpineLib.inference.study_quantities import complete
from SpineLib.inference.summary import summarise
from SpineLib.labels import ASSESSED
from SpineLib.models.card import Card
from SpineLib.reading import frames_of
from SpineLib.volume import Volume

# Millimetres that a slice of the new reading may lie off its place in the study's own stack.
TOLERANCE = 0.1


def joined(
    study: Findings,
    part: Findings,
    part_stack: str,
    stack: str,
    *,
    cards: Mapping[str, Card],
) -> Findings:
    """The study's findings with one stack's answers replaced by those of a new reading of it.

    The new reading may hold the slices in another order (a volume file is laid out anew): a slice
    is known by its place. Names of the images, levels, and what was said of other stacks stay.

    Args:
        study: what is known of the whole study.
        part: a reading of one of its volumes.
        part_stack: the stack's id in ``part``.
        stack: the stack's id in ``study``.
        cards: name of the model → its card, by whose rules the study is summed up.

    Raises:
        BadInput: the slices of the two do not lie at the same places, or the new reading answers
            nothing.
    """
    old, new = study.stack(stack), part.stack(part_stack)
    segmented = part.segmentation.status == ASSESSED
    if not new.slices and not segmented:
        reasons = [*(summary.reason for summary in part.summaries), part.segmentation.reason]
        reason = next((why for why in reasons if why), "")
        raise BadInput(f"Nothing was assessed, so the study stays as it was: {reason}")
    own = replace(
        old,
        weighting=old.weighting if new.weighting == "unknown" else new.weighting,
        region=old.region if new.region == "unknown" else new.region,
        chosen_for=new.chosen_for,
        choice_reason=new.choice_reason,
        not_assessed=new.not_assessed,
        not_assessed_why=new.not_assessed_why,
        slices=_slices(old, new) if new.slices else old.slices,
    )
    stacks = [own if one.id == stack else one for one in study.stacks]
    models = _models(study, part, stacks, own, segmented=segmented)
    measured = {stack, study.segmentation.stack} if segmented else {stack}
    whole = replace(
        study,
        stacks=stacks,
        quantities=[quantity for quantity in study.quantities if quantity.stack not in measured]
        + [replace(quantity, stack=stack) for quantity in part.quantities],
        level_opinions=part.level_opinions if segmented else study.level_opinions,
        segmentation=replace(part.segmentation, stack=stack) if segmented else study.segmentation,
        models=models,
        questions=list(
            {asked.key: asked for asked in (*study.questions, *part.questions)}.values()
        ),
        warnings=list(dict.fromkeys([*study.warnings, *part.warnings])),
        notice=part.notice or (study.notice if any(model.starter for model in models) else ""),
        software=part.software,
    )
    tell_slices(whole)
    whole = replace(whole, summaries=_summaries(study, part, whole, cards))
    complete(whole)
    return whole


def _summaries(
    study: Findings, part: Findings, whole: Findings, cards: Mapping[str, Card]
) -> list[QuestionSummary]:
    """Of the whole study: one a question, whichever model answered on which stack.

    By the rule of the model that answered now. Where one of the readings asked several models, each
    of them that still answers somewhere has its own. What nobody here has a card for stays.
    """
    every = [*part.summaries, *study.summaries]
    slices = [slice_ for stack in whole.stacks for slice_ in stack.slices]
    answering = {opinion.by for slice_ in slices for opinion in slice_.opinions if opinion.assessed}
    kept: dict[str, list[QuestionSummary]] = {}
    for question in dict.fromkeys(summary.question for summary in every):
        asked = [one for one in every if one.question == question]
        new, old = (
            [
                summary
                for summary in findings.summaries
                if summary.by and summary.question == question
            ]
            for findings in (part, study)
        )
        names = {one.by for one in new}
        if max(len(new), len(old)) > 1:
            kept[question] = new + [o for o in old if o.by in answering and o.by not in names]
        else:
            kept[question] = (new or old or asked)[:1]
    return [
        summary
        if card is None
        else summarise_levels(whole, card)
        if card.asked.of_levels
        else summarise(whole.stacks, card, alone=len(namesakes) > 1)
        for namesakes in kept.values()
        for summary, card in ((namesake, cards.get(namesake.by)) for namesake in namesakes)
    ]


def _slices(old: StackFindings, new: StackFindings) -> list[SliceFinding]:
    grid = Volume(np.broadcast_to(np.uint8(0), old.shape), np.array(old.ijk_to_ras))
    places = grid.ijk([slice_.position_ras for slice_ in new.slices])[:, 2]
    numbers = np.round(places).astype(int)
    off = np.abs(places - numbers).max() * grid.spacing[2]
    if off > TOLERANCE or sorted(numbers) != list(range(grid.shape[0])):
        raise BadInput(
            f"The volume that was read is not where stack {old.id} of the study is",
            advice="Read the study's folder again.",
        )
    frames = frames_of(old)
    before = {slice_.index: slice_ for slice_ in old.slices}
    found = [
        replace(
            one,
            index=k,
            sop_instance_uid=frames[k].sop_instance_uid if frames else one.sop_instance_uid,
            frame=frames[k].number if frames else one.frame,
            level=one.level or (before[k].level if k in before else ""),
            region=one.region or (before[k].region if k in before else ""),
        )
        for k, one in zip(numbers.tolist(), new.slices, strict=True)
    ]
    return sorted(found, key=lambda one: one.index)


def _models(
    study: Findings,
    part: Findings,
    stacks: list[StackFindings],
    own: StackFindings,
    *,
    segmented: bool,
) -> list[ModelUsed]:
    """The new reading's models, and those that other stacks' answers are still by."""
    others = [slice_ for stack in stacks if stack is not own for slice_ in stack.slices]
    answered = {opinion.by for other in others for opinion in other.opinions if opinion.assessed}

    def is_used(model: ModelUsed) -> bool:
        if model.question:
            return model.name in answered
        if model.task in ("canal", "outline"):
            return bool(others)
        return not segmented and study.segmentation.status == ASSESSED

    return [*part.models, *(m for m in study.models if is_used(m) and m not in part.models)]
