"""From patients with known truth to a model, and from a model to one patient."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from SpineLib.errors import BadModel, BadRequest
from SpineLib.outcome import fitting
from SpineLib.outcome.fitting import boosted_trees, fit, forest_trees
from SpineLib.outcome.imputation import fit_gaussian
from SpineLib.outcome.measuring import calibration, net_benefit
from SpineLib.outcome.model import CARD, TREES, read_model, write_model
from SpineLib.outcome.ordinal import ProportionalOdds
from SpineLib.outcome.page import write_run
from SpineLib.outcome.prediction import predict, read_values
from SpineLib.outcome.presets import ranking
from SpineLib.outcome.ranks import ranks_of
from SpineLib.outcome.recipe import read_recipe, recipe_names
from SpineLib.outcome.run import recalibrated, run
from SpineLib.outcome.validation import REFERENCE
from SpineLib.simulate.clinical import TRUTH

USUAL = {"mjoa": "13", "mcc": "75", "t1_hypointensity": "no"}


def test_the_truth_that_patients_were_drawn_from_comes_back(done):
    auc = {name: found[0].value for name, found in done.figures.items()}
    assert auc["regression"] > 0.83
    assert auc["regression"] > auc[REFERENCE]
    signs = {coefficient["column"]: coefficient["coefficient"] for coefficient in done.coefficients}
    assert np.sign(list(signs.values())).tolist() == np.sign(list(TRUTH.values())).tolist()
    slope = next(f for f in done.figures["regression"] if f.name == "calibration slope")
    assert slope.interval[0] < 1 < slope.interval[1]
    assert done.validated["regression"].by_site is not None


def test_a_prediction_has_an_interval_its_drivers_and_where_the_patient_stands(done):
    answer = predict(done.model, read_values(USUAL))
    no, yes = answer.answers
    assert no.value + yes.value == pytest.approx(1)
    assert yes.low < yes.value < yes.high
    assert {driver.title for driver in answer.drivers} == {one.title for one in answer.beside}
    assert not answer.missing
    assert "not for clinical use" in answer.notice
    assert predict(done.model, read_values(USUAL | {"mjoa": "15"})).answers[1].value > yes.value


def test_a_missing_input_widens_the_interval_and_its_effect_is_said(done):
    given = read_values(USUAL)
    whole = predict(done.model, given).answers[1]
    answer = predict(done.model, {**given, "t1_hypointensity": None})
    (gone,) = answer.missing
    assert gone.low < answer.answers[1].value < gone.high
    assert answer.answers[1].high - answer.answers[1].low > whole.high - whole.low
    assert any("dark cord signal on T1 is missing" in line for line in answer.lines)


def test_a_patient_unlike_the_models_own_gets_no_number_unless_forced(done):
    given = read_values(USUAL | {"mcc": "20"})
    answer = predict(done.model, given)
    assert answer.answers == ()
    assert "lower than in" in answer.headline
    forced = predict(done.model, given, force=True)
    assert forced.forced
    assert forced.answers
    assert any(line.startswith("FORCED") for line in forced.lines)


def test_too_few_inputs_get_no_number(done):
    assert not predict(done.model, read_values({"mcc": "75"})).answers
    assert not predict(done.model, {}, force=True).answers


def test_a_value_outside_of_its_range_is_refused(done):
    with pytest.raises(BadRequest, match="mJOA: 19 is outside of 0 to 18"):
        read_values({"mjoa": "19"})


def test_a_model_comes_back_from_its_folder_and_a_damaged_one_is_refused(done, tmp_path):
    write_model(done.model, tmp_path)
    given = read_values(USUAL)
    assert predict(read_model(tmp_path), given) == predict(done.model, given)
    text = (tmp_path / CARD).read_text()
    damaged = json.loads(text)["gaussian"]
    damaged["covariance"][0][1] += 5.0  # above the diagonal alone
    for change in ({"gaussian": damaged}, {"predictors": 9}, {"scorers": []}, {"schema_version": 99}, {"columns": [3]},
                   {"population": {}}, {"gaussian": {"mean": [1], "covariance": [[1]]}}, {"population": 1}):  # fmt: skip
        (tmp_path / CARD).write_text(json.dumps({**json.loads(text), **change}))
        with pytest.raises(BadModel):
            read_model(tmp_path)


def test_trees_are_kept_without_a_pickle_and_refused_when_changed(cohort, tmp_path, monkeypatch):
    monkeypatch.setattr(fitting, "_ROUNDS", 6)
    recipe = replace(read_recipe("nouri2015"), models=("boosting",))
    made = run(cohort, recipe, draws=10).model
    write_model(made, tmp_path)
    given = read_values(USUAL)
    assert predict(read_model(tmp_path), given) == predict(made, given)
    packed = (tmp_path / TREES).read_bytes()
    assert b"pickle" not in packed
    (tmp_path / TREES).write_bytes(packed[:-1] + b"x")
    with pytest.raises(BadModel, match="trees"):
        read_model(tmp_path)


def test_trees_as_arrays_answer_as_scikit_learns_own():
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 4))
    truth = np.digitize(rows[:, 0] + rng.normal(size=200), [-0.5, 0.5])
    rows[rng.random(rows.shape) < 0.2] = np.nan
    forest = RandomForestClassifier(8, random_state=0).fit(rows, truth)
    boosted = HistGradientBoostingClassifier(max_iter=8).fit(rows, truth)
    for model, arrays in ((forest, forest_trees(forest)), (boosted, boosted_trees(boosted))):
        arrays.check(4)
        assert np.allclose(arrays.predict(rows), model.predict_proba(rows), atol=1e-9)


def test_proportional_odds_without_a_penalty_are_those_of_statsmodels():
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    rng = np.random.default_rng(1)
    rows = rng.normal(size=(400, 2))
    truth = np.digitize(rows @ [1.0, -0.5] + rng.logistic(size=400), [-1, 1])
    own = ProportionalOdds(1e6).fit(rows, truth)
    other = OrderedModel(truth, rows, distr="logit").fit(method="bfgs", disp=0)
    assert np.allclose(own.coef_, other.params[:2], atol=1e-3)
    thresholds = other.model.transform_threshold_params(other.params)[1:-1]
    assert np.allclose(own.thresholds_, thresholds, atol=1e-3)


def test_what_is_missing_is_filled_near_what_scikit_learn_fills():
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    rng = np.random.default_rng(2)
    rows = rng.multivariate_normal([1, 2, 3], [[1, 0.8, 0.3], [0.8, 1, 0.2], [0.3, 0.2, 1]], 300)
    holes = np.where(rng.random(rows.shape) < 0.2, np.nan, rows)
    own = fit_gaussian(holes).expected(holes)
    other = IterativeImputer(random_state=0).fit_transform(holes)
    gone = np.isnan(holes)
    assert np.corrcoef(own[gone], other[gone])[0, 1] > 0.98
    drawn = fit_gaussian(holes).draw(holes, 50)
    assert drawn.std(axis=0)[gone].mean() > 0.4  # draws, not means
    assert np.array_equal(drawn[0][~gone], holes[~gone])


def test_calibration_and_net_benefit_are_those_of_the_textbook():
    p = np.repeat([0.2, 0.8], 100)
    truth = np.r_[np.arange(100) < 20, np.arange(100) < 80]
    slope, intercept = calibration(truth, p)
    assert (slope, intercept) == pytest.approx((1, 0), abs=1e-6)
    overconfident = np.repeat([0.2**2 / (0.2**2 + 0.8**2), 0.8**2 / (0.2**2 + 0.8**2)], 100)
    assert calibration(truth, overconfident)[0] == pytest.approx(0.5, abs=1e-6)
    # At 0.5: 80 true and 20 false positives of 200, each of these weighing 1.
    assert net_benefit(truth, p, np.array([0.5])) == pytest.approx([0.3])


def test_missing_values_as_they_are_and_filled_both_predict(cohort):
    from SpineLib.outcome.preparing import prepare

    data = prepare(cohort, read_recipe("nouri2015")).data
    assert np.isnan(data.rows).any()
    for candidate in ("regression", "boosting"):
        fitted = fit(candidate, data.kind, data.rows, data.truth, data.predictors)
        answers = data.predict(fitted, candidate)
        assert ((answers > 0) & (answers < 1)).all()


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_can_be_used(name):
    assert read_recipe(name).predictors


def test_severity_in_order_and_as_a_number_and_the_recovery_rate_are_answered(cohort, monkeypatch):
    monkeypatch.setitem(fitting._GRID, "regression", ({"C": 1.0},))
    given = read_values({"age": "60", "duration": "15", "gait": "yes", "hand": "no", "mcc": "75",
                         "mscc": "45", "cord_ratio": "0.3", "t1_hypointensity": "no", "mjoa": "13",
                         "smoking": "no", "psychiatric": "no"})  # fmt: skip
    for name, classes in (("severity", 3), ("severity-mjoa", 0), ("recovery-rate", 0)):
        recipe = replace(read_recipe(name), models=("regression",))
        answer = predict(run(cohort, recipe, draws=10).model, given, force=True)
        assert len(answer.answers) == (classes or 1)
        assert all(one.low <= one.value <= one.high for one in answer.answers)
        if classes:
            assert sum(one.value for one in answer.answers) == pytest.approx(1)


def test_a_published_model_ranks_and_gives_a_probability_only_with_a_cohorts_constant(cohort):
    ranked = ranks_of(cohort, ranking("nouri2015"))
    known = ranked.dropna()
    assert len(known) < len(ranked)  # who lacks an input has no rank
    best = known["log_odds_up_to_a_constant"].idxmax()
    assert known["rank"][best] == 1
    model = recalibrated(cohort, read_recipe("nouri2015"), "nouri2015", draws=10)
    assert model.scorer.coefficients == pytest.approx(list(TRUTH.values()))
    assert predict(model, read_values(USUAL)).answers
    with pytest.raises(BadRequest, match="cannot rank"):
        ranking("tetreault2015")


def test_the_page_says_research_only_and_shows_tables_groups_and_the_checklist(done, tmp_path):
    page = write_run(done, tmp_path / "run").read_text()
    for text in ("not for clinical use", "Research only", "All patients are simulated",
                 "TRIPOD+AI", "mJOA alone", "each hospital left out", "65 and older"):  # fmt: skip
        assert text in page
    kept = read_model(tmp_path / "run" / "model")
    assert kept.simulated
    text = (tmp_path / "run" / "model" / CARD).read_text()
    assert not set(done.prepared.cohort.table["patient"]) & set(text.split('"'))


def test_asking_a_model_needs_neither_pandas_nor_scikit_learn(done, tmp_path):
    write_model(done.model, tmp_path)
    code = f"""
import sys
from SpineLib.outcome.imaging import imaging_of
from SpineLib.outcome.model import read_model
from SpineLib.outcome.prediction import predict, read_values
print(predict(read_model({str(tmp_path)!r}), read_values({USUAL!r})).headline)
assert not {{"pandas", "sklearn"}} & set(sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stdout.startswith("Probability"), said.stderr
