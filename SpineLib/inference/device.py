"""Where networks run."""

from __future__ import annotations

import torch

from SpineLib.errors import BadInput

NAMES = ("auto", "cpu", "cuda", "mps")


def choose(name: str = "auto") -> torch.device:
    """The device of this name; ``auto`` takes CUDA, then Apple's MPS, then the CPU.

    Args:
        name: one of `NAMES`.

    Raises:
        BadInput: an unknown name, or a device that this machine does not have.
    """
    if name not in NAMES:
        raise BadInput(f"{name} is not a device", advice=f"Choose one of {', '.join(NAMES)}.")
    here = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        name = next(device for device, present in here.items() if present)
    if not here[name]:
        raise BadInput(
            f"This machine, or its PyTorch, has no {name.upper()} device",
            advice="Choose auto or cpu.",
            command="--device auto or --device cpu",
        )
    return torch.device(name)
