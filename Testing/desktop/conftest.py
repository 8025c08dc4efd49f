"""One Slicer and its desktop for the stand-in's own tests."""

import pytest

from SpineSlicer.headless.app import HeadlessSlicer
from Testing.desktop import desktop  # noqa: F401


@pytest.fixture(scope="session")
def app() -> HeadlessSlicer:
    """Starting it takes seconds, so that tests share it."""
    return HeadlessSlicer()
