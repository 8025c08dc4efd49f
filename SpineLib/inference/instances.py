"""Which vertebra, which disc: instances of a semantic map, named only where there is evidence.

Discs are connected components. A vertebra is what lies between the middle planes of two discs:
its body's core is found along the line through the discs' centres, and everything else of the
bone goes to the core that is nearest through bone. Where two vertebrae touch, at their joints,
a path that leaves the zone in which a vertebra's arch hangs pays a toll.

Rules that drop islands, in mm³, are the constants below.
"""

from __future__ import annotations

import numpy as np
import scipy  # its parts are imported where they are first used: each takes a third of a second
from numpy.typing import NDArray

from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.inference import semantic as classes
from SpineLib.inference.course import Slab, along_course, slab_of
from SpineLib.inference.evidence import lowest_disc_is_lumbosacral, sacrum_lies_below
from SpineLib.inference.grid import canonical_volume, order_of
from SpineLib.inference.naming import name_of
from SpineLib.labels import (
    ASSESSED,
    CANAL,
    DISC_OFFSET,
    MAX_STRUCTURES,
    PARTIAL_OFFSET,
    structure,
)
from SpineLib.reasons import NO_BONE_BETWEEN, NO_SPINE, Reason
from SpineLib.volume import Volume

# Smallest parts that are kept, mm³. A lumbar disc has 10 000 or more, a body 25 000 or more.
LEAST_DISC = 400.0
# A disc is never so much smaller than the others in the picture: this share of their median.
LEAST_DISC_SHARE = 0.2
LEAST_BODY = 1500.0
LEAST_BONE = 150.0
LEAST_CANAL = 300.0
# Two pieces whose middles are nearer than this along the spine are one disc, mm: the least
# distance between two discs is a vertebra's height, over 20 mm from T10 down.
ONE_DISC = 10.0
# A lumbar disc's middle lies 25-35 mm in front of the canal's; farther ones are bowel or muscle.
MOST_FROM_CANAL = 50.0
# Bone ends this far in front of the discs' middles and this far to their side, mm: half a body's
# depth is under 25, half of the width over the transverse processes under 55.
MOST_FRONT, MOST_ASIDE = 35.0, 70.0
# A cut-off piece of bone belongs to the spine when it lies this close to a vertebra, mm.
MOST_LOOSE = 15.0
# A piece of canal goes on where another ends: at most so far away, and not far to the side.
CANAL_GAP, CANAL_SHIFT, CANAL_SLOPE = 60.0, 10.0, 0.75
# Share of the disc's radius around its centre's line that is surely body, never pedicle.
CORE = 0.7
# Behind the canal's front a vertebra hangs lower than its body: the surface between two zones
# falls by this slope from so many mm behind the disc's middle. Set on two masks of SPIDER.
ARCH_START, ARCH_SLOPE = 20.0, 0.5
# What a path pays for leaving its zone, mm.
TOLL = 20.0


def name_instances(semantic: Volume) -> tuple[Volume, SegmentationFinding]:
    """Splits a semantic map into SPIDER's structures and names those that it can.

    Args:
        semantic: classes of `SpineLib.inference.semantic` on any grid.

    Returns:
        uint8 labels by SPIDER's numbers on the same grid, and what they are. Vertebra 1 is the
        lowest one seen; ``finding.lowest`` is ``L5`` only where ``finding.evidence`` says why.
    """
    grid = canonical_volume(semantic)
    box = scipy.ndimage.find_objects((grid.voxels > 0).astype(np.uint8))
    if not np.isin(grid.voxels, (classes.VERTEBRA, classes.DISC, classes.CANAL)).any():
        nothing = semantic.with_voxels(np.zeros(semantic.shape, np.uint8))
        why = Reason(NO_SPINE)
        return nothing, SegmentationFinding(reason=str(why), why=why)
    part = _cropped(grid, box[0])
    canal = _canal(part)
    discs, disc_labels = _discs(part, canal)
    while len(discs) > 1 and sacrum_lies_below(part, discs[1:]):
        # The lowest one lies within the sacrum: what is left of the disc between S1 and S2.
        discs, disc_labels = discs[1:], np.maximum(disc_labels - 1, 0)
    bones = _vertebrae(part, discs)
    sacrum = sacrum_lies_below(part, discs)
    if sacrum:
        bones[bones == 1] = 0  # what of the sacrum was taken for a vertebra
    below = bool((bones == 1).any())
    labels = np.zeros(part.shape, np.uint8)
    labels[canal] = CANAL
    for number in range(1, len(discs) + 1):
        if number + below <= MAX_STRUCTURES:
            labels[disc_labels == number] = DISC_OFFSET + number + below
    for number in np.unique(bones[bones > 0]):
        if number - 1 + below <= MAX_STRUCTURES:
            labels[bones == number] = number - 1 + below
    whole = np.zeros(grid.shape, np.uint8)
    whole[box[0]] = labels
    _mark_partial(whole)
    lowest, evidence = _evidence(grid.with_voxels(whole), discs, below, sacrum)
    result = np.ascontiguousarray(order_of(semantic).original(whole))
    finding = SegmentationFinding(
        status=ASSESSED,
        lowest=lowest,
        evidence=str(evidence),
        evidence_why=evidence,
        segments=_segments(grid.with_voxels(whole), lowest),
    )
    return semantic.with_voxels(result), finding


def _cropped(grid: Volume, box: tuple[slice, ...]) -> Volume:
    matrix = grid.ijk_to_ras.copy()
    matrix[:3, 3] = grid.ras([box[2].start, box[1].start, box[0].start])
    return Volume(grid.voxels[box], matrix)


def _voxel(grid: Volume) -> float:
    return float(abs(np.linalg.det(grid.ijk_to_ras[:3, :3])))


def _points(grid: Volume, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    return grid.ras(np.argwhere(mask)[:, ::-1])


def _without_islands(mask: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    found, _ = scipy.ndimage.label(mask, np.ones((3, 3, 3)))
    sizes = np.bincount(found.ravel())
    keep = sizes >= least
    keep[0] = False
    return keep[found]


def _canal(grid: Volume) -> NDArray[np.bool_]:
    """The largest piece of canal and those that go on where it ends."""
    mask = _without_islands(grid.voxels == classes.CANAL, LEAST_CANAL / _voxel(grid))
    pieces, count = scipy.ndimage.label(mask, np.ones((3, 3, 3)))
    points = {n: _points(grid, pieces == n) for n in range(1, count + 1)}
    waiting = sorted(points, key=lambda n: -len(points[n]))
    kept = waiting[:1]
    found = bool(kept)
    while found:
        found = False
        tree = scipy.spatial.cKDTree(np.concatenate([points[n] for n in kept]))
        for n in [n for n in waiting if n not in kept]:
            distance, nearest = tree.query(points[n])
            step = points[n][distance.argmin()] - tree.data[nearest[distance.argmin()]]
            aside = np.hypot(step[0], step[1])
            if distance.min() < CANAL_GAP and aside < CANAL_SHIFT + CANAL_SLOPE * abs(step[2]):
                kept.append(n)
                found = True
    return np.isin(pieces, kept) & mask


def _discs(grid: Volume, canal: NDArray[np.bool_]) -> tuple[list[Slab], NDArray[np.int32]]:
    """Discs from caudal to cranial, and an array in which the n-th has the value n from 1."""
    course = scipy.spatial.cKDTree(_points(grid, canal)) if canal.any() else None
    mask = _without_islands(grid.voxels == classes.DISC, LEAST_DISC / _voxel(grid))
    pieces, count = scipy.ndimage.label(mask, np.ones((3, 3, 3)))
    points = [_points(grid, pieces == n) for n in range(1, count + 1)]
    order = sorted(range(count), key=lambda n: -len(points[n]))
    groups: list[list[int]] = []
    slabs: list[Slab] = []
    for n in order:
        middle = points[n].mean(axis=0)
        if course is not None and course.query(middle)[0] > MOST_FROM_CANAL:
            continue
        near = [g for g, slab in enumerate(slabs) if abs(slab.height(middle)) < ONE_DISC]
        if near:
            groups[near[0]].append(n)
        else:
            groups.append([n])
            slabs.append(slab_of(points[n]))
    if not groups:
        return [], np.zeros(grid.shape, np.int32)
    sizes = [sum(len(points[n]) for n in group) for group in groups]
    least = LEAST_DISC_SHARE * np.median(sizes)
    groups = [group for group, size in zip(groups, sizes, strict=True) if size >= least]
    slabs = [slab_of(np.concatenate([points[n] for n in group])) for group in groups]
    ordered = along_course(slabs)
    ranks = np.argsort([slab.center[2] for slab in slabs])
    table = np.zeros(count + 1, np.int32)
    for rank, g in enumerate(ranks):
        for n in groups[g]:
            table[n + 1] = rank + 1
    return ordered, table[pieces]


def _vertebrae(grid: Volume, discs: list[Slab]) -> NDArray[np.int32]:
    """Bone by the interval that its body lies in: 1 below the lowest disc, 2 above it, …"""
    bone = grid.voxels == classes.VERTEBRA
    bone[bone] = _near_column(_points(grid, bone), discs)
    mask = _without_islands(bone, LEAST_BONE / _voxel(grid))
    core = np.zeros(grid.shape, np.int32)
    core[mask] = _core(_points(grid, mask), discs)
    for number in range(1, len(discs) + 2):
        kept = _without_islands(core == number, LEAST_BODY / _voxel(grid))
        core[(core == number) & ~kept] = 0
    if not core.any():
        return core
    zones = _zones(grid, mask, discs)
    bones = _nearest_core(mask, core, zones, grid.spacing[::-1])
    return _with_loose_parts(grid, mask, bones, zones)


def _near_column(points: NDArray[np.float64], discs: list[Slab]) -> NDArray[np.bool_]:
    """Whether points lie where a vertebra can reach, in front and aside of the discs' line."""
    if not discs:
        return np.ones(len(points), bool)
    ends = [discs[0].center - 60 * discs[0].normal, discs[-1].center + 60 * discs[-1].normal]
    line = np.array([ends[0], *(disc.center for disc in discs), ends[1]])
    right, front = (np.interp(points[:, 2], line[:, 2], line[:, n]) for n in (0, 1))
    near = (points[:, 1] - front < MOST_FRONT) & (np.abs(points[:, 0] - right) < MOST_ASIDE)
    return np.asarray(near)


def _core(points: NDArray[np.float64], discs: list[Slab]) -> NDArray[np.int32]:
    """The interval of the points that lie near the line through the discs, 0 for the others."""
    if not discs:
        return np.ones(len(points), np.int32)
    heights = np.stack([disc.height(points) for disc in discs])
    interval = (heights > 0).sum(axis=0)
    result = np.zeros(len(points), np.int32)
    for n in range(len(discs) + 1):
        inside = interval == n
        below, above = discs[max(n - 1, 0)], discs[min(n, len(discs) - 1)]
        if n in (0, len(discs)):
            start, direction = below.center if n else above.center, (below if n else above).normal
        else:
            start, direction = below.center, above.center - below.center
        direction = direction / np.linalg.norm(direction)
        offset = points[inside] - start
        across = np.linalg.norm(offset - np.outer(offset @ direction, direction), axis=1)
        near = across < CORE * min(below.radius, above.radius)
        result[np.flatnonzero(inside)[near]] = n + 1
    return result


def _zones(grid: Volume, mask: NDArray[np.bool_], discs: list[Slab]) -> NDArray[np.int32]:
    """How many surfaces between arches lie below each bone voxel."""
    points = _points(grid, mask)
    zones = np.zeros(grid.shape, np.int32)
    for disc in discs:
        behind = np.maximum(0.0, disc.center[1] - points[:, 1] - ARCH_START)
        zones[mask] += disc.height(points) + ARCH_SLOPE * behind > 0
    return zones


def _nearest_core(
    mask: NDArray[np.bool_],
    core: NDArray[np.int32],
    zones: NDArray[np.int32],
    spacing: NDArray[np.float64],
) -> NDArray[np.int32]:
    """Each bone voxel's core by the shortest path through the bone; 0 where none leads to it."""
    number = np.full(mask.shape, -1, np.int64)
    nodes = np.flatnonzero(mask)
    number.ravel()[nodes] = np.arange(len(nodes))
    zone = zones.ravel()[nodes]
    starts, ends, costs = [], [], []
    for axis, step in enumerate(spacing):
        first = number[tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))]
        second = number[tuple(slice(1, None) if a == axis else slice(None) for a in range(3))]
        both = (first >= 0) & (second >= 0)
        a, b = first[both], second[both]
        starts.append(a)
        ends.append(b)
        costs.append(step + TOLL * (zone[a] != zone[b]))
    graph = scipy.sparse.coo_matrix(
        (np.concatenate(costs), (np.concatenate(starts), np.concatenate(ends))),
        shape=(len(nodes), len(nodes)),
    ).tocsr()
    seeds = np.flatnonzero(core.ravel()[nodes])
    distance, _, source = scipy.sparse.csgraph.dijkstra(
        graph, directed=False, indices=seeds, min_only=True, return_predecessors=True
    )
    found = np.zeros(mask.shape, np.int32)
    reached = np.isfinite(distance)
    found.ravel()[nodes[reached]] = core.ravel()[nodes[source[reached]]]
    return found


def _with_loose_parts(
    grid: Volume, mask: NDArray[np.bool_], bones: NDArray[np.int32], zones: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Bone that no path reaches (a spinous process cut off) goes to the vertebra of its zone.

    Where that vertebra's body was not found, it goes to the nearest vertebra. Pieces far from
    every vertebra are dropped.
    """
    pieces, count = scipy.ndimage.label(mask & (bones == 0), np.ones((3, 3, 3)))
    if not count:
        return bones
    known = bones > 0
    bodies = set(np.unique(bones[known]).tolist())
    tree, values = scipy.spatial.cKDTree(_points(grid, known)), bones[known]
    for n in range(1, count + 1):
        piece = pieces == n
        distance, nearest = tree.query(_points(grid, piece))
        if distance.min() > MOST_LOOSE:
            continue
        own = int(np.bincount(zones[piece]).argmax()) + 1
        if own not in bodies:
            own = int(values[nearest[np.argmin(distance)]])
        bones[piece] = own
    return bones


def _mark_partial(labels: NDArray[np.uint8]) -> None:
    """Adds SPIDER's 100 to vertebrae that reach an upper, lower, front or back border."""
    border = np.concatenate([labels[:, [0, -1], :].ravel(), labels[:, :, [0, -1]].ravel()])
    for number in np.unique(border):
        if 1 <= number <= MAX_STRUCTURES:
            labels[labels == number] = PARTIAL_OFFSET + number


def _evidence(labels: Volume, discs: list[Slab], below: bool, sacrum: bool) -> tuple[str, Reason]:
    present = {structure(int(n)).position for n in np.unique(labels.voxels) if 0 < n < DISC_OFFSET}
    missing = [n for n in range(1 + below, len(discs) + below) if n not in present]
    if missing:
        return "", Reason(NO_BONE_BETWEEN)
    return lowest_disc_is_lumbosacral(labels, discs, bone_below=below, sacrum_below=sacrum)


def _segments(labels: Volume, lowest: str) -> list[SegmentFinding]:
    result = []
    boxes = scipy.ndimage.find_objects(labels.voxels)
    for label, box in enumerate(boxes, start=1):
        if box is None:
            continue
        part = _cropped(labels, box)
        points = _points(part, part.voxels == label)
        what = structure(label)
        result.append(
            SegmentFinding(
                label=label,
                kind=what.kind,
                name=name_of(what, lowest),
                partial=what.partial,
                volume_ml=round(len(points) * _voxel(labels) / 1000, 3),
                centroid_ras=[round(float(x), 2) for x in points.mean(axis=0)],
            )
        )
    return sorted(result, key=_from_the_lowest)


def _from_the_lowest(segment: SegmentFinding) -> tuple[int, int]:
    order = ("vertebra", "disc", "canal")
    return order.index(segment.kind), structure(segment.label).position
