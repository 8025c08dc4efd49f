"""Small cohorts of real DICOM files, and workers in this process that read without networks."""

from pathlib import Path

import pytest

from SpineLib.cohort import kept, reading
from SpineLib.cohort.planned import PlannedStudy, read_plan
from SpineLib.cohort.planning import plan
from SpineLib.cohort.run import Ran, run
from SpineLib.cohort.setting import Setting, settle
from SpineLib.errors import from_exception
from SpineLib.inference import study
from SpineLib.progress import Progress
from Testing.experiments.cohort_simulation import SLICES, template
from Testing.experiments.cohort_worker import read_study

TEMPLATES = [template(number) for number in range(SLICES)]


def write_study(folder: Path, number: int) -> Path:
    """Three axial T2 slices of another patient for each number."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, data in enumerate(TEMPLATES):
        (folder / f"{n}.dcm").write_bytes(data.replace(b"99000000", b"9%07d" % number))
    return folder


class Here:
    """An engine whose one worker is this process; ``read`` takes the place of the networks' part."""

    def __init__(self, read=None):
        self._read, self._answers = read, {}
        self.asked: list[str] = []

    def room(self):
        return 1 - len(self._answers)

    def start(self, name, request):
        self.asked.append(name)
        try:
            if self._read is not None:
                self._read(name)
            said = reading.read_planned(
                Path(request["cohort"]), PlannedStudy.from_dict(request["study"]),
                Setting.from_dict(request["setting"]), device="cpu", progress=Progress(), session=None,
            )  # fmt: skip
        except Exception as error:
            said = from_exception(error)
        self._answers[name] = (said, "here")

    def finished(self):
        answers, self._answers = self._answers, {}
        return answers

    def leave_out(self, worker):
        return False

    def close(self):
        pass


@pytest.fixture
def images(tmp_path):
    """Four studies, one of them cut off."""
    folder = tmp_path / "images"
    for number in range(4):
        write_study(folder / str(number), number)
    for path in (folder / "3").iterdir():
        path.write_bytes(path.read_bytes()[:900])
    return folder


@pytest.fixture
def cohort(tmp_path, images, monkeypatch):
    """Their plan; workers read without networks."""
    monkeypatch.setenv("SPINE_STUB_SECONDS", "0")
    monkeypatch.setattr(study, "read_study", read_study)
    plan([str(images)], tmp_path / "cohort")
    return tmp_path / "cohort"


def rows_of(cohort: Path, setting: Setting | None = None) -> list[kept.Kept]:
    return kept.of_cohort(cohort, read_plan(cohort), setting or Setting.here())


def run_here(cohort: Path, engine: Here | None = None, setting: Setting | None = None) -> Ran:
    setting = settle(cohort, setting or Setting.here(), renew=True)
    return run(cohort, rows_of(cohort, setting), setting, lambda: engine or Here())


def states(cohort: Path, setting: Setting | None = None) -> list[str]:
    return sorted(one.state().state for one in rows_of(cohort, setting))
