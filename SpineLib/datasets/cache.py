"""Prepared samples on disk, memory-mapped: made once, read by every process, never all in memory.

A cache is a folder of ``.npy`` files (one an array, all cases one after the other) and an
``index.json``, which is written last: without it the folder counts as empty.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.store.files import Busy, temporary_folder, write_text, writing_folder

_INDEX = "index.json"
_POLL_SECONDS = 0.5
# Cases that a process must have for its start to be worth it.
_WORTH = 4


C = TypeVar("C")
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Prepared:
    """The arrays of all cases, memory-mapped and read-only.

    It is small and may be sent to another process, which opens the files itself.

    Attributes:
        folder: where the files lie.
    """

    folder: Path
    _keep: _Temporary | None = field(default=None, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays."""
        return tuple(_starts(self.folder))

    def array(self, name: str) -> NDArray[Any]:
        """All cases' rows of an array, one after the other."""
        return _mapped(self.folder / f"{name}.npy")

    def rows(self, name: str, case: int) -> slice:
        """Where the rows of a case lie in `array`."""
        first, end = _starts(self.folder)[name][case : case + 2]
        return slice(first, end)

    def case(self, number: int) -> Arrays:
        """The arrays of one case, views of the files."""
        return {name: self.array(name)[self.rows(name, number)] for name in self.names}

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder, "_keep": None}


class _Temporary:
    """A folder that is removed with this object, but not with its copy in a forked process."""

    def __init__(self) -> None:
        self.path = temporary_folder("prepared")
        weakref.finalize(self, _remove, self.path, os.getpid())


def _remove(path: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(path, ignore_errors=True)


@lru_cache(maxsize=64)
def _starts(folder: Path) -> dict[str, list[int]]:
    return json.loads((folder / _INDEX).read_text(encoding="utf-8"))["starts"]


@lru_cache(maxsize=64)
def _mapped(path: Path) -> NDArray[Any]:
    array = np.load(path, mmap_mode="r")
    return array if array.size else np.array(array)


def fingerprint(paths: Iterable[str | Path]) -> str:
    """Of files by place, size and time of their last change; names are hashed, not kept.

    Raises:
        BadInput: one of them is not there.
    """
    digest = hashlib.sha256()
    for path in sorted(map(str, paths)):
        try:
            about = Path(path).stat()
        except OSError as error:
            raise BadInput("There is no such file", file=path) from error
        digest.update(json.dumps([path, about.st_size, about.st_mtime_ns]).encode())
    return digest.hexdigest()[:20]


def prepare(
    cases: Sequence[C],
    make: Callable[[C], Arrays],
    *,
    key: Mapping[str, Any],
    folder: str | Path | None,
    workers: int | None = None,
    stage: str = "Preparing",
    progress: Progress | None = None,
) -> Prepared:
    """Prepares each case once; what was prepared before in the same way is only opened.

    Args:
        cases: `LabelledStack`, `LabelledVolume` or others with a ``fingerprint``; where one's is
            empty, nothing is kept between runs.
        make: from a case to its arrays. An array has the same name, type and shape beyond its
            first axis in every case; the first axis may differ, and may be empty. With several
            workers it must be importable by name (`functools.partial` of a function is).
        key: settings that decide what ``make`` gives, as JSON values; say a version in it that
            changes with the code.
        folder: where caches are kept; None keeps none beyond this process.
        workers: processes that prepare at the same time; None takes the cores at hand.
        stage: what the person reads.
        progress: told of each case.

    Returns:
        The arrays in the order of the cases.

    Raises:
        BadInput: ``make`` gave other arrays for one case than for the first.
        Cancelled: the person cancelled; nothing was kept.
    """
    prints = [getattr(case, "fingerprint", "") for case in cases]
    keep = None
    if folder is None or not all(prints):
        keep = _Temporary()
        folder = keep.path
    text = json.dumps({"key": dict(key), "cases": prints}, sort_keys=True, ensure_ascii=False)
    target = Path(folder) / hashlib.sha256(text.encode()).hexdigest()[:20]
    progress = progress or Progress()
    if keep is None and not (target / _INDEX).exists() and _another_prepares():
        progress.stage(f"{stage}: another process does it")
        while not (target / _INDEX).exists():
            progress.check()
            time.sleep(_POLL_SECONDS)
    workers = workers or min(_cores(), len(cases) // _WORTH)
    while not (target / _INDEX).exists():
        try:
            _write(target, cases, make, workers, progress, stage)
        except Busy:  # another run prepares the same
            progress.stage(f"{stage}: another process does it")
            progress.check()
            time.sleep(_POLL_SECONDS)
    return Prepared(target, keep)


def _cores() -> int:
    """The cores that this process may use."""
    mine = getattr(os, "sched_getaffinity", None)
    return len(mine(0)) if mine else os.cpu_count() or 1


def _another_prepares() -> bool:
    """Under torchrun the first process of a machine prepares, the others wait for it."""
    return int(os.environ.get("LOCAL_RANK", "0")) > 0


def _write(
    target: Path,
    cases: Sequence[C],
    make: Callable[[C], Arrays],
    workers: int,
    progress: Progress,
    stage: str,
) -> None:
    with writing_folder(target) as temporary, ExitStack() as streams:
        files: dict[str, _Growing] = {}
        with closing(_results(cases, make, workers)) as results:
            for arrays in progress.track(results, stage, len(cases)):
                if not files:
                    files = {
                        name: streams.enter_context(closing(_Growing(temporary / name, array)))
                        for name, array in arrays.items()
                    }
                if arrays.keys() != files.keys():
                    raise BadInput(f"One case has {sorted(arrays)}, the first {sorted(files)}")
                for name, array in arrays.items():
                    files[name].append(array)
        starts = {name: file.starts for name, file in files.items()}
    write_text(target / _INDEX, json.dumps({"starts": starts}))


def _results(
    cases: Sequence[C], make: Callable[[C], Arrays], workers: int
) -> Generator[Arrays, None, None]:
    if workers < 2 or len(cases) < 2:
        yield from map(make, cases)
        return
    # Spawned, since a fork of a process that has used torch's threads may hang.
    pool = ProcessPoolExecutor(
        min(workers, len(cases)), mp_context=get_context("spawn"), initializer=_one_thread
    )
    try:
        yield from pool.map(make, cases)
    finally:
        pool.shutdown(cancel_futures=True)


def _one_thread() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"


class _Growing:
    """An ``.npy`` file that is written row by row; its header is put right when it is closed."""

    def __init__(self, path: Path, like: NDArray[Any]) -> None:
        self.starts = [0]
        self._dtype, self._shape, self._path = like.dtype, like.shape[1:], path
        self._stream: BinaryIO = path.with_name(f"{path.name}.npy").open("wb")
        self._header()
        self._begin = self._stream.tell()

    def append(self, rows: NDArray[Any]) -> None:
        """Adds rows."""
        if rows.dtype != self._dtype or rows.shape[1:] != self._shape:
            raise BadInput(
                f"The array {self._path.name} is {rows.dtype} {rows.shape[1:]} in one case and "
                f"{self._dtype} {self._shape} in the first"
            )
        self._stream.write(np.ascontiguousarray(rows).data.cast("B") if rows.size else b"")
        self.starts.append(self.starts[-1] + len(rows))

    def close(self) -> None:
        """Writes the number of rows into the header, for which numpy leaves room."""
        self._stream.seek(0)
        self._header()
        whole = self._stream.tell() == self._begin
        self._stream.close()
        if not whole:
            raise RuntimeError("numpy's header changed its length")

    def _header(self) -> None:
        shape = (self.starts[-1], *self._shape)
        what = {"shape": shape, "fortran_order": False, "descr": npy.dtype_to_descr(self._dtype)}
        npy.write_array_header_1_0(self._stream, what)
