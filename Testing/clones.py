"""A reader's copy of a node, made as Slicer's Data module makes it."""

import slicer


def clone(node):
    """Clones a node with Slicer's own logic: all attributes, no reference to another node."""
    scene = node.GetScene()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item = hierarchy.GetItemByDataNode(node)
    item = item or hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)
    slicer.vtkSlicerSubjectHierarchyModuleLogic.CloneSubjectHierarchyItem(hierarchy, item)
    # Without the application nobody adds the clone's own item to the hierarchy.
    made = scene.GetNodesByClassByName(node.GetClassName(), f"{node.GetName()} Copy")
    return made.GetItemAsObject(made.GetNumberOfItems() - 1)
