"""From a run to the folder of a model that the modules load."""

from __future__ import annotations

import shutil
from pathlib import Path

from SpineLib.errors import BadInput, OutputError
from SpineLib.models import Card, ModelFolder, open_folder, write_model
from SpineLib.models.card import CARD_NAME
from SpineLib.store.files import writing_folder
from SpineLib.training.checkpoints import load_checkpoint
from SpineLib.training.run import Run, open_run


def package(folder: str | Path, out: str | Path, *, best: bool = False) -> ModelFolder:
    """Writes the model of a run, with what evaluation and calibration wrote on its card since.

    Args:
        folder: of the run.
        out: the model's folder; new or empty.
        best: take the best checkpoint of a run that has not come to its end.

    Raises:
        BadInput: not a run, or one that has not ended or never validated.
        OutputError: ``out`` holds something already.
    """
    run, out = open_run(folder), Path(out)
    if run.best is None:
        raise BadInput(
            "The run has no validated weights yet",
            file=run.folder,
            advice="Go on with: spine train … --resume",
        )
    if not (run.finished or best):
        raise BadInput(
            f"The run stopped at step {run.step} of {run.record['steps']}",
            file=run.folder,
            advice="Go on with --resume, or take its best weights so far with --best.",
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            "The folder for the model holds something already",
            file=out,
            advice="Choose a new or an empty folder.",
        )
    return _copied(run, out) if run.finished else write_best(run, out)


def write_best(run: Run, out: Path | None = None) -> ModelFolder:
    """Writes the best checkpoint as a model, by default into the run's own ``model``."""
    held = load_checkpoint(run.best_checkpoint)
    card = Card.from_dict(held["card"], file=run.best_checkpoint)
    return write_model(out or run.model, card, held["weights"])


def _copied(run: Run, out: Path) -> ModelFolder:
    """The run's model as it is now, checked."""
    model = open_folder(run.model)
    model.verify()
    with writing_folder(out) as temporary:
        for file in (run.model / CARD_NAME, model.weights):
            shutil.copyfile(file, temporary / file.name)
    return open_folder(out)
