"""What is impossible, or very rare, in a segmented lumbar spine.

Rules are about single structures, neighbours, the count and the canal. Their limits were set about
what was measured on 96 simulated truths of all variants (with fractures, slips, transitional and
fused vertebrae) and SPIDER's two masks at hand; each limit says what was seen. A structure that the
image's upper, lower, front or back border cuts has no size of its own, and is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from SpineLib.inference.course import Slab
from SpineLib.labels import CANAL, DISC_OFFSET, PARTIAL_OFFSET
from SpineLib.loop.problem import Point, Problem, point_of
from SpineLib.loop.shapes import CanalPiece, Part, Shape, Spine, shapes_of
from SpineLib.volume import Volume

# Lowest and highest size of a whole structure, mm³ and mm. Seen: vertebrae 18-74 ml and 14-41 mm
# high, discs 2-22 ml and 2-15 mm thick.
VERTEBRA_VOLUME, VERTEBRA_HEIGHT = (11e3, 105e3), (9.0, 52.0)
DISC_VOLUME, DISC_HEIGHT = (600.0, 32e3), (1.2, 20.0)
# The same as a share of its neighbours' mean. Seen: bodies 0.64-1.35 of the volume and 0.64-1.40
# of the height; discs 0.43-2.2 of the volume, the rest of one in a fused block 0.15.
BODY_SHARE, HEIGHT_SHARE, DISC_SHARE = (0.5, 1.7), (0.52, 1.7), (0.3, 2.8)
# Distance of neighbours' middles as a share of the median distance. Seen: 0.64-1.36.
GAP_SHARE = (0.52, 1.6)
# A second part so large (share of the structure, or of a vertebra's body) is another structure under
# the same number. Seen: up to 0.09, the head of a rib.
SECOND_PART = 0.15
# Loose parts, mm³ and mm. Discs had none; a vertebra has processes and heads of ribs, beside the
# middle or behind the canal, up to 18 mm (behind) from the rest; a tumour cut off 125 mm³ of canal.
LEAST_PART, FAR_PART, BESIDE = 60.0, 25.0, 22.0
LEAST_CANAL_PART = 300.0
# Where a disc's vertebra would lie if the image does not end before, mm.
ROOM = 25.0
# The canal's middle behind a disc's, and to its side, mm. Seen: 15-32 and up to 6.
CANAL_BEHIND, CANAL_ASIDE = (8.0, 45.0), 15.0
# The canal's voxels within this of a disc's plane are beside the disc, mm.
NEAR = 5.0
# Canal in front of the discs' middles is not canal: so much of it, mm³, is a fault. Seen: none.
LEAST_ASTRAY = 100.0


def implausible(labels: Volume) -> list[Problem]:
    """Finds what is impossible in a segmentation, or rare enough for a second look.

    Args:
        labels: SPIDER's numbers on any grid. Other numbers are passed over.

    Returns:
        From head to foot, what has no place last.
    """
    spine = shapes_of(labels)
    problems = [
        *_count(spine),
        *_pairs(spine, labels),
        *_order(spine),
        *_sizes(spine),
        *_loose_parts(spine),
        *_canal(spine),
    ]
    return sorted(problems, key=lambda problem: -problem.ras[2] if problem.ras else float("inf"))


def severity(problems: Sequence[Problem]) -> float:
    """How implausible an answer is as one number: a serious problem counts 1, another a quarter.

    The quarter is by hand.
    """
    return sum(1.0 if problem.serious else 0.25 for problem in problems)


def _count(spine: Spine) -> Iterator[Problem]:
    if not spine.vertebrae and not spine.discs:
        yield Problem("There is no vertebra and no disc", serious=True)
        return
    if spine.vertebrae and spine.vertebrae[0].what.position > 1:
        first = spine.vertebrae[0]
        yield Problem(
            f"The lowest vertebra has the number {first.what.position}; the count begins at 1",
            first.label, first.ras,
        )  # fmt: skip
    for lower, upper in pairwise(spine.vertebrae):
        missing = range(lower.what.position + 1, upper.what.position)
        if lower.what.position == upper.what.position:
            yield Problem(
                f"Vertebra {lower.what.position} is there twice, once as {upper.label}",
                upper.label, upper.ras, True,
            )  # fmt: skip
        elif missing:
            yield Problem(
                f"{_named('Vertebra', missing)} missing between vertebrae "
                f"{lower.what.position} and {upper.what.position}",
                missing[0], _between(lower, upper), True,
            )  # fmt: skip


def _pairs(spine: Spine, labels: Volume) -> Iterator[Problem]:
    """Discs without a vertebra on one side, vertebrae without a disc between them."""
    vertebrae = {shape.what.position: shape for shape in spine.vertebrae}
    discs = {shape.what.position: shape for shape in spine.discs}
    for position, disc in discs.items():
        above, below = vertebrae.get(position), vertebrae.get(position - 1)
        # What lies below disc 1 is the sacrum, which has no number.
        for side, vertebra, sign in (("above", above, 1), ("below", below, -1)):
            needed = side == "above" or position > 1
            if needed and vertebra is None and _inside(labels, disc, sign):
                yield Problem(
                    f"Disc {position} has no vertebra {side} it",
                    disc.label, disc.ras, True,
                )  # fmt: skip
    for position, upper in vertebrae.items():
        lower = vertebrae.get(position - 1)
        if lower is not None and position not in discs and not (upper.cut or lower.cut):
            yield Problem(
                f"There is no disc between vertebrae {position} and {position - 1}",
                DISC_OFFSET + position, _between(upper, lower),
            )  # fmt: skip


def _order(spine: Spine) -> Iterator[Problem]:
    for kind, shapes in (("Vertebra", spine.vertebrae), ("Disc", spine.discs)):
        for lower, upper in pairwise(shapes):
            apart = lower.what.position != upper.what.position
            if apart and upper.middle[2] <= lower.middle[2] and not (lower.cut or upper.cut):
                yield Problem(
                    f"{kind} {upper.what.position} lies below {kind.lower()} {lower.what.position}",
                    upper.label, upper.ras, True,
                )  # fmt: skip
        yield from _gaps(kind, [shape for shape in shapes if not shape.cut])
    vertebrae = {
        vertebra.what.position: vertebra for vertebra in spine.vertebrae if not vertebra.cut
    }
    for disc in spine.discs:
        position = disc.what.position
        above, below = vertebrae.get(position), vertebrae.get(position - 1)
        slab = _slab(disc)
        if above is not None and slab.height(above.middle) <= 0:
            yield Problem(
                f"Disc {position} does not lie below vertebra {position}",
                disc.label, disc.ras, True,
            )  # fmt: skip
        if below is not None and slab.height(below.middle) >= 0:
            yield Problem(
                f"Disc {position} does not lie above vertebra {position - 1}",
                disc.label, disc.ras, True,
            )  # fmt: skip


def _gaps(kind: str, shapes: Sequence[Shape]) -> Iterator[Problem]:
    """Neighbours in the count that are too far from each other, or too near."""
    pairs = [(a, b) for a, b in pairwise(shapes) if b.what.position == a.what.position + 1]
    if len(pairs) < 2:
        return
    gaps = [float(np.linalg.norm(b.middle - a.middle)) for a, b in pairs]
    usual = float(np.median(gaps))
    plural = "Vertebrae" if kind == "Vertebra" else "Discs"
    for (lower, upper), gap in zip(pairs, gaps, strict=True):
        if not GAP_SHARE[0] <= gap / usual <= GAP_SHARE[1]:
            much = (
                "far apart, as if one were missing" if gap > usual else "close, as if one were two"
            )
            yield Problem(
                f"{plural} {upper.what.position} and {lower.what.position} are {gap:.0f} mm from each "
                f"other, the others {usual:.0f} mm: too {much}",
                upper.label, _between(lower, upper), True,
            )  # fmt: skip


def _sizes(spine: Spine) -> Iterator[Problem]:
    whole = [
        vertebra for vertebra in spine.vertebrae if not vertebra.cut and not vertebra.what.partial
    ]
    for shape in whole:
        yield from _size(shape, shape.volume / 1000, "ml", _ml(VERTEBRA_VOLUME))
        yield from _size(shape, shape.height, "mm high", VERTEBRA_HEIGHT)
    discs = [disc for disc in spine.discs if not disc.cut]
    for shape in discs:
        yield from _size(shape, shape.volume / 1000, "ml", _ml(DISC_VOLUME))
        yield from _size(shape, shape.height, "mm thick", DISC_HEIGHT)
    yield from _shares(whole, "body", "volume", BODY_SHARE)
    yield from _shares(whole, "height", "height", HEIGHT_SHARE)
    yield from _shares(discs, "volume", "volume", DISC_SHARE)


def _size(shape: Shape, value: float, unit: str, limits: tuple[float, float]) -> Iterator[Problem]:
    low, high = limits
    if not low <= value <= high:
        yield Problem(
            f"{_name(shape)} has {value:.1f} {unit}, {'less' if value < low else 'more'} than any "
            f"({low:g}-{high:g})" if unit == "ml" else
            f"{_name(shape)} is {value:.1f} {unit}, {'less' if value < low else 'more'} than any "
            f"({low:g}-{high:g})",
            shape.label, shape.ras, True,
        )  # fmt: skip


def _shares(
    shapes: Sequence[Shape], field: str, words: str, limits: tuple[float, float]
) -> Iterator[Problem]:
    by_position = {shape.what.position: shape for shape in shapes}
    for position, shape in by_position.items():
        beside = [by_position[n] for n in (position - 1, position + 1) if n in by_position]
        if not beside:
            continue
        share = getattr(shape, field) / float(
            np.mean([getattr(neighbour, field) for neighbour in beside])
        )
        if not limits[0] <= share <= limits[1]:
            whose = f"The body of vertebra {position}" if field == "body" else _name(shape)
            yield Problem(
                f"{whose} has {share:.1f} times the {words} of its neighbours",
                shape.label, shape.ras,
            )  # fmt: skip


def _loose_parts(spine: Spine) -> Iterator[Problem]:
    for shape in (*spine.vertebrae, *spine.discs):
        if shape.cut:
            continue
        twins = [p for p in shape.parts if p.volume > SECOND_PART * shape.volume]
        if shape.twin is not None and shape.twin.volume > SECOND_PART * shape.body:
            twins = [shape.twin]
        if twins:
            yield Problem(
                f"{_name(shape)} is in two parts of which the smaller has "
                f"{twins[0].volume / 1000:.1f} ml: two structures with one number?",
                shape.label, twins[0].ras, True,
            )  # fmt: skip
            continue
        for part in shape.parts:
            if part.volume >= LEAST_PART and _is_astray(shape, part):
                yield Problem(
                    f"{_name(shape)} has an island of {part.volume:.0f} mm³, {part.gap:.0f} mm from "
                    "the rest",
                    shape.label, part.ras,
                )  # fmt: skip


def _is_astray(shape: Shape, part: Part) -> bool:
    """Whether a loose part is none of a vertebra's processes or ribs."""
    if shape.what.kind == "disc":
        return True
    if part.front:
        return abs(part.ras[0] - shape.ras[0]) < BESIDE
    return part.gap > FAR_PART


def _canal(spine: Spine) -> Iterator[Problem]:
    if not spine.canal:
        if spine.discs:
            yield Problem("There is no canal", CANAL, spine.discs[-1].ras, True)
        return
    yield from _canal_pieces(spine.canal)
    points = np.concatenate([piece.points for piece in spine.canal])
    for disc in spine.discs:
        if not disc.cut:
            yield from _canal_beside(disc, points)
    yield from _astray(spine, points)


def _canal_pieces(pieces: Sequence[CanalPiece]) -> Iterator[Problem]:
    """A hole between two pieces, one above the other; else an island."""
    main = pieces[0]
    low, high = main.points[:, 2].min(), main.points[:, 2].max()
    for piece in pieces[1:]:
        if piece.volume < LEAST_CANAL_PART:
            continue
        bottom, top = piece.points[:, 2].min(), piece.points[:, 2].max()
        if bottom >= high or top <= low:
            gap = bottom - high if bottom >= high else low - top
            end = piece.points[piece.points[:, 2] == (bottom if bottom >= high else top)]
            yield Problem(
                f"The canal is broken for {max(gap, 1):.0f} mm",
                CANAL,
                point_of(end.mean(axis=0)),
                True,
            )
        else:
            yield Problem(
                f"The canal has an island of {piece.volume:.0f} mm³",
                CANAL, point_of(piece.points.mean(axis=0)),
            )  # fmt: skip


def _canal_beside(disc: Shape, points: NDArray[np.float64]) -> Iterator[Problem]:
    slab = _slab(disc)
    near = points[np.abs(slab.height(points)) < NEAR]
    position = disc.what.position
    if not len(near):
        yield Problem(f"There is no canal behind disc {position}", CANAL, disc.ras, True)
        return
    aside, behind = near.mean(axis=0)[:2] - slab.center[:2]
    if not CANAL_BEHIND[0] <= -behind <= CANAL_BEHIND[1] or abs(aside) > CANAL_ASIDE:
        yield Problem(
            f"The canal leaves the column at disc {position}: its middle is {-behind:.0f} mm behind "
            f"and {abs(aside):.0f} mm beside the disc's",
            CANAL, point_of(near.mean(axis=0)), True,
        )  # fmt: skip


def _astray(spine: Spine, points: NDArray[np.float64]) -> Iterator[Problem]:
    """Canal in front of the line through the discs' middles."""
    if len(spine.discs) < 2:
        return
    line = np.array(sorted((disc.middle for disc in spine.discs), key=lambda middle: middle[2]))
    between = (points[:, 2] > line[0, 2]) & (points[:, 2] < line[-1, 2])
    ahead = points[between]
    ahead = ahead[ahead[:, 1] > np.interp(ahead[:, 2], line[:, 2], line[:, 1])]
    voxel = spine.canal[0].volume / len(spine.canal[0].points)
    if len(ahead) * voxel >= LEAST_ASTRAY:
        yield Problem(
            f"{len(ahead) * voxel:.0f} mm³ of canal lie in front of the discs' middles",
            CANAL, point_of(ahead[0]), True,
        )  # fmt: skip


def _inside(labels: Volume, disc: Shape, sign: int) -> bool:
    """Whether the image goes on for a vertebra's body above (1) or below (-1) a disc."""
    i, j, k = labels.ijk(disc.middle + sign * ROOM * _slab(disc).normal)
    slices, rows, columns = labels.shape
    return not disc.cut and bool(0 <= i <= columns - 1 and 0 <= j <= rows - 1 and -1 <= k <= slices)


def _slab(disc: Shape) -> Slab:
    assert disc.slab is not None, "every disc has a slab"
    return disc.slab


def _name(shape: Shape) -> str:
    partial = f" ({PARTIAL_OFFSET + shape.what.position})" if shape.what.partial else ""
    return f"{shape.what.kind.capitalize()} {shape.what.position}{partial}"


def _named(kind: str, positions: range) -> str:
    if len(positions) == 1:
        return f"{kind} {positions[0]} is"
    return f"Vertebrae {positions[0]} to {positions[-1]} are"


def _between(first: Shape, second: Shape) -> Point:
    return point_of((first.middle + second.middle) / 2)


def _ml(limits: tuple[float, float]) -> tuple[float, float]:
    return limits[0] / 1000, limits[1] / 1000
