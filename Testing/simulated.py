"""Simulated studies that several tests read, made once for all processes of a run."""

import os
from pathlib import Path

import pytest
from filelock import FileLock

from SpineLib.simulate import write_study


def simulated_once(factory: pytest.TempPathFactory, kind: str, seed: int, **how: object) -> Path:
    """The folder of a study with companions; tests change nothing in it.

    Args:
        factory: pytest's.
        kind, seed: with them the study is the same wherever it is asked for.
        **how: what else `write_study` takes; the same for all that share kind and seed.
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / f"{kind}-{seed}"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            write_study(folder, kind, seed=seed, companions=True, **how)
    return folder


def siemens_like(factory: pytest.TempPathFactory) -> Path:
    """A lumbar study with everything beside it, and a vendor's private headers."""
    return simulated_once(factory, "lumbar", 4, vendor="siemens-like", scanner={"pixel": 2})
