"""From models and labelled data to a page: the whole way, and what must be refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.split import freeze_test
from SpineLib.errors import BadInput, BadModel, NotApplicable
from SpineLib.evaluation.canals import compare_canal, evaluate_canal
from SpineLib.evaluation.evaluate import (
    Asked,
    evaluated,
    open_cases,
    open_models,
    predict,
    title_of,
    write_figures,
)
from SpineLib.evaluation.predict import predict_canal, predict_slices
from SpineLib.evaluation.predictions import Predictions, make_table
from SpineLib.evaluation.report import render, write_evaluation
from SpineLib.evaluation.segments import compare_segmentation, evaluate_segmentation
from SpineLib.inference.canal import locate
from SpineLib.inference.grid import voxels_hash
from SpineLib.inference.loaded import load
from SpineLib.inference.opinions import opinions
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED, STARTER_NOTICE
from SpineLib.models import ModelFolder, open_folder
from SpineLib.models.card import Ancestor, Lineage


@pytest.fixture
def stack(axial_volume):
    """A labelled stack whose first slice is one single grey value, so that it has no answer."""
    flat = axial_volume.voxels.copy()
    flat[0] = 7
    volume = axial_volume.with_voxels(flat)
    labels = tuple(
        SliceLabel(k, COMPRESSED if k % 2 else NOT_COMPRESSED, "r",
                   ((-9.0, -2.0, 4.0 * k), (-1.0, 10.0, 4.0 * k)))
        for k in range(6)
    )  # fmt: skip
    return LabelledStack("s", "p1", lambda: volume, labels, region="cervical", weighting="T2")


def test_an_image_that_a_fine_tuned_model_or_its_ancestor_learnt_from_is_refused(stack, make_model):
    made = make_model("compression")
    parent = Ancestor("parent", "1", "0" * 64)

    def model(*images):
        lineage = Lineage(parent, "fine-tuning", "0" * 64, cases=("1" * 64,), others=images)
        return ModelFolder(made.path, replace(made.card, lineage=lineage))

    asked = Asked((), force=True, device="cpu")
    assert len(predict([model("2" * 64)], [stack], asked)[0].table) == 6
    renamed = replace(stack, patient="somebody else")
    with pytest.raises(BadInput, match="learnt from an image of s"):
        predict([model(voxels_hash(stack.open()))], [renamed], asked)


def test_predictions_are_what_a_reading_answers(stack, make_model):
    canal, model = (load(make_model(task), "cpu") for task in ("canal", "compression"))
    found = predict_slices([stack], [model], canal, data="test")[0]
    volume = stack.open()
    expected = opinions(volume, locate(volume, canal), model)
    for row in found.table.to_dict("records"):
        one = expected[row["index"]]
        assert row["reason"] == one.reason
        if one.probability is not None:
            assert row["probability"] == one.probability
    assert found.table["truth"].tolist() == [NOT_COMPRESSED, COMPRESSED] * 3
    assert found.table["reason"][0] == "the slice is one single grey value"
    assert found.groups == []


def test_a_stack_that_the_model_was_not_made_for_is_left_out_and_named(stack, make_model):
    canal, model = (load(make_model(task), "cpu") for task in ("canal", "compression"))
    lumbar = replace(stack, id="low", region="lumbar")
    found = predict_slices([stack, lumbar], [model], canal, data="test")[0]
    assert set(found.table["stack"]) == {"s"}
    assert "lumbar" in found.left_out["low"]
    evaluation = evaluated([found])[0][0]
    assert any("1 stack left out (low)" in note for note in evaluation.notes)
    unknown = replace(stack, region="unknown")
    with pytest.raises(NotApplicable, match="none of the 1 stacks"):
        predict_slices([unknown], [model], canal, data="test")
    told = predict_slices([unknown], [model], canal, data="test", region="cervical")[0]
    assert len(told.table) == 6


def test_a_forced_model_is_said_to_be_forced_and_its_figures_go_on_no_card(stack, make_model):
    canal, folder = load(make_model("canal"), "cpu"), make_model("compression")
    lumbar = replace(stack, region="lumbar")
    found = predict_slices([lumbar], [load(folder, "cpu")], canal, data="test", force=True)
    evaluations, comparison = evaluated(found)
    assert "1 stack FORCED (s)" in evaluations[0].notes[0]
    assert "Forced: a model ran on" in render(found, evaluations, comparison, {})
    with pytest.raises(BadInput, match="not made for"):
        write_figures(folder, evaluations[0])


def test_the_distance_to_the_canal_is_that_of_its_true_centre(stack, make_model):
    model = load(make_model("canal"), "cpu")
    found = predict_canal([stack], [model], data="test")[0]
    centres = locate(stack.open(), model).centers_ras
    expected = np.linalg.norm(centres[:6, :2] - [-5.0, 4.0], axis=1)
    assert found.table["error_mm"].to_numpy() == pytest.approx(expected, abs=1e-6)
    evaluation = evaluate_canal(found)
    assert evaluation.figure("median error (mm)").value == pytest.approx(np.median(expected))
    assert evaluation.tables["stacks"]["slices"].tolist() == [6]
    assert not len(compare_canal(found, found))


def test_a_page_shows_badge_limits_and_both_models_and_needs_no_file(compression, tmp_path):
    patients = {f"p{n}": [(1, 0.9), (0, 0.2), (1, 0.4 + 0.02 * n)] for n in range(4)}
    first, second = (
        compression(patients),
        compression({**patients, "p0": [(1, 0.3), (0, 0.4), (1, 0.4)]}),
    )
    second = replace(second, card=replace(second.card, name="other", starter=False))
    answers = [first, second]
    page = write_evaluation(tmp_path / "out", answers, *evaluated(answers))
    text = page.read_text()
    for part in (STARTER_NOTICE, "only for tests", "tiny-compression and other", "paired areas"):
        assert part in text
    assert 'src="data:image/png;base64' in text
    assert 'src="http' not in text and "<script" not in text
    names = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.csv")}
    assert {"comparison.csv", "other/figures.csv", "tiny-compression/predictions.csv"} <= names


def test_an_undefined_figure_is_said_on_the_page(compression):
    one = compression({"a": [(0, 0.2), (0, 0.7)]})
    text = render([one], *evaluated([one]), {})
    assert "not defined: no slice is compressed" in text
    assert ">nan<" not in text


def segmented(dice, missed=False):
    rows = []
    for n, value in enumerate(dice):
        about = {"stack": f"s{n}", "patient": f"p{n}", "site": "", "named": "", "partial": False}
        for name in ("vertebra", "disc"):
            rows.append(
                {
                    **about,
                    "kind": "class",
                    "structure": name,
                    "dice": value,
                    "surface_dice": value,
                    "hd95_mm": 10 * (1 - value),
                    "found": True,
                }
            )
        gone = missed and n == 0
        rows.append(
            {
                **about,
                "kind": "level",
                "structure": "L4",
                "named": "right",
                "dice": 0.0 if gone else value,
                "surface_dice": 0.0,
                "hd95_mm": None if gone else 3.0,
                "found": not gone,
            }
        )
        rows.append({**about, "kind": "level", "structure": "L1", "partial": True, "dice": 0.1,
                     "surface_dice": 0.1, "hd95_mm": 9.0, "found": True})  # fmt: skip
    return make_table("segmentation", rows)


@pytest.fixture
def segmentation(make_card):
    card = replace(make_card("canal"), task="segmentation", name="tiny-segmentation")
    return lambda *a, **b: Predictions(
        card, "test", segmented(*a, **b), settings={"tolerance_mm": 2.0}
    )


def test_a_missed_level_counts_as_nought_and_a_cut_one_not_at_all(segmentation):
    found = evaluate_segmentation(segmentation([0.6, 0.8, 0.9], missed=True))
    assert found.figure("mean Dice, vertebra").value == pytest.approx(2.3 / 3)
    assert found.figure("mean Dice over vertebrae, discs and canal").value == pytest.approx(2.3 / 3)
    levels = found.tables["levels"].set_index("level")
    assert list(levels.index) == ["L4"]
    assert levels.loc["L4", "missed"] == 1
    assert levels.loc["L4", "Dice mean"] == pytest.approx(1.7 / 3)
    assert levels.loc["L4", "95 % Hausdorff (mm) mean"] == pytest.approx(3.0)
    assert found.rows == 3


def test_segmentations_are_compared_case_by_case(segmentation):
    dice = np.linspace(0.5, 0.8, 12)
    table = compare_segmentation(segmentation(dice + 0.05), segmentation(dice))
    assert table["p"].max() < 0.01
    assert table.loc[0, "difference"] == pytest.approx(0.05)


def test_a_structure_that_only_one_model_sees_does_not_keep_them_from_being_compared(segmentation):
    first, second = segmentation([0.6, 0.8, 0.9]), segmentation([0.5, 0.7, 0.95])
    more = first.table.iloc[:1].assign(kind="extra", dice=None)
    table = make_table("segmentation", [*first.table.to_dict("records"), *more.to_dict("records")])
    found, comparison = evaluated([replace(first, table=table), second])
    assert len(comparison)
    assert any("1 found that the truth does not have" in note for note in found[0].notes)


def test_a_model_for_another_task_is_refused(make_model):
    folder = str(make_model("canal").path)
    with pytest.raises(BadModel, match="is for canal, not for compression"):
        open_models("compression", [folder])
    with pytest.raises(BadInput, match="3 models"):
        open_models("canal", [folder] * 3)


@pytest.fixture
def trained(make_model, tmp_path, monkeypatch, stack):
    """A model in the folder of its run, and a data set of two patients."""
    model = make_model("compression", tmp_path / "run" / "model")
    splits = {"training": {"patients": ["p1"]}, "validation": {"patients": ["p2"]}}
    record = {"data": {"splits": splits}}
    (tmp_path / "run" / "run.json").write_text(json.dumps(record))
    cases = [replace(stack, id=p, patient=p) for p in ("p1", "p2", "p3")]
    monkeypatch.setattr("SpineLib.evaluation.evaluate.open_slices", lambda *a, **b: cases)
    return model


def test_a_patient_that_the_model_learnt_from_is_refused(trained, tmp_path, stack):
    asked = Asked(("somewhere",))
    with pytest.raises(BadInput, match="1 patient is in the training data of tiny-compression"):
        open_cases([trained], asked)
    test = tmp_path / "test.json"
    freeze_test(test, [replace(stack, patient="p3")])
    assert [c.patient for c in open_cases([trained], asked, only=test)] == ["p3"]
    freeze_test(tmp_path / "bad.json", [replace(stack, patient="p2")])
    with pytest.raises(BadInput, match="in the validation data"):
        open_cases([trained], asked, only=tmp_path / "bad.json")


def test_calibration_may_use_validation_but_neither_training_nor_test(trained, tmp_path, stack):
    only = tmp_path / "two.json"
    freeze_test(only, [replace(stack, patient="p2")])
    asked = Asked(("somewhere",))
    assert len(open_cases([trained], asked, only=only, unseen=("training",))) == 1
    with pytest.raises(BadInput, match="in the frozen test set"):
        open_cases([trained], asked, without=only, unseen=())
    left = open_cases([trained], asked, unseen=("training",), leave_out=True)
    assert "p1" not in {case.patient for case in left} and left
    with pytest.raises(BadInput, match="every patient"):
        open_cases([trained], asked, unseen=("training", "validation"), leave_out=True, only=only)


def test_figures_go_onto_the_card_in_place_of_those_of_the_same_data(compression, make_model):
    model = make_model("compression")
    patients = {f"p{n}": [(1, 0.9), (0, 0.2 + 0.15 * n), (1, 0.45)] for n in range(5)}
    one = compression(patients)
    found = evaluated([replace(one, card=model.card)])[0][0]
    other = evaluated([replace(one, card=model.card, data="real slices")])[0][0]
    for evaluation in (found, other, found):
        model = write_figures(model, evaluation)
    figures = open_folder(model.path).card.figures
    assert [f.on for f in figures if f.name == "AUC"] == [
        "real slices (5 patients, 15 slices)",
        "test (5 patients, 15 slices)",
    ]
    assert all(f.interval[0] <= f.value <= f.interval[1] for f in figures if f.name == "AUC")
    model.verify()


def test_figures_of_other_weights_are_not_written(compression, make_model):
    found = evaluated([compression({"a": [(1, 0.9), (0, 0.2)]})])[0][0]
    with pytest.raises(BadModel, match="other weights"):
        write_figures(make_model("compression"), found)


def test_a_simulated_data_set_says_its_profile():
    asked = Asked(("simulated:cervical-none:held-out:3", "simulated:thoracic-none:held-out:3:9"))
    assert title_of(asked) == "held-out simulated studies"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["canal"], "No data was given"),
        (["canal", "--data", "x"], "0 models were given"),
        (["canal", "--model", "starter-grading", "--data", "x"], "is for grading, not for canal"),
        (["canal", "--model", "starter-canal", "--data", "x", "--write-card"], "--title"),
        (["canal", "--predictions", "x.csv", "--data", "y"], "given together"),
        (["canal", "--predictions", "nowhere.csv"], "not a table of predictions"),
        (["calibrate", "--model", "starter-canal", "--data", "x"], "no probabilities"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_one_sentence(spine, tmp_path, arguments, said):
    answer = spine("evaluate", *arguments, "--out", tmp_path / "out")
    assert answer.code not in (0, 1)
    assert len(answer.errors) == 1 and said in answer.errors[0]
    assert not (tmp_path / "out").exists()


def test_earlier_predictions_are_evaluated_again_without_the_model(spine, compression, tmp_path):
    compression({"a": [(1, 0.9), (0, 0.2)]}).write(tmp_path / "predictions.csv")
    answer = spine("evaluate", "compression", "--predictions", tmp_path / "predictions.csv",
                   "--out", tmp_path / "out", "--json")  # fmt: skip
    assert answer.code == 0
    figures = {f["name"]: f["value"] for f in json.loads(answer.out)[0]["figures"]}
    assert figures["AUC"] == 1
    assert (tmp_path / "out" / "evaluation.html").is_file()
