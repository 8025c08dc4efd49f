"""After the training: honest probabilities, fitted to the run's validation data."""

from __future__ import annotations

from collections.abc import Sequence

from SpineLib.datasets.cases import LabelledStack
from SpineLib.errors import BadInput
from SpineLib.evaluation.calibration import apply_calibration, fit_calibration
from SpineLib.evaluation.evaluate import Asked, predict
from SpineLib.evaluation.report import write_calibration
from SpineLib.models import open_folder
from SpineLib.progress import Progress
from SpineLib.training.run import Run

FOLDER = "calibration"


def calibrate_run(
    run: Run,
    validation: Sequence[LabelledStack],
    *,
    device: str = "auto",
    progress: Progress | None = None,
) -> Run:
    """Calibrates a finished run's model, once, and notes in its record what was fitted.

    The model reads the slices as in a reading, the search for the canal included; what the
    validation data do not say of region or weighting does not keep it from it.

    Args:
        run: finished; its model is written to.
        validation: the run's own validation data, which no weight was learnt from.
        device: as for `SpineLib.training.trainer.train`.
        progress: told of each stack.

    Returns:
        The run. Where the data allow no calibration (one class only, no error at all) the record
        says why, and the model stays as it is.
    """
    if "calibration" in run.record:
        return run
    model = open_folder(run.model)
    asked = Asked((), title="the run's validation data", force=True, device=device)
    answers = predict([model], validation, asked, progress=progress)[0]
    try:
        found = fit_calibration(answers)
    except BadInput as error:
        return run.noted(calibration={"failed": str(error)})
    write_calibration(run.folder / FOLDER, answers, found)
    apply_calibration(model, found)
    fitted = {"temperature": found.temperature, "bias": found.bias, "slices": found.slices}
    errors = {"ece_before": found.before.ece, "ece": found.after.ece}
    return run.noted(calibration={**fitted, **errors})
