"""The cards of the starter models, before anything was measured."""

from __future__ import annotations

from typing import Any

from SpineLib.labels import BILSKY
from SpineLib.models.card import Applicability, Card, StudyRule

_SIMULATED = "SpineLib.simulate: digital spines in a simulated MR scanner; no patient's images"
_LIMITS = (
    "Starter model: trained on simulated images only, never validated on patients, not for "
    "clinical use. "
)
_WINDOW = {
    "kind": "canal-window",
    "pixels": 80,
    "spacing_mm": 0.6,
    "context": 1,
    "minimum_confidence": 0.15,
}
_TRUNK = {"depth": 10, "widths": [16, 32, 64, 128], "channels": 3, "pool": False}


def starter(task: str) -> Card:
    """The card of the starter model of a task; weights and figures are still to come."""
    common: dict[str, Any] = {
        "version": "0.1.0",
        "starter": True,
        "training_data": _SIMULATED,
        "licence": "Apache-2.0",
        "weights_sha256": "0" * 64,
    }
    return Card(
        **common, **{"canal": _canal, "compression": _compression, "grading": _grading}[task]()
    )


def _canal() -> dict[str, Any]:
    return {
        "name": "starter-canal",
        "title": "Finds the spinal canal on axial slices (starter)",
        "task": "canal",
        "applicability": Applicability(
            ("axial",),
            ("T1", "T2", "T2*", "STIR", "PD", "unknown"),
            ("cervical", "thoracic", "lumbar", "unknown"),
        ),
        "network": {"name": "canal-unet", "arguments": {"widths": [16, 24, 32, 48, 64]}},
        "preprocessing": {"kind": "canal-search", "pixels": 208, "spacing_mm": 1.5},
        "limits": _LIMITS
        + "Slices through the head or the sacrum, fields of view that cut the spine, and metal "
        "were not trained.",
    }


def _compression() -> dict[str, Any]:
    return {
        "name": "starter-compression",
        "title": "Cord compression on axial T2 slices (starter)",
        "task": "compression",
        "applicability": Applicability(("axial",), ("T2",), ("cervical", "thoracic")),
        "network": {
            "name": "resnet-classifier",
            "arguments": {**_TRUNK, "classes": 2, "dropout": 0.2},
        },
        "preprocessing": _WINDOW,
        "labels": ("not compressed", "compressed"),
        "study_rule": StudyRule(2, "more than one compressed slice"),
        "limits": _LIMITS
        + "Compression by haematoma, abscess, fracture fragments or tumours within the sac was "
        "not trained, nor were operated spines.",
        "citation": "Whole-study rule and definition of compression: Merali et al. 2021, "
        "Sci Rep 11:10473",
    }


def _grading() -> dict[str, Any]:
    return {
        "name": "starter-grading",
        "title": "Bilsky grade on axial T2 slices with known metastases (starter)",
        "task": "grading",
        "applicability": Applicability(("axial",), ("T2",), ("thoracic",), note="known metastases"),
        "network": {
            "name": "prototype",
            "arguments": {**_TRUNK, "grades": 6, "embedding": 64, "temperature": 10.0},
        },
        "preprocessing": _WINDOW,
        "labels": BILSKY.grades,
        "scheme": BILSKY,
        "limits": _LIMITS
        + "Known metastases are taken for granted: slices without a tumour were taught as grade 0, "
        "which so does not tell bone disease from none. Levels below the conus are not graded by Bilsky's scale.",
        "citation": "Method: Hallinan et al. 2022, Front Oncol 12:849447; scale: Bilsky et al. "
        "2010, J Neurosurg Spine 13:324",
    }
