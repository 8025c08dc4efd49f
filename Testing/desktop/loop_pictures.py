"""Pictures of the correction loop's panel, made by the real worker on a simulated data set.

    python -m Testing.desktop.loop_pictures docs/pictures

It takes some minutes: the starter model segments each case several times, to say how sure it is.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from Testing.desktop import click
from Testing.desktop.pictures import ROOT, _darken, _settle, _wait

SOURCE = "simulated:lumbar-degenerative:standard:2"


def main(folder: Path) -> None:
    """Writes ``panel-loop.png`` and ``panel-loop-dark.png``."""
    from SpineHeadless.app import HeadlessSlicer
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
        ui.shareBox.value = 50
        click(ui.freezeButton)
        _run(desktop, ui.scoreButton)
        click(ui.openButton)
        click(ui.editButton)
        click(ui.structureButton)
        _settle(desktop)
        ui.dataSetEdit.blockSignals(True)
        ui.dataSetEdit.currentPath = "/data/lumbar"  # the temporary folder's name says nothing
        ui.imagesEdit.currentPath = ""
        folder.mkdir(parents=True, exist_ok=True)
        inside = desktop.window.widget()
        inside.grab().save(str(folder / "panel-loop.png"))
        _darken(desktop)
        inside.grab().save(str(folder / "panel-loop-dark.png"))
        widget.cleanup()


def _run(desktop, button) -> None:
    """Presses a button that says Cancel while the worker works, and waits for it."""
    text = button.text
    click(button)
    _wait(desktop, lambda: button.text == text, seconds=3600.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
