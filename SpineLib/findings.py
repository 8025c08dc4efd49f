"""Findings: what was read, of which slice, by which model.

Findings are keyed by SOP Instance UID and frame number, so that they survive re-sorting. The
questions that were asked travel whole with their answers. `SpineLib.findings_file` writes and
reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from SpineLib import __version__
from SpineLib.contradictions import contradictions
from SpineLib.findings_upgrade import upgraded
from SpineLib.json_values import made_of, plain
from SpineLib.labels import ASSESSED, NOT_ASSESSED
from SpineLib.levels import LevelsFinding
from SpineLib.quantities import Quantity, without_usual
from SpineLib.questions import Opinion, Question, SliceKey
from SpineLib.reasons import Reason

SCHEMA_VERSION = 3


@dataclass
class SliceFinding:
    """Everything said of one slice.

    Attributes:
        index: slice number in its stack from 0, in the stack's own order (k of its volume).
        sop_instance_uid: SOP Instance UID; empty for a volume that is not DICOM.
        frame: frame number from 1.
        position_ras: middle of the slice, RAS mm.
        canal_center_ras: where the canal was found, or a reader's window lies with which the slice
            was graded again, RAS mm; None where it was not.
        found_center_ras: where the model had found it before, empty where it had not; None where no
            window took its place.
        level: ``C5``, ``L4/L5``, …; empty where geometry gives no evidence, never guessed.
        opinions: one a question and model that was asked, assessed or not.
        region: what the picture shows of the slice; empty where only the header may know.
        quantities: what was measured on it, with a reason where it could not be.
    """

    index: int
    sop_instance_uid: str
    frame: int
    position_ras: list[float]
    canal_center_ras: list[float] | None = None
    level: str = ""
    opinions: list[Opinion] = field(default_factory=list)
    found_center_ras: list[float] | None = None
    region: str = ""
    quantities: list[Quantity] = field(default_factory=list)

    @property
    def key(self) -> SliceKey:
        """What the slice is known by everywhere."""
        return SliceKey(self.sop_instance_uid, self.frame)

    def opinion(self, question: str, by: str = "") -> Opinion | None:
        """The first answer to a question, of one model where ``by`` names it; else why there is none."""
        given = [o for o in self.opinions if o.question == question and by in ("", o.by)]
        return next((opinion for opinion in given if opinion.assessed), given[0] if given else None)

    @property
    def models_center_ras(self) -> list[float] | None:
        """Where the model found the canal, whatever window a reader drew, RAS mm."""
        before = self.found_center_ras
        return self.canal_center_ras if before is None else before or None

    def take_center(self, center: list[float]) -> None:
        """Puts the middle of a reader's window, RAS mm, in the place of what the model found."""
        if self.found_center_ras is None:
            self.found_center_ras = self.canal_center_ras or []
        self.canal_center_ras = center

    @property
    def flagged(self) -> bool:
        """Whether any model finds that a person should look."""
        return any(opinion.flagged for opinion in self.opinions)


@dataclass
class StackFindings:
    """One stack (parallel, evenly spaced frames) and its slices.

    Attributes:
        id: short name of the stack in this reading, for example ``4`` or ``4.2``
            (series number, stack of the series).
        ijk_to_ras: 4×4 matrix, rows as lists, of the stack's volume.
        shape: slices, rows, columns.
        spacing: mm along columns (i), rows (j), slices (k).
        chosen_for: keys of the questions that the stack was read for, or ``segmentation``.
        not_assessed, not_assessed_why: key of a question, or ``segmentation`` → why no model
            answered there, as a sentence and as code and values.
        slices: one a slice where the stack was read slice by slice, else empty.
        sop_instance_uids: of each slice in the order of k, where the stack was read, whatever
            for; empty where it was not, or is not DICOM.
        frame_numbers: beside them, each slice's frame number from 1.
    """

    id: str
    series_instance_uid: str = ""
    frame_of_reference_uid: str = ""
    series_number: int | None = None
    description: str = ""
    plane: str = "oblique"
    weighting: str = "unknown"
    fat_saturated: bool = False
    region: str = "unknown"
    shape: list[int] = field(default_factory=list)
    spacing: list[float] = field(default_factory=list)
    ijk_to_ras: list[list[float]] = field(default_factory=list)
    chosen_for: list[str] = field(default_factory=list)
    choice_reason: str = ""
    not_assessed: dict[str, str] = field(default_factory=dict)
    not_assessed_why: dict[str, Reason] = field(default_factory=dict)
    slices: list[SliceFinding] = field(default_factory=list)
    sop_instance_uids: list[str] = field(default_factory=list)
    frame_numbers: list[int] = field(default_factory=list)


@dataclass
class SegmentFinding:
    """One named structure of the segmentation.

    Attributes:
        label: SPIDER's number in ``segmentation.nrrd``.
        kind: ``vertebra``, ``disc`` or ``canal``.
        name: ``L5``, ``L5/S1``, ``canal``; ``vertebra 1 (level not known)`` without evidence.
        partial: the border of the image cuts it.
        volume_ml: millilitres.
        centroid_ras: RAS mm.
    """

    label: int
    kind: str
    name: str
    partial: bool
    volume_ml: float
    centroid_ras: list[float]


@dataclass
class SegmentationFinding:
    """The segmentation of one stack.

    Attributes:
        status: ``assessed`` or ``not assessed``.
        file: label map on the stack's own grid, relative to ``findings.json``.
        stack: id of the stack.
        lowest: name of vertebra 1 (``L5``, or ``L6`` where the reader said so); empty where not
            known.
        evidence, evidence_why: why the levels are known, or why not, as a sentence and as code
            and values.
        why: as of `Opinion`.
    """

    status: str = NOT_ASSESSED
    reason: str = ""
    file: str = ""
    stack: str = ""
    lowest: str = ""
    evidence: str = ""
    forced: bool = False
    segments: list[SegmentFinding] = field(default_factory=list)
    why: Reason | None = None
    evidence_why: Reason | None = None


@dataclass
class ModelUsed:
    """Which model answered, and its limits, as its card says them.

    Attributes:
        question: key of the question that it answers; empty for one that finds or outlines.
        threshold: P(positive) from which it says so; None where its card has no such number.
        card_threshold: the card's, where the person asked for another one; None otherwise.
        grade_sets: what its sets promise, and of whom: the card's `GradeSets` but for ``least``;
            None where it promises nothing.
    """

    task: str
    name: str
    title: str
    version: str
    sha256: str
    starter: bool
    limits: str
    threshold: float | None = None
    question: str = ""
    licence: str = ""
    card_threshold: float | None = None
    grade_sets: dict[str, Any] | None = None


@dataclass
class QuestionSummary:
    """What one model's answers to one question say of the study.

    Attributes:
        question: key of the question.
        by: name of the model; empty where none was run.
        status: ``assessed`` where at least one slice was.
        verdict: ``abnormal`` or ``normal`` by the card's rule; empty where there is no rule or too
            few slices for it.
        reason, whys: why nothing was assessed, or why there is no verdict, as a sentence and as
            codes and values; empty otherwise.
        rule: the rule in words, from the card; empty where it has none.
        forced: at least one slice was assessed outside of the model's applicability.
        positive_slices: number of slices on the positive side.
        longest_run: most positive slices in a row, in one stack.
        longest_run_mm: millimetres that this run covers, slices by their spacing.
        worst: the worst value, on slice ``index`` of stack ``stack``.
        level: of a question of levels, the one with the worst value; slices are then levels in all
            that is counted, and ``stack`` and ``index`` say nothing where no slice shows the level.
    """

    question: str
    by: str = ""
    status: str = NOT_ASSESSED
    verdict: str = ""
    reason: str = ""
    rule: str = ""
    forced: bool = False
    assessed_slices: int = 0
    positive_slices: int = 0
    longest_run: int = 0
    longest_run_mm: float = 0.0
    worst: str = ""
    stack: str = ""
    index: int | None = None
    whys: list[Reason] = field(default_factory=list)
    level: str = ""

    @property
    def assessed(self) -> bool:
        """Whether there is an answer on any slice."""
        return self.status == ASSESSED


class Column(NamedTuple):
    """One model's answers to one question, as tables show them side by side.

    Attributes:
        by: name of the model; empty, for whichever answered, where no other one was asked.
        title: of the question, with the model's name where several were asked.
    """

    question: Question
    by: str
    title: str


@dataclass
class Findings:
    """Everything read from one study.

    Attributes:
        questions: what was asked of slices, whole, in the order in which they are shown.
        summaries: one a question and model, in the same order.
        quantities: of the study (greatest compression, narrowest level), each at its level.
        level_opinions: answers to questions of levels, from the feet upward, each with its level.
    """

    stacks: list[StackFindings] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    summaries: list[QuestionSummary] = field(default_factory=list)
    segmentation: SegmentationFinding = field(default_factory=SegmentationFinding)
    models: list[ModelUsed] = field(default_factory=list)
    study_instance_uid: str = ""
    warnings: list[str] = field(default_factory=list)
    notice: str = ""
    schema_version: int = SCHEMA_VERSION
    software: str = f"SlicerSpineMRI {__version__}"
    levels: LevelsFinding = field(default_factory=LevelsFinding)
    quantities: list[Quantity] = field(default_factory=list)
    level_opinions: list[Opinion] = field(default_factory=list)

    @property
    def answered(self) -> bool:
        """Whether any model answered anything."""
        return self.segmentation.status == ASSESSED or any(s.assessed for s in self.summaries)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        data = {**plain(self), "questions": [question.to_dict() for question in self.questions]}
        questions = {question.key: question for question in self.questions}
        _shorten_quantities(data)
        if not self.level_opinions:
            del data["level_opinions"]
        for stack, stack_data in zip(self.stacks, data["stacks"], strict=True):
            for finding, made_slice in zip(stack.slices, stack_data["slices"], strict=True):
                _shorten_quantities(made_slice)
                against = contradictions(finding.opinions, questions)
                if against:
                    made_slice["contradictions"] = [plain(reason) for reason in against]
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Findings:
        """From plain JSON values that `validate` accepts; unknown keys are refused there."""
        data = upgraded(data)
        data["stacks"] = [_stack(stack) for stack in data.get("stacks", [])]
        segmentation = dict(data.get("segmentation", {}))
        segmentation["segments"] = [
            made_of(SegmentFinding, s) for s in segmentation.get("segments", [])
        ]
        segmentation["evidence_why"] = Reason.from_dict(segmentation.get("evidence_why"))
        data["segmentation"] = made_of(SegmentationFinding, _reasoned(segmentation))
        data["levels"] = LevelsFinding.from_dict(data.get("levels", {}))
        data["models"] = [made_of(ModelUsed, model) for model in data.get("models", [])]
        data["questions"] = [Question.from_dict(question) for question in data.get("questions", [])]
        data["summaries"] = [_summary(summary) for summary in data.get("summaries", [])]
        data["quantities"] = _quantities(data)
        data["level_opinions"] = [_opinion(opinion) for opinion in data.get("level_opinions", [])]
        return made_of(cls, data)

    def stack(self, stack_id: str) -> StackFindings:
        """The stack of this id.

        Raises:
            KeyError: there is none.
        """
        for stack in self.stacks:
            if stack.id == stack_id:
                return stack
        raise KeyError(stack_id)

    def question(self, key: str) -> Question:
        """The question of this key.

        Raises:
            KeyError: it was not asked.
        """
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)

    @property
    def lead(self) -> Question | None:
        """The question whose answers colour strip and ring: the first that was answered."""
        answered = {summary.question for summary in self.summaries if summary.assessed}
        for question in self.questions:
            if question.key in answered:
                return question
        return self.questions[0] if self.questions else None

    def summary(self, question: str, by: str = "") -> QuestionSummary:
        """The summary of a question and a model, by default the first one's; else an empty one."""
        for summary in self.summaries:
            if summary.question == question and by in ("", summary.by):
                return summary
        return QuestionSummary(question)

    @property
    def columns(self) -> list[Column]:
        """Every question and model that were asked, in the order in which they are shown."""
        result = []
        for question in self.questions:
            models = [summary.by for summary in self.summaries if summary.question == question.key]
            names = models if len(models) > 1 else [""]
            result += [
                Column(question, by, question.title + self.told_apart(question.key, by))
                for by in names
            ]
        return result

    def told_apart(self, question: str, by: str) -> str:
        """`` (model)`` behind an answer where several models were asked a question; else empty."""
        several = sum(summary.question == question for summary in self.summaries) > 1
        return f" ({by})" if by and several else ""

    def flagged(self) -> list[tuple[StackFindings, SliceFinding]]:
        """The slices that a model calls positive with their stacks, the lead question's worst first."""
        pairs = [
            (stack, finding)
            for stack in self.stacks
            for finding in stack.slices
            if any(opinion.positive for opinion in finding.opinions)
        ]
        return sorted(pairs, key=lambda pair: self.severity(pair[1]), reverse=True)

    def severity(self, finding: SliceFinding) -> tuple[tuple[float, float], ...]:
        """A key that sorts slices by how bad they are: by the lead question, then by the others."""
        lead = self.lead
        ordered = sorted(self.questions, key=lambda question: question is not lead)
        answers = [(question, finding.opinion(question.key)) for question in ordered]
        return tuple(
            severity(question, opinion) if opinion and opinion.assessed else (-1.0, 0.0)
            for question, opinion in answers
        )


def severity(asked: Question, opinion: Opinion) -> tuple[float, float]:
    """A key that sorts answers by how bad they are: the value, then how sure it is.

    Args:
        asked: the question.
        opinion: an answer to it, assessed.
    """
    if opinion.probabilities:
        return asked.severity(opinion.value), opinion.probabilities[opinion.value]
    return asked.severity(opinion.value), opinion.probability or 0.0


def _stack(data: dict[str, Any]) -> StackFindings:
    slices = [
        made_of(
            SliceFinding,
            {
                **slice_data,
                "opinions": [_opinion(o) for o in slice_data.get("opinions", [])],
                "quantities": _quantities(slice_data),
            },
        )
        for slice_data in map(_without_contradictions, data.get("slices", []))
    ]
    why = {key: Reason(**reason) for key, reason in data.get("not_assessed_why", {}).items()}
    return made_of(StackFindings, {**data, "slices": slices, "not_assessed_why": why})


def _without_contradictions(data: dict[str, Any]) -> dict[str, Any]:
    """They follow from the opinions, and are written for who reads the file only."""
    return {key: value for key, value in data.items() if key != "contradictions"}


def _summary(data: dict[str, Any]) -> QuestionSummary:
    whys = [Reason(**reason) for reason in data.get("whys", [])]
    return made_of(QuestionSummary, {**data, "whys": whys})


def _shorten_quantities(data: dict[str, Any]) -> None:
    quantities = data.pop("quantities")
    if quantities:
        data["quantities"] = [without_usual(quantity) for quantity in quantities]


def _quantities(data: dict[str, Any]) -> list[Quantity]:
    return [Quantity.from_dict(quantity) for quantity in data.get("quantities", [])]


def _opinion(data: dict[str, Any]) -> Opinion:
    return Opinion(**_reasoned(data))


def _reasoned(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "why": Reason.from_dict(data.get("why"))}
