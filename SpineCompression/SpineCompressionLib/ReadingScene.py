"""A reading in a scene, and back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import slicer
from SpineSegmentationLib import spineSegmentation
from SpineSegmentationLib.segmentNames import addSegmentNames
from SpineSegmentationLib.shownSegmentation import setAside
from SpineSegmentationLib.subjectHierarchy import placeUnder, studyItem
from SpineSegmentationLib.volumeNodes import addVolumeNode, nodesOfClass, volumeFromNode

from SpineLib.errors import BadInput
from SpineLib.findings import SCHEMA_VERSION, Findings, StackFindings
from SpineLib.reading import Reading
from SpineLib.volume import Frame, Volume, resample

from .activationVolume import addActivationVolume
from .findingsTable import addFindingsTable
from .probabilityPlot import addProbabilityPlot
from .ReviewLog import ReviewLog
from .sliceLabels import addSliceLabels
from .studies import STUDY, studyKey
from .verdictHalo import addVerdictHalo

KIND, STACK = "SpineMRI.Kind", "SpineMRI.Stack"
VOLUME_ROLE = "SpineMRI.volume"
FINDINGS, REVIEWS = "findings", "reviews"


class ReadingScene:
    """Shows readings as MRML nodes and gives them back from them, each study by itself.

    Each node has the attributes ``SpineMRI.Kind`` (``volume``, ``verdicts``, ``slice labels``,
    ``flagged runs``, ``findings table``, ``probability chart``, ``class activation``,
    ``spine segmentation``, ``segment names``, ``findings``) and ``SpineMRI.Stack``, and a reference
    ``SpineMRI.volume`` to its volume. The findings stand as JSON in a text node, so a saved
    scene holds all that was said; ``SpineMRI.Study`` says of which study a node is. `show`
    replaces what an earlier reading left of the same study, but never what a reader said
    (``reviews``).

    Args:
        scene: where nodes are added and looked for; nothing else of the application is used.
        study: only this study's nodes are looked at (`studies.studyKey`); empty for any, and set
            by `show`.

    Example:
        ReadingScene(slicer.mrmlScene).show(reading)
        findings = ReadingScene(slicer.mrmlScene).findings()
    """

    def __init__(self, scene: slicer.vtkMRMLScene, study: str = "") -> None:
        self.scene, self.study = scene, study

    def show(
        self,
        reading: Reading,
        volumeNodes: dict[str, Any] | None = None,
        *,
        surfaces: bool = True,
    ) -> None:
        """Adds everything of a reading.

        Args:
            reading: findings, volumes and what goes with them.
            volumeNodes: stack id → volume node that is in the scene already (Slicer's own DICOM
                import); other stacks get a new one.
            surfaces: makes the rings' surface for 3D views too, the slowest part.
        """
        self.study = studyKey(reading.findings)
        given = volumeNodes or {}
        self._clearExcept(list(given.values()))
        study = studyItem(self.scene, "Spine MRI", reading.findings.study_instance_uid)
        for stack in reading.findings.stacks:
            volume = reading.volumes.get(stack.id)
            if volume is None:
                continue
            node = given.get(stack.id)
            if node is None:
                node = addVolumeNode(self.scene, volume, _name(stack))
                placeUnder(self.scene, node, study)
                self._mark(node, "volume", stack.id, None)
            else:
                node.SetAttribute(STACK, stack.id)
                node.SetAttribute(STUDY, self.study)
            if stack.slices:
                self._showVerdicts(reading, stack, volume, node)
                if surfaces:
                    self.node("verdicts", stack.id).CreateClosedSurfaceRepresentation()
            if reading.segmentation is not None and stack.id == reading.findings.segmentation.stack:
                self._showSegmentation(reading, node)
        self._showFindings(reading.findings)

    def clear(self) -> None:
        """Removes what `show` added; volumes that the reader loaded, and reviews, stay."""
        self._clearExcept([])

    def _clearExcept(self, kept: list[Any]) -> None:
        for node in self.nodes():
            kind = node.GetAttribute(KIND)
            if kind == REVIEWS or node in kept:
                continue
            # A segmentation that a reader corrected or named is the reader's work too.
            if kind != spineSegmentation.KIND or not setAside(node):
                self.scene.RemoveNode(node)

    def nodes(self, kind: str = "", stack: str = "") -> list[Any]:
        """The reading's nodes, of one kind or stack where given."""
        return [
            node
            for node in nodesOfClass(self.scene, "vtkMRMLNode")
            if node.GetAttribute(KIND)
            and self.study in ("", node.GetAttribute(STUDY))
            and kind in ("", node.GetAttribute(KIND))
            and stack in ("", node.GetAttribute(STACK))
        ]

    def node(self, kind: str, stack: str = "") -> Any:
        """The first such node, or None."""
        return next(iter(self.nodes(kind, stack)), None)

    def volumeNode(self, stack: str) -> Any:
        """The volume node of a stack, whoever loaded it; None where there is none."""
        nodes = nodesOfClass(self.scene, "vtkMRMLScalarVolumeNode")
        ours = [
            node
            for node in nodes
            if node.GetAttribute(STACK) == stack
            and self.study in ("", node.GetAttribute(STUDY) or "")
        ]
        return next((n for n in ours if n.GetAttribute(KIND) in (None, "volume")), None)

    def reviews(self) -> ReviewLog:
        """What readers said of this study.

        Raises:
            BadInput: the scene's reviews are damaged or of a newer version.
        """
        node = self.node(REVIEWS)
        return ReviewLog(node.GetText() if node is not None else "")

    def keepReviews(self, log: ReviewLog) -> None:
        """Puts what readers said of this study into the scene."""
        node = self.node(REVIEWS)
        if node is None:
            node = self.scene.AddNewNodeByClass("vtkMRMLTextNode", "Spine MRI reviews")
            self._mark(node, REVIEWS, "", None)
        node.SetText(log.text())

    def findings(self) -> Findings | None:
        """What was found, from the scene alone; None where no reading was shown.

        Raises:
            BadInput: the scene's findings are damaged or of a newer version.
        """
        node = self.node(FINDINGS)
        if node is None:
            return None
        # Slicer's Python has no jsonschema; what this program wrote, its own types can check.
        try:
            data = json.loads(node.GetText())
            version = int(data["schema_version"])
            if version > SCHEMA_VERSION:
                raise BadInput(
                    f"The scene's findings are of schema version {version}, this program knows "
                    f"{SCHEMA_VERSION}",
                    advice="Update SlicerSpineMRI.",
                )
            return Findings.from_dict(data)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadInput(
                "The scene's findings are damaged", advice="Read the study again."
            ) from error

    def reading(self) -> Reading | None:
        """The whole reading, volumes, segmentation and activations included."""
        findings = self.findings()
        if findings is None:
            return None
        result = Reading(findings)
        for stack in findings.stacks:
            node = self.volumeNode(stack.id)
            if node is None:
                continue
            result.volumes[stack.id] = _placed(volumeFromNode(node), stack)
            activation = self.node("class activation", stack.id)
            if activation is not None:
                result.activations[stack.id] = _placed(volumeFromNode(activation), stack)
        segmentation = self.node(spineSegmentation.KIND)
        reference = result.volumes.get(findings.segmentation.stack)
        if segmentation is not None and reference is not None:
            result.segmentation = spineSegmentation.spineLabelmap(segmentation, reference)
        return result

    def _showVerdicts(
        self, reading: Reading, stack: StackFindings, volume: Volume, node: Any
    ) -> None:
        threshold = next(
            (m.threshold for m in reading.findings.models if m.task == "compression"), None
        )
        slices, runs = addSliceLabels(self.scene, volume, stack, node)
        made = {
            "verdicts": addVerdictHalo(self.scene, volume, stack, node),
            "slice labels": slices,
            "flagged runs": runs,
            "findings table": addFindingsTable(self.scene, stack, node),
            "probability chart": addProbabilityPlot(self.scene, stack, node, threshold),
        }
        if stack.id in reading.activations:
            activation = reading.activations[stack.id]
            made["class activation"] = addActivationVolume(self.scene, activation, node)
        for kind, one in made.items():
            if one is not None:
                self._mark(one, kind, stack.id, node)
        self._markPlotParts(made["probability chart"], stack.id, node)

    def _markPlotParts(self, chart: Any, stack: str, volumeNode: Any) -> None:
        if chart is None:
            return
        for index in range(chart.GetNumberOfPlotSeriesNodes()):
            series = chart.GetNthPlotSeriesNode(index)
            self._mark(series, "probability series", stack, volumeNode)
            self._mark(series.GetTableNode(), "probability table", stack, volumeNode)

    def _showSegmentation(self, reading: Reading, volumeNode: Any) -> None:
        finding = reading.findings.segmentation
        model = next((m for m in reading.findings.models if m.task == "segmentation"), None)
        algorithm = f"{model.name} {model.version}" if model else "SlicerSpineMRI"
        assert reading.segmentation is not None
        node = spineSegmentation.addSpineSegmentation(
            self.scene, reading.segmentation, finding, volumeNode, algorithm
        )
        self._mark(node, spineSegmentation.KIND, finding.stack, volumeNode)
        names = addSegmentNames(self.scene, reading.segmentation, finding, volumeNode)
        self._mark(names, "segment names", finding.stack, volumeNode)

    def _showFindings(self, findings: Findings) -> None:
        node = self.scene.AddNewNodeByClass("vtkMRMLTextNode", "Spine MRI findings")
        node.SetText(json.dumps(findings.to_dict(), ensure_ascii=False, allow_nan=False))
        node.SetAttribute("SpineMRI.Notice", findings.notice)
        self._mark(node, FINDINGS, "", None)
        for stack in findings.stacks:
            volume = self.volumeNode(stack.id)
            if volume is not None:
                node.AddNodeReferenceID(VOLUME_ROLE, volume.GetID())

    def _mark(self, node: Any, kind: str, stack: str, volumeNode: Any) -> None:
        node.SetAttribute(KIND, kind)
        node.SetAttribute(STUDY, self.study)
        if stack:
            node.SetAttribute(STACK, stack)
        if volumeNode is not None:
            node.SetNodeReferenceID(VOLUME_ROLE, volumeNode.GetID())


def _name(stack: StackFindings) -> str:
    return f"{stack.id} {stack.description or stack.plane}"


def _placed(volume: Volume, stack: StackFindings) -> Volume:
    """The volume on the stack's grid: Slicer's own import may have turned the slices' order."""
    frames = tuple(Frame(one.sop_instance_uid, one.frame) for one in stack.slices)
    shape = stack.shape or volume.shape
    grid = Volume(np.zeros(shape, np.uint8), np.array(stack.ijk_to_ras or volume.ijk_to_ras))
    if not grid.same_grid(volume):
        volume = resample(volume, grid, nearest=True)
    return replace(volume, frames=frames, frame_of_reference_uid=stack.frame_of_reference_uid)
