"""Quantities of a study: the narrowest place of cord and sac, against normal slices beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.inference.norms import norm_of
from SpineLib.inference.quantities import CORD_KEYS, SAC_KEYS
from SpineLib.inference.second_opinion import NAME, QUESTION, second_opinion
from SpineLib.inference.summary import summarise_question
from SpineLib.quantities import Compared, Quantity, find_quantity, value_of
from SpineLib.questions import COMPRESSION
from SpineLib.reasons import NO_CORD, NO_NORMAL, UNSURE_NARROWEST, UNSURE_OUTLINE, Reason
from SpineLib.translation import tr

# Of the study → what is measured on slices for it.
OF_STUDY = {"mscc": "cord_ap", "mcc": "sac_ap"}
# A slice counts as normal where it is at least this share of what the stack is like around it: of
# the upper quartile of slices without a flag within so many mm. By hand, on simulated studies of training's profile.
_SHARE, _AROUND_MM = 0.93, 45.0
# Normal slices that are averaged to each side at most, the nearest ones.
_AVERAGED = 3
# So many normal slices tell what is usual in a patient.
_LEAST_OWN = 5


@dataclass(frozen=True, order=True)
class Reference:
    """A slice that a reader wants to compare with: id of its stack, its index, and who says so."""

    stack: str
    index: int
    by: str = "reader"


def complete(findings: Findings, references: Sequence[Reference] | None = None) -> None:
    """What follows from the slices' quantities: norms, second opinion, the study's quantities.

    Call it again where quantities or levels of slices changed; nothing is doubled.

    Args:
        findings: changed.
        references: as of `measure_study`.
    """
    answer_by_shape(findings)  # first: its flags say, too, which slices are normal
    for stack in findings.stacks:
        own = own_norms(stack)
        for slice_ in stack.slices:
            for quantity in slice_.quantities:
                healthy = norm_of(quantity.key, slice_.level)
                quantity.norm = healthy or own.get(quantity.key, [])
                quantity.norm_own = bool(quantity.norm and not healthy)
    measure_study(findings, references)


def own_norms(stack: StackFindings) -> dict[str, list[float]]:
    """Mean and standard deviation of each quantity on the patient's own normal slices of a stack."""
    norms: dict[str, list[float]] = {}
    for keys, source in ((CORD_KEYS, "cord_ap"), (SAC_KEYS, "sac_ap")):
        normal = normal_slices(stack, source)
        for key in keys:
            measured = [value_of(one.quantities, key) for one in normal]
            values = [value for value in measured if value is not None]
            if len(values) >= _LEAST_OWN and np.std(values) > 0:
                norms[key] = [round(float(x), 4) for x in (np.mean(values), np.std(values, ddof=1))]
    return norms


def answer_by_shape(findings: Findings) -> None:
    """Adds the equation's opinions beside the network's, on cervical stacks asked for compression."""
    stacks = [
        stack
        for stack in findings.stacks
        if COMPRESSION.key in stack.chosen_for and stack.region == "cervical"
        and any(find_quantity(one.quantities, "cord_ap") for one in stack.slices)
    ]  # fmt: skip
    findings.summaries = [summary for summary in findings.summaries if summary.by != NAME]
    if not stacks:
        return
    for stack in stacks:
        for slice_ in stack.slices:
            others = [opinion for opinion in slice_.opinions if opinion.by != NAME]
            slice_.opinions = [*others, second_opinion(slice_)]
    if QUESTION not in findings.questions:
        findings.questions.append(QUESTION)
    findings.summaries.append(summarise_question(findings.stacks, QUESTION, NAME, by=NAME))


def measure_study(findings: Findings, references: Sequence[Reference] | None = None) -> None:
    """Puts MSCC and MCC into findings whose slices were measured; what stood there is replaced.

    MSCC is 100 (1 - d / mean(d above, d below)), where d is the cord's diameter from front to back
    (Fehlings et al. 1999, Spine 24:605; Miyanji et al. 2007, Radiology 243:820); MCC is the same of
    the canal, here of the dural sac. Above and below are the nearest normal slices of the same
    stack: those that no model flags and that are not narrower than what is around them; the nearest
    `_AVERAGED` at most are averaged on each side. It is computed of every slice with such
    neighbours (of a flagged one at the stack's end, on one side) and reported where it is greatest,
    MSCC among flagged slices if any has such neighbours; not at all where the outline of a flagged
    slice is not sure, which may be the narrowest one.

    Args:
        findings: changed.
        references: slices that a reader wants to compare with instead (`Reference`), none for the
            nearest normal ones; None for those that were chosen before.

    Raises:
        BadInput: a reference is not a slice on which cord and sac were measured.
    """
    if references is None:
        chosen = [one for one in _chosen_before(findings) if is_comparable(findings, one)]
    else:
        chosen = list(references)
        for one in chosen:
            require_comparable(findings, one)
    made = [_of_study(findings, key, source, chosen) for key, source in OF_STUDY.items()]
    kept = [quantity for quantity in findings.quantities if quantity.key not in OF_STUDY]
    slices = [slice_ for stack in findings.stacks for slice_ in stack.slices]
    measured = any(find_quantity(slice_.quantities, "cord_ap") for slice_ in slices)
    findings.quantities = kept + (made if measured else [])


def require_comparable(findings: Findings, reference: Reference) -> None:
    """Makes sure that a slice can be compared with.

    Raises:
        BadInput: cord and sac were not measured on it.
    """
    if not is_comparable(findings, reference):
        raise BadInput(
            tr("Slice {number} of stack {id} cannot be compared with: cord and sac were not "
               "measured on it").format(number=reference.index + 1, id=reference.stack),
            advice=tr("Choose another slice."),
        )  # fmt: skip


def is_comparable(findings: Findings, reference: Reference) -> bool:
    """Whether cord and sac were measured on a slice."""
    return any(
        (stack.id, slice_.index) == (reference.stack, reference.index)
        and all(value_of(slice_.quantities, source) is not None for source in OF_STUDY.values())
        for stack in findings.stacks
        for slice_ in stack.slices
    )


def _chosen_before(findings: Findings) -> list[Reference]:
    """The slices that a reader chose when the study's quantities were measured last."""
    compared = [one for quantity in findings.quantities for one in quantity.compared]
    chosen = {(one.stack, one.index or 0): one.chosen_by for one in compared if one.chosen_by}
    return [Reference(stack, index, by) for (stack, index), by in sorted(chosen.items())]


def _of_study(
    findings: Findings, key: str, source: str, references: Sequence[Reference]
) -> Quantity:
    if any(_may_be_narrowest(stack, source) for stack in findings.stacks):
        return Quantity(key, why=Reason(UNSURE_NARROWEST))
    flagged: list[Quantity] = []
    others: list[Quantity] = []
    for stack in findings.stacks:
        chosen = {
            reference.index: reference.by
            for reference in sorted(references)
            if reference.stack == stack.id
        }
        if references and not chosen:
            continue
        normal, free = normal_slices(stack, source), free_slices(stack, source)
        for slice_ in stack.slices:
            beside = [stack.slices[n] for n in chosen] or _beside(normal, slice_, free)
            found = _narrowing(stack, slice_, key, source, beside, chosen)
            if found:
                (flagged if slice_.flagged else others).append(found)
    # A narrow canal may leave the cord as it is, so that MCC may be greatest on any slice.
    candidates = flagged if key == "mscc" and flagged else flagged + others
    return max(
        candidates, key=lambda one: one.value or 0.0, default=Quantity(key, why=Reason(NO_NORMAL))
    )


def _may_be_narrowest(stack: StackFindings, source: str) -> bool:
    """Whether a flagged slice has no number because its outline, between others', is not sure."""
    measured = [one.index for one in stack.slices if value_of(one.quantities, source) is not None]
    for one in stack.slices:
        quantity = find_quantity(one.quantities, source)
        why = quantity.why.code if quantity and quantity.why else ""
        between = bool(measured) and measured[0] < one.index < measured[-1]
        if one.flagged and (why == UNSURE_OUTLINE or (why == NO_CORD and between)):
            return True
    return False


def _narrowing(
    stack: StackFindings,
    one: SliceFinding,
    key: str,
    source: str,
    normal: Sequence[SliceFinding],
    chosen: Mapping[int, str],
) -> Quantity | None:
    value = value_of(one.quantities, source)
    if value is None:
        return None
    compared = [
        Compared(own, other.level, stack.id, other.index, chosen.get(other.index, ""))
        for other in normal
        if (own := value_of(other.quantities, source)) is not None
    ]
    if not compared or one.index in [other.index for other in compared]:
        return None
    sides = _sides(compared, one.index)
    if chosen and len(sides) < 2 <= len(compared):  # it does not lie between them
        return None
    usual = float(np.mean([np.mean(side) for side in sides]))
    return Quantity(
        key, round(100 * (1 - value / usual), 2), one.level, stack.id, one.index, compared
    )


def _sides(compared: Sequence[Compared], index: int) -> list[list[float]]:
    """The values on each side of a slice; each side counts the same."""
    below = [other.value for other in compared if (other.index or 0) < index]
    above = [other.value for other in compared if (other.index or 0) > index]
    return [side for side in (below, above) if side]


def _beside(
    normal: Sequence[SliceFinding], one: SliceFinding, free: Sequence[SliceFinding]
) -> list[SliceFinding]:
    """The nearest normal slices on each side, in the stack's order.

    A slice without a flag needs both sides: a cord grows thinner downward by itself. A flagged one
    takes the nearest slices without a flag where a side has no normal one, and at the stack's end
    the one side that there is, if that has two slices.

    Args:
        normal: as `normal_slices` gives them.
        one: the slice that is compared.
        free: the stack's slices without a flag.
    """
    below = [other for other in normal if other.index < one.index][-_AVERAGED:]
    above = [other for other in normal if other.index > one.index][:_AVERAGED]
    if one.flagged:
        below = below or [other for other in free if other.index < one.index][-_AVERAGED:]
        above = above or [other for other in free if other.index > one.index][:_AVERAGED]
    both = bool(below and above)
    return [*below, *above] if both or (one.flagged and len(below + above) > 1) else []


def _is_assessed(one: SliceFinding) -> bool:
    return any(opinion.assessed for opinion in one.opinions if opinion.by != NAME)


def normal_slices(stack: StackFindings, source: str) -> list[SliceFinding]:
    """The slices that may stand for what cord or sac is like without compression, in their order.

    Args:
        stack: its slices are measured.
        source: ``cord_ap`` or ``sac_ap``.
    """
    free = free_slices(stack, source)
    values = np.array([value_of(slice_.quantities, source) for slice_ in free], float)
    reach = _AROUND_MM / max(stack.spacing[2], 1e-3) if stack.spacing else np.inf
    indices = np.array([slice_.index for slice_ in free])
    return [
        one
        for one, value in zip(free, values, strict=True)
        if value >= _SHARE * _upper_quartile(values[np.abs(indices - one.index) <= reach])
    ]


def free_slices(stack: StackFindings, source: str) -> list[SliceFinding]:
    """The measured slices that no answer flags and, if any was, whose question was answered."""
    seen = any(_is_assessed(slice_) for slice_ in stack.slices)
    return [
        slice_
        for slice_ in stack.slices
        if value_of(slice_.quantities, source) is not None
        and not slice_.flagged
        # What a network was asked of and did not answer is not known to be normal.
        and (_is_assessed(slice_) or not seen)
    ]


def _upper_quartile(values: NDArray[np.float64]) -> float:
    """As NumPy's, which takes ten times as long of a few values."""
    ordered, at = np.sort(values), 0.75 * (len(values) - 1)
    low, high = ordered[[math.floor(at), math.ceil(at)]].tolist()
    return float(low + (at % 1) * (high - low))
