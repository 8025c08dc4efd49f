"""Training: steps a second, share of the time spent waiting for data, and memory of every recipe."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SECONDS = 20.0
# Few patients: what is timed is the training, not the simulator.
DATA = {
    "canal": ("simulated:search-lumbar-none:standard:4", "simulated:search-lumbar-none:standard:1:90"),
    "compression": (
        "simulated:lesions-thoracic-metastatic:standard:24",
        "simulated:lesions-thoracic-metastatic:standard:2:90",
    ),
    "grading": (
        "simulated:lesions-thoracic-metastatic:standard:24",
        "simulated:lesions-thoracic-metastatic:standard:2:90",
    ),
    "levels": ("simulated:whole-cervical-none:standard:2", "simulated:whole-cervical-none:standard:1:90"),
    "outline": (
        "simulated:outlines-cervical-degenerative:standard:2",
        "simulated:outlines-cervical-degenerative:standard:1:90",
    ),
    "segmentation": (
        "simulated:lumbar-degenerative:standard:2",
        "simulated:lumbar-degenerative:standard:1:90",
    ),
}  # fmt: skip


@contextmanager
def contenders() -> Iterator[tuple[dict[str, Callable[[], object]], Iterable[str]]]:
    """Gives ten steps of the smallest recipe to time; every recipe's own figures are notes."""
    from SpineLib.training.recipe import names

    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        # Only made where they are asked for: they take minutes.
        notes = (_note(name, alone(name, cache)) for name in names())
        count = iter(range(10**6))
        work: dict[str, Callable[[], object]] = {
            "ten steps of starter-canal, its start included": lambda: measure(
                "starter-canal", cache, Path(folder) / str(next(count)), steps=10
            )
        }
        yield work, notes


def alone(recipe: str, cache: Path) -> dict[str, Any]:
    """Trains a recipe for `SECONDS` in a process of its own.

    Args:
        recipe: its name.
        cache: where simulated and prepared samples are kept.

    Returns:
        As `measure`; or ``failed``, the last words of the process (a device too small, say).
    """
    command = [sys.executable, "-m", "SpineLib.bench.training", recipe, str(cache)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1][:300]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(recipe: str, cache: Path, folder: Path, *, steps: int | None = None) -> dict[str, Any]:
    """Trains a recipe for a while in this process.

    Args:
        recipe: its name; ImageNet's weights are left out.
        cache: where simulated and prepared samples are kept.
        folder: of the run.
        steps: so many; None trains for `SECONDS`.

    Returns:
        ``steps_per_second``, ``loader_share`` (of the time in steps, waited for data),
        ``memory_gb`` (the most that a process held) and ``device``; ``gpu_memory_gb`` on a GPU.
    """
    import torch

    from SpineLib.training.recipe import read_recipe
    from SpineLib.training.tasks import make_task, open_data
    from SpineLib.training.trainer import train

    changes: dict[str, Any] = {"network.imagenet": False}
    if steps is not None:
        changes |= {
            "training.steps": steps,
            "training.epochs": None,
            "training.validate_every": None,
        }
    chosen = read_recipe(recipe, changes=changes)
    training, validation = DATA[chosen.task]
    data = open_data(chosen, [training], validation=[validation], cache=cache)
    task = make_task(chosen, data, cache=cache)
    run = train(task, folder, minutes=None if steps else SECONDS / 60)
    found = {key: run.record[key] for key in ("steps_per_second", "loader_share")}
    found |= {"memory_gb": _peak_gb(), "device": run.record["sessions"][-1]["device"]}
    if torch.cuda.is_available():
        found["gpu_memory_gb"] = round(torch.cuda.max_memory_allocated() / 1e9, 2)
    return found


def _peak_gb() -> float:
    import resource

    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(one).ru_maxrss for one in who)
    # Linux counts kilobytes, macOS bytes.
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e9, 2)


def _note(name: str, found: dict[str, Any]) -> str:
    if "failed" in found:
        return f"{name}: {found['failed']}"
    gpu = f", {found['gpu_memory_gb']} GB on the GPU" if "gpu_memory_gb" in found else ""
    return (
        f"{name} ({found['device']}): {found['steps_per_second']} steps/s, "
        f"{100 * found['loader_share']:.1f} % waiting for data, {found['memory_gb']} GB{gpu}"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as own:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), Path(own) / "run")))
