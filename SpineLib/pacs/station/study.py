"""One study in its folder: its images, what became of it, and its results.

The folder's name is a hash of the Study Instance UID, and so are the images' names, so that nothing
that a sender writes becomes a path. ``journal.jsonl`` has a line for each thing that was done with
one set of images, named by its `StudyFolder.fingerprint`; with another image it is another set, and
the study is read again.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SpineLib.store.attempts import SENT, state_after
from SpineLib.store.durable import move_durably
from SpineLib.store.journal import append, read_journal, repair

JOURNAL = "journal.jsonl"


def hashed(uid: str) -> str:
    """A name that tells nothing and that no sender can choose."""
    return hashlib.sha256(uid.encode()).hexdigest()[:16]


@dataclass
class _Image:
    size: int
    changed: int  # nanoseconds, as the file system has it


class StudyFolder:
    """A study that the station keeps; not safe for several threads, see `Studies`.

    Args:
        folder: need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name
        self.expected = 0  # images, where one of them says how many there are
        self.busy = False  # somebody reads it, sends it or removes it
        self.refusals = 0  # how often an archive refused something of it, since the station started
        self.not_before = 0.0  # what failed is tried again from this time on
        self._images: dict[str, _Image] = {}
        self._events: list[dict[str, Any]] = []
        self._known: tuple[str, tuple[str, int, str]] | None = None  # fingerprint and state

    @property
    def images(self) -> Path:
        """Folder of the images."""
        return self.folder / "images"

    @property
    def files(self) -> list[Path]:
        """The images, as they are named in the folder."""
        return [self.images / name for name in sorted(self._images)]

    @property
    def count(self) -> int:
        """How many images there are."""
        return len(self._images)

    @property
    def size(self) -> int:
        """Bytes of the images."""
        return sum(image.size for image in self._images.values())

    @property
    def last_arrival(self) -> float:
        """When the last image came or changed, seconds since 1970."""
        return max((image.changed for image in self._images.values()), default=0) / 1e9

    @property
    def fingerprint(self) -> str:
        """Names this very set of images."""
        return self._now()[0]

    def state(self) -> tuple[str, int, str]:
        """What became of the images that are here now: the state, attempts to read, and why."""
        return self._now()[1]

    def _now(self) -> tuple[str, tuple[str, int, str]]:
        if self._known is None:
            named = self._fingerprint()
            lines = [line for line in self._events if line.get("images") == named]
            self._known = named, state_after(lines)
        return self._known

    def _fingerprint(self) -> str:
        lines = sorted(f"{name} {file.size} {file.changed}" for name, file in self._images.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def results(self, fingerprint: str) -> Path:
        """Folder of what was made from one set of images."""
        return self.folder / "results" / fingerprint

    def load(self, *, mend: bool = False) -> None:
        """Takes what lies in the folder.

        Args:
            mend: put a torn last line of the journal aside; only for the station itself.
        """
        self._images.clear()
        if self.images.is_dir():
            for entry in os.scandir(self.images):
                if entry.name.endswith(".dcm") and entry.is_file(follow_symlinks=False):
                    about = entry.stat()
                    self._images[entry.name] = _Image(about.st_size, about.st_mtime_ns)
        if mend:
            repair(self.folder / JOURNAL)
        self.reload()

    def reload(self) -> None:
        """Reads the journal again, as a person may have asked for a retry."""
        self._events = [line.record for line in read_journal(self.folder / JOURNAL).lines]
        self._known = None

    def keep(self, uid: str, path: Path) -> bool:
        """Takes an image; it is on the disk when this returns.

        Args:
            uid: SOP Instance UID.
            path: the image, whole, on the same disk; it is moved unless it is here already.

        Returns:
            Whether it is new, or differs from the one that was here under its UID.
        """
        target = self.images / f"{hashed(uid)}.dcm"
        if target.name in self._images and filecmp.cmp(path, target, shallow=False):
            return False
        move_durably(path, target)
        about = target.stat()
        self._images[target.name] = _Image(about.st_size, about.st_mtime_ns)
        self._known = None
        return True

    def record(self, event: str, **values: Any) -> None:
        """Writes a line into the journal; it is on the disk when this returns."""
        line = {"event": event, "time": round(time.time(), 3), **values}
        append(self.folder / JOURNAL, line)
        self._events.append(line)
        self._known = None

    def finished(self) -> float | None:
        """When the results of these images were sent; None where they were not."""
        now, (state, _, _) = self._now()
        times = [
            float(line.get("time", 0.0))
            for line in self._events
            if line.get("images") == now and line.get("event") == SENT
        ]
        return times[-1] if times and state == SENT else None

    def begin_objects(self, fingerprint: str) -> Path:
        """An empty folder for objects, but for earlier ones that an archive has.

        Those are named by the new ones as what they take the place of.
        """
        results = self.results(fingerprint)
        for left in results.glob("making-*"):
            shutil.rmtree(left, ignore_errors=True)
        making = results / f"making-{os.getpid()}-{time.time_ns()}"
        making.mkdir(parents=True)
        for path in self._sent_before():
            shutil.copyfile(path, making / path.name)
        return making

    def end_objects(self, making: Path, files: list[Path]) -> None:
        """Puts what was made in its place, whole."""
        for path in making.iterdir():
            if path not in files:
                path.unlink()
        objects = making.parent / "objects"
        shutil.rmtree(objects, ignore_errors=True)
        making.rename(objects)

    def _sent_before(self) -> list[Path]:
        """Objects of the reading before that an archive has taken."""
        import pydicom

        from SpineLib.outputs.dicom.earlier import FILES
        from SpineLib.pacs.sending import SENT as TAKEN

        journals = sorted(self.folder.glob(f"results/*/objects/{TAKEN}"), key=_changed)
        for journal in reversed(journals):
            taken = {line.record.get("uid") for line in read_journal(journal).lines}
            named = [path for mask in FILES for path in journal.parent.glob(mask)]
            sent = [
                path
                for path in named
                if str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID) in taken
            ]
            if sent:
                return sent
        return []

    def drop_results_but(self, fingerprint: str) -> None:
        """Removes what was made from other sets of images."""
        for folder in self.folder.glob("results/*"):
            if folder.name != fingerprint:
                shutil.rmtree(folder, ignore_errors=True)


def _changed(path: Path) -> float:
    return path.stat().st_mtime
