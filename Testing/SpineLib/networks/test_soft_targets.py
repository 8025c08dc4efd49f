"""Targets with a share for neighbouring grades, and answers that are freed of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from SpineLib.inference.loaded import load
from SpineLib.networks.soft_targets import FLOOR, soft_targets, without_neighbours


def test_soft_targets_give_a_little_to_the_grades_beside():
    rows = soft_targets(torch.tensor([0, 2]), 4, 0.1)
    assert rows[0].tolist() == pytest.approx([0.9, 0.1, 0, 0])
    assert rows[1].tolist() == pytest.approx([0, 0.1 / 1.1, 0.9 / 1.1, 0.1 / 1.1])
    assert (soft_targets(torch.arange(4), 4, 0.0) == torch.eye(4)).all()


def test_what_learns_soft_targets_best_gives_the_grades_own_shares_back():
    own, share = np.array([0.62, 0.25, 0.1, 0.03]), 0.15
    targets = own @ soft_targets(torch.arange(4), 4, share).double().numpy()

    def cost(z):
        return -(targets * (z - np.logaddexp.reduce(z))).sum()

    learnt = torch.from_numpy(minimize(cost, np.zeros(4)).x)[None]
    assert torch.softmax(learnt, 1)[0, 0] < 0.58  # as it stands it is told too unsurely
    freed = without_neighbours(learnt, share).exp()[0]
    assert freed.tolist() == pytest.approx(own.tolist(), abs=1e-3)


@given(
    st.lists(st.floats(-30, 30), min_size=2, max_size=7),
    st.floats(0.001, 0.3),
)
def test_whatever_a_network_answers_stays_a_probability(logits, share):
    freed = without_neighbours(torch.tensor([logits]), share).exp()[0]
    assert float(freed.sum()) == pytest.approx(1, abs=1e-5)
    assert float(freed.min()) > FLOOR / 10


def test_a_model_whose_card_has_the_share_answers_freed_of_it(make_model, tmp_path):
    model = make_model("grading", tmp_path / "tiny")
    plain = load(model, "cpu")
    freed = replace(plain, card=replace(plain.card, neighbours=0.1, temperature=1.3))
    batch = torch.rand(5, 3, 64, 64)
    expected = torch.softmax(without_neighbours(plain.run(batch), 0.1) / 1.3, dim=1)
    torch.testing.assert_close(freed.probabilities(batch), expected)
    torch.testing.assert_close(freed.classified(batch)[0], expected)
