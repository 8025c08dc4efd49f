"""One model folder: its card, its weights and their hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from SpineLib.errors import BadModel, from_os_error
from SpineLib.models.card import CARD_NAME, WEIGHTS_NAME, Card, read_card
from SpineLib.store.files import writing, writing_folder


@dataclass(frozen=True)
class ModelFolder:
    """A model on the disk whose card was checked; `verify` checks the weights.

    Attributes:
        path: the folder.
        card: its card.
        bundled: it came with the program and cannot be removed.
    """

    path: Path
    card: Card
    bundled: bool = False

    @property
    def weights(self) -> Path:
        """The file of the weights."""
        return self.path / self.card.weights_file

    def verify(self) -> None:
        """Checks that the weights are there and are the ones that the card names.

        Raises:
            BadModel: they are missing, or their SHA-256 is another one.
        """
        advice = "Import the model again from where you got it."
        if not self.weights.is_file():
            raise BadModel("The model's weights are missing", file=self.weights, advice=advice)
        digest = sha256(self.weights)
        if digest != self.card.weights_sha256:
            raise BadModel(
                f"The model's weights are not the ones that its card names: SHA-256 "
                f"{digest[:12]}… instead of {self.card.weights_sha256[:12]}…",
                file=self.weights,
                advice=advice,
            )


def open_folder(path: str | Path, *, bundled: bool = False) -> ModelFolder:
    """Opens a model folder; the weights are verified when they are loaded.

    Raises:
        BadModel: no card, a card that is not valid, or weights that are not safetensors.
    """
    path = Path(path)
    card = read_card(path / CARD_NAME)
    if not card.weights_file.endswith(".safetensors"):
        raise BadModel(
            f"The weights {card.weights_file} are not safetensors, and no other kind is loaded",
            file=path,
            advice="Import the model, which converts them once.",
            command="spine models import FOLDER",
        )
    return ModelFolder(path, card, bundled)


def write_model(folder: str | Path, card: Card, tensors: dict[str, Any]) -> ModelFolder:
    """Writes ``model.json`` and ``weights.safetensors`` (fp16), whole or not at all.

    Args:
        folder: the model's folder.
        card: its card; the weights' name and SHA-256 are filled in.
        tensors: name → torch tensor; floating-point ones are stored as fp16.
    """
    from safetensors.torch import save

    small = {
        name: (t.half() if t.is_floating_point() else t).detach().cpu().clone().contiguous()
        for name, t in tensors.items()
    }
    folder = Path(folder)
    with writing_folder(folder) as temporary:
        (temporary / WEIGHTS_NAME).write_bytes(save(small))
        digest = sha256(temporary / WEIGHTS_NAME)
        card = replace(card, weights_file=WEIGHTS_NAME, weights_sha256=digest)
        _write_card(temporary / CARD_NAME, card)
    return open_folder(folder)


def replace_card(model: ModelFolder, card: Card) -> ModelFolder:
    """Writes another card into a model's folder; the weights stay as they are.

    Args:
        model: whose folder is written to.
        card: names the same weights.

    Raises:
        BadModel: the card is not valid, or names other weights.
        OutputError: the folder cannot be written to.
    """
    if card.weights_sha256 != model.card.weights_sha256:
        raise BadModel("The card is of other weights", file=model.path)
    with writing(model.path / CARD_NAME) as temporary:
        _write_card(temporary, card)
    return open_folder(model.path, bundled=model.bundled)


def _write_card(path: Path, card: Card) -> None:
    text = json.dumps(card.to_dict(), indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    read_card(path)


def sha256(path: str | Path) -> str:
    """SHA-256 of a file, lower-case hexadecimal."""
    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as stream:
            for block in iter(lambda: stream.read(1 << 20), b""):
                digest.update(block)
    except OSError as error:
        raise from_os_error(error, path) from error
    return digest.hexdigest()
