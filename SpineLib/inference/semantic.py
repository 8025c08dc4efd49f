"""The classes that the segmentation network tells apart, in the order of its outputs.

A network may know the sacrum too. It is evidence for the levels' names and never a segment:
SPIDER, whose numbers a segmentation has, has none for it.
"""

BACKGROUND, VERTEBRA, DISC, CANAL, SACRUM = 0, 1, 2, 3, 4
CLASSES = ("background", "vertebra", "disc", "canal")
WITH_SACRUM = (*CLASSES, "sacrum")
