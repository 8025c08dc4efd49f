"""Fine-tuning: a folder that holds all it needs, so that it runs here, in a worker, or on a cluster.

``runs/NNNN`` of a data set holds ``finetune.json`` (what is learnt from, by hash), ``recipe.toml``,
``parent/`` (the model that is started from), ``data/`` (voxels and labels, no names or dates),
``training/`` (the run, see `SpineLib.training.run`) and at the end ``model/``, the candidate. The
data set may change while it runs: its list of cases and versions is fixed when it is prepared.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput, BadModel
from SpineLib.loop.ancestry import FrozenImages, ancestor, learnt_from
from SpineLib.loop.candidate import write_candidate
from SpineLib.loop.dataset import SOFTWARE, Dataset
from SpineLib.loop.images import ImageChanged
from SpineLib.loop.kept import REPLAY, file_of, keep_cases, open_kept, set_aside_changed
from SpineLib.loop.lineage import LoopModel, copy_model
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import ModelFolder, open_folder
from SpineLib.models.folder import sha256
from SpineLib.progress import Progress
from SpineLib.questions import scheme_data
from SpineLib.store.files import write_json, write_text, writing_folder
from SpineLib.store.lock import holding
from SpineLib.store.numbered import numbered_folder, read_record
from SpineLib.times import now

RUNS, JOB, PARENT, IMAGES, TRAINING, MODEL = (
    "runs", "finetune.json", "parent", "data", "training", "model",
)  # fmt: skip
_RECIPE, _PREPARED, _RECORD = "recipe.toml", "prepared", "run.json"
_COPIED_BACK = ("run.json", "curves.csv", "curves.png", "recipe.toml")
_FORMAT = 1


@dataclass(frozen=True)
class FineTuning:
    """One fine-tuning's folder.

    Attributes:
        folder: where it is.
        record: the values of ``finetune.json``.
    """

    folder: Path
    record: dict[str, Any]

    @property
    def name(self) -> str:
        """``0003``."""
        return f"{self.record['number']:04d}"

    @property
    def step(self) -> int:
        """Steps that a resume need not do again."""
        return int(self._run().get("step", 0))

    @property
    def steps(self) -> int:
        """Steps of the whole training; 0 before it began."""
        return int(self._run().get("steps", 0))

    @property
    def model(self) -> ModelFolder | None:
        """The candidate; None before it is there and whole."""
        try:
            candidate = open_folder(self.folder / MODEL)
            candidate.verify()
        except BadModel:
            return None
        return candidate

    @property
    def state(self) -> str:
        """``prepared``, ``stopped`` (it goes on from its last checkpoint) or ``trained``."""
        if self.model is not None:
            return "trained"
        return "stopped" if self._run() else "prepared"

    def _run(self) -> dict[str, Any]:
        try:
            return json.loads((self.folder / TRAINING / _RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}


def prepare(
    dataset: Dataset,
    *,
    replay: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> FineTuning:
    """Makes the folder of a fine-tuning of the current model.

    It learns from every corrected or approved case: from the new ones, and again from those that
    earlier fine-tunings learnt from, so that they are not forgotten. Other data may be replayed
    beside them. Nobody's lock is needed; the reader goes on.

    Args:
        dataset: as it is now.
        replay: further sources, as ``--data`` of a training names them.
        changes: other values of the recipe (`SpineLib.training.recipe.Recipe.changed`).
        cache: where simulated cases are kept.
        progress: told of each case.

    Returns:
        The prepared fine-tuning.

    Raises:
        BadInput: fewer than two corrected patients; or a case to learn from, a replayed one
            included, is in the frozen test, by its patient or by its image.
        ImageChanged: a case's image is another one than when it was added; it is set aside now.
        OutputError: the disk is full; nothing is left behind.
    """
    from SpineLib.loop.recipe import fine_tuning_recipe
    from SpineLib.training.recipe_text import to_toml

    progress = progress or Progress()
    parent = dataset.current
    parent.folder.verify()
    cases = dataset.training()
    patients = {case.patient for case in cases}
    recipe = fine_tuning_recipe(parent.folder.card, cases=len(patients)).changed(changes or {})
    try:
        with numbered_folder(dataset.folder / RUNS, JOB) as folder:
            kept = keep_cases(folder / IMAGES, dataset, recipe, replay, cache, progress)
            copy_model(parent.folder, folder / PARENT)
            write_text(folder / _RECIPE, to_toml(recipe.values()))
            own = [case for case in kept if case["part"] != REPLAY]
            record = {
                "format": _FORMAT,
                "number": int(folder.name),
                "dataset": identity(dataset),
                "task": dataset.task,
                "scheme": scheme_data(dataset.question) if dataset.question else "",
                "parent": {"id": parent.id, **vars(ancestor(parent.folder.card))},
                "test_sha256": dataset.frozen.sha256 if dataset.frozen else "",
                "recipe_sha256": sha256(folder / _RECIPE),
                "replay": list(replay),
                "patients": len(patients),
                "minutes": round(sum(case["minutes"] for case in own), 2),
                "cases": kept,
                "software": SOFTWARE,
                "made": now("seconds"),
            }
            write_json(folder / JOB, record)
    except ImageChanged as error:
        raise set_aside_changed(dataset, cases, error) from error
    return FineTuning(folder, record)


def open_fine_tuning(folder: str | Path) -> FineTuning:
    """Opens the folder of a fine-tuning, here or on another machine.

    Raises:
        BadInput: it is none, or was not prepared to its end.
    """
    folder, advice = Path(folder), "Copy the whole folder, such as runs/0001 of a data set."
    record = read_record(folder / JOB, known=_FORMAT, what="fine-tuning", advice=advice)
    return FineTuning(folder, record)


def fine_tunings(dataset: Dataset) -> list[FineTuning]:
    """Those of a data set, oldest first."""
    return [
        open_fine_tuning(job.parent) for job in sorted((dataset.folder / RUNS).glob(f"*/{JOB}"))
    ]


def carry_out(
    folder: str | Path,
    *,
    device: str = "auto",
    workers: int | None = None,
    minutes: float | None = None,
    progress: Progress | None = None,
) -> FineTuning:
    """Trains, or goes on where a training was interrupted, and writes the candidate.

    Under ``torchrun`` every process calls this. A fine-tuning that is done is given back.

    Args:
        folder: from `prepare`, here or copied to another machine.
        device, workers, minutes, progress: as for `SpineLib.training.trainer.train`.

    Returns:
        The fine-tuning; ``model`` is None where ``minutes`` ended it.

    Raises:
        BadInput: not such a folder, or what is in it was changed; or another program trains it.
        NotFinite, OutOfMemory, OutputError, Cancelled: as `SpineLib.training.trainer.train`; the
            last checkpoint stays, and the next call goes on from it.
    """
    from SpineLib.inference.loaded import load
    from SpineLib.training.recipe import read_recipe
    from SpineLib.training.tasks import make_task
    from SpineLib.training.trainer import train

    tuning = open_fine_tuning(folder)
    with _held(tuning.folder / JOB):
        if tuning.state == "trained":
            return tuning
        recipe = read_recipe(_unchanged(tuning) / _RECIPE)
        parent = open_folder(tuning.folder / PARENT)
        data = open_kept(
            tuning.folder / IMAGES,
            tuning.record["cases"],
            recipe,
            sources=[f"fine-tuning {tuning.name}", *tuning.record["replay"]],
            test_sha256=tuning.record["test_sha256"],
        )
        _forget_unbegun(tuning.folder / TRAINING)
        run = train(
            make_task(recipe, data, cache=tuning.folder / _PREPARED, progress=progress),
            tuning.folder / TRAINING,
            device=device,
            resume=True,
            start=load(parent, "cpu").network.state_dict(),
            data=data.record,
            minutes=minutes,
            workers=workers,
            progress=progress,
        )
        if run.finished and _first():
            write_candidate(
                tuning.folder / MODEL, tuning.record, parent, run, data, device=device,
                progress=progress,
            )  # fmt: skip
    return tuning


def take(writer: DatasetWriter, folder: str | Path) -> LoopModel:
    """Takes the model of a finished fine-tuning into its data set, as a candidate.

    Args:
        writer: of the data set.
        folder: of the fine-tuning, or of a copy that was trained elsewhere. Of a copy the model and
            the run's record are brought back.

    Returns:
        The candidate; the same one where it was taken already.

    Raises:
        BadInput: not of this data set, not trained to its end, or its list of cases was changed.
        BadModel: the model is not whole.
    """
    given = open_fine_tuning(folder)
    dataset = writer.dataset
    home = dataset.folder / RUNS / given.name
    job = home / JOB
    if given.record["dataset"] != identity(dataset) or not job.is_file():
        raise BadInput("This fine-tuning was not prepared from this data set", file=given.folder)
    if sha256(job) != sha256(given.folder / JOB):
        raise BadInput(
            f"The fine-tuning's {JOB} is not the one that was prepared here",
            file=given.folder,
            advice=f"Copy the folder {home} anew and train it there.",
        )
    model = given.model
    if model is None:
        raise BadInput(
            f"The fine-tuning is not done: step {given.step} of {given.steps or 'not begun'}",
            file=given.folder,
            advice="Go on with it.",
            command=f"spine loop finetune --run {given.folder}",
        )
    require_untested(dataset, model, given)
    for taken in dataset.models:
        if taken.folder.card.weights_sha256 == model.card.weights_sha256:
            return taken
    if home.resolve() != given.folder.resolve():
        copy_model(model, home / MODEL)
        with writing_folder(home / TRAINING) as temporary:
            for name in _COPIED_BACK:
                if (given.folder / TRAINING / name).is_file():
                    shutil.copyfile(given.folder / TRAINING / name, temporary / name)
    return writer.add_model(open_folder(home / MODEL), parent=given.record["parent"]["id"])


def require_untested(
    dataset: Dataset, model: ModelFolder, tuning: FineTuning | None = None
) -> None:
    """Refuses a model that learnt from what the frozen test holds, itself or through an ancestor.

    Args:
        dataset: with its test.
        model: whose card is looked at.
        tuning: that it came out of, whose record knows the patients too.

    Raises:
        BadInput: an image or a patient is in both.
    """
    test = FrozenImages(dataset)
    images = test.hashes & learnt_from(model.card)
    cases = [] if tuning is None else tuning.record["cases"]
    patients = test.patients & {case["patient"] for case in cases}
    if images or patients:
        count = f"{len(images)} images" if images else f"{len(patients)} patients"
        raise BadInput(
            f"{model.card.name} learnt from {count} of the frozen test, so no figure of it "
            "would mean anything",
            file=model.path,
            advice="It cannot be compared or promoted. Fine-tune again.",
        )


def made_by(dataset: Dataset, model: ModelFolder) -> FineTuning | None:
    """The fine-tuning of the data set that a model came out of."""
    for fine_tuning in fine_tunings(dataset):
        candidate = fine_tuning.model
        if candidate is not None and candidate.card.weights_sha256 == model.card.weights_sha256:
            return fine_tuning
    return None


def unfinished(dataset: Dataset) -> list[str]:
    """What waits or was interrupted, a sentence each."""
    taken = {known.folder.card.weights_sha256 for known in dataset.models}
    sentences = []
    for tuning in fine_tunings(dataset):
        model, go_on = tuning.model, f"spine loop finetune --run {tuning.folder}"
        if model is not None and model.card.weights_sha256 not in taken:
            sentences.append(
                f"Fine-tuning {tuning.name} is done, but its model was not added yet: "
                f"spine loop finetune {dataset.folder} --take {tuning.folder}"
            )
        elif tuning.state == "stopped":
            sentences.append(
                f"Fine-tuning {tuning.name} is at step {tuning.step} of {tuning.steps}: {go_on}"
            )
        elif tuning.state == "prepared":
            sentences.append(f"Fine-tuning {tuning.name} is prepared and has not begun: {go_on}")
    return sentences


def identity(dataset: Dataset) -> str:
    """Tells a data set from every other: SHA-256 of what was written when it was made."""
    return sha256(dataset.folder / "dataset.json")


def _unchanged(tuning: FineTuning) -> Path:
    """The folder, whose recipe, parent and cases are those that were prepared."""
    parent = open_folder(tuning.folder / PARENT)
    parent.verify()
    expected = [(tuning.folder / _RECIPE, tuning.record["recipe_sha256"])]
    expected += [
        (file_of(tuning.folder / IMAGES, case), case["sha256"]) for case in tuning.record["cases"]
    ]
    wrong = [path for path, known in expected if not path.is_file() or sha256(path) != known]
    if wrong or parent.card.weights_sha256 != tuning.record["parent"]["weights_sha256"]:
        raise BadInput(
            "The fine-tuning's folder is not as it was prepared",
            file=wrong[0] if wrong else tuning.folder / PARENT,
            advice="Copy the whole folder anew, or prepare another one.",
        )
    return tuning.folder


def _forget_unbegun(training: Path) -> None:
    """Removes what a process left that was killed before its run had a record."""
    if training.exists() and not (training / _RECORD).exists() and _first():
        shutil.rmtree(training)


@contextmanager
def _held(job: Path) -> Iterator[None]:
    """One training at a time; under torchrun the first process holds it for all."""
    with holding(job) if _first() else nullcontext():
        yield


def _first() -> bool:
    return os.environ.get("RANK", "0") == "0"
