"""All studies of a station, and the order in which they are read and sent."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from SpineLib.errors import SpineError, from_os_error
from SpineLib.pacs.station.arriving import OUT_OF_RESOURCES, Arrival, Refused
from SpineLib.pacs.station.settings import Settings
from SpineLib.pacs.station.study import StudyFolder, hashed
from SpineLib.store.attempts import FAILED, READ, RETRY, SENT, WAITING

_DAY = 86400.0
_OLD_SECONDS = 120.0  # an association that sends nothing is ended long before


class Studies:
    """The studies in a station's folder; may be used by several threads.

    Args:
        settings: of the station.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._studies: dict[str, StudyFolder] = {}
        self._bytes = 0

    @property
    def arriving(self) -> Path:
        """Folder of objects that are not whole yet."""
        return self._settings.folder / "arriving"

    @property
    def _folder(self) -> Path:
        return self._settings.folder / "studies"

    @property
    def _removed(self) -> Path:
        return self._settings.folder / "removed"

    def load(self) -> None:
        """Takes up what an earlier station left; the folder is made where it is not there.

        Raises:
            OutputError: it cannot be written to.
        """
        try:
            self._settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for left in (self.arriving, self._removed):
                shutil.rmtree(left, ignore_errors=True)
            for folder in (self.arriving, self._folder):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise from_os_error(error, self._settings.folder) from error
        for study in read_studies(self._settings.folder, mend=True):
            self._studies[study.name] = study
            self._bytes += study.size

    def require_room(self, size: int) -> None:
        """Refuses an object that there is no room for.

        Raises:
            Refused: with the status that says so.
        """
        settings = self._settings
        with self._lock:
            if settings.disk_bytes and self._bytes + size > settings.disk_bytes:
                raise Refused(OUT_OF_RESOURCES, "the station's folder is as large as it may be")
        if shutil.disk_usage(settings.folder).free - size < settings.free_bytes:
            raise Refused(OUT_OF_RESOURCES, "the disk is nearly full")

    def keep(self, arrival: Arrival, path: Path) -> bool:
        """Takes an image; it is on the disk when this returns.

        Returns:
            Whether it was new.

        Raises:
            Refused: the disk does not take it.
        """
        name = hashed(arrival.study)
        with self._lock:
            study = self._studies.get(name) or StudyFolder(self._folder / name)
            before = study.size
            try:
                new = study.keep(arrival.uid, path)
            except OSError as error:
                why = str(from_os_error(error, study.folder))
                raise Refused(OUT_OF_RESOURCES, f"it could not be written: {why}") from error
            study.expected = arrival.expected or study.expected
            self._bytes += study.size - before
            self._studies[name] = study
        return new

    def next_to_read(self) -> StudyFolder | None:
        """The study that has waited longest and to which nothing was added for a while."""
        now = time.time()

        def is_due(study: StudyFolder) -> bool:
            whole = 0 < study.expected <= study.count
            quiet = now - study.last_arrival >= self._settings.quiet_seconds
            # A clock that was set back must not make a study wait for it.
            return whole or quiet or study.last_arrival > now + 1.0

        return self._take(WAITING, is_due)

    def next_to_send(self) -> StudyFolder | None:
        """The study whose results have waited longest."""
        return self._take(READ, lambda study: True)

    def _take(self, state: str, is_due: Callable[[StudyFolder], bool]) -> StudyFolder | None:
        now = time.monotonic()
        with self._lock:
            due = [
                study
                for study in self._studies.values()
                if not study.busy
                and study.state()[0] == state
                and study.not_before <= now
                and is_due(study)
            ]
            if not due:
                return None
            first = min(due, key=lambda study: study.last_arrival)
            first.busy = True
            return first

    @contextmanager
    def using(self, study: StudyFolder) -> Iterator[None]:
        """Lets go of a study that was taken when the block ends."""
        try:
            yield
        finally:
            with self._lock:
                study.busy = False

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing arrives and no state changes in between."""
        with self._lock:
            yield

    def tidy(self) -> int:
        """Removes finished studies that are old and what aborted associations left.

        Asks failed studies' journals whether a person wants them tried again.

        Returns:
            How many studies were removed.
        """
        now, old = time.time(), 0
        with self._lock:
            for study in [idle for idle in self._studies.values() if not idle.busy]:
                finished = study.finished()
                if not study.folder.is_dir():  # a person removed it
                    self._forget(study)
                elif finished is not None and now - finished > self._settings.keep_days * _DAY:
                    self._remove(study)
                    old += 1
                elif study.state()[0] == FAILED:
                    study.reload()
        for path in self.arriving.iterdir():
            with suppress(FileNotFoundError):  # it is whole now, and in its place
                if now - path.stat().st_mtime > _OLD_SECONDS:
                    path.unlink()
        return old

    def _remove(self, study: StudyFolder) -> None:
        """In one step, so that a station that is killed meanwhile does not take it for a new one."""
        self._removed.mkdir(mode=0o700, exist_ok=True)
        study.folder.rename(self._removed / f"{study.name}-{secrets.token_hex(4)}")
        shutil.rmtree(self._removed, ignore_errors=True)
        self._forget(study)

    def _forget(self, study: StudyFolder) -> None:
        self._bytes -= study.size
        del self._studies[study.name]

    def figures(self) -> dict[str, int | float]:
        """How many studies are in which state, how long the first one waits, bytes of images."""
        with self._lock:
            states = Counter(study.state()[0] for study in self._studies.values())
            waiting = [s.last_arrival for s in self._studies.values() if s.state()[0] == WAITING]
            return {
                **{state: states[state] for state in (WAITING, READ, SENT, FAILED)},
                "oldest_waiting_seconds": round(max(0.0, time.time() - min(waiting)), 1)
                if waiting
                else 0,
                "bytes": self._bytes,
            }


def read_studies(folder: Path, *, mend: bool = False) -> list[StudyFolder]:
    """The studies that lie in a station's folder, the one that came first before.

    Args:
        folder: of the station.
        mend: put torn lines of journals aside; only for the station itself.

    Raises:
        SpineError: the operating system refuses.
    """
    try:
        places = sorted((folder / "studies").iterdir()) if (folder / "studies").is_dir() else []
        studies = [StudyFolder(path) for path in places if path.is_dir()]
        for study in studies:
            study.load(mend=mend)
    except OSError as error:
        raise from_os_error(error, folder) from error
    return sorted((study for study in studies if study.count), key=lambda study: study.last_arrival)


def retry(folder: Path, names: list[str]) -> list[str]:
    """Has failed studies tried again, by a station that runs or by the next one.

    Args:
        folder: of the station.
        names: of studies; all that failed where there are none.

    Returns:
        Names of the studies.

    Raises:
        SpineError: one of them is not there or did not fail.
    """
    failed = {study.name: study for study in read_studies(folder) if study.state()[0] == FAILED}
    for name in names:
        if name not in failed:
            raise SpineError(f"There is no study {name} here that failed", file=folder)
    for name in names or failed:
        failed[name].record(RETRY, images=failed[name].fingerprint)
    return names or list(failed)
