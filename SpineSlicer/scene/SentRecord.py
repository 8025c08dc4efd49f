"""Which objects of a study went to an archive, so that the next ones name them; saved in the scene."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import slicer

_SINGLETON, _OBJECTS = "SpineMRISent", "SpineMRI.Sent"


class SentRecord:
    """The record of one scene.

    Args:
        scene: where it is kept, in one hidden node.

    Example:
        record = SentRecord(slicer.mrmlScene)
        record.add(study, answer["objects"])
    """

    def __init__(self, scene: slicer.vtkMRMLScene) -> None:
        self._scene = scene

    def objects(self, study: str) -> list[dict[str, str]]:
        """What names the last version of each object of a study."""
        return list(self._all().get(study, {}).values())

    def add(self, study: str, sent: Iterable[dict[str, Any]]) -> None:
        """Remembers objects of a study that an archive took.

        Args:
            study: its key.
            sent: of the worker's answer, each with ``name`` and ``object``.
        """
        kept, sent = self._all(), list(sent)
        if not sent:
            return
        known = kept.setdefault(study, {})
        # The two kinds of segmentation take each other's place.
        known |= {s["name"].replace("labelmap", "segmentation"): s["object"] for s in sent}
        node = self._node() or self._addNode()
        node.SetAttribute(_OBJECTS, json.dumps(kept))

    def _all(self) -> dict[str, dict[str, dict[str, str]]]:
        node = self._node()
        try:
            kept = json.loads(node.GetAttribute(_OBJECTS) or "{}") if node is not None else {}
        except ValueError:  # damaged: what is sent next names nothing that came before
            return {}
        return kept if isinstance(kept, dict) else {}

    def _node(self) -> Any:
        return self._scene.GetSingletonNode(_SINGLETON, "vtkMRMLScriptedModuleNode")

    def _addNode(self) -> Any:
        node = self._scene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        node.SetSingletonTag(_SINGLETON)
        node.SetHideFromEditors(True)
        node.SetName("Spine MRI sent objects")
        return self._scene.AddNode(node)
