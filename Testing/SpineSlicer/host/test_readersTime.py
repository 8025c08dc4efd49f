"""Times in the panels are those of the reader's own clock, in the form that their computer writes."""

import time

import pytest


@pytest.fixture
def zone(monkeypatch):
    def live(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield live
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def language(monkeypatch):
    """The computer writes times as in a country."""

    def speak(name):
        from PySide6.QtCore import QLocale

        monkeypatch.setattr(QLocale, "system", lambda: QLocale(name))

    return speak


def test_a_time_is_the_readers_own_in_zone_and_form(desktop, zone, language):
    from SpineSlicer.host.readersTime import readersDay, readersTime

    zone("America/New_York")
    language("de_DE")
    assert readersTime("2026-11-29T04:04:58.123+00:00") == "28.11.26 23:04"
    assert readersDay("2026-11-29T04:04:58+00:00") == "28.11.26"
    language("en_GB")
    assert readersTime("2026-06-29T04:04:58+00:00") == "29/06/2026 00:04"
    zone("Asia/Tokyo")
    assert readersDay("2026-12-31T20:00:00+00:00") == "01/01/2027"
    assert readersTime("not known") == "not known" and readersTime("") == ""
