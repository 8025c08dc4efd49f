"""Peaks of the maps become places in RAS, whatever order the sagittal slices are stored in."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from SpineLib.errors import BadModel  # noqa: E402
from SpineLib.inference.loaded import Loaded  # noqa: E402
from SpineLib.inference.spine_search import MAPS, search_spine  # noqa: E402
from SpineLib.models.card import Applicability, Card  # noqa: E402
from SpineLib.volume import Volume  # noqa: E402

DISCS = ((0.0, 10.0, 40.0), (0.0, 12.0, 5.0), (0.0, 8.0, -30.0))
CANAL_Y = -20.0


class Bright(torch.nn.Module):
    """Bright spots are discs, and what is half as bright is canal; fat lies in front."""

    def forward(self, slices):
        middle = torch.nn.functional.avg_pool2d(slices[:, 1:2], 2)
        out = torch.full((len(slices), len(MAPS), *middle.shape[-2:]), -6.0)
        out[:, MAPS.index("disc")] = ((middle - 0.5) * 20)[:, 0]
        out[:, MAPS.index("canal")] = (4 - 40 * (middle - 1 / 3).abs())[:, 0]
        out[:, : MAPS.index("cervical"), :, :8] = -6.0
        out[:, MAPS.index("lumbar")] = 6.0
        return out


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    card = Card(
        name="bright", version="1", task="levels", title="Bright", starter=True,
        applicability=Applicability(("sagittal",), ("unknown",), ("unknown",)),
        network={"name": "canal-unet", "arguments": {}},
        preprocessing={"kind": "spine-search", "spacing_mm": 1.5, "slice_mm": 4.0},
        training_data="none", limits="none", licence="Apache-2.0", weights_sha256="0" * 64,
    )  # fmt: skip
    return Loaded(card, Bright(), torch.device("cpu"))


def picture(spacing=(4.0, 1.0, 0.8)) -> Volume:
    """Slices from left to right, rows downward, columns to the back, with discs and a canal."""
    shape = (9, 150, 160)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = [0, -spacing[2], 0], [0, 0, -spacing[1]]
    matrix[:3, 2] = [spacing[0], 0, 0]
    middle = matrix[:3, :3] @ ((np.array(shape) - 1) / 2)[::-1]
    matrix[:3, 3] = -middle
    k, j, i = np.indices(shape)
    ras = np.stack([i, j, k], -1) @ matrix[:3, :3].T + matrix[:3, 3]
    voxels = np.zeros(shape, np.float32)
    voxels[(np.abs(ras[..., 1] - CANAL_Y) < 5) & (np.abs(ras[..., 0]) < 9)] = 0.5
    voxels[ras[..., 1] > 52] = 1.5
    for place in DISCS:
        away = (ras - place) / (7, 6, 6)
        voxels = np.maximum(voxels, np.exp(-0.5 * (away**2).sum(-1)))
    return Volume(voxels, matrix)


@pytest.mark.parametrize("axes", list(permutations(range(3))))
def test_discs_are_found_where_they_are_in_any_order_of_axes(loaded, axes):
    volume = picture()
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, :3] = volume.ijk_to_ras[:3, :3][:, [2 - a for a in axes][::-1]]
    seen = search_spine(Volume(volume.voxels.transpose(axes), matrix), loaded)
    places = seen.points["disc"].ras
    assert len(places) == len(DISCS)
    for place in DISCS:
        assert np.linalg.norm((places - place)[:, 1:], axis=1).min() < 1.5
    assert np.abs(places[:, 0]).max() < 3
    assert np.allclose(seen.points["disc"].regions[:, 2], 1, atol=0.05)


def test_the_canal_runs_from_above_to_below(loaded):
    course = search_spine(picture(), loaded).course
    assert (np.diff(course[:, 2]) < 0).all() and np.ptp(course[:, 2]) > 120
    assert np.abs(course[4:-4, 1] - CANAL_Y).max() < 2


def test_thin_slices_are_averaged_and_a_single_one_is_enough(loaded):
    volume = picture()
    thin = Volume(np.repeat(volume.voxels, 4, 0), volume.ijk_to_ras @ np.diag([1, 1, 0.25, 1]))
    assert len(search_spine(thin, loaded).points["disc"].ras) == len(DISCS)
    one = Volume(volume.voxels[4:5], volume.ijk_to_ras)
    assert len(search_spine(one, loaded).points["disc"].ras) == len(DISCS)


def test_a_model_for_another_task_is_refused(loaded):
    other = replace(loaded, card=replace(loaded.card, task="canal"))
    with pytest.raises(BadModel, match="not for levels"):
        search_spine(picture(), other)
