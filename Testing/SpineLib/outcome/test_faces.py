"""What a person meets: commands, the worker's answers, the report; "research only" on each."""

import csv
import json

import pytest

from SpineLib import messages
from SpineLib.doors.serving import HANDLERS
from SpineLib.outcome.model import write_model
from SpineLib.outcome.prediction import predict, read_values
from SpineLib.outputs.prognosis import prognosis_of, read_prognosis, write_prognosis
from SpineLib.outputs.report import render
from SpineLib.progress import Progress
from SpineLib.protocol import answered, serve
from Testing.SpineLib.outcome.test_model import USUAL

NOT_FOR_USE = "not for clinical use"


@pytest.fixture(scope="session")
def model(done, tmp_path_factory):
    """The folder of the shared model."""
    folder = tmp_path_factory.mktemp("model")
    write_model(done.model, folder)
    return folder


def test_a_prediction_of_the_command_line_is_no_bare_number(spine, model):
    answer = spine("outcome", "predict", model, *(f"--set={k}={v}" for k, v in USUAL.items()))
    assert answer.code == 0
    for text in ("Probability", "(0.", "Learnt from 200 patients", "mJOA, 13:", NOT_FOR_USE):
        assert text in answer.out
    assert "Not answered" in spine("outcome", "predict", model, "--set", "mcc=70").out
    twice = spine("outcome", "predict", model, "--set", "mjoa=12", "--set", "mjoa=13")
    assert twice.code == 2 and "twice" in twice.errors[0]
    wrong = spine("outcome", "predict", model, "--set", "mjoa=19")
    assert wrong.code == 2
    assert len(wrong.errors) == 1


def test_a_table_is_checked_and_what_is_missing_drawn(spine, table, rows, tmp_path):
    rows[1]["mcc"] = ""
    answer = spine("outcome", "check", table(rows), "--out", tmp_path / "out")
    assert answer.code == 0
    assert NOT_FOR_USE in answer.out
    assert (tmp_path / "out" / "missing.png").read_bytes().startswith(b"\x89PNG")
    with (tmp_path / "out" / "missing.csv").open() as file:
        counts = {row["column"]: row["missing"] for row in csv.DictReader(file)}
    assert (counts["mcc"], counts["age"]) == ("1", "0")


def test_patients_are_ranked_by_a_published_model_without_a_probability(
    spine, table, rows, tmp_path
):
    out = tmp_path / "ranks.csv"
    answer = spine("outcome", "presets", "nouri2015", "--table", table(rows), "--out", out)
    assert answer.code == 0
    assert "no probabilities" in answer.out
    text = out.read_text()
    assert len(text.splitlines()) == len(rows) + 1
    assert rows[0]["patient"] not in text
    listed = spine("outcome", "presets").out
    for said in ("1.743", "0.940", "0.242", "not read", NOT_FOR_USE):
        assert said in listed


def test_simulated_patients_are_made_as_a_table(spine, tmp_path):
    path = tmp_path / "cohort.csv"
    answer = spine("outcome", "simulate", path, "--count", 3, "--missing", 0)
    assert answer.code == 0
    assert NOT_FOR_USE in answer.out
    with path.open() as file:
        assert [row["simulated"] for row in csv.DictReader(file)] == ["1.0"] * 3


def test_the_worker_says_what_a_model_asks_for_and_answers(model):
    asked = {"action": "model", "model": str(model)}
    said = serve(HANDLERS, "outcome", asked, Progress())
    assert [one["name"] for one in said["inputs"]] == ["mjoa", "mcc", "t1_hypointensity"]
    assert NOT_FOR_USE in said["notice"]
    asked = {"action": "predict", "model": str(model), "values": USUAL}
    result = json.loads(json.dumps(serve(HANDLERS, "outcome", asked, Progress())))
    answered("outcome", asked, {"command": "outcome", "result": result})
    assert prognosis_of(result["prognosis"]).headline.startswith("Probability 0.")
    assert messages.OutcomePredict in HANDLERS


def test_the_report_shows_a_prediction_with_its_notice(done, graded, tmp_path):
    answer = predict(done.model, read_values(USUAL))
    write_prognosis(answer, tmp_path)
    assert read_prognosis(tmp_path) == answer
    page = render(graded, {}, (), read_prognosis(tmp_path))
    assert answer.headline in page
    assert page.count(answer.notice) >= 1
    assert "research only" in page
    assert "research only" not in render(graded, {})
    (tmp_path / "prognosis.json").write_text('{"question": 3}')
    with pytest.raises(Exception, match="cannot be read"):
        read_prognosis(tmp_path)
