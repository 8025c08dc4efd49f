"""Tables of predictions are kept and read again, whole or refused."""

import pandas as pd
import pytest

from SpineLib.errors import BadInput
from SpineLib.evaluation.predictions import make_table, read_predictions
from SpineLib.evaluation.slices import evaluate_compression

PATIENTS = {"a": [(1, 0.9), (0, None), (0, 0.1)], "0012": [(0, 0.2), (1, 0.4)]}


def test_a_kept_table_gives_the_same_figures(compression, tmp_path):
    before = compression(PATIENTS, columns={"a": {"mJOA": "12"}})
    before.write(tmp_path / "predictions.csv")
    after = read_predictions(tmp_path / "predictions.csv")
    assert after.card == before.card
    assert list(after.table["patient"]) == list(before.table["patient"])
    one, two = (evaluate_compression(p).table() for p in (before, after))
    pd.testing.assert_frame_equal(one, two)


def test_grades_and_their_probabilities_are_kept(grading, tmp_path):
    before = grading({"a": [("1b", [0.1, 0.2, 0.5, 0.1, 0.1, 0]), ("0", None)]})
    before.write(tmp_path / "predictions.csv")
    table = read_predictions(tmp_path / "predictions.csv").table
    assert table["p_1b"][0] == 0.5
    assert table["grade"].tolist() == ["1b", ""]


def test_a_table_with_lost_rows_is_refused(compression, tmp_path):
    path = tmp_path / "predictions.csv"
    compression(PATIENTS).write(path)
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    with pytest.raises(BadInput, match="of 4 rows is not the one of 5 rows"):
        read_predictions(path)


def test_a_table_without_its_card_is_refused(compression, tmp_path):
    compression(PATIENTS).write(tmp_path / "predictions.csv")
    (tmp_path / "predictions.json").unlink()
    with pytest.raises(BadInput, match="not a table of predictions"):
        read_predictions(tmp_path / "predictions.csv")


def test_no_row_is_no_table():
    with pytest.raises(BadInput, match="nothing to measure"):
        make_table("compression", [])
