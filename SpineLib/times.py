"""Times for a person: records keep UTC, who reads them lives somewhere."""

from __future__ import annotations

from datetime import datetime, timezone


def now(precision: str = "milliseconds") -> str:
    """This moment as records keep it: UTC, ISO 8601, to ``seconds`` or ``milliseconds``."""
    return datetime.now(timezone.utc).isoformat(timespec=precision)


def local_time(text: str, *, day: bool = False) -> str:
    """A recorded time in this machine's zone: ``2026-11-29 05:04``.

    Args:
        text: ISO 8601, as records keep it.
        day: the day alone.

    Returns:
        ``text`` itself where it is no time.
    """
    try:
        moment = datetime.fromisoformat(text).astimezone()
    except ValueError:
        return text
    return moment.strftime("%Y-%m-%d" if day else "%Y-%m-%d %H:%M")
