"""What models and readers say as a measurement report (TID 1500, Comprehensive 3D SR)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import highdicom as hd
from highdicom import sr
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from SpineLib import __version__, labels
from SpineLib.errors import BadInput
from SpineLib.findings import QuestionSummary, SliceFinding, StackFindings
from SpineLib.labels import NOT_ASSESSED
from SpineLib.outputs.answers import ReaderAnswer
from SpineLib.outputs.contradiction_words import contradictions_on
from SpineLib.outputs.dicom import codes
from SpineLib.outputs.dicom.making import MANUFACTURER, Making
from SpineLib.outputs.dicom.segmentation import Outline
from SpineLib.outputs.grade_set_words import promise
from SpineLib.quantities import LEVEL_KEYS, Quantity
from SpineLib.questions import Opinion, Question
from SpineLib.reasons import UNLIKE_CODES

Group = sr.MeasurementsAndQualitativeEvaluations
Volumetric = sr.VolumetricROIMeasurementsAndQualitativeEvaluations


@dataclass(frozen=True)
class Signature:
    """Who verifies a report.

    Attributes:
        name: the person's.
        organization: theirs; by default the institution that the images name.
    """

    name: str
    organization: str = ""


def measurement_report(
    making: Making,
    *,
    answers: Sequence[ReaderAnswer] = (),
    segmentation: Dataset | None = None,
    outlines: Sequence[Outline] = (),
    previous: Sequence[Dataset] = (),
    signature: Signature | None = None,
) -> sr.Comprehensive3DSR:
    """Makes the report: one group a slice and opinion, a segment, and a study's verdict.

    A model's group names its algorithm; a reader's has none, and the reader is the observer.

    Args:
        making: the export.
        answers: of one reader.
        segmentation: the object of `SpineLib.outputs.dicom.segmentation`, to refer to.
        outlines: its segments.
        previous: reports that this one replaces.
        signature: who signs it; without one it stays preliminary and unverified.

    Raises:
        BadInput: it is signed, and neither signature nor images name an organization.
    """
    findings = making.findings
    groups: list[Group | Volumetric] = [
        *_studies(making),
        *_slices(making),
        *_levels(making),
        *_measured(making),
        *_answers(making, answers),
    ]
    if segmentation is not None:
        groups += _segments(making, segmentation, outlines)
    evidence = list(making.images.headers.values())
    reader = answers[0].reader if answers else ""
    content = sr.MeasurementReport(
        observation_context=_context(reader if answers else None),
        procedure_reported=codes.MR,
        imaging_measurements=groups,
        referenced_images=evidence,
    )
    report = sr.Comprehensive3DSR(
        evidence=[*evidence, *([segmentation] if segmentation is not None else [])],
        content=content[0],
        is_complete=True,
        previous_versions=list(previous) or None,
        **_verified(making, signature),
        **making.identity(),
    )
    names = ", ".join(
        f"{model.name} {model.version}" for model in findings.models if model.question
    )
    return making.finished(report, f"report {names}".strip())


def _context(reader: str | None) -> sr.ObservationContext:
    device = sr.ObserverContext(
        codes.DEVICE,
        sr.DeviceObserverIdentifyingAttributes(
            uid=hd.UID(),
            name=MANUFACTURER,
            manufacturer_name=MANUFACTURER,
            model_name=f"{MANUFACTURER} {__version__}",
        ),
    )
    if reader is None:
        return sr.ObservationContext(observer_device_context=device)
    name = person_name(reader or "no name given")
    person = sr.ObserverContext(codes.PERSON, sr.PersonObserverIdentifyingAttributes(name))
    return sr.ObservationContext(observer_person_context=person, observer_device_context=device)


def person_name(typed: str) -> str:
    """A name as DICOM has it, in components; all that a reader typed is the first one."""
    return typed if "^" in typed else f"{typed}^"


def _verified(making: Making, signature: Signature | None) -> dict[str, Any]:
    """The arguments of highdicom that say who verified a report."""
    if signature is None:
        return {"is_final": False, "is_verified": False}
    organization = signature.organization or str(
        making.images.any.get("InstitutionName", None) or ""
    )
    if not organization:
        raise BadInput(
            "A signature needs an organization, and the images name none",
            advice="Say whose report it is.",
            command="--organization NAME",
        )
    return {
        "is_final": True,
        "is_verified": True,
        "verifying_observer_name": person_name(signature.name),
        "verifying_organization": organization,
    }


def _slices(making: Making) -> Iterable[Group]:
    for stack in making.findings.stacks:
        for slice_ in stack.slices:
            if any(opinion.assessed or _withheld(opinion) for opinion in slice_.opinions):
                for opinion in slice_.opinions:
                    yield _slice(making, stack, slice_, opinion)


def _slice(making: Making, stack: StackFindings, finding: SliceFinding, opinion: Opinion) -> Group:
    question = making.findings.question(opinion.question)
    evaluations = [_evaluation(question.key, opinion.value or NOT_ASSESSED, question.title)]
    numbers = []
    if opinion.assessed:
        evaluations.append(_evaluation(codes.POSITIVE, "yes" if opinion.positive else "no"))
    if not opinion.assessed and opinion.why:
        evaluations.append(_evaluation(codes.REASON, opinion.why.code))
    pairs = [reason.values for reason in contradictions_on(making.findings, finding)]
    if any(question.title in (pair["first"], pair["second"]) for pair in pairs):
        evaluations.append(_evaluation(codes.CONTRADICTED, "yes"))
    if opinion.interval:
        ends = zip((codes.LEAST, codes.MOST), opinion.interval, strict=True)
        evaluations += [_evaluation(name, value) for name, value in ends]
    evaluations += [_evaluation(codes.POSSIBLE, value) for value in opinion.grade_set]
    if opinion.forced:
        evaluations.append(_evaluation(codes.FORCED, "yes"))
    if opinion.probability is not None:
        numbers.append(_number(codes.PROBABILITY, opinion.probability))
    for value, probability in opinion.probabilities.items():
        numbers.append(_number(f"{codes.PROBABILITY} {value}", probability))
    return _group(making, stack, finding, question, evaluations, numbers, by=opinion.by)


def _withheld(opinion: Opinion) -> bool:
    return opinion.why is not None and opinion.why.code in UNLIKE_CODES


def _measured(making: Making) -> Iterable[Group]:
    """A group a slice that was measured, and one for each quantity of the study that names its slice."""
    for stack in making.findings.stacks:
        for slice_ in stack.slices:
            numbers = _numbers(slice_.quantities)
            if numbers:
                yield _group(
                    making, stack, slice_, codes.MEASURED, [], numbers, by=_measurer(making)
                )
    for quantity in making.findings.quantities:
        numbers = _numbers([quantity] if quantity.key not in LEVEL_KEYS else [])
        if numbers:
            yield _of_study(making, quantity, numbers)


def _of_study(making: Making, quantity: Quantity, numbers: list[sr.Measurement]) -> Group:
    if quantity.stack and quantity.index is not None:
        stack = making.findings.stack(quantity.stack)
        finding = next(slice_ for slice_ in stack.slices if slice_.index == quantity.index)
        return _group(making, stack, finding, codes.MEASURED, [], numbers, by=_measurer(making))
    return _of_no_slice(
        quantity.level, codes.own(codes.MEASURED.key, codes.MEASURED.title), numbers, [],
        algorithm=_algorithm(making, _measurer(making)), identifier="study",
    )  # fmt: skip


def _measurer(making: Making) -> str:
    """The model whose outlines were measured; the program where there was none."""
    models = (model.name for model in making.findings.models if model.task == "outline")
    return next(models, MANUFACTURER)


def _numbers(quantities: Iterable[Quantity]) -> list[sr.Measurement]:
    return [
        sr.Measurement(
            codes.own(quantity.key, quantity.definition.title),
            quantity.value,
            codes.ucum(quantity.definition.ucum),
        )
        for quantity in quantities
        if quantity.value is not None
    ]


def _answers(making: Making, answers: Iterable[ReaderAnswer]) -> Iterable[Group]:
    for answer in answers:
        stack = making.findings.stack(answer.stack)
        question = making.findings.question(answer.question)
        finding = next(slice_ for slice_ in stack.slices if slice_.index == answer.index)
        evaluations = [_evaluation(question.key, answer.answer, question.title)]
        yield _group(making, stack, finding, question, evaluations, [])


def _group(
    making: Making,
    stack: StackFindings,
    finding: SliceFinding,
    question: Question | codes.Topic,
    evaluations: list[sr.QualitativeEvaluation],
    numbers: list[sr.Measurement],
    *,
    by: str = "",
) -> Group:
    header, frame = making.images.slices(stack)[finding.index]
    several = int(getattr(header, "NumberOfFrames", 1) or 1) > 1
    if finding.level:
        evaluations = [*evaluations, _evaluation(codes.LEVEL, finding.level)]
    return Group(
        tracking_identifier=sr.TrackingIdentifier(
            uid=hd.UID(), identifier=f"stack {stack.id}, slice {finding.index + 1}"
        ),
        finding_type=codes.own(question.key, question.title),
        algorithm_id=_algorithm(making, by) if by else None,
        finding_sites=_sites(finding.level),
        measurements=numbers or None,
        qualitative_evaluations=evaluations or None,
        source_images=[
            sr.SourceImageForMeasurementGroup(
                header.SOPClassUID, header.SOPInstanceUID, [frame] if several else None
            )
        ],
    )


def _algorithm(making: Making, name: str) -> sr.AlgorithmIdentification:
    model = making.model(name)
    parameters = [making.notice, *([promise(model, str)] if model and model.grade_sets else [])]
    return sr.AlgorithmIdentification(
        name=name, version=model.version if model else "unknown", parameters=parameters
    )


def _sites(level: str) -> list[sr.FindingSite] | None:
    code = labels.LEVEL_CODES.get(level)
    return [sr.FindingSite(codes.coded(code))] if code else None


def _studies(making: Making) -> Iterable[Group]:
    for summary in making.findings.summaries:
        if summary.assessed:
            yield _study(making, summary)


def _study(making: Making, summary: QuestionSummary) -> Group:
    question = making.findings.question(summary.question)
    answers = [_evaluation(question.key, summary.worst, question.title)] if summary.worst else []
    if summary.verdict:
        answers.append(_evaluation(codes.VERDICT, summary.verdict))
    if summary.forced:
        answers.append(_evaluation(codes.FORCED, "yes"))
    numbers = [
        _number(codes.POSITIVE_SLICES, summary.positive_slices),
        _number(codes.LONGEST_RUN, summary.longest_run_mm, codes.MILLIMETRE),
    ]
    return _of_no_slice("", codes.own(question.key, question.title), numbers, answers,
                        algorithm=_algorithm(making, summary.by))  # fmt: skip


def _levels(making: Making) -> Iterable[Group]:
    """A group a level: what was measured there, in UCUM units, and a group an answer."""
    findings = making.findings
    ours = [quantity for quantity in findings.quantities if quantity.key in LEVEL_KEYS]
    for level in dict.fromkeys(quantity.level for quantity in ours):
        numbers = _numbers(quantity for quantity in ours if quantity.level == level)
        if numbers:
            yield _of_no_slice(level, codes.own("level sizes", "Sizes of a level"), numbers, [])
    for opinion in findings.level_opinions:
        if opinion.assessed:
            question = findings.question(opinion.question)
            evaluations = [_evaluation(question.key, opinion.value, question.title),
                    _evaluation(codes.POSITIVE, "yes" if opinion.positive else "no")]  # fmt: skip
            if opinion.forced:
                evaluations.append(_evaluation(codes.FORCED, "yes"))
            chance = [_number(codes.PROBABILITY, opinion.probability or 0.0)]
            yield _of_no_slice(opinion.level, codes.own(question.key, question.title), chance, evaluations,
                               algorithm=_algorithm(making, opinion.by))  # fmt: skip


def _of_no_slice(
    level: str, finding: sr.CodedConcept, numbers: list[sr.Measurement],
    evaluations: list[sr.QualitativeEvaluation], *, algorithm: sr.AlgorithmIdentification | None = None,
    identifier: str = "",
) -> Group:  # fmt: skip
    """A group of a level, or of the whole study where ``level`` is empty."""
    if level:
        evaluations = [*evaluations, _evaluation(codes.LEVEL, level)]
    return Group(
        tracking_identifier=sr.TrackingIdentifier(
            uid=hd.UID(), identifier=identifier or level or "study"
        ),
        finding_type=finding,
        algorithm_id=algorithm,
        finding_sites=_sites(level),
        measurements=numbers,
        qualitative_evaluations=evaluations or None,
    )


def _segments(
    making: Making, segmentation: Dataset, outlines: Sequence[Outline]
) -> Iterable[Volumetric]:
    forced = [_evaluation(codes.FORCED, "yes")] if making.findings.segmentation.forced else None
    for number, (outline, item) in enumerate(
        zip(outlines, segmentation.SegmentSequence, strict=True), 1
    ):
        yield Volumetric(
            tracking_identifier=sr.TrackingIdentifier(
                uid=item.TrackingUID, identifier=item.TrackingID
            ),
            referenced_segment=sr.ReferencedSegment.from_segmentation(segmentation, number),
            finding_type=codes.coded(outline.kind),
            measurements=[sr.Measurement(codes.VOLUME, float(outline.volume_ml), codes.MILLILITRE)],
            qualitative_evaluations=forced,
        )


def _evaluation(name: str, value: str, title: str = "") -> sr.QualitativeEvaluation:
    return sr.QualitativeEvaluation(codes.own(name, title), codes.own(value))


def _number(name: str, value: float, unit: Code = codes.NO_UNITS) -> sr.Measurement:
    return sr.Measurement(codes.own(name), float(value), unit)
