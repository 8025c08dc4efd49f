"""What a kind of input is: how one is made, given to the library, and read by somebody else."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from SpineLib.errors import SpineError

T = TypeVar("T")


class Kind:
    """Inputs of one kind.

    Args:
        corpus: the folder that `Testing.fuzz.corpus.make_corpus` wrote.

    Attributes:
        name: of the kind.
        memory: bytes that reading one may take beside what the input claims.
        seconds: of computing that one may take.
        has_other_reader: `differs` asks one.
        index: number of the input at work.
    """

    name = ""
    memory = 64 << 20
    seconds = 2.0
    has_other_reader = False
    index = 0

    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus

    def make(self, rng: random.Random, folder: Path) -> Path:
        """Writes an input into an empty folder."""
        raise NotImplementedError

    def run(self, path: Path, rng: random.Random) -> Any:
        """Gives the input to the library; a `SpineError` is an answer too."""
        raise NotImplementedError

    def claimed(self, path: Path) -> int:
        """Bytes that the input, as far as the file can hold them, claims to be."""
        files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
        return sum(file.stat().st_size for file in files)

    def differs(self, path: Path, answer: Any) -> str:
        """How another reader's answer differs; empty where it does not or there is none."""
        return ""

    def refusing(self, call: Callable[[], T]) -> T | None:
        """What a call gives, or None where it refuses in the project's own way."""
        try:
            return call()
        except SpineError:
            return None


def every_kind() -> dict[str, type[Kind]]:
    """Name → kind; ``faults`` checks the harness itself."""
    from Testing.fuzz import (
        dicom_kinds,
        document_kinds,
        faults,
        messages,
        outcome_kinds,
        volume_kinds,
    )

    kinds = [
        dicom_kinds.Headers, dicom_kinds.Scans, dicom_kinds.Pixels, dicom_kinds.Deidentified,
        volume_kinds.Volumes, document_kinds.Cards, document_kinds.FindingsFiles,
        document_kinds.Labels, document_kinds.Projects, document_kinds.Datasets,
        document_kinds.Recipes,
        document_kinds.Archives, outcome_kinds.Outcomes, messages.Messages, faults.Faults,
    ]  # fmt: skip
    return {kind.name: kind for kind in kinds}
