"""Whole commands, cold: ``spine read`` of two studies, and the commands that answer at once.

A reading is held against what no reading can do without: ``python -c "import torch"`` and the
networks' bare forward passes.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from SpineLib.bench.dicom import write_series
from SpineLib.bench.paired import paired
from SpineLib.dicom import read, scan
from SpineLib.findings import Findings
from SpineLib.inference.canal import locate, search_windows
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.segmentation import class_probabilities, scaled, to_spacing
from SpineLib.inference.study import Session, read_study
from SpineLib.inference.windows import network_input
from SpineLib.inference.windows import scaled as scaled_windows
from SpineLib.models import find_models, open_model
from SpineLib.options import ReadOptions
from SpineLib.simulate import write_study
from SpineLib.volume import Volume

SPINE = (sys.executable, "-m", "SpineSlicer.headless")
TORCH = (sys.executable, "-c", "import torch")
# By way of a small process: a child's peak memory begins with that of the process that starts it.
ALONE = """
import json, os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
process.stdout.read(1)
first = time.perf_counter() - start
process.stdout.read()
_, status, used = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
memory = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6  # kilobytes on Linux
print(json.dumps([first, seconds, used.ru_utime + used.ru_stime, memory]))
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True)
class Run:
    """One command: seconds until its first words and its end, of processor time, and memory."""

    first: float
    seconds: float
    cpu: float
    megabytes: float


@contextmanager
def contenders() -> Iterator[tuple[dict[str, Callable[[], object]], Iterator[str]]]:
    """Gives the cervical study to time; the rest is measured for the notes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scanner = {"slices": 62, "rows": 320, "columns": 320}
        write_study(folder / "cervical", "cervical", seed=900_001, scanner=scanner)
        runs: list[Run] = []
        bare = _bare_cervical(folder / "cervical")
        yield _against_torch(folder / "cervical", bare, runs), _notes(folder, bare, runs)


def _against_torch(
    study: Path, bare: Callable[[], object], runs: list[Run]
) -> dict[str, Callable[[], object]]:
    out = study.with_name(f"{study.name}-out")
    return {
        "spine read": lambda: runs.append(command(*SPINE, "read", str(study), "--out", str(out))),
        "import torch, and the bare networks": lambda: (command(*TORCH), bare()),
    }


def _notes(folder: Path, bare: Callable[[], object], runs: list[Run]) -> Iterator[str]:
    yield f"cervical, 62 slices of 320×320: {_told(runs)}"
    yield from _warm(folder / "cervical", bare)
    lumbar, of_lumbar = folder / "lumbar", list[Run]()
    write_study(lumbar, "lumbar", seed=900_009, companions=True)
    result = paired(_against_torch(lumbar, _bare_lumbar(lumbar), of_lumbar), 3)
    yield f"lumbar with 5 angled blocks: {result}; {_told(of_lumbar)}"
    yield _levels(lumbar)
    yield f"import torch: {_told([command(*TORCH) for _ in range(3)])}"
    (folder / "series").mkdir()
    write_series(folder / "series")
    quick = (["--help"], ["models", "list"], ["scan", str(folder / "series")])
    for arguments in quick:
        yield f"spine {arguments[0]}: {_told([command(*SPINE, *arguments) for _ in range(5)])}"


def command(*arguments: str) -> Run:
    """Runs a command to its end.

    Raises:
        CalledProcessError: it failed.
    """
    alone = [sys.executable, "-c", ALONE, *arguments]
    done = subprocess.run(alone, capture_output=True, text=True, check=True)
    return Run(*json.loads(done.stdout))


def _told(runs: list[Run]) -> str:
    def middle(name: str) -> float:
        return statistics.median(getattr(run, name) for run in runs)

    return (
        f"{middle('seconds'):.2f} s, first words after {middle('first'):.2f} s, "
        f"{middle('cpu'):.2f} s of CPU, {middle('megabytes'):.0f} MB in the largest process"
    )


def _warm(study: Path, bare: Callable[[], object]) -> Iterator[str]:
    """The second study and those after it, where the models stay loaded: verdict, and all of it.

    All of it against the verdict is what outlines, sizes and norms of cord and sac cost.
    """
    session = Session()
    verdict = {"warm, up to the verdict": lambda: _until_verdict(study, session)}
    yield f"{paired({**verdict, 'bare networks': bare}, 9)}"
    whole = {"warm, all of it": lambda: read_study(study, session=session)}
    yield f"{paired({**whole, **verdict}, 9)}"


class _Told(Exception):
    """The verdict is known."""


def _until_verdict(study: Path, session: Session) -> None:
    def stop(_findings: Findings) -> None:
        raise _Told

    with suppress(_Told):
        read_study(study, session=session, on_verdict=stop)


def _levels(study: Path) -> str:
    """A sagittal and an axial series of a lumbar study, which no model of compression applies to."""
    session, options = Session(), ReadOptions(tasks=("compression",))
    ours = {"levels, warm": lambda: read_study(study, options=options, session=session)}
    return f"one sagittal and one axial series: {paired(ours, 5)}"


def _bare_cervical(study: Path) -> Callable[[], object]:
    """The forward passes of the canal's network and of all that answer there, inputs ready."""
    volume, canal = _volume(study), _loaded("canal")
    search = scaled_windows(search_windows(volume, canal.card.preprocessing).pixels)[:, None]
    centers = locate(volume, canal).centers_ras
    used = [model.name for model in read_study(study).findings.models if model.question]
    answering = [load(open_model(name), "cpu") for name in used]
    asked = [(one, network_input(volume, centers, one.card.preprocessing)) for one in answering]
    return lambda: _forward((canal, search), *asked)


def _bare_lumbar(study: Path) -> Callable[[], object]:
    """The segmentation's windows; it is the one model that answers there."""
    volume = _volume(study / "sagittal")
    loaded = _loaded("segmentation")
    grid = loaded.card.preprocessing["spacing"]
    coarse = scaled(to_spacing(volume.voxels, volume.spacing[::-1], grid))
    return lambda: class_probabilities(coarse, loaded)


def _forward(*asked: tuple[Loaded, torch.Tensor]) -> None:
    with torch.inference_mode():
        for loaded, batch in asked:
            loaded.network(batch)


def _volume(folder: Path) -> Volume:
    return read(max(scan(folder).stacks, key=lambda stack: stack.slices))


def _loaded(task: str) -> Loaded:
    return load(find_models(task)[0], "cpu")
