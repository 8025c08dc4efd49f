"""Models and volumes that the library's tests share."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from SpineLib.models import Card, ModelFolder, write_model
from SpineLib.models.card import Applicability, StudyRule
from SpineLib.questions import BILSKY
from SpineLib.volume import Volume
from Testing.readings import brief, cervical, graded, lumbar, unsure  # noqa: F401

WINDOW = {"kind": "canal-window", "pixels": 32, "spacing_mm": 1.0, "context": 1}
SMALL = {"depth": 10, "widths": [4, 4, 8, 8]}
BY_TASK = {
    "canal": {
        "network": {"name": "canal-unet", "arguments": {"widths": [4, 4, 4]}},
        "preprocessing": {"kind": "canal-search", "pixels": 96, "spacing_mm": 1.5},
    },
    "compression": {
        "network": {"name": "resnet-classifier", "arguments": SMALL},
        "preprocessing": WINDOW,
        "labels": ("not compressed", "compressed"),
        "borderline": 0.3,
        "study_rule": StudyRule(2, "more than one compressed slice"),
    },
    "grading": {
        "network": {"name": "prototype", "arguments": {**SMALL, "grades": 6, "embedding": 4}},
        "preprocessing": WINDOW,
        "labels": BILSKY.values,
        "scheme": BILSKY,
    },
    "levels": {
        "network": {"name": "canal-unet", "arguments": {"widths": [4, 4], "slices": 3, "maps": 9}},
        "preprocessing": {"kind": "spine-search", "spacing_mm": 1.5, "slice_mm": 4.0},
    },
}


@pytest.fixture
def make_card() -> Callable[..., Card]:
    """Makes the card of a tiny model; keyword arguments replace what it says."""

    def make(task: str = "compression", **changes: object) -> Card:
        card = Card(
            name=f"tiny-{task}",
            version="1",
            title="Tiny",
            task=task,
            starter=True,
            applicability=Applicability(("axial",), ("T2",), ("cervical", "thoracic")),
            training_data="none",
            limits="only for tests",
            licence="Apache-2.0",
            weights_sha256="0" * 64,
            **BY_TASK[task],
        )
        return replace(card, **changes)

    return make


@pytest.fixture
def make_model(make_card: Callable[..., Card], tmp_path: Path) -> Callable[..., ModelFolder]:
    """Writes a tiny model with random weights (always the same) into a folder."""
    torch = pytest.importorskip("torch")
    from SpineLib.networks import build

    def make(task: str = "compression", folder: Path | None = None, **changes: object):
        card = make_card(task, **changes)
        torch.manual_seed(0)
        network = build(card.network["name"], card.network["arguments"])
        return write_model(folder or tmp_path / "models" / card.name, card, network.state_dict())

    return make


@pytest.fixture
def axial_volume() -> Volume:
    """Eight axial slices of 80 mm in the usual order: columns to the left, rows to posterior.

    A bright disc of 12 mm with a dark cord of 7 mm stands in a grey body, 5 mm to the patient's
    left of the middle and 8 mm behind it; a small bright spot marks the patient's far left.
    """
    spacing, size, slices = 1.0, 80, 8
    matrix = np.diag([-spacing, -spacing, 4.0, 1.0])
    matrix[:3, 3] = [40.0, 40.0, 0.0]
    i, j = np.meshgrid(np.arange(size), np.arange(size))
    left, back = i - 40.0, j - 40.0
    image = 100.0 * (left**2 + back**2 < 38**2)
    from_canal = np.hypot(left - 5, back - 8)
    image[from_canal < 6] = 400
    image[from_canal < 3.5] = 150
    image[np.hypot(left - 30, back) < 3] = 500
    noise = np.random.default_rng(0).normal(0, 4, (slices, size, size))
    return Volume((image + noise).astype(np.float32), matrix)
