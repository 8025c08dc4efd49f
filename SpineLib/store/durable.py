"""Files that are still there after a power cut: the bytes first, then the name."""

from __future__ import annotations

import os
from pathlib import Path


def move_durably(source: Path, target: Path) -> None:
    """Moves a file to its name, in the place of one that has it, and returns when both are on disk.

    Args:
        source: whole, on the same disk.
        target: its folders are made where they are missing.

    Raises:
        OSError: the operating system refuses; ``target`` is then what it was.
    """
    with source.open("rb+") as stream:
        os.fsync(stream.fileno())
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    for folder in (target.parent, *(folder.parent for folder in missing)):
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Returns when a folder's names are on the disk; Windows has no way to ask for it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
