"""Example pictures of each label, for a reader beside whose buttons they stand.

    python -m Testing.SpineCompression.examples SpineCompression/Resources/Examples

Each shows a simulated slice that has its label by the simulator's own truth, which is asked again
whenever the pictures are made; which slice shows it well was chosen by eye. Kang's grades were
defined on sagittal images, so that those pictures show the middle of the same patient beside it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.simulate import AxialCase, SliceTruth, axial_case
from SpineLib.simulate.companions import sagittal
from SpineLib.volume import Volume

# A clean image with thin slices, so that the label is what one sees.
SCANNER = {"pixel": 0.4, "thickness": 3.0, "gap": 0.0, "ghost": 0.0, "snr": 60.0}
SIDE_MM, PIXELS = 32.0, 144
CERVICAL, THORACIC = ("cervical", "degenerative"), ("thoracic", "metastatic")


@dataclass(frozen=True)
class Example:
    """A slice of a simulated patient."""

    scheme: str
    value: str
    region: str
    disease: str
    seed: int
    index: int

    @property
    def name(self) -> str:
        """The picture's name."""
        return f"{self.scheme.lower()}-{self.value.replace(' ', '-')}.png"


EXAMPLES = (
    Example("compression", NOT_COMPRESSED, *CERVICAL, 4, 17),
    Example("compression", COMPRESSED, *CERVICAL, 4, 28),
    Example("Bilsky", "0", *THORACIC, 3, 43),
    Example("Bilsky", "1a", *THORACIC, 3, 52),
    Example("Bilsky", "1b", *THORACIC, 3, 8),
    Example("Bilsky", "1c", *THORACIC, 3, 9),
    Example("Bilsky", "2", *THORACIC, 3, 21),
    Example("Bilsky", "3", *THORACIC, 2, 20),
    Example("Kang", "0", *CERVICAL, 4, 21),
    Example("Kang", "1", *CERVICAL, 8, 17),
    Example("Kang", "2", *CERVICAL, 8, 22),
    Example("Kang", "3", *CERVICAL, 8, 6),
)


def main(folder: Path) -> None:
    """Writes the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for example in EXAMPLES:
        picture(example).save(folder / example.name, optimize=True)
        print(example.name, flush=True)


def picture(one: Example) -> Image.Image:
    """The slice around the canal, for Kang's grades with the sagittal image to its right.

    Raises:
        ValueError: the simulator's truth is another label.
    """
    case = _case(one.region, one.disease, one.seed)
    truth = case.slices[one.index]
    if label_of(one.scheme, truth) != one.value:
        raise ValueError(f"{one}: the truth is {label_of(one.scheme, truth)}")
    axial = _crop(case.volume, one.index, truth.canal_center_ras)
    if one.scheme != "Kang":
        return axial
    side = _sagittal(one.region, one.disease, one.seed)
    center = side.ijk(np.array([truth.sac_center_ras]))[0]
    both = Image.new("L", (2 * PIXELS + 2, PIXELS), 255)
    both.paste(axial, (0, 0))
    both.paste(_crop(side, round(float(center[2])), truth.sac_center_ras), (PIXELS + 2, 0))
    return both


def label_of(scheme: str, truth: SliceTruth) -> str | None:
    """What the simulator says of a slice in a scheme's words."""
    if scheme == "compression":
        return COMPRESSED if truth.compressed else NOT_COMPRESSED
    return truth.kang if scheme == "Kang" else truth.bilsky


@cache
def _case(region: str, disease: str, seed: int) -> AxialCase:
    return axial_case(region, disease, seed=seed, scanner=SCANNER)


@cache
def _sagittal(region: str, disease: str, seed: int) -> Volume:
    case = _case(region, disease, seed)
    return sagittal(case.patient, region, case.protocol, seed)[0]


def _crop(volume: Volume, index: int, center: tuple[float, float, float]) -> Image.Image:
    """A square of one slice around a point, brightness by its own percentiles."""
    column, row = volume.ijk(np.array([center]))[0, :2]
    size = SIDE_MM / volume.spacing[0]
    step, left, top = size / PIXELS, column - size / 2, row - size / 2
    frame = Image.fromarray(volume.voxels[index].astype(np.float32))
    data = (step, 0, left, 0, step, top)
    grey = np.asarray(frame.transform((PIXELS, PIXELS), Image.Transform.AFFINE, data,
                                      Image.Resampling.BICUBIC))  # fmt: skip
    low, high = np.percentile(grey, (0.5, 99.5))
    return Image.fromarray(np.clip((grey - low) / (high - low) * 255, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
