"""What a folder holds decides whether it can be read, and what "Run anyway" can do."""

import pytest

from SpineLib.errors import BadInput, WorkerEnded


def stack(identifier, plane, reason="", problem=""):
    against = problem or reason
    says = {"name": "m", "task": "compression", "applies": not against, "reason": against}
    return {"id": identifier, "plane": plane, "weighting": "T2", "region": "cervical",
            "slices": 19, "problem": problem, "models": [says]}  # fmt: skip


def study(*stacks, reason="", stacks_chosen=()):
    chosen = {"axial": {"stacks": list(stacks_chosen), "reason": reason}}
    return {"series": [{"description": "", "stacks": list(stacks)}], "chosen": chosen}


@pytest.fixture
def scanned(widget, worker, tmp_path):
    """Chooses a folder and has the worker answer what is in it."""

    def scan(*studies):
        widget.panel.input.choose(str(tmp_path))
        worker.answer({"studies": list(studies)})

    return scan


def test_a_folder_without_images_cannot_be_read_and_the_next_one_can(
    ui, widget, worker, scanned, tmp_path
):
    scanned()
    assert "no MR images" in ui.stackReasonLabel.text and not ui.readButton.enabled
    (tmp_path / "study").mkdir()
    widget.panel.input.choose(str(tmp_path / "study"))
    worker.answer({"studies": [study(stack("4", "axial"), stacks_chosen=["4"])]})
    assert ui.readButton.enabled


def test_a_folder_of_several_studies_cannot_be_read(ui, scanned):
    scanned(study(stack("4", "axial")), study(stack("5", "axial")))
    assert "2 studies" in ui.stackReasonLabel.text and not ui.readButton.enabled


def test_a_folder_whose_files_are_broken_cannot_be_read(ui, widget, worker, tmp_path):
    widget.panel.input.choose(str(tmp_path))
    worker.fail(BadInput("The file is cut off", advice="Copy it anew."))
    assert not ui.readButton.enabled


def test_where_only_the_worker_ended_the_folder_can_still_be_read(ui, widget, worker, tmp_path):
    widget.panel.input.choose(str(tmp_path))
    worker.fail(WorkerEnded("It ended"))
    assert ui.readButton.enabled


def test_a_path_that_leads_nowhere_cannot_be_read(ui, widget, tmp_path):
    ui.pathEdit.currentPath = str(tmp_path / "nowhere")
    widget.panel.input.scan()  # when nothing was typed for a moment
    assert "nothing at this path" in ui.stackReasonLabel.text and not ui.readButton.enabled
    ui.pathEdit.currentPath = str(tmp_path)
    assert ui.readButton.enabled


def test_a_volume_file_can_be_read(ui, widget, tmp_path):
    (tmp_path / "axial.nii.gz").touch()
    ui.pathEdit.currentPath = str(tmp_path / "axial.nii.gz")
    widget.panel.input.scan()
    assert ui.readButton.enabled


@pytest.mark.parametrize("force", [False, True])
def test_where_there_is_no_axial_stack_nothing_is_promised_of_run_anyway(ui, scanned, force):
    ui.forceBox.checked = force
    scanned(study(stack("3", "sagittal", "made for axial"), reason="the study has no axial stack"))
    for index in (0, 1):  # automatic, and the sagittal stack by name
        ui.stackBox.currentIndex = index
        assert ui.stackReasonLabel.text.startswith("Not assessed: ")
        assert "anyway" not in ui.stackReasonLabel.text


def test_where_a_stack_cannot_be_read_nothing_is_promised_of_run_anyway(ui, scanned):
    scanned(study(stack("4", "axial", problem="two slices at one place"), stacks_chosen=["4"]))
    ui.stackBox.currentIndex = 1
    assert ui.stackReasonLabel.text == "Not assessed: two slices at one place."


def test_an_axial_stack_of_another_region_can_be_run_anyway(ui, scanned):
    scanned(study(stack("4", "axial", "this stack is lumbar"), stacks_chosen=["4"]))
    assert '"Run anyway" reads it nevertheless' in ui.stackReasonLabel.text
    ui.forceBox.checked = True
    assert "it is read anyway and marked as forced" in ui.stackReasonLabel.text
