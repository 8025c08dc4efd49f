"""Real readings, and one Slicer without a desktop for all tests of this folder."""

from pathlib import Path

import pytest

from SpineLib.simulate.study import write_study
from SpineSlicer.headless.app import HeadlessSlicer
from SpineSlicer.host.sampleData import SEED
from Testing.desktop import desktop  # noqa: F401
from Testing.readings import brief, cervical, graded, lumbar  # noqa: F401
from Testing.SpineSegmentation.panels import (  # noqa: F401
    open_panel,
    opened,
    panel,
    segmented,
    turns,
    ui,
    worker,
)


@pytest.fixture(scope="session")
def app() -> HeadlessSlicer:
    """Starting it takes seconds, so that tests share it; each clears the scene first."""
    return HeadlessSlicer()


@pytest.fixture
def scene(app):
    """An empty scene."""
    app.scene.Clear(False)
    return app.scene


@pytest.fixture(scope="session")
def lumbarStudy(tmp_path_factory) -> Path:
    """The simulated sample: localiser in three planes, a sagittal stack, five axial blocks."""
    folder = tmp_path_factory.mktemp("study") / "lumbar"
    write_study(folder, "lumbar", seed=SEED, companions=True)
    return folder
