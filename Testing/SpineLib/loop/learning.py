"""A small data set, a tiny network and a recipe of few steps, so that the whole loop takes seconds."""

from pathlib import Path

import numpy as np

from SpineLib.datasets.cases import SliceLabel
from SpineLib.inference.semantic import CLASSES
from SpineLib.loop.dataset import Dataset, create_dataset, open_dataset
from SpineLib.loop.images import of_volume
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import Card, ModelFolder, write_model
from SpineLib.models.card import Applicability
from SpineLib.questions import BILSKY
from SpineLib.volume import Volume
from Testing.SpineLib.conftest import BY_TASK

NETWORK = {
    "classes": 4, "filters": [4, 6, 8], "strides": [[1, 1, 1], [1, 2, 2], [1, 2, 2]],
    "kernels": [[1, 3, 3], [1, 3, 3], [1, 3, 3]],
}  # fmt: skip
FEW_STEPS = {
    "training.steps": 6, "training.validate_every": 2, "optimiser.warmup": 0,
    "data.patch": [4, 32, 32], "data.passes": 1, "training.batch": 2,
}  # fmt: skip
FEW_SLICES = {
    "training.steps": 6,
    "training.validate_every": 3,
    "optimiser.warmup": 0,
    "training.batch": 4,
}
MATRIX = np.array([[0.0, 0, 4, 0], [-3, 0, 0, 0], [0, -3, 0, 0], [0, 0, 0, 1]])


def spine(number: int, shift: int = 0) -> tuple[Volume, Volume]:
    """Three vertebrae with discs between them and a canal behind, sagittal, in canonical order."""
    labels = np.zeros((6, 48, 36), np.uint8)
    for n in range(3):
        top = 4 + shift + 13 * n
        labels[1:5, top : top + 9, 8:20] = 3 - n
        labels[1:5, top + 9 : top + 13, 8:20] = 203 - n
    labels[2:4, :, 23:29] = 100
    grey = np.zeros(256)
    grey[1:26], grey[201:226], grey[100] = 400, 150, 800
    noise = np.random.default_rng(number).integers(0, 40, labels.shape)
    return Volume((grey[labels] + 20 + noise).astype(np.int16), MATRIX), Volume(labels, MATRIX)


def segmentation_card(**changes) -> Card:
    values = {
        "name": "starter-tiny", "version": "1", "title": "Tiny (starter)", "task": "segmentation",
        "starter": True,
        "applicability": Applicability(("sagittal",), ("T1", "T2"), ("lumbar",)),
        "network": {"name": "volume-unet", "arguments": NETWORK},
        "preprocessing": {"kind": "volume", "spacing": [4.0, 3.0, 3.0], "patch": [4, 32, 32]},
        "labels": CLASSES, "training_data": "nothing", "limits": "Only for tests.",
        "licence": "Apache-2.0", "weights_sha256": "0" * 64,
    }  # fmt: skip
    return Card(**{**values, **changes})


def tiny_model(folder: Path, card: Card | None = None, seed: int = 0) -> ModelFolder:
    """A model with random weights, always the same ones for a seed."""
    import torch

    from SpineLib.networks import build

    card = card or segmentation_card()
    torch.manual_seed(seed)
    network = build(card.network["name"], card.network["arguments"])
    return write_model(folder, card, network.state_dict())


def segmentation_set(
    folder: Path, *, patients: int = 7, test: int = 3, simulated: bool = False
) -> Dataset:
    """Corrected volumes, one a patient; the first ``test`` patients are the frozen test."""
    model = tiny_model(folder.parent / "begins-with")
    create_dataset(folder, title="tiny lumbar", task="segmentation", model=model)
    columns = {"source": "simulated"} if simulated else {}
    with DatasetWriter(folder) as writer:
        for n in range(patients):
            image, labels = spine(n)
            case = writer.add(of_volume(image), patient=f"p{n}", region="lumbar", columns=columns)
            writer.add_version(case, labels, kind="corrected", by="anna", minutes=2.5)
        if test:
            writer.freeze(patients=[f"p{n}" for n in range(test)])
    return open_dataset(folder)


def axial(number: int) -> Volume:
    """Eight axial slices; a dark cord in a bright canal, thinner on the lower half of the slices."""
    size, slices = 80, 8
    matrix = np.diag([-1.0, -1.0, 4.0, 1.0])
    matrix[:3, 3] = [40.0, 40.0, 0.0]
    i, j = np.meshgrid(np.arange(size), np.arange(size))
    image = np.tile(100.0 * (np.hypot(i - 40, j - 40) < 38), (slices, 1, 1))
    image[:, np.hypot(i - 40, j - 45) < 8] = 400
    for k in range(slices):
        image[k][np.hypot(i - 40, (j - 45) * (2 if k < 4 else 1)) < 5] = 150
    image = image + np.random.default_rng(number).normal(0, 4, image.shape)
    return Volume(image.astype(np.float32), matrix)


def slice_set(folder: Path, task: str, *, patients: int = 6, test: int = 3) -> Dataset:
    """Labelled stacks, one a patient: the lower half compressed, or of high grade."""
    card = Card(
        name=f"tiny-{task}", version="1", title="Tiny", task=task, starter=False,
        applicability=Applicability(("axial",), ("T2",), ("thoracic",)),
        training_data="nothing", limits="Only for tests.", licence="Apache-2.0",
        weights_sha256="0" * 64, **BY_TASK[task],
    )  # fmt: skip
    model = tiny_model(folder.parent / f"begins-with-{task}", card)
    create_dataset(folder, title=f"tiny {task}", task=task, model=model)
    grades = BILSKY.values
    with DatasetWriter(folder) as writer:
        for n in range(patients):
            volume = axial(n)
            values = [
                grades[(k + n) % len(grades)] if task == "grading"
                else "compressed" if k < 4 else "not compressed"
                for k in range(8)
            ]  # fmt: skip
            labels = []
            for k, value in enumerate(values):
                x, y, z = volume.ras([40, 45, k])
                box = ((x - 9, y - 9, z), (x + 9, y + 9, z))
                labels.append(SliceLabel(k, value, "anna", box))
            writer.add(
                of_volume(volume), patient=f"p{n}", region="thoracic", weighting="T2",
                labels=labels, by="anna",
            )  # fmt: skip
        writer.freeze(patients=[f"p{n}" for n in range(test)])
    return open_dataset(folder)
