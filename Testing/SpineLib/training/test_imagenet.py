"""ImageNet's weights: the file is checked, and they give what torchvision's network gives."""

from __future__ import annotations

import hashlib
import urllib.error

import pytest
import torch
from torch.nn import functional as F  # noqa: N812

from SpineLib.errors import BadInput, SpineError
from SpineLib.networks.resnet import resnet_trunk
from SpineLib.training import imagenet

BLOCKS, PLANES = (3, 4, 6, 3), (64, 128, 256, 512)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """Random tensors under torchvision's names and shapes, written down by hand."""
    torch.manual_seed(0)
    tensors = {}

    def convolution(name, wide, deep, size):
        tensors[f"{name}.weight"] = torch.randn(wide, deep, size, size) / (deep * size**2) ** 0.5

    def norm(name, wide):
        tensors[f"{name}.weight"] = 0.5 + torch.rand(wide)
        tensors[f"{name}.bias"], tensors[f"{name}.running_mean"] = torch.randn(2, wide) * 0.1
        tensors[f"{name}.running_var"] = 0.5 + torch.rand(wide)
        tensors[f"{name}.num_batches_tracked"] = torch.tensor(7)

    convolution("conv1", 64, 3, 7)
    norm("bn1", 64)
    deep = 64
    for stage, (blocks, planes) in enumerate(zip(BLOCKS, PLANES, strict=True), 1):
        for block in range(blocks):
            name = f"layer{stage}.{block}"
            for n, (wide, size) in enumerate(((planes, 1), (planes, 3), (planes * 4, 1)), 1):
                convolution(f"{name}.conv{n}", wide, deep if n == 1 else planes, size)
                norm(f"{name}.bn{n}", wide)
            if block == 0:
                convolution(f"{name}.downsample.0", planes * 4, deep, 1)
                norm(f"{name}.downsample.1", planes * 4)
            deep = planes * 4
    tensors["fc.weight"], tensors["fc.bias"] = torch.randn(1000, 2048), torch.randn(1000)
    path = tmp_path_factory.mktemp("imagenet") / "resnet50.pth"
    torch.save(tensors, path)
    return path, tensors


def torchvision_features(x, t):
    """ResNet-50 as torchvision computes it (stride in the 3×3), on the tensors alone."""

    def norm(x, name):
        where = (t[f"{name}.{key}"] for key in ("running_mean", "running_var", "weight", "bias"))
        return F.batch_norm(x, *where)

    x = F.relu(norm(F.conv2d(x, t["conv1.weight"], stride=2, padding=3), "bn1"))
    x = F.max_pool2d(x, 3, 2, 1)
    for stage, blocks in enumerate(BLOCKS, 1):
        for block in range(blocks):
            name, stride = f"layer{stage}.{block}", 2 if stage > 1 and block == 0 else 1
            y = F.relu(norm(F.conv2d(x, t[f"{name}.conv1.weight"]), f"{name}.bn1"))
            y = F.conv2d(y, t[f"{name}.conv2.weight"], stride=stride, padding=1)
            y = F.relu(norm(y, f"{name}.bn2"))
            y = norm(F.conv2d(y, t[f"{name}.conv3.weight"]), f"{name}.bn3")
            if block == 0:
                x = F.conv2d(x, t[f"{name}.downsample.0.weight"], stride=stride)
                x = norm(x, f"{name}.downsample.1")
            x = F.relu(x + y)
    return x.mean((2, 3))


def test_the_trunk_computes_what_torchvisions_network_does(checkpoint):
    path, tensors = checkpoint
    trunk = resnet_trunk(50).eval()
    imagenet.load_into(trunk, path)
    images = torch.rand(2, 3, 65, 65)
    with torch.inference_mode():
        assert torch.allclose(
            trunk(images), torchvision_features(images, tensors), rtol=1e-4, atol=1e-4
        )


def test_one_channel_is_the_same_as_three_equal_ones(checkpoint):
    path, _ = checkpoint
    one, three = resnet_trunk(50, channels=1).eval(), resnet_trunk(50).eval()
    imagenet.load_into(one, path)
    imagenet.load_into(three, path)
    image = torch.rand(1, 1, 48, 48)
    with torch.inference_mode():
        same = three(image.expand(-1, 3, -1, -1))
        assert torch.allclose(one(image), same, rtol=1e-4, atol=1e-4)


def test_another_network_is_refused_with_advice(checkpoint):
    with pytest.raises(BadInput, match="do not fit") as error:
        imagenet.load_into(resnet_trunk(18), checkpoint[0])
    assert "network.imagenet = false" in error.value.advice


def test_a_file_that_is_code_is_not_run(tmp_path):
    class Harm:
        def __reduce__(self):
            return print, ("run",)

    path = tmp_path / "bad.pth"
    torch.save({"conv1.weight": Harm()}, path)
    with pytest.raises(BadInput, match="not a checkpoint"):
        imagenet.load_into(resnet_trunk(50), path)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SPINE_MODELS", str(tmp_path / "home" / "models"))
    return tmp_path


def test_a_file_brought_by_hand_is_checked_and_kept(home, monkeypatch):
    file = home / "brought.pth"
    file.write_bytes(b"tensors")
    with pytest.raises(BadInput, match="not the file of ImageNet weights"):
        imagenet.get_weights(file)
    assert not imagenet.weights_file().exists()
    monkeypatch.setattr(imagenet, "SHA256", hashlib.sha256(b"tensors").hexdigest())
    assert imagenet.get_weights(file).read_bytes() == b"tensors"
    assert imagenet.get_weights() == imagenet.weights_file()


def test_without_a_network_the_person_is_told_what_to_do(home, monkeypatch):
    def offline(*_, **__):
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(imagenet.urllib.request, "urlopen", offline)
    with pytest.raises(SpineError, match="could not be downloaded") as error:
        imagenet.get_weights()
    assert "spine data imagenet FILE" in error.value.advice
    assert not imagenet.weights_file().exists()
