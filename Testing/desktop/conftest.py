"""One Slicer and its desktop for the stand-in's own tests."""

from Testing.desktop import desktop  # noqa: F401
from Testing.headless import app  # noqa: F401
