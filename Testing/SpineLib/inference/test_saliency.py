"""Class activation lies on the slice's own grid, where the network looked."""

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineLib.volume import Volume

torch = pytest.importorskip("torch")
from SpineLib.inference.canal import CanalPath  # noqa: E402
from SpineLib.inference.loaded import Loaded, load  # noqa: E402
from SpineLib.inference.saliency import class_activation  # noqa: E402

WIDE = {"kind": "canal-window", "pixels": 128, "spacing_mm": 0.5, "context": 1}


@pytest.fixture
def canal(axial_volume):
    centers = np.array([[-5.0, -8.0, axial_volume.slice_center(k)[2]] for k in range(8)])
    return CanalPath(centers, np.ones(8))


class BrightnessSeeker(torch.nn.Module):
    """Says "compressed" the surer, the brighter the slice; so bright places must be activated."""

    def __init__(self):
        super().__init__()
        self.trunk = torch.nn.Sequential()
        self.trunk.layer4 = torch.nn.AvgPool2d(4)

    def forward(self, windows):
        bright = self.trunk.layer4(windows)[:, 1].square().mean((1, 2))
        return torch.stack([-bright, bright], dim=1)


class BothSides(BrightnessSeeker):
    """The same of the windows and their mirror images, as `PrototypeNetwork` may look at them."""

    def forward(self, windows):
        both = super().forward(torch.cat([windows, windows.flip(-1)]))
        return both.unflatten(0, (2, -1)).mean(dim=0)


@pytest.mark.parametrize("network", [BrightnessSeeker, BothSides])
def test_it_is_highest_where_the_network_looked(axial_volume, make_card, network):
    loaded = Loaded(make_card(), network(), torch.device("cpu"))
    centers = np.array([axial_volume.slice_center(k) for k in range(8)]) - [16, 0, 0]
    activation = class_activation(axial_volume, 3, CanalPath(centers, np.ones(8)), loaded)
    row, column = np.unravel_index(activation.argmax(), activation.shape)
    # The marker on the patient's left: column 70, row 40.
    assert abs(column - 70) <= 4
    assert abs(row - 40) <= 4
    assert activation.max() == pytest.approx(1)


@pytest.mark.parametrize("task", ["compression", "grading"])
def test_it_is_zero_outside_of_the_window(axial_volume, canal, make_model, task):
    activation = class_activation(axial_volume, 4, canal, load(make_model(task), "cpu"))
    assert activation.shape == axial_volume.shape[1:]
    assert activation.dtype == np.float32
    assert np.isfinite(activation).all()
    i, j = np.meshgrid(np.arange(80), np.arange(80))
    outside = np.maximum(np.abs(i - 45), np.abs(j - 48)) > 18
    assert np.abs(activation[outside]).max() == 0


def test_it_follows_the_patient_and_not_the_order_of_columns(axial_volume, canal, make_model):
    loaded = load(make_model(preprocessing=WIDE), "cpu")
    matrix = axial_volume.ijk_to_ras.copy()
    matrix[:3, 3] += matrix[:3, 0] * 79
    matrix[:3, 0] *= -1
    mirrored = Volume(axial_volume.voxels[:, :, ::-1].copy(), matrix)
    for target in (0, 1):
        here = class_activation(axial_volume, 2, canal, loaded, target=target)
        there = class_activation(mirrored, 2, canal, loaded, target=target)
        np.testing.assert_allclose(there[:, ::-1], here, atol=0.02)


def test_it_leaves_the_network_as_it_was(axial_volume, canal, make_model):
    loaded = load(make_model(), "cpu")
    batch = torch.rand(2, 3, 32, 32)
    before = loaded.run(batch)
    class_activation(axial_volume, 0, canal, loaded)
    torch.testing.assert_close(loaded.run(batch), before)
    assert not loaded.network._forward_hooks


def test_a_slice_that_does_not_exist_is_said(axial_volume, canal, make_model):
    with pytest.raises(BadInput, match="no slice 8; the stack has slices 0 to 7"):
        class_activation(axial_volume, 8, canal, load(make_model(), "cpu"))
