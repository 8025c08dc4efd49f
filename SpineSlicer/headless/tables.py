"""A reading as the few tables and sentences that the terminal shows."""

from __future__ import annotations

from collections.abc import Iterator

from SpineLib.findings import Findings, Grading, SliceFinding
from SpineLib.labels import ASSESSED, NOT_ASSESSED
from SpineLib.outputs.summary import threshold_line

SLICE_COLUMNS = ("slice", "level", "P(compressed)", "verdict", "grade", "P(high)")


def slice_rows(findings: Findings) -> list[tuple[str, ...]]:
    """A row a slice, columns `SLICE_COLUMNS`; slices count from 1, as viewers show them."""
    several = len([stack for stack in findings.stacks if stack.slices]) > 1
    return [
        (
            f"{stack.id} · {one.index + 1}" if several else str(one.index + 1),
            one.level or "–",
            *_compression(one),
            *grade_cells(one.grading),
        )
        for stack in findings.stacks
        for one in stack.slices
    ]


def _compression(one: SliceFinding) -> tuple[str, str]:
    answer = one.compression
    if answer.status != ASSESSED or answer.probability is None:
        return "–", NOT_ASSESSED
    return f"{answer.probability:.2f}", (answer.verdict or "") + (
        " (forced)" if answer.forced else ""
    )


def grade_cells(grading: Grading) -> tuple[str, str]:
    """The grade with its interval, and P(high)."""
    if grading.status != ASSESSED or grading.high_probability is None:
        return NOT_ASSESSED, "–"
    interval = "–".join(dict.fromkeys(grading.interval))
    text = f"{grading.scheme} {grading.grade}"
    text += f" ({interval})" if interval != grading.grade else ""
    return text + (" (forced)" if grading.forced else ""), f"{grading.high_probability:.2f}"


def sentences(findings: Findings) -> Iterator[str]:
    """What was concluded and what was not assessed, one sentence each, the verdict first."""
    compression, grading, segmentation = (
        findings.compression,
        findings.grading,
        findings.segmentation,
    )
    if not compression.assessed_slices:
        yield f"Compression: not assessed: {compression.reason}"
    else:
        verdict = compression.verdict
        if verdict == NOT_ASSESSED:
            verdict = f"no verdict on the study: {compression.reason}"
        yield (
            f"Compression: {verdict} ({compression.compressed_slices} of "
            f"{compression.assessed_slices} slices compressed, longest run "
            f"{compression.longest_run_mm:.0f} mm; rule: {compression.rule}"
            + (f"; {threshold_line(findings)})" if threshold_line(findings) else ")")
        )
    if grading.status != ASSESSED:
        yield f"{grading.scheme}: not assessed: {grading.reason}"
    else:
        yield f"{grading.scheme}: highest grade {grading.highest}, {grading.high_slices} high slices"
    if segmentation.status != ASSESSED:
        yield f"Segmentation: not assessed: {segmentation.reason}"
    else:
        names = ", ".join(segment.name for segment in segmentation.segments)
        yield f"Segmentation: {names} ({segmentation.evidence})"
    yield from _choices(findings)


def _choices(findings: Findings) -> Iterator[str]:
    for stack in findings.stacks:
        if stack.chosen_for:
            yield f"Stack {stack.id} for {' and '.join(stack.chosen_for)}: {stack.choice_reason}"
    yield from findings.warnings
    if findings.notice:
        yield findings.notice


def nothing_assessed(findings: Findings) -> str:
    """Why not one model answered; empty where one did."""
    answers = (findings.grading.status, findings.segmentation.status)
    if ASSESSED in answers or findings.compression.assessed_slices:
        return ""
    reasons = (findings.compression.reason, findings.grading.reason, findings.segmentation.reason)
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))
