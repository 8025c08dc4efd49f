"""The worker as a real process: it answers, cancels, survives nonsense and dies with its parent."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from SpineLib.doors.client import PROTOCOL, WorkerClient
from SpineLib.errors import BadInput, BadRequest, Cancelled, WorkerEnded
from SpineLib.outputs.summary import headline
from SpineLib.reading import Reading
from Testing.machine import wait_until

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120


class Host:
    """A host as Slicer is one: owns the process and hands its lines to the client."""

    def __init__(self, program=("-m", "SpineLib.doors.worker")):
        self.process = subprocess.Popen(
            [sys.executable, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.client = WorkerClient(self.send)
        self.lines = queue.Queue()
        self.answers = {}
        self.steps = []
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def ask(self, command, **arguments):
        def answer(value):
            self.answers[request] = value

        request = self.client.request(
            command,
            arguments,
            on_result=answer,
            on_error=answer,
            on_progress=self.steps.append,
        )
        return request

    def wait(self, until):
        """Feeds the client until ``until()`` holds."""
        end = time.monotonic() + PATIENCE
        while not until():
            line = self.lines.get(timeout=max(0.1, end - time.monotonic()))
            if line is None:
                self.client.closed(f"exit code {self.process.wait(PATIENCE)}")
            else:
                self.client.feed(line)

    def answer(self, request):
        self.wait(lambda: request in self.answers)
        return self.answers[request]

    def message(self):
        """The next raw message."""
        return json.loads(self.lines.get(timeout=PATIENCE))

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)


@pytest.fixture
def host():
    started = Host()
    yield started
    started.process.kill()
    started.process.wait(PATIENCE)


@pytest.fixture
def many_files(tmp_path):
    """A folder that takes seconds to scan."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(20_000):
        (folder / str(number)).touch()
    return folder


def test_it_says_first_who_it_is(host):
    hello = host.message()
    assert hello["type"] == "hello"
    assert hello["protocol"] == PROTOCOL
    assert hello["process"] == host.process.pid
    assert hello["software"].startswith("SlicerSpineMRI ")


def test_a_scan_answers_as_the_command_line_does(host, data):
    scanned = host.answer(host.ask("scan", folder=str(data / "dicom" / "cervical_t2_axial")))
    (study,) = scanned["studies"]
    (series,) = study["series"]
    (stack,) = series["stacks"]
    assert (stack["plane"], stack["slices"]) == ("axial", 19)
    assert any(step.stage == "Scanning files" for step in host.steps)


def test_an_error_says_the_same_as_in_process(host, tmp_path):
    error = host.answer(host.ask("scan", folder=str(tmp_path)))
    assert type(error) is BadInput
    assert "empty" in str(error)
    assert str(tmp_path) in str(error)


@pytest.mark.parametrize("line", ["{nonsense", "[]", "7", '"read"'])
def test_a_malformed_line_is_refused_and_the_next_one_is_heard(host, line):
    host.send(line + "\n")
    host.message()
    assert host.message()["error"]["kind"] == "BadRequest"
    assert "models" in host.answer(host.ask("models"))


def test_it_says_what_its_python_has_and_that_the_models_are_whole(host):
    said = host.answer(host.ask("diagnose"))
    assert said["packages"]["torch"] and said["problem"] == ""
    assert any(one.startswith("CPU") for one in said["devices"])
    assert {one["state"] for one in said["models"]} == {"whole"}


def test_a_study_that_cannot_be_simulated_is_refused(host, tmp_path):
    error = host.answer(host.ask("simulate", folder=str(tmp_path / "a"), kind="knee", seed=1))
    assert type(error) is BadInput and "lumbar" in str(error)
    error = host.answer(host.ask("simulate", folder=str(tmp_path / "a"), species="cat"))
    assert type(error) is BadRequest
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_is_refused_with_the_ones_there_are(host):
    error = host.answer(host.ask("fly"))
    assert type(error) is BadRequest
    assert "read" in str(error)


def test_models_are_verified_and_what_cannot_be_imported_or_removed_is_said(host, tmp_path):
    from SpineLib.models.registry import BUNDLED_FOLDER

    bundled = sorted(path.parent.name for path in BUNDLED_FOLDER.glob("*/model.json"))
    said = host.answer(host.ask("manage", action="verify", name=bundled[0]))
    assert "the ones that the card names" in said["done"]
    assert {model["name"] for model in said["models"]} >= set(bundled)
    error = host.answer(host.ask("manage", action="remove", name=bundled[0]))
    assert "came with the program" in str(error)
    error = host.answer(host.ask("manage", action="import", path=str(tmp_path)))
    assert "model.json" in str(error)


def test_a_report_is_written_with_the_pictures_that_it_is_given(host, tmp_path):
    from SpineLib.findings import Findings
    from SpineLib.findings_file import write_json

    write_json(Findings(), tmp_path / "findings.json")
    file = tmp_path / "report.html"
    arguments = {"reading": str(tmp_path), "pictures": str(tmp_path), "file": str(file)}
    assert host.answer(host.ask("report", **arguments)) == {"file": str(file)}
    assert "<html" in file.read_text(encoding="utf-8")


def test_an_unknown_argument_is_refused(host, tmp_path):
    error = host.answer(host.ask("read", input="a", output=str(tmp_path / "o"), colour="red"))
    assert type(error) is BadRequest
    assert "colour" in str(error)


def test_a_missing_argument_is_named(host):
    assert "output" in str(host.answer(host.ask("read", input="a")))


def test_a_request_of_a_newer_protocol_is_refused(host):
    host.message()
    host.send(json.dumps({"protocol": PROTOCOL + 1, "id": "a", "command": "models"}) + "\n")
    error = host.message()["error"]
    assert "protocol 2" in error["what"]
    assert "version" in error["advice"]


def test_a_worker_of_a_newer_protocol_is_refused_by_the_client():
    client = WorkerClient(lambda text: None)
    errors = []
    client.request("models", {}, on_result=errors.append, on_error=errors.append)
    hello = {"type": "hello", "protocol": PROTOCOL + 1, "software": "x", "process": 1}
    client.feed(json.dumps(hello) + "\n")
    assert "protocol 2" in str(errors[0])
    assert not client.busy


@pytest.mark.timing
def test_cancel_is_effective_within_a_second(host, many_files):
    taken = []
    for _try in range(3):  # a neighbour on the machine may cost one of them a second
        request = host.ask("scan", folder=str(many_files))
        host.steps.clear()
        host.wait(lambda: host.steps)
        asked = time.monotonic()
        host.client.cancel(request)
        assert type(host.answer(request)) is Cancelled
        taken.append(time.monotonic() - asked)
    assert min(taken) < 1


def test_a_request_that_waits_is_cancelled_at_once_and_the_one_before_it_goes_on(host, many_files):
    first = host.ask("scan", folder=str(many_files))
    host.wait(lambda: host.steps)
    second = host.ask("models")
    host.client.cancel(second)
    assert type(host.answer(second)) is Cancelled
    assert host.client.is_open(first)
    host.client.cancel(first)
    assert type(host.answer(first)) is Cancelled
    assert "models" in host.answer(host.ask("models"))


def test_what_a_library_prints_does_not_reach_the_answers():
    code = (
        "import os, sys\n"
        "from SpineLib.doors.worker import Worker, _own_stdout\n"
        'worker = Worker([b\'{"id": "1", "command": "models"}\'], _own_stdout())\n'
        "print('python prints'); os.write(1, b'C prints'); worker.run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=PATIENCE,
        check=True,
    )
    assert all(json.loads(line)["type"] for line in done.stdout.splitlines())
    assert "python prints" in done.stderr
    assert "C prints" in done.stderr


def test_it_ends_when_its_input_closes(host, many_files):
    host.ask("scan", folder=str(many_files))
    host.wait(lambda: host.steps)
    host.process.stdin.close()
    assert host.process.wait(PATIENCE) is not None


def test_it_ends_when_it_is_asked_to(host):
    host.client.shut_down()
    assert host.process.wait(PATIENCE) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to orphan from")
def test_it_ends_when_its_parent_was_killed_though_its_input_is_still_open(tmp_path):
    reader, writer = os.pipe()
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys\n"
            "child = subprocess.Popen([sys.executable, '-m', 'SpineLib.doors.worker'], stdin=0, stdout=1)\n"
            "child.wait()",
        ],
        stdin=reader,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    worker = json.loads(parent.stdout.readline())["process"]
    parent.kill()
    parent.wait(PATIENCE)
    wait_until(lambda: not _runs(worker))
    os.close(writer)


def test_a_list_of_files_is_as_good_as_a_folder(host, data, tmp_path):
    folder = data / "dicom" / "cervical_t2_axial"
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    whole = host.answer(host.ask("scan", folder=str(folder)))
    assert host.answer(host.ask("scan", files=files)) == whole
    nothing = host.answer(host.ask("read", files=[__file__], output=str(tmp_path / "out")))
    assert isinstance(nothing, BadInput) and "None of the study's files" in str(nothing)
    assert isinstance(host.answer(host.ask("scan", files="one")), BadRequest)


def test_a_reading_comes_back_as_a_folder(host, data, tmp_path):
    source = data / "dicom" / "cervical_t2_axial"
    out = tmp_path / "out"
    first = host.answer(host.ask("read", input=str(source), output=str(out)))
    reading = Reading.load(first["folder"])
    (stack,) = reading.findings.stacks
    assert len(stack.slices) == 19
    assert stack.slices[0].opinion("compression").probability is not None
    assert reading.volumes[stack.id].shape == (19, 256, 320)
    assert {"Writing the findings"} < {step.stage for step in host.steps}
    told = [step.stage for step in host.steps if step.known == headline(reading.findings).text]
    assert "Outlining cord and dural sac" in told, "the verdict comes before outlines and sizes"
    assert "Finding the spinal canal" not in told


def test_a_kill_while_it_writes_leaves_nothing_and_a_clear_error(host, data, tmp_path):
    source = data / "dicom" / "cervical_t2_axial"
    request = host.ask("read", input=str(source), output=str(tmp_path / "out"))
    host.wait(lambda: any(s.stage == "Writing the findings" for s in host.steps))
    host.process.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    error = host.answer(request)
    assert type(error) is WorkerEnded
    assert "ended before it had answered" in str(error)
    assert "exit code -9" in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_cannot_be_written_is_an_error_and_the_worker_goes_on(host, data, tmp_path):
    (tmp_path / "file").touch()
    source = data / "dicom" / "cervical_t2_axial"
    out = tmp_path / "file" / "out"
    error = host.answer(host.ask("read", input=str(source), output=str(out)))
    assert str(out) in str(error)
    assert "models" in host.answer(host.ask("models"))


def _runs(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state != "Z"
    except FileNotFoundError:
        return False


FORKS = """
from multiprocessing import get_context
from SpineLib.doors import worker
from SpineLib.messages import Models

def fork(arguments, progress):
    child = get_context("fork").Process(target=int)  # as PyTorch's data loaders are
    child.start()
    child.join(60)
    child.kill()
    return {"models": [{"code": child.exitcode}], "broken": []}

worker.serving.HANDLERS[Models] = fork
worker.main()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")
def test_a_forked_loader_does_not_wait_for_the_stream_that_the_worker_listens_to():
    """It did for ever, so that no training in a worker began."""
    host = Host(("-c", FORKS))
    try:
        assert host.answer(host.ask("models"))["models"] == [{"code": 0}]
    finally:
        host.process.kill()
        host.process.wait(PATIENCE)
