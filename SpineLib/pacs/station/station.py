"""The station itself: what arrives is read, and the results are sent, each in a thread of its own."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from SpineLib.errors import (
    BadInput,
    BadRequest,
    Cancelled,
    NotApplicable,
    OutputError,
    SpineError,
    from_exception,
    from_os_error,
)
from SpineLib.findings_file import read_json
from SpineLib.pacs.sending import Outcome, send
from SpineLib.pacs.station.figures import Figures, HealthPage
from SpineLib.pacs.station.receiving import Receiver
from SpineLib.pacs.station.settings import Settings
from SpineLib.pacs.station.studies import Studies
from SpineLib.pacs.station.study import StudyFolder
from SpineLib.progress import Progress
from SpineLib.store.attempts import ATTEMPTS, FAILED, READ, READING, SENT, STOPPED, TRIED
from SpineLib.store.lock import holding
from SpineLib.wording import count

_LONGEST_WAIT = 3600.0
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_BETWEEN_TIDYING = 10.0
_SECONDS_TO_END = 10.0


class Reads(Protocol):
    """Reads studies in another process, which may die."""

    def read(self, files: list[Path], out: Path, stop: threading.Event) -> None:
        """Reads images into a folder of findings.

        Raises:
            SpineError: they cannot be read, or the process ended; `Cancelled` after ``stop``.
        """

    def export(self, reading: Path, images: Path, out: Path, stop: threading.Event) -> list[Path]:
        """Writes a reading's DICOM objects, and says which they are.

        Raises:
            SpineError: as `read`.
        """


class Station:
    """Runs until it is stopped.

    Args:
        settings: of the station.
        reads: reads studies.
        say: called with a line for the person.
        tell: called with a line of JSON, the figures.
    """

    def __init__(
        self,
        settings: Settings,
        reads: Reads,
        *,
        say: Callable[[str], None],
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._settings, self._reads, self._say, self._tell = settings, reads, say, tell
        self._studies, self._figures = Studies(settings), Figures()
        self._stop, self._failed = threading.Event(), ""
        self._asked_to_end = False
        self._sending = Progress()
        self._sender_waits_until, self._sender_failures = 0.0, 0

    def end(self) -> None:
        """Asks the station to end, from a signal's handler: that may take no lock."""
        self._asked_to_end = True

    def stop(self) -> None:
        """Asks the station to end, from another thread."""
        self._stop.set()
        self._sending.cancel()

    def run(self) -> None:
        """Works until `stop` or `end`.

        Raises:
            SpineError: the folder cannot be written to or is another station's, the port is in
                use, or something failed on which everything depends.
        """
        settings, page = self._settings, None
        receiver = Receiver(settings, self._studies, self._figures, self._say)
        with _alone(settings.folder):
            self._studies.load()
            try:
                if settings.health_port is not None:
                    page = HealthPage(settings.health_port, self.figures)
                receiver.start()
                self._greet()
                workers = [
                    threading.Thread(target=self._keep_doing, args=(work,), daemon=True)
                    for work in (self._read_next, self._send_next)
                ]
                for worker in workers:
                    worker.start()
                self._look_after()
                self.stop()
                for worker in workers:
                    worker.join(_SECONDS_TO_END)
            finally:
                self.stop()
                receiver.stop()
                if page is not None:
                    page.stop()
        if self._failed:
            raise SpineError(self._failed, advice="Start the station again: it goes on.")
        self._say("The station has ended. The next start goes on where it was.")

    def figures(self) -> dict[str, Any]:
        """What the health page and the line of figures hold."""
        return {
            "ok": not self._failed and not self._sender_failures,
            **self._studies.figures(),
            **self._figures.to_dict(),
        }

    def _greet(self) -> None:
        settings, waiting = self._settings, self._studies.figures()
        tls = " with TLS" * bool(settings.certificate)
        self._say(
            f"{settings.ae} listens at {settings.host}:{settings.port}{tls} and sends to "
            f"{settings.place.where}. Images and results keep the patient's identity. In the "
            f"folder: {waiting['waiting']} to read, {waiting['read']} to send, "
            f"{waiting['failed']} failed"
        )
        if settings.open_to:
            self._say(f"{', '.join(settings.open_to)} may call from any address: name it after @")

    def _look_after(self) -> None:
        """What is done now and then, until the station is stopped."""
        tidied = counted = time.monotonic()
        while not (self._asked_to_end or self._stop.wait(_SECONDS_BETWEEN_LOOKS)):
            now, every = time.monotonic(), self._settings.metrics_seconds
            if every and now - counted >= every:
                counted = now
                self._tell(json.dumps(self.figures()))
            if now - tidied >= min(_SECONDS_BETWEEN_TIDYING, self._settings.wait_seconds):
                tidied = now
                self._tidy()

    def _tidy(self) -> None:
        try:
            self._figures.add("studies_removed", self._studies.tidy())
        except (OSError, SpineError) as error:  # the next time is another one
            self._say(f"Tidying up: {from_exception(error)}")

    def _keep_doing(self, work: Callable[[], bool]) -> None:
        """Works until the station is stopped; a fault of the program ends the station in a line."""
        try:
            while not self._stop.is_set():
                try:
                    busy = work()
                except OutputError as error:  # a full disk may have room again
                    self._say(str(error))
                    busy = self._stop.wait(self._settings.wait_seconds)
                if not busy:
                    self._stop.wait(_SECONDS_BETWEEN_LOOKS)
        except BaseException as error:
            self._failed = str(from_exception(error))
            self.stop()

    def _read_next(self) -> bool:
        study = self._studies.next_to_read()
        if study is None:
            return False
        with self._studies.using(study):
            self._read(study)
        return True

    def _read(self, study: StudyFolder) -> None:
        with self._studies.locked():
            files, images, attempts = study.files, study.fingerprint, study.state()[1] + 1
            if attempts > ATTEMPTS:
                self._fail(study, images, f"reading it was tried {ATTEMPTS} times")
                return
            study.record(READING, images=images)
        self._say(f"Study {study.name}: reading {count(len(files), 'image')}, attempt {attempts}")
        try:
            assessed = self._make_results(study, files, images)
        except Exception as error:  # whatever it is, it costs this study's attempt only
            self._reading_failed(study, images, attempts, from_exception(error))
        else:
            self._finish_reading(study, images, assessed)

    def _reading_failed(
        self, study: StudyFolder, images: str, attempts: int, error: SpineError
    ) -> None:
        if isinstance(error, (Cancelled, OutputError)):  # no fault of the study
            self._record(study, STOPPED, images)
            if isinstance(error, OutputError):
                self._try_again(study, attempts, error)
            return
        self._figures.add("reading_attempts_failed")
        if isinstance(error, (BadInput, NotApplicable)) or attempts >= ATTEMPTS:
            self._fail(study, images, str(error))
            return
        self._record(study, TRIED, images, why=str(error))
        self._try_again(study, attempts, error)

    def _make_results(self, study: StudyFolder, files: list[Path], images: str) -> bool:
        """Reads and writes objects, or what of it is not done yet; whether anything was assessed."""
        reading = study.results(images) / "reading"
        findings = reading / "findings.json"
        if not findings.is_file():
            self._reads.read(files, reading, self._stop)
        assessed = read_json(findings).answered
        if assessed:
            making = study.begin_objects(images)
            study.end_objects(making, self._reads.export(reading, study.images, making, self._stop))
        return assessed

    def _finish_reading(self, study: StudyFolder, images: str, assessed: bool) -> None:
        with self._studies.locked():
            if study.fingerprint != images:
                self._say(f"Study {study.name}: it has grown meanwhile and is read again")
                return
            study.record(READ, images=images)
            if not assessed:
                study.record(SENT, images=images, why="no model applies, so nothing is sent")
        self._figures.add("studies_read")
        done = "read, results are to be sent" if assessed else "no model applies, nothing is sent"
        self._say(f"Study {study.name}: {done}")

    def _send_next(self) -> bool:
        if time.monotonic() < self._sender_waits_until:
            return False
        study = self._studies.next_to_send()
        if study is None:
            return False
        with self._studies.using(study):
            self._send(study)
        return True

    def _send(self, study: StudyFolder) -> None:
        with self._studies.locked():
            images, state = study.fingerprint, study.state()[0]
        if state != READ:  # an image came just now
            return
        objects = study.results(images) / "objects"
        try:
            outcomes = send(objects, self._settings.place, progress=self._sending)
        except Cancelled:
            return
        except SpineError as error:
            if isinstance(error, BadInput):  # a person removed them
                self._fail(study, images, str(error))
            else:
                self._wait_for_archive(error)
        except Exception as error:  # an object that cannot be sent keeps no other one back
            self._fail(study, images, str(from_exception(error)))
        else:
            self._sender_failures = 0
            self._finish_sending(study, images, outcomes)

    def _finish_sending(self, study: StudyFolder, images: str, outcomes: list[Outcome]) -> None:
        refused = [outcome for outcome in outcomes if outcome.state == "refused"]
        sent = sum(outcome.state == "sent" for outcome in outcomes)
        self._figures.add("objects_sent", sent)
        self._figures.add("objects_refused", len(refused))
        for outcome in refused:
            self._say(f"Study {study.name}: {outcome.file.name} was refused: {outcome.reason}")
        if not refused:
            self._record(study, SENT, images, objects=sent)
            study.drop_results_but(images)
            self._say(f"Study {study.name}: sent, {count(sent, 'object')}")
            return
        study.refusals += 1
        why = f"{count(len(refused), 'object')} refused: {refused[0].reason}"
        if study.refusals < ATTEMPTS:  # an archive may refuse objects as many times
            self._try_again(study, study.refusals, SpineError(why))
        else:
            study.refusals = 0
            self._fail(study, images, why)

    def _record(self, study: StudyFolder, event: str, images: str, **values: Any) -> None:
        with self._studies.locked():
            study.record(event, images=images, **values)

    def _fail(self, study: StudyFolder, images: str, why: str) -> None:
        self._record(study, FAILED, images, why=why)
        self._say(
            f"Study {study.name}: kept as failed: {why.rstrip('.')}. "
            f"Try it again: spine station retry {study.name}"
        )

    def _try_again(self, study: StudyFolder, failures: int, error: SpineError) -> None:
        wait = self._wait_after(failures)
        study.not_before = time.monotonic() + wait
        self._say(f"Study {study.name}: {str(error).rstrip('.')}. Tried again in {wait:.0f} s")

    def _wait_for_archive(self, error: SpineError) -> None:
        self._sender_failures += 1
        self._figures.add("sending_attempts_failed")
        wait = self._wait_after(self._sender_failures)
        self._sender_waits_until = time.monotonic() + wait
        waiting = self._studies.figures()[READ]
        self._say(
            f"{str(error).rstrip('.')}. {count(int(waiting), 'study', 'studies')} to send; "
            f"tried again in {wait:.0f} s"
        )

    def _wait_after(self, failures: int) -> float:
        return min(_LONGEST_WAIT, self._settings.wait_seconds * 2.0 ** min(failures - 1, 20))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps a second station out of the folder, and other users of the computer."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise from_os_error(error, folder) from error
    with ExitStack() as stack:
        try:
            stack.enter_context(holding(folder / "station"))
        except BadInput as error:
            raise BadRequest(
                "Another station works in this folder", file=folder, advice="Choose another one."
            ) from error
        yield
