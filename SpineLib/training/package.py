"""From a run to the folder of a model that the modules load."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import torch

from SpineLib.errors import BadInput, OutputError
from SpineLib.models import Card, ModelFolder, open_folder, write_model
from SpineLib.models.card import CARD_NAME
from SpineLib.store.files import writing_folder
from SpineLib.training.checkpoints import load_checkpoint
from SpineLib.training.run import Run, open_run


def package(
    folder: str | Path,
    out: str | Path,
    *,
    best: bool = False,
    mean_with: ModelFolder | None = None,
) -> ModelFolder:
    """Writes the model of a run, with what evaluation and calibration wrote on its card since.

    Args:
        folder: of the run.
        out: the model's folder; new or empty.
        best: take the best checkpoint of a run that has not come to its end.
        mean_with: the model that the run began from; what is written has the mean of both weights
            (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"): it keeps more of what
            the first knew of images that the run did not show. It is another model than the run's,
            so that nothing that was measured or fitted is on its card.

    Raises:
        BadInput: not a run, or one that has not ended or never validated; or a model of another
            network to take the mean with.
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
    if mean_with:
        return _mean(run, mean_with, out)
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


def _mean(run: Run, other: ModelFolder, out: Path) -> ModelFolder:
    from SpineLib.inference.loaded import load

    held = load_checkpoint(run.best_checkpoint)
    card = Card.from_dict(held["card"], file=run.best_checkpoint)
    if card.network != other.card.network:
        raise BadInput(
            f"The model {other.card.name} is of another network than the run's",
            file=other.path,
            advice="Name the model that the run began from.",
        )
    own, before = held["weights"], load(other, "cpu").network.state_dict()
    weights = {
        name: torch.lerp(before[name].float(), tensor.float(), 0.5)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in own.items()
    }
    card = replace(card, temperature=1.0, bias=0.0, figures=(), grade_sets=None, unlike=None)
    return write_model(out, card, weights)
