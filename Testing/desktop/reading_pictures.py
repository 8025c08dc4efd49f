"""The picture of a reading study: the panel with its labels, beside the slice that is labelled.

    python -m Testing.desktop.reading_pictures docs/pictures

The study is simulated; the real worker adds it to a project and reads its slices.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from Testing.desktop.pictures import DARK, ROOT, _darken, _settle, _wait

CASE = {"kind": "thoracic", "seed": 3}
SLICE = 12
HEIGHT = 760


def main(folder: Path) -> None:
    """Writes ``panel-reading.png`` and ``panel-reading-dark.png``."""
    from SpineLib.projects.project import create
    from SpineLib.projects.studies import add
    from SpineLib.simulate import write_study
    from SpineSlicer.headless.app import HeadlessSlicer
    from Testing.desktop import click
    from Testing.desktop.application import Desktop

    assert DARK
    with tempfile.TemporaryDirectory() as temporary, Desktop(HeadlessSlicer()) as desktop:
        write_study(Path(temporary) / "study", **CASE)
        made = create(Path(temporary) / "project", title="Two readers", scheme="Bilsky")
        add(made, Path(temporary) / "study")
        # As wide as Slicer makes its panel for what the section holds.
        widget = desktop.open(
            "SpineCompression", ROOT / "SpineCompression", width=460, height=HEIGHT
        )
        section = widget.panel.readers
        section.ui.readingSectionButton.collapsed = False
        section.ui.projectEdit.currentPath = str(made.folder)
        section.ui.projectReaderEdit.text = "anna"
        _wait(desktop, lambda: section.ui.startReadingButton.isEnabled())
        click(section.ui.startReadingButton)
        _wait(desktop, lambda: section._isShown())
        for _ in range(SLICE):
            section.desk.label("0")
        section.ui.confidenceBox.value = 80
        _settle(desktop)
        folder.mkdir(parents=True, exist_ok=True)
        _save(desktop, folder / "panel-reading.png")
        _darken(desktop)
        _save(desktop, folder / "panel-reading-dark.png")
        widget.cleanup()


def _save(desktop, path: Path) -> None:
    """The panel on the left, the reading view on the right."""
    from PIL import Image

    desktop.window.grab().save(str(path))
    panel = Image.open(path).convert("RGB")
    view = Image.open(_view(desktop, path.with_suffix(".view.png"))).convert("RGB")
    path.with_suffix(".view.png").unlink()
    both = Image.new("RGB", (panel.width + view.width, panel.height), "black")
    both.paste(panel, (0, 0))
    both.paste(view, (panel.width, 0))
    both.save(path, optimize=True)


def _view(desktop, path: Path) -> Path:
    import vtk

    widget = desktop.app.layoutManager().sliceWidget("Red")
    view = widget.sliceView()
    window = view.renderWindow()
    window.SetSize(HEIGHT, HEIGHT)
    widget._view._view.fit_view_to_content()
    view.forceRender()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    writer = vtk.vtkPNGWriter()
    writer.SetInputConnection(grab.GetOutputPort())
    writer.SetFileName(str(path))
    writer.Write()
    return path


if __name__ == "__main__":
    main(Path(sys.argv[1]))
