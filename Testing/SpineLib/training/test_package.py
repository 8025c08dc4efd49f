"""A run becomes a model's folder that the modules load, and only when it is ready for it."""

import dataclasses

import pytest
import torch

from SpineLib.errors import BadInput, OutputError
from SpineLib.inference.loaded import load
from SpineLib.models import open_folder
from SpineLib.models.card import Figure
from SpineLib.models.folder import replace_card, write_model
from SpineLib.training.package import package
from SpineLib.training.trainer import train
from Testing.SpineLib.training import tiny


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    return train(tiny.Tiny(tiny.recipe()), folder, device="cpu", workers=0)


def test_a_packaged_model_loads_and_keeps_what_was_measured_since(run, tmp_path):
    measured = Figure("AUC", 0.75, "other squares")
    model = open_folder(run.model)
    replace_card(model, dataclasses.replace(model.card, figures=(measured,)))
    made = package(run.folder, tmp_path / "tiny")
    assert load(made, "cpu").card.figures == (measured,)
    assert sorted(p.name for p in made.path.iterdir()) == ["model.json", "weights.safetensors"]


def test_an_unfinished_run_is_only_packaged_when_its_best_is_asked_for(tmp_path):
    class Stopping(tiny.Tiny):
        def loss(self, network, batch):
            self.steps += 1
            return super().loss(network, batch) * (float("nan") if self.steps == 6 else 1.0)

    with pytest.raises(Exception, match="nan"):
        train(Stopping(tiny.recipe()), tmp_path / "run", device="cpu", workers=0)
    with pytest.raises(BadInput, match="stopped at step 4 of 12") as error:
        package(tmp_path / "run", tmp_path / "tiny")
    assert "--best" in error.value.advice
    model = package(tmp_path / "run", tmp_path / "tiny", best=True)
    assert "step 4" in load(model, "cpu").card.figures[0].on


def test_a_run_without_a_validation_has_nothing_to_package(tmp_path):
    train(tiny.Tiny(tiny.recipe()), tmp_path / "run", device="cpu", workers=0, minutes=0)
    with pytest.raises(BadInput, match="no validated weights"):
        package(tmp_path / "run", tmp_path / "tiny", best=True)


def test_a_folder_with_something_in_it_is_not_written_into(run, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match="holds something"):
        package(run.folder, tmp_path)


def test_what_is_no_run_cannot_be_packaged(tmp_path):
    with pytest.raises(BadInput, match="not the folder of a training run"):
        package(tmp_path, tmp_path / "tiny")


def test_the_mean_with_the_model_before_has_its_weights_halfway_and_nothing_measured(run, tmp_path):
    begun = package(run.folder, tmp_path / "begun")
    card = dataclasses.replace(begun.card, temperature=0.7)
    first = load(begun, "cpu").tensors()
    moved = {name: t + 2 if t.is_floating_point() else t for name, t in first.items()}
    other = write_model(tmp_path / "other", card, moved)
    made = package(run.folder, tmp_path / "mean", mean_with=other)
    assert run.finished and made.card.figures == () and made.card.temperature == 1
    for name, tensor in load(made, "cpu").tensors().items():
        expected = first[name] + 1 if tensor.is_floating_point() else first[name]
        torch.testing.assert_close(tensor, expected, atol=2e-3, rtol=2e-3)


def test_the_mean_of_two_networks_is_refused(run, tmp_path):
    begun = package(run.folder, tmp_path / "begun")
    network = {**begun.card.network, "name": "another"}
    other = dataclasses.replace(begun, card=dataclasses.replace(begun.card, network=network))
    with pytest.raises(BadInput, match="another network") as error:
        package(run.folder, tmp_path / "mean", mean_with=other)
    assert "began from" in error.value.advice and not (tmp_path / "mean").exists()
