"""The loop's data set: its path lines emptied, and what holds it in Slicer's own Python."""

import pytest
from SpineSegmentationLib.LoopDataSet import LoopDataSet

from Testing.SpineSegmentation.loop.story import click


def test_a_data_set_whose_folder_is_emptied_is_closed_and_the_next_reader_may_come(
    loop, ui, folder
):
    ui.dataSetEdit.currentPath = str(folder)
    assert loop.data.data is not None
    ui.dataSetEdit.currentPath = ""
    assert loop.data.data is None and not ui.fillFrame.visible
    other = LoopDataSet(folder)
    assert not other.readOnly
    other.close()


def test_images_are_added_only_where_some_are_named(loop, ui, folder):
    ui.dataSetEdit.currentPath = str(folder)
    ui.imagesEdit.currentPath = str(folder)
    assert ui.addButton.enabled
    ui.imagesEdit.currentPath = ""
    assert not ui.addButton.enabled


def test_a_data_set_is_held_and_filled_with_no_more_than_slicers_own_python_has(
    loop, ui, folder, tmp_path
):
    with pytest.raises(ModuleNotFoundError):
        import filelock  # noqa: F401  as in Slicer
    ui.dataSetEdit.currentPath = str(folder)
    assert not loop.data.data.readOnly
    ui.dataSetEdit.currentPath = str(tmp_path / "new")
    ui.titleEdit.text = "Lumbar"
    click(ui.createButton)
    assert not loop.data.data.readOnly
    ui.imagesEdit.currentPath = str(folder)
    assert ui.addButton.enabled
