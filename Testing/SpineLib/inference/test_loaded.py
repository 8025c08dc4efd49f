"""A model in memory: verified, whole, calibrated."""

import json
from dataclasses import replace

import pytest

from SpineLib.errors import BadInput, BadModel, Cancelled
from SpineLib.progress import Progress

torch = pytest.importorskip("torch")
from SpineLib.inference.device import choose  # noqa: E402
from SpineLib.inference.loaded import load  # noqa: E402


def test_weights_with_a_wrong_hash_are_never_loaded(make_model):
    model = make_model()
    model.weights.write_bytes(model.weights.read_bytes()[:-4])
    with pytest.raises(BadModel, match="not the ones"):
        load(model, "cpu")


def test_weights_of_another_network_are_refused(make_model):
    from SpineLib.models import open_folder

    model = make_model()
    card = model.card.to_dict()
    card["network"]["arguments"]["widths"] = [4, 4, 8, 16]
    (model.path / "model.json").write_text(json.dumps(card))
    with pytest.raises(BadModel, match="do not fit"):
        load(open_folder(model.path), "cpu")


def test_weights_are_full_precision_in_memory_and_the_network_does_not_learn(make_model):
    loaded = load(make_model(), "cpu")
    assert {p.dtype for p in loaded.network.parameters()} == {torch.float32}
    assert not loaded.network.training


def test_parts_give_the_same_as_the_whole(make_model):
    loaded = load(make_model(), "cpu")
    batch = torch.rand(10, 3, 32, 32)
    torch.testing.assert_close(loaded.run(batch, size=3), loaded.run(batch))


def test_a_higher_temperature_makes_probabilities_less_sure(make_model):
    loaded = load(make_model(), "cpu")
    batch = torch.rand(4, 3, 32, 32)
    cool = loaded.probabilities(batch)
    warm = replace(loaded, card=replace(loaded.card, temperature=5.0)).probabilities(batch)
    torch.testing.assert_close(cool.sum(1), torch.ones(4))
    assert (warm.amax(1) <= cool.amax(1)).all()


def test_cancel_is_heard_between_batches(make_model):
    loaded = load(make_model(), "cpu")
    progress = Progress()
    seen = []

    def stop(module, inputs, output):
        seen.append(len(output))
        progress.cancel()

    loaded.network.register_forward_hook(stop)
    with pytest.raises(Cancelled):
        loaded.run(torch.rand(9, 3, 32, 32), progress=progress, size=2)
    assert seen == [2]


def test_devices_that_are_not_here_are_named():
    assert choose("cpu").type == "cpu"
    with pytest.raises(BadInput, match="not a device"):
        choose("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(BadInput, match="no CUDA"):
            choose("cuda")
