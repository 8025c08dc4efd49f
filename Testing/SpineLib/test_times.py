"""Times are recorded in UTC and read where the reader lives."""

import time

import pytest

from SpineLib.times import local_time


@pytest.mark.parametrize(
    ("zone", "text", "local"),
    [
        ("America/New_York", "2026-11-29T04:04:58+00:00", "2026-11-28 23:04"),
        ("Asia/Kolkata", "2026-06-30T20:15:00.123+00:00", "2026-07-01 01:45"),
        ("UTC", "2026-11-29T04:04:58+00:00", "2026-11-29 04:04"),
        ("UTC", "", ""),
        ("UTC", "yesterday", "yesterday"),
    ],
)
def test_a_recorded_time_is_told_in_the_machines_zone(monkeypatch, zone, text, local):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert local_time(text) == local
        assert local_time(text, day=True) == local.split(" ")[0]
    finally:
        monkeypatch.undo()
        time.tzset()
