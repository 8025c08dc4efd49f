"""Where each structure of a label map lies and how large it is, for `SpineLib.loop.plausibility`.

A vertebra's body is taken as what stands in front of the canal: arches and processes hang lower,
come and go with the slices' number, and would blur its place and size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are imported where they are first used: each takes a third of a second
from numpy.typing import NDArray

from SpineLib.inference.course import Slab, along_course, slab_of
from SpineLib.inference.grid import canonical_volume
from SpineLib.labels import CANAL, Structure, is_structure, structure
from SpineLib.loop.problem import Point, point_of
from SpineLib.volume import Volume

# A body begins so far in front of the canal's front, mm: fat and the dura lie between them.
BODY_STARTS = 3.0
# Front to back and left to right of the column through a body's middle that gives its height, mm.
COLUMN = 12.0
# A part needs so many voxels to have a place and axes; smaller ones are rims of partial volume.
LEAST_VOXELS = 12
_STEP = 3.0  # mm from head to foot between places of the canal's front
_BOTH = np.ones((3, 3, 3))


@dataclass(frozen=True)
class Part:
    """A piece of a structure that no voxel joins with its largest one.

    Attributes:
        volume: mm³.
        gap: mm from the largest piece, between voxels' centres.
        ras: its middle, RAS mm.
        front: it stands in front of the canal, where a body or a disc does.
    """

    volume: float
    gap: float
    ras: Point
    front: bool


@dataclass(frozen=True)
class Shape:
    """One structure of a label map.

    Attributes:
        label: SPIDER's number.
        what: what it means.
        cut: it reaches the image's upper, lower, front or back border.
        volume: mm³ of all of it.
        middle: of a vertebra's body, or of all of it; RAS mm.
        body: mm³ in front of the canal.
        height: mm from foot to head through the body's middle; a disc's thickness.
        parts: the pieces beside the largest one.
        twin: the second piece of a vertebra in front of the canal, where no arch joins bodies;
            None where there is one piece.
        slab: of a disc.
    """

    label: int
    what: Structure
    cut: bool
    volume: float
    middle: NDArray[np.float64]
    body: float
    height: float
    parts: tuple[Part, ...]
    twin: Part | None = None
    slab: Slab | None = None

    @property
    def ras(self) -> Point:
        """Its middle as three numbers."""
        return point_of(self.middle)


@dataclass(frozen=True)
class CanalPiece:
    """A connected piece of the canal.

    Attributes:
        points: RAS mm [n, 3] of its voxels.
        volume: mm³.
    """

    points: NDArray[np.float64]
    volume: float


@dataclass(frozen=True)
class Spine:
    """The structures of a label map.

    Attributes:
        vertebrae, discs: from the lowest number up; those of one position follow each other.
        canal: pieces, the largest first.
    """

    vertebrae: tuple[Shape, ...]
    discs: tuple[Shape, ...]
    canal: tuple[CanalPiece, ...]


def shapes_of(labels: Volume) -> Spine:
    """Measures a label map.

    Args:
        labels: SPIDER's numbers on any grid; other numbers are passed over.
    """
    grid = canonical_volume(labels)
    voxel = float(abs(np.linalg.det(grid.ijk_to_ras[:3, :3])))
    boxes = scipy.ndimage.find_objects(grid.voxels.astype(np.int32))
    structures = {n: box for n, box in enumerate(boxes, 1) if box is not None and is_structure(n)}
    canal = _canal(grid, structures.get(CANAL), voxel)
    front = _Front(canal)
    shapes = [
        shape
        for label, box in structures.items()
        if label != CANAL and (shape := _shape(grid, label, box, voxel, front)) is not None
    ]
    ordered = sorted(shapes, key=lambda shape: (shape.what.position, shape.label))
    return Spine(
        tuple(shape for shape in ordered if shape.what.kind == "vertebra"),
        _with_course([shape for shape in ordered if shape.what.kind == "disc"]),
        canal,
    )


class _Front:
    """How far to the front the canal reaches, from head to foot."""

    def __init__(self, canal: tuple[CanalPiece, ...]) -> None:
        self.z = self.a = np.zeros(0)
        if canal:
            points = np.concatenate([piece.points for piece in canal])
            steps = np.floor(points[:, 2] / _STEP).astype(int)
            steps -= steps.min()
            top = np.full(steps.max() + 1, -np.inf)
            np.maximum.at(top, steps, points[:, 1])
            seen = np.isfinite(top)
            low = np.floor(points[:, 2].min() / _STEP)
            self.z = (low + np.flatnonzero(seen) + 0.5) * _STEP
            self.a = top[seen]

    def before(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points stand in front of the canal; all where there is no canal."""
        if not len(self.z):
            return np.ones(len(points), bool)
        return points[:, 1] > np.interp(points[:, 2], self.z, self.a) + BODY_STARTS


def _shape(
    grid: Volume, label: int, box: tuple[slice, ...], voxel: float, front: _Front
) -> Shape | None:
    what = structure(label)
    mask = grid.voxels[box] == label
    pieces, _ = scipy.ndimage.label(mask, _BOTH)
    sizes = np.bincount(pieces.ravel())[1:]
    if sizes.max() < LEAST_VOXELS:
        return None
    order = [int(n) + 1 for n in np.argsort(-sizes) if sizes[n] >= LEAST_VOXELS]
    points = {n: _points(grid, pieces == n, box) for n in order}
    main = points[order[0]]
    body = main[front.before(main)] if what.kind == "vertebra" else main
    if len(body) < LEAST_VOXELS:
        body = main
    middle = body.mean(axis=0)
    slab = slab_of(main) if what.kind == "disc" else None
    twin = _twin(grid, mask, box, voxel, front) if what.kind == "vertebra" else None
    return Shape(
        label, what, _is_cut(grid, box), float(mask.sum()) * voxel, middle, len(body) * voxel,
        slab.thickness if slab else _height(body, middle),
        tuple(_part(points[n], main, voxel, front) for n in order[1:]), twin, slab,
    )  # fmt: skip


def _twin(
    grid: Volume, mask: NDArray[np.bool_], box: tuple[slice, ...], voxel: float, front: _Front
) -> Part | None:
    ahead = np.zeros_like(mask)
    ahead[mask] = front.before(_points(grid, mask, box))
    pieces, count = scipy.ndimage.label(ahead, _BOTH)
    if count < 2:
        return None
    first, second = np.argsort(-np.bincount(pieces.ravel())[1:])[:2] + 1
    larger, smaller = (_points(grid, pieces == n, box) for n in (first, second))
    return _part(smaller, larger, voxel, front)


def _part(
    points: NDArray[np.float64], main: NDArray[np.float64], voxel: float, front: _Front
) -> Part:
    gap = float(scipy.spatial.cKDTree(main).query(points)[0].min())
    ahead = bool(front.before(points).mean() > 0.5)
    return Part(len(points) * voxel, gap, point_of(points.mean(axis=0)), ahead)


def _height(body: NDArray[np.float64], middle: NDArray[np.float64]) -> float:
    """Extent from foot to head of the column through the body's middle, without its outer 2 %."""
    near = (np.abs(body[:, :2] - middle[:2]) < COLUMN / 2).all(axis=1)
    column = body[near] if near.sum() >= LEAST_VOXELS else body
    low, high = np.percentile(column[:, 2], (1, 99))
    return float(high - low)


def _with_course(discs: list[Shape]) -> tuple[Shape, ...]:
    """The discs with slabs whose normals are plausible along the spine."""
    slabs = [disc.slab for disc in discs if disc.slab is not None]
    by_place = {tuple(slab.center): slab for slab in along_course(slabs)} if slabs else {}
    return tuple(Shape(**{**vars(disc), "slab": by_place[tuple(disc.middle)]}) for disc in discs)


def _canal(grid: Volume, box: tuple[slice, ...] | None, voxel: float) -> tuple[CanalPiece, ...]:
    if box is None:
        return ()
    pieces, _ = scipy.ndimage.label(grid.voxels[box] == CANAL, _BOTH)
    sizes = np.bincount(pieces.ravel())[1:]
    order = [int(n) + 1 for n in np.argsort(-sizes) if sizes[n] >= LEAST_VOXELS]
    return tuple(
        CanalPiece(_points(grid, pieces == n, box), float(sizes[n - 1]) * voxel) for n in order
    )


def _is_cut(grid: Volume, box: tuple[slice, ...]) -> bool:
    """Whether the upper, lower, front or back border is reached; sagittal stacks end beside all."""
    rows, columns = grid.shape[1:]
    return (
        box[1].start == 0 or box[1].stop == rows or box[2].start == 0 or box[2].stop == columns
    )  # fmt: skip


def _points(grid: Volume, mask: NDArray[np.bool_], box: tuple[slice, ...]) -> NDArray[np.float64]:
    inside = np.argwhere(mask) + [side.start for side in box]
    return grid.ras(inside[:, ::-1])
