"""Where each structure of a label map lies, without a look at the whole map for each of them."""

from __future__ import annotations

import numpy as np
import scipy  # its parts are imported where they are first used: each takes a third of a second
from numpy.typing import NDArray

from SpineLib.volume import Volume


class Parts:
    """The structures of a label map, each looked for in its own box only.

    Args:
        grid: whole numbers from 1 on; other voxels are 0.

    Example:
        >>> grid = Volume(np.eye(3, dtype=np.uint8)[None] * 7, np.eye(4))
        >>> Parts(grid).points(7).tolist()
        [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [2.0, 2.0, 0.0]]
    """

    def __init__(self, grid: Volume) -> None:
        self.grid = grid
        self._boxes = scipy.ndimage.find_objects(grid.voxels)

    @property
    def labels(self) -> list[int]:
        """The numbers that there are."""
        return [number for number, box in enumerate(self._boxes, start=1) if box is not None]

    def box(self, label: int) -> tuple[slice, ...] | None:
        """The slices, rows and columns that a structure lies in; None where there is none."""
        found = self._boxes[label - 1] if 0 < label <= len(self._boxes) else None
        return None if found is None else tuple(found)

    def points(self, label: int) -> NDArray[np.float64]:
        """The middles of a structure's voxels [n, 3], RAS mm."""
        box = self.box(label)
        if box is None:
            return np.zeros((0, 3))
        inside = np.argwhere(self.grid.voxels[box] == label) + [part.start for part in box]
        return self.grid.ras(inside[:, ::-1])
