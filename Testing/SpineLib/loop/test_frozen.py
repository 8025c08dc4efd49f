"""The frozen test: drawn by patient from each region and scanner, hashed, never trained on."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.datasets.split import FrozenTest
from SpineLib.errors import BadInput
from SpineLib.loop import frozen as freezing
from SpineLib.loop import writer as writing
from SpineLib.loop.cases import Case
from SpineLib.loop.dataset import open_dataset
from SpineLib.loop.images import ImageReference, of_volume
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import open_model
from Testing.SpineLib.loop import kept
from Testing.SpineLib.loop.learning import spine

NOWHERE = ImageReference("file", "x", "", (1, 1, 1), ((1.0, 0, 0, 0),) * 4)


def case(patient, region, site):
    return Case("0001", patient, region, site, NOWHERE, None, "segmentation")


@pytest.fixture
def folder(tmp_path):
    return kept.volumes(tmp_path / "set", 6, labelled=True)


def freeze(folder, share=0.34, **how):
    with DatasetWriter(folder) as writer:
        return writer.freeze(share, **how)


@given(
    st.lists(st.integers(2, 30), min_size=1, max_size=5),
    st.floats(0.1, 0.6),
    st.integers(0, 100),
)
def test_each_region_and_scanner_has_its_share(sizes, share, seed):
    cases = [
        case(f"{group}-{n}", "lumbar", f"scanner {group}")
        for group, size in enumerate(sizes)
        for n in range(size)
    ]
    if not 0 < round(share * len(cases)) < len(cases):
        return
    chosen = freezing.draw(cases, share, seed)
    assert len(set(chosen)) == len(chosen) == round(share * len(cases))
    found = Counter(name.split("-")[0] for name in chosen)
    for group, size in enumerate(sizes):
        wanted = len(chosen) * size / len(cases)
        assert abs(found[str(group)] - wanted) < 1
    assert chosen == freezing.draw(cases[::-1], share, seed)


def test_all_cases_of_a_patient_are_on_one_side(folder):
    frozen = freeze(folder)
    dataset = open_dataset(folder)
    assert len(frozen.patients) == 2
    assert {case.patient for case in dataset.test()} == frozen.patients
    assert not {case.patient for case in dataset.training()} & frozen.patients
    assert frozen.strata == {"lumbar, A": (2, 6)}


def test_nothing_is_learnt_before_a_test_is_frozen(folder):
    with pytest.raises(BadInput, match="no frozen test yet"):
        open_dataset(folder).training()


def test_a_new_case_of_a_test_patient_is_a_test_case(folder):
    patient = min(freeze(folder).patients)
    with DatasetWriter(folder) as writer:
        image, labels = spine(77)
        added = writer.add(of_volume(image), patient=patient, labels=labels, by="anna")
        assert added.test
        assert added.id not in [case.id for case in writer.dataset.training()]
        with pytest.raises(BadInput, match="never trained on"):
            writer.dataset.require_training([added])


def test_a_test_is_chosen_once(folder):
    freeze(folder)
    with pytest.raises(BadInput, match="frozen already"):
        freeze(folder)


def test_a_test_is_not_chosen_after_a_model_has_learnt(folder):
    with DatasetWriter(folder) as writer:
        writer.add_model(open_model("starter-segmentation"), parent="0001-starter-segmentation")
        with pytest.raises(BadInput, match="too late"):
            writer.freeze(0.3)


@pytest.mark.parametrize("change", ["another", "both", "removed"])
def test_a_frozen_test_that_was_changed_is_refused(folder, change):
    freeze(folder)
    path = folder / "frozen.json"
    data = json.loads(path.read_text())
    if change == "removed":
        path.unlink()
    else:
        data["patients"] = ["p0"]
        if change == "both":
            data["sha256"] = FrozenTest(("p0",)).sha256
        path.write_text(json.dumps(data))
    with pytest.raises(BadInput, match=r"changed|replaced|not a frozen"):
        open_dataset(folder)


def test_a_program_killed_while_freezing_has_not_drawn_two_tests(folder, monkeypatch):
    def killed(*_):
        raise SystemExit

    monkeypatch.setattr(writing, "append", killed)
    with pytest.raises(SystemExit):
        freeze(folder)
    monkeypatch.undo()
    before = json.loads((folder / "frozen.json").read_text())["patients"]
    assert any("not recorded" in problem for problem in open_dataset(folder).problems)
    assert sorted(freeze(folder, 0.5).patients) == before


def test_named_patients_must_be_there_and_leave_some(folder):
    with pytest.raises(BadInput, match="no case"):
        freeze(folder, patients=["p9"])
    with pytest.raises(BadInput, match="needs a patient"):
        freeze(folder, patients=[f"p{n}" for n in range(6)])
    assert freeze(folder, patients=["p1"]).patients == {"p1"}


def test_too_few_patients_are_said(tmp_path):
    folder = kept.volumes(tmp_path / "set", 1, labelled=True)
    with pytest.raises(BadInput, match="1 patient cannot be split"):
        freeze(folder, 0.2)
