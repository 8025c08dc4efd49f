"""Checkpoints: written whole or not at all, read as tensors and plain values only."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import torch

from SpineLib.errors import BadInput
from SpineLib.store.files import writing


def save_checkpoint(path: Path, values: dict[str, Any]) -> None:
    """Writes tensors and plain values; what was there stays until all is written.

    Raises:
        OutputError: the disk is full; the older checkpoint is untouched.
    """
    # Through the memory: torch's own writer does not say why a disk refused.
    buffer = io.BytesIO()
    torch.save(values, buffer)
    with writing(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Reads a checkpoint to the CPU, tensors and plain values only.

    Raises:
        BadInput: it is missing, damaged, or holds anything else.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise BadInput("There is no checkpoint", file=path) from error
    except (RuntimeError, pickle.UnpicklingError, EOFError, ValueError) as error:
        raise BadInput(
            "The checkpoint is damaged or not one of ours",
            file=path,
            advice="Start the run anew in another folder.",
        ) from error
