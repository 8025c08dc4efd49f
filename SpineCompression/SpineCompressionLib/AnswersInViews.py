"""A reader's answers where the views show the model's: ring, ladder, text and table."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.findings import StackFindings
from SpineLib.slabs import Steps
from SpineLib.translation import tr as _
from SpineSlicer.host.threeD import lookAt
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.findingsTable import REVIEW_COLUMN
from SpineSlicer.scene.ReviewLog import Answer
from SpineSlicer.scene.ShownStudy import PLACE_CHANGED, VOLUME_CHANGED, ShownStudy
from SpineSlicer.scene.studyNodes import SLICE_LABELS, VERDICTS
from SpineSlicer.scene.verdictHalo import recolourHalo
from SpineSlicer.scene.verdicts import labelText, leadValue

SURFACE_AFTER_MS = 300
# Of more slices than these, rings and texts follow after the strip and the table.
SLICES_AT_ONCE = 50


class AnswersInViews:
    """Keeps a study's nodes at what readers said.

    Ring and ladder have the colour of the reader's verdict where there is one, else the model's;
    the text beside the ring names both. The surface that a 3D view shows is made when the reader
    pauses, because it takes longer than a key press may.

    Args:
        study: whose answers and nodes are meant.
    """

    def __init__(self, study: ShownStudy) -> None:
        import qt

        self._study, self._seen = study, ""
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self.makeSurfaces)
        self._turns = Turns()
        study.listen(self._onChanged)

    def stop(self) -> None:
        """Makes no more surfaces; for when the module or the scene goes away."""
        self._timer.stop()
        self._turns.stop()

    def makeSurfaces(self) -> None:
        """The tube in 3D, for each halo that has none; a halo a turn of the event loop."""
        self._turns.start(self._makingSurfaces(), onDone=self._lookAtThem, onError=_raise)

    def _lookAtThem(self, _none: Any) -> None:
        """Once, when a study's surfaces are first there; then the reader turns the view."""
        study = self._study.study
        if study and study != self._seen:
            self._seen = study
            lookAt(
                n for n in self._study.nodes.nodes(VERDICTS) if n.GetDisplayNode().GetVisibility()
            )

    def _makingSurfaces(self) -> Steps[None]:
        name = slicer.vtkSegmentationConverter.GetSegmentationClosedSurfaceRepresentationName()
        for node in self._study.nodes.nodes(VERDICTS) if self._study.study else ():
            if node.GetScene() and not node.GetSegmentation().ContainsRepresentation(name):
                node.CreateClosedSurfaceRepresentation()
                yield

    def _onChanged(self, what: str) -> None:
        if self._study.findings is None:
            self._seen = ""
        if what in (PLACE_CHANGED, VOLUME_CHANGED) or self._study.findings is None:
            return
        self._turns.start(self._applying(), onDone=self._wait, onError=_raise)

    def _applying(self) -> Steps[None]:
        many, findings = len(self._study.places) > SLICES_AT_ONCE, self._study.findings
        for stack in findings.stacks if findings else ():
            if many:
                yield
            if stack.slices:
                self._apply(stack)

    def _wait(self, _none: Any) -> None:
        self._timer.start(SURFACE_AFTER_MS)

    def _apply(self, stack: StackFindings) -> None:
        nodes, log = self._study.nodes, self._study.log
        numbers = {p.index: p.key for p in self._study.places if p.stack == stack.id}
        findings, lead, questions = self._study.findings, self._study.lead, self._study.questions
        if findings is None or lead is None:
            return
        answers = [
            {q.key: log.current(numbers[slice_.index], q.key) for q in questions}
            for slice_ in stack.slices
        ]
        halo, stackInScene = nodes.node(VERDICTS, stack.id), self._study.inScene(stack.id)
        if halo is not None and stackInScene.fits:
            verdicts = [
                answer[lead.key].answer if answer[lead.key] else leadValue(findings, slice_)
                for slice_, answer in zip(stack.slices, answers, strict=True)
            ]
            recolourHalo(halo, stackInScene.stackInNode(), lead, verdicts)
        labels = nodes.node(SLICE_LABELS, stack.id)
        table = nodes.node("findings table", stack.id)
        column = table.GetTable().GetColumnByName(REVIEW_COLUMN) if table is not None else None
        for row, (slice_, answer) in enumerate(zip(stack.slices, answers, strict=True)):
            text = labelText(findings, slice_)
            text += _beside(answer, "\n" if "\n" in text else " | ")
            if labels is not None and labels.GetNthControlPointLabel(row) != text:
                labels.SetNthControlPointLabel(row, text)
            review = _review(answer)
            if column is not None and column.GetValue(row) != review:
                column.SetValue(row, review)
                table.GetTable().Modified()


def _raise(error: Exception) -> None:
    raise error


def _beside(answered: dict[str, Answer | None], between: str) -> str:
    answers = [answer.answer for answer in answered.values() if answer]
    return between + _("reader: {what}").format(what=", ".join(answers)) if answers else ""


def _review(answered: dict[str, Any]) -> str:
    return ", ".join(
        f"{answer.state}: {answer.answer} ({answer.reader})"
        for answer in answered.values()
        if answer
    )
