"""The loop learns from the command line, for slices as for volumes."""

import json

import pytest

torch = pytest.importorskip("torch")
from SpineLib.loop.dataset import open_dataset  # noqa: E402
from SpineLib.loop.serving import HANDLERS  # noqa: E402
from SpineLib.progress import Progress  # noqa: E402
from SpineLib.protocol import serve  # noqa: E402
from Testing.SpineLib.loop.learning import FEW_SLICES, slice_set  # noqa: E402

QUICK = [
    *(part for key, value in FEW_SLICES.items() for part in ("--set", f"{key}={value}")),
    *("--device", "cpu", "--workers", "0"),
]


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr("SpineLib.evaluation.statistics.DRAWS", 100)


@pytest.mark.parametrize("task", ["compression", "grading"])
def test_slices_are_fine_tuned_compared_promoted_and_gone_back_from(spine, tmp_path, task):
    dataset = slice_set(tmp_path / "set", task)
    first = dataset.current.id
    made = spine("loop", "finetune", dataset.folder, *QUICK)
    assert made.code == 0, made.errors
    assert "learns from 2 corrected cases, 1 watches" in made.out
    assert f"0002-tiny-{task}-ft1 is a candidate" in made.out

    shown = spine("loop", "promote", dataset.folder, "--device", "cpu", "--compare-only")
    assert shown.code == 0, shown.errors
    figure = "AUC" if task == "compression" else "κ of grades, linear"
    assert figure in shown.out and "promotion.html" in shown.out
    assert open_dataset(dataset.folder).current.id == first

    spine("loop", "promote", dataset.folder, "2", "--device", "cpu", "--reason", "a try")
    now = open_dataset(dataset.folder)
    assert now.current.id == f"0002-tiny-{task}-ft1"
    assert len(list((dataset.folder / "promotions").iterdir())) == 1, "measured once"

    drawn = spine("loop", "curve", dataset.folder)
    assert drawn.code == 0 and "corrected cases" in drawn.out
    again = spine("loop", "back", dataset.folder, "1", "--reason", "only a try")
    assert again.code == 0 and open_dataset(dataset.folder).current.id == first


def test_a_prepared_folder_is_carried_out_without_its_data_set(spine, tmp_path):
    dataset = slice_set(tmp_path / "set", "compression")
    said = spine("loop", "finetune", dataset.folder, "--prepare-only", *QUICK)
    assert "holds all that training needs, and no names" in said.out
    there = tmp_path / "cluster"
    (dataset.folder / "runs" / "0001").rename(there)
    done = spine("loop", "finetune", "--run", there, "--device", "cpu", "--workers", "0")
    assert done.code == 0 and "Copy the folder back" in done.out
    there.rename(dataset.folder / "runs" / "0001")
    back = spine("loop", "finetune", dataset.folder, "--take", dataset.folder / "runs" / "0001")
    assert "is a candidate" in back.out


def test_a_cancel_says_what_stays(spine, tmp_path, monkeypatch):
    def cancelled(*_, **__):
        raise KeyboardInterrupt

    dataset = slice_set(tmp_path / "set", "compression")
    monkeypatch.setattr("SpineLib.loop.finetune.carry_out", cancelled)
    said = spine("loop", "finetune", dataset.folder, *QUICK)
    assert said.code == 130 and "0001 resumes from its last checkpoint" in said.errors[0]
    monkeypatch.setattr("SpineLib.loop.scoring.score", cancelled)
    said = spine("loop", "answer", dataset.folder)
    assert said.code == 130 and "finished answers are kept" in said.errors[0]


def test_promoting_without_a_candidate_says_what_to_do(spine, tmp_path):
    dataset = slice_set(tmp_path / "set", "compression")
    answer = spine("loop", "promote", dataset.folder)
    assert answer.code == 3 and "Fine-tune with" in answer.errors[0]
    assert spine("loop", "finetune").code == 2
    assert spine("loop", "promote", dataset.folder, "1", "--margin", "auc").code == 2


def test_a_worker_fine_tunes_and_takes_the_model_in(tmp_path):
    dataset = slice_set(tmp_path / "set", "compression")
    stages = []
    progress = Progress(lambda step: stages.append(step.stage))
    arguments = {"dataset": str(dataset.folder), "changes": FEW_SLICES, "device": "cpu",
                 "workers": 0}  # fmt: skip
    done = serve(HANDLERS, "loop-finetune", arguments, progress)
    assert done["state"] == "trained" and done["step"] == done["steps"] == 6
    assert "Training" in stages
    taken = serve(
        HANDLERS, "loop-take", {"dataset": str(dataset.folder), "run": done["run"]}, Progress()
    )
    assert taken == {"model": "0002-tiny-compression-ft1"}
    json.dumps([done, taken])
