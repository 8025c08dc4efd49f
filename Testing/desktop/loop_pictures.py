"""Pictures of the correction loop's panel, made by the real worker on a simulated data set.

    python -m Testing.desktop.loop_pictures docs/pictures

It takes some minutes: the starter model segments each case several times, to say how sure it is,
and a few steps of fine-tuning follow, so that every button of the loop was pressed once.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from Testing.desktop import click
from Testing.desktop.pictures import ROOT, _darken, _settle, _wait

SOURCE = "simulated:lumbar-degenerative:standard:3"
FEW_STEPS = {"training.steps": 8, "training.validate_every": 4, "optimiser.warmup": 0}


def main(folder: Path) -> None:
    """Writes ``panel-loop.png``, ``panel-loop-learn.png``, and each with ``-dark``."""
    from SpineSlicer.headless.app import HeadlessSlicer
    from Testing.desktop.application import Desktop
    from Testing.desktop.segmentEditor import qMRMLSegmentEditorWidget
    from Testing.desktop.widgets import CLASSES

    CLASSES.setdefault("qMRMLSegmentEditorWidget", qMRMLSegmentEditorWidget)
    with tempfile.TemporaryDirectory() as temporary, Desktop(HeadlessSlicer()) as desktop:
        widget = desktop.open("SpineSegmentation", ROOT / "SpineSegmentation", height=1500)
        panel, ui = widget.panel, widget.panel.loop.ui
        panel.ui.studyButton.collapsed = panel.ui.structuresButton.collapsed = True
        for name in ("loopSection", "dataSetSection", "queueSection", "caseSection"):
            getattr(ui, name).collapsed = False
        ui.readerEdit.text = "Anna"
        ui.dataSetEdit.currentPath = str(Path(temporary) / "lumbar")
        ui.titleEdit.text = "Lumbar, scanner 3"
        click(ui.createButton)
        ui.imagesEdit.currentPath = SOURCE
        ui.imagesOnlyBox.checked = True
        _run(desktop, ui.addButton)
        ui.shareBox.value = 34
        click(ui.freezeButton)
        _run(desktop, ui.scoreButton)
        click(ui.openButton)
        _wait(desktop, lambda: panel.loop.case.work is not None)
        click(ui.editButton)
        click(ui.structureButton)
        _settle(desktop)
        folder.mkdir(parents=True, exist_ok=True)
        _picture(desktop, ui, folder / "panel-loop")
        _learn(desktop, panel.loop)
        ui.caseSection.collapsed = ui.dataSetSection.collapsed = True
        _picture(desktop, ui, folder / "panel-loop-learn")
        click(ui.backButton)
        assert panel.loop.data.data.dataset.current.id == "0001-starter-segmentation"
        widget.cleanup()


def _learn(desktop, loop) -> None:
    """Accepts every case, then fine-tunes, compares and promotes, by the panel's own buttons."""
    ui = loop.ui
    while loop.case.work is not None:
        case = loop.case.work.case.id
        click(ui.acceptButton)
        _wait(desktop, lambda: not loop.case.busy)
        if ui.anywayButton.visible:
            click(ui.anywayButton)
        _wait(desktop, lambda left=case: loop.case.work is None or loop.case.work.case.id != left)
    ui.learnSection.collapsed = False
    worker = loop.learn._worker
    ask = worker.request
    worker.request = lambda name, arguments, **calls: ask(
        name, {**arguments, "changes": FEW_STEPS} if name == "loop-finetune" else arguments, **calls
    )
    _run(desktop, ui.tuneButton)
    _run(desktop, ui.compareButton)
    if ui.reasonEdit.visible:
        ui.reasonEdit.text = "A trial of a few steps"
    click(ui.promoteButton)
    _wait(desktop, lambda: not loop.learn.busy, seconds=3600.0)
    click(ui.curveButton)
    _wait(desktop, lambda: not loop.learn.busy, seconds=3600.0)


def _picture(desktop, ui, path: Path) -> None:
    """Light and dark, as wide as the panel is."""
    named = ui.dataSetEdit.currentPath, ui.imagesEdit.currentPath
    for edit, text in ((ui.dataSetEdit, "/data/lumbar"), (ui.imagesEdit, "")):
        edit.comboBox().blockSignals(True)  # the temporary folder's name says nothing
        edit.currentPath = text
    light = desktop.application.palette()
    inside = desktop.window.widget()
    _settle(desktop)
    inside.grab().save(f"{path}.png")
    _darken(desktop)
    inside.grab().save(f"{path}-dark.png")
    desktop.application.setPalette(light)
    for edit, text in zip((ui.dataSetEdit, ui.imagesEdit), named, strict=True):
        edit.currentPath = text
        edit.comboBox().blockSignals(False)


def _run(desktop, button) -> None:
    """Presses a button that says Cancel while the worker works, and waits for it."""
    text = button.text
    click(button)
    _wait(desktop, lambda: button.text == text, seconds=3600.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
