"""Every file that a reading is written as, beside its scene and pictures: a format is a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from SpineLib.findings_file import write_json
from SpineLib.outputs.answers import ReaderAnswer
from SpineLib.outputs.findings_csv import write_csv
from SpineLib.outputs.report import write_report
from SpineLib.reading import Reading
from SpineLib.volume import write_volume


@dataclass(frozen=True)
class Results:
    """What there is to write.

    Attributes:
        pictures: as of `SpineLib.outputs.report.write_report`.
        answers: what readers said.
    """

    reading: Reading
    pictures: Mapping[str, bytes | Path]
    answers: Sequence[ReaderAnswer] = ()


def _segmentation(results: Results, path: Path) -> None:
    reading = results.reading
    if reading.segmentation is not None:
        write_volume(reading.segmentation, path.with_name(reading.findings.segmentation.file))


# File → what writes it. A format that has nothing to say of a reading writes no file.
FORMATS: dict[str, Callable[[Results, Path], None]] = {
    "report.html": lambda r, path: write_report(r.reading, r.pictures, path, r.answers),
    "findings.csv": lambda r, path: write_csv(r.reading.findings, path),
    "findings.json": lambda r, path: write_json(r.reading.findings, path),
    "segmentation.nrrd": _segmentation,
}
