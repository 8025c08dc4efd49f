"""Every file that a reading is written as, beside its scene and pictures: a format is a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from SpineLib.findings_file import write_json
from SpineLib.outputs import answers as readers
from SpineLib.outputs import level_table
from SpineLib.outputs.answers import ReaderAnswer
from SpineLib.outputs.findings_csv import write_csv
from SpineLib.outputs.prognosis import read_prognosis
from SpineLib.outputs.report import write_report
from SpineLib.reading import Reading
from SpineLib.volume import write_volume

# A reading, its pictures by name (as of `write_report`), and what readers said.
Writer = Callable[[Reading, Mapping[str, bytes | Path], Sequence[ReaderAnswer], Path], None]


def _answers(
    _reading: Reading, _pictures: object, answers: Sequence[ReaderAnswer], path: Path
) -> None:
    if answers:
        readers.write_answers(answers, path.parent)


def _segmentation(reading: Reading, _pictures: object, _said: object, path: Path) -> None:
    if reading.segmentation is not None:
        write_volume(reading.segmentation, path.with_name(reading.findings.segmentation.file))


def _outlines(reading: Reading, _pictures: object, _said: object, path: Path) -> None:
    for stack, outlined in reading.outlines.items():
        path.mkdir(exist_ok=True)
        write_volume(outlined, path / f"{stack}.nrrd")


# File → what writes it. A format that has nothing to say of a reading writes no file.
FORMATS: dict[str, Writer] = {
    "report.html": lambda reading, pictures, said, path: write_report(
        reading, pictures, path, said, read_prognosis(path.parent)
    ),
    "findings.csv": lambda reading, _pictures, _said, path: write_csv(reading.findings, path),
    level_table.NAME: lambda reading, _pictures, _said, path: level_table.write_levels(
        reading.findings, path
    ),
    "findings.json": lambda reading, _pictures, _said, path: write_json(reading.findings, path),
    readers.NAME: _answers,
    "segmentation.nrrd": _segmentation,
    "outlines": _outlines,
}
