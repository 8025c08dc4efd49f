"""Measures cord and sac again when a reader corrects their outlines, wherever in Slicer that is done."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.findings import Findings
from SpineLib.slabs import Steps
from SpineSlicer.host.inThread import importing
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.measuredAgain import answersOfStacks, measuringCorrections
from SpineSlicer.scene.oneShotTimer import oneShotTimer
from SpineSlicer.scene.ShownStudy import STUDY_CHANGED, ShownStudy
from SpineSlicer.scene.studyNodes import OUTLINES, STACK

# A reader who paints is not measured after until the brush has rested for so long.
RESTED_MS = 250
_EVENTS = (
    slicer.vtkSegmentation.SourceRepresentationModified,
    slicer.vtkSegmentation.SegmentAdded,
    slicer.vtkSegmentation.SegmentRemoved,
    slicer.vtkSegmentation.SegmentModified,  # Segment Editor's undo tells no more than this
)


class OutlineWatch:
    """Watches the outlines of the study that is shown, also while another module is; see `stop`.

    Args:
        study: is told of the new numbers.

    Example:
        watch = OutlineWatch(study)
    """

    def __init__(self, study: ShownStudy) -> None:
        self._study, self._turns = study, Turns()
        self._observed: list[tuple[Any, int]] = []
        self._waiting: list[str] = []  # the stacks whose outlines are to be measured
        self._timer = oneShotTimer(self._measure)
        study.listen(self._onChanged)
        self._onChanged(STUDY_CHANGED)

    @property
    def busy(self) -> bool:
        """Whether something is still to be measured."""
        return bool(self._waiting)

    def stop(self) -> None:
        """Watches no more; for when the module or the scene goes away."""
        self._timer.stop()
        self._turns.stop()
        self._waiting = []
        for node, tag in self._observed:
            node.RemoveObserver(tag)
        self._observed = []

    def _onChanged(self, what: str) -> None:
        if what != STUDY_CHANGED:
            return
        self.stop()
        for node in self._study.nodes.nodes(OUTLINES) if self._study.study else ():
            stack = node.GetAttribute(STACK)
            heard = lambda *_arguments, stack=stack: self._heard(stack)  # noqa: E731
            self._observed += [(node, node.AddObserver(event, heard)) for event in _EVENTS]
            self._waiting.append(stack)  # it may have been corrected while nobody watched
        self._wait()

    def _heard(self, stack: str) -> None:
        self._turns.stop()
        if stack not in self._waiting:
            self._waiting.append(stack)
        self._wait()

    def _wait(self) -> None:
        if self._waiting:
            self._timer.start(RESTED_MS)

    def _measure(self) -> None:
        if self._study.study and self._waiting:
            steps = self._measuring(self._waiting[0])
            self._turns.start(steps, onDone=self._onMeasured, onError=self._onFailed)

    def _measuring(self, stack: str) -> Steps[Findings | None]:
        # When a study is shown, so that the first correction need not wait for them.
        yield from importing("scipy.ndimage", "scipy.spatial")
        return (yield from measuringCorrections(self._study.nodes, stack))

    def _onMeasured(self, findings: Findings | None) -> None:
        del self._waiting[0]
        before = self._study.findings
        if findings is None:
            pass
        elif before is not None and answersOfStacks(findings) == answersOfStacks(before):
            self._study.measured(findings)
        else:  # rings and labels are others
            self._study.open(self._study.study)
        self._wait()

    def _onFailed(self, error: Exception) -> None:
        del self._waiting[0]
        self._wait()
        raise error
