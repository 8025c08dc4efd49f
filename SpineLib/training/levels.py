"""Learning where discs, vertebrae, canal, C2 and sacrum are on sagittal slices: heatmaps."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from torch import nn
from torch.nn import functional as F  # noqa: N812

from SpineLib.datasets.cache import Arrays, Prepared, prepare
from SpineLib.datasets.cases import LabelledSpine
from SpineLib.datasets.split import require_apart
from SpineLib.errors import BadInput
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.spine_points import Points
from SpineLib.inference.spine_search import MAPS, search_spine
from SpineLib.inference.windows import scaled
from SpineLib.labels import REGIONS
from SpineLib.models.card import Card
from SpineLib.networks import build
from SpineLib.progress import Progress
from SpineLib.simulate.morphometry import region_of
from SpineLib.simulate.tissues import Tissue
from SpineLib.simulate.whole import Mark
from SpineLib.training.recipe import Recipe
from SpineLib.training.recipe_sections import Section
from SpineLib.training.search_augment import Move, Ranges, moved, recoloured
from SpineLib.training.task import Item, Items, Task

_VERSION = 1
_POINTS = MAPS[:6]
NEAR_MM = 6.0
# A mark's numbers: plane, row, column, a flag a map, region.
# How often an item looks anywhere along the spine, near C2, near the sacrum.
_PLACES = (0.5, 0.3, 0.2)
_NO_REGION = -1
_NOTHING = -4.0  # log odds of a spot at the start


class _Search(BaseModel):
    """The card's preprocessing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["spine-search"]
    spacing_mm: Annotated[float, Field(gt=0)]
    slice_mm: Annotated[float, Field(gt=0)]


class _Data(Section):
    """``[data]`` of the levels.

    Attributes:
        crop: rows of what is learnt from at once, three quarters of it columns; a multiple of 128.
        draws: items of each spine in one epoch.
        recolour: largest factor on the signal of one tissue, and one over it.
    """

    crop: Annotated[int, Field(ge=128, multiple_of=128)] = 128
    draws: Annotated[int, Field(ge=1)] = 8
    recolour: Annotated[float, Field(ge=1)] = 1.0


class _Focal(BaseModel):
    """The loss ``heatmaps-focal``.

    Attributes:
        sigma_mm: standard deviation of the targets' Gaussians in the slice.
        across_mm: the same across slices.
        regions: weight of the choice of a region.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    sigma_mm: Annotated[float, Field(gt=0)] = 4.0
    across_mm: Annotated[float, Field(gt=0)] = 8.0
    regions: Annotated[float, Field(ge=0)] = 0.3


class LevelsTask(Task):
    """Marks of the spine on sagittal slices, with three neighbouring slices as the picture."""

    def __init__(
        self,
        recipe: Recipe,
        training: list[LabelledSpine],
        validation: list[LabelledSpine],
        *,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(recipe, training, validation, cache=cache, progress=progress)
        self._search = recipe.checked("preprocessing", _Search)
        self._data = recipe.checked("data", _Data)
        self._ranges = recipe.checked("augment", Ranges)
        if recipe.loss.name != "heatmaps-focal":
            raise BadInput(
                f"The levels have no loss {recipe.loss.name}",
                file=recipe.file,
                advice="Use heatmaps-focal.",
            )
        self._loss = recipe.checked("loss", _Focal)
        require_apart(training=training, validation=validation)
        self._validation = validation
        self._prepared = prepare(
            training,
            partial(_planes, spacing=self._search.spacing_mm),
            key={"task": "levels", "spacing": self._search.spacing_mm, "version": _VERSION},
            folder=cache,
            stage="Preparing spines",
            progress=progress,
        )

    def network(self) -> nn.Module:
        """The recipe's network with random weights, at first sure that nothing is anywhere.

        Spots are rare: from even odds the network would spend its first hundreds of steps on the
        background, and not come back (Lin et al. 2017, RetinaNet, 3.3).
        """
        network = build(self.recipe.network.name, self.recipe.network.arguments)
        last = [module for module in network.modules() if isinstance(module, nn.Conv2d)][-1]
        with torch.no_grad():
            if last.bias is not None:
                last.bias[: len(_POINTS)] = _NOTHING
        return network

    def training_items(self) -> Items:
        """Changed crops of three slices and their maps."""
        return _LevelItems(
            self._prepared, self._data, self._ranges, self._loss, self._search.spacing_mm
        )

    def loss(self, network: nn.Module, batch: Item) -> torch.Tensor:
        """Focal loss of each heatmap (as the canal's), and cross entropy of the region."""
        images, heat, region = batch
        logits = network(images).float()
        points = logits[:, : len(_POINTS)]
        p = torch.sigmoid(points)
        cost = heat * (1 - p) ** 2 * F.logsigmoid(points)
        cost = cost + (1 - heat) ** 4 * p**2 * F.logsigmoid(-points)
        # Rare maps (C2, sacrum, odd discs) would drown in a common sum.
        total = heat.sum((0, 2, 3)) + 0.02 * heat[:, 0].sum() + 1.0
        focal = -(cost.sum((0, 2, 3)) / total).mean() * 4
        known = region >= 0
        choice = F.cross_entropy(logits[:, len(_POINTS) :], region.clamp(min=0), reduction="none")
        return focal + self._loss.regions * (choice * known).sum() / known.sum().clamp(min=1)

    def validate(
        self, network: nn.Module, device: torch.device, progress: Progress
    ) -> dict[str, float]:
        """The search as a reading does it, on whole spines.

        Returns:
            ``found``: the mean of the share of discs that were found within `NEAR_MM` and of the
            share of peaks that are one; beside them the anchors' and regions' shares.
        """
        loaded = Loaded(self.card(), network, device)
        errors: list[float] = []
        hits: dict[str, list[float]] = {name: [] for name in ("peaks", "c2", "sacrum", "regions")}
        for case in self._validation:
            progress.check()
            seen = search_spine(case.open()[0], loaded)
            marks = case.truth().marks
            own = {name: [m for m, of in zip(marks, maps_of(marks), strict=True) if name in of]
                   for name in _POINTS}  # fmt: skip
            discs = own["disc"]
            errors += _away(discs, seen.points["disc"], 0.3).tolist()
            hits["peaks"] += [float(_is_disc(one, discs)) for one in _strong(seen.points["disc"])]
            for name in ("c2", "sacrum"):
                first = _away(own[name], _first(seen.points[name]), 0.3)
                hits[name] += [float(first[0] < NEAR_MM)]
            hits["regions"] += _regions_right(own["body"], seen.points["body"])
        away = np.array(errors)
        shares = {name: float(np.mean(values or [0.0])) for name, values in hits.items()}
        return {
            "found": (float((away < NEAR_MM).mean()) + shares["peaks"]) / 2
            + 0.5 * (shares["c2"] + shares["sacrum"]),
            "median_mm": float(np.median(away)),
            "discs": float((away < NEAR_MM).mean()),
            **shares,
        }

    def card(self) -> Card:
        """See `Task.card`."""
        return Card(**self.recipe.card_fields())


class _LevelItems(Items):
    def __init__(
        self, prepared: Prepared, data: _Data, ranges: Ranges, loss: _Focal, spacing: float
    ) -> None:
        self._prepared, self._data, self._ranges = prepared, data, ranges
        self._cases = len(prepared.array("spacing"))
        self._sigma, self._across, self._pixel = loss.sigma_mm, loss.across_mm, spacing

    def __len__(self) -> int:
        return self._cases * self._data.draws

    def item(self, index: int, rng: np.random.Generator) -> Item:
        """float32 [3, crop, 3/4 crop] in 0-1, maps [6, crop / 2, 3/8 crop], regions of the same size."""
        case = index % self._cases
        held = {name: self._prepared.rows(name, case) for name in ("pixels", "marks", "course")}
        marks = self._prepared.array("marks")[held["marks"]]
        course = self._prepared.array("course")[held["course"]]
        plane_mm = float(self._prepared.array("spacing")[case])
        place = self._place(marks, rng)
        reach = self._data.crop * self._ranges.scale * 0.75
        near = slice(int(max(place[0] - reach, 0)), int(place[0] + reach))
        pixels, plane = self._slices(held["pixels"], near, rng)
        inside = place - [near.start, 0]
        window, move = moved(pixels, inside, self._data.crop, self._ranges, rng)
        visible = self._visible(move.in_window(inside), rng)
        window = scaled(recoloured(window, self._ranges, rng) * torch.from_numpy(visible))
        marks, course = marks.copy(), course.copy()
        marks[:, :2] -= [plane, near.start]
        course[:, :2] -= [plane, near.start]
        heat, region = self._maps(marks, course, plane_mm, move, visible)
        # A spine is tall: what lies far in front and behind costs time and teaches little.
        side = self._data.crop // 8
        maps = slice(side // 2, -side // 2)
        return (
            window[..., side:-side].contiguous(),
            torch.from_numpy(heat[..., maps].copy()),
            torch.from_numpy(region[..., maps].copy()),
        )

    def _place(self, marks: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float64]:
        """Row and column to look at: anywhere along the spine, or near one of its ends."""
        kind = rng.choice(3, p=_PLACES)
        ends = marks[marks[:, 3 + _POINTS.index("c2" if kind == 1 else "sacrum")] > 0]
        one = marks[rng.integers(len(marks))] if kind == 0 or not len(ends) else ends[0]
        return np.array([one[1] + rng.normal(0, 20), one[2] + 8 + rng.normal(0, 8)])

    def _slices(
        self, case: slice, near: slice, rng: np.random.Generator
    ) -> tuple[torch.Tensor, float]:
        """Three slices, some as thick as two planes, recoloured tissue by tissue; and the plane."""
        pixels = self._prepared.array("pixels")[case][:, near]
        tissues = self._prepared.array("tissues")[case][:, near]
        planes, apart, thick = len(pixels), int(rng.integers(1, 4)), int(rng.integers(1, 3))
        middle = int(np.clip(round(rng.normal(planes / 2, planes / 5)), 0, planes - thick))
        firsts = np.clip([middle - apart, middle, middle + apart], 0, planes - thick)
        if rng.random() < 0.1:  # a series of one slice, or the last slice of a series
            firsts[rng.integers(3) :: 2] = middle
        most = np.log(self._data.recolour) * (rng.random() < 0.7)
        gain = np.exp(rng.uniform(-1, 1, len(Tissue)) * most).astype(np.float32)
        stack = []
        for first in firsts.tolist():
            mean = pixels[first : first + thick].astype(np.float32).mean(0)
            stack.append(mean * _soft(gain[tissues[first]]))
        image = torch.from_numpy(np.stack(stack))
        return scaled(image), middle + (thick - 1) / 2

    def _visible(self, at: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.bool_]:
        size, ranges = self._data.crop, self._ranges
        visible = np.ones((size, size), bool)
        if rng.random() < ranges.border:
            # Millimetres that are seen above, below, in front of and behind the place.
            near = rng.uniform((15, 15, 25, 15), (110, 110, 90, 70)) / self._pixel
            axis = np.arange(size)
            visible = ((axis > at[0] - near[0]) & (axis < at[0] + near[1]))[:, None] & (
                (axis > at[1] - near[2]) & (axis < at[1] + near[3])
            )
        return visible

    def _maps(
        self, marks: NDArray[np.float32], course: NDArray[np.float32], plane_mm: float,
        move: Move, visible: NDArray[np.bool_],
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:  # fmt: skip
        """Marks and course in planes, rows and columns, from the plane and the picture's top."""
        size = self._data.crop // 2
        at = move.in_window(marks[:, 1:3])
        seen = _inside(at, visible) * np.exp(-0.5 * (marks[:, 0] * plane_mm / self._across) ** 2)
        marks, at, seen = (one[seen > 0.01] for one in (marks, at, seen))
        spots = self._spots(at)
        heat = np.zeros((len(_POINTS), size, size), np.float32)
        for n in range(len(_POINTS)):
            own = marks[:, 3 + n] > 0
            if own.any():
                heat[n] = (spots[own] * seen[own, None, None].astype(np.float32)).max(0)
        heat[_POINTS.index("canal")] = self._ridge(course, plane_mm, move)
        heat *= visible[::2, ::2]
        region = np.full((size, size), _NO_REGION, np.int64)
        central = seen > 0.3
        if central.any():
            spots = spots[central]
            near = marks[central, -1].astype(np.int64)[spots.argmax(0)]
            region = np.where(spots.max(0) > 0.1, near, _NO_REGION)
        return heat, region

    def _spots(self, at: NDArray[np.float64]) -> NDArray[np.float32]:
        """A Gaussian [crop / 2, crop / 2] of height 1 about each row and column of a window."""
        axis = np.arange(self._data.crop // 2) * 2 + 0.5
        wide = 2 * (self._sigma / self._pixel) ** 2
        down, across = (np.exp(-((axis - at[:, k, None]) ** 2) / wide) for k in (0, 1))
        return down.astype(np.float32)[:, :, None] * across.astype(np.float32)[:, None]

    def _ridge(
        self, course: NDArray[np.float32], plane_mm: float, move: Move
    ) -> NDArray[np.float32]:
        at = move.in_window(course[:, 1:])
        inside = ((at > -8) & (at < self._data.crop + 8)).all(1)
        if not inside.any():
            return np.zeros((self._data.crop // 2,) * 2, np.float32)
        away = np.exp(-0.5 * (course[inside, 0] * plane_mm / self._across) ** 2)
        return (self._spots(at[inside]) * away.astype(np.float32)[:, None, None]).max(0)


def _soft(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each pixel's mean with its neighbours: tissues' edges are as soft as the picture's."""
    padded = np.pad(image, 1, mode="edge")
    down = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    return (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) * np.float32(1 / 16)


def _planes(case: LabelledSpine, *, spacing: float) -> Arrays:
    """Planes and tissues as they lie in the file, and where its marks are on them."""
    volume, tissues = case.open()
    if not np.allclose(volume.spacing[:2], spacing, rtol=0.02):
        raise BadInput(f"The spine {case.id} has pixels of other than {spacing} mm")
    truth = case.truth()
    top = np.percentile(volume.voxels[:, ::2, ::2], 99.7)
    pixels = np.clip(volume.voxels / max(top, 1e-6) * 255, 0, 255).round().astype(np.uint8)
    ijk = volume.ijk([mark.ras for mark in truth.marks])[:, ::-1]
    flags = [[name in of for name in _POINTS] for of in maps_of(truth.marks)]
    regions = [[_region(mark)] for mark in truth.marks]
    return {
        "pixels": pixels,
        "tissues": tissues.voxels.astype(np.uint8),
        "marks": np.hstack([ijk, flags, regions]).astype(np.float32),
        "course": volume.ijk(truth.course)[:, ::-1].astype(np.float32),
        "spacing": np.array([volume.spacing[2]], np.float32),
    }


def maps_of(marks: list[Mark]) -> list[tuple[str, ...]]:
    """The maps on which each mark is a spot."""
    top = next((mark.name for mark in marks if mark.state == "sacral"), "")
    return [_maps(mark, top) for mark in marks]


def _maps(mark: Mark, top: str) -> tuple[str, ...]:
    if mark.kind == "disc":
        by_state = {"free": ("disc",), "odd": ("disc", "odd"), "fused": ("odd",)}
        return by_state.get(mark.state, ())
    if mark.state == "sacral":
        return ("sacrum",) if mark.name == top else ()
    return ("body", "c2") if mark.name == "C2" else ("body",)


def _region(mark: Mark) -> int:
    if mark.state == "sacral":
        return _NO_REGION
    known = region_of(mark.name)  # a first sacral vertebra that is free counts as lumbar
    return REGIONS.index(known if known in REGIONS else "lumbar")


def _inside(at: NDArray[np.float64], visible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    whole = np.round(at).astype(int)
    inside = ((whole >= 0) & (whole < len(visible))).all(1)
    row, column = np.clip(whole, 0, len(visible) - 1).T
    return inside & visible[row, column]


def _strong(points: Points) -> NDArray[np.float64]:
    return points.ras[points.heat >= 0.3]


def _first(points: Points) -> Points:
    return Points(points.ras[:1], points.heat[:1], points.regions[:1])


def _away(marks: list[Mark], points: Points, least: float) -> NDArray[np.float64]:
    """Millimetres in the slice from each mark to the nearest point; infinite without one."""
    strong = points.ras[points.heat >= least]
    if not len(strong):
        return np.full(len(marks), np.inf)
    truth = np.array([mark.ras for mark in marks])
    return np.linalg.norm((truth[:, None] - strong)[..., 1:], axis=-1).min(1)


def _is_disc(place: NDArray[np.float64], discs: list[Mark]) -> bool:
    truth = np.array([mark.ras for mark in discs])
    return bool(np.linalg.norm((truth - place)[:, 1:], axis=1).min() < NEAR_MM)


def _regions_right(bodies: list[Mark], points: Points) -> list[float]:
    right = []
    for mark in bodies:
        away = np.linalg.norm((points.ras - mark.ras)[:, 1:], axis=1)
        if len(away) and away.min() < NEAR_MM:
            right.append(float(points.regions[away.argmin()].argmax() == _region(mark)))
    return right
