"""Whether the levels of the sagittal series call a segmentation's vertebrae as it does itself."""

from __future__ import annotations

import json
from typing import Any

from SpineLib.findings import Findings
from SpineLib.inference.readers_level import differing, shift_to_levels
from SpineLib.inference.study_levels import difference_of, localised_names
from SpineLib.reasons import Reason
from SpineSlicer.scene.naming import findingsOf, namedByReader
from SpineSlicer.scene.spineSegmentation import segmentationFinding

# The localiser's name of each vertebra that was segmented, by its position from below.
LOCALISED = "SpineMRI.LocalisedNames"


def rememberLocalised(node: Any, findings: Findings) -> None:
    """Keeps what the localiser calls the vertebrae; for a segmentation without findings beside it."""
    there = shift_to_levels(findings, findings.segmentation.stack) is not None
    names = localised_names(findings.levels, findings.segmentation) if there else {}
    node.SetAttribute(LOCALISED, json.dumps(names) if names else "")


def namesDiffer(node: Any) -> Reason | None:
    """That localiser and segmentation do not agree on a name; None where they do, or one is silent.

    A reader's word counts for both.

    Args:
        node: a spine segmentation.
    """
    texts = findingsOf(node)
    if texts:
        reasons = [differing(Findings.from_dict(json.loads(text.GetText()))) for text in texts]
        return next((why for why in reasons if why is not None), None)
    kept = node.GetAttribute(LOCALISED)
    if not kept or namedByReader(node):
        return None
    names = {int(position): name for position, name in json.loads(kept).items()}
    return difference_of(names, segmentationFinding(node))
