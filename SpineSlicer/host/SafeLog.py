"""What a worker printed, without what could name a patient."""

from __future__ import annotations

import re
from collections import deque

# Lines of a traceback, Python's and faulthandler's: only code of a package or of ours is named.
_FRAME = re.compile(r'^\s*File "(.+)", line (\d+),? in ([\w<>.]+)')
_PACKAGE = re.compile(r"^.*(?:site-packages|dist-packages|lib/python3\.\d+)[\\/](.+)$")
_OURS = re.compile(r"(Spine(?:Lib|SegmentationLib|CompressionLib)[\\/].+)$")
# The last line of a traceback: the class is kept, its text may name a file.
_EXCEPTION = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit))\b")
# Texts that hold no name of a file or person, wherever they stand in a line.
_PLAIN = re.compile(
    r"No module named '[\w.]+'"
    r"|CUDA out of memory|CUDA error: [a-z ]+|out of memory"
    r"|Fatal Python error: [A-Za-z ]+"
    r"|Segmentation fault|Illegal instruction|Bus error|Aborted|Killed|Cannot allocate memory"
    r"|lib[\w+-]+\.(?:so[\d.]*|dylib|dll)(?=: cannot open)"
)


class SafeLog:
    """Keeps the safe part of a process's standard error: frames, classes of errors, known words.

    Libraries print names of files, and a file's name may be a patient's; what is not known to be
    safe is counted, not kept.

    Args:
        most: lines that are kept, the last ones.

    Example:
        >>> log = SafeLog()
        >>> log.feed("ValueError: cannot read /data/Jane Doe/IM1\\n")
        >>> log.lines, log.dropped
        (['ValueError'], 0)
    """

    def __init__(self, most: int = 200) -> None:
        self._lines: deque[str] = deque(maxlen=most)
        self._rest = ""
        self.dropped = 0

    @property
    def lines(self) -> list[str]:
        """What was kept."""
        return list(self._lines)

    def feed(self, text: str) -> None:
        """Takes what the process printed; lines may come in pieces."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._take(line)

    def clear(self) -> None:
        """Forgets everything; for when another process starts."""
        self._lines.clear()
        self._rest, self.dropped = "", 0

    def lastWords(self, most: int = 6) -> str:
        """The last lines, and how many are missing; empty where nothing was printed."""
        self.feed("\n" if self._rest else "")
        words = self.lines[-most:]
        if self.dropped:
            words.append(f"({self.dropped} other lines are not kept: they may name files)")
        return "\n".join(words)

    def _take(self, line: str) -> None:
        frame = _FRAME.match(line)
        if frame:
            module = _PACKAGE.search(frame[1]) or _OURS.search(frame[1])
            if module:
                self._lines.append(f"{module[1]}:{frame[2]} in {frame[3]}")
            return
        error, plain = _EXCEPTION.match(line.strip()), _PLAIN.search(line)
        words = ": ".join(dict.fromkeys(matched[0] for matched in (error, plain) if matched))
        if words:
            self._lines.append(words)
        elif line.strip() and not line.startswith(("Traceback", "    ")):
            self.dropped += 1
