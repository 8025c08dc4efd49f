"""The recipe by which a model goes on learning from corrected cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from SpineLib.datasets.split import split_by_patient
from SpineLib.errors import BadInput
from SpineLib.loop.recipe import fine_tuning_recipe, held_back, own_recipe
from SpineLib.models import find_models
from SpineLib.questions import KANG
from SpineLib.training.recipe import read_recipe


@pytest.fixture(params=["segmentation", "compression", "grading"])
def card(request):
    return find_models(request.param)[0].card


def test_the_starters_weights_fit_the_recipes_network(card):
    recipe = fine_tuning_recipe(card, cases=5)
    assert recipe.task == card.task
    assert recipe.network.name == card.network["name"]
    assert recipe.network.arguments == card.network["arguments"]
    assert recipe.preprocessing == card.preprocessing


def test_it_takes_smaller_and_fewer_steps_than_the_first_training(card):
    first, later = own_recipe(card), fine_tuning_recipe(card, cases=5)
    assert later.optimiser.rate < first.optimiser.rate
    assert later.training.steps < first.training.steps
    assert later.training.patience is None and later.training.epochs is None


def test_it_is_a_recipe_like_any_other_when_written_and_read_again(card, tmp_path):
    from SpineLib.training.recipe import differences
    from SpineLib.training.recipe_text import to_toml

    recipe = fine_tuning_recipe(card, cases=12, name="second")
    (tmp_path / "recipe.toml").write_text(to_toml(recipe.values()), encoding="utf-8")
    again = read_recipe(tmp_path / "recipe.toml")
    assert differences(again, recipe) == []
    assert again.card == recipe.card


def test_more_cases_are_learnt_from_for_longer(card):
    steps = [fine_tuning_recipe(card, cases=n).training.steps for n in (2, 5, 20, 100)]
    assert steps == sorted(set(steps))


@pytest.mark.parametrize("cases", [2, 3, 5, 9, 10, 15, 20, 37, 64, 200])
def test_the_share_of_the_split_holds_back_that_many_patients(card, cases, volumes):
    recipe = fine_tuning_recipe(card, cases=cases)
    learnt, watching = split_by_patient(
        volumes(cases), share=recipe.split.validation, seed=recipe.seed
    )
    assert len(watching) == held_back(cases)
    assert len(learnt) == cases - held_back(cases) >= 1


@pytest.fixture
def volumes():
    from SpineLib.datasets.cases import LabelledVolume

    return lambda count: [
        LabelledVolume(id=f"{n}", patient=f"{n}", open=lambda: None) for n in range(count)
    ]


@pytest.mark.parametrize("cases", [0, 1])
def test_one_patient_is_too_few_since_one_has_to_watch(card, cases):
    with pytest.raises(BadInput, match=r"too few|no corrected"):
        fine_tuning_recipe(card, cases=cases)


def test_the_starter_badge_stays_and_the_card_says_how_many_cases_came_after(card):
    text = fine_tuning_recipe(card, cases=7, name="ours").card
    assert text.starter
    assert text.name == "ours"
    assert text.training_data == f"{card.training_data}; then 7 corrected cases"
    assert text.applicability.regions == card.applicability.regions


def test_the_descendant_of_a_descendant_finds_the_same_recipe(card):
    child = replace(card, name="spine-of-our-hospital")
    assert own_recipe(child).name == own_recipe(card).name


def test_another_network_of_that_name_takes_its_own_patch():
    card = find_models("segmentation")[0].card
    arguments = {**card.network["arguments"], "filters": [8, 16, 32, 32, 32]}
    other = replace(card, name="other", network={**card.network, "arguments": arguments})
    assert "patch" not in fine_tuning_recipe(other, cases=5).data


def test_slices_are_judged_by_the_loss_since_one_patient_may_have_only_one_class(card):
    metric = fine_tuning_recipe(card, cases=5).select.metric
    assert metric == ("dice" if card.task == "segmentation" else "loss")


def test_grades_of_another_scheme_stay_of_that_scheme():
    card = replace(find_models("grading")[0].card, scheme=KANG)
    assert fine_tuning_recipe(card, cases=5).data["scheme"] == KANG.key


def test_a_model_of_a_network_without_a_recipe_is_refused_by_name():
    card = find_models("segmentation")[0].card
    odd = replace(card, name="odd", network={"name": "resnet-classifier", "arguments": {}})
    with pytest.raises(BadInput, match="odd"):
        fine_tuning_recipe(odd, cases=5)
