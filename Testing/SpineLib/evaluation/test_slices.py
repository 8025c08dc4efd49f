"""Compression: counting that a person can do by hand, and scikit-learn for the rest."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score

from SpineLib.errors import BadInput, BadModel
from SpineLib.evaluation.slices import compare_compression, evaluate_compression

PATIENTS = {
    "a": [(1, 0.9), (1, 0.8), (0, 0.6), (0, 0.1)],
    "b": [(0, 0.2), (0, 0.3), (1, 0.4)],
    "c": [(0, 0.1), (0, 0.05)],
    "d": [(1, 0.7), (1, 0.55), (0, 0.45)],
}


def random_patients(seed, count=12, slices=10, shift=1.5):
    rng = np.random.default_rng(seed)
    found = {}
    for n in range(count):
        truth = rng.random(slices) < 0.4
        score = rng.normal(size=slices) + shift * truth
        found[f"p{n}"] = [
            (int(t), float(1 / (1 + np.exp(-s)))) for t, s in zip(truth, score, strict=True)
        ]
    return found


def test_figures_are_those_of_scikit_learn(compression):
    patients = random_patients(0)
    y, p = (
        np.array(x) for x in zip(*(row for rows in patients.values() for row in rows), strict=True)
    )
    found = evaluate_compression(compression(patients))
    assert found.figure("AUC").value == pytest.approx(roc_auc_score(y, p))
    assert found.figure("F1").value == pytest.approx(f1_score(y, p >= 0.5))
    assert found.figure("sensitivity").value == pytest.approx((p[y == 1] >= 0.5).mean())
    assert found.figure("specificity").value == pytest.approx((p[y == 0] < 0.5).mean())
    own = [roc_auc_score(*zip(*s, strict=True)) for s in patients.values()]
    assert found.figure("AUC within patients, mean").value == pytest.approx(np.mean(own))
    assert found.figure("AUC within patients, SD").value == pytest.approx(np.std(own, ddof=1))
    assert found.figure("Brier score").value == pytest.approx(((y - p) ** 2).mean())
    for name in ("AUC", "sensitivity", "accuracy"):
        one = found.figure(name)
        assert one.alone[0] < one.value < one.alone[1]
        assert one.interval[0] < one.value < one.interval[1]


def test_a_patient_is_abnormal_with_more_than_one_compressed_slice(compression):
    found = evaluate_compression(compression(PATIENTS))
    # a and d have two compressed slices; b has one, and a false alarm makes nobody abnormal alone.
    table = found.tables["patients"].set_index("patient")
    assert table["truth"].to_dict() == {
        "a": "abnormal",
        "b": "normal",
        "c": "normal",
        "d": "abnormal",
    }
    assert table["verdict"].to_dict() == table["truth"].to_dict()
    assert found.figure("sensitivity by patient").of == "2 of 2 patients"


def test_a_slice_that_was_not_assessed_is_named_and_counts_as_wrong(compression):
    patients = {**PATIENTS, "c": [(0, None), (0, 0.05)], "d": [(1, None), (1, 0.55), (0, 0.45)]}
    found = evaluate_compression(compression(patients))
    assert found.figure("sensitivity").of == "3 of 5 slices"
    assert found.figure("specificity").of == "5 of 7 slices"
    assert found.figure("sensitivity, assessed slices").of == "3 of 4 slices"
    assert found.figure("AUC").value < found.figure("AUC, assessed slices").value
    said = " ".join(found.notes)
    assert "2 slices not assessed (c-1:1, d-1:1): the spinal canal was not found" in said
    assert "counts as wrong" in said


def test_slices_on_which_readers_disagree_are_left_out_and_counted(compression):
    patients = {**PATIENTS, "e": [("possibly compressed", 0.5), (0, 0.2)]}
    found = evaluate_compression(compression(patients))
    assert found.rows == 13
    assert "1 slice possibly compressed" in " ".join(found.notes)


def test_without_a_compressed_slice_the_area_is_said_to_be_undefined(compression):
    found = evaluate_compression(compression({"a": [(0, 0.2), (0, 0.7)], "b": [(0, 0.1)]}))
    assert found.figure("AUC").value is None
    assert found.figure("AUC").note == "not defined: no slice is compressed"
    assert found.figure("sensitivity").value is None
    assert found.figure("specificity").value == pytest.approx(2 / 3)
    assert all(f.name != "AUC" for f in found.card_figures())


def test_a_model_without_an_error_is_not_called_sure(compression):
    found = evaluate_compression(compression({f"p{n}": [(1, 0.9), (0, 0.1)] for n in range(4)}))
    assert found.figure("AUC").value == 1
    assert found.figure("AUC").alone is None and found.figure("AUC").interval is None
    assert found.figure("sensitivity").alone == pytest.approx((0.398, 1), abs=1e-3)


def test_subgroups_are_compared_with_all_other_slices(compression):
    columns = {f"p{n}": {"maker": "A" if n < 6 else "B", "age": str(40 + 3 * n)} for n in range(12)}
    del columns["p0"]["age"]
    found = evaluate_compression(compression(random_patients(1), columns=columns))
    table = found.tables["subgroups"].set_index(["column", "group"])
    assert list(table.loc["maker"].index) == ["A", "B"]
    assert table.loc[("maker", "A"), "p"] == pytest.approx(table.loc[("maker", "B"), "p"])
    assert table.loc[("maker", "A"), "auc_others"] == table.loc[("maker", "B"), "auc"]
    # Many numbers are split at the median of the patients who have one.
    assert set(table.loc["age"].index) == {"up to 58", "over 58"}
    assert table.loc["age"]["patients"].sum() == 11


def test_a_column_that_is_not_there_is_named(compression):
    with pytest.raises(BadInput, match="no column mJOA"):
        evaluate_compression(compression(PATIENTS), groups=["mJOA"])


def test_a_better_model_is_told_from_a_worse_one(compression):
    good, bad = compression(random_patients(2, shift=3)), compression(random_patients(2, shift=0.2))
    table = compare_compression(good, bad)
    assert (table["difference"] >= 0).all()
    assert table.loc[table["figure"] == "AUC", "p"].max() < 0.05
    back = compare_compression(bad, good)
    assert back["p"].tolist() == pytest.approx(table["p"].tolist(), abs=0.01)


def test_models_are_not_compared_on_other_slices(compression):
    other = {**PATIENTS, "d": [(1, 0.7), (0, 0.55), (0, 0.45)]}
    with pytest.raises(BadInput, match="do not hold the same rows: 2 differ"):
        compare_compression(compression(PATIENTS), compression(other))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from([0, 1, "possibly compressed"]), st.none() | st.floats(0, 1)),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_the_table_every_figure_is_a_number_or_says_why_not(compression, patients):
    one = compression({f"p{n}": rows for n, rows in enumerate(patients)})
    if all(truth == "possibly compressed" for rows in patients for truth, _ in rows):
        with pytest.raises(BadInput, match="No slice is labelled"):
            evaluate_compression(one)
        return
    for found in evaluate_compression(one).figures:
        numbers = [found.value, *(found.interval or ()), *(found.alone or ())]
        assert found.note if found.value is None else np.isfinite(numbers).all()
        if found.value is not None and found.name != "AUC within patients, SD":
            assert 0 <= found.value <= 1


def test_a_grading_models_predictions_are_refused(grading):
    with pytest.raises(BadModel, match="is for grading, not for compression"):
        evaluate_compression(grading({"a": [("0", [1, 0, 0, 0, 0, 0])]}))


def test_figures_stand_by_level_from_above_to_below_where_levels_are_known(compression):
    predictions = compression(PATIENTS)
    assert "by level" not in evaluate_compression(predictions).tables
    levels = ["T1", "C5", "C5", "C6", "C5", "C6", "", "C6", "C6", "C5", "C6", "C6"]
    levels = levels[: len(predictions.table)]
    known = replace(predictions, table=predictions.table.assign(level=levels))
    found = evaluate_compression(known)
    table = found.tables["by level"].set_index("level")
    assert list(table.index) == ["C5", "C6", "T1"]
    # C5: 0.8 and 0.7 are called, 0.6 wrongly so, 0.2 not.
    assert table.loc["C5", ["slices", "positive"]].tolist() == [4, 2]
    assert table.loc["C5", "sensitivity"] == 1 and table.loc["C5", "specificity"] == 0.5
    assert "level" not in set(found.tables.get("subgroups", {"column": []})["column"])
