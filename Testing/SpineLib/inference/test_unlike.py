"""A slice or stack that is unlike what a model knows is withheld, by a measured score."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from SpineLib.errors import BadInput
from SpineLib.evaluation.unlike import (
    Seen,
    fit_unlike,
    stack_means,
    write_unlike,
    wrong_rows,
    wrong_table,
)
from SpineLib.evaluation.withheld import withheld_figures
from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.inference.canal import CanalPath
from SpineLib.inference.loaded import load
from SpineLib.inference.opinions import opinions
from SpineLib.inference.summary import summarise
from SpineLib.inference.unlike import (
    fit_known,
    fluid_contrasts,
    unlike,
    unlike_scores,
)
from SpineLib.loop.ancestry import descendant
from SpineLib.models.card import Unlike
from SpineLib.reasons import STACK_UNLIKE, STRANGER, UNLIKE
from SpineLib.volume import Volume, write_volume

LIMITS = Unlike((5.0, 1.0), (0.8, 0.1), 3.0, 2.0, 0.3, "known ones", "others")


@pytest.fixture
def volume():
    rng = np.random.default_rng(0)
    return Volume(rng.normal(100, 20, (6, 40, 40)).astype(np.float32), np.diag([1.0, 1, 4, 1]))


@pytest.fixture
def canal(volume):
    centers = np.array([volume.slice_center(k) for k in range(6)])
    return CanalPath(centers, np.full(6, 0.8))


@pytest.fixture
def fitted(make_model):
    """A tiny model with statistics of features that no image has, and given limits."""

    def make(**limits):
        model = make_model("compression")
        loaded = load(model, "cpu")
        rng = np.random.default_rng(0)
        known = fit_known(rng.normal(9, 1, (64, 8)), np.arange(64) % 2)
        return load(write_unlike(model, loaded, known, replace(LIMITS, **limits)), "cpu")

    return make


def test_features_far_from_every_class_are_far_and_a_class_of_their_own_is_near():
    rng = np.random.default_rng(1)
    features = rng.normal(0, 1, (200, 4)) + np.repeat([[0.0] * 4, [20.0] * 4], 100, axis=0)
    known = fit_known(features, np.repeat([0, 1], 100))
    near, other, between = known.distances(torch.tensor([[0.0] * 4, [20.0] * 4, [10.0] * 4]))
    assert near < 1 and other < 1 and between > 10


def test_a_less_sure_canal_makes_a_slice_less_alike():
    scores = unlike_scores(np.array([5.0, 5.0, 7.0]), np.array([0.8, 0.6, 0.8]), LIMITS)
    assert scores == pytest.approx([0, 2, 2])


def test_one_strange_slice_is_withheld_alone_and_a_strange_stack_as_a_whole():
    def whys(scores, strange=-1.0):
        return unlike(np.array(scores), np.full(len(scores), strange), LIMITS)

    one = whys([0, 0, 4.0, 0, 0, 0])
    assert [why and why.code for why in one] == [None, None, UNLIKE, None, None, None]
    assert one[2].values == {"score": 4.0, "limit": 3.0}
    whole = whys([2.5, 2.5, 2.5, 2.5, 1.0, np.nan])
    assert {why.code for why in whole} == {STACK_UNLIKE}
    # A stack of few slices has no mean that says more than each of them.
    assert whys([2.5, 2.5]) == [None, None]
    # Another weighting under a right header, or heavy motion.
    assert {why.code for why in whys([0.0] * 6, strange=1.0)} == {STRANGER}
    assert whys([0.0, 0.0], strange=1.0) == [None, None]


def test_fluid_is_brighter_than_the_cord_in_t2_and_darker_in_t1():
    y, x = np.mgrid[:80, :80] * 0.5 - 19.75
    cord, sac = np.hypot(x, y) < 4, np.hypot(x, y) < 8
    t2 = np.where(cord, 0.3, np.where(sac, 0.9, 0.1))
    t1 = np.where(cord, 0.5, np.where(sac, 0.2, 0.4))
    batch = torch.tensor(np.stack([t2, t1]))[:, None].expand(-1, 3, -1, -1)
    window = {"kind": "canal-window", "spacing_mm": 0.5}
    bright, dark = fluid_contrasts(batch, window)
    assert bright == pytest.approx(np.log(0.95 / 0.35)) and dark < 0
    assert np.isnan(fluid_contrasts(batch, {"kind": "whole-slice"})).all()


def test_a_strange_stack_is_not_assessed_and_says_why(fitted, volume, canal):
    model = fitted()
    answers = opinions(volume, canal, model)
    assert not any(answer.assessed for answer in answers)
    assert {answer.reason for answer in answers} == {
        "the stack is unlike the images that the model knows"
    }
    assert all(answer.unlikeness > LIMITS.slice_limit for answer in answers)
    slices = [SliceFinding(k, "", 1, [0.0] * 3, opinions=[a]) for k, a in enumerate(answers)]
    summary = summarise([StackFindings("1", slices=slices)], model.card)
    assert not summary.assessed and [why.code for why in summary.whys] == [STACK_UNLIKE]


def test_a_reader_may_have_it_answered_all_the_same_and_the_answer_says_so(fitted, volume, canal):
    for opinion in opinions(volume, canal, fitted(), force=True):
        assert opinion.assessed and opinion.forced and opinion.why.code == STACK_UNLIKE
        assert opinion.reason == "forced: the stack is unlike the images that the model knows"


def test_within_the_limits_the_answer_is_the_one_without_statistics(
    fitted, make_model, volume, canal
):
    plain = opinions(volume, canal, load(make_model("compression"), "cpu"))
    known = opinions(volume, canal, fitted(slice_limit=1e9, stack_limit=1e9))
    assert [one.unlikeness for one in plain] == [None] * 6
    for one, other in zip(plain, known, strict=True):
        assert other.unlikeness is not None
        assert replace(other, unlikeness=None, probability=None) == replace(one, probability=None)
        assert other.probability == pytest.approx(one.probability, abs=1e-6)


def test_what_a_slice_without_a_canal_lacks_is_its_canal(fitted, volume, canal):
    lost = replace(canal, confidence=np.array([0.8, 0.8, 0.8, 0.0, 0.8, 0.8]))
    model = fitted(slice_limit=1e9, stack_limit=1e9)
    card = {**model.card.preprocessing, "minimum_confidence": 0.15}
    model = replace(model, card=replace(model.card, preprocessing=card))
    answers = opinions(volume, lost, model)
    assert [answer.assessed for answer in answers] == [True, True, True, False, True, True]
    assert answers[3].why.code == "no-canal" and answers[3].unlikeness is None


def test_limits_withhold_the_share_that_was_asked_for_and_no_stack_that_they_were_fitted_to():
    rng = np.random.default_rng(2)

    def seen(count, shift):
        stacks = np.repeat([f"s{n}" for n in range(10)], count // 10)
        return Seen(
            rng.normal(shift, 1, (count, 4)), rng.uniform(0.7, 0.9, count),
            rng.normal(1 - shift, 0.1, count), np.zeros(count, int), stacks, stacks,
        )  # fmt: skip

    limits, strangers = seen(200, 0.5), seen(200, 2.0)
    known, card = fit_unlike(
        seen(300, 0.0), limits, strangers, known_in_words="k", limits_in_words="l", withheld=0.1
    )
    scores = unlike_scores(
        known.distances(torch.from_numpy(limits.features)), limits.confidence, card
    )
    assert (scores > card.slice_limit).mean() == pytest.approx(0.1, abs=0.01)
    assert all(stack_means(scores, limits.stacks) < card.stack_limit)

    def strange(seen):
        logits = known.strangeness(torch.from_numpy(seen.features), seen.contrasts)
        return stack_means(logits, seen.stacks)

    assert all(strange(limits) <= card.stranger_limit + 0.01)
    assert all(strange(strangers) > card.stranger_limit)


def test_a_fine_tuned_model_has_no_limits_of_its_parent(fitted, make_card):
    from SpineLib.models.card import Ancestor, Lineage

    lineage = Lineage(Ancestor("a", "1", "0" * 64), "r", "0" * 64, ())
    card = descendant(fitted().card, lineage, number=1, simulated=True, replay=[])
    assert card.unlike is None


def test_a_stack_of_few_slices_is_withheld_by_their_mean():
    limits = replace(LIMITS, slice_limit=5.0, stack_limit=3.0, small_limit=3.5)
    nothing_strange = np.full(4, -9.0)
    small = unlike(np.array([4.0, 4.5, np.nan, 2.5]), nothing_strange, limits)
    assert [reason.code for reason in small] == [STACK_UNLIKE] * 4
    assert unlike(np.array([4.0, 2.5, 2.5, 2.5]), nothing_strange, limits) == [None] * 4
    lone = unlike(np.array([np.nan, 6.0]), nothing_strange[:2], replace(limits, small_limit=None))
    assert [reason and reason.code for reason in lone] == [None, UNLIKE]


def test_the_evaluation_counts_what_is_withheld_and_errors_with_and_without_it():
    table = pd.DataFrame({
        "patient": ["a"] * 4, "stack": ["1"] * 4,
        "verdict": ["compressed", "not compressed", "compressed", "not assessed"],
        "withheld": [UNLIKE, "", "", ""],
    })  # fmt: skip
    wrong = np.array([True, False, True, True])
    found = {figure.name: figure.value for figure in withheld_figures(table, wrong)}
    assert found == pytest.approx({
        "withheld as unlike": 1 / 3, "stacks withheld as unlike": 0.0,
        "errors before withholding": 2 / 3, "errors among the rest": 1 / 2,
    })  # fmt: skip
    uncertain = np.array([False, True, False, False])
    both = {f.name: f.value for f in withheld_figures(table, wrong, uncertain)}
    assert both["withheld or uncertain"] == pytest.approx(2 / 3)
    assert both["errors among the certain"] == 1.0
    assert {name: both[name] for name in found} == found
    assert withheld_figures(table.drop(columns="withheld"), wrong) == []


def test_wrong_inputs_are_counted_by_kind(fitted, make_model, volume, tmp_path):
    from SpineLib.progress import Progress

    write_volume(volume, tmp_path / "noise" / "one.nii.gz")
    (tmp_path / "noise" / "notes.txt").write_text("no image", encoding="utf-8")
    canal = load(make_model("canal"), "cpu")
    with pytest.raises(BadInput, match="not a folder"):
        wrong_rows(tmp_path / "nothing", fitted(), canal, progress=Progress())
    rows = wrong_rows(tmp_path, fitted(), canal, progress=Progress())
    table = wrong_table(rows)
    assert table["kind"].tolist() == ["noise", "all"]
    assert table[["inputs", "withheld", "slices"]].values.tolist() == [[1, 1, 6]] * 2
