"""Scenes as Slicer's data bundles (.mrb)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from SpineLib.errors import BadInput, OutputError
from SpineLib.store.files import writing
from SpineSlicer.headless.app import HeadlessSlicer
from SpineSlicer.scene.SceneKeeper import SceneKeeper


def save_scene(app: HeadlessSlicer, path: str | Path) -> None:
    """Writes the scene as Slicer does it: a zip of one folder with the .mrml and ``Data/``.

    Raises:
        OutputError: the bundle could not be written.
    """
    path = Path(path).resolve()
    with (
        writing(path) as temporary,
        TemporaryDirectory(dir=temporary.parent) as folder,
        _working_directory_kept(),
    ):
        # The bundle's inner folder and .mrml take the file's name: it must be the final one.
        bundle = Path(folder) / path.name
        if not app.scene.WriteToMRB(str(bundle)):
            raise OutputError(
                "The scene could not be written",
                file=path,
                advice="Check the free space of the disk and of the temporary folder.",
            )
        bundle.replace(temporary)


def load_scene(app: HeadlessSlicer, path: str | Path) -> None:
    """Reads a bundle into the app's scene, which is cleared first.

    Raises:
        BadInput: there is no such file, or it is no bundle.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInput("There is no such file", file=path)
    with _working_directory_kept():
        read = app.scene.ReadFromMRB(str(path.resolve()), True)
    if not read:
        raise BadInput("The file is not a Slicer scene bundle, or it is damaged", file=path)
    SceneKeeper(app.scene).stop()


@contextmanager
def _working_directory_kept() -> Iterator[None]:
    """Slicer packs bundles from inside of a temporary folder, and leaves the process there."""
    before = Path.cwd()
    try:
        yield
    finally:
        os.chdir(before)
