"""How long the window stood still, as a person reads it in Diagnostics."""

import time

import pytest
import slicer

from SpineSlicer.host.Heartbeat import SETTING, Heartbeat, heartbeatLine, startHeartbeat


@pytest.fixture
def clock():
    """Seconds that a test moves on."""
    return [0.0]


@pytest.fixture
def heart(desktop, clock):
    return Heartbeat(lambda: clock[0])


def test_a_beat_that_comes_late_is_a_pause_and_one_in_time_is_none(heart, clock):
    for seconds in (0.010, 0.012, 0.610, 0.010, 0.260):
        clock[0] += seconds
        heart.beat()
    assert [round(late) for late, _at in heart.pauses] == [600, 250]
    assert heart.line().startswith("2 pauses over 100 ms; the longest: 600 ms at ")


def test_nothing_of_one_step_is_counted_in_the_next(heart, clock):
    clock[0] += 0.5
    heart.beat()
    clock[0] += 0.5
    heart.forget()
    clock[0] += 0.03
    heart.beat()
    assert (heart.count, round(heart.longest)) == (0, 20)
    assert heart.line() == "nothing took longer than 100 ms (the longest: 20 ms)"


def test_it_beats_in_the_event_loop_where_the_settings_ask_for_it(desktop):
    startHeartbeat()
    assert heartbeatLine().startswith("off") and SETTING in heartbeatLine()
    slicer.app.settings().setValue(SETTING, "true")
    try:
        startHeartbeat()
    finally:
        slicer.app.settings().remove(SETTING)
    heart = slicer.modules.spineMRIHeartbeat
    try:
        time.sleep(0.15)
        end = time.monotonic() + 120
        while not heart.count and time.monotonic() < end:
            slicer.app.processEvents()
        assert "pauses over 100 ms" in heartbeatLine()
    finally:
        heart.stop()
