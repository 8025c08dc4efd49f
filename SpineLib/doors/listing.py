"""Scans, models and the state of an installation as JSON values, for hosts and the worker."""

from __future__ import annotations

import math
import os
import platform
import secrets
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from SpineLib import __version__
from SpineLib.dicom.stack import Scan, Stack, Study
from SpineLib.errors import BadModel
from SpineLib.inference.choose import choose
from SpineLib.inference.models import Models
from SpineLib.inference.source import filled
from SpineLib.models import broken_models, find_models
from SpineLib.models.applicability import check
from SpineLib.models.folder import ModelFolder
from SpineLib.reasons import Reason
from SpineLib.replies import DiagnoseAnswer, ModelsAnswer, ScanAnswer
from SpineLib.store.patients import keyed

_SHOWN = secrets.token_bytes(32)
# What a reading imports; the names are those of the package index.
PACKAGES = ("torch", "monai", "einops", "safetensors", "numpy", "scipy", "pydicom", "SimpleITK",
            "jsonschema", "pylibjpeg", "pylibjpeg-openjpeg", "pyjpegls", "python-gdcm")  # fmt: skip


def scan_as_json(scanned: Scan, *, weighting: str = "", region: str = "") -> ScanAnswer:
    """A scan as JSON values: studies, their series, their stacks, and files left out.

    Args:
        scanned: the scan.
        weighting, region: what a person said of stacks whose images cannot say; as in a reading.
    """

    def as_read(stack: Stack) -> Stack:
        return filled(stack, weighting, region)

    return {
        "studies": [
            {
                "study_instance_uid": study.study_instance_uid,
                "patient_hash": shown_patient(study),
                "warnings": list(study.warnings),
                "chosen": _chosen([as_read(stack) for stack in study.stacks]),
                "series": [
                    {
                        "series_instance_uid": series.series_instance_uid,
                        "series_number": series.series_number,
                        "description": series.description,
                        "stacks": [
                            {**_stack_as_json(stack), "models": _models_of(as_read(stack))}
                            for stack in series.stacks
                        ],
                    }
                    for series in study.series
                ],
            }
            for study in scanned.studies
        ],
        "skipped": [{"file": _printable(s.file), "reason": s.reason} for s in scanned.skipped],
        "warnings": list(scanned.warnings),
    }


def shown_patient(study: Study) -> str:
    """What tells patients apart in what this process shows, and leads to nobody."""
    return keyed(study.patient_hash, _SHOWN)


def _printable(path: Path) -> str:
    """A path as text; names in another encoding than the system's are no text."""
    return str(path).encode("utf-8", "replace").decode("utf-8")


def _chosen(stacks: list[Stack]) -> dict[str, Any]:
    """What a reading would take with the bundled models: plane → stacks' ids, and why."""
    result = {}
    models = Models.at_hand(())
    of_slices = [model.card for model in models.of_slices]
    for plane, choices in (
        ("axial", choose(stacks, "axial", of_slices)),
        ("sagittal", choose(stacks, "sagittal", [models.segmentation.card], most=1)),
    ):
        chosen = [stack.id for choice in choices.series for stack in choice.stacks]
        reasons = [choice.reason for choice in choices.series] or [choices.reason]
        result[plane] = {
            "stacks": chosen, "reason": "; ".join(reasons),
            "why": None if choices.why is None else asdict(choices.why),
        }  # fmt: skip
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
        # Without a place in space there is none; a file can hold what is no number in JSON, too.
        "spacing": [mm if mm and math.isfinite(mm) else None for mm in map(float, stack.spacing)],
        "problem": stack.problem,
        "warnings": list(stack.warnings),
    }


def _models_of(stack: Stack) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "task": task,
            "applies": why is None,
            "reason": "" if why is None else str(why),
            "why": None if why is None else asdict(why),
        }
        for name, task, why in applicability(stack)
    ]


def applicability(stack: Stack) -> list[tuple[str, str, Reason | None]]:
    """Name, task and reason against (None where it applies) of each model that reads stacks."""
    cards = [model.card for model in find_models()]
    return [(c.name, c.task, check(c, stack)) for c in cards if c.task != "canal"]


def models_as_json() -> ModelsAnswer:
    """Every model's card with its place, and what is wrong with those that cannot be opened."""
    rows = [_model_as_json(model) for model in find_models()]
    return {"models": rows, "broken": [error.to_dict() for error in broken_models()]}


def _model_as_json(model: ModelFolder) -> dict[str, Any]:
    size = sum(path.stat().st_size for path in model.path.iterdir() if path.is_file())
    about = {"path": str(model.path), "bundled": model.bundled, "bytes": size}
    return {**model.card.to_dict(), **about}


def diagnosis_as_json() -> DiagnoseAnswer:
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
    devices = [f"CPU, {torch.get_num_threads()} threads"]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        gpu = torch.cuda.get_device_properties(index)
        devices.append(f"CUDA {index}: {gpu.name}, {gpu.total_memory / 2**30:.0f} GB")
    if sys.platform == "darwin" and torch.backends.mps.is_available():
        devices.append("MPS")
    return devices, ""


def _state(model: ModelFolder) -> str:
    try:
        model.verify()
    except BadModel as error:
        return error.what
    return "whole"
