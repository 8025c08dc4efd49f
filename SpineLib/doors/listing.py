"""Scans, models and the state of an installation as JSON values, for hosts and the worker."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from SpineLib import __version__
from SpineLib.dicom.stack import Scan, Stack, Study
from SpineLib.errors import BadModel
from SpineLib.inference.choose import choose
from SpineLib.models import broken_models, find_models
from SpineLib.models.applicability import check
from SpineLib.models.folder import ModelFolder

# What a reading imports; the names are those of the package index.
PACKAGES = ("torch", "monai", "einops", "safetensors", "numpy", "scipy", "pydicom", "SimpleITK",
            "jsonschema", "pylibjpeg", "pylibjpeg-openjpeg", "pyjpegls", "python-gdcm")  # fmt: skip


def scan_as_json(found: Scan) -> dict[str, Any]:
    """A scan as JSON values: studies, their series, their stacks, and files left out."""
    return {
        "studies": [
            {
                "study_instance_uid": study.study_instance_uid,
                "patient_hash": study.patient_hash,
                "chosen": _chosen(study),
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


def _chosen(study: Study) -> dict[str, Any]:
    """What a reading would take with the bundled models: plane → stacks' ids, and why."""
    stacks = [stack for series in study.series for stack in series.stacks]
    result = {}
    for plane, tasks in (("axial", ("compression", "grading")), ("sagittal", ("segmentation",))):
        choice = choose(stacks, plane, [find_models(task)[0].card for task in tasks])
        result[plane] = {"stacks": [one.id for one in choice.stacks], "reason": choice.reason}
    return result


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
    rows = [_model_as_json(model) for model in find_models()]
    return {"models": rows, "broken": [error.to_dict() for error in broken_models()]}


def _model_as_json(model: ModelFolder) -> dict[str, Any]:
    size = sum(path.stat().st_size for path in model.path.iterdir() if path.is_file())
    place = {"path": str(model.path), "bundled": model.bundled, "bytes": size}
    return {**model.card.to_dict(), **place}


def diagnosis_as_json() -> dict[str, Any]:
    """What a helper needs to know of this Python: versions, devices, models; nothing of patients.

    Returns:
        ``python``, ``system``, ``processors``, ``packages`` (name → version, None where missing),
        ``devices`` (what PyTorch can compute on), ``problem`` (why PyTorch cannot be imported),
        ``models`` (name, task, version, ``whole`` or what is wrong).
    """
    devices, problem = _devices()
    models = [
        {"name": m.card.name, "task": m.card.task, "version": m.card.version, "state": _state(m)}
        for m in find_models()
    ]
    return {
        "software": f"SlicerSpineMRI {__version__}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": os.cpu_count() or 1,
        "packages": {name: _version(name) for name in PACKAGES},
        "devices": devices,
        "problem": problem,
        "models": models,
        "broken": [error.what for error in broken_models()],
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _devices() -> tuple[list[str], str]:
    try:
        import torch
    except (ImportError, OSError) as error:
        # Its text may name a folder of this machine; the class says enough.
        return [], f"PyTorch cannot be imported ({type(error).__name__})"
    found = [f"CPU, {torch.get_num_threads()} threads"]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        one = torch.cuda.get_device_properties(index)
        found.append(f"CUDA {index}: {one.name}, {one.total_memory / 2**30:.0f} GB")
    if sys.platform == "darwin" and torch.backends.mps.is_available():
        found.append("MPS")
    return found, ""


def _state(model: ModelFolder) -> str:
    try:
        model.verify()
    except BadModel as error:
        return error.what
    return "whole"
