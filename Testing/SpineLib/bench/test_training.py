"""The benchmark of training gives figures of a real run."""

import pytest

pytest.importorskip("lightning_fabric")
from SpineLib.bench.training import DATA, measure
from SpineLib.training.recipe import TASKS


def test_a_recipe_s_speed_waiting_and_memory_are_measured(tmp_path):
    found = measure("starter-canal", tmp_path / "cache", tmp_path / "run", steps=2)
    assert found["steps_per_second"] > 0
    assert 0 <= found["loader_share"] <= 1
    assert 0.1 < found["memory_gb"] < 20


def test_every_task_has_data_to_be_measured_on():
    assert set(DATA) == set(TASKS)
