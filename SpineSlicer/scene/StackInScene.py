"""Where a stack's slices lie in the scene now, wherever their volume was moved since they were read.

Findings give places in the RAS of the moment in which the stack was read. A volume may be moved
afterwards: by a transform that it observes, or by one that is hardened into its matrix. What stays
is the voxel: a slice is index k of the volume node, and everything is mapped through that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.errors import BadInput
from SpineLib.findings import StackFindings
from SpineLib.reading import frames_of
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineSlicer.scene.volumeInScene import (
    axesInWorld,
    ijkToRas,
    isBent,
    rasToWorld,
    shapeOf,
    voxelPrint,
    voxelsOf,
    worldToRas,
)

# Two grids whose voxels are never farther apart than this, in voxels, are one.
SAME_VOXEL = 0.05


@dataclass(frozen=True)
class AsRead:
    """A volume node as it was when a stack was read from it.

    Attributes:
        indices: 4×4 from the stack's voxel indices (i, j, k) to the node's: a volume may be stored
            with its axes in another order, or the other way round, than its slices are read.
        shape: the node's (slices, rows, columns).
        voxels: `voxelPrint` of the node.
    """

    indices: NDArray[np.float64]
    shape: tuple[int, int, int]
    voxels: str

    @classmethod
    def of(cls, stack: StackFindings, node: Any) -> AsRead | None:
        """A volume that was not moved since the stack was read.

        Returns:
            None where the node's voxels do not lie where the stack's do.
        """
        if not stack.ijk_to_ras or node.GetImageData() is None:
            return None
        indices = np.linalg.inv(ijkToRas(node)) @ np.array(stack.ijk_to_ras)
        whole, shape = np.round(indices), shapeOf(node)
        last = np.array((stack.shape or shape)[::-1]) - 1
        ends = np.array([[*(np.array(end) * last), 1] for end in np.ndindex(2, 2, 2)], float).T
        axes = np.abs(whole[:3, :3])
        permutes = (axes.sum(axis=0) == 1).all() and (axes.sum(axis=1) == 1).all()
        apart = np.abs((indices - whole) @ ends).max()
        reached = (whole @ ends)[:3]
        covers = not reached.min(axis=1).any()
        covers = covers and np.array_equal(reached.max(axis=1) + 1, shape[::-1])
        if not (permutes and covers and apart < SAME_VOXEL):
            return None
        return cls(whole, shape, voxelPrint(node))

    def toDict(self) -> dict[str, Any]:
        """As JSON."""
        return {"indices": self.indices.tolist(), "shape": self.shape, "voxels": self.voxels}

    @classmethod
    def fromDict(cls, record: Mapping[str, Any]) -> AsRead:
        """From what `toDict` gave."""
        slices, rows, columns = (int(n) for n in record["shape"])
        indices = np.array(record["indices"], np.float64)
        return cls(indices, (slices, rows, columns), str(record["voxels"]))

    def isStill(self, node: Any) -> bool:
        """Whether a node has the same slices, wherever it was moved."""
        return shapeOf(node) == self.shape and voxelPrint(node) == self.voxels

    def slice(self, index: int) -> int:
        """The node's k of a slice of the stack whose slices are the node's, too."""
        return int(self.indices[2, 2] * index + self.indices[2, 3])

    @property
    def keepsSlices(self) -> bool:
        """Whether the stack's slices are the node's, in whichever order."""
        return bool(self.indices[2, 2])


class StackInScene:
    """One stack of a reading and the volume node that shows it, as they are at this moment.

    Args:
        stack: as it was read.
        volumeNode: of this stack; None where the scene has none, so that nothing was moved.
        asRead: the node when the stack was read; None where that is not known.

    Attributes:
        fits: whether the node still has the stack's slices, so that places can be mapped.
    """

    def __init__(
        self, stack: StackFindings, volumeNode: Any = None, asRead: AsRead | None = None
    ) -> None:
        self.stack, self.volumeNode = stack, volumeNode
        self.fits = volumeNode is None or (asRead is not None and asRead.isStill(volumeNode))
        self._indices = asRead.indices if asRead is not None else np.eye(4)
        # The node's own RAS of the findings' RAS; they differ where a transform was hardened.
        self._moved = np.eye(4)
        if volumeNode is not None and self.fits:
            read = np.array(stack.ijk_to_ras, np.float64)
            self._moved = ijkToRas(volumeNode) @ self._indices @ np.linalg.inv(read)

    @property
    def problem(self) -> str:
        """Why nothing can be shown or said on the slices, in plain words; empty where it can."""
        if self.fits:
            return ""
        return _(
            "The volume {name} no longer has the slices that were read: it was cropped, resampled, "
            "warped or changed. Nothing is shown on it and it takes no answers; read it again."
        ).format(name=self.volumeNode.GetName())

    @property
    def isBent(self) -> bool:
        """Whether a transform bends the volume, so that its slices are no planes."""
        return self.volumeNode is not None and isBent(self.volumeNode)

    def require(self) -> None:
        """Makes sure that places can be mapped.

        Raises:
            BadInput: the volume no longer has the stack's slices.
        """
        if not self.fits:
            raise BadInput(self.problem)

    @property
    def nodeAsRead(self) -> NDArray[np.float64]:
        """4×4 from the node's voxel indices to the RAS of the findings."""
        return np.asarray(np.linalg.inv(self._moved) @ ijkToRas(self.volumeNode))

    def toWorld(self, ras: ArrayLike) -> list[float]:
        """Where a place of the findings is in the views, world mm."""
        local = _applied(self._moved, ras)
        return local if self.volumeNode is None else rasToWorld(self.volumeNode, local).tolist()

    def fromWorld(self, world: ArrayLike) -> list[float]:
        """The place of the findings, RAS mm, that is at a point in the views."""
        if self.volumeNode is None:
            return [float(x) for x in np.asarray(world)]
        return self.fromNode(worldToRas(self.volumeNode, world))

    def inNode(self, ras: ArrayLike) -> list[float]:
        """A place of the findings in the node's own RAS, before what transforms the node."""
        return _applied(self._moved, ras)

    def fromNode(self, ras: ArrayLike) -> list[float]:
        """The place of the findings, RAS mm, of a point in the node's own RAS."""
        return _applied(np.linalg.inv(self._moved), ras)

    def axesInWorld(self, ras: ArrayLike) -> NDArray[np.float64]:
        """3×3: one step along the stack's i, j and k in the world, mm, at a place of the findings."""
        matrix = np.array(self.stack.ijk_to_ras, np.float64)
        if self.volumeNode is None:
            return matrix[:3, :3]
        at = _applied(self._indices, _applied(np.linalg.inv(matrix), ras))
        return axesInWorld(self.volumeNode, at) @ self._indices[:3, :3]

    def normalInWorld(self, ras: ArrayLike) -> NDArray[np.float64]:
        """The direction across the slice, of length 1, at a place of the findings."""
        axes = self.axesInWorld(ras)
        normal = np.cross(axes[:, 0], axes[:, 1])
        return np.asarray(normal / np.linalg.norm(normal))

    def stackInNode(self) -> StackFindings:
        """The stack with all its places in the node's own RAS, where overlays are built."""
        matrix = self._moved @ np.array(self.stack.ijk_to_ras, np.float64)
        slices = [
            replace(
                slice_,
                position_ras=self.inNode(slice_.position_ras),
                canal_center_ras=slice_.canal_center_ras and self.inNode(slice_.canal_center_ras),
            )
            for slice_ in self.stack.slices
        ]
        spacing = [float(x) for x in np.linalg.norm(matrix[:3, :3], axis=0)]
        return replace(self.stack, ijk_to_ras=matrix.tolist(), spacing=spacing, slices=slices)

    def volume(self, voxels: NDArray[Any] | None = None) -> Volume:
        """Voxels as the stack has them: in its order, on its grid, in the RAS of the findings.

        Args:
            voxels: on the node's grid; by default the node's own, which are only to be read.

        Raises:
            BadInput: the volume no longer has the stack's slices.
        """
        self.require()
        stack, axes = self.stack, self._indices[:3, :3]
        voxels = voxelsOf(self.volumeNode) if voxels is None else voxels
        # The arrays' axes are k, j, i: the other way round than the matrix's.
        turned = voxels.transpose((2 - np.abs(axes).argmax(axis=0))[::-1])
        flips = [slice(None, None, -1 if flip else 1) for flip in axes.sum(axis=0)[::-1] < 0]
        matrix = np.array(stack.ijk_to_ras, np.float64)
        return Volume(turned[tuple(flips)], matrix, frames_of(stack), stack.frame_of_reference_uid)


def requireStill(stack: StackFindings, volumeNode: Any) -> None:
    """Makes sure that a volume lies where it was read, before what was read is drawn on it.

    Raises:
        BadInput: it was moved or changed in the meantime.
    """
    if AsRead.of(stack, volumeNode) is None:
        raise BadInput(
            _("The volume {name} was moved or changed while it was read").format(
                name=volumeNode.GetName()
            ),
            advice=_("Read it again."),
        )


def _applied(matrix: NDArray[np.floating[Any]], point: ArrayLike) -> list[float]:
    return [float(x) for x in (matrix @ [*np.asarray(point, np.float64), 1.0])[:3]]
