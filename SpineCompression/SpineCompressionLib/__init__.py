"""A reading's verdicts and grades in a scene, and back; runs in Slicer and headless alike."""

import SpineSegmentationLib  # noqa: F401  puts SpineLib on the path in a source tree
