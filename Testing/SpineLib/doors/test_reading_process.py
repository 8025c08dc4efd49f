"""A reading in a process of its own: whatever happens to that process is one error."""

import json
import sys
import threading

import pytest

from SpineLib.doors import reading_process
from SpineLib.doors.client import WorkerClient
from SpineLib.doors.reading_process import ReadingProcess
from SpineLib.errors import BadInput, Cancelled, OutputError, WorkerEnded
from SpineLib.options import ReadOptions
from SpineLib.protocol import request_of

WORKER = """
import json, os, sys, time
print(json.dumps({"type": "hello", "protocol": 1, "software": "", "process": os.getpid()}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] != "read":
        sys.exit()
    name = os.path.basename(asked["arguments"].get("files", [""])[0])
    if name == "dies":
        os._exit(9)
    if name == "hangs":
        time.sleep(600)
    with open(asked["arguments"]["output"] + ".asked", "w") as out:
        out.write(line)
    print(json.dumps({"type": "result", "id": asked["id"], "command": "read",
                      "result": {"folder": asked["arguments"]["output"]}}), flush=True)
"""


@pytest.fixture
def process(monkeypatch):
    monkeypatch.setattr(reading_process, "_SECONDS_TO_END", 0.1)
    made = ReadingProcess((sys.executable, "-c", WORKER))
    yield made
    made.close()


def exporting(code: int, said: str) -> ReadingProcess:
    program = f"import sys; print({said!r}, file=sys.stderr); sys.exit({code})"
    return ReadingProcess(export=(sys.executable, "-c", program))


def test_a_process_that_dies_is_one_error_and_the_next_reading_has_another_one(process, tmp_path):
    with pytest.raises(WorkerEnded, match="exit code 9"):
        process.read([tmp_path / "dies"], tmp_path / "out", threading.Event())
    process.read([tmp_path / "a"], tmp_path / "out", threading.Event())
    warm = process._process
    process.read([tmp_path / "b"], tmp_path / "out", threading.Event())
    assert process._process is warm


def test_a_reading_that_hangs_is_ended(process, tmp_path):
    process._seconds = 0.1
    with pytest.raises(WorkerEnded, match="longer than 0 minutes"):
        process.read([tmp_path / "hangs"], tmp_path / "out", threading.Event())
    assert process._process is None


def test_a_reading_that_is_stopped_is_cancelled_not_failed(process, tmp_path):
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Cancelled):
        process.read([tmp_path / "hangs"], tmp_path / "out", stop)


def test_what_is_asked_is_a_request_that_the_worker_takes(process, tmp_path):
    files = [tmp_path / "a", tmp_path / "b"]
    process.read(files, tmp_path / "out", threading.Event())
    asked = json.loads((tmp_path / "out.asked").read_text())
    request = request_of(asked["command"], asked["arguments"])
    assert (request.source, request.output) == (files, tmp_path / "out")


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        (3, "Error: The images are not here.", BadInput),
        (6, "Error: The disk is full.", OutputError),
        (-9, "killed", WorkerEnded),
    ],
)
def test_why_no_object_was_written_is_said(code, said, kind, tmp_path):
    expected = said.removeprefix("Error: ") if kind is not WorkerEnded else "ended"
    with pytest.raises(kind, match=expected):
        exporting(code, said).export(tmp_path, tmp_path, tmp_path, threading.Event())


def test_a_folder_is_asked_for_with_what_the_person_said(process, tmp_path):
    options = ReadOptions(series="4", models=("a", "b"), threshold=0.4, force=True)
    (tmp_path / "study").mkdir()
    process.read(tmp_path / "study", tmp_path / "out", threading.Event(), options=options)
    asked = json.loads((tmp_path / "out.asked").read_text())
    request = request_of(asked["command"], asked["arguments"])
    assert request.source == tmp_path / "study"
    assert all(getattr(request, key) == value for key, value in vars(options).items())


def test_an_error_of_the_worker_keeps_the_command_that_mends_it():
    error = BadInput("There is no such device", advice="Choose another", command="--device cpu")
    failed = []
    client = WorkerClient(lambda text: None)
    request = client.request("models", {}, on_result=print, on_error=failed.append)
    client.feed(json.dumps({"type": "error", "id": request, "error": error.to_dict()}) + "\n")
    assert failed[0].in_terminal == error.in_terminal
