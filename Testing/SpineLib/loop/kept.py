"""Data sets without a network: the bundled model is only copied, the images are small."""

from pathlib import Path

import numpy as np

from SpineLib.loop.dataset import Dataset, create_dataset
from SpineLib.loop.images import of_volume
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import find_models
from SpineLib.volume import Volume
from Testing.SpineLib.loop.learning import axial, spine


def empty(folder: Path, task: str = "segmentation") -> Dataset:
    """A data set that begins with the bundled model."""
    return create_dataset(folder, title="Ours", task=task, model=find_models(task)[0])


def volumes(folder: Path, patients: int = 3, *, site: str = "A", labelled: bool = False) -> Path:
    """One lumbar volume a patient, ``p0`` …; with the truth as a correction or without."""
    if not folder.exists():
        empty(folder)
    with DatasetWriter(folder) as writer:
        for n in range(patients):
            image, labels = spine(n)
            writer.add(
                of_volume(image), patient=f"p{n}", region="lumbar", site=site, weighting="T2",
                labels=labels if labelled else None, by="anna",
            )  # fmt: skip
    return folder


def stacks(folder: Path, patients: int = 2, task: str = "compression") -> Path:
    """One axial stack of eight slices a patient, without labels."""
    if not folder.exists():
        empty(folder, task)
    with DatasetWriter(folder) as writer:
        for n in range(patients):
            writer.add(of_volume(axial(n)), patient=f"p{n}", region="thoracic", weighting="T2")
    return folder


def truth(number: int = 0) -> Volume:
    """The label map of `volumes`' patient."""
    return spine(number)[1]


def without(labels: Volume, number: int) -> Volume:
    """The label map with a structure erased."""
    voxels = labels.voxels
    return labels.with_voxels(np.where(voxels == number, 0, voxels).astype(np.uint8))
