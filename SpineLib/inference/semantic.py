"""The classes that the segmentation network tells apart, in the order of its outputs."""

BACKGROUND, VERTEBRA, DISC, CANAL = 0, 1, 2, 3
CLASSES = ("background", "vertebra", "disc", "canal")
