"""The folder of a run: what was done, with what, and what came of it.

``recipe.toml`` as run, ``run.json``, ``curves.csv`` and ``curves.png``, TensorBoard's ``events.*``,
``checkpoints/last.pt`` and ``best.pt``, and at the end ``model/``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from SpineLib import __version__
from SpineLib.errors import BadInput, OutputError
from SpineLib.store.files import writing
from SpineLib.store.patients import KEY_FILE, keyed, mark_of, new_secret, secret_of
from SpineLib.times import now
from SpineLib.training.recipe import Recipe, differences, read_recipe
from SpineLib.training.recipe_text import to_toml

RECORD, RECIPE, CURVES, DRAWING = "run.json", "recipe.toml", "curves.csv", "curves.png"
MODEL = "model"
_FORMAT = 1
_PACKAGES = ("torch", "lightning-fabric", "monai", "numpy", "scikit-learn", "SimpleITK", "pydicom")


@dataclass(frozen=True)
class Run:
    """A run's folder and its record.

    Attributes:
        folder: where it is.
        record: the values of ``run.json``.
    """

    folder: Path
    record: dict[str, Any]

    @property
    def finished(self) -> bool:
        """Whether training came to its end; else ``--resume`` goes on."""
        return bool(self.record["finished"])

    @property
    def step(self) -> int:
        """Steps of the last checkpoint."""
        return int(self.record["step"])

    @property
    def best(self) -> dict[str, Any] | None:
        """``step`` and ``metrics`` of the best validation; None before the first one."""
        return self.record["best"]

    @property
    def last(self) -> Path:
        """The checkpoint that a resume goes on from."""
        return self.folder / "checkpoints" / "last.pt"

    @property
    def best_checkpoint(self) -> Path:
        """The weights of the best validation and the card."""
        return self.folder / "checkpoints" / "best.pt"

    @property
    def model(self) -> Path:
        """The model's folder, made at the end."""
        return self.folder / MODEL

    def noted(self, **values: Any) -> Run:
        """The run with other values in its record, written."""
        record = {**self.record, **values}
        with writing(self.folder / RECORD) as temporary:
            text = json.dumps(record, indent=1, ensure_ascii=False)
            temporary.write_text(text + "\n", encoding="utf-8")
        return Run(self.folder, record)


def open_run(folder: str | Path) -> Run:
    """Opens the folder of a run.

    Raises:
        BadInput: it is none.
    """
    folder = Path(folder)
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        if record["format"] != _FORMAT:
            raise BadInput(
                f"The run has format {record['format']}; this program reads up to {_FORMAT}"
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"This is not the folder of a training run: it has no readable {RECORD}", file=folder
        ) from error
    return Run(folder, record)


def begin_run(
    folder: str | Path, recipe: Recipe, *, data: dict[str, Any] | None, resume: bool
) -> Run:
    """Makes a run's folder, or opens it to go on.

    Args:
        folder: empty, not there yet, or with ``resume`` one of a run.
        recipe: as it is to be run.
        data: what `SpineLib.training.tasks.Data.record` says.
        resume: go on where a run is; begin where none is.

    Raises:
        OutputError: the folder holds something else, or a run and no ``resume``.
        BadInput: the run there is of another recipe or of other data.
    """
    folder = Path(folder)
    if (folder / RECORD).exists():
        if not resume:
            raise OutputError(
                "There is a run in this folder already",
                file=folder,
                advice="Go on with --resume, or choose another folder.",
            )
        return _reopened(folder, recipe, data)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise OutputError(
            "The folder for the run holds something else",
            file=folder,
            advice="Choose a new or an empty folder.",
        )
    with writing(folder / RECIPE) as temporary:
        temporary.write_text(to_toml(recipe.values()), encoding="utf-8")
    if data is not None and data.get("splits") and not data.get("keyed"):
        data = _keyed(data, new_secret(folder))
    run = Run(folder, {"format": _FORMAT, "recipe": recipe.name, "task": recipe.task})
    return run.noted(
        seed=recipe.seed,
        finished=False,
        ended="",
        step=0,
        steps=0,
        best=None,
        data=data,
        sessions=[],
    )


def forget_unbegun(run: Run) -> None:
    """Takes recipe and record out again, so that a start that failed can be put right in place."""
    if not run.last.exists():
        for name in (RECORD, RECIPE, KEY_FILE):
            (run.folder / name).unlink(missing_ok=True)


def _keyed(data: dict[str, Any], secret: bytes) -> dict[str, Any]:
    """What is kept of the data: its patients' hashes are made with the run's secret."""
    splits = {}
    for part, about in data["splits"].items():
        patients = sorted(keyed(patient, secret) for patient in about["patients"])
        splits[part] = {**about, "patients": patients, "patients_sha256": _sha256(patients)}
    return {**data, "splits": splits, "patients_key": mark_of(secret)}


def _sha256(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _reopened(folder: Path, recipe: Recipe, data: dict[str, Any] | None) -> Run:
    run = open_run(folder)
    mark = (run.record["data"] or {}).get("patients_key", "")
    if data is not None and mark and not data.get("keyed"):
        data = _keyed(data, secret_of(mark, folder / KEY_FILE))
    other = differences(read_recipe(folder / RECIPE), recipe)
    if other:
        raise BadInput(
            f"The run in this folder is of another recipe; they differ in {', '.join(other)}",
            file=folder,
            advice=f"Go on with the run's own {RECIPE}, or choose another folder.",
        )
    if run.record["data"] != data:
        raise BadInput(
            "The run in this folder was trained on other data, split otherwise, or with windows that "
            "another model cut",
            file=folder,
            advice="Give the same --data, --validation and --test, or choose another folder.",
        )
    return run


def session(*, device: str, precision: str, world: int, workers: int, step: int) -> dict[str, Any]:
    """What one start or resume ran on: versions, git commit, device."""
    commit, changed = _commit()
    return {
        "started": now("seconds"),
        "from_step": step,
        "device": device,
        "precision": precision,
        "processes": world,
        "workers": workers,
        "commit": commit,
        "uncommitted_changes": changed,
        "versions": {
            "SlicerSpineMRI": __version__,
            "Python": platform.python_version(),
            **{name: _version(name) for name in _PACKAGES},
        },
    }


def write_curves(folder: Path, rows: Sequence[dict[str, float]]) -> None:
    """Writes ``curves.csv``, a row a validation."""
    with writing(folder / CURVES) as temporary, temporary.open("w", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]) if rows else ["step"])
        table.writeheader()
        table.writerows(rows)


def draw_curves(folder: Path, rows: Sequence[dict[str, float]], metric: str) -> None:
    """Draws ``curves.png``: the loss above, the validation's figures below.

    Args:
        folder: of the run.
        rows: as of ``curves.csv``.
        metric: the figure that the best checkpoint was chosen by; drawn thick.
    """
    from matplotlib.figure import Figure

    if not rows:
        return
    steps = [row["step"] for row in rows]
    names = [name for name in rows[0] if name not in ("step", "epoch", "rate", "training_loss")]
    figure = Figure(figsize=(8, 6), layout="constrained")
    above, below = figure.subplots(2, sharex=True)
    above.plot(steps, [row["training_loss"] for row in rows], marker=".", color="#0072B2")
    above.set_ylabel("training loss")
    rate = above.twinx()
    rate.plot(steps, [row["rate"] for row in rows], color="#999999", linewidth=1)
    rate.set_ylabel("learning rate", color="#666666")
    for name in names:
        width = 2.5 if name == metric else 1.0
        below.plot(steps, [row[name] for row in rows], marker=".", linewidth=width, label=name)
    below.set_xlabel("step")
    below.set_ylabel("validation")
    below.legend(fontsize="small", ncols=2)
    for axes in (above, below):
        axes.grid(alpha=0.3)
    with writing(folder / DRAWING) as temporary:
        figure.savefig(temporary, dpi=120)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _commit() -> tuple[str, bool]:
    """The clone's git commit and whether files were changed since; empty where it is no clone."""
    root = Path(__file__).resolve().parents[2]
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return "", False

    def ask(*arguments: str) -> str:
        command = [git, "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    return ask("rev-parse", "HEAD"), bool(ask("status", "--porcelain", "--untracked-files=no"))
