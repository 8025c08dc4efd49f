"""A recorded time as the reader's own computer writes times."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def readersTime(text: str) -> str:
    """Day and time in the reader's zone and form; records keep UTC.

    Args:
        text: ISO 8601; what is no time is given back.
    """
    return _written(text, lambda locale, short: locale.dateTimeFormat(short))


def readersDay(text: str) -> str:
    """The same without the time of day."""
    return _written(text, lambda locale, short: locale.dateFormat(short))


def _written(text: str, form: Any) -> str:
    import qt

    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except ValueError:
        return text
    locale = qt.QLocale.system()
    moment = qt.QDateTime.fromMSecsSinceEpoch(round(seconds * 1000))
    return str(locale.toString(moment, form(locale, qt.QLocale.ShortFormat)))
