"""The loop's two path lines, when they are emptied."""

from SpineSegmentationLib.LoopDataSet import LoopDataSet


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
