"""``findings.csv``: a row a slice, a group of columns a question and model, a column a quantity."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.outputs.contradiction_words import contradictions_on
from SpineLib.quantities import DEFINITIONS, value_of
from SpineLib.questions import Opinion
from SpineLib.store.files import writing

SLICE_COLUMNS = (
    "stack", "series_number", "slice", "sop_instance_uid", "frame",
    "position_r", "position_a", "position_s", "canal_r", "canal_a", "canal_s", "level",
)  # fmt: skip
CONTRADICTION = "contradiction"  # which answers on the slice cannot all be true
# Behind the question's key: ``compression_value``, ``Bilsky_probability``, …
OPINION_COLUMNS = (
    "value", "positive", "probability", "low", "high", "set", "forced", "reason", "source",
    "reason_code", "unlikeness",
)  # fmt: skip


def columns(findings: Findings) -> tuple[str, ...]:
    """The table's columns.

    `SLICE_COLUMNS`, then `OPINION_COLUMNS` for each question and model, then the keys of what was
    measured on any slice, in the units of `SpineLib.quantities.DEFINITIONS`, then `CONTRADICTION`.
    """
    groups = groups_of_findings(findings)
    answers = tuple(f"{name}_{part}" for name in groups for part in OPINION_COLUMNS)
    return SLICE_COLUMNS + answers + _measured(findings) + (CONTRADICTION,)


def _measured(findings: Findings) -> tuple[str, ...]:
    slices = [slice_ for stack in findings.stacks for slice_ in stack.slices]
    keys = {quantity.key for slice_ in slices for quantity in slice_.quantities}
    return tuple(key for key in DEFINITIONS if key in keys)


def write_csv(findings: Findings, path: str | Path) -> None:
    """Writes ``findings.csv``: a row a slice, RAS mm, probabilities in 0–1, UTF-8."""
    groups = groups_of_findings(findings)
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns(findings))
        writer.writeheader()
        for stack in findings.stacks:
            for finding in stack.slices:
                against = "; ".join(map(str, contradictions_on(findings, finding)))
                values = {**slice_row(stack, finding, groups), CONTRADICTION: against}
                writer.writerow({key: cell(value) for key, value in values.items()})


def groups_of_findings(findings: Findings) -> dict[str, tuple[str, str]]:
    """Prefix of the columns → question and model; the model is named where several answered."""
    groups: dict[str, tuple[str, str]] = {}
    for summary in findings.summaries:
        key = summary.question if summary.question not in groups else ""
        groups[key or f"{summary.question}_{summary.by}"] = (summary.question, summary.by)
    return groups


def slice_row(
    stack: StackFindings, finding: SliceFinding, groups: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """A slice's values by column; an empty text where there is none.

    Args:
        stack, finding: the slice.
        groups: prefix of the columns → question and model.
    """
    canal: tuple[Any, ...] = tuple(finding.canal_center_ras or ()) or ("", "", "")
    values = (
        stack.id, stack.series_number, finding.index, finding.sop_instance_uid, finding.frame,
        *finding.position_ras, *canal, finding.level,
    )  # fmt: skip
    row = dict(zip(SLICE_COLUMNS, values, strict=True))
    for name, (question, by) in groups.items():
        opinion = finding.opinion(question, by)
        if opinion is not None:
            cells = zip(OPINION_COLUMNS, _cells(opinion), strict=True)
            row |= {f"{name}_{part}": value for part, value in cells}
    return row | {
        quantity.key: value_of(finding.quantities, quantity.key) for quantity in finding.quantities
    }


def cell(value: Any) -> Any:
    """A value as every table has it: numbers with a fraction to four decimals."""
    return f"{value:.4f}" if isinstance(value, float) else value


def _cells(opinion: Opinion) -> tuple[Any, ...]:
    low, high = (opinion.interval or ["", ""])[:2]
    positive = opinion.positive if opinion.assessed else ""
    return (
        opinion.value, positive, opinion.probability, low, high, "|".join(opinion.grade_set),
        opinion.forced, opinion.reason, opinion.source, opinion.why.code if opinion.why else "",
        opinion.unlikeness,
    )  # fmt: skip
