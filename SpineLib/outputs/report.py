"""A reading as one self-contained HTML file that is read in ten seconds."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from SpineLib import labels
from SpineLib.outputs import names, summary
from SpineLib.outputs.answers import ReaderAnswer, by_slice, sentence
from SpineLib.outputs.templates import environment
from SpineLib.reading import Reading
from SpineLib.store.files import writing

TEMPLATES = Path(__file__).parent
# So many flagged slices are shown large; the others stand among all slices.
SHOWN_FLAGGED = 8


def write_report(
    reading: Reading,
    pictures: Mapping[str, bytes | Path],
    path: str | Path,
    answers: Sequence[ReaderAnswer] = (),
) -> None:
    """Writes ``report.html``: no script, no file beside it, no name, number or date of a patient.

    Args:
        reading: what was found.
        pictures: name (`SpineLib.outputs.names`) → PNG or JPEG, as bytes or a file; missing ones
            are left out.
        path: the file.
        answers: what readers said; it stands beside what the models said, and changes none of it.

    Raises:
        OutputError: the file cannot be written.
    """
    html = render(reading, pictures, answers)
    with writing(path) as temporary:
        temporary.write_text(html, encoding="utf-8")


def render(
    reading: Reading,
    pictures: Mapping[str, bytes | Path],
    answers: Sequence[ReaderAnswer] = (),
) -> str:
    """The report's HTML."""
    pages = environment(TEMPLATES)
    findings = reading.findings
    embedded = {name: _data_url(picture) for name, picture in pictures.items()}
    strips = summary.strips(findings)
    worst = summary.worst(strips)
    values: dict[str, Any] = {
        "findings": findings,
        "headline": summary.headline(findings),
        "grading_line": summary.grading_line(findings),
        "strips": strips,
        "missing": summary.missing(findings),
        "forced": summary.forced(findings),
        "worst": worst[1],
        "worst_stack": worst[0],
        "flagged": findings.flagged()[:SHOWN_FLAGGED],
        "pictures": embedded,
        "names": names,
        "answers": answers,
        "answers_line": sentence(list(answers)),
        "said": by_slice(answers),
        "labels": labels,
    }
    return pages.get_template("report.html.jinja").render(values)


def _data_url(picture: bytes | Path) -> str:
    data = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
