"""Training by a recipe: the same result whatever interrupts it, and nothing lost by a fault."""

import csv
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from SpineLib.errors import BadInput, Cancelled, OutputError
from SpineLib.inference.loaded import load
from SpineLib.models import open_folder
from SpineLib.progress import Progress
from SpineLib.training import keeping
from SpineLib.training.recipe import read_recipe
from SpineLib.training.trainer import NotFinite, OutOfMemory, train
from Testing.machine import wait_until
from Testing.SpineLib.training import tiny

ROOT = Path(__file__).resolve().parents[3]
TINY = Path(tiny.__file__)


def _train(task, folder, **more):
    return train(task, folder, **{"device": "cpu", "workers": 0, **more})


def _weights(run):
    return torch.load(run.last, weights_only=True)


def _same(one, other):
    """Whether two checkpoints hold the same tensors and values, bit by bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        timed = {"learning", "waiting"}
        return one.keys() == other.keys() and all(
            _same(one[k], other[k]) for k in one if k not in timed
        )
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other


def _rows(run):
    with (run.folder / "curves.csv").open() as stream:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(stream)]


class StopsAt(Progress):
    """Cancels when so many steps are done."""

    def __init__(self, step):
        super().__init__(lambda now: self.cancel() if now.done >= step else None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nothing interrupted."""
    return _train(tiny.Tiny(tiny.recipe()), tmp_path_factory.mktemp("runs") / "whole")


def test_a_run_leaves_all_that_is_needed_to_understand_and_repeat_it(whole):
    record = json.loads((whole.folder / "run.json").read_text())
    assert record["finished"] and record["ended"] == "all steps"
    assert (record["step"], record["steps"], record["seed"]) == (12, 12, 5)
    session = record["sessions"][0]
    assert session["device"] == "cpu" and session["processes"] == 1
    assert session["versions"]["torch"] == torch.__version__
    assert read_recipe(whole.folder / "recipe.toml").values() == tiny.recipe().values()
    assert [row["step"] for row in _rows(whole)] == [4, 8, 12]
    assert (whole.folder / "curves.png").stat().st_size > 5000
    assert list(whole.folder.glob("events.*"))


def test_the_model_of_a_run_is_the_best_validated_one_and_loads(whole):
    model = load(open_folder(whole.model), "cpu")
    assert model.card.labels == ("dark", "bright")
    best = min(_rows(whole), key=lambda row: row["loss"])
    figures = {figure.name: figure.value for figure in model.card.figures}
    assert figures["loss"] == pytest.approx(best["loss"], abs=1e-4)
    task = tiny.Tiny(tiny.recipe())
    with torch.no_grad():
        measured = task.validate(model.network, torch.device("cpu"), Progress())
    assert measured["loss"] == pytest.approx(best["loss"], abs=2e-3)  # weights are kept in fp16


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle", "plateau"])
def test_a_resumed_run_ends_with_the_very_same_weights(tmp_path, whole, schedule):
    given = {"optimiser.schedule": schedule, "optimiser.warmup": 2 if schedule == "cosine" else 0}
    recipe = tiny.recipe().changed(given)
    if schedule != "cosine":
        whole = _train(tiny.Tiny(recipe), tmp_path / "whole")
    folder = tmp_path / "stopped"
    with pytest.raises(Cancelled, match="--resume"):
        _train(tiny.Tiny(recipe), folder, progress=StopsAt(6))
    resumed = _train(tiny.Tiny(recipe), folder, resume=True, workers=1)
    assert [s["from_step"] for s in resumed.record["sessions"]] == [0, 6]
    assert _same(_weights(whole), _weights(resumed))
    assert _rows(whole) == _rows(resumed)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_a_cancel_keeps_what_was_learnt_since_the_last_validation(tmp_path, accumulate):
    recipe = tiny.recipe().changed({"training.accumulate": accumulate})
    whole = _train(tiny.Tiny(recipe), tmp_path / "whole")
    folder = tmp_path / "run"
    for step in (3, 7):  # before the first validation, and between two
        with pytest.raises(Cancelled):
            _train(tiny.Tiny(recipe), folder, resume=True, progress=StopsAt(step))
        assert json.loads((folder / "run.json").read_text())["step"] == step
    assert _same(_weights(whole), _weights(_train(tiny.Tiny(recipe), folder, resume=True)))


class Signalled(tiny.Tiny):
    """Gets a signal in the middle of its sixth step."""

    signal, trained = signal.SIGINT, 0

    def loss(self, network, batch):
        self.trained += 1
        if self.trained == 6:
            os.kill(os.getpid(), self.signal)
        return super().loss(network, batch)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_or_the_end_of_a_job_keeps_the_step_that_is_under_way(tmp_path, whole, how):
    recipe = tiny.recipe(training__validate_every=12)
    task, folder = Signalled(recipe), tmp_path / "run"
    task.signal = how
    before = signal.signal(how, signal.default_int_handler)  # as the command line has it
    try:
        with pytest.raises(Cancelled, match="goes on from step 6 with --resume"):
            _train(task, folder)
        assert signal.getsignal(how) is signal.default_int_handler
    finally:
        signal.signal(how, before)
    assert json.loads((folder / "run.json").read_text())["step"] == 6
    resumed = _train(tiny.Tiny(recipe), folder, resume=True)
    assert _same(_weights(whole)["network"], _weights(resumed)["network"])


def test_a_second_ctrl_c_ends_a_step_that_takes_too_long(tmp_path):
    class Impatient(Signalled):
        def loss(self, network, batch):
            if self.trained == 5:
                os.kill(os.getpid(), self.signal)
            return super().loss(network, batch)

    with pytest.raises(Cancelled, match="goes on from step 4 with --resume"):
        _train(Impatient(tiny.recipe()), tmp_path / "run")


def test_what_was_cancelled_before_its_first_step_promises_no_checkpoint(tmp_path):
    with pytest.raises(Cancelled, match=r"before its first checkpoint.*begins again with --resume"):
        _train(tiny.Tiny(tiny.recipe()), tmp_path / "run", progress=StopsAt(0))
    assert _train(tiny.Tiny(tiny.recipe()), tmp_path / "run", resume=True).finished


@pytest.mark.parametrize("step", [8, 12])
def test_a_cancel_while_it_validates_costs_no_validation(tmp_path, whole, step):
    class Cancelling(tiny.Tiny):
        def validate(self, network, device, progress):
            if task.trained == step:
                progress.cancel()
            progress.check()
            return super().validate(network, device, progress)

        def loss(self, network, batch):
            task.trained += 1
            return super().loss(network, batch)

    task = Cancelling(tiny.recipe())
    task.trained = 0
    with pytest.raises(Cancelled):
        _train(task, tmp_path / "run")
    resumed = _train(tiny.Tiny(tiny.recipe()), tmp_path / "run", resume=True)
    assert [s["from_step"] for s in resumed.record["sessions"]] == [0, step]
    assert _rows(resumed) == _rows(whole) and _same(_weights(whole), _weights(resumed))


def test_a_run_stopped_by_the_clock_says_so_and_goes_on_to_the_same_weights(tmp_path, whole):
    folder = tmp_path / "run"
    task = tiny.Tiny(tiny.recipe())
    run = _train(task, folder, minutes=0)
    assert not run.finished and run.record["ended"] == "minutes" and run.step == 1
    assert not run.model.exists()
    resumed = _train(task, folder, resume=True)
    assert resumed.finished
    assert _same(_weights(whole), _weights(resumed))


def test_a_finished_run_is_not_trained_again(whole):
    before = whole.last.stat().st_mtime_ns
    again = _train(tiny.Tiny(tiny.recipe()), whole.folder, resume=True)
    assert again.finished and whole.last.stat().st_mtime_ns == before


def test_parts_of_a_batch_give_the_same_step_as_the_whole(tmp_path):
    plain = tiny.plain(steps=3)
    one = _train(tiny.Frozen(plain), tmp_path / "one")
    parts = _train(tiny.Frozen(plain.changed({"training.accumulate": 4})), tmp_path / "parts")
    for name, tensor in _weights(one)["network"].items():
        torch.testing.assert_close(tensor, _weights(parts)["network"][name], atol=1e-5, rtol=1e-4)


class Worsening(tiny.Tiny):
    """Its second validation is the best."""

    seen = 0

    def validate(self, network, device, progress):
        self.seen += 1
        return {"loss": {1: 0.5, 2: 0.4}.get(self.seen, 0.9)}


@pytest.mark.parametrize(("least", "ended"), [(0, 5), (7, 7)])
def test_training_stops_when_it_gets_no_better_but_not_before_its_least(tmp_path, least, ended):
    changes = {"training__steps": None, "training__epochs": 20, "training__validate_every": None}
    recipe = tiny.recipe(**changes, training__patience=3, training__minimum_epochs=least)
    run = _train(Worsening(recipe), tmp_path / "run")
    assert run.record["ended"] == "early stopping"
    assert run.record["epochs"] == ended
    assert run.best["step"] == 2 * 3  # 20 items in batches of 8 are three steps an epoch
    assert torch.load(run.best_checkpoint, weights_only=True)["step"] == 6


class Breaking(tiny.Tiny):
    """Its loss is NaN from the sixth step on."""

    def loss(self, network, batch):
        self.steps += 1
        return super().loss(network, batch) * (float("nan") if self.steps >= 6 else 1.0)


def test_a_loss_that_is_not_a_number_stops_and_the_good_checkpoint_stays(tmp_path):
    with pytest.raises(NotFinite, match="nan at step 6") as error:
        _train(Breaking(tiny.recipe()), tmp_path / "run")
    assert "rate" in error.value.advice
    held = torch.load(tmp_path / "run" / "checkpoints" / "last.pt", weights_only=True)
    assert held["state"]["step"] == 4
    assert all(t.isfinite().all() for t in held["network"].values())


def test_a_full_disk_leaves_the_older_checkpoint_and_the_run_goes_on(tmp_path, monkeypatch, whole):
    folder = tmp_path / "run"
    save, count = keeping.save_checkpoint, []

    def full(path, values):
        count.append(path)
        if len(count) < 3:  # best and last of the first validation
            return save(path, values)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        try:
            return save(path, values)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, handler)

    monkeypatch.setattr(keeping, "save_checkpoint", full)
    with pytest.raises(Exception, match="grew larger than this disk"):
        _train(tiny.Tiny(tiny.recipe()), folder)
    monkeypatch.undo()
    held = torch.load(folder / "checkpoints" / "last.pt", weights_only=True)
    assert held["state"]["step"] == 4
    assert sorted(p.name for p in (folder / "checkpoints").iterdir()) == ["best.pt", "last.pt"]
    assert _same(_weights(whole), _weights(_train(tiny.Tiny(tiny.recipe()), folder, resume=True)))


def test_a_run_of_another_recipe_is_refused_by_what_differs(tmp_path, whole):
    other = tiny.recipe(optimiser__rate=0.5, training__batch=4)
    with pytest.raises(BadInput, match=r"optimiser\.rate, training\.batch"):
        _train(tiny.Tiny(other), whole.folder, resume=True)


def test_a_run_on_other_data_is_refused(whole):
    with pytest.raises(BadInput, match="other data"):
        _train(tiny.Tiny(tiny.recipe()), whole.folder, resume=True, data={"splits": {}})


def test_a_folder_with_a_run_or_anything_else_in_it_is_left_alone(tmp_path, whole):
    with pytest.raises(OutputError, match="is a run"):
        _train(tiny.Tiny(tiny.recipe()), whole.folder)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(OutputError, match="something else"):
        _train(tiny.Tiny(tiny.recipe()), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_a_damaged_checkpoint_is_said_to_be_damaged(tmp_path):
    folder = tmp_path / "run"
    run = _train(tiny.Tiny(tiny.recipe()), folder, minutes=0)
    run.last.write_bytes(run.last.read_bytes()[:500])
    with pytest.raises(BadInput, match="damaged"):
        _train(tiny.Tiny(tiny.recipe()), folder, resume=True)


class TooLarge(tiny.Tiny):
    def loss(self, network, batch):
        raise torch.OutOfMemoryError("CUDA out of memory.")


def test_too_little_memory_comes_with_the_recipe_that_fits(tmp_path):
    with pytest.raises(OutOfMemory, match="does not hold 8 of the 8 items") as error:
        _train(TooLarge(tiny.recipe()), tmp_path / "run")
    assert "--set training.accumulate=2" in error.value.command


def test_a_figure_that_validation_does_not_give_is_said_with_those_it_gives(tmp_path):
    with pytest.raises(BadInput, match="dice") as error:
        _train(tiny.Tiny(tiny.recipe(select__metric="dice")), tmp_path / "run")
    assert "loss, right" in error.value.advice


def test_weights_that_do_not_fit_the_card_are_refused_before_the_first_step(tmp_path):
    class Wider(tiny.Tiny):
        def network(self):
            network = super().network()
            network.more = torch.nn.Linear(2, 2)
            return network

    with pytest.raises(BadInput, match="not those of the card's network"):
        _train(Wider(tiny.recipe()), tmp_path / "run")


def test_weights_of_another_network_cannot_be_started_from(tmp_path):
    with pytest.raises(BadInput, match="start from"):
        _train(tiny.Tiny(tiny.recipe()), tmp_path / "run", start={"a": torch.zeros(1)})


def _environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def test_ctrl_c_ends_it_and_the_run_goes_on(tmp_path):
    folder = tmp_path / "run"
    command = [sys.executable, str(TINY), str(folder), "--steps", "100000"]
    running = subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, text=True)
    try:
        last = folder / "checkpoints" / "last.pt"
        wait_until(last.exists)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 130
    assert "--resume" in said and "Traceback" not in said
    assert torch.load(last, weights_only=True)["state"]["step"] >= 3
    assert not list(folder.rglob(".writing-*"))


def test_two_processes_learn_what_one_does(tmp_path):
    one = _train(tiny.Frozen(tiny.plain(steps=6)), tmp_path / "one")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    # By number: where nothing answers for this machine's name, looking it up takes minutes.
    command += ["--local-addr", "127.0.0.1"]
    command += ["--nproc-per-node", "2", str(TINY), str(tmp_path / "two")]
    environment = _environment()
    if sys.platform == "linux":
        environment["GLOO_SOCKET_IFNAME"] = "lo"
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    record = json.loads((tmp_path / "two" / "run.json").read_text())
    assert record["finished"] and record["sessions"][0]["processes"] == 2
    rows = zip(_rows(one), _rows(type(one)(tmp_path / "two", record)), strict=True)
    for alone, together in rows:
        assert together == pytest.approx(alone, abs=1e-5)
