"""What a reading says of a patient, as columns of the data dictionary."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.findings_file import read_json
from SpineLib.quantities import find_quantity, value_of
from SpineLib.questions import COMPRESSION


def imaging_of(findings: Findings) -> dict[str, float]:
    """Compressed slices, their run, extent, levels and worst probability, the worst grade, quantities.

    Nothing is said of what was not assessed or not measured. Cord AP, area and
    ratio, and aSCOR, are those of the slice of MSCC.

    Args:
        findings: of one study.
    """
    values: dict[str, float] = {}
    summary = findings.summary(COMPRESSION.key)
    if summary.assessed:
        positive = [
            (s, slice_)
            for s in findings.stacks
            for slice_ in s.slices
            if _positive(slice_, summary.by)
        ]
        probabilities = [
            opinion.probability
            for stack in findings.stacks
            for slice_ in stack.slices
            if (opinion := slice_.opinion(COMPRESSION.key, summary.by)) and opinion.assessed
            and opinion.probability is not None
        ]  # fmt: skip
        values["compressed_slices"] = float(summary.positive_slices)
        values["longest_run"] = float(summary.longest_run)
        values["extent_mm"] = _extent(positive)
        if probabilities:
            values["worst_probability"] = max(probabilities)
        levels = {slice_.level for _stack, slice_ in positive}
        if "" not in levels:
            values["compressed_levels"] = float(len(levels))
    values |= _quantities(findings)
    for question in findings.questions:
        if question.of_levels:  # no grade of the cord
            continue
        grade = findings.summary(question.key)
        if question.sides and grade.assessed and grade.worst in question.values:
            values["grade"] = float(question.values.index(grade.worst))
            break
    return values


def _quantities(findings: Findings) -> dict[str, float]:
    """MSCC, MCC, and the cord's size on the slice of MSCC."""
    values = {key: value_of(findings.quantities, key) for key in ("mscc", "mcc")}
    narrowest = find_quantity(findings.quantities, "mscc")
    for stack in findings.stacks:
        for slice_ in stack.slices:
            if narrowest and (stack.id, slice_.index) == (narrowest.stack, narrowest.index):
                values |= {
                    key: value_of(slice_.quantities, key) for key in ("cord_ap", "cord_area")
                }
                for column, key in (("cord_ratio", "compression_ratio"), ("ascor", "ascor")):
                    ratio = value_of(slice_.quantities, key)
                    values[column] = None if ratio is None else ratio / 100
    return {key: value for key, value in values.items() if value is not None}


def read_imaging(folder: str | Path) -> dict[str, dict[str, float]]:
    """`imaging_of` every ``findings.json`` below a folder, by its folder's name and by study.

    Raises:
        BadInput: there is none, or two are of one study or in folders of one name.
    """
    by_patient: dict[str, dict[str, float]] = {}
    for path in sorted(Path(folder).rglob("findings.json")):
        findings = read_json(path)
        values = imaging_of(findings)
        name = unicodedata.normalize("NFC", path.parent.name)
        for key in {name, findings.study_instance_uid} - {""}:
            if key in by_patient:
                raise BadInput("Two readings are of one patient or study", file=path,
                               advice="Leave one of them out.")  # fmt: skip
            by_patient[key] = values
    if not by_patient:
        raise BadInput("There is no findings.json below this folder", file=folder)
    return by_patient


def _positive(slice_: SliceFinding, by: str) -> bool:
    opinion = slice_.opinion(COMPRESSION.key, by)
    return bool(opinion and opinion.assessed and opinion.positive)


def _extent(positive: list[tuple[StackFindings, SliceFinding]]) -> float:
    """Millimetres from the first to the last compressed slice, their own thickness included."""
    if not positive:
        return 0.0
    places = np.array([slice_.position_ras for _stack, slice_ in positive])
    spacing = max(stack.spacing[2] for stack, _one in positive if stack.spacing)
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return float(apart.max() + spacing)
