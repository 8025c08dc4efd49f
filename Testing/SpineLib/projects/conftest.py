"""A small project, and readers who label it as a test says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from SpineLib.evaluation import statistics
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects.project import Project, create
from SpineLib.projects.session import ReaderSession
from SpineLib.projects.studies import add
from Testing.SpineLib.datasets import labelled

# Truth of each patient's slices, from the feet upward: 1 is compressed.
PATIENTS = {
    "P1": [0, 1, 1, 0], "P2": [0, 0, 1, 0], "P3": [0, 0, 0, 0], "P4": [1, 1, 0, 0],
    "P5": [0, 1, 0, 0], "P6": [0, 0, 0, 1], "P7": [0, 0, 1, 1], "P8": [0, 0, 0, 0],
}  # fmt: skip
WORDS = (NOT_COMPRESSED, COMPRESSED)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Intervals need not be smooth here."""
    monkeypatch.setattr(statistics, "DRAWS", 100)


@pytest.fixture(scope="session")
def dicom(tmp_path_factory) -> Path:
    """Eight patients of four slices, each in a folder of its own; never written to."""
    root = tmp_path_factory.mktemp("dicom")
    for name, truth in PATIENTS.items():
        labelled.write_stack(root / name, labelled.stack_of(truth, size=16), patient=name)
    return root


@pytest.fixture(scope="session")
def truth(dicom) -> dict[str, int]:
    """SOP Instance UID → 1 where the slice's middle is bright."""
    from SpineLib.dicom import read, scan

    found = {}
    for stack in scan(dicom).stacks:
        middle = read(stack).voxels[:, 7:9, 7:9].mean(axis=(1, 2))
        for source, value in zip(stack.sources, middle, strict=True):
            found[source.sop_instance_uid] = int(value > 600)
    return found


@pytest.fixture
def make_project(dicom, tmp_path) -> Callable[..., Project]:
    """Makes a project of these patients; keyword arguments as of `create`."""

    def make(folder: str = "project", **settings) -> Project:
        settings = {"title": "Compression, two readers", "repeat_share": 0.25, **settings}
        return add(create(tmp_path / folder, **settings), dicom)

    return make


@pytest.fixture
def reading(truth) -> Callable[..., None]:
    """Labels a whole set as the truth is, but for the n-th slices that are named, and locks it."""

    def read(project: Project, reader: str, *, wrong=(), arm="unassisted", lock=True, **settings):
        flipped = set(wrong)
        with ReaderSession(project, reader, arm=arm, **settings) as session:
            while (item := session.current()) is not None:
                places = [one.key for _, _, one in project.slices()]
                value = truth[item.slice.sop_instance_uid]
                if item.turn == 1 and places.index(item.slice.key) in flipped:
                    value = 1 - value
                session.label(WORDS[value], confidence=0.9)
            if lock:
                session.lock()

    return read
