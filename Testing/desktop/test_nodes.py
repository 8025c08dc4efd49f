"""What Slicer's scene does with nodes, and a module's own must live with (slicer-core's own code)."""

import numpy as np
import pytest
import slicer


def addVolume(name):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.util.updateVolumeFromArray(node, np.zeros((2, 2, 2), np.int16))
    node.SetAttribute("SpineMRI.Kind", "volume")
    return node


def test_a_nodes_id_is_used_again_by_the_next_scene(desktop):
    before = addVolume("one patient").GetID()
    desktop.scene.Clear(False)
    assert addVolume("another patient").GetID() == before


@pytest.mark.parametrize("make", ["volume", "segmentation"])
def test_a_clone_has_all_attributes_of_its_original(desktop, make):
    node = addVolume("mine")
    if make == "segmentation":
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "mine")
        node.SetAttribute("SpineMRI.Kind", "volume")
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(desktop.scene)
    item = tree.CreateItem(tree.GetSceneItemID(), node)
    # What the Data module's menu calls.
    slicer.vtkSlicerSubjectHierarchyModuleLogic.CloneSubjectHierarchyItem(tree, item, "clone")
    clone = slicer.util.getNode("clone")
    assert clone is not node and clone.GetAttribute("SpineMRI.Kind") == "volume"


def test_a_node_does_not_follow_the_transform_of_the_volume_that_it_refers_to(desktop):
    volume = addVolume("mine")
    model = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLModelNode", "ring")
    model.SetNodeReferenceID("SpineMRI.Volume", volume.GetID())
    moved = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "registration")
    volume.SetAndObserveTransformNodeID(moved.GetID())
    assert volume.GetParentTransformNode() is moved and model.GetParentTransformNode() is None
