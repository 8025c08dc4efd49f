"""The current model's answer to each case of a data set, and what it says about the case.

Nothing is held while a model computes: the data set is opened for writing only for the moment in
which one case's answer is added. Each case is finished before the next one begins, so that a
program that is cancelled or killed loses one case at most, and the next call goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from SpineLib.datasets.cases import SliceLabel
from SpineLib.datasets.vocabulary import word_of
from SpineLib.dicom.stack import Stack
from SpineLib.errors import Cancelled, NotApplicable, OutputError, SpineError
from SpineLib.inference.canal import locate
from SpineLib.inference.instances import name_instances
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.opinions import opinions
from SpineLib.inference.segmentation import segment
from SpineLib.loop.answers import Answer
from SpineLib.loop.cases import Case, ImageChanged
from SpineLib.loop.dataset import Dataset, open_dataset
from SpineLib.loop.disagreement import disagreement
from SpineLib.loop.lineage import LoopModel
from SpineLib.loop.plausibility import implausible
from SpineLib.loop.problem import Problem
from SpineLib.loop.scores import STAGE, Score, overlay_file, read_score, write_score
from SpineLib.loop.slice_plausibility import implausible_slices, unlike_slices
from SpineLib.loop.slice_uncertainty import open_questions, uncertain_slices
from SpineLib.loop.uncertainty import uncertain
from SpineLib.loop.versions import AUTOMATIC, Version
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models import find_models
from SpineLib.models.applicability import check
from SpineLib.progress import Progress
from SpineLib.questions import COMPRESSION
from SpineLib.volume import Volume, write_volume

# Seconds to wait for a program that writes a correction at the same moment.
WAIT = 30.0
# Answers to each image from which the uncertainty is taken, by task; more say little more (by hand).
TIMES_VOLUME, TIMES_SLICES = 3, 4


@dataclass
class Scored:
    """What came of scoring.

    Attributes:
        scored: ids of the cases that were answered now.
        skipped: how many had this model's answer to this image.
        failed: why a case has none, in a sentence, by id.
    """

    scored: list[str] = field(default_factory=list)
    skipped: int = 0
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Answered:
    """A model's answer to an image and what it says about itself."""

    answer: Answer
    uncertainty: float
    per_structure: dict[str, float] = field(default_factory=dict)
    per_slice: tuple[float | None, ...] = ()
    overlay: Volume | None = None
    lowest: str = ""
    look_at: list[Problem] = field(default_factory=list)


def score(
    folder: str | Path,
    cases: Sequence[str] | None = None,
    *,
    model: str = "",
    device: str = "auto",
    progress: Progress | None = None,
) -> Scored:
    """Lets a model answer cases and keeps answer, uncertainty, disagreement and implausible places.

    A case whose image is no longer the one that was added is set aside; one that cannot be
    answered is named, and the others go on.

    Args:
        folder: of the data set.
        cases: ids; every case that is not set aside if None.
        model: id; the current one if empty.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        progress: each case is a part; its files stand when its stage `STAGE` is told.

    Raises:
        BadInput: no such data set, case or model.
        OutputError: the disk is full; what was finished stays.
        Cancelled: the person cancelled; what was finished stays.
    """
    progress = progress or Progress()
    dataset = open_dataset(folder)
    chosen = dataset.lineage.model(model) if model else dataset.current
    wanted = list(dataset.cases.values()) if cases is None else [dataset.case(c) for c in cases]
    result = Scored()
    used = [case for case in wanted if not case.set_aside]
    waiting = [case for case in used if not _is_scored(case, chosen)]
    result.skipped = len(used) - len(waiting)
    if not waiting:
        return result
    reader = _Reader(dataset, chosen, device)
    for n, case in enumerate(waiting, 1):
        progress.part(n, len(waiting))
        try:
            reader.score(case, progress)
            result.scored.append(case.id)
        except (Cancelled, OutputError):
            raise
        except SpineError as error:
            result.failed[case.id] = error.what
        progress.stage(STAGE)
    return result


def _is_scored(case: Case, model: LoopModel) -> bool:
    known = read_score(case.dataset, model.id, case.id)
    answered = own_answer(case, model.id)
    return (
        known is not None
        and answered is not None
        and known.version == answered.number
        and known.image == case.image.sha256
    )


def own_answer(case: Case, model: str) -> Version | None:
    """A model's last answer to a case."""
    return next(
        (v for v in reversed(case.versions) if v.kind == AUTOMATIC and v.model == model), None
    )


def earlier_answer(case: Case, model: str) -> Version | None:
    """The last answer of another model."""
    return next(
        (v for v in reversed(case.versions) if v.kind == AUTOMATIC and v.model != model), None
    )


class _Reader:
    """A model, loaded once, that answers case after case."""

    def __init__(self, dataset: Dataset, model: LoopModel, device: str) -> None:
        self.dataset, self.model, self.device = dataset, model, device
        self.loaded = load(model.folder, device)

    @cached_property
    def canal(self) -> Loaded:
        return load(find_models("canal")[0], self.device)

    def score(self, case: Case, progress: Progress) -> None:
        progress.stage("Reading the image")
        image = self._image(case)
        self._require_applicable(case, image)
        reply = self._answer(image, progress)
        before = earlier_answer(case, self.model.id)
        progress.stage("Keeping the answer")
        differs = None if before is None else disagreement(reply.answer, case.open_answer(before))
        problems = (
            implausible(reply.answer)
            if isinstance(reply.answer, Volume)
            else reply.look_at
            + implausible_slices(reply.answer, image, self.dataset.question or COMPRESSION)
        )
        progress.check()
        version = self._keep(case, reply)
        write_score(self.dataset.folder, Score(
            case.id, self.model.id, case.image.sha256, version.number, reply.uncertainty,
            reply.per_structure, reply.per_slice,
            None if differs is None else differs.score,
            "" if before is None else before.model,
            {} if differs is None else differs.dice,
            tuple(problems),
        ))  # fmt: skip

    def _image(self, case: Case) -> Volume:
        try:
            return case.open_image()
        except ImageChanged as error:
            with DatasetWriter(self.dataset.folder, wait=WAIT) as writer:
                writer.set_aside(case, error.what, by="")
            raise

    def _require_applicable(self, case: Case, image: Volume) -> None:
        plane = "sagittal" if self.dataset.task == "segmentation" else "axial"
        stack = Stack(
            plane=plane, weighting=case.weighting, region=case.region,
            positions=((0.0, 0.0, 0.0),) * len(image.voxels),
        )  # fmt: skip
        why = check(self.loaded.card, stack)
        if why is not None:
            raise NotApplicable(str(why))

    def _answer(self, image: Volume, progress: Progress) -> _Answered:
        if self.dataset.task == "segmentation":
            return self._segmented(image, progress)
        canal = locate(image, self.canal, progress=progress)
        # A slice that is unlike what the model knows is worth a label: its answer is a draft to be
        # corrected like any other, and a place to look at.
        answers = opinions(image, canal, self.loaded, force=True, progress=progress)
        assessed = {k: answer for k, answer in enumerate(answers) if answer.assessed}
        labels = [SliceLabel(k, word_of(answer)) for k, answer in assessed.items()]
        if not labels:
            raise NotApplicable("None of its slices can be assessed: the canal was not found")
        unsure = uncertain_slices(image, canal, self.loaded, times=TIMES_SLICES, progress=progress)
        return _Answered(
            labels, unsure.score, per_slice=unsure.per_slice,
            look_at=unlike_slices(assessed, image) + open_questions(assessed, image),
        )  # fmt: skip

    def _segmented(self, image: Volume, progress: Progress) -> _Answered:
        labels, finding = name_instances(segment(image, self.loaded, progress=progress))
        unsure = uncertain(image, self.loaded, times=TIMES_VOLUME, progress=progress)
        return _Answered(
            labels, unsure.score, unsure.per_structure, overlay=unsure.entropy,
            lowest=finding.lowest,
        )  # fmt: skip

    def _keep(self, case: Case, reply: _Answered) -> Version:
        """The answer as a version; one that a killed program had kept already stays the only one."""
        if reply.overlay is not None:
            # Two digits are finer than any colour table, and compress to a fifth.
            shown = reply.overlay.with_voxels(np.round(reply.overlay.voxels, 2))
            write_volume(shown, overlay_file(self.dataset.folder, self.model.id, case.id))
        with DatasetWriter(self.dataset.folder, wait=WAIT) as writer:
            own = own_answer(writer.dataset.case(case.id), self.model.id)
            if own is not None:
                return own
            return writer.add_version(
                case.id,
                reply.answer,
                kind=AUTOMATIC,
                model=self.model.id,
                lowest=reply.lowest,
            )
