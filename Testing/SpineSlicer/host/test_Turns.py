"""Work in turns of the event loop."""

import pytest

from SpineSlicer.host import Turns as module
from SpineSlicer.host.Turns import Turns


@pytest.fixture
def heard():
    """What the work told, in order."""
    return []


@pytest.fixture
def process(desktop):
    """Lets the event loop turn."""

    def turn(times=20):
        for _ in range(times):
            desktop.application.processEvents()

    return turn


def test_the_views_draw_between_two_turns(process):
    import slicer

    turns, drawn = Turns(), []

    def work():
        for _ in range(4):
            drawn.append(slicer.app.drawings)
            yield

    turns.start(work(), onDone=lambda _none: None, onError=pytest.fail)
    process()
    assert len(set(drawn)) == 4


@pytest.fixture(autouse=True)
def step_by_step(monkeypatch):
    monkeypatch.setattr(module, "SECONDS_A_TURN", -1.0)


def steps(heard, count=3, error=None):
    try:
        for number in range(count):
            heard.append(number)
            yield
        if error:
            raise error
    finally:
        heard.append("end")
    return "result"


def start(turns, heard, **how):
    turns.start(steps(heard, **how), onDone=heard.append, onError=heard.append)


def test_the_window_is_alive_between_the_steps(heard, process):
    turns = Turns()
    start(turns, heard)
    assert heard == [0] and turns.busy
    process(1)
    assert heard == [0, 1]
    process()
    assert heard == [0, 1, 2, "end", "result"] and not turns.busy


def test_short_work_is_done_at_once(heard, desktop):
    turns = Turns()
    start(turns, heard, count=0)
    assert heard == ["end", "result"] and not turns.busy


def test_steps_that_are_quick_share_a_turn(heard, monkeypatch, desktop):
    monkeypatch.setattr(module, "SECONDS_A_TURN", 60.0)
    turns = Turns()
    start(turns, heard)
    assert heard[-1] == "result"


def test_work_that_is_left_tidies_up_and_tells_nobody(heard, process):
    turns = Turns()
    start(turns, heard)
    turns.stop()
    process()
    assert heard == [0, "end"]


def test_newer_work_takes_the_place_of_older_one(heard, process):
    turns, other = Turns(), []
    start(turns, heard)
    start(turns, other, count=1)
    process()
    assert heard == [0, "end"] and other == [0, "end", "result"]


def test_an_error_in_a_later_step_is_told(heard, process):
    error, turns = ValueError("why"), Turns()
    start(turns, heard, error=error)
    process()
    assert heard[-1] is error


def test_what_is_done_may_start_the_next(heard, process):
    turns = Turns()
    turns.start(steps(heard, 1), onDone=lambda _one: start(turns, heard), onError=heard.append)
    process()
    assert heard == [0, "end", 0, 1, 2, "end", "result"]
