"""Nodes' places in the subject hierarchy: a derived node stands beside its volume."""

from __future__ import annotations

from typing import Any

import slicer


def studyItem(scene: slicer.vtkMRMLScene, name: str, studyInstanceUid: str) -> int:
    """The study's item, made where the scene has none of this Study Instance UID."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    uidName = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMUIDName()
    if studyInstanceUid:
        item = hierarchy.GetItemByUID(uidName, studyInstanceUid)
        if item:
            return item
    item = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), name)
    if studyInstanceUid:
        hierarchy.SetItemUID(item, uidName, studyInstanceUid)
    return item


def studyUidOf(scene: slicer.vtkMRMLScene, node: Any) -> str:
    """The Study Instance UID of the study that a node stands under; empty where it says none."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    constants = slicer.vtkMRMLSubjectHierarchyConstants
    item = hierarchy.GetItemByDataNode(node)
    study = hierarchy.GetItemAncestorAtLevel(item, constants.GetDICOMLevelStudy()) if item else 0
    return str(hierarchy.GetItemUID(study, constants.GetDICOMUIDName()) or "") if study else ""


def placeUnder(scene: slicer.vtkMRMLScene, node: Any, item: int) -> None:
    """Moves a node under an item (a study or a folder)."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    hierarchy.SetItemParent(_itemOf(hierarchy, node), item)


def placeBeside(scene: slicer.vtkMRMLScene, node: Any, volumeNode: Any) -> None:
    """Moves a node to where its volume stands, so that it is exported with the same study."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    parent = hierarchy.GetItemParent(_itemOf(hierarchy, volumeNode))
    hierarchy.SetItemParent(_itemOf(hierarchy, node), parent)


def _itemOf(hierarchy: Any, node: Any) -> int:
    # The hierarchy adds an item for each node by itself; headless, a hidden node has none yet.
    item = hierarchy.GetItemByDataNode(node)
    return item or hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)
