"""Starter models: simulated samples are true, changes keep them true, and training learns."""

import numpy as np
import pytest

from SpineLib.errors import BadInput

torch = pytest.importorskip("torch")
from SpineLib.labels import BILSKY  # noqa: E402
from SpineLib.models import write_model  # noqa: E402
from SpineLib.training import starter  # noqa: E402
from SpineLib.training.augment import Ranges, cropped, moved, recoloured  # noqa: E402
from SpineLib.training.cards import starter as starter_card  # noqa: E402
from SpineLib.training.samples import LESION_PIXELS, Samples, lesion_samples  # noqa: E402


def marked(place):
    """One slice with a bright spot at ``place`` (row, column)."""
    r, c = np.indices((64, 64))
    spot = np.exp(-((r - place[0]) ** 2 + (c - place[1]) ** 2) / 8)
    return torch.from_numpy(spot).float()[None, None]


@pytest.mark.parametrize("seed", range(6))
def test_a_moved_slice_says_where_its_canal_went(seed):
    torch.manual_seed(seed)
    place = torch.tensor([[30.0, 37.0]])
    windows, at = moved(marked((30, 37)), place, 48, 1.0, Ranges(shift=12, turn=30, scale=1.3))
    weights = windows[0, 0]
    r, c = torch.meshgrid(torch.arange(48.0), torch.arange(48.0), indexing="ij")
    found = torch.stack([(weights * axis).sum() for axis in (r, c)]) / weights.sum()
    torch.testing.assert_close(found, at[0], atol=0.3, rtol=0)


def test_a_border_never_cuts_the_canal_off():
    torch.manual_seed(0)
    place = torch.full((50, 2), 30.0)
    out = cropped(torch.ones(50, 1, 64, 64), place, Ranges(border=1.0))
    assert (out[:, 0, 20:41, 20:41] == 1).all()
    assert (out == 0).any()


def test_recoloured_windows_stay_finite_and_not_negative():
    torch.manual_seed(0)
    out = recoloured(torch.rand(20, 3, 32, 32), Ranges(invert=0.5, blur=0.5))
    assert torch.isfinite(out).all()
    assert out.min() >= 0


@pytest.fixture(scope="module")
def simulated():
    return lesion_samples(2, (("thoracic", "metastatic"),), seed=3)


def test_simulated_samples_are_centred_on_the_sac_and_repeatable(simulated):
    assert simulated.pixels.shape[1:] == (LESION_PIXELS, LESION_PIXELS)
    np.testing.assert_allclose(simulated.place, (LESION_PIXELS - 1) / 2, atol=0.5)
    assert set(simulated.bilsky) <= {"", *BILSKY.grades}
    again = lesion_samples(1, (("thoracic", "metastatic"),), seed=3)
    assert np.array_equal(again.pixels, simulated.pixels[: len(again.pixels)])


def test_samples_survive_writing_and_reading(simulated, tmp_path):
    simulated.save(tmp_path / "samples.npz")
    held = Samples.load(tmp_path / "samples.npz")
    assert np.array_equal(held.pixels, simulated.pixels)
    assert held.bilsky.tolist() == simulated.bilsky.tolist()
    (tmp_path / "other.npz").write_text("x")
    with pytest.raises(BadInput, match="not a file of training samples"):
        Samples.load(tmp_path / "other.npz")


def easy(task):
    """Samples that a network can tell apart after a few steps: bright means diseased."""
    rng = np.random.default_rng(0)
    n = 60
    label = np.arange(n) % 6
    pixels = rng.integers(0, 60, (n, 64, 64)).astype(np.uint8)
    for k in range(n):
        size = 4 + 3 * label[k]
        pixels[k, 32 - size : 32 + size, 32 - size : 32 + size] = 230
    place = np.full((n, 2), 31.5, np.float32)
    bilsky = np.array(BILSKY.grades)[label]
    return Samples(pixels, place, label >= 3, bilsky, np.arange(n, dtype=np.int32))


@pytest.mark.parametrize("task", ["compression", "grading"])
def test_training_learns_and_writes_a_model_that_is_loaded_and_says_starter(task, tmp_path):
    from SpineLib.inference.loaded import load

    recipe = starter.Recipe(batch=8, steps=12, rate=3e-3, minutes=1)
    card, network = starter.train(task, easy(task), recipe, seed=0)
    model = write_model(tmp_path / card.name, card, network.state_dict())
    loaded = load(model, "cpu")
    assert loaded.card.starter
    assert "not for clinical use" in loaded.card.limits
    assert loaded.run(torch.rand(2, 3, 80, 80)).shape == (2, 2 if task == "compression" else 6)


def test_samples_of_one_class_are_refused():
    samples = easy("compression").of(np.arange(3))
    with pytest.raises(BadInput, match="only one class"):
        starter.train("compression", samples, starter.RECIPES["compression"], seed=0)


@pytest.mark.parametrize("task", ["canal", "compression", "grading"])
def test_a_starter_card_is_valid_before_it_was_measured(task):
    from SpineLib.models import Card

    card = starter_card(task)
    assert Card.from_dict(card.to_dict()) == card
    assert card.figures == ()
