"""Keeps what the views show right, whatever is loaded into the scene or done to its volumes."""

from __future__ import annotations

import contextlib
from typing import Any

import slicer
import vtk

from SpineLib.errors import SpineError
from SpineSlicer.scene.overlays import standOnVolume
from SpineSlicer.scene.sliceViews import mendViews
from SpineSlicer.scene.studyNodes import GRIDS, findingsNodes
from SpineSlicer.scene.volumeNodes import nodesOfClass
from SpineSlicer.scene.VolumeWatch import VolumeWatch


class SceneKeeper:
    """Mends slice views that a scene brought, and lets overlays follow volumes that are moved.

    It lives as long as the program or the panel that made it; several do no harm.

    Args:
        scene: what is watched.

    Example:
        keeper = SceneKeeper(slicer.mrmlScene)
        keeper.stop()
    """

    def __init__(self, scene: slicer.vtkMRMLScene) -> None:
        self._scene, self._volumes = scene, dict[Any, VolumeWatch]()
        self._tags = [
            scene.AddObserver(scene.EndImportEvent, self._onImported),
            scene.AddObserver(scene.NodeAddedEvent, self._onAdded),
            scene.AddObserver(scene.NodeRemovedEvent, self._onRemoved),
        ]
        for node in nodesOfClass(scene, "vtkMRMLScalarVolumeNode"):
            self._follow(node)
        self._onImported()

    def stop(self) -> None:
        """Watches the scene no more."""
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        for node in list(self._volumes):
            self._forget(node)

    def _onImported(self, *_arguments: Any) -> None:
        mendViews(self._scene)
        for node in self._volumes:
            standOnVolume(node)
        if not all(root.GetAttribute(GRIDS) for root in findingsNodes(self._scene)):
            self._noteVolumes()

    def _noteVolumes(self) -> None:
        """A scene of version 0.1 does not say how its volumes lay, as long as they still do."""
        # Not at the top: Slicer imports this file when it starts.
        from SpineSlicer.scene.ReadingScene import ReadingScene
        from SpineSlicer.scene.studies import studiesIn

        for study in studiesIn(self._scene):
            nodes = ReadingScene(self._scene, study)
            with contextlib.suppress(SpineError):  # the panel says what is wrong with them
                findings = nodes.findings()
                if findings is not None:
                    nodes.noteVolumes(findings)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onAdded(self, _scene: Any, _event: str, node: Any) -> None:
        if node.IsA("vtkMRMLScalarVolumeNode"):
            self._follow(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onRemoved(self, _scene: Any, _event: str, node: Any) -> None:
        if node in self._volumes:
            self._forget(node)

    def _follow(self, node: Any) -> None:
        self._volumes[node] = VolumeWatch(node, self._onVolume)

    def _forget(self, node: Any) -> None:
        self._volumes.pop(node).stop()

    def _onVolume(self, node: Any) -> None:
        # A scene that is loaded is looked at when it is whole.
        if not self._scene.IsBatchProcessing():
            standOnVolume(node)
