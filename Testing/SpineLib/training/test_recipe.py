"""Recipes are files that a person edits: what is wrong in one is said with its key."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.errors import BadInput, BadRequest
from SpineLib.training.recipe import (
    Recipe,
    differences,
    names,
    read_recipe,
)
from SpineLib.training.recipe_text import parse_changes, to_toml
from Testing.SpineLib.training import tiny

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PLAIN = (
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(tiny.recipe().values()), encoding="utf-8")
    return path


@given(st.dictionaries(st.text(st.characters(exclude_categories=("Cs",)), max_size=8), _VALUES))
def test_what_is_written_as_toml_is_read_back(values):
    assert tomllib.loads(to_toml(values)) == values


def test_a_recipe_as_run_reads_back_as_the_same_recipe(file):
    assert read_recipe(file).values() == tiny.recipe().values()


@pytest.mark.parametrize("name", names())
def test_a_recipe_of_the_program_is_whole_and_named_as_its_file(name):
    recipe = read_recipe(name)
    assert recipe.name == name
    assert recipe.about.strip()
    assert Recipe.model_validate(recipe.values()).values() == recipe.values()
    for key, among in recipe.search.items():
        recipe.changed({key: among.choices[0] if among.choices else among.high})


def test_a_misspelt_key_is_named_with_its_file(file):
    with pytest.raises(BadInput, match=r"optimiser\.raet: there is no such key") as error:
        read_recipe(file, changes={"optimiser.raet": 1e-3})
    assert error.value.file == str(file)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("training.accumulate", 3, "cannot be split into 3"),
        ("training.epochs", 4, "either epochs or steps"),
        ("optimiser.momentum", 0.9, "adamw has no momentum"),
        ("optimiser.rate", 0, "greater than 0"),
        ("optimiser.betas.7", 0.9, "no optimiser.betas.7"),
        ("search.optimiser", {"low": 2, "high": 1}, "low must be below high"),
        ("task", "dance", "canal"),
    ],
)
def test_values_that_do_not_fit_are_refused_with_the_reason(file, key, value, words):
    with pytest.raises(BadInput, match=words):
        read_recipe(file, changes={key: value})


def test_values_from_the_command_line_are_numbers_lists_or_texts(file):
    changes = parse_changes(
        ["optimiser.rate=1e-2", "optimiser.betas=[0.8, 0.99]", "card.title=A = B", "seed=3"]
    )
    recipe = read_recipe(file, changes=changes)
    assert (recipe.optimiser.rate, recipe.optimiser.betas) == (0.01, (0.8, 0.99))
    assert (recipe.card.title, recipe.seed) == ("A = B", 3)


def test_an_empty_value_takes_a_key_out(file):
    assert read_recipe(file, changes=parse_changes(["training.average="])).training.average is None


def test_a_change_without_a_value_is_not_understood():
    with pytest.raises(BadRequest, match="key=value"):
        parse_changes(["optimiser.rate"])


def test_recipes_differ_in_what_decides_the_weights_and_not_in_words():
    one = tiny.recipe()
    other = one.changed({"about": "other", "card.title": "other", "optimiser.rate": 0.5})
    assert differences(one, other) == ["optimiser.rate"]


def test_a_recipe_that_there_is_not_says_which_there_are():
    with pytest.raises(BadInput, match="There are: ") as error:
        read_recipe("cooking")
    assert all(name in error.value.advice for name in names())


def test_what_is_no_toml_is_refused(tmp_path):
    (tmp_path / "mine.toml").write_text("name = ")
    with pytest.raises(BadInput, match="not valid TOML"):
        read_recipe(tmp_path / "mine.toml")


def test_a_recipe_that_is_nested_too_deeply_is_refused(tmp_path):
    (tmp_path / "deep.toml").write_text("a = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(BadInput, match="nested too deeply"):
        read_recipe(tmp_path / "deep.toml")
