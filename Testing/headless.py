"""A Slicer without a desktop. A folder's conftest imports both, and so its tests have one of their own."""

import pytest

from SpineSlicer.headless.app import HeadlessSlicer


@pytest.fixture(scope="session")
def app() -> HeadlessSlicer:
    """Starting it takes seconds, so that a folder's tests share it; each clears the scene first."""
    return HeadlessSlicer()


@pytest.fixture
def scene(app):
    """An empty scene."""
    app.scene.Clear(False)
    return app.scene
