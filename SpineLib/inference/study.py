"""The whole way of one study: choose the stacks, read, assess, grade, segment, name levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from SpineLib.dicom.stack import Stack
from SpineLib.errors import BadInput
from SpineLib.findings import (
    Compression,
    Findings,
    Grading,
    ModelUsed,
    SliceFinding,
    StackFindings,
)
from SpineLib.inference.choose import Choice, choose
from SpineLib.inference.source import named, open_source
from SpineLib.inference.summary import summarise_compression, summarise_grading
from SpineLib.labels import ASSESSED, REGIONS, STARTER_NOTICE, WEIGHTINGS
from SpineLib.models import ModelFolder, find_models, open_model
from SpineLib.models.applicability import check
from SpineLib.models.card import Card
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineLib.volume import Volume

if TYPE_CHECKING:
    from SpineLib.inference.canal import CanalPath
    from SpineLib.inference.loaded import Loaded

TASKS = ("canal", "compression", "grading", "segmentation")
AXIAL_TASKS = ("compression", "grading")
READ_TASKS = (*AXIAL_TASKS, "segmentation")
NOT_ASKED = "not asked for in this reading"
SEGMENTATION_FILE = "segmentation.nrrd"


@dataclass(frozen=True)
class ReadOptions:
    """What a person may say about a reading.

    Attributes:
        series: series number, stack id or Series Instance UID; empty lets the program choose.
        models: names or folders of models; each card says for which task. The bundled model
            where a task has none here.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        threshold: P(compressed) from which a slice is compressed; None takes the card's.
        force: run models outside of their applicability; marked as forced everywhere.
        weighting: used where the images cannot say.
        region: used where the images cannot say.
        plane: how to slice a volume file that is as fine in every direction; empty for what its
            spacing says.
        orientation: where the axes of a volume file grow to that does not say so, such as ``LPS``.
        activation: also say where the classifier looked (class activation of every slice).
        tasks: which of `READ_TASKS` are asked for.

    Raises:
        BadInput: a value that is not one of the words above.
    """

    series: str = ""
    models: tuple[str, ...] = ()
    device: str = "auto"
    threshold: float | None = None
    force: bool = False
    weighting: str = ""
    region: str = ""
    plane: str = ""
    orientation: str = ""
    activation: bool = False
    tasks: tuple[str, ...] = READ_TASKS

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise BadInput(f"A threshold of {self.threshold} is not between 0 and 1")
        if self.weighting and self.weighting not in WEIGHTINGS:
            raise BadInput(f"{self.weighting} is not one of {', '.join(WEIGHTINGS)}")
        if self.region and self.region not in REGIONS:
            raise BadInput(f"{self.region} is not one of {', '.join(REGIONS)}")
        unknown = [task for task in self.tasks if task not in READ_TASKS]
        if unknown or not self.tasks:
            raise BadInput(
                f"{', '.join(unknown) or 'No task'} is not one of {', '.join(READ_TASKS)}"
            )


class Session:
    """Models that stay loaded from one reading to the next.

    Args:
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
    """

    def __init__(self, device: str = "auto") -> None:
        self._device = device
        self._loaded: dict[str, Loaded] = {}

    def load(self, model: ModelFolder) -> Loaded:
        """The model with its network on the device, loaded and verified once."""
        from SpineLib.inference.loaded import load

        key = f"{model.path}:{model.card.weights_sha256}"
        if key not in self._loaded:
            self._loaded[key] = load(model, self._device)
        return self._loaded[key]


def read_study(
    path: str | Path | Sequence[Path],
    *,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    session: Session | None = None,
) -> Reading:
    """Reads one study: a folder of DICOM, or one NIfTI, NRRD or MetaImage volume.

    Args:
        path: the folder or file, or a list of DICOM files.
        options: what the person said.
        progress: told of each step; cancels.
        session: keeps models loaded between readings; made for ``options.device`` if None.

    Returns:
        Findings of every stack, the volumes that were read and the segmentation. What a model
        does not apply to reads ``not assessed`` with its reason.

    Raises:
        BadInput: nothing in ``path`` can be read, or it holds several studies.
        NotApplicable: ``options.series`` names nothing that any model reads.
        Cancelled: the person cancelled.
    """
    options = options or ReadOptions()
    progress = progress or Progress()
    source = Path(path) if isinstance(path, str) else path
    return _StudyReader(options, progress, session or Session(options.device)).run(source)


class _StudyReader:
    """One reading on its way; `run` is the way in its order."""

    def __init__(self, options: ReadOptions, progress: Progress, session: Session) -> None:
        self.options, self.progress, self.session = options, progress, session
        self.models = models_by_task(options.models)
        self.reading = Reading(Findings())
        self.used: dict[str, ModelFolder] = {}

    def run(self, path: Path | Sequence[Path]) -> Reading:
        options, findings = self.options, self.reading.findings
        self.source = open_source(
            path,
            series=options.series,
            weighting=options.weighting,
            region=options.region,
            plane=options.plane,
            orientation=options.orientation,
            progress=self.progress,
        )
        findings.study_instance_uid = self.source.study_instance_uid
        findings.warnings = self.source.warnings
        findings.stacks = [_describe(stack) for stack in self.source.stacks]
        chosen = named(self.source.stacks, options.series)
        self.axial_tasks = [task for task in AXIAL_TASKS if task in options.tasks]
        nothing = Choice((), NOT_ASKED)
        self._axial(
            choose(chosen, "axial", self._cards(*self.axial_tasks)) if self.axial_tasks else nothing
        )
        self._sagittal(
            choose(chosen, "sagittal", self._cards("segmentation"))
            if "segmentation" in options.tasks
            else nothing
        )
        self._levels()
        self._finish()
        return self.reading

    def _cards(self, *tasks: str) -> list[Card]:
        return [self.models[task].card for task in tasks]

    def _volume(self, stack: Stack) -> Volume:
        volumes = self.reading.volumes
        if stack.id not in volumes:
            volumes[stack.id] = volume = self.source.volume(stack, self.progress)
            described = self.reading.findings.stack(stack.id)
            described.shape = list(volume.shape)
            described.spacing = [float(x) for x in volume.spacing]
            described.ijk_to_ras = volume.ijk_to_ras.tolist()
        return volumes[stack.id]

    def _axial(self, choice: Choice) -> None:
        findings = self.reading.findings
        if not choice.stacks:
            findings.compression.reason = findings.grading.reason = choice.reason
            return
        for stack in choice.stacks:
            described = findings.stack(stack.id)
            described.choice_reason = choice.reason
            self._axial_stack(stack, described)

    def _axial_stack(self, stack: Stack, described: StackFindings) -> None:
        volume = self._volume(stack)
        described.slices = [_slice(volume, k) for k in range(volume.shape[0])]
        reasons = {
            task: check(self.models[task].card, stack) if task in self.axial_tasks else NOT_ASKED
            for task in AXIAL_TASKS
        }
        described.not_assessed.update({task: why for task, why in reasons.items() if why})
        wanted = [task for task in self.axial_tasks if self.options.force or not reasons[task]]
        described.chosen_for += wanted
        for one in described.slices:
            one.compression.reason, one.grading.reason = reasons["compression"], reasons["grading"]
        if wanted:
            self._answer(volume, described, wanted)

    def _answer(self, volume: Volume, described: StackFindings, tasks: list[str]) -> None:
        from SpineLib.inference.canal import FOUND, locate

        canal = locate(volume, self._loaded("canal"), progress=self.progress)
        places = zip(canal.centers_ras.tolist(), canal.confidence, strict=True)
        centers = [place if sure >= FOUND / 2 else None for place, sure in places]
        for one, center in zip(described.slices, centers, strict=True):
            one.canal_center_ras = center
        for task in tasks:
            why = described.not_assessed.get(task, "")
            answers = (
                self._compression(volume, canal)
                if task == "compression"
                else (self._grading(volume, canal))
            )
            for one, answer in zip(described.slices, answers, strict=True):
                if why and answer.status == ASSESSED:
                    answer.forced, answer.reason = True, f"forced: {why}"
                setattr(one, task, answer)
        if self.options.activation and "compression" in tasks:
            self.reading.activations[described.id] = self._activation(volume, canal)

    def _activation(self, volume: Volume, canal: CanalPath) -> Volume:
        from SpineLib.inference.saliency import class_activation

        loaded = self._loaded("compression")
        slices = self.progress.track(range(len(volume.voxels)), "Class activation")
        return volume.with_voxels(
            np.stack([class_activation(volume, k, canal, loaded) for k in slices])
        )

    def _compression(self, volume: Volume, canal: CanalPath) -> Sequence[Compression | Grading]:
        from SpineLib.inference.compression import assess

        loaded, threshold = self._loaded("compression"), self.options.threshold
        return assess(volume, canal, loaded, threshold=threshold, progress=self.progress)

    def _grading(self, volume: Volume, canal: CanalPath) -> Sequence[Compression | Grading]:
        from SpineLib.inference.grading import grade

        return grade(volume, canal, self._loaded("grading"), progress=self.progress)

    def _loaded(self, task: str) -> Loaded:
        self.used[task] = self.models[task]
        return self.session.load(self.models[task])

    def _sagittal(self, choice: Choice) -> None:
        finding = self.reading.findings.segmentation
        if not choice.stacks:
            finding.reason = choice.reason
            return
        stack = max(choice.stacks, key=lambda s: s.slices)
        described = self.reading.findings.stack(stack.id)
        described.choice_reason = choice.reason
        reason = check(self.models["segmentation"].card, stack)
        if reason:
            described.not_assessed["segmentation"] = reason
            if not self.options.force:
                finding.reason = reason
                return
        described.chosen_for.append("segmentation")
        self._segment(stack, forced=bool(reason), reason=reason)

    def _segment(self, stack: Stack, *, forced: bool, reason: str) -> None:
        from SpineLib.inference.instances import name_instances
        from SpineLib.inference.segmentation import segment

        volume = self._volume(stack)
        semantic = segment(volume, self._loaded("segmentation"), progress=self.progress)
        self.progress.stage("Naming the structures")
        labels, finding = name_instances(semantic)
        finding = replace(finding, stack=stack.id, file=SEGMENTATION_FILE, forced=forced)
        if forced:
            finding.reason = f"forced: {reason}"
        self.reading.segmentation = labels
        self.reading.findings.segmentation = finding

    def _levels(self) -> None:
        findings, labels = self.reading.findings, self.reading.segmentation
        if labels is None or not findings.segmentation.lowest:
            return
        from SpineLib.inference.levels import Levels

        levels = Levels(labels, findings.segmentation)
        frame = findings.stack(findings.segmentation.stack).frame_of_reference_uid
        for stack in findings.stacks:
            if frame and stack.frame_of_reference_uid == frame and stack.slices:
                normal = self.reading.volumes[stack.id].directions[:, 2]
                for one in stack.slices:
                    place = one.canal_center_ras or one.position_ras
                    one.level = levels.at(place, normal=normal)

    def _finish(self) -> None:
        findings = self.reading.findings
        compression, grading = self._cards(*AXIAL_TASKS)
        if any(stack.slices for stack in findings.stacks):
            findings.compression = summarise_compression(findings.stacks, compression)
            findings.grading = summarise_grading(findings.stacks, grading)
        findings.models = [
            _model_used(task, model, self.options) for task, model in self.used.items()
        ]
        if any(model.starter for model in findings.models):
            findings.notice = STARTER_NOTICE


def models_by_task(names: tuple[str, ...]) -> dict[str, ModelFolder]:
    """A model for each task: the named ones, the first at hand where a task has none."""
    named_models = [open_model(name) for name in names]
    models = {model.card.task: model for model in named_models}
    for task in TASKS:
        if task not in models:
            models[task] = find_models(task)[0]
    return models


def _model_used(task: str, model: ModelFolder, options: ReadOptions) -> ModelUsed:
    card = model.card
    threshold = card.threshold if options.threshold is None else options.threshold
    return ModelUsed(
        task=task,
        name=card.name,
        title=card.title,
        version=card.version,
        sha256=card.weights_sha256,
        starter=card.starter,
        limits=card.limits,
        threshold=threshold if task == "compression" else None,
        scheme=card.scheme.name if card.scheme else "",
        licence=card.licence,
    )


def _describe(stack: Stack) -> StackFindings:
    return StackFindings(
        id=stack.id,
        series_instance_uid=stack.series_instance_uid,
        frame_of_reference_uid=stack.frame_of_reference_uid,
        series_number=stack.series_number,
        description=stack.description,
        plane=stack.plane,
        weighting=stack.weighting,
        fat_saturated=stack.fat_saturated,
        region=stack.region,
        shape=[stack.slices, stack.rows, stack.columns],
        spacing=[float(x) for x in stack.spacing],
    )


def _slice(volume: Volume, k: int) -> SliceFinding:
    frame = volume.frames[k] if volume.frames else None
    return SliceFinding(
        index=k,
        sop_instance_uid=frame.sop_instance_uid if frame else "",
        frame=frame.number if frame else 1,
        position_ras=[float(x) for x in volume.slice_center(k)],
    )
