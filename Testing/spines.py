"""Spines with known places and names, and what a perfect search would see of them."""

from functools import cache

import numpy as np

from SpineLib.inference.spine_points import Points, SpinePoints
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.whole import WholeTruth, truth_of


@cache
def spine(variant: str = "none", seed: int = 0) -> WholeTruth:
    """Names and places of a simulated patient of mid-life."""
    rng = np.random.default_rng(seed)
    return truth_of(build_patient(rng, "cervical", "none", age=40, variant=variant), "T2")


def heights(truth: WholeTruth) -> dict[str, float]:
    """RAS height of each vertebra."""
    return {mark.name: mark.ras[2] for mark in truth.marks if mark.kind == "body"}


def seen(
    truth: WholeTruth, *, above: str = "", below: str = "", without: tuple[str, ...] = (),
    moved: tuple[float, float, float] = (0.0, 0.0, 0.0), noise: float = 0.5, seed: int = 0,
) -> SpinePoints:  # fmt: skip
    """What is seen of a spine.

    Args:
        truth: the spine.
        above, below: vertebrae whose middles the picture does not reach; empty for no end.
        without: ``kind name`` of what is missed, such as ``disc C5``.
        moved: added to every place.
        noise: standard deviation of a place, mm.
        seed: of the noise.
    """
    rng, at = np.random.default_rng(seed), heights(truth)
    top, bottom = at.get(above, 1e6), at.get(below, -1e6)
    sacrum = next(mark.name for mark in truth.marks if mark.state == "sacral")

    def places(name: str) -> list[tuple[float, float, float]]:
        return [
            mark.ras
            for mark in truth.marks
            if name in _maps(mark, sacrum)
            and bottom < mark.ras[2] < top
            and f"{mark.kind} {mark.name}" not in without
        ]

    points = {}
    for name in ("disc", "body", "c2", "sacrum", "odd"):
        ras = np.reshape(places(name), (-1, 3)) + moved
        ras += rng.normal(0, noise, ras.shape)
        regions = np.full((len(ras), 3), 1 / 3)
        points[name] = Points(ras, np.full(len(ras), 0.8), regions)
    line = [one for one in truth.course if bottom < one[2] < top]
    course = np.reshape(line, (-1, 3)) + moved
    return SpinePoints(points, course, np.ones(len(course)))


def _maps(mark, sacrum):
    if mark.kind == "disc":
        return {"free": ("disc",), "odd": ("disc", "odd"), "fused": ("odd",)}.get(mark.state, ())
    if mark.state == "sacral":
        return ("sacrum",) if mark.name == sacrum else ()
    return ("body", "c2") if mark.name == "C2" else ("body",)
