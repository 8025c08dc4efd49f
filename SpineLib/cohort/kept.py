"""What is kept of each study: a folder a reading, whole or absent, and a journal of attempts."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from SpineLib.cohort.planned import PlannedStudy
from SpineLib.cohort.setting import Setting
from SpineLib.store.attempts import (
    ATTEMPTS,
    FAILED,
    READ,
    READING,
    RETRY,
    STOPPED,
    TRIED,
    WAITING,
    state_after,
)
from SpineLib.store.journal import append, read_journal, repair

STUDIES = "studies"
JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class State:
    """How far a study is.

    Attributes:
        state: `WAITING`, `READ` or `FAILED`.
        attempts: to read it, so far.
        why: it failed, or the last attempt did.
    """

    state: str
    attempts: int = 0
    why: str = ""


class Kept:
    """One study in the cohort's folder, as it is read with one setting.

    Args:
        cohort: folder.
        study: row of the plan.
        setting: with which it is read.
    """

    def __init__(self, cohort: Path, study: PlannedStudy, setting: Setting) -> None:
        self.study, self.key = study, setting.key_of(study)
        # Two digits first: file systems are slow with a million names in one folder.
        self.folder = cohort / STUDIES / study.key[:2] / study.key
        self.reading = self.folder / self.key

    @property
    def is_read(self) -> bool:
        """Whether its results are there; they appear in one step."""
        return self.reading.is_dir()

    def state(self) -> State:
        """How far it is."""
        if self.is_read:
            return State(READ)
        if self.study.problem:
            return State(FAILED, 0, self.study.problem)
        state = self._noted()
        if state.state == WAITING and state.attempts >= ATTEMPTS:
            why = state.why or f"its reading ended the worker {state.attempts} times"
            return State(FAILED, state.attempts, why)
        return state

    def _noted(self) -> State:
        lines = [line.record for line in read_journal(self.folder / JOURNAL).lines]
        return State(*state_after([line for line in lines if line.get("key") == self.key]))

    def begin(self) -> None:
        """Notes that an attempt begins; it is on the disk when this returns."""
        if (self.folder / JOURNAL).exists():
            repair(self.folder / JOURNAL)
        self._note(READING)

    def stopped(self) -> None:
        """Notes that the attempt ended by no fault of the study's."""
        self._note(STOPPED)

    def tried(self, why: str) -> None:
        """Notes why the attempt failed; another one may not."""
        self._note(TRIED, why=why)

    def failed(self, why: str) -> None:
        """Notes that the study cannot be read."""
        self._note(FAILED, why=why)

    def retry(self) -> None:
        """Has a study that failed tried again."""
        state = self.state()
        if state.state != FAILED or self.study.problem:
            return
        if self._noted().state != FAILED:  # only the number of attempts says so
            self.failed(state.why)
        self._note(RETRY)

    def _note(self, event: str, **values: str) -> None:
        line = {"event": event, "time": round(time.time(), 3), "key": self.key, **values}
        append(self.folder / JOURNAL, line)


def of_cohort(cohort: Path, studies: Iterable[PlannedStudy], setting: Setting) -> list[Kept]:
    """Each study of a plan."""
    return [Kept(cohort, study, setting) for study in studies]


def shard(studies: Iterable[PlannedStudy], number: int, of: int) -> list[PlannedStudy]:
    """The studies of one of several equal parts, from 1; together they hold each study once."""
    return [study for study in studies if int(study.key, 16) % of == number - 1]
