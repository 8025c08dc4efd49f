"""The panel of Spine Compression, section by section."""

import SpineSegmentationLib  # noqa: F401  puts SpineLib and SpineSlicer on the path in a source tree
