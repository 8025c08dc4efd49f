"""Networks are what their cards and papers say."""

import pytest

from SpineLib.errors import BadModel

torch = pytest.importorskip("torch")
from SpineLib.networks import build  # noqa: E402
from SpineLib.networks.resnet import resnet_trunk  # noqa: E402


def test_an_unknown_network_and_unknown_arguments_are_named():
    with pytest.raises(BadModel, match="no network called vgg"):
        build("vgg", {})
    with pytest.raises(BadModel, match="cannot be built"):
        build("canal-unet", {"surprise": 1})
    with pytest.raises(BadModel, match="depth 7"):
        build("resnet-classifier", {"depth": 7})


def test_the_full_resnet_50_is_the_imagenet_architecture():
    """He et al. 2016: 25.557 million parameters with 1000 classes, stride 32."""
    network = build("resnet-classifier", {"depth": 50, "classes": 1000})
    assert sum(p.numel() for p in network.parameters()) == 25_557_032
    assert network.trunk.conv1.stride == (2, 2)
    features = network.eval().trunk.layer1(
        network.trunk.maxpool(network.trunk.conv1(torch.zeros(1, 3, 224, 224)))
    )
    assert features.shape[-2:] == (56, 56)


def test_a_head_may_have_dense_layers():
    network = build("resnet-classifier", {"depth": 10, "hidden": [32, 16], "dropout": 0.5})
    assert network.eval()(torch.zeros(2, 3, 64, 64)).shape == (2, 2)


def test_prototype_logits_are_negative_squared_distances_over_the_temperature():
    arguments = {"grades": 4, "depth": 10, "widths": [4, 4, 4, 8], "embedding": 5}
    network = build("prototype", arguments | {"temperature": 3.0}).eval()
    windows = torch.rand(6, 3, 48, 48)
    points = network.features(windows)
    expected = -(torch.cdist(points, network.prototypes) ** 2) / 3.0
    torch.testing.assert_close(network(windows), expected, rtol=1e-3, atol=1e-3)


def test_a_grade_does_not_depend_on_the_side_where_the_network_looks_at_both():
    arguments = {"grades": 4, "depth": 10, "widths": [4, 4, 4, 8], "embedding": 5}
    plain = build("prototype", arguments).eval()
    both = build("prototype", arguments | {"mirror": True}).eval()
    both.load_state_dict(plain.state_dict())
    windows = torch.rand(3, 3, 48, 48)
    torch.testing.assert_close(both(windows), both(windows.flip(-1)), rtol=1e-4, atol=1e-4)
    middle = (plain.features(windows) + plain.features(windows.flip(-1))) / 2
    torch.testing.assert_close(both.features(windows), middle, rtol=1e-4, atol=1e-4)
    assert (plain(windows) - plain(windows.flip(-1))).abs().max() > 1e-3
    both.train(), plain.train()
    torch.manual_seed(0)
    learnt = both(windows)
    torch.testing.assert_close(learnt, plain(windows))


def test_the_nearest_prototype_wins():
    network = build("prototype", {"grades": 6, "depth": 10, "embedding": 8}).eval()
    won = network.logits(network.prototypes.detach()).argmax(1)
    assert won.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("size", [32, 96, 160])
def test_the_canal_network_takes_any_size_and_halves_it(size):
    network = build("canal-unet", {"widths": [4, 6, 8]}).eval()
    assert network(torch.zeros(2, 1, size, size)).shape == (2, 1, size // 2, size // 2)


@pytest.mark.parametrize(("depth", "pool"), [(10, False), (50, True)])
def test_a_trunk_answers_with_monais_weights_what_monai_answers(depth, pool):
    from monai.networks.nets.resnet import ResNet

    deep = depth == 50
    theirs = ResNet(
        "bottleneck" if deep else "basic", [3, 4, 6, 3] if deep else [1, 1, 1, 1], [4, 8, 8, 16],
        spatial_dims=2, n_input_channels=3, conv1_t_stride=2, no_max_pool=not pool,
        bias_downsample=False, feed_forward=False,
    ).eval()  # fmt: skip
    ours = resnet_trunk(depth, (4, 8, 8, 16), 3, pool).eval()
    ours.load_state_dict(theirs.state_dict())
    windows = torch.rand(2, 3, 48, 48)
    torch.testing.assert_close(ours(windows), theirs(windows))
