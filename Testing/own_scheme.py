"""A grading of one's own, a simulated study with its labels, and a model that learns it in ten steps.

The slices are those that `samples/0.1` keeps, for three patients; the labels are by hand.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import generate_uid

from SpineLib.questions import Question, question_of
from SpineLib.training.recipe import read_recipe
from SpineLib.training.recipe_text import to_toml

SLICES = Path(__file__).parent / "samples" / "0.1" / "dicom" / "thoracic"
SCHEME = {
    "name": "Pressure",
    "values": ["mild", "moderate", "severe"],
    "first_high": 1,
    "definitions": {"severe": "nothing is left of the fluid"},
    "source": "our protocol",
}
# From the feet upward.
LABELS = ("mild", "mild", "moderate", "moderate", "severe", "severe")
TINY = {
    "network.arguments": {
        "depth": 10, "widths": [4, 4, 8, 8], "channels": 3, "pool": False, "grades": 3,
        "embedding": 8,
    },
    "preprocessing": {
        "kind": "canal-window", "pixels": 24, "spacing_mm": 1.5, "context": 1,
        "minimum_confidence": 0.0,
    },
    "augment": {}, "calibrate": False, "data.balance": False,
    "training": {"batch": 4, "steps": 10, "validate_every": 5, "precision": "32"},
    "select": {"metric": "loss", "best": "min"},
    "split": {"validation": 0.34},
}  # fmt: skip


def write_study(folder: Path, patient: str) -> list[str]:
    """One patient's slices as DICOM; their SOP Instance UIDs from the feet upward."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(sum(patient.encode()))
    found = []
    for file in sorted(SLICES.iterdir()):
        data = pydicom.dcmread(file)
        for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
            setattr(data, name, generate_uid(entropy_srcs=[patient, name]))
        data.SOPInstanceUID = generate_uid(entropy_srcs=[patient, file.name])
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.PatientID = data.PatientName = patient
        noise = rng.integers(0, 8, data.pixel_array.shape)
        data.PixelData = (data.pixel_array + noise).astype(np.uint16).tobytes()
        data.save_as(folder / file.name)
        found.append((float(data.ImagePositionPatient[2]), str(data.SOPInstanceUID)))
    return [uid for _, uid in sorted(found)]


def write_labels(root: Path, patients: Sequence[str], labels: Sequence[str] = LABELS) -> Path:
    """The patients' DICOM below a folder, and the tidy table of their labels beside it."""
    table = root / "labels.csv"
    root.mkdir(parents=True, exist_ok=True)
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("sop_instance_uid", "label", "reader"))
        for patient in patients:
            for uid, label in zip(write_study(root / patient, patient), labels, strict=True):
                writer.writerow((uid, label, "anna"))
    return table


def write_recipe(
    path: Path, scheme: dict | str, name: str, regions: Sequence[str] = ("thoracic",)
) -> Path:
    """The usual recipe of grading for a scheme, made small."""
    card = {
        "name": name, "title": f"{name} (test)", "limits": "Only for tests.",
        "applicability": {"planes": ["axial"], "weightings": ["T2"], "regions": list(regions)},
        "training_data": "simulated slices", "licence": "Apache-2.0", "starter": True,
    }  # fmt: skip
    grades = {**TINY["network.arguments"], "grades": len(question_of(scheme).values)}
    changes = {**TINY, "network.arguments": grades, "data.scheme": scheme, "card": card}
    path.write_text(to_toml(read_recipe("grading", changes=changes).values()), encoding="utf-8")
    return path


def write_scheme(path: Path) -> Path:
    """The scheme as a person keeps it."""
    path.write_text(json.dumps(SCHEME), encoding="utf-8")
    return path


def pressure() -> Question:
    """The scheme as a question."""
    return question_of(SCHEME)
