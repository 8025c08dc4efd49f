"""Which study a node belongs to, so that several studies in one scene do not mix."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import slicer
from SpineSegmentationLib.volumeNodes import nodesOfClass

from SpineLib.findings import Findings

STUDY = "SpineMRI.Study"


def studyKey(findings: Findings) -> str:
    """A short name of the study: the same when it is read again, and telling nothing of whom.

    Of the Study Instance UID; of the stacks' places in space where there is none.
    """
    source = findings.study_instance_uid or json.dumps(
        [[stack.id, stack.shape, stack.ijk_to_ras] for stack in findings.stacks]
    )
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def studiesIn(scene: slicer.vtkMRMLScene) -> list[str]:
    """The studies that have findings in the scene, in the order in which they were shown."""
    return [
        node.GetAttribute(STUDY) or ""
        for node in nodesOfClass(scene, "vtkMRMLTextNode")
        if node.GetAttribute("SpineMRI.Kind") == "findings"
    ]


def studyOf(node: Any) -> str:
    """The study that a node was marked with; empty where it was not, or there is no node."""
    return (node.GetAttribute(STUDY) or "") if node is not None else ""
