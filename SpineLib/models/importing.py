"""Taking in a model from a folder or a zip archive; foreign checkpoints become safetensors."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from SpineLib.errors import BadModel, SpineError, from_os_error
from SpineLib.models import registry
from SpineLib.models.card import CARD_NAME, read_card
from SpineLib.models.folder import ModelFolder, open_folder, write_model
from SpineLib.store.files import temporary_folder, writing_folder

MAXIMUM_BYTES = 4 << 30


def import_model(path: str | Path) -> ModelFolder:
    """Copies a model into the person's own folder, checked.

    A PyTorch checkpoint (``.pt``, ``.pth``, ``.ckpt``) that a card names is read once, tensors
    only (``weights_only=True``), and stored as safetensors; nothing in it is ever executed.

    Args:
        path: a folder or zip archive with ``model.json`` and the weights that it names, at its
            top or in its only subfolder. Nothing else is taken in.

    Returns:
        The imported model.

    Raises:
        BadModel: no card, a card that is not valid, weights that are missing or have another
            SHA-256, an unsafe archive, or a name that is already taken.
    """
    path = Path(path)
    if not path.exists():
        raise BadModel("There is no such folder or archive", file=path)
    if path.is_dir():
        return _install(_card_folder(path, path))
    temporary = temporary_folder("import")
    try:
        _unpack(path, temporary)
        return _install(_card_folder(temporary, path))
    except SpineError as error:
        if error.file:
            error.file = error.file.replace(str(temporary), str(path))
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _install(source: Path) -> ModelFolder:
    model = ModelFolder(source, read_card(source / CARD_NAME))
    name = model.card.name
    if (registry.BUNDLED_FOLDER / name).exists():
        raise BadModel(
            f"A model called {name} came with the program",
            file=source,
            advice="Give yours another name in its model.json.",
        )
    target = registry.user_folder() / name
    if target.exists():
        raise BadModel(
            f"There already is a model called {name}",
            file=target,
            advice="Remove it first.",
            command=f"spine models remove {name}",
        )
    model.verify()
    if not model.card.weights_file.endswith(".safetensors"):
        return write_model(target, model.card, read_checkpoint(model.weights))
    try:
        with writing_folder(target) as folder:
            shutil.copyfile(model.weights, folder / model.card.weights_file)
            shutil.copyfile(source / CARD_NAME, folder / CARD_NAME)
    except OSError as error:
        raise from_os_error(error, target) from error
    return open_folder(target)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The tensors of a PyTorch checkpoint, by name; code in it is refused, never run.

    A state dictionary under ``state_dict`` or ``model`` is found, and the prefix ``module.`` that
    DataParallel leaves is taken off.

    Raises:
        BadModel: it holds anything but tensors and plain containers, or no tensors.
    """
    import pickle

    import torch

    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise BadModel(
            "The checkpoint cannot be read as tensors only",
            file=path,
            advice="It may hold code, which is never run; save its state_dict and try again.",
        ) from error
    for key in ("state_dict", "model"):
        if isinstance(held, dict) and isinstance(held.get(key), dict):
            held = held[key]
    if not isinstance(held, dict) or not all(isinstance(t, torch.Tensor) for t in held.values()):
        raise BadModel("The checkpoint is not a state dictionary", file=path)
    return {name.removeprefix("module."): tensor for name, tensor in held.items()}


def _card_folder(source: Path, named: Path) -> Path:
    folders = [source] if (source / CARD_NAME).is_file() else []
    folders = folders or [card.parent for card in sorted(source.glob(f"*/{CARD_NAME}"))]
    if len(folders) != 1:
        count = "no" if not folders else f"{len(folders)}"
        raise BadModel(
            f"A model to import holds one {CARD_NAME}; this holds {count}",
            file=named,
            advice="Choose the folder that holds model.json and its weights.",
        )
    return folders[0]


def _unpack(path: Path, folder: Path) -> None:
    if not zipfile.is_zipfile(path):
        raise BadModel("This is neither a folder nor a zip archive", file=path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            for member in members:
                _refuse_unsafe(member, path)
            if sum(m.file_size for m in members) > MAXIMUM_BYTES:
                raise BadModel("The archive is too large for a model", file=path)
            for member in members:
                target = folder / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as held, target.open("wb") as out:
                    shutil.copyfileobj(held, out)
    except SpineError:
        raise
    except OSError as error:
        raise from_os_error(error, folder) from error
    except Exception as error:  # zipfile lets out whatever it meets in damaged archives
        raise BadModel("The archive is damaged or encrypted", file=path) from error


def _refuse_unsafe(member: zipfile.ZipInfo, path: Path) -> None:
    name = member.filename.replace("\\", "/")
    parts = PurePosixPath(name).parts
    link = stat.S_ISLNK(member.external_attr >> 16)
    if name.startswith("/") or ".." in parts or ":" in name or link:
        raise BadModel(
            "The archive holds a path that leads out of it, so nothing was imported",
            file=path,
            advice="Get the archive from a source that you trust.",
        )
