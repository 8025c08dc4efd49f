"""What a fine-tuning ends with: the model as it was trained, calibrated where that can be done, its card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineLib.datasets.cases import SIMULATED
from SpineLib.loop.ancestry import ancestor, descendant, inherited
from SpineLib.loop.kept import REPLAY
from SpineLib.models import ModelFolder, open_folder
from SpineLib.models.card import Card, Lineage
from SpineLib.progress import Progress

if TYPE_CHECKING:
    from SpineLib.training.run import Run
    from SpineLib.training.tasks import Data

# Fewer watching patients say nothing of how sure a model may be; they chose its weights too (by
# hand).
LEAST_TO_CALIBRATE = 5


def write_candidate(
    folder: Path,
    record: dict[str, Any],
    parent: ModelFolder,
    run: Run,
    data: Data,
    *,
    device: str = "auto",
    progress: Progress | None = None,
) -> ModelFolder:
    """Writes the model of a finished fine-tuning, with its lineage on the card.

    Models of slices are calibrated on the patients who watched, if those are at least
    `LEAST_TO_CALIBRATE`; otherwise temperature and bias stay the parent's, and the card's limits say so.

    Args:
        folder: for the model; written whole or not at all.
        record: the values of ``finetune.json``.
        parent: that it started from.
        run: finished.
        data: of the run.
        device, progress: as for a reading.
    """
    from safetensors.torch import load_file

    from SpineLib.models import write_model
    from SpineLib.training.calibrating import calibrate_run

    slices = record["task"] != "segmentation"
    watching = {case.patient for case in data.validation}
    if slices and len(watching) >= LEAST_TO_CALIBRATE:
        run = calibrate_run(run, data.validation, device=device, progress=progress)
    calibrated = "temperature" in run.record.get("calibration", {})
    trained = open_folder(run.model)
    card = _card(parent.card, record, run, parents_calibration=slices and not calibrated)
    card = replace(card, neighbours=trained.card.neighbours)
    if calibrated:
        own = trained.card
        card = replace(card, temperature=own.temperature, bias=own.bias, borderline=own.borderline)
    return write_model(folder, card, load_file(trained.weights))


def _card(parent: Card, record: dict[str, Any], run: Run, *, parents_calibration: bool) -> Card:
    own = {case["image"] for case in record["cases"] if case["part"] != REPLAY}
    replayed = [case["image"] for case in record["cases"] if case["part"] == REPLAY]
    lineage = Lineage(
        parent=ancestor(parent),
        recipe=run.record["recipe"],
        recipe_sha256=record["recipe_sha256"],
        cases=tuple(sorted(own)),
        others=inherited(parent, replayed, own),
        patients=record["patients"],
        minutes=record["minutes"],
    )
    return descendant(
        parent,
        lineage,
        number=record["number"],
        simulated=all(case["simulated"] for case in record["cases"]),
        replay=[s if s.startswith(SIMULATED) else Path(s).name for s in record["replay"]],
        parents_calibration=parents_calibration,
    )
