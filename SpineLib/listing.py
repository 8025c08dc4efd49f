"""Scans and models as JSON values, for other programs and for the worker."""

from __future__ import annotations

from typing import Any

from SpineLib.dicom.stack import Scan, Stack
from SpineLib.models import broken_models, find_models
from SpineLib.models.applicability import check


def scan_as_json(found: Scan) -> dict[str, Any]:
    """A scan as JSON values: studies, their series, their stacks, and files left out."""
    return {
        "studies": [
            {
                "study_instance_uid": study.study_instance_uid,
                "patient_hash": study.patient_hash,
                "series": [
                    {
                        "series_instance_uid": series.series_instance_uid,
                        "series_number": series.series_number,
                        "description": series.description,
                        "stacks": [_stack_as_json(stack) for stack in series.stacks],
                    }
                    for series in study.series
                ],
            }
            for study in found.studies
        ],
        "skipped": [{"file": str(s.file), "reason": s.reason} for s in found.skipped],
        "warnings": list(found.warnings),
    }


def _stack_as_json(stack: Stack) -> dict[str, Any]:
    return {
        "id": stack.id,
        "plane": stack.plane,
        "weighting": stack.weighting,
        "fat_saturated": stack.fat_saturated,
        "region": stack.region,
        "slices": stack.slices,
        "rows": stack.rows,
        "columns": stack.columns,
        "spacing": [float(mm) for mm in stack.spacing],
        "problem": stack.problem,
        "warnings": list(stack.warnings),
        "models": [
            {"name": card_name, "task": task, "applies": not reason, "reason": reason}
            for card_name, task, reason in applicability(stack)
        ],
    }


def applicability(stack: Stack) -> list[tuple[str, str, str]]:
    """Name, task and reason against (empty where it applies) of each model that reads stacks."""
    cards = [model.card for model in find_models()]
    return [(c.name, c.task, check(c, stack)) for c in cards if c.task != "canal"]


def models_as_json() -> dict[str, Any]:
    """Every model's card with its place, and what is wrong with those that cannot be opened."""
    rows = [{**m.card.to_dict(), "path": str(m.path), "bundled": m.bundled} for m in find_models()]
    return {"models": rows, "broken": [error.to_dict() for error in broken_models()]}
