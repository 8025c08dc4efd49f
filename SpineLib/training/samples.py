"""Simulated slices as training samples: cut the way inference cuts them, kept in one file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.files import writing
from SpineLib.inference.windows import cut, window_axes
from SpineLib.progress import Progress
from SpineLib.training.draw import Drawn, draw_lesion, draw_spread

# What training sees around a canal; larger than any model's window, so that it can be moved.
LESION_PIXELS, LESION_MM = 160, 0.5
SEARCH_PIXELS, SEARCH_MM = 160, 1.5
_PROFILES = ("standard", "standard", "domain-randomised")
_SEARCH_PROFILES = ("standard", "domain-randomised")
_SEARCH_WEIGHTINGS = ("T2*", "T2*", "T1")


@dataclass(frozen=True)
class Samples:
    """Slices of simulated patients.

    Attributes:
        pixels: uint8 [n, size, size] in the patient's orientation; see `SpineLib.inference.windows`.
        place: float32 [n, 2] row and column of the canal's centre.
        compressed: bool [n].
        bilsky: [n] text, empty where there is no metastasis in the slice.
        case: [n] number of the patient; neighbours in the arrays with the same number are
            neighbouring slices.
    """

    pixels: NDArray[np.uint8]
    place: NDArray[np.float32]
    compressed: NDArray[np.bool_]
    bilsky: NDArray[np.str_]
    case: NDArray[np.int32]

    def save(self, path: str | Path) -> None:
        """Writes an ``.npz``, whole or not at all."""
        with writing(path) as temporary, temporary.open("wb") as stream:
            np.savez(stream, **vars(self))

    @classmethod
    def load(cls, path: str | Path) -> Samples:
        """Reads what `save` wrote.

        Raises:
            BadInput: the file is missing or holds something else.
        """
        try:
            with np.load(path, allow_pickle=False) as held:
                return cls(**dict(held))
        except (OSError, ValueError, TypeError) as error:
            raise BadInput("This is not a file of training samples", file=path) from error

    def of(self, chosen: NDArray) -> Samples:
        """The chosen ones (mask or indices)."""
        return Samples(**{name: values[chosen] for name, values in vars(self).items()})


def search_samples(cases: int, *, seed: int, progress: Progress | None = None) -> Samples:
    """Whole coarse slices of all regions, healthy and diseased.

    Three fifths are T2 or of arbitrary contrast in equal parts, the others T2* and some T1.

    Args:
        cases: number of patients.
        seed: the same seed gives the same samples.
        progress: told of each patient.
    """
    numbers = _counted(cases, "Simulating slices", progress)
    return joined([_search_case(n, n >= 3 * cases // 5, seed) for n in numbers])


def _search_case(n: int, other: bool, seed: int) -> Samples:
    region = ("cervical", "thoracic", "lumbar")[n % 3]
    disease = ("none", "degenerative", "metastatic")[(n // 3) % 3]
    drawn = draw_spread(
        region,
        disease,
        seed=seed + n,
        profile="standard" if other else _SEARCH_PROFILES[(n // 9) % 2],
        slices=6,
        pixel_mm=1.0,
        weighting=_SEARCH_WEIGHTINGS[(n // 9) % 3] if other else "T2",
    )
    centers = np.array([drawn.volume.slice_center(k) for k in range(6)])
    return _sampled(drawn, centers, SEARCH_PIXELS, SEARCH_MM, n)


def lesion_samples(
    cases: int, kinds: tuple[tuple[str, str], ...], *, seed: int, progress: Progress | None = None
) -> Samples:
    """Neighbouring slices around lesions, cut around the canal.

    Args:
        cases: number of patients.
        kinds: (region, disease) in turn.
        seed: the same seed gives the same samples.
        progress: told of each patient.
    """
    parts = []
    for n in _counted(cases, "Simulating lesions", progress):
        region, disease = kinds[n % len(kinds)]
        profile = _PROFILES[(n // len(kinds)) % len(_PROFILES)]
        view = LESION_PIXELS * LESION_MM + 4
        drawn = draw_lesion(region, disease, seed=seed + n, profile=profile, view_mm=view)
        centers = np.array([s.sac_center_ras for s in drawn.slices])
        parts.append(_sampled(drawn, centers, LESION_PIXELS, LESION_MM, n))
    return joined(parts)


def _counted(cases: int, name: str, progress: Progress | None) -> range | list:
    return range(cases) if progress is None else progress.track(range(cases), name)  # type: ignore[return-value]


def _sampled(drawn: Drawn, centers: NDArray, size: int, spacing: float, n: int) -> Samples:
    windows = cut(drawn.volume, centers, size, spacing)
    top = np.percentile(windows.pixels.numpy()[:, ::2, ::2], 99.8)
    pixels = (windows.pixels * (255 / max(top, 1e-6))).clamp(0, 255).to(torch.uint8).numpy()
    away = np.array([s.sac_center_ras for s in drawn.slices]) - windows.centers_ras
    place = away @ window_axes(drawn.volume) / spacing + (size - 1) / 2
    return Samples(
        pixels,
        place[:, ::-1].astype(np.float32),
        np.array([s.compressed for s in drawn.slices]),
        np.array([s.bilsky or "" for s in drawn.slices], dtype="<U2"),
        np.full(len(pixels), n, np.int32),
    )


def joined(parts: Sequence[Samples]) -> Samples:
    """All of them as one; patients keep apart."""
    together = {
        name: np.concatenate([vars(part)[name] for part in parts]) for name in vars(parts[0])
    }
    new = [p.case.copy() for p in parts]
    for before, cases in itertools.pairwise(new):
        cases += before.max() + 1 - cases.min()
    together["case"] = np.concatenate(new)
    return Samples(**together)
