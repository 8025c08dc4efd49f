"""What became of a study, by the lines that a journal has of the attempts to read it."""

from __future__ import annotations

from typing import Any

ATTEMPTS = 3  # to read a study
# States of a study.
WAITING, READ, SENT, FAILED = "waiting", "read", "sent", "failed"
# Events in the journal that are not the state that they lead to.
READING, STOPPED, TRIED, RETRY = "reading", "stopped", "tried", "retry"


def state_after(lines: list[dict[str, Any]]) -> tuple[str, int, str]:
    """State, attempts to read, and why, after the lines on one set of images."""
    state, attempts, why, before = WAITING, 0, "", WAITING
    for line in lines:
        event, reason = line.get("event"), str(line.get("why", ""))
        if event == READING:
            attempts += 1
        elif event == STOPPED:
            attempts -= 1
        elif event == TRIED:
            why = reason
        elif event == RETRY and state == FAILED:
            state, attempts, why = before, 0, ""
        elif event in (READ, SENT):
            state, why = str(event), reason
        elif event == FAILED:
            state, before, why = FAILED, state, reason
    return state, max(attempts, 0), why
