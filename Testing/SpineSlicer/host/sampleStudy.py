"""The simulated study of the module Sample Data, for all tests of the panels."""

from pathlib import Path

import pytest

from SpineSlicer.host.sampleData import SEED
from Testing.simulated import simulated_once


@pytest.fixture(scope="session")
def lumbarStudy(tmp_path_factory) -> Path:
    """Localiser in three planes, a sagittal stack, five axial blocks; tests only read it."""
    return simulated_once(tmp_path_factory, "lumbar", SEED)
