"""A reader's "this one is C5/C6" in the scene: findings, tables, labels and segmentation follow."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.inference.naming import known_name
from SpineLib.inference.readers_level import name_by
from SpineLib.labels import structure
from SpineLib.reading import Reading
from SpineLib.reasons import READER_LEVEL
from SpineLib.slabs import Steps
from SpineLib.translation import tr as _
from SpineSlicer.scene.findingsLevels import keepFindings, lastNaming, levelsFollow
from SpineSlicer.scene.naming import following, renamed, undoNaming
from SpineSlicer.scene.readersComparisons import withComparisons
from SpineSlicer.scene.ReviewLog import ReviewLog
from SpineSlicer.scene.studyNodes import FINDINGS, SEGMENTATION

if TYPE_CHECKING:
    from SpineSlicer.scene.ReadingScene import ReadingScene


def withKeptLevel(reading: Reading, nodes: ReadingScene) -> Reading:
    """With levels and comparisons by a study's reviews; as it is where they cannot be read, which stay."""
    try:
        log = nodes.reviews()
    except BadInput:  # said where the study is shown
        return reading
    return withComparisons(withReadersLevel(reading, log), log)


def withReadersLevel(reading: Reading, log: ReviewLog) -> Reading:
    """A new reading of a study with the names that a reader gave its levels before.

    Where the reader's word does not fit the new reading, a warning says so, and names are its own.

    Args:
        reading: as it was read; it stays as it is.
        log: what readers said of the study.
    """
    word = log.levelWord
    if word is None:
        return reading
    findings = Findings.from_dict(reading.findings.to_dict())
    try:
        name_by(findings, word)
    except BadInput as error:
        text = _("The level that the reader named ({name}) does not fit this reading: {why}")
        findings.warnings.append(text.format(name=word.name, why=error.what))
    return replace(reading, findings=findings)


def followReadersLevel(nodes: ReadingScene) -> Steps[None]:
    """Makes everything of a study follow what its reviews say of levels, or say no more.

    Args:
        nodes: of the study; its reviews are kept already.
    """
    text, segmentation = nodes.node(FINDINGS), nodes.node(SEGMENTATION)
    if segmentation is not None:
        _nameSegmentation(segmentation, nodes)
        yield
        yield from following(segmentation)
    findings = json.loads(text.GetText())
    levelsFollow(text, findings)
    keepFindings(text, findings)


def _nameSegmentation(node: Any, nodes: ReadingScene) -> None:
    """Names by the word; without one those that the segmentation had before the word."""
    last = lastNaming(node)
    if last is not None and (last.after.why or {}).get("code") == READER_LEVEL:
        undoNaming(node)
    log, findings = nodes.reviews(), nodes.findings()
    word, answer = log.levelWord, log.level
    if word is None or answer is None or findings is None:
        return
    name_by(findings, word)
    named = findings.segmentation
    if named.evidence_why != word.why:  # not in the space of the levels
        return
    for segment in named.segments:
        if segment.kind == "vertebra" and known_name(structure(segment.label), named.lowest):
            renamed(node, segment.label, segment.name, why=word.why, reader=answer.reader)
            return
