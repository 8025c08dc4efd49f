"""A search shares its trials between processes and leaves the best recipe."""

import csv
import multiprocessing

import pytest

from SpineLib.errors import BadInput
from SpineLib.training.recipe import Recipe, read_recipe
from SpineLib.training.run import Run
from SpineLib.training.search import search
from SpineLib.training.trainer import NotFinite, train
from Testing.SpineLib.training import tiny

_SPACE = {"optimiser.rate": {"low": 1e-4, "high": 1.0, "log": True}}


def _recipe(**changes) -> Recipe:
    return tiny.recipe(search=_SPACE, **changes)


def _parabola(recipe, folder, validated):
    """A trial whose figure is best at a rate of 0.1; rates above 0.9 break."""
    if recipe.optimiser.rate > 0.9:
        raise NotFinite("The loss became nan")
    value = abs(recipe.optimiser.rate - 0.1)
    validated(1, {"loss": value})
    return Run(folder, {"best": {"step": 1, "metrics": {"loss": value}}})


def _rows(folder):
    with (folder / "search.csv").open() as stream:
        return list(csv.DictReader(stream))


def _one_of_two(folder, storage):
    search(_recipe(), _parabola, folder, trials=10, storage=storage, random=True)


def test_two_processes_share_one_search(tmp_path):
    storage = str(tmp_path / "shared.journal")
    folders = [tmp_path / "a", tmp_path / "b"]
    fork = multiprocessing.get_context("fork")
    both = [fork.Process(target=_one_of_two, args=(f, storage)) for f in folders]
    for one in both:
        one.start()
    for one in both:
        one.join(300)
        assert one.exitcode == 0
    search(_recipe(), _parabola, folders[0], trials=10, storage=storage)
    rows = _rows(folders[0])
    assert 10 <= len(rows) <= 11  # the last of each may have begun at the same time
    assert sorted(int(row["number"]) for row in rows) == list(range(len(rows)))


def test_the_best_recipe_can_be_trained_as_it_is(tmp_path):
    best = search(_recipe(), _parabola, tmp_path, trials=12, random=True)
    complete = [float(r["value"]) for r in _rows(tmp_path) if r["state"] == "COMPLETE"]
    assert abs(best.optimiser.rate - 0.1) == pytest.approx(min(complete))
    assert read_recipe(tmp_path / "best.toml").values() == best.values()


def test_a_trial_is_a_run_of_its_own(tmp_path):
    recipe = _recipe(training__steps=2, training__validate_every=1)

    def trial(changed, folder, validated):
        task = tiny.Tiny(changed)
        return train(task, folder, device="cpu", workers=0, validated=validated)

    search(recipe, trial, tmp_path, trials=2)
    rates = [read_recipe(tmp_path / f"trial-000{n}" / "recipe.toml").optimiser.rate for n in (0, 1)]
    assert rates[0] != rates[1]


def test_a_storage_of_another_recipe_is_refused(tmp_path):
    search(_recipe(), _parabola, tmp_path, trials=3, random=True)
    with pytest.raises(BadInput, match=r"training\.batch"):
        search(_recipe(training__batch=4), _parabola, tmp_path, trials=3)


def test_a_recipe_without_ranges_cannot_be_searched(tmp_path):
    with pytest.raises(BadInput, match=r"no table \[search\]"):
        search(tiny.recipe(), _parabola, tmp_path, trials=1)
