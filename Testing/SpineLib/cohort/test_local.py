"""Processes of this computer: one that is killed, and a Ctrl-C, cost no study."""

import os
import signal
import time

import pytest

from SpineLib.cohort.engines import Local
from SpineLib.cohort.run import run
from SpineLib.cohort.setting import Setting, settle
from Testing.experiments.cohort_worker import stub_process
from Testing.SpineLib.cohort.conftest import rows_of, states


def test_a_worker_that_is_killed_and_a_ctrl_c_lose_nothing_and_read_nothing_twice(
    cohort, monkeypatch
):
    monkeypatch.setenv("SPINE_STUB_SECONDS", "60")
    workers = []

    def make(environment):
        workers.append(stub_process(environment))
        return workers[-1]

    setting = settle(cohort, Setting.here(), renew=False)

    class Interrupted(Local):
        killed = False

        def finished(self):
            answers = super().finished()
            begun = [one for one in rows_of(cohort) if one.state().attempts]
            if begun and not self.killed:
                os.kill(workers[0]._process.pid, signal.SIGKILL)
                self.killed = True
            elif len(begun) == 2:
                raise KeyboardInterrupt
            return answers

    with pytest.raises(KeyboardInterrupt):
        run(cohort, rows_of(cohort), setting, lambda: Interrupted(make, 1))
    # The one that was killed counts as an attempt, the one that was cancelled does not.
    assert sorted(one.state().attempts for one in rows_of(cohort)) == [0, 0, 0, 1]
    monkeypatch.setenv("SPINE_STUB_SECONDS", "0")
    begun = time.time()
    ran = run(cohort, rows_of(cohort), setting, lambda: Local(stub_process, 1))
    assert (ran.states, ran.lost) == ({"read": 3}, 0)
    assert states(cohort) == ["failed", "read", "read", "read"]
    written = [path for one in rows_of(cohort) for path in one.folder.glob("*/findings.json")]
    assert len(written) == 3 and all(path.stat().st_mtime >= begun - 1 for path in written)
