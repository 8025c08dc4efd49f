"""Rows of a cohort's tables: of studies, of slices and of levels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from SpineLib.cohort.kept import Kept, State
from SpineLib.cohort.ratings import Rating
from SpineLib.findings import Findings, SliceFinding
from SpineLib.outputs.findings_csv import OPINION_COLUMNS, SLICE_COLUMNS, slice_row
from SpineLib.questions import Question

Columns = dict[str, type]  # name → kind of its values; each may be None
Groups = Mapping[str, tuple[str, str]]  # prefix of columns → question and model

_STUDY: Columns = {
    "study": str, "label": str, "study_instance_uid": str, "patient": str, "state": str,
    "why": str, "excluded": bool, "rating": str, "comment": str, "rated_by": str,
    "rated_before": bool, "images": int, "seconds": float, "stacks": int, "slices": int,
    "warnings": int, "segmentation": str, "segmentation_reason": str, "lowest": str,
    "levels": str, "first_level": str, "last_level": str,
}  # fmt: skip
_OF_STUDY: Columns = {
    "verdict": str, "worst": str, "worst_stack": str, "worst_slice": int, "assessed_slices": int,
    "positive_slices": int, "longest_run": int, "longest_run_mm": float, "reason": str,
}  # fmt: skip
_LEVEL: Columns = {
    "study": str, "level": str, "kind": str, "probability": float, "r": float, "a": float,
    "s": float, "volume_ml": float, "partial": bool, "slices": int,
}  # fmt: skip
_OF_LEVEL: Columns = {"worst": str, "positive_slices": int, "probability": float}
_NUMBERS = ("position_", "canal_")
_OPINION_KINDS = {"positive": bool, "probability": float, "forced": bool, "unlikeness": float}


def groups_of(answers: Sequence[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Prefix of the columns → question and model; the model is named where several answer one."""
    several = Counter(question for question, _ in answers)
    return {
        question if several[question] == 1 else f"{question}_{by}": (question, by)
        for question, by in answers
    }


def study_columns(groups: Groups) -> Columns:
    """Of the table of studies."""
    return _STUDY | {f"{name}_{k}": v for name in groups for k, v in _OF_STUDY.items()}


def slice_columns(groups: Groups) -> Columns:
    """Of the table of slices."""
    first: Columns = {"study": str}
    for name in SLICE_COLUMNS:
        whole = name in ("series_number", "slice", "frame")
        first[name] = int if whole else float if name.startswith(_NUMBERS) else str
    of_opinion = {name: _OPINION_KINDS.get(name, str) for name in OPINION_COLUMNS}
    return first | {f"{name}_{k}": v for name in groups for k, v in of_opinion.items()}


def level_columns(groups: Groups) -> Columns:
    """Of the table of levels."""
    return _LEVEL | {f"{name}_{k}": v for name in groups for k, v in _OF_LEVEL.items()}


def study_row(
    kept: Kept, state: State, rating: Rating | None, findings: Findings | None, seconds: float | None,
    groups: Groups,
) -> dict[str, Any]:  # fmt: skip
    """A row for each study of the plan, read or not."""
    study = kept.study
    row: dict[str, Any] = {
        "study": study.key, "label": study.label, "study_instance_uid": study.uid,
        "patient": study.patient, "state": state.state, "why": state.why, "images": study.images,
        "excluded": rating is not None and rating.excludes,
    }  # fmt: skip
    if rating is not None:
        row |= {
            "rating": rating.rating, "comment": rating.comment, "rated_by": rating.by,
            "rated_before": rating.reading != kept.key,
        }  # fmt: skip
    return row if findings is None else {**row, **_found(findings, seconds, groups)}


def _found(findings: Findings, seconds: float | None, groups: Groups) -> dict[str, Any]:
    names = [vertebra.name for vertebra in findings.levels.vertebrae if vertebra.name]
    row = {
        "seconds": seconds, "stacks": len(findings.stacks), "warnings": len(findings.warnings),
        "slices": sum(len(stack.slices) for stack in findings.stacks),
        "segmentation": findings.segmentation.status,
        "segmentation_reason": findings.segmentation.reason,
        "lowest": findings.segmentation.lowest, "levels": findings.levels.status,
        "first_level": names[0] if names else "", "last_level": names[-1] if names else "",
    }  # fmt: skip
    for name, (question, by) in groups.items():
        summary = findings.summary(question, by)
        values = (
            summary.verdict, summary.worst, summary.stack, summary.index, summary.assessed_slices,
            summary.positive_slices, summary.longest_run, summary.longest_run_mm, summary.reason,
        )  # fmt: skip
        row |= {f"{name}_{k}": v for k, v in zip(_OF_STUDY, values, strict=True)}
    return row


def slice_rows(key: str, findings: Findings, groups: Groups) -> Iterator[dict[str, Any]]:
    """A row a slice of every stack that was read slice by slice, as of ``findings.csv``."""
    for stack in findings.stacks:
        for finding in stack.slices:
            yield {"study": key, **slice_row(stack, finding, groups)}


def level_rows(key: str, findings: Findings, groups: Groups) -> Iterator[dict[str, Any]]:
    """A row for each vertebra and disc that has a name, by slices, chain or segmentation."""
    slices: dict[str, list[SliceFinding]] = defaultdict(list)
    for stack in findings.stacks:
        for finding in stack.slices:
            slices[finding.level].append(finding)
    rows: dict[str, dict[str, Any]] = {}
    for vertebra in findings.levels.vertebrae:
        if vertebra.name:
            r, a, s = vertebra.ras or (None, None, None)
            rows[vertebra.name] = {"probability": vertebra.probability, "r": r, "a": a, "s": s}
    for segment in findings.segmentation.segments if findings.segmentation.lowest else ():
        if segment.kind != "canal":
            row = rows.setdefault(segment.name, {})
            row |= {"volume_ml": segment.volume_ml, "partial": segment.partial}
            row |= dict(zip("ras", segment.centroid_ras, strict=True)) if "r" not in row else {}
    for name in {**rows, **slices}:
        if name:
            kind = "disc" if "/" in name else "vertebra"
            row = {"study": key, "level": name, "kind": kind, **rows.get(name, {})}
            yield row | _at_level(slices.get(name, []), findings, groups)


def _at_level(slices: list[SliceFinding], findings: Findings, groups: Groups) -> dict[str, Any]:
    row: dict[str, Any] = {"slices": len(slices)}
    questions: dict[str, Question] = {question.key: question for question in findings.questions}
    for name, (question, by) in groups.items():
        opinions = [o for slice_ in slices if (o := slice_.opinion(question, by)) and o.assessed]
        if not opinions or question not in questions:
            continue
        worst = max(opinions, key=lambda opinion: questions[question].severity(opinion.value))
        probabilities = [o.probability for o in opinions if o.probability is not None]
        row |= {
            f"{name}_worst": worst.value,
            f"{name}_positive_slices": sum(bool(opinion.positive) for opinion in opinions),
            f"{name}_probability": max(probabilities, default=None),
        }
    return row
