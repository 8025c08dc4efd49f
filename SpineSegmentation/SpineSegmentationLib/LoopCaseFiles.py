"""What the files of a case say when it is opened; read without a scene, in a thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SpineLib.loop.cases import Case
from SpineLib.loop.drafts import Draft, open_draft
from SpineLib.loop.plausibility import implausible
from SpineLib.loop.problem import Problem
from SpineLib.loop.versions import AUTOMATIC
from SpineLib.volume import Volume


@dataclass(frozen=True)
class LoopCaseFiles:
    """A case as it lies on the disk.

    Attributes:
        image: its voxels.
        base: number of the version that is gone on from; None where there is none.
        saved: that version; None where there is none.
        draft: what was not finished; None where there is none.
        automatic: the model's last answer; None where no model has answered.
        labels: what is shown: the draft, else the version, else nothing.
        lowest: name of vertebra 1 in that version; empty where not known.
        problems: what in it cannot be, or hardly ever is.
    """

    image: Volume
    base: int | None
    saved: Volume | None
    draft: Draft | None
    automatic: Volume | None
    labels: Volume
    lowest: str
    problems: list[Problem]


def readCaseFiles(case: Case) -> LoopCaseFiles:
    """Reads what opening a case needs.

    Raises:
        ImageChanged: the image is not the one that was added.
        BadInput: it is gone, or a version or the draft cannot be read.
    """
    image, draft = case.open_image(), open_draft(case.folder, case.grid)
    base = None if case.chosen is None else case.chosen.number
    if draft is not None:
        base = draft.base
    saved = None if base is None else readVersion(case, base)
    numbers = [version.number for version in case.versions if version.kind == AUTOMATIC]
    automatic = None
    if numbers:
        automatic = saved if numbers[-1] == base else readVersion(case, numbers[-1])
    labels = draft.labels if draft is not None else saved
    if labels is None:
        labels = case.grid.with_voxels(np.zeros(case.grid.shape, np.uint8))
    lowest = "" if base is None else case.version(base).lowest
    return LoopCaseFiles(image, base, saved, draft, automatic, labels, lowest, implausible(labels))


def readVersion(case: Case, number: int) -> Volume:
    """SPIDER's numbers of one version.

    Raises:
        BadInput: its file was changed or is missing.
    """
    labels = case.open_answer(case.version(number))
    assert isinstance(labels, Volume)
    return labels
