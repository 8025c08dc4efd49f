"""Nothing is lost and nothing is read twice, whoever dies; what cannot be read says why."""

import os
from collections import Counter
from dataclasses import replace

import pytest

from SpineLib.cohort import reading
from SpineLib.cohort.kept import JOURNAL
from SpineLib.cohort.planned import read_plan
from SpineLib.cohort.run import run
from SpineLib.cohort.setting import Setting, settle
from SpineLib.doors import console
from SpineLib.doors.cli import app
from SpineLib.errors import BadRequest, Cancelled, OutputError, SpineError, WorkerEnded
from SpineLib.inference import study
from SpineLib.store.lock import holding
from Testing.experiments.cohort_worker import read_study
from Testing.SpineLib.cohort.conftest import Here, rows_of, run_here, states


def test_each_study_is_read_once_and_a_second_run_asks_no_worker(cohort):
    engine = Here()
    ran = run_here(cohort, engine)
    assert (ran.states, len(engine.asked)) == ({"read": 3}, 3)
    assert states(cohort) == ["failed", "read", "read", "read"]
    again = Here()
    assert run_here(cohort, again).before == 4 and not again.asked
    for one in rows_of(cohort):
        if one.is_read:
            assert {"findings.json", "about.json", "axial.jpg"} == {
                path.name for path in one.reading.iterdir()
            }


def test_a_worker_that_dies_now_and_then_costs_an_attempt_and_no_study(cohort):
    times = Counter()

    def read(name):
        times[name] += 1
        if times[name] == 1:
            raise WorkerEnded("The reading process ended")

    ran = run_here(cohort, Here(read))
    assert (ran.states, ran.lost) == ({"read": 3}, 3)


def test_a_study_that_ends_its_worker_each_time_fails_after_three_and_the_others_are_read(
    cohort, monkeypatch
):
    victim = next(one for one in read_plan(cohort) if not one.problem)

    def end(path, **given):
        if str(path[0].parent) == victim.parts[0].path:
            raise WorkerEnded("Killed")
        return read_study(path, **given)

    monkeypatch.setattr(study, "read_study", end)
    # What dies cannot note anything: the line of the attempt is all that is left.
    monkeypatch.setattr(reading, "from_exception", _raise)
    assert run_here(cohort).states == {"read": 2, "failed": 1}
    (failed,) = [one for one in rows_of(cohort) if one.study.key == victim.key]
    assert "ended the worker 3 times" in failed.state().why
    monkeypatch.setattr(study, "read_study", read_study)
    failed.retry()
    assert run_here(cohort).states == {"read": 1}


def _raise(error):
    raise WorkerEnded("The reading process ended") from error


def test_another_fault_is_tried_three_times_and_then_said_without_the_file(cohort, monkeypatch):
    calls = Counter()

    def fail(path, **_):
        calls[path[0].parent.name] += 1
        raise SpineError("The moon is full", file=path[0])

    monkeypatch.setattr(study, "read_study", fail)
    ran = run_here(cohort)
    assert (ran.states, ran.reasons) == ({"failed": 3}, {"The moon is full": 3})
    assert set(calls.values()) == {3}


def test_a_full_disk_ends_the_run_here_and_is_no_attempt(cohort, monkeypatch):
    def full(path, **_):
        raise OutputError("The disk is full")

    monkeypatch.setattr(study, "read_study", full)
    with pytest.raises(OutputError, match="disk is full"):
        run_here(cohort)
    assert {one.state().attempts for one in rows_of(cohort)} == {0}
    monkeypatch.setattr(study, "read_study", read_study)
    assert run_here(cohort).states == {"read": 3}


def test_a_worker_whose_disk_is_full_is_left_out_and_others_go_on(cohort):
    class Two(Here):
        left_out = False

        def leave_out(self, worker):
            self.left_out = True
            return True

    engine = Two()
    engine._read = lambda name: _full() if not engine.left_out else None
    assert run_here(cohort, engine).states == {"read": 3}
    assert len(engine.asked) == 4


def _full():
    raise OutputError("The disk is full")


def test_a_reading_that_another_worker_finished_meanwhile_is_dropped(cohort, monkeypatch):
    (one, *_) = [row for row in rows_of(cohort) if not row.study.problem]

    def slow(path, **given):
        if not one.is_read and path[0].parent.name == one.study.parts[0].path[-1]:
            one.reading.mkdir(parents=True)
            (one.reading / "findings.json").write_text("the other's")
        return read_study(path, **given)

    monkeypatch.setattr(study, "read_study", slow)
    assert run_here(cohort).states == {"read": 3}
    assert (one.reading / "findings.json").read_text() == "the other's"
    assert {path.name for path in one.folder.iterdir()} == {JOURNAL, one.key}


def test_a_second_program_is_refused_while_one_runs(cohort):
    with holding(cohort / "run"), pytest.raises(BadRequest, match="Another program runs"):
        run_here(cohort)


def test_a_node_with_another_version_is_told_and_reads_nothing(cohort, monkeypatch):
    setting = replace(Setting.here(), software="0.0.1")
    settle(cohort, setting, renew=False)
    with pytest.raises(BadRequest, match=r"version .* and not 0\.0\.1"):
        settle(cohort, Setting.here(), renew=False)
    with pytest.raises(BadRequest, match="another setting: version"):
        run(cohort, rows_of(cohort, setting), setting, Here)
    assert not (cohort / "studies").exists()


def test_a_new_model_reads_again_only_studies_to_which_it_could_say_something(cohort):
    setting = Setting.here()
    run_here(cohort, setting=setting)
    by_task = {model.task: n for n, model in enumerate(setting.models)}

    def with_new(task):
        models = list(setting.models)
        models[by_task[task]] = replace(models[by_task[task]], sha256="0" * 64)
        return replace(setting, models=tuple(models))

    # These studies are axial T2: a new segmentation of sagittal images cannot matter.
    assert states(cohort, with_new("segmentation")).count("read") == 3
    assert states(cohort, with_new("compression")).count("waiting") == 3


def test_images_that_changed_after_the_plan_are_another_reading(cohort, images):
    from SpineLib.cohort.planning import plan

    run_here(cohort)
    os.utime(images / "0" / "0.dcm", ns=(1, 1))
    plan([str(images)], cohort)
    assert states(cohort).count("waiting") == 1


@pytest.mark.parametrize("how", [Cancelled, KeyboardInterrupt])
def test_a_cancelled_run_says_that_what_was_read_is_kept(cohort, monkeypatch, capsys, how):
    def stopped(*arguments, **options):
        raise how

    monkeypatch.setattr("SpineLib.cohort.run.run", stopped)
    assert console.run(app, ["cohort", "run", str(cohort)]) == 130
    assert "Error: Cancelled; what was read is kept, and the next run goes on." in (
        capsys.readouterr().err
    )
