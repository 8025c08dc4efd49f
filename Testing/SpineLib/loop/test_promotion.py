"""Promotion: a model comes into force only beside the old one on the frozen test, and never worse unnoticed."""

import errno
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from SpineLib.errors import BadInput, BadRequest  # noqa: E402
from SpineLib.inference.semantic import DISC  # noqa: E402
from SpineLib.loop import pictures  # noqa: E402
from SpineLib.loop.ancestry import ancestor, descendant  # noqa: E402
from SpineLib.loop.curve import points, write_curve  # noqa: E402
from SpineLib.loop.dataset import open_dataset  # noqa: E402
from SpineLib.loop.promotion import (  # noqa: E402
    NotPromoted,
    back,
    compare,
    comparisons,
    fresh_comparison,
    open_comparison,
    promote,
    standing,
)
from SpineLib.loop.writer import DatasetWriter  # noqa: E402
from SpineLib.models.card import Lineage  # noqa: E402
from SpineLib.store.lock import holding  # noqa: E402
from SpineLib.training.segmentation_data import semantic_of  # noqa: E402
from Testing.SpineLib.loop.learning import segmentation_set, spine, tiny_model  # noqa: E402

FIRST, SECOND = "0001-starter-tiny", "0002-tiny-ft1"


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Seven corrected patients, three of them the frozen test, and a candidate."""
    folder = tmp_path_factory.mktemp("promotion") / "set"
    dataset = segmentation_set(folder)
    parent = dataset.current.folder.card
    cases = tuple(sorted(case.image.sha256 for case in dataset.training()))
    lineage = Lineage(ancestor(parent), "fine-tuning", "0" * 64, cases, (), 4, 10.0)
    card = descendant(parent, lineage, number=1, simulated=False, replay=())
    with DatasetWriter(folder) as writer:
        writer.add_model(tiny_model(folder.parent / "new", card, seed=1), parent=FIRST)
    return folder


@pytest.fixture
def dataset(begun, tmp_path):
    shutil.copytree(begun, tmp_path / "set")
    return open_dataset(tmp_path / "set")


def _cut(volume, kind, much):
    """The true classes of a test image, one kind thinner by so many rows at its upper border."""
    number = next(n for n in range(10) if np.array_equal(spine(n)[0].voxels, volume.voxels))
    classes = semantic_of(spine(number)[1].voxels)
    if kind is not None:
        own = classes == kind
        for _ in range(much):
            own &= np.roll(own, 1, axis=1)
        classes[(classes == kind) & ~own] = 0
    return volume.with_voxels(classes)


@pytest.fixture
def answers(monkeypatch):
    """Lets a test say what each model answers: name → (what is thinner, by how many rows)."""
    said = {"starter-tiny": (DISC, 1), "tiny-ft1": (None, 0)}

    def segment(volume, loaded, *, progress=None):
        return _cut(volume, *said[loaded.card.name])

    monkeypatch.setattr("SpineLib.evaluation.predict.segment", segment)
    monkeypatch.setattr(pictures, "segment", segment)
    monkeypatch.setattr(pictures, "EACH_WAY", 1)
    monkeypatch.setattr("SpineLib.evaluation.statistics.DRAWS", 100)
    return said


def _promoted(dataset, **how):
    found = compare(dataset, SECOND, device="cpu")
    with DatasetWriter(dataset.folder) as writer:
        return promote(writer, found, by="anna", **how)


def _worse(answers):
    answers["starter-tiny"], answers["tiny-ft1"] = (DISC, 1), (DISC, 2)


def test_a_model_that_is_nowhere_worse_comes_into_force_with_its_figures_on_the_card(
    dataset, answers
):
    model = _promoted(dataset)
    assert (model.state, model.by, model.reason) == ("promoted", "anna", "")
    assert open_dataset(dataset.folder).current.id == SECOND
    card = model.folder.card
    assert card.figures[0].name == "Dice, mean of structures" and card.figures[0].value == 1.0
    assert "frozen test of 3 patients" in card.figures[0].on
    promotion = card.lineage.promotion
    assert promotion.over.weights_sha256 == dataset.models[0].folder.card.weights_sha256
    assert promotion.test_sha256 == dataset.frozen.sha256
    assert (promotion.worse, promotion.reason) == ((), "")


def test_what_is_compared_is_every_structure_and_level_by_patient(dataset, answers):
    found = {change.figure: change for change in compare(dataset, SECOND, device="cpu").changes}
    disc = found["Dice, disc"]
    # One of four rows is missing in every disc of the old model: 2 * 3 / (4 + 3).
    assert disc.old == pytest.approx(6 / 7) and disc.new == 1 and disc.patients == 3
    assert disc.interval == pytest.approx((1 / 7, 1 / 7)) and disc.test.startswith("Wilcoxon")
    assert disc.p == pytest.approx(0.25)  # the least that three patients can give
    assert found["Dice, vertebra"].difference == 0
    assert {"Dice, L5", "Dice, L4", "Dice, L3", "Dice, L4/L5"} < set(found)


def test_a_model_that_is_worse_somewhere_is_not_promoted_and_the_place_is_named(dataset, answers):
    _worse(answers)
    with pytest.raises(NotPromoted, match=r"Dice, disc 0\.857 → 0\.667 \(margin 0\.010\)"):
        _promoted(dataset)
    now = open_dataset(dataset.folder)
    assert now.current.id == FIRST
    assert now.models[1].state == "refused" and "Dice, disc" in now.models[1].reason


def test_a_reason_promotes_it_all_the_same_and_stands_on_the_card(dataset, answers):
    _worse(answers)
    model = _promoted(dataset, reason="discs are drawn thinner on purpose")
    promotion = model.folder.card.lineage.promotion
    assert promotion.reason == "discs are drawn thinner on purpose"
    assert any(text.startswith("Dice, disc 0.857") for text in promotion.worse)
    last = (dataset.folder / "models.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["reason"] == "discs are drawn thinner on purpose"


def test_a_blank_reason_is_no_reason(dataset, answers):
    _worse(answers)
    with pytest.raises(NotPromoted):
        _promoted(dataset, reason="  ")


def test_a_wider_margin_lets_it_pass_and_is_recorded(dataset, answers):
    _worse(answers)
    wide = {"dice": 0.3, "level": 0.5}
    found = compare(dataset, SECOND, margins=wide, device="cpu")
    assert not found.worse and found.record["margins"] == {**wide, "names": 0.02}
    with pytest.raises(BadRequest, match="not a margin of segmentation"):
        compare(dataset, SECOND, margins={"auc": 0.1}, device="cpu")


def test_without_corrected_test_cases_it_says_so_and_needs_a_reason(tmp_path, answers, begun):
    shutil.copytree(begun, tmp_path / "set")
    dataset = open_dataset(tmp_path / "set")
    with DatasetWriter(dataset.folder) as writer:
        for case in dataset.test():
            writer.set_aside(case, "image is blurred", by="anna")
        found = compare(writer.dataset, SECOND, device="cpu")
        with pytest.raises(NotPromoted, match="None of the test's cases is corrected yet"):
            promote(writer, found, by="anna")
        assert promote(writer, found, by="anna", reason="seen on 20 studies").state == "promoted"


def test_a_candidate_that_learnt_from_the_test_is_never_promoted(dataset, answers, tmp_path):
    new = dataset.models[1].folder
    lineage = replace(new.card.lineage, others=(dataset.test()[0].image.sha256,))
    card = replace(new.card, name="leaky", lineage=lineage)
    with DatasetWriter(dataset.folder) as writer:
        leaky = writer.add_model(tiny_model(tmp_path / "leaky", card, seed=2), parent=FIRST)
    with pytest.raises(BadInput, match="learnt from 1 images of the frozen test"):
        compare(open_dataset(dataset.folder), leaky.id, device="cpu")
    # Nor with the comparison of another model in its place, and a reason.
    found = compare(dataset, SECOND, device="cpu")
    found.record["candidate"]["id"] = leaky.id
    with DatasetWriter(dataset.folder) as writer, pytest.raises(BadInput, match="learnt from"):
        promote(writer, found, by="anna", reason="I want it")


def test_a_promotion_killed_before_its_last_step_changes_nothing_and_is_told(
    dataset, answers, monkeypatch
):
    def killed(*_, **__):
        raise KeyboardInterrupt

    found = compare(dataset, SECOND, device="cpu")
    with monkeypatch.context() as patch, DatasetWriter(dataset.folder) as writer:
        patch.setattr(DatasetWriter, "promote", killed)
        with pytest.raises(KeyboardInterrupt):
            promote(writer, found, by="anna")
    now = open_dataset(dataset.folder)
    assert now.current.id == FIRST
    assert "was interrupted before it was finished" in standing(now)[0]
    with DatasetWriter(dataset.folder) as writer:
        assert promote(writer, found, by="anna").state == "promoted"
    assert standing(open_dataset(dataset.folder)) == []


def test_a_comparison_that_a_full_disk_ended_is_none(dataset, answers, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("SpineLib.loop.promotion_page.data_url", full)
    with pytest.raises(OSError, match="No space"):
        compare(dataset, SECOND, device="cpu")
    assert comparisons(dataset) == [] and not any((dataset.folder / "promotions").iterdir())


def test_a_half_written_comparison_is_not_taken_for_one(dataset):
    left = dataset.folder / "promotions" / "0001"
    left.mkdir(parents=True)
    (left / "changes.csv").write_text("figure")
    assert comparisons(dataset) == []
    with pytest.raises(BadInput, match="Compare again"):
        open_comparison(left)


def test_what_a_killed_comparison_left_is_removed_one_under_way_is_let_be(dataset, answers):
    left, running, kept = (dataset.folder / "promotions" / n for n in ("0001", "0002", "3 notes"))
    for folder in (left, running, kept):
        folder.mkdir(parents=True)
        (folder / "changes.csv").write_text("figure")
    with holding(running / "comparison.json"):
        found = compare(dataset, SECOND, device="cpu")
    assert found.folder.name == "0003"
    assert not left.exists() and running.exists() and kept.exists()


def test_a_comparison_is_used_again_only_while_the_test_is_the_same(dataset, answers):
    found = compare(dataset, SECOND, device="cpu")
    assert fresh_comparison(dataset, SECOND).folder == found.folder
    assert fresh_comparison(dataset, SECOND, {"dice": 0.2}) is None
    with DatasetWriter(dataset.folder) as writer:
        labels = spine(0)[1]
        labels.voxels[0] = 100
        writer.add_version(dataset.test()[0], labels, kind="corrected", by="ben")
        assert fresh_comparison(writer.dataset, SECOND) is None
        with pytest.raises(BadInput, match="corrected since the comparison"):
            promote(writer, found, by="anna")


def test_one_step_leads_back_to_an_earlier_model(dataset, answers):
    _promoted(dataset)
    with DatasetWriter(dataset.folder) as writer:
        back(writer, FIRST, by="ben", reason="the new one misses scars")
        assert writer.dataset.current.id == FIRST
        with pytest.raises(BadInput, match="the current model already"):
            back(writer, FIRST, by="ben")
    now = open_dataset(dataset.folder)
    assert now.current.id == FIRST and now.models[1].state == "promoted"


def test_the_page_says_the_verdict_first_and_shows_the_largest_changes_both_ways(
    dataset, answers, monkeypatch
):
    monkeypatch.setattr(pictures, "EACH_WAY", 2)
    _worse(answers)
    found = compare(dataset, SECOND, device="cpu")
    page = found.page.read_text()
    assert page.index("Worse beyond its margin in") < page.index("<h2>What changed</h2>")
    assert "Dice, disc 0.857 → 0.667" in page
    drawn = sorted(path.name for path in (found.folder / "pictures").iterdir())
    assert drawn == ["worse-0001.png", "worse-0002.png"]
    assert page.count("data:image/png") >= 3
    answers["starter-tiny"], answers["tiny-ft1"] = answers["tiny-ft1"], answers["starter-tiny"]
    better = compare(dataset, SECOND, device="cpu")
    assert (
        sorted(path.name[:6] for path in (better.folder / "pictures").iterdir()) == ["better"] * 2
    )
    assert "Not worse beyond the margin in any of" in better.page.read_text()


def test_the_learning_curve_holds_every_model_that_was_compared(dataset, answers):
    with pytest.raises(BadInput, match="no curve"):
        points(dataset)
    _promoted(dataset)
    now = open_dataset(dataset.folder)
    main = [point for point in points(now) if point.figure == "Dice, mean of structures"]
    assert [(p.model, p.cases, p.minutes) for p in main] == [(FIRST, 0, 0.0), (SECOND, 4, 10.0)]
    assert main[0].value == pytest.approx((2 + 6 / 7) / 3) and main[1].value == 1
    table, svg, png = write_curve(now)
    assert table.read_text().splitlines()[0].startswith("model,cases,minutes,figure,value")
    assert "<svg" in svg.read_text()[:1000] and png.read_bytes().startswith(b"\x89PNG")


def test_both_models_of_a_comparison_are_two(dataset):
    with pytest.raises(BadInput, match="the current model already"):
        compare(dataset, FIRST, device="cpu")


def test_a_test_that_was_corrected_from_a_models_own_answer_says_so_beside_the_figures(
    dataset, spine
):
    first, second, third = sorted(dataset.frozen.patients)
    with DatasetWriter(dataset.folder) as writer:
        for case in dataset.test():
            labels = case.open_answer()
            model = {first: FIRST, second: "0009-another", third: FIRST}[case.patient]
            answer = writer.add_version(case, labels, kind="automatic", model=model)
            base = None if case.patient == third else answer.number  # one began with nothing
            once = writer.add_version(case, labels, kind="corrected", by="anna", base=base or 0)
            writer.add_version(case, labels, kind="corrected", by="ben", base=once.number)
    dataset = open_dataset(dataset.folder)
    found = compare(dataset, SECOND, device="cpu")
    case = next(case.id for case in dataset.test() if case.patient == first)
    assert found.record["own"] == {"old": [case], "new": []}
    said = f"1 of the 3 test cases were corrected from {FIRST}&#39;s own answer"
    assert said in found.page.read_text(encoding="utf-8")
    shown = spine("loop", "promote", dataset.folder, SECOND, "--compare-only", "--device", "cpu")
    assert "1 of the 3 test cases were corrected" in shown.out and "too good" in shown.out


def test_comparisons_of_before_say_nothing_of_it(dataset):
    from SpineLib.loop.origins import told

    found = compare(dataset, SECOND, device="cpu")
    assert told(found.record) == []
    old = {name: value for name, value in found.record.items() if name != "own"}
    assert told(old) == []
