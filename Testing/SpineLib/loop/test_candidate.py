"""What a fine-tuning ends with says how sure it is by its own patients, or that it was not asked."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from SpineLib.evaluation.calibration import Calibration  # noqa: E402
from SpineLib.evaluation.reliability import logits, reliability  # noqa: E402
from SpineLib.loop.finetune import carry_out, prepare  # noqa: E402
from SpineLib.training import calibrating  # noqa: E402
from Testing.SpineLib.loop.learning import FEW_SLICES, slice_set  # noqa: E402


def _candidate(folder, patients, share):
    dataset = slice_set(folder, "compression", patients=patients, test=1)
    changes = FEW_SLICES | {"split.validation": share}
    made = prepare(dataset, changes=changes)
    done = carry_out(made.folder, device="cpu", workers=0)
    return dataset.current.folder.card, done


def test_a_model_that_enough_patients_watched_is_calibrated_on_them(tmp_path, monkeypatch):
    asked = []

    def fitted(answers):
        asked.append(set(answers.table["patient"]))
        scores, truth = logits(answers)
        as_it_is = reliability(np.full((len(scores), 2), 0.5), truth)
        return Calibration(1.7, 0.2, as_it_is, as_it_is, len(truth))

    # Six steps of a tiny network are not enough for any temperature to fit.
    monkeypatch.setattr(calibrating, "fit_calibration", fitted)
    parent, done = _candidate(tmp_path / "set", 8, 0.72)
    watching = {c["patient"] for c in done.record["cases"] if c["part"] == "validation"}
    assert len(watching) == 5 and [len(patients) for patients in asked] == [5]  # numbered anew
    card = done.model.card
    assert (card.temperature, card.bias, parent.temperature) == (1.7, 0.2, 1.0)
    assert card.borderline < card.threshold and card.lineage is not None
    assert "not calibrated anew" not in card.limits


def test_where_fewer_watched_the_card_says_that_the_calibration_is_the_parents(tmp_path):
    parent, done = _candidate(tmp_path / "set", 4, 0.34)
    card = done.model.card
    assert (card.temperature, card.borderline) == (parent.temperature, parent.borderline)
    assert "Its probabilities were not calibrated anew." in card.limits


def test_what_was_learnt_with_a_share_for_neighbouring_grades_says_so_on_its_card(tmp_path):
    dataset = slice_set(tmp_path / "set", "grading", patients=4, test=1)
    changes = FEW_SLICES | {"split.validation": 0.34, "loss.neighbours": 0.2}
    made = prepare(dataset, changes=changes)
    done = carry_out(made.folder, device="cpu", workers=0)
    assert dataset.current.folder.card.neighbours is None
    assert done.model.card.neighbours == 0.2
