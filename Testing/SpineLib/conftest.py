"""Real readings, for what is written of them."""

from Testing.readings import brief, cervical, graded, lumbar  # noqa: F401
