"""Grading: matrices by hand, agreement by scikit-learn."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from SpineLib.errors import BadInput, BadModel
from SpineLib.evaluation.grades import compare_grading, evaluate_grading
from SpineLib.questions import BILSKY


def random_patients(seed, sharp, count=10, slices=8):
    rng = np.random.default_rng(seed)
    found = {}
    for n in range(count):
        rows = []
        for _ in range(slices):
            t = int(rng.integers(6))
            z = -sharp * (np.arange(6) - t - rng.normal(scale=0.8)) ** 2
            rows.append((BILSKY.values[t], (np.exp(z) / np.exp(z).sum()).tolist()))
        found[f"p{n}"] = rows
    return found


def pairs(patients):
    rows = [row for rows in patients.values() for row in rows]
    return [BILSKY.values.index(t) for t, _ in rows], [int(np.argmax(p)) for _, p in rows]


def test_agreement_and_matrices_are_those_of_scikit_learn(grading):
    patients = random_patients(0, 1.0)
    truth, said = pairs(patients)
    found = evaluate_grading(grading(patients))
    for name, weights in (("", None), (", linear", "linear"), (", quadratic", "quadratic")):
        expected = cohen_kappa_score(truth, said, weights=weights, labels=range(6))
        one = found.figure(f"κ grades{name}")
        assert one.value == pytest.approx(expected)
        assert one.alone[0] < one.value < one.alone[1]
        assert found.figure(f"AC{2 if weights else 1} grades{name}").value is not None
    matrix = found.tables["confusion of grades"].drop(columns="truth").to_numpy()
    assert (matrix == confusion_matrix(truth, said, labels=range(6))).all()
    near = np.abs(np.array(truth) - said) <= 1
    assert found.figure("share within one grade").value == pytest.approx(near.mean())


def test_low_against_high_is_the_sum_of_the_high_grades(grading):
    # The most probable grade is low, the high grades together are more.
    rows = [("2", [0, 0, 0.4, 0.3, 0.3, 0]), ("0", [1, 0, 0, 0, 0, 0]), ("3", [0, 0, 0, 0, 0, 1])]
    found = evaluate_grading(grading({"a": rows}))
    assert found.figure("sensitivity for high").of == "2 of 2 slices"
    assert found.figure("accuracy of grades").of == "2 of 3 slices"
    assert found.figure("κ low/high").value == 1


def test_a_slice_without_a_grade_counts_as_wrong_and_has_its_own_column(grading):
    rows = [("2", None), ("0", [1, 0, 0, 0, 0, 0]), ("3", [0, 0, 0, 0, 0, 1])]
    found = evaluate_grading(grading({"a": rows}))
    assert found.figure("sensitivity for high").of == "1 of 2 slices"
    assert found.figure("κ low/high").of == "2 graded slices"
    assert found.tables["confusion low/high"]["not assessed"].tolist() == [0, 1]
    assert "1 slice not assessed (a-1:1)" in found.notes[0]


def test_one_grade_only_has_no_kappa_and_says_so(grading):
    found = evaluate_grading(grading({"a": [("0", [1, 0, 0, 0, 0, 0])] * 3}))
    assert found.figure("κ low/high").value is None
    assert "one category only" in found.figure("κ low/high").note
    assert found.figure("sensitivity for high").note == "not defined: no slice is high"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(BILSKY.values), st.none() | st.integers(0, 5)),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_the_table_every_figure_is_a_number_or_says_why_not(grading, patients):
    one = grading({
        f"p{n}": [(t, None if g is None else np.eye(6)[g].tolist()) for t, g in rows]
        for n, rows in enumerate(patients)
    })  # fmt: skip
    for found in evaluate_grading(one).figures:
        numbers = [found.value, *(found.interval or ()), *(found.alone or ())]
        assert found.note if found.value is None else np.isfinite(numbers).all()


def test_a_sharper_model_agrees_more(grading):
    sharp = random_patients(3, 2.0, count=20)
    blurred = {
        name: [(t, list(np.roll(p, k % 3))) for k, (t, p) in enumerate(rows)]
        for name, rows in sharp.items()
    }
    table = compare_grading(grading(sharp), grading(blurred)).set_index("figure")
    assert table.loc["κ grades", "p"] < 0.01
    assert table.loc["accuracy low/high", "difference"] > 0


def test_a_truth_of_another_scheme_is_refused(grading):
    with pytest.raises(BadInput, match="not grades of Bilsky: 4"):
        evaluate_grading(grading({"a": [("4", [1, 0, 0, 0, 0, 0])]}))


def test_a_compression_models_predictions_are_refused(compression):
    with pytest.raises(BadModel, match="not for grading"):
        evaluate_grading(compression({"a": [(1, 0.5)]}))
