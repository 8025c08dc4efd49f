"""Reads what a cohort's plan has and its folder has not, whatever engine brings it to workers."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from SpineLib.cohort.engines import Answer, Engine
from SpineLib.cohort.kept import Kept
from SpineLib.cohort.reading import ANOTHER_SETTING
from SpineLib.cohort.setting import Setting
from SpineLib.errors import BadInput, BadModel, BadRequest, Cancelled, OutputError, SpineError
from SpineLib.progress import Progress
from SpineLib.store.attempts import ATTEMPTS, FAILED, READ, WAITING
from SpineLib.store.lock import holding
from SpineLib.wording import count

_SECONDS_BETWEEN_LINES = 60.0
# How often a study is given to a worker in one run; its own attempts are counted on the disk.
_MOST_TIMES = 3 * ATTEMPTS


@dataclass
class Ran:
    """What a run did.

    Attributes:
        before: how many studies were read or failed before.
        states: state → how many of the others are in it now.
        reasons: why studies failed → how many.
        lost: how often a worker ended in the middle.
    """

    before: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lost: int = 0


def run(
    cohort: Path,
    studies: Sequence[Kept],
    setting: Setting,
    engine: Callable[[], Engine],
    *,
    device: str = "auto",
    name: str = "run",
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Ran:
    """Reads each study that waits, until none does.

    Args:
        cohort: folder.
        studies: of the plan, or a shard of it.
        setting: of the cohort.
        engine: starts the engine; it is not asked to where nothing waits.
        device: where the networks run.
        name: of the shard; one program at a time runs one.
        progress: a step a study; cancels.
        say: called with a line for the person.

    Raises:
        BadRequest: another program runs this cohort or shard.
        OutputError: no worker can write any more.
        SpineError: no worker is left. What was read is kept, and the next run goes on.
        Cancelled: the person cancelled; the same.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(cohort / name))
        except BadInput as error:
            raise BadRequest("Another program runs this cohort", file=cohort) from error
        runner = _Runner(cohort, studies, setting, device, progress or Progress(), say)
        if runner.waiting:
            working = engine()
            stack.callback(working.close)
            runner.work(working)
        return runner.ran


class _Runner:
    """One run on its way."""

    def __init__(
        self, cohort: Path, studies: Sequence[Kept], setting: Setting, device: str,
        progress: Progress, say: Callable[[str], None],
    ) -> None:  # fmt: skip
        waiting = [study for study in studies if study.state().state == WAITING]
        self.waiting, self._by_key = deque(waiting), {kept.study.key: kept for kept in waiting}
        self.ran = Ran(before=len(studies) - len(waiting))
        self._progress, self._say = progress, say
        self._common = {"cohort": str(cohort), "setting": asdict(setting), "device": device}
        self._times: Counter[str] = Counter()
        self._begun = self._told = time.monotonic()

    def work(self, engine: Engine) -> None:
        """Until nothing waits and nothing is under way."""
        self._progress.stage("Reading studies", len(self.waiting))
        under_way: set[str] = set()
        while self.waiting or under_way:
            while self.waiting and engine.room() > 0:
                kept = self.waiting.popleft()
                under_way.add(kept.study.key)
                self._times[kept.study.key] += 1
                engine.start(kept.study.key, self._request(kept))
            for key, answer in engine.finished().items():
                under_way.remove(key)
                self._take(self._by_key[key], answer, engine)
            self._progress.check()
            self._tell()

    def _request(self, kept: Kept) -> dict[str, Any]:
        return {**self._common, "study": kept.study.to_dict()}

    def _take(self, kept: Kept, answer: Answer, engine: Engine) -> None:
        result, worker = answer
        if isinstance(result, SpineError):
            self._take_error(kept, result, worker, engine)
        elif result["state"] == ANOTHER_SETTING:
            error = BadRequest(f"The worker reads with another setting: {result['why']}")
            self._take_error(kept, error, worker, engine)
        elif result["state"] == WAITING:
            self._again(kept)
        else:
            self._count(result["state"], result["why"])

    def _take_error(self, kept: Kept, error: SpineError, worker: str, engine: Engine) -> None:
        """A worker that did not answer; the study's own faults are counted where it lies."""
        if isinstance(error, Cancelled):
            raise error
        if isinstance(error, (OutputError, BadModel, BadRequest)):
            self.waiting.append(kept)
            if not engine.leave_out(worker):
                raise error
            self._say(f"Worker {worker} is left out: {str(error).rstrip('.')}")
            return
        self.ran.lost += 1
        self._say(f"Study {kept.study.key}: {str(error).rstrip('.')}. It is tried again")
        self._again(kept)

    def _again(self, kept: Kept) -> None:
        state = kept.state()
        if state.state != WAITING:
            self._count(state.state, state.why)
        elif self._times[kept.study.key] < _MOST_TIMES:
            self.waiting.append(kept)
        else:
            self._count(WAITING, "")

    def _count(self, state: str, why: str) -> None:
        self.ran.states[state] += 1
        if why:
            self.ran.reasons[why] += 1
        self._progress.advance()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told < _SECONDS_BETWEEN_LINES:
            return
        self._told, states = now, self.ran.states
        done = sum(states.values())
        self._say(
            f"{count(done, 'study', 'studies')} of {len(self._by_key)}: {states[READ]} read, "
            f"{states[FAILED]} failed, {60 * done / (now - self._begun):.1f} a minute"
        )
