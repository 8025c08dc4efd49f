"""Pictures of the panels, made by the real worker reading a simulated study by clicks.

    python -m Testing.desktop.pictures docs/pictures

Nothing in them is made up: what they show is what the bundled models said of that study.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from Testing.desktop import click

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
LUMBAR = ["--region", "lumbar", "--companions", "--seed", "7"]
CASE = ["--region", "cervical", "--disease", "degenerative", "--seed", "7"]
DARK = {"Window": "#2D2D30", "WindowText": "#E6E6E6", "Base": "#1E1E1E", "AlternateBase": "#262629",
        "Text": "#E6E6E6",
        "Button": "#3C3C40", "ButtonText": "#E6E6E6", "Highlight": "#2A6CB0"}  # fmt: skip


def main(folder: Path) -> None:
    """Writes ``panel-compression.png``, ``panel-compression-dark.png``, ``panel-segmentation.png``."""
    from SpineSlicer.headless.app import HeadlessSlicer
    from Testing.desktop.application import Desktop

    with tempfile.TemporaryDirectory() as temporary, Desktop(HeadlessSlicer()) as desktop:
        study = Path(temporary) / "study"
        _simulate(study, CASE)
        widget = desktop.open("SpineCompression", ROOT / "SpineCompression", height=1500)
        widget.panel.input.choose(str(study))
        _wait(desktop, lambda: widget.ui.stackBox.isEnabled())
        click(widget.ui.readButton)
        _wait(desktop, lambda: not widget.ui.progressBar.isVisible())
        _settle(desktop)
        widget.ui.pathEdit.comboBox().blockSignals(True)
        widget.ui.pathEdit.setCurrentPath("/data/study")  # the temporary name says nothing
        _settle(desktop)
        folder.mkdir(parents=True, exist_ok=True)
        desktop.window.grab().save(str(folder / "panel-compression.png"))
        plain = desktop.application.palette()
        _darken(desktop)
        desktop.window.grab().save(str(folder / "panel-compression-dark.png"))
        widget.cleanup()
        desktop.application.setPalette(plain)
        desktop.scene.Clear(False)
        _simulate(Path(temporary) / "lumbar", LUMBAR)
        segmentation(desktop, Path(temporary) / "lumbar", folder)


def segmentation(desktop, study: Path, folder: Path) -> None:
    """Writes ``panel-segmentation.png``: a lumbar study, segmented by clicks."""
    widget = desktop.open("SpineSegmentation", ROOT / "SpineSegmentation", height=1180)
    ui = widget.panel.ui
    widget.panel.input.choose(str(study))
    _wait(desktop, lambda: ui.stackBox.isEnabled())
    click(ui.segmentButton)
    _wait(desktop, lambda: not ui.progressBar.isVisible(), 900.0)
    _wait(desktop, lambda: bool(widget.panel.structures.measures))
    for _ in range(10):
        _settle(desktop)
    ui.pathEdit.comboBox().blockSignals(True)
    ui.pathEdit.setCurrentPath("/data/study")
    folder.mkdir(parents=True, exist_ok=True)
    desktop.window.grab().save(str(folder / "panel-segmentation.png"))
    widget.cleanup()


def _simulate(study: Path, case: list[str]) -> None:
    from SpineLib.doors.cli import main as command

    sys.argv = ["spine", "simulate", *case, str(study)]
    command()


def _wait(desktop, done, seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("The worker did not answer in time")
        desktop.application.processEvents()
        time.sleep(0.02)


def _settle(desktop) -> None:
    for _ in range(20):  # labels that wrap need several rounds to find their heights
        desktop.application.processEvents()
        time.sleep(0.01)


def _darken(desktop) -> None:
    from PySide6 import QtGui

    palette = QtGui.QPalette()
    for role, color in DARK.items():
        palette.setColor(getattr(QtGui.QPalette.ColorRole, role), QtGui.QColor(color))
    for role in ("WindowText", "Text", "ButtonText"):
        off = QtGui.QPalette.ColorGroup.Disabled
        palette.setColor(off, getattr(QtGui.QPalette.ColorRole, role), QtGui.QColor("#7A7A7E"))
    desktop.application.setPalette(palette)
    _settle(desktop)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
