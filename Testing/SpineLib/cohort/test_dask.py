"""A cohort on Dask: few studies in flight, each read once, and a worker that cannot is left out."""

from pathlib import Path

import pytest

from SpineLib.cohort import reading
from SpineLib.cohort.planned import PlannedStudy
from SpineLib.cohort.run import run
from SpineLib.cohort.setting import Setting, settle
from SpineLib.progress import Progress
from Testing.SpineLib.cohort.conftest import rows_of, states

distributed = pytest.importorskip("distributed")
WRONG = 0  # name of the worker that has another version


class Reader:
    """Reads in the worker's own thread."""

    def ask(self, command, request, stop):
        if distributed.get_worker().name == WRONG:
            return {"state": reading.ANOTHER_SETTING, "why": "version 0", "seconds": 0.0}
        return reading.read_planned(
            Path(request["cohort"]), PlannedStudy.from_dict(request["study"]),
            Setting.from_dict(request["setting"]), device="cpu", progress=Progress(), session=None,
        )  # fmt: skip

    def close(self):
        pass


def make(environment):
    return Reader()


def test_each_study_is_read_once_and_a_worker_with_another_version_is_retired(cohort):
    from SpineLib.cohort.dask_engine import Dask

    lines, most = [], []

    class Counted(Dask):
        def start(self, name, request):
            super().start(name, request)
            most.append(len(self._open))

    setting = settle(cohort, Setting.here(), renew=False)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
    ) as cluster:
        ran = run(
            cohort, rows_of(cohort), setting, lambda: Counted(make, cluster.scheduler_address),
            say=lines.append,
        )  # fmt: skip
    assert ran.states == {"read": 3}
    assert states(cohort) == ["failed", "read", "read", "read"]
    assert max(most) <= 4
    assert any("left out" in line and "version 0" in line for line in lines)
