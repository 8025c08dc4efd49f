"""`slicer.app.coreIOManager()`: scenes to and from files, on slicer-core's own scene."""

from __future__ import annotations

from typing import Any

import slicer


class CoreIOManager:
    """Saves and loads scenes (``.mrb``), as `slicer.util.saveScene` and `loadScene` ask for it."""

    def saveNodes(self, kind: str, properties: dict[str, Any], messages: Any = None) -> bool:
        if kind != "SceneFile":
            raise NotImplementedError(f"The stand-in saves no {kind}")
        return bool(slicer.mrmlScene.WriteToMRB(properties["fileName"], None, messages))

    def loadNodes(
        self, kind: str, properties: dict[str, Any], nodes: Any = None, messages: Any = None
    ) -> bool:
        if kind != "SceneFile":
            raise NotImplementedError(f"The stand-in loads no {kind}")
        scene, clear = slicer.mrmlScene, bool(properties.get("clear", False))
        before = {scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())}
        success = bool(scene.ReadFromMRB(properties["fileName"], clear, messages))
        for n in range(scene.GetNumberOfNodes()):
            node = scene.GetNthNode(n)
            if nodes is not None and node not in before:
                nodes.AddItem(node)
        return success
