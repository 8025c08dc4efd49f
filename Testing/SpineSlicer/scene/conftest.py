"""Real readings, and one Slicer without a desktop for all tests of this folder."""

from Testing.desktop import desktop  # noqa: F401
from Testing.headless import app, scene  # noqa: F401
from Testing.readings import brief, cervical, graded, lumbar  # noqa: F401
from Testing.SpineSlicer.host.sampleStudy import lumbarStudy  # noqa: F401
