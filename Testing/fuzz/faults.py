"""Inputs that do what the harness is there to find: a check of the harness itself."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from Testing.fuzz.kinds import Kind

WAYS = (
    "answer",
    "refused",
    "traceback",
    "lines",
    "abort",
    "slow",
    "memory",
    "differs",
    "hang",
    "other reader ends",
)


class Faults(Kind):
    """The input of number n does the n-th of `WAYS`."""

    name = "faults"
    seconds = 0.5
    has_other_reader = True

    def make(self, rng: random.Random, folder: Path) -> Path:
        return folder

    def run_number(self, index: int) -> Any:
        """Does what the number says."""
        way = WAYS[index % len(WAYS)]
        if way == "refused":
            raise BadInput("The file is truncated")
        if way == "lines":
            error = BadInput("It is truncated")
            error.what = "first\nsecond"
            raise error
        if way == "traceback":
            raise ZeroDivisionError("division by zero")
        if way == "abort":
            os.abort()
        if way == "hang":
            time.sleep(3600)
        if way == "slow":
            end = time.process_time() + self.seconds + 0.3
            while time.process_time() < end:
                pass
        if way == "memory":
            return len(bytearray(b"x") * (2 * self.memory))
        return way

    def run(self, path: Path, rng: random.Random) -> Any:
        return self.run_number(self.index)

    def differs(self, path: Path, answer: Any) -> str:
        if answer == "other reader ends":
            os.abort()
        return "another reader says so" if answer == "differs" else ""
