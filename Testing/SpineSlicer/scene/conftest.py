"""Real readings, and one Slicer without a desktop for all tests of this folder."""

import pytest

from SpineSlicer.headless.app import HeadlessSlicer
from Testing.desktop import desktop  # noqa: F401
from Testing.readings import brief, cervical, graded, lumbar  # noqa: F401
from Testing.SpineSlicer.host.sampleStudy import lumbarStudy  # noqa: F401


@pytest.fixture(scope="session")
def app() -> HeadlessSlicer:
    """Starting it takes seconds, so that tests share it; each clears the scene first."""
    return HeadlessSlicer()


@pytest.fixture
def scene(app):
    """An empty scene."""
    app.scene.Clear(False)
    return app.scene
