"""A reading in a scene, and back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import slicer

from SpineLib.findings import Findings, StackFindings
from SpineLib.reading import Reading
from SpineLib.slabs import Steps, finish
from SpineSlicer.scene.findingsText import findingsIn, writeFindings
from SpineSlicer.scene.heldVolumes import holdingVolume
from SpineSlicer.scene.labelmapNodes import labelmapFromNode
from SpineSlicer.scene.outlineNodes import isCorrected, takeOutlines
from SpineSlicer.scene.overlays import putOnVolume
from SpineSlicer.scene.readersLevels import withKeptLevel
from SpineSlicer.scene.ReviewLog import ReviewLog
from SpineSlicer.scene.shownSegmentation import addingStackVolume, replaceSegmentation
from SpineSlicer.scene.spineSegmentation import segmentedVolumeNode
from SpineSlicer.scene.stackGrids import notedGrid, noteGrids
from SpineSlicer.scene.StackInScene import StackInScene, requireStill
from SpineSlicer.scene.structureNodes import addingStructures
from SpineSlicer.scene.studies import (
    findingsOf,
    freeName,
    imagesOf,
    isChanged,
    studyOfReading,
)
from SpineSlicer.scene.studyNodes import (
    ACTIVATION,
    AP_LINE,
    FINDINGS,
    GRIDS,
    IMAGES,
    KIND,
    NAME,
    NOTICE,
    OUTLINES,
    REVIEWS,
    SEGMENTATION,
    STACK,
    STUDY,
    VERDICTS,
    VOLUME,
    VOLUME_ROLE,
    dissolve,
    findingsNodes,
    isNeeded,
    isOurs,
    nodesOfKind,
    own,
    owned,
    segmentationNodes,
    setStackVolumes,
    stackVolume,
    studyOfRoot,
    volumesOf,
)
from SpineSlicer.scene.verdictHalo import isRead
from SpineSlicer.scene.verdictNodes import OF_VERDICTS, addingVerdicts
from SpineSlicer.scene.volumeInScene import voxelsOf
from SpineSlicer.scene.volumeNodes import describe, nodesOfClass, removeNodes, volumeFromNode


class ReadingScene:
    """Shows readings as MRML nodes and gives them back from them, each study by itself.

    Each node has the attributes ``SpineMRI.Kind`` (``volume``, ``verdicts``, ``slice labels``,
    ``flagged runs``, ``findings table``, ``probability chart``, ``class activation``,
    ``cord and sac``, ``spine segmentation``, ``segment names``, ``level names``, ``findings``) and
    ``SpineMRI.Stack``, and a reference
    ``SpineMRI.volume`` to its volume. The findings stand as JSON in a text node, so a saved
    scene holds all that was said; they refer to every node of the study (`studyNodes`), and only
    these are looked at. `show` replaces what an earlier reading left of the same study
    (`studies.studyOfReading`), but never what a reader said (``reviews``) or did.

    Args:
        scene: where nodes are added and looked for; nothing else of the application is used.
        study: only this study's nodes are looked at; empty for any, and set by `show`.

    Example:
        ReadingScene(slicer.mrmlScene).show(reading)
        findings = ReadingScene(slicer.mrmlScene).findings()
    """

    def __init__(self, scene: slicer.vtkMRMLScene, study: str = "") -> None:
        self.scene, self.study = scene, study
        self._added: list[Any] | None = None

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
        apart: Collection[str] = (),
        surfaces: bool = True,
    ) -> Steps[None]:
        """Adds everything of a reading, in steps of some milliseconds.

        Until the last but the tidying, what was shown before stands; where the steps are left
        before, nothing is added.

        Args:
            reading: findings, volumes and what goes with them.
            volumeNodes: stack id → volume node of the scene that was read; of other stacks, a
                volume of the scene that shows the same images is taken, else a new one is added.
            apart: studies that were read from elsewhere, and whose volumes are theirs alone.
            surfaces: makes surfaces for 3D views too, the slowest part.

        Raises:
            BadInput: a volume was moved or changed while it was read.
        """
        given = volumeNodes or {}
        for stack in reading.findings.stacks:
            if stack.id in given:
                requireStill(stack, given[stack.id])
        nodes = yield from self._holding(reading, given, apart)
        self.study = self.study or studyOfReading(
            self.scene, reading, nodes, apart, byImages=not given
        )
        reading = withKeptLevel(reading, self)
        before = self.nodes()
        with self._adding() as added:
            for stack in reading.findings.stacks:
                if stack.id not in reading.volumes and stack.id not in nodes:
                    continue
                if stack.id not in nodes:
                    nodes[stack.id] = yield from addingStackVolume(self.scene, reading, stack)
                    self._mark(nodes[stack.id], VOLUME, stack.id, None)
                    yield
                yield from self._showingStack(reading, stack, nodes[stack.id], surfaces)
            self._showFindings(reading.findings, nodes, imagesOf(reading), "{}")
            self._publish([n for n in before if _kind(n) == REVIEWS or n in nodes.values()])
        yield from self._removing(before, added)

    def showingAgain(self, findings: Findings, stack: str) -> Steps[None]:
        """Shows findings of which some of one stack's slices changed; all else stays as it is.

        Raises:
            BadInput: the stack's volume no longer has the slices that were read.
        """
        yield from self.showingPart(Reading(findings), stack, (FINDINGS, *OF_VERDICTS))

    def showingPart(
        self,
        reading: Reading,
        stack: str,
        kinds: Collection[str] = (FINDINGS, *OF_VERDICTS, ACTIVATION, OUTLINES, AP_LINE),
    ) -> Steps[None]:
        """Shows findings of which one stack was read anew, by itself; all else stays as it is.

        Args:
            reading: the whole study's findings, and what the new reading made of the stack: label
                map and activation where the stack's volume is now.
            stack: its id; its volume is in the scene.
            kinds: of the stack's nodes, those that are made anew or go.

        Raises:
            BadInput: the stack's volume no longer has the slices that were read.
        """
        reading = withKeptLevel(reading, self)
        node, stackInScene = self.volumeNode(stack), self.inScene(reading.findings.stack(stack))
        stackInScene.require()
        before = [n for kind in kinds for n in self.nodes(kind)]
        before = [n for n in before if n.GetAttribute(STACK) in (None, stack)]
        volumes = {other.id: self.volumeNode(other.id) for other in reading.findings.stacks}
        volumes = {name: volume for name, volume in volumes.items() if volume is not None}
        images, grids = (self.node(FINDINGS).GetAttribute(name) or "" for name in (IMAGES, GRIDS))
        with self._adding() as added:
            yield from self._showingStack(reading, stackInScene.stackInNode(), node, surfaces=False)
            self._showFindings(reading.findings, volumes, images, grids)
            if reading.segmentation is not None:
                before += [n for n in self.nodes(SEGMENTATION) if n not in added]
            self._publish([n for n in self.nodes() if n not in before])
        yield from self._removing(before, added)

    def clear(self) -> None:
        """Removes what `show` added; volumes that the reader loaded, and reviews, stay."""
        nodes = self.nodes()
        for node in nodes:
            if _kind(node) == FINDINGS:
                dissolve(node)
            elif _kind(node) == SEGMENTATION:
                replaceSegmentation(node)
        finish(self._removing(nodes, []))

    def _holding(
        self, reading: Reading, given: dict[str, Any], apart: Collection[str]
    ) -> Steps[dict[str, Any]]:
        """Stack → volume node of the scene that shows its images: a reader's window on it stays."""
        roots = findingsNodes(self.scene)
        others = [n for root in roots if studyOfRoot(root) in apart for n in volumesOf(root)]
        held = dict(given)
        for stack, volume in reading.volumes.items():
            if stack in held:
                continue
            own = [self.volumeNode(stack)] if self.study else []
            volumeNode = yield from holdingVolume(self.scene, volume, stack, others, own)
            if volumeNode is not None:
                held[stack] = volumeNode
            yield
        return held

    @contextmanager
    def _adding(self) -> Iterator[list[Any]]:
        """Collects the nodes that `_mark` gets; where they are not published, they go again."""
        added: list[Any] = []
        self._added = added
        try:
            yield added
        except BaseException:
            removeNodes(added)
            raise
        finally:
            self._added = None

    def _showingStack(
        self, reading: Reading, stack: StackFindings, node: Any, surfaces: bool
    ) -> Steps[None]:
        if not node.GetAttribute(STACK):
            node.SetAttribute(STACK, stack.id)
        describe(node, weighting=stack.weighting, region=stack.region)

        def mark(added: Any, kind: str) -> None:
            self._mark(added, kind, stack.id, node)

        if stack.slices:
            yield from addingVerdicts(self.scene, reading, stack, node, mark)
            halos = [n for n in self._added or [] if surfaces and _kind(n) == VERDICTS]
            for halo in halos[-1:] if isRead(stack) else ():
                halo.CreateClosedSurfaceRepresentation()
        yield from addingStructures(self.scene, reading, stack.id, node, mark, surfaces=surfaces)

    def _publish(self, kept: list[Any]) -> None:
        """The new findings take the place of the old ones, all at once, with the nodes that stay."""
        added = self._added or []
        (root,) = (node for node in added if _kind(node) == FINDINGS)
        if not any(_kind(node) == REVIEWS for node in kept):
            kept = [*kept, *self._leftReviews()]
        old = findingsOf(self.scene, self.study)
        for node in added:
            node.SetAttribute(STUDY, self.study)
        if old is not None and old is not root:
            dissolve(old)
        own(root, [*added, *(node for node in kept if _kind(node) and node is not old)])

    def _leftReviews(self) -> list[Any]:
        """What readers said of this study before its findings were taken away."""
        texts = nodesOfClass(self.scene, "vtkMRMLTextNode")
        owned = nodesOfKind(self.scene, REVIEWS)
        left = [n for n in texts if _kind(n) == REVIEWS and n.GetAttribute(STUDY) == self.study]
        return [node for node in left if node not in owned][:1]

    def _removing(self, nodes: list[Any], added: list[Any]) -> Steps[None]:
        """Takes away what an earlier run left, but nothing that a reader made, said or changed."""
        segmented = [segmentedVolumeNode(node) for node in added if _kind(node) == SEGMENTATION]
        for node in segmentationNodes(self.scene):  # whichever module made it
            if node not in added and segmentedVolumeNode(node) in segmented:
                replaceSegmentation(node)
                yield
        images = next((n.GetAttribute(IMAGES) for n in nodes if _kind(n) == FINDINGS), None)
        for node in sorted(nodes, key=lambda node: _kind(node) == VOLUME):
            if node.GetScene() is None or _kind(node) == REVIEWS or isOurs(node):
                continue
            if _kind(node) == OUTLINES and isCorrected(node):
                node.RemoveAttribute(KIND)  # the reader's from now on
                continue
            if _kind(node) == VOLUME and (isNeeded(node) or isChanged(node, images)):
                node.RemoveAttribute(KIND)
            else:
                self.scene.RemoveNode(node)
            yield

    def nodes(self, kind: str = "", stack: str = "") -> list[Any]:
        """The reading's nodes, of one kind or stack where given."""
        roots = [n for n in findingsNodes(self.scene) if self.study in ("", studyOfRoot(n))]
        nodes = {node.GetID(): node for root in roots for node in owned(root)}
        return [
            node
            for node in nodes.values()
            if kind in ("", _kind(node)) and stack in ("", node.GetAttribute(STACK))
        ]

    def node(self, kind: str, stack: str = "") -> Any:
        """The first such node, or None."""
        return next(iter(self.nodes(kind, stack)), None)

    def volumeNode(self, stack: str) -> Any:
        """The volume node of a stack, whoever loaded it; None where there is none."""
        root = findingsOf(self.scene, self.study)
        return None if root is None else stackVolume(root, stack)

    def inScene(self, stack: StackFindings) -> StackInScene:
        """Where a stack's slices lie now; see `StackInScene`."""
        node, text = self.volumeNode(stack.id), self.node(FINDINGS)
        return StackInScene(stack, node, notedGrid(text, stack, node) if node else None)

    def noteVolumes(self, findings: Findings) -> None:
        """Notes how volumes lie and what they show, for a scene of version 0.1, which did not."""
        volumes = {stack.id: self.volumeNode(stack.id) for stack in findings.stacks}
        noteGrids(self.node(FINDINGS), findings, volumes)
        for stack in findings.stacks:
            if volumes[stack.id] is not None:
                describe(volumes[stack.id], weighting=stack.weighting, region=stack.region)

    def reviews(self) -> ReviewLog:
        """What readers said of this study, also where its findings were taken away since.

        Raises:
            BadInput: the scene's reviews are damaged or of a newer version.
        """
        node = self.node(REVIEWS)
        if node is None and self.study:
            node = next(iter(self._leftReviews()), None)
        if node is None:
            return ReviewLog()
        findings = self.findings()
        return ReviewLog(node.GetText(), findings.questions if findings else ())

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
        return None if node is None else findingsIn(node.GetText())

    def reading(self) -> Reading | None:
        """The whole reading, volumes, segmentation and activations included, as it was read.

        Outlines of cord and sac that a reader corrected are measured anew.

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
            stackInScene = self.inScene(stack)
            result.volumes[stack.id] = volume = stackInScene.volume(voxelsOf(node).copy())
            activation = self.node(ACTIVATION, stack.id)
            if activation is not None:
                result.activations[stack.id] = volume.with_voxels(voxelsOf(activation).copy())
            takeOutlines(result, stack.id, self.node(OUTLINES, stack.id), stackInScene.nodeAsRead)
            segmentation = self.node(SEGMENTATION)
            if segmentation is not None and stack.id == findings.segmentation.stack:
                labels = labelmapFromNode(segmentation, volumeFromNode(node))
                result.segmentation = stackInScene.volume(labels.voxels)
        return result

    def _showFindings(
        self, findings: Findings, volumes: dict[str, Any], images: str, grids: str
    ) -> None:
        old = findingsOf(self.scene, self.study)
        name = old.GetAttribute(NAME) if old is not None else ""
        node = self.scene.AddNewNodeByClass("vtkMRMLTextNode", "Spine MRI findings")
        writeFindings(node, findings.to_dict())
        node.SetAttribute(NOTICE, findings.notice)
        node.SetAttribute(IMAGES, images)
        node.SetAttribute(NAME, name or freeName(self.scene, findings))
        node.SetAttribute(GRIDS, grids)
        noteGrids(node, findings, volumes)
        self._mark(node, FINDINGS, "", None)
        setStackVolumes(node, [stack.id for stack in findings.stacks], volumes)

    def _mark(self, node: Any, kind: str, stack: str, volumeNode: Any) -> None:
        node.SetAttribute(KIND, kind)
        if stack:
            node.SetAttribute(STACK, stack)
        if volumeNode is not None:
            node.SetNodeReferenceID(VOLUME_ROLE, volumeNode.GetID())
            if node.IsA("vtkMRMLTransformableNode"):
                putOnVolume(node, volumeNode)
        if self._added is not None:  # the study's from `_publish` on
            self._added.append(node)
            return
        node.SetAttribute(STUDY, self.study)
        root = findingsOf(self.scene, self.study)
        if root is not None:
            own(root, [node])


def _kind(node: Any) -> str:
    return node.GetAttribute(KIND) or ""
