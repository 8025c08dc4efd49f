"""Data for training: no patient on two sides, and none of the frozen test."""

import json

import pytest

from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.split import freeze_test
from SpineLib.errors import BadInput
from SpineLib.training import tasks
from SpineLib.training.tasks import open_data
from Testing.SpineLib.training import tiny


def _stack(number: int, value="compressed", site="") -> LabelledStack:
    labels = (SliceLabel(0, value),)
    return LabelledStack(f"stack-{number}", f"patient-{number}", lambda: None, labels, site)


@pytest.fixture
def sources(monkeypatch):
    """Sources by name, without files."""
    held = {"all": [_stack(n, site="ab"[n % 2]) for n in range(12)]}
    monkeypatch.setattr(tasks, "open_slices", lambda source, **_: held[source])
    return held


def test_a_part_of_the_patients_is_split_off_for_validation(sources):
    data = open_data(tiny.recipe(), ["all"])
    parts = [{c.patient for c in part} for part in (data.training, data.validation)]
    assert len(parts[0]) == 9 and len(parts[1]) == 3 and not parts[0] & parts[1]
    again = open_data(tiny.recipe(), ["all"])
    assert again.record == data.record


def test_the_record_names_patients_by_hash_and_tells_a_changed_label(sources):
    before = open_data(tiny.recipe(), ["all"]).record
    sources["all"][3] = _stack(3, "not compressed", site="b")
    after = open_data(tiny.recipe(), ["all"]).record
    assert json.loads(json.dumps(before)) == before
    splits = [record["splits"] for record in (before, after)]
    assert splits[0] != splits[1]
    for part in ("training", "validation"):
        assert splits[0][part]["patients_sha256"] == splits[1][part]["patients_sha256"]
        assert len(splits[0][part]["patients"]) == splits[0][part]["cases"]


def test_a_patient_in_training_and_validation_is_refused(sources):
    sources["more"] = [_stack(5), _stack(20)]
    with pytest.raises(BadInput, match="patient-5 is in training and in validation"):
        open_data(tiny.recipe(), ["all"], validation=["more"])


def test_a_frozen_test_patient_in_training_is_refused_or_left_out(sources, tmp_path):
    frozen = freeze_test(tmp_path / "test.json", [_stack(4), _stack(7)])
    with pytest.raises(BadInput, match="2 of the patients are in the frozen test") as error:
        open_data(tiny.recipe(), ["all"], test=tmp_path / "test.json")
    assert "--leave-out-test" in error.value.advice
    data = open_data(tiny.recipe(), ["all"], test=tmp_path / "test.json", leave_out_test=True)
    used = {c.patient for c in (*data.training, *data.validation)}
    assert len(used) == 10 and not used & set(frozen.patients)
    assert data.record["test_sha256"] == frozen.sha256


def test_folders_that_may_be_named_after_patients_are_not_recorded(sources):
    sources["/data/Jane Doe/labels"] = sources["all"]
    record = open_data(tiny.recipe(), ["/data/Jane Doe/labels"]).record
    assert "Jane" not in json.dumps(record)
