"""The simulated sample study of the module Sample Data, made once for all processes of a run."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from SpineLib.simulate.study import write_study
from SpineSlicer.host.sampleData import SEED


@pytest.fixture(scope="session")
def lumbarStudy(tmp_path_factory) -> Path:
    """Localiser in three planes, a sagittal stack, five axial blocks; tests only read it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with FileLock(shared / "lumbar-study.lock"):
        if not (shared / "lumbar-study").exists():
            write_study(shared / "lumbar-study", "lumbar", seed=SEED, companions=True)
    return shared / "lumbar-study"
