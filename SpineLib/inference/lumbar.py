"""What a lumbar segmentation says of each level: quantities, and the grade of its narrowing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib import reasons
from SpineLib.errors import BadModel
from SpineLib.findings import (
    Findings,
    QuestionSummary,
    SegmentationFinding,
    StackFindings,
)
from SpineLib.inference.interval import graded
from SpineLib.inference.measures import Measure
from SpineLib.labels import ASSESSED
from SpineLib.models.card import Card
from SpineLib.models.scorers import Trees
from SpineLib.quantities import LEVEL_KEYS, Quantity, value_of
from SpineLib.questions import Opinion
from SpineLib.reasons import Reason

# Columns that a model of levels may ask for, by name.
FEATURES = (
    "canal_area", "canal_ap", "area_share", "ap_share", "disc_height", "disc_bulge", "slip",
)  # fmt: skip
_NO_CANAL, _CUT, _ALONE, _NO_BODY = (
    Reason(code)
    for code in (
        reasons.NO_CANAL_BESIDE,
        reasons.DISC_AT_BORDER,
        reasons.NOT_BOTH_BODIES,
        reasons.NO_BODY,
    )
)


def lumbar_quantities(measures: Sequence[Measure], finding: SegmentationFinding) -> list[Quantity]:
    """The quantities of each disc and vertebra, from the feet upward, and the lordosis.

    What could not be measured is there with its reason. Levels are the structures' names, also
    where those are only numbers.

    Args:
        measures: of one segmentation.
        finding: that segmentation; its stack is where they were taken.
    """
    vertebrae = {measure.label: measure for measure in measures if measure.kind == "vertebra"}
    found: list[Quantity] = []
    for disc in _from_below(measures, "disc"):
        upper, lower = (vertebrae.get(disc.label - n) for n in (200, 201))
        found += _of_disc(disc, _angle(lower, upper))
    for body in _from_below(measures, "vertebra"):
        found += _of_body(body)
    found.append(_lordosis(vertebrae.values()))
    return [replace(one, stack=finding.stack) for one in found]


def features(measures: Sequence[Measure]) -> tuple[list[Measure], NDArray[np.float64]]:
    """The discs whose canal was measured, from the feet upward, with `FEATURES` of each.

    A share is of the median of all discs: how narrow a level is for this patient, and as this
    segmentation draws.

    Returns:
        The discs, and [disc, feature]; NaN where one was not measured.
    """
    discs = [one for one in _from_below(measures, "disc") if one.canal_area]
    rows = [
        (disc.canal_area, disc.canal_ap, disc.canal_area, disc.canal_ap, _height(disc), disc.bulge,
         None if disc.slip is None else abs(disc.slip))
        for disc in discs
    ]  # fmt: skip
    table = np.array(rows, dtype=float).reshape(len(rows), len(FEATURES))
    for column in (2, 3):
        table[:, column] /= np.median(table[:, column]) if len(discs) else 1.0
    return discs, table


def level_opinions(
    measures: Sequence[Measure], card: Card, trees: Trees, sacs: Mapping[int, float] | None = None
) -> list[Opinion]:
    """What a model of levels says of each disc.

    Where the sac was measured on axial slices and the card says what its area means, that area
    alone answers: an axial slice shows the sac some times finer than a sagittal segmentation.

    Args:
        measures: of one segmentation.
        card: its question, features and temperature.
        trees: the model.
        sacs: as `sacs_at` gives them.

    Returns:
        One a disc, from the feet upward; without a value, with its reason, where the canal beside
        it was not measured.

    Raises:
        BadModel: the card asks for features that are not known, or the trees answer other grades.
    """
    columns = [_column(card, name) for name in card.preprocessing["features"]]
    discs, table = features(measures)
    if trees.value.shape[1] != len(card.asked.values):
        raise BadModel(f"The trees of {card.name} do not answer the grades of its card")
    answers = np.zeros((0, trees.value.shape[1]))
    if discs:
        answers = calibrated(trees.predict(table[:, columns]), card.temperature)
    chances = {disc.label: row.tolist() for disc, row in zip(discs, answers, strict=True)}
    axial = card.preprocessing.get("axial")
    if axial is not None:
        chances |= {label: grades_by_sac(area, axial) for label, area in (sacs or {}).items()}
    result = []
    for disc in _from_below(measures, "disc"):
        if disc.label in chances:
            opinion = replace(graded(chances[disc.label], card.asked), by=card.name)
        else:
            why = _CUT if disc.height_middle is None else _NO_CANAL
            opinion = Opinion(card.asked.key, card.name, reason=str(why), why=why)
        place = list(disc.canal_ras) if disc.canal_ras else None
        result.append(replace(opinion, level=disc.name, place_ras=place))
    return result


def calibrated(probabilities: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Probabilities whose logarithms are divided by a temperature (Guo et al. 2017).

    Args:
        probabilities: [row, value]; those of 0 count as a thousandth.
        temperature: of the card.
    """
    scaled = np.clip(probabilities, 1e-3, 1.0) ** (1 / temperature)
    return scaled / scaled.sum(axis=1, keepdims=True)


def summarise_levels(findings: Findings, card: Card) -> QuestionSummary:
    """What the answers of one model of levels say of the study: the worst level.

    Of levels with the same grade the one with the smallest canal.

    Args:
        findings: with level opinions and quantities; slices carry the opinions.
        card: of the model.
    """
    question = card.asked
    summary = QuestionSummary(question.key, card.name)
    opinions = [opinion for opinion in findings.level_opinions if opinion.by == card.name]
    answered = [opinion for opinion in opinions if opinion.assessed]
    if not answered:
        stacks = [stack.not_assessed_why.get(question.key) for stack in findings.stacks]
        whys = [why for why in (*(opinion.why for opinion in opinions), *stacks) if why is not None]
        summary.whys = list({str(why): why for why in whys}.values())
        summary.reason = "; ".join(map(str, summary.whys))
        return summary
    keys = ("canal_area", "axial_area")  # the grade rests on the second where it is known
    known = sorted(
        (q for q in findings.quantities if q.key in keys), key=lambda q: keys.index(q.key)
    )
    areas = {one.level: one.value for one in known}
    worst = max(
        answered, key=lambda one: (question.severity(one.value), -(areas.get(one.level) or 0.0))
    )
    summary.status, summary.worst, summary.level = ASSESSED, worst.value, worst.level
    summary.forced = worst.forced
    summary.assessed_slices = len(answered)
    summary.positive_slices = sum(one.positive for one in answered)
    for stack in findings.stacks:
        for slice_ in stack.slices:
            if worst in slice_.opinions:
                summary.stack, summary.index = stack.id, slice_.index
    return summary


def tell_slices(findings: Findings) -> None:
    """Gives each level's opinions to the one slice of each axial stack that cuts its canal there.

    Only to stacks in the segmentation's Frame of Reference; what slices carried of levels before
    is taken from them.

    Args:
        findings: with `Findings.level_opinions`.
    """
    for stack in findings.stacks:
        for slice_ in stack.slices:
            slice_.opinions = [opinion for opinion in slice_.opinions if not opinion.level]
    for opinion in findings.level_opinions:
        for _away, stack, index in _slices_at(findings, opinion.place_ras):
            stack.slices[index].opinions.append(opinion)


def grades_by_sac(area: float, axial: Mapping[str, Any]) -> list[float]:
    """P of each grade, mild first, by the sac's area on axial slices.

    The logarithm of the true area is taken to be normal about ``offset + slope ln(area)``, with
    the deviation ``spread``.

    Args:
        area: mm², above 0.
        axial: of a card, with ``areas_mm2``, below which each grade but the first begins.
    """
    middle = axial["offset"] + axial["slope"] * math.log(area)
    cuts = [(math.log(cut) - middle) / axial["spread"] for cut in axial["areas_mm2"]]
    below = [1.0, *(math.erfc(-cut / math.sqrt(2)) / 2 for cut in cuts), 0.0]
    return [more - less for more, less in pairwise(below)]


def sacs_at(findings: Findings, measures: Sequence[Measure]) -> dict[int, float]:
    """Area of the dural sac at each disc by axial slices, mm²; see `sac_at`.

    Args:
        findings: with quantities of axial slices, in the segmentation's Frame of Reference.
        measures: of the segmentation.

    Returns:
        The disc's label → area; without discs that no measured slice cuts.
    """
    places = {measure.label: measure.canal_ras for measure in measures if measure.kind == "disc"}
    areas = {label: sac_at(findings, place) for label, place in places.items()}
    return {label: area for label, area in areas.items() if area}


def axial_quantities(
    measures: Sequence[Measure], sacs: Mapping[int, float], stack: str
) -> list[Quantity]:
    """The areas of `sacs_at` as quantities of their levels, from the feet upward.

    Args:
        measures: of the segmentation.
        sacs: as `sacs_at` gives them.
        stack: that was segmented.
    """
    discs = [disc for disc in _from_below(measures, "disc") if disc.label in sacs]
    return [Quantity("axial_area", sacs[disc.label], disc.name, stack) for disc in discs]


def sac_at(findings: Findings, place: Sequence[float] | None) -> float | None:
    """The smallest area of the dural sac on the slice through a place and the one to each side.

    Args:
        findings: as for `sacs_at`.
        place: the canal's middle, RAS mm.

    Returns:
        mm², of the stack whose slice is nearest; None where the sac was not measured on that slice.
    """
    for _away, stack, index in sorted(_slices_at(findings, place), key=lambda one: one[0]):
        around = stack.slices[max(index - 1, 0) : index + 2]
        areas = [value_of(one.quantities, "sac_area") for one in around]
        if value_of(stack.slices[index].quantities, "sac_area"):
            return min(area for area in areas if area)
    return None


def _slices_at(
    findings: Findings, place: Sequence[float] | None
) -> list[tuple[float, StackFindings, int]]:
    """Of axial stacks in the segmentation's space the slice through a place: mm, stack, position."""
    segmented = [one for one in findings.stacks if one.id == findings.segmentation.stack]
    frame = segmented[0].frame_of_reference_uid if segmented else ""
    slices: list[tuple[float, StackFindings, int]] = []
    if place is None or not frame:
        return slices
    for stack in findings.stacks:
        same = stack.frame_of_reference_uid == frame and stack.plane == "axial"
        if not same or not stack.slices or not stack.ijk_to_ras:
            continue
        matrix = np.array(stack.ijk_to_ras)
        normal = np.cross(matrix[:3, 0], matrix[:3, 1])
        normal /= np.linalg.norm(normal)
        middles = np.array([slice_.position_ras for slice_ in stack.slices]) @ normal
        away = np.abs(middles - np.array(place) @ normal)
        nearest = int(away.argmin())
        if away[nearest] <= stack.spacing[2] / 2:
            slices.append((float(away[nearest]), stack, nearest))
    return slices


def rename_levels(findings: Findings, before: SegmentationFinding) -> None:
    """Lets quantities, answers and summaries of levels follow the segmentation's names.

    The lordosis was measured between what were called L1 and L5; with other names it is missing.

    Args:
        findings: with the new names.
        before: the segmentation with the old ones.
    """
    new = {segment.label: segment.name for segment in findings.segmentation.segments}
    names = {segment.name: new.get(segment.label, segment.name) for segment in before.segments}
    if all(old == name for old, name in names.items()):
        return
    ours = [one for one in findings.quantities if one.key in LEVEL_KEYS]
    graded = [summary for summary in findings.summaries if summary.level]
    slices = [slice_ for stack in findings.stacks for slice_ in stack.slices]
    carried = [opinion for slice_ in slices for opinion in slice_.opinions if opinion.level]
    # A slice's opinion may be the very one of its level.
    once: dict[int, Any] = {
        id(one): one for one in (*ours, *graded, *carried, *findings.level_opinions)
    }
    for one in once.values():
        one.level = names.get(one.level, one.level)
    for quantity in ours:
        if quantity.key == "lordosis":
            quantity.value, quantity.why = None, Reason(reasons.NOT_L1_L5)


def _column(card: Card, name: str) -> int:
    if name not in FEATURES:
        raise BadModel(f"The model {card.name} asks for {name}, which is not measured of levels")
    return FEATURES.index(name)


def _from_below(measures: Sequence[Measure], kind: str) -> list[Measure]:
    return sorted(
        (measure for measure in measures if measure.kind == kind), key=lambda one: one.label % 100
    )


def _height(disc: Measure) -> float | None:
    heights = (disc.height_front, disc.height_middle, disc.height_back)
    known = [height for height in heights if height is not None]
    return sum(known) / 3 if len(known) == 3 else None


def _angle(lower: Measure | None, upper: Measure | None) -> float | None:
    """Degrees between the endplates that border a disc."""
    if lower is None or upper is None or lower.upper_rise is None or upper.lower_rise is None:
        return None
    return upper.lower_rise - lower.upper_rise


def _of_disc(disc: Measure, angle: float | None) -> list[Quantity]:
    cut = _CUT if disc.height_middle is None else None
    values = {
        "canal_area": (disc.canal_area, _NO_CANAL),
        "canal_ap": (disc.canal_ap, _NO_CANAL),
        "disc_height": (_height(disc), _CUT),
        "disc_bulge": (disc.bulge, _ALONE),
        "slip": (disc.slip, _ALONE),
        "slip_percent": (disc.slip_percent, _ALONE),
        "segmental_angle": (angle, _ALONE),
    }
    return [_quantity(key, value, disc.name, cut or why) for key, (value, why) in values.items()]


def _of_body(body: Measure) -> list[Quantity]:
    front, middle, back = body.height_front, body.height_middle, body.height_back
    ratio = None
    if front is not None and middle is not None and back:
        ratio = 100 * min(front, middle) / back
    values = {"body_front": front, "body_middle": middle, "body_back": back, "height_ratio": ratio}
    return [_quantity(key, value, body.name, _NO_BODY) for key, value in values.items()]


def _lordosis(vertebrae: Iterable[Measure]) -> Quantity:
    named = {vertebra.name: vertebra for vertebra in vertebrae}
    first, last = named.get("L1"), named.get("L5")
    if first is None or last is None or first.upper_rise is None or last.lower_rise is None:
        return Quantity("lordosis", why=Reason(reasons.NOT_L1_L5))
    return Quantity("lordosis", first.upper_rise - last.lower_rise)


def _quantity(key: str, value: float | None, level: str, why: Reason) -> Quantity:
    # A canal of no area is none that was outlined.
    if not value and key.startswith("canal"):
        value = None
    return Quantity(key, value, level, why=why if value is None else None)
