"""Decoders that are not trusted: a few processes that decode compressed slices and may die of them.

A native decoder may abort, hang or take all memory for a damaged slice. Here that ends a process
which holds nothing else; the slice is refused, and the next one goes to another process. The
processes live on between slices, as starting one takes longer than decoding most slices.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from SpineLib.errors import SpineError

_PROGRAM = Path(__file__).with_name("decoder.py")
# Processor time for one slice: JPEG 2000 takes 0.2 s for a million pixels here.
_SECONDS, _SECONDS_A_MILLION = 0.5, 1.0
# A decoder has nothing to wait for: one that sleeps at so many looks is in a lock that will never
# open. Looks and no clock, as this process, too, may stand in line on a busy machine. Linux says
# who sleeps, and counts processor time for us; elsewhere only patience tells.
_BETWEEN_LOOKS, _LOOKS_ASLEEP = 0.25, 6
_WAITING_SECONDS = 600.0 if sys.platform == "linux" else 30.0
_STARTING_SECONDS, _IDLE_SECONDS = 300.0, 60.0
# numpy's names of what a decoder may answer with.
_TYPES = {"|u1", "|i1", "<u2", "<i2", "<u4", "<i4", ">u2", ">i2", ">u4", ">i4"}
_LONGEST_ANSWER = 1 << 16


class DecoderEnded(Exception):
    """The slice ended its decoder: it crashed, took too long or too much memory."""


class NotDecoded(Exception):
    """The decoder says that it cannot read the slice.

    Attributes:
        unknown: it reads no slice that is coded in this way; this one may be whole.
    """

    def __init__(self, *, unknown: bool) -> None:
        super().__init__()
        self.unknown = unknown


@dataclass(frozen=True)
class Coded:
    """One compressed frame, and what the header says of it.

    Attributes:
        code: its bytes.
        syntax: transfer syntax UID.
        options: of pydicom's decoders; ``rows`` and ``columns`` are among them.
    """

    code: bytes = field(repr=False)
    syntax: str
    options: dict[str, Any]


def decode(coded: Coded, *, owner: object = None) -> NDArray[Any]:
    """One frame, [row, column], decoded in another process.

    Args:
        coded: which frame.
        owner: `abandon` of the same object ends what it waits for.

    Raises:
        DecoderEnded: the slice ended the process.
        NotDecoded: no decoder can read the slice.
        SpineError: no such process can be started.
    """
    return _pool.decode(coded, owner)


def abandon(owner: object) -> None:
    """Ends all decoding of this owner at once: whoever waits for it gets `DecoderEnded`."""
    _pool.abandon(owner)


class _Decoder:
    """One process, until `end`."""

    def __init__(self) -> None:
        quiet: dict[str, Any] = {}
        if sys.platform == "win32":
            quiet["creationflags"] = subprocess.CREATE_NO_WINDOW
        # Unbuffered: buffers have locks, and a fork at the wrong moment leaves these closed.
        self._process = subprocess.Popen(
            [sys.executable, str(_PROGRAM)], bufsize=0, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **quiet,
        )  # fmt: skip
        self.owner: object = None
        self.until = self.idle_since = time.monotonic()
        self._ready = self._computes = False
        self._asleep = 0

    @property
    def ended(self) -> bool:
        """Whether it answers no more."""
        return self._process.returncode is not None

    def ask(self, coded: Coded, seconds: float) -> NDArray[Any]:
        """The answer to a request; raises as `decode`."""
        request = {
            "bytes": len(coded.code), "syntax": coded.syntax, "options": coded.options,
            "seconds": seconds,
        }  # fmt: skip
        try:
            self._wait_for_start()
            self._write(json.dumps(request).encode() + b"\n")
            self._write(coded.code)
            self.until = time.monotonic() + _WAITING_SECONDS + seconds
            self._asleep, self._computes = 0, True
            about = self._answer()
            if "error" in about:
                raise NotDecoded(unknown=about["error"] == "unknown")
            return self._pixels(about, coded.options)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DecoderEnded from error

    def is_stuck(self, now: float) -> bool:
        """Whether it is over its time, or sleeps at every look where it should compute."""
        if self.until < now:
            return True
        idle = self._computes and _sleeps(self._process.pid)
        self._asleep = self._asleep + 1 if idle else 0
        return self._asleep > _LOOKS_ASLEEP

    def kill(self) -> None:
        """Ends the process; a thread that waits for its answer gets none, and calls `end`."""
        with suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """Ends the process and lets go of it."""
        self.kill()
        self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Closes our ends of its streams."""
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                stream.close()  # type: ignore[union-attr]

    def _wait_for_start(self) -> None:
        if not self._ready:
            try:
                self._answer()
            except (OSError, ValueError, DecoderEnded) as error:
                raise _not_started() from error
            self._ready = True

    def _answer(self) -> dict[str, Any]:
        length = int.from_bytes(self._read(4), "little")
        self._computes = False
        if length > _LONGEST_ANSWER:
            raise DecoderEnded
        answer: dict[str, Any] = json.loads(self._read(length))
        return answer

    def _pixels(self, about: dict[str, Any], options: dict[str, Any]) -> NDArray[Any]:
        """What it announced, if that is a slice of the size that was asked for.

        A process whose memory a slice has damaged may say anything.
        """
        if about["type"] not in _TYPES:
            raise DecoderEnded
        pixels = np.empty((options["rows"], options["columns"]), about["type"])
        if tuple(about["shape"]) != pixels.shape:
            raise DecoderEnded
        self._fill(memoryview(pixels.data).cast("B"))
        return pixels

    def _write(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[self._process.stdin.write(left) :]  # type: ignore[union-attr]

    def _read(self, count: int) -> bytes:
        buffer = bytearray(count)
        self._fill(memoryview(buffer))
        return bytes(buffer)

    def _fill(self, left: memoryview) -> None:
        while left:
            count = self._process.stdout.readinto(left)  # type: ignore[union-attr]
            if not count:
                raise DecoderEnded
            left = left[count:]


class _Pool:
    """This process's decoders: idle ones, and those at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Decoder] = []
        self._busy: list[_Decoder] = []
        self._watcher: threading.Thread | None = None

    def decode(self, coded: Coded, owner: object) -> NDArray[Any]:
        """See the module's function."""
        million = coded.options["rows"] * coded.options["columns"] / 1e6
        seconds = _SECONDS + _SECONDS_A_MILLION * million
        decoder = self._take(owner)
        try:
            return decoder.ask(coded, seconds)
        except (DecoderEnded, SpineError):
            decoder.end()
            raise
        finally:
            self._give(decoder)

    def abandon(self, owner: object) -> None:
        """See the module's function."""
        with self._lock:
            for decoder in self._busy:
                if decoder.owner is owner:
                    decoder.kill()

    def close(self) -> None:
        """Ends all of them."""
        with self._lock:
            for decoder in self._busy:
                decoder.kill()
            for decoder in self._idle:
                decoder.end()
            self._idle.clear()

    def forget(self) -> None:
        """In a forked process: these decoders belong to its parent, and end with that one's ends."""
        for decoder in (*self._idle, *self._busy):
            decoder.forget()

    def _take(self, owner: object) -> _Decoder:
        with self._lock:
            try:
                decoder = self._idle.pop() if self._idle else _Decoder()
            except OSError as error:
                raise _not_started() from error
            decoder.owner = owner
            decoder.until = time.monotonic() + _STARTING_SECONDS
            self._busy.append(decoder)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, daemon=True)
                self._watcher.start()
            return decoder

    def _give(self, decoder: _Decoder) -> None:
        with self._lock:
            self._busy.remove(decoder)
            decoder.owner, decoder.idle_since = None, time.monotonic()
            if not decoder.ended:
                self._idle.append(decoder)

    def _watch(self) -> None:
        """Ends what takes too long, and what nobody needs any more."""
        while True:
            time.sleep(_BETWEEN_LOOKS)
            with self._lock:
                now = time.monotonic()
                for decoder in self._busy:
                    if decoder.is_stuck(now):
                        decoder.kill()
                for decoder in [d for d in self._idle if d.idle_since + _IDLE_SECONDS < now]:
                    self._idle.remove(decoder)
                    decoder.end()
                if not self._idle and not self._busy:
                    self._watcher = None
                    return


def _sleeps(process: int) -> bool:
    """Whether a process waits for something other than the processor; False where nobody says."""
    try:
        about = Path(f"/proc/{process}/stat").read_bytes()
    except OSError:
        return False
    return about.rpartition(b")")[2].split()[:1] == [b"S"]


def _not_started() -> SpineError:
    return SpineError(
        "The process that decodes compressed slices cannot be started",
        file=sys.executable,
        advice="Compressed DICOM cannot be read without it; look whether memory is short.",
    )


def _start_anew() -> None:
    global _pool
    _pool.forget()
    _pool = _Pool()


_pool = _Pool()
atexit.register(lambda: _pool.close())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
