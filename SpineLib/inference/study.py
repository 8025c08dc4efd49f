"""The whole way of one study: choose the stacks, read, assess, grade, segment, name levels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from SpineLib.dicom.stack import Stack
from SpineLib.errors import BadInput, SpineError
from SpineLib.findings import Findings, StackFindings
from SpineLib.inference import lumbar
from SpineLib.inference.choose import Choices, choose
from SpineLib.inference.described import (
    describe,
    describe_slice,
    describe_why,
    leave_out_silent_namesakes,
    model_used,
    silent,
)
from SpineLib.inference.models import Models
from SpineLib.inference.quantities import missing
from SpineLib.inference.readers_level import shift_to_levels
from SpineLib.inference.source import named, open_source
from SpineLib.inference.spine_levels import Level
from SpineLib.inference.spine_points import SpinePoints
from SpineLib.inference.study_levels import (
    agree,
    header_differs,
    make_levels,
    region_of,
    sagittal_stacks,
    tell,
    with_region,
    wrong_region,
)
from SpineLib.inference.study_quantities import complete
from SpineLib.inference.summary import add_summary, sum_up
from SpineLib.labels import STARTER_NOTICE
from SpineLib.levels import LevelsFinding
from SpineLib.models import ModelFolder
from SpineLib.models.applicability import check
from SpineLib.models.card import Card
from SpineLib.options import ReadOptions
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineLib.reasons import NO_SAGITTAL, NOT_ASKED, UNKNOWN, Reason
from SpineLib.volume import Volume

if TYPE_CHECKING:
    import torch

    from SpineLib.inference.canal import CanalPath
    from SpineLib.inference.loaded import Loaded

SEGMENTATION_FILE = "segmentation.nrrd"
_NOT_ASKED = Reason(NOT_ASKED)


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
    on_verdict: Callable[[Findings], None] = lambda findings: None,
) -> Reading:
    """Reads one study: a folder of DICOM, or one NIfTI, NRRD or MetaImage volume.

    Args:
        path: the folder or file, or a list of DICOM files.
        options: what the person said.
        progress: told of each step; cancels.
        session: keeps models loaded between readings; made for ``options.device`` if None.
        on_verdict: called with the findings as soon as the slices are answered and summed up, if
            any is; sizes, outlines, segmentation and levels of a segmentation follow.

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
    reader = _StudyReader(options, progress, session or Session(options.device))
    return reader.run(source, on_verdict)


class _StudyReader:
    """One reading on its way; `run` is the way in its order."""

    def __init__(self, options: ReadOptions, progress: Progress, session: Session) -> None:
        self.options, self.progress, self.session = options, progress, session
        self.models = Models.at_hand(options.models)
        self.reading = Reading(Findings())
        self.used: list[ModelFolder] = []
        self.levels: dict[str, list[Level]] = {}
        self.canals: dict[str, CanalPath] = {}
        self.to_measure: list[Stack] = []

    def run(self, path: Path | Sequence[Path], on_verdict: Callable[[Findings], None]) -> Reading:
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
        findings.stacks = [describe(stack) for stack in self.source.stacks]
        self._localise()
        chosen = named(self.source.stacks, options.series)
        self.asked = [m for m in self.models.of_slices if m.card.task in options.tasks]
        cards = [model.card for model in self.asked]
        nothing = Choices(reason=str(_NOT_ASKED), why=_NOT_ASKED)
        axial = choose(chosen, "axial", cards) if cards else nothing
        self._axial(axial)
        sum_up(findings, [model.card for model in self.models.of_slices], axial.why)
        leave_out_silent_namesakes(findings)
        if any(summary.assessed for summary in findings.summaries):
            on_verdict(findings)
        for stack in self.to_measure:
            self._measure(stack)
        wanted = "segmentation" in options.tasks
        card = self.models.segmentation.card
        self._sagittal(choose(chosen, "sagittal", [card], most=1) if wanted else nothing)
        self._segmented_levels()
        self._grade_levels()
        self._finish()
        return self.reading

    def _parts(self, stack: Stack) -> list[Stack]:
        """The stack, or what is left of it where slices cannot be read."""
        parts = self.source.parts(stack, self.progress)
        if parts != [stack]:
            findings = self.reading.findings
            known = {one.id: one for one in findings.stacks if one.id != stack.id}
            findings.stacks = [known.get(s.id) or describe(s) for s in self.source.stacks]
        return parts

    def _volume(self, stack: Stack) -> Volume:
        volumes = self.reading.volumes
        if stack.id not in volumes:
            volumes[stack.id] = volume = self.source.volume(stack, self.progress)
            described = self.reading.findings.stack(stack.id)
            described.shape = list(volume.shape)
            described.spacing = [float(x) for x in volume.spacing]
            described.ijk_to_ras = volume.ijk_to_ras.tolist()
            described.sop_instance_uids = [frame.sop_instance_uid for frame in volume.frames]
            described.frame_numbers = [frame.number for frame in volume.frames]
        return volumes[stack.id]

    def _localise(self) -> None:
        """Finds the levels on sagittal stacks, and from them each stack's region."""
        from SpineLib.inference.spine_search import search_spine

        model, findings = self.models.levels, self.reading.findings
        axial = [s for s in self.source.stacks if s.plane == "axial" and not s.problem]
        if not axial and "segmentation" not in self.options.tasks:
            return

        def search(stack: Stack) -> dict[str, SpinePoints]:
            assert model is not None
            try:
                return {part.id: search_spine(self._volume(part), self._loaded(model),
                                              progress=self.progress)
                        for part in self._parts(stack)}  # fmt: skip
            except BadInput:  # nothing of it can be read, or it is one grey
                return {}

        groups = sagittal_stacks(self.source.stacks, model.card) if model else []
        made = make_levels(groups, search)
        findings.levels = made.finding if made else LevelsFinding(why=Reason(NO_SAGITTAL))
        for stack in axial:
            levels = made.of(stack, self._canal_centers) if made else None
            if levels is None or region_of(levels) == UNKNOWN:
                levels = self._with_seen_regions(stack, levels)
            if levels is None:
                continue
            self.levels[stack.id] = levels
            self._give_region(stack, *with_region(stack, levels))
        if made:
            for stack in [s for s in self.source.stacks if s.id in made.finding.stacks]:
                self._give_region(stack, *with_region(stack, made.shown(stack)))

    def _give_region(self, stack: Stack, told: Stack, why: Reason | None) -> None:
        """Lets a stack have the region of ``told``; ``why`` says how header and picture differ."""
        self.reading.findings.stack(stack.id).region = told.region
        self.source.stacks[self.source.stacks.index(stack)] = told
        if why is not None:
            self.reading.findings.levels.regions[stack.id] = why
            self.reading.findings.warnings.append(f"Stack {stack.id}: {why}")

    def _with_seen_regions(self, stack: Stack, levels: list[Level] | None) -> list[Level] | None:
        """The levels with the regions that the axial slices themselves show.

        What the header says counts: of pictures that are no spine's the search may be sure and
        wrong; where both differ, a warning says so. Nothing is asked where a person said the region,
        nor where no model's answer depends on it.
        """
        from SpineLib.inference.axial_region import seen_regions, with_seen

        cards = [m.card for m in self.models.of_slices if m.card.task in self.options.tasks]
        fits = any(check(card, replace(stack, region=card.applicability.regions[0])) is None
                   for card in cards)  # fmt: skip
        if not fits or self.options.region not in ("", UNKNOWN):
            return levels
        try:
            path = self._canal(stack)
        except SpineError:  # told again where the stack is read for its own sake
            return levels
        regions = seen_regions(path, self._volume(stack))
        if stack.region != UNKNOWN:
            self._give_region(stack, stack, header_differs(stack, regions))
            return levels
        return with_seen(levels or [Level()] * len(regions), regions)

    def _canal_centers(self, stack: Stack) -> NDArray[np.float64]:
        """The canal's centre on each slice; NaN where it was not found, nothing if it cannot be read."""
        from SpineLib.inference.canal import FOUND

        try:
            path = self._canal(stack)
        except SpineError:  # said again where the stack is read for its own sake
            return np.zeros((0, 3))
        return np.where((path.confidence >= FOUND)[:, None], path.centers_ras, np.nan)

    def _canal(self, stack: Stack) -> CanalPath:
        from SpineLib.inference.canal import locate

        if stack.id not in self.canals:
            self.canals[stack.id] = locate(
                self._volume(stack), self._loaded(self.models.canal), progress=self.progress
            )
        return self.canals[stack.id]

    def _axial(self, choices: Choices) -> None:
        for choice in choices.series:
            for stack in choice.stacks:
                for part in self._parts(stack):
                    described = self.reading.findings.stack(part.id)
                    described.choice_reason = choice.reason
                    self._axial_stack(part, described)

    def _axial_stack(self, stack: Stack, described: StackFindings) -> None:
        volume = self._volume(stack)
        described.slices = [describe_slice(volume, k) for k in range(volume.shape[0])]
        tell(described.slices, self.levels.get(stack.id))
        wanted, whys = [], {}
        for model in self.models.of_slices:
            why = check(model.card, stack) if model in self.asked else _NOT_ASKED
            whys[model.card.name] = why
            if model in self.asked and (self.options.force or why is None):
                wanted.append(model)
            else:
                for finding in described.slices:
                    finding.opinions.append(silent(model.card, why))
        for model in self.models.of_slices:
            if model.card.asked.key not in described.not_assessed:
                describe_why(described, model.card.asked.key, whys[model.card.name])
        described.chosen_for += list(dict.fromkeys(model.card.asked.key for model in wanted))
        if wanted:
            self._answer(stack, volume, described, wanted, whys)
        outline = self.models.outline
        if outline and (wanted or check(outline.card, stack) is None):  # of lumbar slices the sac
            self.to_measure.append(stack)

    def _answer(
        self,
        stack: Stack,
        volume: Volume,
        described: StackFindings,
        wanted: list[ModelFolder],
        whys: dict[str, Reason | None],
    ) -> None:
        from SpineLib.inference.canal import FOUND
        from SpineLib.inference.opinions import opinions

        canal = self._canal(stack)
        places = zip(canal.centers_ras.tolist(), canal.confidence, strict=True)
        centers = [place if sure >= FOUND / 2 else None for place, sure in places]
        for finding, center in zip(described.slices, centers, strict=True):
            finding.canal_center_ras = center
        threshold = self.options.threshold
        inputs: dict[str, torch.Tensor] = {}
        for model in wanted:
            answers = opinions(
                volume, canal, self._loaded(model), threshold=threshold,
                force=self.options.force, inputs=inputs, progress=self.progress,
            )  # fmt: skip
            elsewhere = self._elsewhere(model.card, stack, len(answers))
            for finding, opinion, other in zip(described.slices, answers, elsewhere, strict=True):
                why = whys[model.card.name] or other
                if other is not None and not self.options.force:
                    opinion = silent(model.card, other)
                elif why is not None and opinion.assessed:
                    opinion.forced, opinion.reason, opinion.why = True, f"forced: {why}", why
                    opinion.grade_set = []  # its promise is of images that the model was made for
                finding.opinions.append(opinion)
        for finding in described.slices:
            finding.opinions.sort(key=lambda opinion: self.models.rank(opinion.by))
        if self.options.activation:
            from SpineLib.inference.saliency import class_activations

            loaded = self._loaded(wanted[0])
            activations = class_activations(volume, canal, loaded, progress=self.progress)
            self.reading.activations[stack.id] = activations

    def _measure(self, stack: Stack) -> None:
        from SpineLib.inference.cord import measure_stack

        assert self.models.outline is not None
        described = self.reading.findings.stack(stack.id)
        why = check(self.models.outline.card, stack)
        if why is not None and not self.options.force:
            for finding in described.slices:
                finding.quantities = missing(why)
            return
        self.reading.outlines[stack.id] = measure_stack(
            self._volume(stack), self._canal(stack), self._loaded(self.models.outline), described,
            progress=self.progress,
        )  # fmt: skip

    def _elsewhere(self, card: Card, stack: Stack, slices: int) -> list[Reason | None]:
        """Of each slice, why the model does not apply to it although it does to most of the stack."""
        levels = self.levels.get(stack.id) or [Level()] * slices
        return [wrong_region(card, stack, level) for level in levels]

    def _loaded(self, model: ModelFolder) -> Loaded:
        if model not in self.used:
            self.used.append(model)
        return self.session.load(model)

    def _sagittal(self, choices: Choices) -> None:
        finding = self.reading.findings.segmentation
        if not choices.series:
            finding.reason, finding.why = choices.reason, choices.why
            return
        choice = choices.series[0]
        stack = max(choice.stacks, key=lambda s: s.slices)
        stack = max(self._parts(stack), key=lambda s: s.slices)
        described = self.reading.findings.stack(stack.id)
        described.choice_reason = choice.reason
        why = check(self.models.segmentation.card, stack)
        describe_why(described, "segmentation", why)
        if why is not None and not self.options.force:
            finding.reason, finding.why = str(why), why
            return
        described.chosen_for.append("segmentation")
        self._segment(stack, why)

    def _segment(self, stack: Stack, why: Reason | None) -> None:
        """Segments a stack; ``why`` says why the model had to be forced to."""
        from SpineLib.inference.instances import name_instances
        from SpineLib.inference.segmentation import segment

        volume = self._volume(stack)
        semantic = segment(volume, self._loaded(self.models.segmentation), progress=self.progress)
        self.progress.stage("Naming the structures")
        labels, finding = name_instances(semantic)
        finding = replace(finding, stack=stack.id, file=SEGMENTATION_FILE, forced=why is not None)
        if why is not None:
            finding.reason, finding.why = f"forced: {why}", why
        self.reading.segmentation = labels
        self.reading.findings.segmentation = finding

    def _segmented_levels(self) -> None:
        findings, labels = self.reading.findings, self.reading.segmentation
        if labels is None:
            return
        if shift_to_levels(findings, findings.segmentation.stack) is not None:
            findings.segmentation, warning = agree(findings.levels, findings.segmentation)
            findings.warnings += [warning] if warning else []
        from SpineLib.inference.levels import tell_segmented

        tell_segmented(findings, labels, self.reading.volumes)

    def _grade_levels(self) -> None:
        """Measures the lumbar levels and has them graded; slices through a disc carry its grade."""
        findings, labels = self.reading.findings, self.reading.segmentation
        if labels is None:
            return
        from SpineLib.inference.forests import load_trees
        from SpineLib.inference.measures import measure

        self.progress.stage("Measuring the levels")
        sizes = measure(labels, findings.segmentation)
        findings.quantities += lumbar.lumbar_quantities(sizes, findings.segmentation)
        segmented = findings.stack(findings.segmentation.stack)
        stack = next(one for one in self.source.stacks if one.id == segmented.id)
        sacs = lumbar.sacs_at(findings, sizes)
        findings.quantities += lumbar.axial_quantities(sizes, sacs, segmented.id)
        for model in self.models.of_levels:
            why = check(model.card, stack)
            if why is not None and not self.options.force:
                describe_why(segmented, model.card.asked.key, why)
                continue
            self.used.append(model)
            answers = lumbar.level_opinions(sizes, model.card, load_trees(model), sacs)
            for opinion in answers if why is not None else ():
                opinion.forced, opinion.reason, opinion.why = True, f"forced: {why}", why
            findings.level_opinions += answers
        lumbar.tell_slices(findings)

    def _finish(self) -> None:
        findings = self.reading.findings
        # Where nothing was segmented its own reason says so.
        for model in self.models.of_levels if self.reading.segmentation is not None else ():
            summary = lumbar.summarise_levels(findings, model.card)
            add_summary(findings, summary, model.card.asked)
        leave_out_silent_namesakes(findings)
        complete(findings)
        findings.models = [model_used(model, self.options) for model in self.used]
        if any(model.starter for model in findings.models):
            findings.notice = STARTER_NOTICE
