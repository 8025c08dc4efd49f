"""The levels in a scene's findings, and what of the scene follows them: tables and labels."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.inference.readers_level import LevelWord, name_by, name_without
from SpineLib.inference.study_quantities import complete
from SpineLib.reasons import READER_LEVEL
from SpineSlicer.scene.findingsText import writeFindings
from SpineSlicer.scene.levelNames import renameLevelNames
from SpineSlicer.scene.NamesLog import NamesLog, Naming
from SpineSlicer.scene.ReviewLog import ReviewLog
from SpineSlicer.scene.sliceLabels import renameRuns
from SpineSlicer.scene.studyNodes import (
    FLAGGED_RUNS,
    KIND,
    LEVEL_NAMES,
    REVIEWS,
    SEGMENTATION,
    STACK,
    owned,
)

# What of findings depends on the levels' names; the segmentation's own are said elsewhere.
_OF_LEVELS = ("levels", "warnings", "stacks", "questions", "summaries", "quantities")


def levelsFollow(text: Any, findings: dict[str, Any]) -> None:
    """Names of the localiser, and levels of slices by it, after a reader's word or its undoing.

    What was said last counts: of a slice (in the study's reviews), or of the segmentation.

    Args:
        text: the node of the findings.
        findings: its contents, changed in place.
    """
    if not findings.get("levels", {}).get("vertebrae"):
        return
    whole, word = Findings.from_dict(findings), _wordThatStands(text)
    try:
        if word is None:
            name_without(whole)
        else:
            name_by(whole, word)
    except BadInput:  # of a reading that does not show the place any more
        name_without(whole)
    complete(whole)  # norms and the equation's answer are those of a level
    findings.pop("quantities", None)
    named = whole.to_dict()
    findings.update({key: named[key] for key in _OF_LEVELS if key in named})


def lastNaming(node: slicer.vtkMRMLSegmentationNode) -> Naming | None:
    """What a reader said last of a segmentation's levels, and did not take back."""
    return next((step for step in reversed(NamesLog(node).steps) if not step.undone), None)


def _wordThatStands(text: Any) -> LevelWord | None:
    """A reader's word on a slice, unless the segmentation was named by a reader after it."""
    reviews = owned(text, REVIEWS)
    log = ReviewLog(reviews[0].GetText()) if reviews else ReviewLog()
    answer = log.level
    if answer is None:
        return None
    last = [step for step in map(lastNaming, owned(text, SEGMENTATION)) if step is not None]
    codes = {(step.after.why or {}).get("code") for step in last if step.time >= answer.time}
    return None if codes - {READER_LEVEL} else log.levelWord


def keepFindings(text: Any, findings: dict[str, Any]) -> None:
    """Puts findings with other levels into their node; tables and labels follow."""
    writeFindings(text, findings)
    _levelTables(text, findings)
    labels = owned(text, LEVEL_NAMES, FLAGGED_RUNS)
    whole = Findings.from_dict(findings) if labels else Findings()
    for node in labels:
        if node.GetAttribute(KIND) == LEVEL_NAMES:
            renameLevelNames(node, whole)
        else:
            renameRuns(node, whole, whole.stack(node.GetAttribute(STACK)))


def _levelTables(text: Any, findings: dict[str, Any]) -> None:
    """The "Level" columns of the tables of this reading's stacks."""
    tables = [node for node in owned(text) if node.IsA("vtkMRMLTableNode")]
    for stack in findings["stacks"]:
        levels = {slice_["index"] + 1: slice_["level"] for slice_ in stack["slices"]}
        for table in tables:
            if table.GetAttribute(STACK) != stack["id"]:
                continue
            slices, names = (table.GetTable().GetColumnByName(n) for n in ("Slice", "Level"))
            if slices is None or names is None:
                continue
            for row in range(table.GetNumberOfRows()):
                names.SetValue(row, levels.get(int(slices.GetVariantValue(row).ToInt()), ""))
            table.GetTable().Modified()
