"""Real readings, and one Slicer without a desktop for all tests of this folder."""

from Testing.headless import app, scene  # noqa: F401
from Testing.readings import brief, cervical, graded, lumbar  # noqa: F401
