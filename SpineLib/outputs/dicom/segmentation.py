"""A label map as a DICOM Segmentation on the frames that it was made from."""

from __future__ import annotations

from collections.abc import Mapping

import highdicom as hd
import numpy as np
from highdicom.seg import Segmentation, SegmentDescription

from SpineLib import labels
from SpineLib.findings import SegmentFinding
from SpineLib.outputs.dicom.codes import ARTIFICIAL_INTELLIGENCE, coded
from SpineLib.outputs.dicom.images import at_source
from SpineLib.outputs.dicom.making import Making
from SpineLib.volume import Volume

AUTOMATIC, SEMIAUTOMATIC, MANUAL = "AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"


def segmentation(
    making: Making,
    labelmap: Volume,
    *,
    whole: bool = False,
    algorithm_types: Mapping[int, str] | None = None,
) -> Segmentation:
    """Makes the object.

    Args:
        making: the export.
        labelmap: SPIDER's numbers on the grid of the stack that was segmented.
        whole: one plane of numbers (LABELMAP), which few programs read yet, in the place of one
            binary plane a segment.
        algorithm_types: number → DICOM's Segment Algorithm Type, where a reader changed it.

    Raises:
        BadInput: as `SpineLib.outputs.dicom.images.at_source`.
    """
    finding = making.findings.segmentation
    stack = making.findings.stack(finding.stack)
    numbers = np.zeros(256, np.uint8)
    for number, segment in enumerate(finding.segments, 1):
        numbers[segment.label] = number
    images, planes = at_source(making.images.slices(stack), numbers[labelmap.voxels])
    model = next((one for one in making.findings.models if one.task == "segmentation"), None)
    name, version = (model.name, model.version) if model else ("unknown", "unknown")
    types = algorithm_types or {}
    made = Segmentation(
        source_images=images,
        pixel_array=planes,
        segmentation_type="LABELMAP" if whole else "BINARY",
        segment_descriptions=[
            _description(number, segment, types.get(segment.label, AUTOMATIC), name, version)
            for number, segment in enumerate(finding.segments, 1)
        ],
        content_description=making.notice,
        content_label="SPINE",
        **making.identity(),
    )
    return making.finished(made, f"{name} {version}")


def _description(
    number: int, segment: SegmentFinding, kind: str, name: str, version: str
) -> SegmentDescription:
    algorithm = hd.AlgorithmIdentificationSequence(name, ARTIFICIAL_INTELLIGENCE, version)
    return SegmentDescription(
        segment_number=number,
        segment_label=segment.name,
        segmented_property_category=coded(labels.CATEGORY),
        segmented_property_type=coded(labels.terminology(segment.kind, segment.name)),
        algorithm_type=kind,
        algorithm_identification=None if kind == MANUAL else algorithm,
        tracking_uid=hd.UID(),
        tracking_id=f"{segment.name} ({segment.label})",
    )
