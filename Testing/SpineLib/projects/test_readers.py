"""Figures of a reader study, against counts by hand and other implementations."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from SpineLib.errors import BadInput
from SpineLib.evaluation import statistics
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.projects import answers, consensus
from SpineLib.projects.labels import ASSISTED
from SpineLib.projects.page import write_page
from SpineLib.projects.readers import evaluate_readers
from SpineLib.projects.tables import KEYS, Readings, readings_of
from SpineLib.questions import KNOWN_QUESTIONS as SCHEMES
from Testing.SpineLib.projects.test_blinding import answers_of
from Testing.SpineLib.projects.test_story import settle

BILSKY = SCHEMES["Bilsky"]
rng = np.random.default_rng(7)


def made(said, scheme=BILSKY, *, final=None, model=None, assisted=None, again=None, level=""):
    """Readings as if of a project: four slices a patient."""
    names, count = tuple(said), len(next(iter(said.values())))
    table = pd.DataFrame({key: [""] * count for key in KEYS})
    table["patient"] = [f"p{n // 4}" for n in range(count)]
    table["level"] = level
    values = np.array(list(said.values()))
    same = (values == values[0]).all(axis=0)
    table["final"] = np.where(same, values[0], "") if final is None else final
    empty = {name: np.array([""] * count) for name in names}
    return Readings(
        scheme, table, names, {k: np.array(v) for k, v in said.items()},
        empty | (again or {}), empty | (assisted or {}),
        {(n, a): np.full(count, np.nan) for n in names for a in ("unassisted", ASSISTED)},
        model, None if model is None else np.ones(count, bool),
        "tiny 1" if model is not None else "",
    )  # fmt: skip


@pytest.fixture(scope="module")
def graded() -> Readings:
    truth = rng.integers(0, 6, 60)
    said = {
        name: [BILSKY.values[v] for v in np.clip(truth + rng.integers(-1, 2, 60), 0, 5)]
        for name in ("anna", "ben", "carla")
    }
    final = np.array([BILSKY.values[v] for v in truth])
    model = np.where(rng.random(60) < 0.1, "", said["anna"])
    return made(said, final=final, model=model, level=[f"T{n % 3}" for n in range(60)])


@pytest.fixture(scope="module")
def study(graded):
    before, statistics.DRAWS = statistics.DRAWS, 100
    yield evaluate_readers(graded)
    statistics.DRAWS = before


def test_agreement_of_two_readers_is_what_others_compute(graded, study):
    a, b = graded.first["anna"], graded.first["ben"]
    places = [[BILSKY.values.index(v) for v in said] for said in (a, b)]
    assert study.figure("anna and ben", "agreement").value == pytest.approx((a == b).mean())
    for name, weights in (("κ", None), ("κ, linear", "linear"), ("κ, quadratic", "quadratic")):
        expected = cohen_kappa_score(*places, weights=weights)
        figure = study.figure("anna and ben", name)
        assert figure.value == pytest.approx(expected)
        assert figure.interval[0] < expected < figure.interval[1]
    high = [np.array(p) >= 3 for p in places]
    found = study.figure("anna and ben", "κ low/high")
    assert found.value == pytest.approx(cohen_kappa_score(*high))
    counts = study.tables["confusion anna and ben"].iloc[:, 1:].to_numpy()
    assert (counts == confusion_matrix(a, b, labels=BILSKY.values)).all()
    assert {"AC1", "AC2, linear", "AC2, quadratic", "agreement on 1c"} <= {
        f.name for f in study.sections["anna and ben"]
    }


def test_more_than_two_readers_are_taken_together(study):
    names = {figure.name for figure in study.sections["all readers"]}
    assert names == {
        "Fleiss' κ", "Krippendorff's α, nominal", "Krippendorff's α, ordinal",
        "AC1", "AC2, linear", "AC2, quadratic",
    }  # fmt: skip
    pairs = [study.figure(s, "AC1").value for s in ("anna and ben", "anna and carla")]
    assert abs(study.figure("all readers", "AC1").value - np.mean(pairs)) < 0.2


def test_readers_and_the_model_stand_against_the_consensus(graded, study):
    truth = graded.positive(graded.final)
    for who, said in (("anna", graded.first["anna"]), ("model", graded.model)):
        hit = graded.positive(said) & truth
        found = study.figure(f"{who} against the consensus", "sensitivity")
        assert found.of == f"{hit.sum()} of {truth.sum()} slices"
        low, high = binomtest(int(hit.sum()), int(truth.sum())).proportion_ci(method="exact")
        assert found.alone == pytest.approx((low, high))
    missing = (graded.model == "").sum()
    table = study.tables["confusion model against the consensus"]
    assert table["not assessed"].sum() == missing
    assert any(f"{missing} slices that it did not assess" in note for note in study.notes)


def test_slices_that_the_model_never_saw_are_left_out_and_counted(graded):
    from dataclasses import replace

    asked = np.arange(60) >= 20
    model = np.where(asked, graded.model, "")
    study = evaluate_readers(replace(graded, model=model, asked=asked))
    found = study.figure("model against the consensus", "accuracy")
    assert found.of.endswith(" of 40 slices")
    assert any("20 slices that the model was not run on" in note for note in study.notes)
    table = study.tables["confusion model against the consensus"]
    assert table.iloc[:, 1:].to_numpy().sum() == 40


def test_two_of_them_are_compared_by_mcnemar_on_the_same_slices(graded, study):
    table = study.tables["comparisons"]
    assert len(table) == 6 * 3
    row = table[(table["first"] == "anna") & (table["second"] == "ben")
                & (table["figure"] == "accuracy")].iloc[0]  # fmt: skip
    truth = graded.positive(graded.final)
    one, two = (graded.positive(graded.first[n]) == truth for n in ("anna", "ben"))
    better, worse = int((one & ~two).sum()), int((two & ~one).sum())
    assert row["p"] == pytest.approx(binomtest(better, better + worse).pvalue)


def test_tables_by_level_and_by_grade_add_up(graded, study):
    levels = study.tables["by level"]
    own = levels[levels["who"] == "anna against the consensus"]
    assert own["slices"].sum() == 60 and set(own["level"]) == {"T0", "T1", "T2"}
    labels = study.tables["by label"]
    own = labels[labels["who"] == "anna"]
    same = (graded.first["anna"] == graded.final).sum()
    assert sum(int(text.split()[0]) for text in own["same_label_of"]) == same


def test_what_a_reader_left_out_is_in_no_figure():
    said = {"anna": ["0", "0", "", "2"] * 3, "ben": ["0", "1a", "3", ""] * 3}
    study = evaluate_readers(made(said, final=["0", "", "", ""] * 3))
    found = study.figure("anna and ben", "agreement")
    assert found.of == "3 of 6 slices" and found.value == 0.5
    assert study.figure("anna against the consensus", "sensitivity").value is None


def test_readers_who_know_one_label_have_no_kappa_and_are_told_why():
    study = evaluate_readers(made({"anna": ["0"] * 8, "ben": ["0"] * 8}))
    found = study.figure("anna and ben", "κ")
    assert found.value is None and "one label only" in found.note
    assert study.figure("anna and ben", "AC1").value == 1


def test_help_is_measured_on_the_slices_read_both_ways():
    binary = SCHEMES["compression"]
    words = np.array(binary.values)
    truth = np.array([0, 1] * 10)
    without = np.where(np.arange(20) < 6, 1 - truth, truth)
    helped = np.where(np.arange(20) < 18, truth, -1)
    arms = {"anna": np.where(helped < 0, "", words[helped])}
    said = {"anna": words[without], "ben": words[truth]}
    readings = made(said, binary, final=words[truth], model=words[truth], assisted=arms)
    readings.seconds["anna", "unassisted"][:] = 8.0
    readings.seconds["anna", ASSISTED][:] = np.linspace(3, 5, 20)
    table = evaluate_readers(readings).tables["with and without help"].set_index("figure")
    assert table.loc["sensitivity", "slices"] == 9
    assert table.loc["sensitivity", "without"] == pytest.approx(6 / 9)
    assert table.loc["sensitivity", "with"] == 1
    assert table.loc["accuracy", "p"] == pytest.approx(2 * 0.5**6)
    assert table.loc["median seconds", "without"] == 8
    assert table.loc["median seconds", "with"] < 5 and table.loc["median seconds", "p"] < 0.01


def test_the_whole_study_of_two_readers_and_a_model(make_project, reading, truth, tmp_path, spine):
    project = make_project()
    answers_of(project, truth, tmp_path, wrong={2})
    reading(project, "anna", wrong={1, 9})
    reading(project, "ben", wrong={5, 9, 20})
    reading(project, "anna", arm=ASSISTED)
    reading(project, "ben", arm=ASSISTED)
    settle(project, truth)
    found = evaluate_readers(readings_of(project, answers.all_answers(project)), project.title)
    assert found.figure("anna and ben", "agreement").of == "29 of 32 slices"
    assert found.figure("anna with themselves", "agreement").of in (
        "8 of 8 slices",
        "7 of 8 slices",
        "6 of 8 slices",
    )
    # Both were wrong about slice 9, so it is what they agree on and the model is wrong there.
    assert found.figure("model against the consensus", "accuracy").of == "30 of 32 slices"
    assert found.figure("anna against the consensus", "accuracy").of == "31 of 32 slices"
    assert "anna and ben, with the model, same slices" in found.sections
    assert set(found.tables["by level"]["level"]) == {"C4", "C5"}
    page = write_page(found, tmp_path / "out")
    text = page.read_text(encoding="utf-8")
    assert "Starter model" in text and "tiny 1 (starter)" in text and "Forced" not in text
    assert "not for clinical use" in text and text.count("data:image/png") == 2
    assert "http" not in text.replace("http-equiv", "")
    figures = pd.read_csv(tmp_path / "out" / "figures.csv")
    assert {"of", "figure", "value", "low_by_patient"} <= set(figures.columns)
    labels = pd.read_csv(tmp_path / "out" / "labels.csv")
    assert len(labels) == 32 and set(labels["anna"]) == {COMPRESSED, NOT_COMPRESSED}


def test_answers_that_do_not_fit_are_refused(make_project, tmp_path):
    project = make_project(scheme="Bilsky")
    uid = project.studies[0].slices[0].sop_instance_uid
    table = tmp_path / "p.csv"
    head = "sop_instance_uid,frame,stack,verdict,grade\n"
    table.write_text(f"{head}{uid},1,4,high,9\n")
    with pytest.raises(BadInput, match="whose answers"):
        answers.keep_answers(project, [table])
    about = {"card": {"name": "tiny", "version": "1", "starter": False}, "forced": {"4": "lumbar"}}
    table.with_suffix(".json").write_text(json.dumps(about))
    with pytest.raises(BadInput, match="Line 2: '9' is not an answer to Bilsky"):
        answers.keep_answers(project, [table])
    table.write_text(f"{head}1.2.3,1,4,high,2\n")
    with pytest.raises(BadInput, match="No answer here"):
        answers.keep_answers(project, [table])
    table.write_text(f"{head}{uid},1,4,high,2\n")
    (answer,) = answers.keep_answers(project, [table]).answers.values()
    assert answer.value == "2" and answer.forced


def test_answers_come_from_findings_too(make_project, tmp_path):
    from SpineLib import findings as f
    from SpineLib.findings_file import write_json
    from SpineLib.questions import Opinion

    project = make_project()
    one, two, other = (s.sop_instance_uid for s in project.studies[0].slices[:3])
    place = [0.0, 0.0, 0.0]
    opinion = Opinion("compression", "tiny", COMPRESSED, True, 0.93, forced=True)
    slices = [f.SliceFinding(0, one, 1, place, level="C5", opinions=[opinion]),
              f.SliceFinding(1, two, 1, place), f.SliceFinding(2, "9.9", 1, place)]  # fmt: skip
    used = f.ModelUsed(
        "compression", "tiny", "Tiny", "2", "0" * 64, True, "none", 0.5, "compression"
    )
    reading = f.Findings(stacks=[f.StackFindings("4", slices=slices)], models=[used])
    write_json(reading, tmp_path / "findings.json")
    kept = answers.read_answers(project, [tmp_path / "findings.json"])
    assert (kept.model, kept.starter) == ("tiny 2", True) and (other, 1) not in kept.answers
    assert kept.answers[one, 1] == answers.ModelAnswer(COMPRESSED, COMPRESSED, 0.93, "C5", True)
    assert kept.answers[two, 1].value == "" and kept.answers[two, 1].verdict == "not assessed"
    reading.models.append(replace(used, name="other"))
    slices[1].opinions.append(replace(opinion, by="other", positive=False, value=NOT_COMPRESSED))
    write_json(reading, tmp_path / "findings.json")
    with pytest.raises(BadInput, match=r"Several models.*tiny, other"):
        answers.read_answers(project, [tmp_path / "findings.json"])
    with pytest.raises(BadInput, match="third did not answer"):
        answers.read_answers(project, [tmp_path / "findings.json"], "third")
    kept = answers.read_answers(project, [tmp_path / "findings.json"], "other")
    assert kept.model == "other 2" and kept.answers[two, 1].value == NOT_COMPRESSED
    assert kept.answers[one, 1].value == ""
    reading.models.clear()
    write_json(reading, tmp_path / "findings.json")
    with pytest.raises(BadInput, match="No model answered Compression"):
        answers.read_answers(project, [tmp_path / "findings.json"])


def test_nothing_is_measured_before_somebody_read(make_project):
    with pytest.raises(BadInput, match="Nobody has labelled"):
        consensus.readings(make_project())
