"""A label map as a DICOM Segmentation on the frames that it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import highdicom as hd
import numpy as np
from highdicom.seg import Segmentation, SegmentDescription
from numpy.typing import NDArray

from SpineLib import labels
from SpineLib.errors import BadInput
from SpineLib.findings import SegmentationFinding, StackFindings
from SpineLib.outputs.corrections import AUTOMATIC, MANUAL, Corrections
from SpineLib.outputs.dicom.codes import ARTIFICIAL_INTELLIGENCE, coded
from SpineLib.outputs.dicom.images import at_source
from SpineLib.outputs.dicom.making import Making
from SpineLib.volume import Volume

_DRAWN = "#EE8866"  # of what a reader drew: none of the structures' colours


@dataclass(frozen=True)
class Outline:
    """One segment of the object; its number is its place among them, from 1.

    Attributes:
        name, identifier: for people, and to follow it from object to object.
        category, kind: what it is.
        color: ``#RRGGBB`` as in Slicer's views, which other viewers may take over.
        algorithm_type: DICOM's Segment Algorithm Type.
        volume_ml: millilitres.
    """

    name: str
    identifier: str
    category: labels.Code
    kind: labels.Code
    color: str
    algorithm_type: str
    volume_ml: float


def outlines(finding: SegmentationFinding, corrections: Corrections) -> list[Outline]:
    """The segments: the models' structures, then those that a reader drew."""
    types = corrections.algorithm_types
    structures = [
        Outline(
            segment.name, f"{segment.name} ({segment.label})", labels.CATEGORY,
            labels.terminology(segment.kind, segment.name), labels.structure_color(segment.label),
            types.get(segment.label, AUTOMATIC), segment.volume_ml,
        )
        for segment in finding.segments
    ]  # fmt: skip
    return structures + [
        Outline(
            drawn.name, f"{drawn.name} (drawn {number})", drawn.category, drawn.kind, _DRAWN, MANUAL,
            float(np.count_nonzero(drawn.mask.voxels) * drawn.mask.spacing.prod() / 1000),
        )
        for number, drawn in enumerate(corrections.drawn, 1)
    ]  # fmt: skip


def segmentation(
    making: Making,
    labelmap: Volume,
    *,
    whole: bool = False,
    corrections: Corrections | None = None,
) -> Segmentation:
    """Makes the object.

    Args:
        making: the export.
        labelmap: SPIDER's numbers on the grid of the stack that was segmented.
        whole: one plane of numbers (LABELMAP), which few programs read yet, in the place of one
            binary plane a segment.
        corrections: what a reader changed.

    Raises:
        BadInput: as `SpineLib.outputs.dicom.images.at_source`; or a label map cannot hold what a
            reader drew over other segments.
    """
    finding, corrections = making.findings.segmentation, corrections or Corrections()
    stack = making.findings.stack(finding.stack)
    voxels = _numbered(finding, labelmap, corrections)
    if corrections.drawn and not whole:
        numbers = range(1, len(finding.segments) + 1)
        masks = [voxels == number for number in numbers]
        masks += [drawn.mask.voxels > 0 for drawn in corrections.drawn]
        voxels = np.stack(masks, axis=-1).astype(np.uint8)
    elif corrections.drawn:
        voxels = _with_drawn(voxels, len(finding.segments), corrections)
    return segments_of(
        making, stack, voxels, outlines(finding, corrections), "segmentation",
        whole=whole, forced=finding.forced,
    )  # fmt: skip


def segments_of(
    making: Making,
    stack: StackFindings,
    voxels: NDArray[np.uint8],
    described: Sequence[Outline],
    task: str,
    *,
    whole: bool = False,
    forced: bool = False,
) -> Segmentation:
    """A Segmentation on the frames of a stack.

    Args:
        making: the export.
        stack: whose frames.
        voxels: [slice, row, column] of segments' numbers, or [slice, row, column, segment] of 0
            and 1 where segments overlap.
        described: the segments in the order of their numbers.
        task: of the model that made them.
        whole: as of `segmentation`.
        forced: whether the model ran outside of its applicability.

    Raises:
        BadInput: as `SpineLib.outputs.dicom.images.at_source`.
    """
    images, planes = at_source(making.images.slices(stack), voxels)
    model = next((used for used in making.findings.models if used.task == task), None)
    name, version = (model.name, model.version) if model else ("unknown", "unknown")
    dicom_object = Segmentation(
        source_images=images,
        pixel_array=planes,
        segmentation_type="LABELMAP" if whole else "BINARY",
        segment_descriptions=list(_descriptions(described, name, version)),
        content_description=making.notice,
        content_label="SPINE",
        **making.identity(),
    )
    return making.finished(dicom_object, f"{name} {version}{' forced' if forced else ''}")


def _numbered(
    finding: SegmentationFinding, labelmap: Volume, corrections: Corrections
) -> NDArray[np.uint8]:
    """Segment numbers in the place of SPIDER's."""
    for drawn in corrections.drawn:
        if drawn.mask.shape != labelmap.shape:
            raise BadInput(
                f"The segment {drawn.name} does not lie on the grid of the segmented stack"
            )
    numbers = np.zeros(256, np.uint8)
    for number, segment in enumerate(finding.segments, 1):
        numbers[segment.label] = number
    return numbers[labelmap.voxels]


def _with_drawn(
    voxels: NDArray[np.uint8], segments: int, corrections: Corrections
) -> NDArray[np.uint8]:
    for number, drawn in enumerate(corrections.drawn, segments + 1):
        mask = drawn.mask.voxels > 0
        if voxels[mask].any():
            raise BadInput(
                f"A label map cannot hold the segment {drawn.name}, which overlaps another one",
                advice="Leave the label map out; the binary segmentation holds it.",
            )
        voxels[mask] = number
    return voxels


def _descriptions(
    described: Sequence[Outline], name: str, version: str
) -> Iterator[SegmentDescription]:
    algorithm = hd.AlgorithmIdentificationSequence(name, ARTIFICIAL_INTELLIGENCE, version)
    for number, outline in enumerate(described, 1):
        yield SegmentDescription(
            segment_number=number,
            segment_label=outline.name,
            segmented_property_category=coded(outline.category),
            segmented_property_type=coded(outline.kind),
            algorithm_type=outline.algorithm_type,
            algorithm_identification=None if outline.algorithm_type == MANUAL else algorithm,
            tracking_uid=hd.UID(),
            tracking_id=outline.identifier,
            display_color=hd.color.CIELabColor.from_rgb(
                *(round(255 * part) for part in labels.rgb(outline.color))
            ),
        )
