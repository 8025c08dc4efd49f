"""The fields of Spine Compression that a path stands in, when they are emptied."""


def test_without_a_folder_nothing_can_be_read(ui, tmp_path):
    ui.pathEdit.currentPath = str(tmp_path)
    ui.pathEdit.currentPath = ""
    assert not ui.readButton.enabled
    assert ui.stackReasonLabel.text.startswith("Choose a volume")


def test_a_reading_project_whose_folder_is_emptied_is_closed(widget, worker, make_project):
    folder = make_project().folder
    choice = widget.panel.readers.choice
    widget.panel.readers.ui.projectEdit.currentPath = str(folder)
    assert choice.project is not None
    widget.panel.readers.ui.projectEdit.currentPath = ""
    assert choice.project is None and not widget.panel.readers.ui.projectLabel.isVisible()
