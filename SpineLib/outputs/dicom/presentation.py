"""Ring, letter, level and probability on the original slices: a Grayscale Presentation State."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import highdicom as hd
import numpy as np
from highdicom import pr

from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.labels import rgb
from SpineLib.outputs.answers import ReaderAnswer, by_slice
from SpineLib.outputs.dicom.making import Making
from SpineLib.questions import Opinion, Question

RADIUS_MM = 23.0  # of the ring, as in Slicer's views
_BELOW_MM = 4.0


def presentation_states(
    making: Making, answers: Sequence[ReaderAnswer] = ()
) -> Iterable[pr.GrayscaleSoftcopyPresentationState]:
    """One for each stack that was read slice by slice.

    Where readers answered the lead question, the ring has the colour of the last answer, and the
    answers stand behind the model's.
    """
    lead = making.findings.lead
    for stack in making.findings.stacks:
        shown = [slice_ for slice_ in stack.slices if lead and _drawn(stack, slice_, lead)]
        if lead and shown:
            own = [
                answer
                for answer in answers
                if (answer.stack, answer.question) == (stack.id, lead.key)
            ]
            yield _state(making, stack, lead, shown, own)


def _drawn(stack: StackFindings, finding: SliceFinding, lead: Question) -> Opinion | None:
    """The answer that is drawn; none where there is none, or no canal in the picture."""
    opinion = finding.opinion(lead.key)
    if opinion is None or not opinion.assessed or finding.canal_center_ras is None:
        return None
    middle = _pixel(stack, np.array(finding.canal_center_ras))
    return opinion if ((middle > 0) & (middle < _size(stack))).all() else None


def _state(
    making: Making,
    stack: StackFindings,
    lead: Question,
    shown: list[SliceFinding],
    answers: Sequence[ReaderAnswer],
) -> pr.GrayscaleSoftcopyPresentationState:
    slices = making.images.slices(stack)
    layers: dict[str, pr.GraphicLayer] = {}
    answered = {answer.index: answer.answer for answer in answers}
    reader_words = by_slice(answers)
    annotations = []
    for finding in shown:
        opinion = _drawn(stack, finding, lead)
        assert opinion is not None
        value = answered.get(finding.index, opinion.value)
        color = lead.color(value)
        if color not in layers:
            layers[color] = pr.GraphicLayer(
                layer_name=f"SPINE {len(layers) + 1}", order=len(layers) + 1,
                description=value,
                display_color=hd.color.CIELabColor.from_rgb(*(round(255 * c) for c in rgb(color))),
            )  # fmt: skip
        header, frame = slices[finding.index]
        words = reader_words.get((stack.id, finding.index), "")
        several = int(getattr(header, "NumberOfFrames", 1) or 1) > 1
        annotations.append(
            pr.GraphicAnnotation(
                referenced_images=[header],
                graphic_layer=layers[color],
                referenced_frame_number=frame if several else None,
                graphic_objects=[_ring(stack, finding)],
                text_objects=[_text(stack, finding, _words(lead, opinion, finding.level, words))],
            )
        )
    state = pr.GrayscaleSoftcopyPresentationState(
        referenced_images=list({s.header.SOPInstanceUID: s.header for s in slices}.values()),
        content_label="SPINE",
        content_description=making.notice,
        graphic_annotations=annotations,
        graphic_layers=list(layers.values()),
        **making.identity(),
    )
    return making.finished(state, f"{lead.title} of stack {stack.id}")


def _words(lead: Question, opinion: Opinion, level: str, reader_words: str) -> str:
    parts = [lead.letter(opinion.value), level]
    if opinion.probability is not None:
        parts.append(f"{opinion.probability:.2f}")
    parts.append("forced" if opinion.forced else "")
    text = " ".join(part for part in parts if part)
    return f"{text} | {reader_words}" if reader_words else text


def _pixel(stack: StackFindings, ras: np.ndarray) -> np.ndarray:
    """Column and row of a point: 0.5 is the middle of the first pixel (PS3.3, C.10.5)."""
    inverse = np.linalg.inv(np.array(stack.ijk_to_ras))
    return np.asarray((inverse[:3, :3] @ ras + inverse[:3, 3])[:2] + 0.5)


def _ring(stack: StackFindings, finding: SliceFinding) -> pr.GraphicObject:
    """An ellipse by the ends of its axes: a circle in the patient, smaller near the border."""
    middle, size = _pixel(stack, np.array(finding.canal_center_ras)), _size(stack)
    radii = RADIUS_MM / np.array(stack.spacing[:2])
    radii = radii * min(1.0, *(middle / radii), *((size - middle) / radii))
    axes = np.diag(radii)
    ends = np.clip([middle + sign * axis for axis in axes for sign in (-1, 1)], 0, size)
    return pr.GraphicObject("ELLIPSE", ends, "PIXEL")


def _text(stack: StackFindings, finding: SliceFinding, words: str) -> pr.TextObject:
    below = np.array([0.0, (RADIUS_MM + _BELOW_MM) / stack.spacing[1]])
    anchor = np.clip(_pixel(stack, np.array(finding.canal_center_ras)) + below, 0, _size(stack))
    return pr.TextObject(
        words, "PIXEL", anchor_point=tuple(anchor.tolist()), anchor_point_visible=False
    )


def _size(stack: StackFindings) -> np.ndarray:
    """Columns and rows."""
    return np.array(stack.shape[:0:-1], float)
