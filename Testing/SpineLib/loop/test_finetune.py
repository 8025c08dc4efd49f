"""Fine-tuning: from what was corrected, never from the frozen test, and nothing lost by a fault."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from SpineLib.errors import BadInput, Cancelled, OutputError  # noqa: E402
from SpineLib.loop.dataset import open_dataset  # noqa: E402
from SpineLib.loop.finetune import (  # noqa: E402
    carry_out,
    fine_tunings,
    open_fine_tuning,
    prepare,
    require_untested,
    take,
    unfinished,
)
from SpineLib.loop.images import ImageChanged, of_volume  # noqa: E402
from SpineLib.loop.kept import file_of  # noqa: E402
from SpineLib.loop.writer import DatasetWriter  # noqa: E402
from SpineLib.progress import Progress  # noqa: E402
from SpineLib.store.lock import holding  # noqa: E402
from SpineLib.training.segmentation import SegmentationTask  # noqa: E402
from SpineLib.training.trainer import NotFinite  # noqa: E402
from SpineLib.volume import Volume, write_volume  # noqa: E402
from Testing.SpineLib.loop.learning import FEW_STEPS, segmentation_set, spine  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
TRAIN = {"device": "cpu", "workers": 0}


class StopsAt(Progress):
    """Cancels when so many steps of the training are done."""

    def __init__(self, step):
        super().__init__(
            lambda now: self.cancel() if now.stage == "Training" and now.done >= step else None
        )


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A data set of seven corrected patients, three of them the frozen test."""
    return segmentation_set(tmp_path_factory.mktemp("loop") / "set")


@pytest.fixture
def dataset(begun, tmp_path):
    shutil.copytree(begun.folder, tmp_path / "set")
    return open_dataset(tmp_path / "set")


@pytest.fixture(scope="module")
def trained(begun, tmp_path_factory):
    """The same with a fine-tuning that is done and not taken in; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("trained") / "set"
    shutil.copytree(begun.folder, folder)
    made = prepare(open_dataset(folder), changes=FEW_STEPS)
    carry_out(made.folder, **TRAIN)
    return folder


@pytest.fixture
def done(trained, tmp_path):
    shutil.copytree(trained, tmp_path / "done")
    return open_dataset(tmp_path / "done")


def _taken(dataset):
    with DatasetWriter(dataset.folder) as writer:
        return take(writer, fine_tunings(dataset)[-1].folder)


def test_the_card_of_a_fine_tuned_model_says_what_it_learnt_from(done):
    model = _taken(done)
    card, first = model.folder.card, done.models[0].folder.card
    assert (model.state, model.parent) == ("candidate", done.models[0].id)
    assert card.lineage.parent.weights_sha256 == first.weights_sha256
    assert set(card.lineage.cases) == {case.image.sha256 for case in done.training()}
    assert (card.lineage.patients, card.lineage.minutes) == (4, 10.0)
    assert card.weights_sha256 != first.weights_sha256
    assert not card.figures
    assert "4 corrected cases of 4 patients" in card.training_data
    # It has learnt from images that nobody says are simulated.
    assert not card.starter and "starter" not in card.name and "starter" not in card.title


def test_no_case_of_the_frozen_test_is_in_the_folder(done):
    made = fine_tunings(done)[0]
    kept = {case["image"] for case in made.record["cases"]}
    assert kept and not kept & {case.image.sha256 for case in done.test()}
    patients = json.loads((made.folder / "training" / "run.json").read_text())["data"]["splits"]
    learnt = {p for part in patients.values() for p in part["patients"]}
    assert not learnt & done.frozen.patients


def test_what_is_kept_for_the_training_is_voxels_and_labels_only(done):
    made = fine_tunings(done)[0]
    for file in (made.folder / "data").iterdir():
        with np.load(file, allow_pickle=False) as held:
            assert set(held) == {"voxels", "ijk_to_ras", "labels"}


def test_a_correction_after_the_start_does_not_change_what_is_learnt(dataset):
    made = prepare(dataset, changes=FEW_STEPS)
    case, (image, labels) = dataset.training()[0], spine(3)
    with DatasetWriter(dataset.folder) as writer:
        writer.add_version(
            case, labels.with_voxels(np.full_like(labels.voxels, 100)), kind="corrected", by="ben"
        )
    record = next(one for one in made.record["cases"] if one["case"] == case.id)
    with np.load(file_of(made.folder / "data", record)) as held:
        assert np.array_equal(held["labels"], labels.voxels)
        assert np.array_equal(held["voxels"], image.voxels)


def test_a_later_fine_tuning_learns_again_from_the_cases_of_earlier_ones(done):
    model = _taken(done)
    with DatasetWriter(done.folder) as writer:
        writer.promote(model.id, by="anna")
        image, labels = spine(30)
        writer.add(of_volume(image), patient="new", region="lumbar", labels=labels, by="anna")
    again = prepare(open_dataset(done.folder), changes=FEW_STEPS)
    assert again.record["parent"]["id"] == model.id
    kept = {case["image"] for case in again.record["cases"]}
    assert len(kept) == 5 and set(model.folder.card.lineage.cases) < kept


def test_a_folder_trains_elsewhere_and_its_model_comes_back(dataset, tmp_path):
    made = prepare(dataset, changes=FEW_STEPS)
    there = tmp_path / "cluster" / "0001"
    shutil.copytree(made.folder, there)
    carry_out(there, **TRAIN)
    with DatasetWriter(dataset.folder) as writer:
        model = take(writer, there)
        assert take(writer, there) == model, "taking it twice makes no second candidate"
    assert (made.folder / "training" / "curves.csv").is_file()
    assert model.folder.card.weights_sha256 == open_fine_tuning(there).model.card.weights_sha256
    assert unfinished(open_dataset(dataset.folder)) == []


def test_a_copy_whose_list_of_cases_was_changed_is_not_taken(done, tmp_path):
    made = fine_tunings(done)[0]
    there = tmp_path / "there"
    shutil.copytree(made.folder, there)
    record = json.loads((there / "finetune.json").read_text())
    record["cases"].pop()
    (there / "finetune.json").write_text(json.dumps(record))
    with (
        DatasetWriter(done.folder) as writer,
        pytest.raises(BadInput, match="not the one that was"),
    ):
        take(writer, there)


def test_a_kept_case_that_was_changed_is_refused(dataset):
    made = prepare(dataset, changes=FEW_STEPS)
    file = next((made.folder / "data").iterdir())
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(BadInput, match="not as it was prepared"):
        carry_out(made.folder, **TRAIN)


def _replayed(folder, image, labels, patient):
    folder.mkdir(exist_ok=True)
    write_volume(image, folder / "i.nii.gz")
    write_volume(labels, folder / "m.nii.gz")
    table = folder / "pairs.csv"
    table.write_text(f"image,mask,patient,labels\ni.nii.gz,m.nii.gz,{patient},SPIDER\n")
    return str(table)


@pytest.mark.parametrize("turned", [False, True])
def test_a_replayed_image_of_the_frozen_test_is_refused_whoever_it_is_said_to_be(
    dataset, tmp_path, turned
):
    image, labels = spine(1)
    if turned:  # saved by a program that orders the axes otherwise, and as fractions
        matrix = image.ijk_to_ras[:, [1, 0, 2, 3]]
        image, labels = (
            Volume(np.ascontiguousarray(v.voxels.transpose(0, 2, 1)).astype(kind), matrix)
            for v, kind in ((image, np.float32), (labels, np.uint8))
        )
    source = _replayed(tmp_path / "other", image, labels, "somebody")
    with pytest.raises(BadInput, match=r"pairs\.csv holds an image of the frozen test"):
        prepare(dataset, replay=[source], changes=FEW_STEPS)
    assert fine_tunings(dataset) == [] and not any((dataset.folder / "runs").iterdir())


def test_a_replayed_patient_of_the_frozen_test_is_refused(dataset, tmp_path, monkeypatch):
    source = _replayed(tmp_path / "other", *spine(40), "somebody")
    from SpineLib.datasets.open_volumes import open_volumes
    from SpineLib.loop.ancestry import FrozenImages

    patient = open_volumes(source)[0].patient
    assert prepare(dataset, replay=[source], changes=FEW_STEPS).record["replay"] == [source]
    monkeypatch.setattr(FrozenImages, "holds", lambda *_: False)
    real = FrozenImages.__init__

    def with_patient(self, given):
        real(self, given)
        self.patients.add(patient)

    monkeypatch.setattr(FrozenImages, "__init__", with_patient)
    with pytest.raises(BadInput, match="holds a patient of the frozen test"):
        prepare(dataset, replay=[source], changes=FEW_STEPS)


def test_a_model_whose_ancestor_learnt_from_the_test_is_refused(done):
    from dataclasses import replace

    from SpineLib.models import ModelFolder

    model = fine_tunings(done)[0].model
    lineage = replace(model.card.lineage, others=(done.test()[0].image.sha256,))
    require_untested(done, model)
    with pytest.raises(BadInput, match="learnt from 1 images of the frozen test"):
        require_untested(done, ModelFolder(model.path, replace(model.card, lineage=lineage)))


def test_one_corrected_patient_is_too_few(tmp_path):
    with pytest.raises(BadInput, match="too few"):
        prepare(segmentation_set(tmp_path / "set", patients=4, test=3))


def test_nothing_is_learnt_before_a_test_is_frozen(tmp_path):
    with pytest.raises(BadInput, match="frozen test"):
        prepare(segmentation_set(tmp_path / "set", patients=4, test=0))


def test_a_case_whose_image_changed_is_set_aside_and_nothing_learnt_from_it(dataset):
    case = dataset.training()[0]
    write_volume(spine(90)[0], case.folder / "image.nii.gz")
    with pytest.raises(ImageChanged, match=f"set aside now: case {case.id}"):
        prepare(dataset, changes=FEW_STEPS)
    now = open_dataset(dataset.folder)
    assert now.case(case.id).set_aside and not any((dataset.folder / "runs").iterdir())
    kept = prepare(now, changes=FEW_STEPS).record["cases"]
    assert case.id not in {one["case"] for one in kept} and len(kept) == 3


def test_a_full_disk_leaves_no_half_prepared_folder(dataset, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OutputError, match="disk is full"):
        prepare(dataset, changes=FEW_STEPS)
    assert not any((dataset.folder / "runs").iterdir())


def test_what_a_killed_preparation_left_is_removed_and_no_number_given_twice(dataset):
    left = dataset.folder / "runs" / "0001"
    (left / "data").mkdir(parents=True)
    (left / "data" / "x.npz").write_bytes(b"half")
    made = prepare(dataset, changes=FEW_STEPS)
    assert made.name == "0002" and not left.exists()


def test_a_cancelled_fine_tuning_goes_on_from_its_checkpoint(dataset):
    made = prepare(dataset, changes=FEW_STEPS)
    with pytest.raises(Cancelled):
        carry_out(made.folder, progress=StopsAt(3), **TRAIN)
    assert (made.state, made.step) == ("stopped", 3), "not that of the last validation"
    assert "Fine-tuning 0001 is at step 3 of 6" in unfinished(dataset)[0]
    assert carry_out(made.folder, **TRAIN).state == "trained"
    assert len(json.loads((made.folder / "training" / "run.json").read_text())["sessions"]) == 2
    assert "its model was not added yet" in unfinished(dataset)[0]


def test_a_loss_that_is_no_number_makes_no_model(dataset, monkeypatch):
    made = prepare(dataset, changes=FEW_STEPS)
    monkeypatch.setattr(
        SegmentationTask, "loss", lambda self, net, batch: net(batch[0]).sum() * float("nan")
    )
    with pytest.raises(NotFinite):
        carry_out(made.folder, **TRAIN)
    assert made.model is None
    with DatasetWriter(dataset.folder) as writer, pytest.raises(BadInput, match="is not done"):
        take(writer, made.folder)


def test_a_half_written_candidate_is_written_again(done):
    made = fine_tunings(done)[0]
    whole = made.model.card
    (made.folder / "model" / "weights.safetensors").unlink()
    assert made.state == "stopped"
    assert carry_out(made.folder, **TRAIN).model.card == whole


def test_two_programs_do_not_train_in_one_folder(dataset):
    made = prepare(dataset, changes=FEW_STEPS)
    with holding(made.folder / "finetune.json"), pytest.raises(BadInput, match="Another program"):
        carry_out(made.folder, **TRAIN)


def test_a_killed_fine_tuning_goes_on(dataset):
    made = prepare(dataset, changes=FEW_STEPS | {"training.steps": 4000})
    code = (
        "import sys; from SpineLib.loop.finetune import carry_out; "
        "carry_out(sys.argv[1], device='cpu', workers=0)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(made.folder)], cwd=ROOT)
    end = time.monotonic() + 120
    while made.step < 2 and process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert made.state == "stopped" and made.step >= 2
    before = made.step
    with pytest.raises(Cancelled):
        carry_out(made.folder, progress=StopsAt(before + 3), **TRAIN)
    assert made.step > before
