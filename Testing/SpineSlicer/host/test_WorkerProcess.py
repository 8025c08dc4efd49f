"""The worker as Slicer's process: what a `QProcess` says is passed on, whatever it says."""

import json
import sys
import types
from pathlib import Path

import pytest

from SpineLib.errors import BadInput, Cancelled, WorkerEnded


class FakeProcess:
    """A `QProcess` whose child a test plays."""

    def __init__(self):
        self.slots, self.written, self.started, self.environment = {}, [], [], None
        self.killed = False
        self._out = self.errors = b""

    def connect(self, signal, slot):
        self.slots[signal] = slot

    def setProcessEnvironment(self, environment):
        self.environment = environment

    def start(self, program, arguments):
        self.started.append((program, arguments))

    def state(self):
        return 2 if self.started and not self.killed else 0

    def write(self, data):
        self.written += [json.loads(line) for line in data.decode().splitlines()]

    def readAllStandardOutput(self):
        out, self._out = self._out, b""
        return types.SimpleNamespace(data=lambda: out)

    def readAllStandardError(self):
        errors, self.errors = self.errors, b""
        return types.SimpleNamespace(data=lambda: errors)

    def closeWriteChannel(self):
        self.started.clear()

    def waitForFinished(self, milliseconds):
        return True

    def kill(self):
        self.killed = True
        self.slots["finished(int,QProcess::ExitStatus)"](9, 1)

    def say(self, **message):
        """The child writes a message, in two pieces as pipes do."""
        data = (json.dumps(message) + "\n").encode()
        for piece in (data[:7], data[7:]):
            self._out = piece
            self.slots["readyReadStandardOutput()"]()


class FakeTimer:
    def setSingleShot(self, on):
        self.single = on

    def connect(self, signal, slot):
        self.fire = slot

    def start(self, milliseconds):
        self.milliseconds = milliseconds

    def stop(self):
        self.milliseconds = None


class FakeEnvironment(dict):
    def insert(self, name, value):
        self[name] = value


@pytest.fixture
def process(monkeypatch):
    qt = types.ModuleType("qt")
    qt.QTimer, qt.QProcessEnvironment = FakeTimer, FakeEnvironment
    slicer = types.ModuleType("slicer")
    slicer.util = types.SimpleNamespace(
        startupEnvironment=lambda: {"PATH": "/usr/bin"}, settingsValue=lambda key, default: default
    )
    monkeypatch.setitem(sys.modules, "qt", qt)
    monkeypatch.setitem(sys.modules, "slicer", slicer)
    return FakeProcess()


@pytest.fixture
def worker(process):
    from SpineSlicer.host.WorkerProcess import WorkerProcess

    return WorkerProcess(process, python="/slicer/PythonSlicer")


@pytest.fixture
def answers():
    return []


def ask(worker, answers, **arguments):
    return worker.request("read", arguments, onResult=answers.append, onError=answers.append)


def test_the_first_request_starts_the_worker_and_the_second_one_uses_it(worker, process, answers):
    ask(worker, answers)
    ask(worker, answers)
    assert process.started == [("/slicer/PythonSlicer", ["-m", "SpineLib.doors.worker"])]
    assert [request["id"] for request in process.written] == ["1", "2"]


def test_the_worker_gets_slicers_startup_environment_and_finds_the_library(
    worker, process, answers
):
    ask(worker, answers)
    assert process.environment["PATH"] == "/usr/bin"
    assert (Path(process.environment["PYTHONPATH"]) / "SpineLib" / "doors" / "worker.py").is_file()


def test_the_worker_writes_in_the_language_of_the_panel(worker, process, answers, monkeypatch):
    monkeypatch.setattr("SpineLib.translation._language", "de_DE")
    ask(worker, answers)
    assert process.environment["SPINE_LANGUAGE"] == "de"


def test_an_answer_that_comes_in_pieces_is_one_answer(worker, process, answers):
    ask(worker, answers)
    process.say(type="result", id="1", command="read", result={"folder": "out"})
    assert answers == [{"folder": "out"}]
    assert not worker.busy


def test_progress_is_passed_on(worker, process, answers):
    steps = []
    worker.request("scan", {}, onResult=answers.append, onError=print, onProgress=steps.append)
    process.say(type="progress", id="1", stage="Scanning", done=1, total=4, seconds_left=3.0)
    assert (steps[0].stage, steps[0].done, steps[0].total) == ("Scanning", 1, 4)


def test_an_error_arrives_with_its_kind(worker, process, answers):
    ask(worker, answers)
    error = {"kind": "BadInput", "what": "Empty", "file": "in", "advice": "Choose."}
    process.say(type="error", id="1", error=error)
    assert type(answers[0]) is BadInput
    assert str(answers[0]) == "Empty (in). Choose."


def test_a_worker_that_crashes_is_a_clear_error_and_the_next_request_starts_another(
    worker, process, answers
):
    ask(worker, answers)
    process.kill()
    assert type(answers[0]) is WorkerEnded
    assert "crashed or was stopped" in str(answers[0])
    process.killed = False
    process.started.clear()
    ask(worker, answers)
    assert len(process.started) == 1


def test_a_worker_that_dies_says_its_last_words_but_no_files_name(worker, process, answers):
    ask(worker, answers)
    process.errors = b"reading /data/DOE^JOHN\nModuleNotFoundError: No module named 'torch'\n"
    process.slots["finished(int,QProcess::ExitStatus)"](1, 0)
    (error,) = answers
    assert type(error) is WorkerEnded
    assert "No module named 'torch'" in str(error) and "DOE" not in str(error)
    assert worker.log.lines == ["ModuleNotFoundError: No module named 'torch'"]


def test_another_python_named_in_the_settings_is_used_from_the_next_request_on(
    process, answers, monkeypatch
):
    from SpineSlicer.host.WorkerProcess import WorkerProcess

    python = ["/slicer/PythonSlicer"]
    settings = sys.modules["slicer"].util
    monkeypatch.setattr(settings, "settingsValue", lambda key, default: python[0])
    worker = WorkerProcess(process)
    ask(worker, answers)
    process.say(type="result", id="1", command="read", result={"folder": "out"})
    python[0] = "/opt/venv/bin/python"
    ask(worker, answers)
    assert [program for program, _ in process.started] == ["/opt/venv/bin/python"]


def test_a_python_that_is_not_there_is_named(worker, process, answers):
    ask(worker, answers)
    process.slots["errorOccurred(QProcess::ProcessError)"](0)
    assert "/slicer/PythonSlicer could not be started" in str(answers[0])
    assert "Setup" in str(answers[0]) and "memory" not in str(answers[0])


def test_a_python_that_cannot_be_started_at_once_is_said_too(worker, process, answers):
    """As on Windows, where the process says so before the request is there."""
    process.start = lambda program, arguments: process.slots[
        "errorOccurred(QProcess::ProcessError)"
    ](0)
    ask(worker, answers)
    assert "Setup" in str(answers[0]) and not worker.busy


def test_a_reading_that_does_not_stop_when_cancelled_is_ended_with_its_process(
    worker, process, answers
):
    request = ask(worker, answers)
    worker.cancel(request)
    assert process.written[-1]["command"] == "cancel"
    assert worker._timer.milliseconds <= 2000
    worker._timer.fire()
    assert process.killed
    assert [type(answer) for answer in answers] == [Cancelled]


def test_what_waits_behind_a_reading_that_had_to_be_ended_is_told_why(worker, process, answers):
    request = ask(worker, answers)
    ask(worker, answers)
    worker.cancel(request)
    worker._timer.fire()
    assert [type(answer) for answer in answers] == [Cancelled, WorkerEnded]
    assert "cancelled" in str(answers[1]) and "crashed" not in str(answers[1])


def test_an_answer_that_cannot_be_shown_keeps_no_other_one_back(worker, process, answers):
    def fail(result):
        raise KeyError(result)

    worker.request("scan", {}, onResult=fail, onError=answers.append)
    ask(worker, answers)
    scanned = {"studies": [], "skipped": [], "warnings": []}
    results = (("1", "scan", scanned), ("2", "read", {"folder": "out"}))
    lines = [{"type": "result", "id": n, "command": c, "result": r} for n, c, r in results]
    process._out = "".join(json.dumps(line) + "\n" for line in lines).encode()
    with pytest.raises(KeyError):
        process.slots["readyReadStandardOutput()"]()
    assert answers == [{"folder": "out"}] and not worker.busy


def test_what_has_something_to_save_may_take_longer_to_stop(worker, process, answers):
    learning, read = ask(worker, answers), ask(worker, answers)
    worker.cancel(learning, 60)
    assert 50_000 < worker._timer.milliseconds <= 60_000
    worker.cancel(read)
    assert worker._timer.milliseconds <= 2000
    process.say(
        type="error", id=read, error={"kind": "Cancelled", "what": "", "file": None, "advice": ""}
    )
    assert worker._timer.milliseconds > 50_000, "the other one still saves"
    worker._timer.fire()
    assert process.killed


def test_a_cancelled_request_that_waits_does_not_end_the_one_that_is_read(worker, process, answers):
    ask(worker, answers)
    waiting = worker.request("scan", {}, onResult=answers.append, onError=answers.append)
    worker.cancel(waiting)
    process.say(
        type="error", id="2", error={"kind": "Cancelled", "what": "", "file": None, "advice": ""}
    )
    worker._timer.fire()
    assert not process.killed and [type(answer) for answer in answers] == [Cancelled]
    process.say(type="result", id="1", command="read", result={"folder": "out"})
    assert answers[1:] == [{"folder": "out"}]


def test_a_worker_that_does_not_end_by_itself_is_waited_for_when_it_is_killed(
    worker, process, answers
):
    ask(worker, answers)
    waited = []
    process.closeWriteChannel = lambda: None
    process.waitForFinished = lambda milliseconds: waited.append(process.killed)
    worker.stop()
    assert waited == [False, True]


def test_what_a_stopped_worker_half_wrote_is_removed(worker, process, answers, tmp_path):
    ask(worker, answers, output=str(tmp_path / "out"))
    process.say(type="hello", protocol=1, software="SlicerSpineMRI", process=4242)
    (tmp_path / ".writing-4242-a").mkdir()
    process.kill()
    assert list(tmp_path.iterdir()) == []
