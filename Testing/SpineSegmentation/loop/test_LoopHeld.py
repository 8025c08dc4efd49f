"""The loop's data set: its path lines emptied, and Slicer's Python without what locks it."""

import sys

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


def test_without_filelock_a_data_set_is_only_looked_at_and_setup_is_named(
    loop, ui, folder, monkeypatch
):
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "filelock", None)
        ui.dataSetEdit.currentPath = str(folder)
        assert loop.data.data.readOnly and not ui.freezeButton.enabled
        assert "filelock is not installed" in ui.dataSetLabel.text
        assert "Setup" in ui.dataSetLabel.text
    click(ui.reloadButton)  # it was installed meanwhile
    assert not loop.data.data.readOnly


def test_without_filelock_a_new_data_set_says_what_it_takes_to_fill_it(
    loop, ui, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "filelock", None)
    ui.dataSetEdit.currentPath = str(tmp_path / "new")
    ui.titleEdit.text = "Lumbar"
    click(ui.createButton)
    assert "filelock" in ui.dataSetLabel.text and "Setup" in ui.dataSetLabel.text
    assert not ui.addButton.enabled
