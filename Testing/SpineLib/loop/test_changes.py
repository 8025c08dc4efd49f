"""What changed between two models: against independent figures, and judged by the margins alone."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import wilcoxon
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from SpineLib.errors import BadInput, BadRequest
from SpineLib.evaluation.predictions import Predictions
from SpineLib.loop.changes import Change, change_table, changes, margins_of
from SpineLib.questions import BILSKY
from Testing.SpineLib.loop.learning import segmentation_card

PATIENTS, SLICES = 12, 8


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr("SpineLib.evaluation.statistics.DRAWS", 200)


def _slices(card, seed, **columns):
    rng = np.random.default_rng(seed)
    rows = PATIENTS * SLICES
    table = pd.DataFrame({
        "stack": np.repeat([f"s{n}" for n in range(PATIENTS)], SLICES),
        "patient": np.repeat([f"p{n}" for n in range(PATIENTS)], SLICES), "site": "",
        "index": np.tile(np.arange(SLICES), PATIENTS), "sop_instance_uid": "", "frame": 1,
        "reason": "",
    })  # fmt: skip
    return Predictions(card, "test", table.assign(**{k: v(rng, rows) for k, v in columns.items()}))


def _compression(make_card, noise, seed):
    truth = np.tile([1, 1, 1, 0, 0, 0, 0, 0], PATIENTS)
    p = np.clip(0.5 + 0.3 * (truth - 0.5) + np.random.default_rng(seed).normal(0, noise, 96), 0, 1)
    return _slices(
        make_card("compression"), seed,
        truth=lambda *_: np.where(truth, "compressed", "not compressed"),
        probability=lambda *_: p,
        verdict=lambda *_: np.where(p >= 0.5, "compressed", "not compressed"),
    )  # fmt: skip


def _grading(make_card, off, seed):
    names = np.array(BILSKY.values)
    truth = np.tile(np.arange(SLICES) % len(names), PATIENTS)
    moved = np.random.default_rng(seed).random(len(truth)) < off
    grade = np.clip(truth + np.where(moved, 2, 0), 0, len(names) - 1)
    return _slices(
        make_card("grading"), seed,
        truth=lambda *_: names[truth], grade=lambda *_: names[grade],
        verdict=lambda *_: np.where(grade >= BILSKY.first_positive, "high", "low"),
    )  # fmt: skip


def _by_name(found):
    return {one.figure: one for one in found}


def test_compression_s_figures_are_those_of_scikit_learn(make_card):
    old, new = _compression(make_card, 0.1, 1), _compression(make_card, 0.4, 2)
    found = _by_name(changes(old, new, margins_of("compression")))
    truth = old.table["truth"] == "compressed"
    for one, value in ((old, found["AUC"].old), (new, found["AUC"].new)):
        assert value == pytest.approx(roc_auc_score(truth, one.table["probability"]))
    called = new.table["verdict"] == "compressed"
    assert found["sensitivity"].new == pytest.approx(called[truth].mean())
    assert found["specificity"].new == pytest.approx((~called)[~truth].mean())
    auc = found["AUC"]
    assert auc.worse and auc.p < 0.05 and auc.interval[1] < 0
    assert auc.patients == PATIENTS and "bootstrap by patient" in auc.test


def test_grading_s_figures_are_those_of_scikit_learn(make_card):
    old, new = _grading(make_card, 0.1, 1), _grading(make_card, 0.5, 2)
    found = _by_name(changes(old, new, margins_of("grading")))
    place = {name: n for n, name in enumerate(BILSKY.values)}
    truth, grade = (new.table[c].map(place) for c in ("truth", "grade"))
    linear = cohen_kappa_score(truth, grade, weights="linear", labels=list(range(6)))
    assert found["κ of grades, linear"].new == pytest.approx(linear)
    high = cohen_kappa_score(truth >= BILSKY.first_positive, new.table["verdict"] == "high")
    assert found["κ low/high"].new == pytest.approx(high)
    assert found["κ of grades, linear"].worse


def _volumes(dice, missed=()):
    rows = []
    for n, value in enumerate(dice):
        about = {"stack": f"s{n}", "patient": f"p{n // 2}", "site": "", "partial": False,
                 "surface_dice": None, "hd95_mm": None, "named": "", "found": True}  # fmt: skip
        for name in ("vertebra", "disc", "canal"):
            rows.append({**about, "kind": "class", "structure": name, "dice": value})
        for name in ("L5", "L4"):
            own = 0.0 if (n, name) in missed else value
            rows.append(
                {**about, "kind": "level", "structure": name, "dice": own, "named": "right"}
            )
    return Predictions(segmentation_card(), "test", pd.DataFrame(rows))


def test_volumes_of_one_patient_count_once_in_the_test():
    rng = np.random.default_rng(0)
    one, two = rng.uniform(0.7, 0.9, 16), rng.uniform(0.75, 0.95, 16)
    found = _by_name(changes(_volumes(one), _volumes(two), margins_of("segmentation")))
    own = [x.reshape(8, 2).mean(axis=1) for x in (two, one)]
    assert found["Dice, disc"].p == pytest.approx(wilcoxon(*own).pvalue)
    assert found["Dice, disc"].patients == 8
    assert found["Dice, disc"].difference == pytest.approx(two.mean() - one.mean())


def test_one_level_that_got_worse_is_enough_though_the_mean_got_better():
    dice = np.full(16, 0.8)
    better = _volumes(dice + 0.1, missed={(n, "L4") for n in range(3)})
    found = changes(_volumes(dice), better, margins_of("segmentation"))
    assert [one.figure for one in found if one.worse] == ["Dice, L4"]


def test_a_level_of_few_patients_is_shown_and_not_judged():
    found = changes(_volumes([0.9, 0.9]), _volumes([0.2, 0.2]), margins_of("segmentation"))
    level = _by_name(found)["Dice, L4"]
    assert not level.worse and "fewer than 3 patients" in level.note
    assert _by_name(found)["Dice, disc"].worse


def test_a_difference_of_just_the_margin_is_not_worse():
    found = changes(_volumes([0.80] * 8), _volumes([0.79] * 8), margins_of("segmentation"))
    assert not any(one.worse for one in found)


def test_a_test_of_one_class_has_no_area_and_says_why(make_card):
    one = _compression(make_card, 0.1, 1)
    same = Predictions(one.card, "test", one.table.assign(truth="compressed"))
    auc = _by_name(changes(same, same, margins_of("compression")))["AUC"]
    assert auc.old is None and not auc.worse and "of one kind" in auc.note


def test_other_cases_are_not_compared():
    with pytest.raises(BadInput, match="same rows"):
        changes(_volumes([0.8] * 4), _volumes([0.8] * 6), margins_of("segmentation"))


def test_a_margin_that_the_task_does_not_know_is_refused_with_those_that_it_does():
    with pytest.raises(BadRequest) as error:
        margins_of("grading", {"dice": 0.1})
    assert "low-high, grades" in error.value.advice


def test_a_change_survives_json_and_stands_in_the_table(make_card):
    found = changes(_compression(make_card, 0.1, 1), _compression(make_card, 0.4, 2),
                    margins_of("compression"))  # fmt: skip
    assert [Change.from_dict(one.to_dict()) for one in found] == found
    table = change_table(found)
    assert list(table["figure"]) == ["AUC", "sensitivity", "specificity"]
    assert table["judged"][0] == "worse"
