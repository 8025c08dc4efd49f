"""Reading a study in the worker: what is handed over, and that nothing of it stays."""

from pathlib import Path

import numpy as np
import pytest

from SpineLib.errors import BadInput, Cancelled, SpineError
from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineLib.volume import Volume, read_volume
from SpineSlicer.host.StudyReader import StudyReader
from SpineSlicer.scene.volumeNodes import addVolumeNode


class Worker:
    """Remembers the one request, which a test answers."""

    def request(self, command, arguments, *, onResult, onError, onProgress):
        self.arguments, self.result, self.error = arguments, onResult, onError
        return "1"

    def cancel(self, request):
        self.error(Cancelled())

    def stop(self):
        pass


@pytest.fixture
def worker():
    return Worker()


@pytest.fixture
def reader(desktop, worker):
    return StudyReader(worker)


@pytest.fixture
def node(scene):
    voxels = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    return addVolumeNode(scene, Volume(voxels, np.diag([-1.0, -1.0, 3.0, 1.0])), "axial")


def test_a_volume_is_handed_over_as_a_file_that_is_removed_afterwards(reader, worker, node):
    answers = []
    reader.readVolume(node, onReading=answers.append, onError=answers.append, weighting="T2")
    handed = read_volume(worker.arguments["input"])
    assert (handed.voxels == np.arange(60).reshape(3, 4, 5)).all()
    assert worker.arguments["weighting"] == "T2" and reader.busy
    reader.cancel()
    assert isinstance(answers[0], Cancelled) and not reader.busy
    assert not Path(worker.arguments["input"]).parent.exists()


def test_the_reading_comes_back_and_its_folder_goes(reader, worker):
    answers = []
    reader.readFolder("/data/study", onReading=answers.append, onError=answers.append)
    Reading(Findings(notice="Starter model")).save(worker.arguments["output"])
    worker.result({"folder": worker.arguments["output"]})
    assert answers[0].findings.notice == "Starter model"
    assert not Path(worker.arguments["output"]).parent.exists() and not reader.busy


def test_a_second_reading_is_refused_while_the_first_is_under_way(reader):
    reader.readFolder("/data/study", onReading=print, onError=print)
    with pytest.raises(SpineError, match="read already"):
        reader.readFolder("/data/other", onReading=print, onError=print)
    reader.stop()
    assert not reader.busy


def test_a_reading_that_cannot_be_opened_is_an_error(reader, worker, tmp_path):
    answers = []
    reader.readFolder("/data/study", onReading=print, onError=answers.append)
    worker.result({"folder": str(tmp_path / "none")})
    assert isinstance(answers[0], BadInput)
