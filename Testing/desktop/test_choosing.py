"""How Slicer's selectors and path lines report: what a panel that listens to them has to live with."""

import pytest
import slicer

from SpineSlicer.headless.scene import save_scene
from Testing.desktop import widgets


@pytest.fixture
def selector(desktop):
    one = widgets.qMRMLNodeComboBox()
    one.nodeTypes, one.noneEnabled = ["vtkMRMLScalarVolumeNode"], True
    one.setMRMLScene(desktop.scene)
    yield one
    one.setMRMLScene(None)


def volume(name):
    return slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)


@pytest.fixture
def path(desktop):
    return widgets.ctkPathLineEdit()


def test_a_path_line_does_not_report_that_it_was_emptied(path):
    heard = []
    path.connect("currentPathChanged(QString)", heard.append)
    path.currentPath = "/data"
    path.currentPath = ""
    assert heard == ["/data"] and path.currentPath == ""


def test_a_path_line_does_not_report_a_name_with_two_suffixes(path):
    heard = []
    path.connect("currentPathChanged(QString)", heard.append)
    path.nameFilters = ["Label maps (*.nii.gz *.nii *.nrrd)"]
    for name in ("a.nii.gz", "a.nii", "a.png", "a.nrrd"):
        path.currentPath = name
    assert heard == ["a.nii", "a.nrrd"]


def test_a_path_lines_own_box_reports_every_text(path):
    heard = []
    path.nameFilters = ["Label maps (*.nii.gz *.nii)"]
    path.comboBox().connect("editTextChanged(QString)", heard.append)
    for name in ("a.nii.gz", ""):
        path.currentPath = name
    assert heard == ["a.nii.gz", ""]


def test_a_selector_lets_go_of_its_node_when_a_scene_is_added(app, selector, tmp_path):
    volume("another patient")
    save_scene(app, tmp_path / "scene.mrb")
    app.scene.Clear(False)
    selector.setCurrentNode(volume("mine"))
    heard = []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", heard.append)
    assert app.scene.ReadFromMRB(str(tmp_path / "scene.mrb"), False)
    assert heard == [None] and selector.currentNode() is None and selector.nodeCount() == 2


def test_a_selector_goes_to_a_neighbour_of_a_node_that_is_deleted(desktop, selector):
    mine, other = volume("mine"), volume("another patient")
    selector.setCurrentNode(mine)
    desktop.scene.RemoveNode(mine)
    assert selector.currentNode() is other


def test_a_slot_is_called_in_the_order_of_connection(desktop, selector):
    heard = []
    for name in ("first", "second"):
        selector.connect(
            "currentNodeChanged(vtkMRMLNode*)", lambda node, name=name: heard.append(name)
        )
    selector.setCurrentNode(volume("mine"))
    assert heard == ["first", "second"]
