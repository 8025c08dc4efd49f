"""A reading in a scene, and back."""

from __future__ import annotations

import json
from typing import Any

import slicer

from SpineLib.errors import BadInput, SpineError
from SpineLib.findings import SCHEMA_VERSION, Findings, StackFindings
from SpineLib.reading import Reading
from SpineLib.slabs import Steps, finish
from SpineSlicer.scene import spineSegmentation
from SpineSlicer.scene.activationVolume import addingActivationVolume
from SpineSlicer.scene.findingsTable import addFindingsTable
from SpineSlicer.scene.overlays import putOnVolume
from SpineSlicer.scene.probabilityPlot import addProbabilityPlot
from SpineSlicer.scene.ReviewLog import ReviewLog
from SpineSlicer.scene.segmentNames import addSegmentNames
from SpineSlicer.scene.shownSegmentation import setAside
from SpineSlicer.scene.sliceLabels import addSliceLabels
from SpineSlicer.scene.stackGrids import notedGrid, noteGrids
from SpineSlicer.scene.StackInScene import GRIDS, StackInScene, requireStill
from SpineSlicer.scene.studies import (
    FINDINGS,
    GIVEN,
    IMAGES,
    KIND,
    STUDY,
    VOLUME_ROLE,
    fingerprint,
    imagesOf,
    studiesIn,
    studyOfReading,
    volumesOf,
)
from SpineSlicer.scene.subjectHierarchy import placeUnder, studyItem
from SpineSlicer.scene.verdictHalo import addVerdictHalo, gridOf
from SpineSlicer.scene.volumeInScene import voxelsOf
from SpineSlicer.scene.volumeNodes import addingVolumeNode, nodesOfClass, volumeFromNode

STACK, REVIEWS = "SpineMRI.Stack", "reviews"
# On the findings' node: the stacks' ids, and in this role and their order the stacks' volumes.
_STACKS, _STACK_ROLE = "SpineMRI.Stacks", "SpineMRI.stack{}"
# What is made of a stack's verdicts, and made anew when some of its slices are graded again.
_OF_VERDICTS = ("verdicts", "slice labels", "flagged runs", "findings table", "probability chart",
                "probability series", "probability table")  # fmt: skip


class ReadingScene:
    """Shows readings as MRML nodes and gives them back from them, each study by itself.

    Each node has the attributes ``SpineMRI.Kind`` (``volume``, ``verdicts``, ``slice labels``,
    ``flagged runs``, ``findings table``, ``probability chart``, ``class activation``,
    ``spine segmentation``, ``segment names``, ``findings``) and ``SpineMRI.Stack``, and a reference
    ``SpineMRI.volume`` to its volume. The findings stand as JSON in a text node, so a saved
    scene holds all that was said; ``SpineMRI.Study`` says of which study a node is. `show`
    replaces what an earlier reading left of the same study (`studies.studyOfReading`), but never
    what a reader said (``reviews``).

    Args:
        scene: where nodes are added and looked for; nothing else of the application is used.
        study: only this study's nodes are looked at; empty for any, and set by `show`.

    Example:
        ReadingScene(slicer.mrmlScene).show(reading)
        findings = ReadingScene(slicer.mrmlScene).findings()
    """

    def __init__(self, scene: slicer.vtkMRMLScene, study: str = "") -> None:
        self.scene, self.study = scene, study
        self._made: list[Any] | None = None

    def show(
        self,
        reading: Reading,
        volumeNodes: dict[str, Any] | None = None,
        *,
        surfaces: bool = True,
    ) -> None:
        """Adds everything of a reading; see `showing`."""
        finish(self.showing(reading, volumeNodes, surfaces=surfaces))

    def showing(
        self,
        reading: Reading,
        volumeNodes: dict[str, Any] | None = None,
        *,
        surfaces: bool = True,
    ) -> Steps[None]:
        """Adds everything of a reading, in steps of some milliseconds.

        Until the last but the tidying, what was shown before stands; where the steps are left
        before, nothing is added.

        Args:
            reading: findings, volumes and what goes with them.
            volumeNodes: stack id → volume node of the scene that was read (Slicer's own DICOM
                import); other stacks get a new one.
            surfaces: makes surfaces for 3D views too, the slowest part.

        Raises:
            BadInput: a volume was moved or changed while it was read.
        """
        given = volumeNodes or {}
        for stack in reading.findings.stacks:
            if stack.id in given:
                requireStill(stack, given[stack.id])
        self.study = self.study or studyOfReading(self.scene, reading, given.values())
        before = self.nodes()
        images = self._images(reading, given)
        nodes = {**self._sameVolumes(reading), **given}
        self._made, published = [], False
        try:
            for stack in reading.findings.stacks:
                if stack.id not in reading.volumes and stack.id not in nodes:
                    continue
                if stack.id not in nodes:
                    nodes[stack.id] = yield from self._addingVolume(reading, stack)
                yield from self._showingStack(reading, stack, nodes[stack.id], surfaces)
            self._showFindings(reading.findings, nodes, images, "{}")
            self._publish(before, list(nodes.values()))
            published = True
        finally:
            made, self._made = self._made, None
            if not published:
                self._remove(made)
        yield from self._removing(before, list(nodes.values()))

    def showAgain(self, findings: Findings, stack: str) -> None:
        """Shows findings of which one stack's slices changed; all else stays as it is.

        Raises:
            BadInput: the stack's volume no longer has the slices that were read.
        """
        node, place = self.volumeNode(stack), self.inScene(findings.stack(stack))
        place.require()
        before = [n for kind in (FINDINGS, *_OF_VERDICTS) for n in self.nodes(kind)]
        before = [n for n in before if n.GetAttribute(STACK) in (None, stack)]
        images, grids = (self.node(FINDINGS).GetAttribute(name) or "" for name in (IMAGES, GRIDS))
        volumes = {one.id: self.volumeNode(one.id) for one in findings.stacks}
        volumes = {stack: one for stack, one in volumes.items() if one is not None}
        self._made = []
        try:
            now = place.stackInNode()
            finish(self._showingVerdicts(Reading(findings), now, node))
            self._showFindings(findings, volumes, images, grids)
            self._publish(before, [])
        finally:
            self._made = None
        self._remove(before)

    def clear(self) -> None:
        """Removes what `show` added; volumes that the reader loaded, and reviews, stay."""
        finish(self._removing(self.nodes(), []))

    def _images(self, reading: Reading, given: dict[str, Any]) -> str:
        if not given:
            return imagesOf(reading)
        old = self.node(FINDINGS)
        return (old.GetAttribute(IMAGES) if old is not None else "") or GIVEN

    def _sameVolumes(self, reading: Reading) -> dict[str, Any]:
        """Volumes of an earlier run that hold what was read now: a reader's window on them stays."""
        found = {}
        for stack, volume in reading.volumes.items():
            node = self.node("volume", stack)
            if node is None or node.GetImageData() is None:
                continue
            if fingerprint(volumeFromNode(node, copied=False)) == fingerprint(volume):
                found[stack] = node
        return found

    def _addingVolume(self, reading: Reading, stack: StackFindings) -> Steps[Any]:
        name = _name(stack)
        node = yield from addingVolumeNode(self.scene, reading.volumes[stack.id], name)
        uid = reading.findings.study_instance_uid
        placeUnder(self.scene, node, studyItem(self.scene, "Spine MRI", uid))
        self._mark(node, "volume", stack.id, None)
        yield
        return node

    def _showingStack(
        self, reading: Reading, stack: StackFindings, node: Any, surfaces: bool
    ) -> Steps[None]:
        if not node.GetAttribute(STACK):
            node.SetAttribute(STACK, stack.id)
        if stack.slices:
            yield from self._showingVerdicts(reading, stack, node)
            if surfaces:
                halo = next(n for n in reversed(self._made or []) if _kind(n) == "verdicts")
                halo.CreateClosedSurfaceRepresentation()
        if reading.segmentation is not None and stack.id == reading.findings.segmentation.stack:
            self._showSegmentation(reading, node, surfaces)
            yield

    def _publish(self, before: list[Any], kept: list[Any]) -> None:
        """The new nodes take the place of the old ones, all at once."""
        for node in before:
            if _kind(node) != REVIEWS and node not in kept:
                node.RemoveAttribute(STUDY)
        for node in self._made or []:
            node.SetAttribute(STUDY, self.study)

    def _removing(self, nodes: list[Any], kept: list[Any]) -> Steps[None]:
        for node in nodes:
            if _kind(node) == REVIEWS or node in kept or node.GetScene() is None:
                continue
            # A segmentation that a reader corrected or named is the reader's work too.
            if _kind(node) == spineSegmentation.KIND and setAside(node):
                continue
            if _kind(node) == "volume" and self._isOthers(node):
                node.RemoveAttribute(KIND)
            else:
                self.scene.RemoveNode(node)
            yield

    def _remove(self, nodes: list[Any]) -> None:
        for node in nodes:
            if node.GetScene() is not None:
                self.scene.RemoveNode(node)

    def _isOthers(self, volume: Any) -> bool:
        """Whether another study was read from this volume."""
        texts = nodesOfClass(self.scene, "vtkMRMLTextNode")
        others = (one for one in texts if one.GetAttribute(STUDY) not in (None, self.study))
        return any(volume in volumesOf(one) for one in others if _kind(one) == FINDINGS)

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
        text = self.node(FINDINGS)
        stacks = json.loads(text.GetAttribute(_STACKS) or "[]") if text is not None else []
        if stacks:
            role = _STACK_ROLE.format(stacks.index(stack)) if stack in stacks else ""
            return text.GetNodeReference(role) if role else None
        nodes = nodesOfClass(self.scene, "vtkMRMLScalarVolumeNode")
        ours = [  # a scene of the first version
            node
            for node in nodes
            if node.GetAttribute(STACK) == stack
            and self.study in ("", node.GetAttribute(STUDY) or "")
        ]
        return next((n for n in ours if n.GetAttribute(KIND) in (None, "volume")), None)

    def inScene(self, stack: StackFindings) -> StackInScene:
        """Where a stack's slices lie now; see `StackInScene`."""
        node, text = self.volumeNode(stack.id), self.node(FINDINGS)
        return StackInScene(stack, node, notedGrid(text, stack, node) if node else None)

    def noteGrids(self, findings: Findings) -> None:
        """Notes how volumes lie, for a scene of version 0.1, which did not."""
        volumes = {stack.id: self.volumeNode(stack.id) for stack in findings.stacks}
        noteGrids(self.node(FINDINGS), findings, volumes)

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
        """The whole reading, volumes, segmentation and activations included, as it was read.

        Raises:
            BadInput: a volume no longer has the slices that were read, or the findings are
                damaged or of a newer version.
        """
        findings = self.findings()
        if findings is None:
            return None
        result = Reading(findings)
        for stack in findings.stacks:
            node = self.volumeNode(stack.id)
            if node is None:
                continue
            place = self.inScene(stack)
            result.volumes[stack.id] = volume = place.volume(voxelsOf(node).copy())
            activation = self.node("class activation", stack.id)
            if activation is not None:
                result.activations[stack.id] = volume.with_voxels(voxelsOf(activation).copy())
            segmentation = self.node(spineSegmentation.KIND)
            if segmentation is not None and stack.id == findings.segmentation.stack:
                labels = spineSegmentation.spineLabelmap(segmentation, volumeFromNode(node))
                result.segmentation = place.volume(labels.voxels)
        return result

    def _showingVerdicts(self, reading: Reading, stack: StackFindings, node: Any) -> Steps[None]:
        threshold = next(
            (m.threshold for m in reading.findings.models if m.task == "compression"), None
        )
        grid = gridOf(stack) if stack.ijk_to_ras else reading.volumes[stack.id]
        slices, runs = addSliceLabels(self.scene, grid, stack, node)
        self._mark(slices, "slice labels", stack.id, node)
        self._mark(runs, "flagged runs", stack.id, node)
        yield
        halo = addVerdictHalo(self.scene, grid, stack, node)
        self._mark(halo, "verdicts", stack.id, node)
        yield
        table = addFindingsTable(self.scene, stack, node)
        self._mark(table, "findings table", stack.id, node)
        chart = addProbabilityPlot(self.scene, stack, node, threshold)
        if chart is not None:
            self._mark(chart, "probability chart", stack.id, node)
            self._markPlotParts(chart, stack.id, node)
        yield
        if stack.id in reading.activations:
            activation = yield from addingActivationVolume(
                self.scene, reading.activations[stack.id], node
            )
            self._mark(activation, "class activation", stack.id, node)
            yield

    def _markPlotParts(self, chart: Any, stack: str, volumeNode: Any) -> None:
        for index in range(chart.GetNumberOfPlotSeriesNodes()):
            series = chart.GetNthPlotSeriesNode(index)
            self._mark(series, "probability series", stack, volumeNode)
            self._mark(series.GetTableNode(), "probability table", stack, volumeNode)

    def _showSegmentation(self, reading: Reading, volumeNode: Any, surfaces: bool) -> None:
        finding = reading.findings.segmentation
        model = next((m for m in reading.findings.models if m.task == "segmentation"), None)
        algorithm = f"{model.name} {model.version}" if model else "SlicerSpineMRI"
        assert reading.segmentation is not None
        node = spineSegmentation.addSpineSegmentation(
            self.scene, reading.segmentation, finding, volumeNode, algorithm, surfaces=surfaces
        )
        self._mark(node, spineSegmentation.KIND, finding.stack, volumeNode)
        names = addSegmentNames(self.scene, reading.segmentation, finding, volumeNode)
        self._mark(names, "segment names", finding.stack, volumeNode)

    def _showFindings(
        self, findings: Findings, volumes: dict[str, Any], images: str, grids: str
    ) -> None:
        node = self.scene.AddNewNodeByClass("vtkMRMLTextNode", "Spine MRI findings")
        node.SetText(json.dumps(findings.to_dict(), ensure_ascii=False, allow_nan=False))
        node.SetAttribute("SpineMRI.Notice", findings.notice)
        node.SetAttribute(IMAGES, images)
        node.SetAttribute(_STACKS, json.dumps([stack.id for stack in findings.stacks]))
        node.SetAttribute(GRIDS, grids)
        noteGrids(node, findings, volumes)
        self._mark(node, FINDINGS, "", None)
        for number, stack in enumerate(findings.stacks):
            if stack.id in volumes:
                identifier = volumes[stack.id].GetID()
                node.AddNodeReferenceID(VOLUME_ROLE, identifier)
                node.SetNodeReferenceID(_STACK_ROLE.format(number), identifier)

    def _mark(self, node: Any, kind: str, stack: str, volumeNode: Any) -> None:
        node.SetAttribute(KIND, kind)
        if self._made is None:
            node.SetAttribute(STUDY, self.study)
        else:  # the study's from `_publish` on
            self._made.append(node)
        if stack:
            node.SetAttribute(STACK, stack)
        if volumeNode is not None:
            node.SetNodeReferenceID(VOLUME_ROLE, volumeNode.GetID())
            if node.IsA("vtkMRMLTransformableNode"):
                putOnVolume(node, volumeNode)


def onlyVolumeRead(scene: slicer.vtkMRMLScene) -> Any:
    """The volume that was read slice by slice; None where there are several, or none."""
    studies = studiesIn(scene)
    if len(studies) != 1:
        return None
    nodes = ReadingScene(scene, studies[0])
    try:
        findings = nodes.findings()
    except SpineError:  # the panel says so where it shows the study
        return None
    read = [nodes.volumeNode(one.id) for one in findings.stacks if one.slices] if findings else []
    return read[0] if len(read) == 1 else None


def _kind(node: Any) -> str:
    return node.GetAttribute(KIND) or ""


def _name(stack: StackFindings) -> str:
    return f"{stack.id} {stack.description or stack.plane}"
