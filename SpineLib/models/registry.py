"""The models at hand: those that came with the program, and the person's own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from SpineLib.errors import BadModel, SpineError, from_os_error
from SpineLib.models.card import CARD_NAME
from SpineLib.models.folder import ModelFolder, open_folder
from SpineLib.store.files import resources

BUNDLED_FOLDER = resources() / "Models"
# Of bundled models of one task these go first, so that they read where nobody names another one;
# docs/segmentation.md says why.
_FIRST = ("starter-segmentation",)


def user_folder() -> Path:
    """Where the person's own models are kept.

    ``SPINE_MODELS`` if it is set, else the platform's place for a user's data: ``XDG_DATA_HOME``
    (freedesktop.org base directory specification), ``~/Library/Application Support`` or
    ``LOCALAPPDATA``.
    """
    if os.environ.get("SPINE_MODELS"):
        return Path(os.environ["SPINE_MODELS"])
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "SlicerSpineMRI" / "models"


def find_models(task: str | None = None) -> list[ModelFolder]:
    """Every usable model: the bundled ones first, of these the ones in ``_FIRST``, then by name.

    The first of a task is the one that reads where nobody names another.

    Args:
        task: only models of this task.

    Raises:
        BadModel: there is none for ``task``, so that the installation is not whole.
    """
    models = [m for m in _all() if isinstance(m, ModelFolder) and task in (None, m.card.task)]
    if task is not None and not models:
        raise BadModel(
            f"There is no model for {task}",
            file=BUNDLED_FOLDER,
            advice="Install SlicerSpineMRI again, or import a model.",
            command="spine models import PATH",
        )
    return models


def broken_models() -> list[SpineError]:
    """Why each model folder that cannot be opened cannot be."""
    return [m for m in _all() if isinstance(m, SpineError)]


def open_model(name_or_path: str | Path) -> ModelFolder:
    """Opens a model by its name, or by its folder.

    Raises:
        BadModel: there is none of this name, or its card is not valid.
    """
    for folder, bundled in _folders():
        if folder.name == str(name_or_path):
            return open_folder(folder, bundled=bundled)
    if Path(name_or_path).is_dir():
        return open_folder(name_or_path)
    names = ", ".join(folder.name for folder, _ in _folders())
    raise BadModel(
        f"There is no model called {name_or_path}",
        advice=f"There are: {names or 'none'}. Another one must be imported first.",
        command="spine models import PATH",
    )


def remove(name: str) -> None:
    """Removes one of the person's own models.

    Raises:
        BadModel: there is none of this name, or it came with the program.
    """
    for folder, bundled in _folders():
        if folder.name != name:
            continue
        if bundled:
            raise BadModel(
                f"{name} came with the program and cannot be removed",
                file=folder,
                advice="Choose another model if you do not want this one.",
                command="--model NAME",
            )
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise from_os_error(error, folder) from error
        return
    names = ", ".join(folder.name for folder, bundled in _folders() if not bundled)
    raise BadModel(f"There is no model called {name}", advice=f"Yours are: {names or 'none'}.")


def _folders() -> list[tuple[Path, bool]]:
    return [
        (card.parent, base == BUNDLED_FOLDER)
        for base in (BUNDLED_FOLDER, user_folder())
        for card in sorted(
            base.glob(f"[!.]*/{CARD_NAME}"),
            key=lambda card: (card.parent.name not in _FIRST, card.parent.name),
        )
    ]


def _all() -> list[ModelFolder | SpineError]:
    models: list[ModelFolder | SpineError] = []
    for folder, bundled in _folders():
        try:
            models.append(open_folder(folder, bundled=bundled))
        except SpineError as error:
            models.append(error)
    return models
