"""The fields that a path stands in: what is typed counts at once, and so does a field that is emptied."""

import pytest
import slicer

from SpineLib.volume import read_volume
from SpineSlicer.host.WorkerProcess import PYTHON_SETTING
from Testing.desktop import click
from Testing.SpineSegmentation.panels import open_section

pytestmark = pytest.mark.usefixtures("turns")


@pytest.mark.parametrize("name", ["labels.nii.gz", "labels.nii", "labels.nrrd"])
def test_a_label_map_can_be_exported_under_every_name_that_the_manual_gives(
    ui, segmented, lumbar, tmp_path, name
):
    open_section(ui.exportSection)
    ui.exportEdit.currentPath = str(tmp_path / name)
    click(ui.exportButton)
    assert read_volume(tmp_path / name).same_grid(lumbar.volumes["2"])


def test_without_a_path_nothing_can_be_exported(ui, segmented, tmp_path):
    open_section(ui.exportSection)
    ui.exportEdit.currentPath = str(tmp_path / "labels.nrrd")
    ui.exportEdit.currentPath = ""
    assert not ui.exportButton.enabled


def test_without_a_folder_nothing_can_be_segmented(open_panel, worker):
    ui = open_panel().ui
    ui.pathEdit.currentPath = "/data/study"
    ui.pathEdit.currentPath = ""
    assert not ui.segmentButton.enabled
    assert ui.stackReasonLabel.text.startswith("Choose a volume")


def test_an_emptied_python_is_slicers_own_again(panel):
    setup = panel.setup.ui
    setup.pythonEdit.currentPath = "/no/python"
    setup.pythonEdit.currentPath = ""
    assert not slicer.app.settings().contains(PYTHON_SETTING)
    assert "/no/python" not in setup.setupLabel.text


def test_an_emptied_folder_of_wheels_is_no_folder(panel):
    setup = panel.setup.ui
    setup.wheelsEdit.currentPath = "/no/wheels"
    setup.wheelsEdit.currentPath = ""
    assert panel.setup._installation.wheelFolder == ""
