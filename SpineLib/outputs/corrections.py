"""What a reader changed of a segmentation, beside the label map, for the DICOM objects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.json_values import parse_json
from SpineLib.labels import Code
from SpineLib.store.files import write_text
from SpineLib.volume import Volume, read_volume, write_volume

NAME = "corrections.json"
# DICOM's Segment Algorithm Type (PS3.3, C.8.20.2).
AUTOMATIC, SEMIAUTOMATIC, MANUAL = "AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"
# What Slicer calls a segment of which nothing was said.
TISSUE = Code("85756007", "SCT", "Tissue")


@dataclass(frozen=True)
class DrawnSegment:
    """A segment that a reader drew: none of SPIDER's structures, and it may overlap them.

    Attributes:
        name: what the reader called it.
        mask: 1 in it, uint8, on the grid of the stack that was segmented.
        category, kind: what it is.
    """

    name: str
    mask: Volume
    category: Code = TISSUE
    kind: Code = TISSUE


@dataclass(frozen=True)
class Corrections:
    """What a reader changed.

    Attributes:
        algorithm_types: SPIDER's number → Segment Algorithm Type, where it is not `AUTOMATIC`.
        drawn: the reader's own segments.
        outlines: ids of the stacks whose outlines of cord and sac the reader changed.
    """

    algorithm_types: Mapping[int, str] = field(default_factory=dict)
    drawn: Sequence[DrawnSegment] = ()
    outlines: Sequence[str] = ()


def write_corrections(corrections: Corrections, folder: str | Path) -> None:
    """Puts corrections beside a ``findings.json``, where `read_corrections` finds them.

    Raises:
        OutputError: the folder cannot be written to.
    """
    drawn = []
    for number, segment in enumerate(corrections.drawn, 1):
        file = f"drawn-{number}.nrrd"
        write_volume(segment.mask, Path(folder) / file, compress=False)
        codes = {"category": asdict(segment.category), "kind": asdict(segment.kind)}
        drawn.append({"file": file, "name": segment.name, **codes})
    types = {str(label): kind for label, kind in corrections.algorithm_types.items()}
    kept = {"algorithm_types": types, "drawn": drawn, "outlines": list(corrections.outlines)}
    write_text(Path(folder) / NAME, json.dumps(kept, ensure_ascii=False))


def read_corrections(folder: str | Path) -> Corrections:
    """What `write_corrections` wrote; none where it wrote nothing.

    Raises:
        BadInput: a file is missing or damaged.
    """
    path = Path(folder) / NAME
    if not path.is_file():
        return Corrections()
    try:
        kept = parse_json(path.read_text(encoding="utf-8"))
        types = {int(label): str(kind) for label, kind in kept["algorithm_types"].items()}
        drawn = [
            DrawnSegment(
                segment["name"], read_volume(Path(folder) / Path(segment["file"]).name),
                Code(**segment["category"]), Code(**segment["kind"]),
            )
            for segment in kept["drawn"]
        ]  # fmt: skip
        changed = [str(stack) for stack in kept.get("outlines", [])]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput("The corrections cannot be read", file=path) from error
    return Corrections(types, drawn, changed)
