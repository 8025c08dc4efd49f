"""The starter models' recipes: simulated patients only, none in two parts, none held-out."""

import pytest

pytest.importorskip("torch")
from SpineLib.datasets.simulated import parse
from SpineLib.networks import build
from SpineLib.training.recipe import read_recipe

TASKS = ("canal", "compression", "cord", "grading", "kang", "levels", "segmentation")


def patients(sources):
    found = set()
    for source in map(parse, sources):
        kind = (source.kind, source.region, source.disease, source.profile)
        found |= {(*kind, source.seed + n) for n in range(source.count)}
    return found


@pytest.mark.parametrize("task", TASKS)
def test_a_starter_names_its_own_patients_and_none_twice(task):
    own = read_recipe(f"starter-{task}").sources
    training, validation = patients(own.training), patients(own.validation)
    assert training and validation
    assert not training & validation
    assert len(training) == sum(parse(one).count for one in own.training)


@pytest.mark.parametrize("task", TASKS)
def test_a_starter_never_learns_from_what_it_is_measured_on(task):
    own = read_recipe(f"starter-{task}").sources
    assert all(parse(one).profile != "held-out" for one in (*own.training, *own.validation))


@pytest.mark.parametrize("task", TASKS)
def test_a_starter_s_training_ends_by_a_number_of_steps(task):
    training = read_recipe(f"starter-{task}").training
    assert training.steps and training.patience is None


@pytest.mark.parametrize("task", TASKS)
def test_a_starter_s_card_says_so(task):
    card = read_recipe(f"starter-{task}").card
    assert card.starter
    assert "not for clinical use" in card.limits
    assert card.name == f"starter-{task}"


def test_the_starters_are_small_together():
    """At two bytes a weight, as models are stored, with room for their headers."""
    size = 0
    for task in TASKS:
        named = read_recipe(f"starter-{task}").network
        network = build(named.name, named.arguments)
        size += 2 * sum(tensor.numel() for tensor in network.state_dict().values())
    assert size < 19e6
