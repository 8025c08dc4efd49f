"""The experiment about the correction loop, with a model that only counts what it learnt."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from SpineLib.datasets.cases import LabelledVolume
from SpineLib.datasets.simulated import parse
from SpineLib.volume import Volume
from Testing.experiments import correction_loop as bench


def _volume(name):
    image = Volume(np.zeros((2, 2, 2), np.uint8), np.eye(4))
    return LabelledVolume(id=name, patient=name, open=lambda: (image, image))


class _Counting(bench.Experiment):
    """A model is the list of case numbers that it learnt from; it is unsure of high numbers."""

    def __init__(self, folder, pool):
        self.folder, self.first = folder, {"learnt": torch.zeros(0)}
        self.pool = [_volume(f"p{n:02d}") for n in range(pool)]
        self.learnt, self.answered = [], []

    def cases(self, sources):
        return self.pool if sources == bench.POOL else [_volume("f0"), _volume("f1")]

    def dice(self, weights, volumes):
        assert [v.id for v in volumes] == ["f0", "f1"]
        return [[0.8 + 0.001 * len(weights["learnt"])] * 3] * 2

    def answer(self, weights, volume):
        self.answered.append((len(weights["learnt"]), volume.id))
        unsure = int(volume.id[1:]) / 100
        return volume.open()[0], dict.fromkeys(("vertebra", "disc", "canal"), unsure)

    def fine_tuned(self, weights, volumes, run, *, seed, changes=None):
        self.learnt.append((run, len(weights["learnt"]), [v.id for v in volumes]))
        return {"learnt": torch.tensor([float(v.id[1:]) for v in volumes])}, {"wall": 1.0}


@pytest.fixture
def counting(tmp_path):
    return _Counting(tmp_path, pool=80), bench.Results(tmp_path / "results.jsonl")


def test_each_model_goes_on_from_the_one_before_on_all_corrected_cases(counting):
    experiment, results = counting
    bench.loop(experiment, results, "random", seed=3)
    assert [(before, len(cases)) for _, before, cases in experiment.learnt] == [
        (0, 5), (5, 10), (10, 20),
    ]  # fmt: skip
    five, ten, twenty = (cases for _, _, cases in experiment.learnt)
    assert ten[:5] == five and twenty[:10] == ten
    assert len(set(twenty)) == 20


def test_both_orders_choose_among_the_same_candidates_of_the_seed(counting):
    experiment, results = counting
    candidates = [
        experiment.pool[n].id for n in np.random.default_rng(3).permutation(80)[: bench.CANDIDATES]
    ]
    for order in bench.ORDERS:
        bench.loop(experiment, results, order, seed=3)
        assert set(experiment.learnt[-1][2]) <= set(candidates)
    assert {name for _, name in experiment.answered} <= set(candidates)


def test_the_queue_takes_the_least_sure_and_asks_every_new_model(counting):
    experiment, results = counting
    bench.loop(experiment, results, "queue", seed=3)
    chosen = experiment.learnt[-1][2]
    candidates = [
        experiment.pool[n].id for n in np.random.default_rng(3).permutation(80)[: bench.CANDIDATES]
    ]
    assert chosen == sorted(candidates, reverse=True)[:20]
    asked = {model: sum(1 for m, _ in experiment.answered if m == model) for model in (0, 5, 10)}
    count = bench.CANDIDATES
    assert asked == {0: count, 5: count - 5, 10: count - 10}


def test_random_order_asks_no_model(counting):
    experiment, results = counting
    bench.loop(experiment, results, "random", seed=3)
    assert experiment.answered == []


def test_a_run_that_ended_goes_on_where_it_was(counting):
    experiment, results = counting
    bench.loop(experiment, results, "queue", seed=1)
    whole = results.lines()
    results.file.write_text("\n".join(results.file.read_text().splitlines()[:2]) + "\n")
    experiment.learnt.clear()
    bench.loop(experiment, results, "queue", seed=1)
    assert [run for run, *_ in experiment.learnt] == ["queue-1-20"]
    assert results.lines() == whole


def test_no_patient_is_on_two_sides():
    seeds = []
    for source in (*bench.POOL, *bench.MORE, *bench.FROZEN):
        one = parse(source)
        assert one.profile == "held-out"
        seeds += [(one.disease, one.seed + n) for n in range(one.count)]
    assert len(set(seeds)) == len(seeds) == 80 + 120 + 24


def test_dice_is_of_each_structure_and_unknown_where_the_truth_has_none():
    answer, truth = np.array([1, 1, 0, 2]), np.array([1, 0, 0, 2])
    found = bench.dice_rows(answer, truth)
    assert found[:2] == pytest.approx([2 / 3, 1])
    assert np.isnan(found[2])


def test_computing_faster_does_not_keep_old_weights():
    layer = torch.nn.Linear(2, 1, bias=False)
    x = torch.ones(1, 2)
    with bench.fast(), torch.no_grad():
        layer.weight.fill_(1.0)
        first = float(layer(x))
        layer.weight.fill_(2.0)
        assert float(layer(x)) == pytest.approx(2 * first)
