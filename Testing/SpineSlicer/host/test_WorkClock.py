"""Minutes of work: only while someone works, and only in Slicer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineSlicer.host.WorkClock import WorkClock


class Time:
    now, front = 0.0, True


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def clock(time):
    clock = WorkClock(lambda: time.front, lambda: time.now, idle=60.0)
    clock.start()
    return clock


def wait(time, clock, seconds):
    for _ in range(seconds):
        time.now += 1.0
        clock.tick()


def test_a_minute_of_work_is_a_minute(time, clock):
    for _ in range(3):
        wait(time, clock, 20)
        clock.touch()
    assert clock.take() == pytest.approx(1.0)
    assert clock.take() == 0.0


def test_a_reader_who_goes_for_coffee_is_not_counted(time, clock):
    wait(time, clock, 600)
    assert clock.seconds == pytest.approx(60.0)
    clock.touch()
    wait(time, clock, 10)
    assert clock.seconds == pytest.approx(70.0)


def test_another_application_in_front_is_not_counted(time, clock):
    wait(time, clock, 10)
    time.front = False
    wait(time, clock, 30)
    time.front = True
    wait(time, clock, 30)  # back in front, but nobody has done anything yet
    assert clock.seconds == pytest.approx(10.0)
    clock.touch()
    wait(time, clock, 5)
    assert clock.seconds == pytest.approx(15.0)


def test_another_module_is_not_counted(time, clock):
    wait(time, clock, 10)
    clock.stop()
    wait(time, clock, 100)
    clock.touch()
    assert clock.seconds == pytest.approx(10.0) and not clock.running


def test_a_machine_that_slept_counts_no_more_than_the_idle_time(time, clock):
    time.now += 8 * 3600
    clock.tick()
    assert clock.seconds == pytest.approx(60.0)


@given(st.lists(st.tuples(st.sampled_from(["tick", "touch", "front", "back", "stop", "start"]),
                          st.floats(0, 200)), max_size=40))  # fmt: skip
def test_no_more_is_ever_counted_than_went_by(steps):
    time = Time()
    clock = WorkClock(lambda: time.front, lambda: time.now, idle=60.0)
    clock.start()
    for what, seconds in steps:
        time.now += seconds
        if what in ("front", "back"):
            time.front = what == "front"
        else:
            getattr(clock, what)()
    assert 0 <= clock.seconds <= time.now + 1e-6
