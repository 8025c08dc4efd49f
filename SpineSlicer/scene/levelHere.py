"""The slice and the place of a study whose level a reader names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer

from SpineLib.errors import BadInput
from SpineLib.inference.readers_level import place_on
from SpineLib.inference.spine_levels import SpineLevels
from SpineLib.translation import tr as _
from SpineSlicer.scene.sliceViews import backgroundOf
from SpineSlicer.scene.studies import findingsOf
from SpineSlicer.scene.studyNodes import stackOf

if TYPE_CHECKING:
    from SpineSlicer.scene.ShownStudy import ShownStudy


@dataclass(frozen=True)
class LevelHere:
    """A place whose level can be named.

    Attributes:
        key: the slice's, in reviews.
        place: `LevelWord.place`.
        level: what it is called now; empty where not known.
        words: the slice, for a person.
    """

    key: str
    place: list[float]
    level: str
    words: str


def levelHere(study: ShownStudy) -> LevelHere:
    """The current slice.

    Raises:
        BadInput: no study is shown, or nobody can tell which vertebra that is.
    """
    if study.findings is None or study.current is None:
        raise BadInput(_("No slice is shown"), advice=_("Read a study, or choose one."))
    at, slice_ = study.current, study.slice(study.place)
    place = place_on(study.findings, at.stack, slice_.position_ras)
    return LevelHere(at.key, place, slice_.level, _words(at.stack, slice_.index))


def levelUnder(study: ShownStudy, view: Any, world: list[float]) -> LevelHere:
    """The place that a reader points at in a slice view, on whatever stack of the study.

    Args:
        study: that is shown.
        view: the slice node.
        world: the point, mm.

    Raises:
        BadInput: the view shows no stack of the study, or nobody can tell which vertebra that is.
    """
    volume, root = backgroundOf(view), findingsOf(study.scene, study.study)
    stack = stackOf(root, volume) if root is not None and volume is not None else ""
    if not stack or study.findings is None:
        raise BadInput(
            _("This view shows no stack of the study"), advice=_("Point at one of its slices.")
        )
    where, stackFindings = study.inScene(stack), study.findings.stack(stack)
    where.require()
    ras = where.fromWorld(world)
    index = int(np.round(np.linalg.inv(np.array(stackFindings.ijk_to_ras)) @ [*ras, 1.0])[2])
    place = place_on(study.findings, stack, ras)
    keys = {(slicePlace.stack, slicePlace.index): slicePlace.key for slicePlace in study.places}
    uids, numbers = stackFindings.sop_instance_uids, stackFindings.frame_numbers
    own = f"stack {stack}:{index}"
    if 0 <= index < len(uids) and uids[index]:
        own = f"{uids[index]}:{numbers[index] if numbers else 1}"
    slices = {slice_.index: slice_.level for slice_ in stackFindings.slices}
    level = slices.get(index) or SpineLevels(study.findings.levels).near(np.array(place)).name
    return LevelHere(keys.get((stack, index), own), place, level, _words(stack, index))


def cursorIn(scene: slicer.vtkMRMLScene) -> tuple[Any, list[float]] | None:
    """The slice view that the mouse is over, and the point there, world mm; None where over none."""
    crosshair = scene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    if crosshair is None:
        return None
    point = [0.0, 0.0, 0.0]
    view = crosshair.GetCursorPositionXYZ(point)
    return (view, point) if view is not None and crosshair.GetCursorPositionRAS(point) else None


def _words(stack: str, index: int) -> str:
    return _("slice {n} of stack {id}").format(n=index + 1, id=stack)
