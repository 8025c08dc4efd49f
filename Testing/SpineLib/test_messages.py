"""What a worker and its host send each other is checked where it arrives."""

from pathlib import Path

import pytest

from SpineLib.doors.client import WorkerClient
from SpineLib.doors.serving import HANDLERS
from SpineLib.errors import BadRequest
from SpineLib.messages import Read, Simulate
from SpineLib.protocol import REQUESTS, request_of

READ = {"input": "in", "output": "out"}


def test_every_request_is_answered_by_somebody():
    assert set(HANDLERS) == set(REQUESTS)


def test_arguments_arrive_as_what_they_are():
    request = request_of("read", {**READ, "models": ["a"], "threshold": 1, "series": None})
    assert request == Read(input=Path("in"), output=Path("out"), models=("a",), threshold=1)
    assert request.source == Path("in")
    assert request_of("read", {"files": ["a", "b"], "output": "o"}).source == [Path("a"), Path("b")]
    here = {"folder": "here", "kind": "lumbar", "seed": 1, "scanner": {"field": 3}}
    assert request_of("simulate", here) == Simulate(
        folder=Path("here"), kind="lumbar", seed=1, scanner={"field": 3}
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"threshold": "0.5"}, "threshold is not a number"),
        ({"threshold": True}, "threshold is not a number"),
        ({"force": "no"}, "force is not true or false"),
        ({"tasks": "compression"}, "tasks is not a list of texts"),
        ({"models": ["a", 7]}, "models is not a list of texts"),
        ({"output": ""}, "output is missing"),
        ({"input": None}, "input is missing"),
        ({"input": "in\0"}, "input is not a path"),
        ({"files": "one"}, "files is not a list of paths"),
        ({"colour": "red"}, "no argument colour"),
    ],
)
def test_a_wrong_argument_is_named(changes, words):
    with pytest.raises(BadRequest, match=words):
        _ = request_of("read", {**READ, **changes}).source


@pytest.mark.parametrize(
    ("command", "arguments", "words"),
    [
        ("read", [], "not a JSON object"),
        ("simulate", {"folder": "a", "kind": "lumbar", "seed": 1.5}, "seed is not a whole number"),
        ("project", {"action": "fly"}, "no action fly; there are: status, add"),
        ("project", {"action": ["add"]}, "no action"),
        ("project", {}, "action is missing"),
        (
            "regrade",
            {"boxes": {"1": [[0, 0, "x"]]}},
            "boxes is not a JSON object of lists of lists of numbers",
        ),
    ],
)
def test_a_request_that_is_none_says_why(command, arguments, words):
    with pytest.raises(BadRequest, match=words):
        request_of(command, arguments)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"command": "scan", "result": {"models": [], "broken": []}}, "to models is one to scan"),
        ({"command": "models", "result": {"models": []}}, "has no broken"),
        ({"command": "models", "result": {"models": [], "broken": 7}}, "broken is not a list"),
        ({"command": "models", "result": 7}, "not a JSON object"),
    ],
)
def test_an_answer_to_something_else_is_an_error_of_the_request(message, words):
    import json

    told = []
    client = WorkerClient(lambda text: None)
    client.request("models", {}, on_result=told.append, on_error=told.append)
    client.feed(json.dumps({"type": "result", "id": "1", **message}) + "\n")
    assert isinstance(told[0], BadRequest) and words in str(told[0]) and not client.busy
