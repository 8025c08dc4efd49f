"""One progress, one cancel."""

import time

import pytest

from SpineLib.errors import Cancelled
from SpineLib.progress import Progress


def test_each_item_is_reported_with_its_stage():
    steps = []
    progress = Progress(steps.append)
    assert list(progress.track("abc", "Reading")) == ["a", "b", "c"]
    assert [(s.stage, s.done, s.total) for s in steps] == [("Reading", n, 3) for n in range(4)]


def test_the_time_left_follows_from_the_time_taken(monkeypatch):
    clock = iter(range(0, 100, 2))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    steps = []
    progress = Progress(steps.append)
    progress.stage("Reading", 4)
    progress.advance()
    assert steps[0].seconds_left is None
    assert steps[1].seconds_left == 6


def test_of_several_like_tasks_the_whole_is_told_and_the_time_that_all_will_take(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    steps = []
    progress = Progress(steps.append)
    for number in (1, 2, 3):
        progress.part(number, 3)
        for name in ("Reading", "Segmenting"):
            progress.stage(name, 2)
            clock[0] += 5
    assert [(s.part, s.parts, s.stage) for s in steps[2:4]] == [
        (2, 3, "Reading"), (2, 3, "Segmenting"),
    ]  # fmt: skip
    assert [s.seconds_left for s in steps] == [None, None, 20, 30, 10, 12.5]


def test_a_cancelled_task_stops_before_its_next_item():
    progress = Progress()
    done = []
    with pytest.raises(Cancelled, match="nothing was written"):
        for item in progress.track(range(10), "Reading"):
            done.append(item)
            if item == 3:
                progress.cancel()
    assert done == [0, 1, 2, 3]


def test_an_unknown_number_of_items_is_reported_without_a_total():
    steps = []
    list(Progress(steps.append).track(iter("ab"), "Reading"))
    assert {s.total for s in steps} == {0}
    assert steps[-1].seconds_left is None
