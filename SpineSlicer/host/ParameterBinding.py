"""A module's parameter node and its widgets, tied so that nobody else's node takes a chosen one's place."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import slicer
import vtk

# Before the selectors hear of it, which have the usual priority.
_FIRST = 1.0


class ParameterBinding:
    """Ties parameters to widgets, and keeps what was chosen while the scene changes beneath it.

    Slicer's selectors let go of their node when a scene is added, and go on to a neighbour when it
    is deleted; a scene that is added also brings a parameter node of its own. So the widgets are
    untied while any of that happens. Afterwards what was chosen before is chosen again; where that
    is gone, nothing is. Only what a scene that is opened says itself is taken over.

    Args:
        scene: whose nodes are chosen.
        parameters: gives the wrapped parameter node of the scene as it is now.
        widget: the panel, whose widgets name their parameters.
        onTied: called each time parameters and widgets were tied.
        onChanged: called when a parameter has another value; it has it by then.
        elsewhere: whether something is chosen that is not in the scene: a folder.

    Attributes:
        parameters: the wrapped parameter node.

    Example:
        binding = ParameterBinding(
            slicer.mrmlScene, lambda: Parameters(logic.getParameterNode()), widget, show, show,
            lambda: bool(ui.pathEdit.currentPath),
        )
        binding.start()
    """

    def __init__(
        self,
        scene: slicer.vtkMRMLScene,
        parameters: Callable[[], Any],
        widget: Any,
        onTied: Callable[[], None],
        onChanged: Callable[[], None],
        elsewhere: Callable[[], bool],
    ) -> None:
        self._scene, self._make, self._widget = scene, parameters, widget
        self._onTied, self._onChanged, self._elsewhere = onTied, onChanged, elsewhere
        self.parameters: Any = None
        self._touched = self._losing = False
        self._gui: Any = None
        self._observed: list[tuple[Any, int]] = []
        self._tag: int | None = None
        self._kept: dict[str, Any] = {}

    def start(self) -> None:
        """Ties, and listens to the scene from now on."""
        scene = self._scene
        for event, method in (
            (scene.StartBatchProcessEvent, self._onBatch),
            (scene.StartCloseEvent, self._onClose),
            (scene.EndBatchProcessEvent, self._onBatchEnd),
        ):
            self._observed.append((scene, scene.AddObserver(event, method)))
        for event, method in (
            (scene.NodeAboutToBeRemovedEvent, self._onRemoving),
            (scene.NodeRemovedEvent, self._onRemoved),
        ):
            self._observed.append((scene, scene.AddObserver(event, method, _FIRST)))
        self._tie()

    @property
    def untouched(self) -> bool:
        """Whether no node was chosen since the scene was opened."""
        return not self._touched

    def stop(self) -> None:
        """Lets go of widgets, parameter node and scene."""
        for what, tag in self._observed:
            what.RemoveObserver(tag)
        self._observed = []
        self._untie()

    def _tie(self) -> None:
        self.parameters = self._make()
        for name, value in self._kept.items():
            gone = _isNode(value) and not self._scene.IsNodePresent(value)
            setattr(self.parameters, name, None if gone else value)
        self._kept = {}
        self._touch()
        self._gui = self.parameters.connectGui(self._widget)
        node = self.parameters.parameterNode
        self._tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._onModified)
        self._onTied()

    def _untie(self) -> None:
        if self._gui is None:
            return
        self.parameters.parameterNode.RemoveObserver(self._tag)
        self.parameters.disconnectGui(self._gui)
        self._gui = None

    def _keep(self) -> None:
        """Remembers all that is said of what is chosen; nothing where nothing is."""
        values = self._values()
        nodes = any(_isNode(value) for value in values.values())
        self._kept = values if nodes or self._elsewhere() else {}

    def _values(self) -> dict[str, Any]:
        names = typing.get_type_hints(type(self.parameters))
        return {name: getattr(self.parameters, name) for name in names}

    def _onBatch(self, *_arguments: Any) -> None:
        if self._gui is not None:
            self._keep()
            self._untie()

    def _onClose(self, *_arguments: Any) -> None:
        self._untie()
        self._kept, self._touched = {}, False

    def _onBatchEnd(self, *_arguments: Any) -> None:
        if self._gui is None:
            self._tie()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onRemoving(self, _scene: Any, _event: str, node: Any) -> None:
        if self._gui is None:
            return
        self._keep()
        self._losing = any(value is node for value in self._kept.values())
        if self._losing:
            self._untie()
        else:
            self._kept = {}

    def _onRemoved(self, *_arguments: Any) -> None:
        if self._losing:
            self._losing = False
            self._tie()

    def _onModified(self, *_arguments: Any) -> None:
        self._touch()
        self._onChanged()

    def _touch(self) -> None:
        """A node that was chosen once, by whomever, is not replaced by one that nobody chose."""
        self._touched |= any(_isNode(value) for value in self._values().values())


def _isNode(value: Any) -> bool:
    return isinstance(value, slicer.vtkMRMLNode)
