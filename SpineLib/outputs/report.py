"""A reading as one self-contained HTML file that is read in ten seconds."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineLib import labels
from SpineLib.findings import Findings, StackFindings
from SpineLib.labels import BORDERLINE
from SpineLib.outputs import (
    contradiction_words,
    grade_set_words,
    level_table,
    level_words,
    names,
    quantity_words,
    summary,
)
from SpineLib.outputs.answers import ReaderAnswer, by_slice, sentence
from SpineLib.outputs.prognosis import Prognosis, beside_sentence
from SpineLib.outputs.strips import Cell, Mark, Strip, mark, strips, worst
from SpineLib.outputs.templates import environment
from SpineLib.quantities import find_quantity
from SpineLib.questions import COMPRESSION, NOT_ASSESSED_LETTER, Opinion, Question
from SpineLib.reading import Reading
from SpineLib.store.files import write_text
from SpineLib.translation import language, tr

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES = Path(__file__).parent
# So many flagged slices are shown large; the others stand among all slices.
SHOWN_FLAGGED = 8


def write_report(
    reading: Reading,
    pictures: Mapping[str, bytes | Path],
    path: str | Path,
    answers: Sequence[ReaderAnswer] = (),
    prognosis: Prognosis | None = None,
) -> None:
    """Writes ``report.html``: no script, no file beside it, no name, number or date of a patient.

    Args:
        reading: what was found.
        pictures: name (`SpineLib.outputs.names`) → PNG or JPEG, as bytes or a file; missing ones
            are left out.
        path: the file.
        answers: what readers said; it stands beside what the models said, and changes none of it.
        prognosis: what a model of an outcome says of the patient.

    Raises:
        OutputError: the file cannot be written.
    """
    write_text(path, render(reading, pictures, answers, prognosis))


def render(
    reading: Reading,
    pictures: Mapping[str, bytes | Path],
    answers: Sequence[ReaderAnswer] = (),
    prognosis: Prognosis | None = None,
) -> str:
    """The report's HTML."""
    findings = reading.findings
    embedded = {name: _data_url(picture) for name, picture in pictures.items()}
    shown = strips(findings)
    lead = findings.lead or COMPRESSION
    worst_stack, worst_cell = worst(shown)
    flagged = _flagged(findings, shown, answers)
    values: dict[str, Any] = {
        "findings": findings,
        "headline": summary.headline(findings),
        "other_lines": summary.other_lines(findings),
        "contradiction_line": contradiction_words.contradiction_line(findings),
        "against": contradiction_words.contradictions_by_slice(findings),
        "lead": lead,
        "positive": summary.positive_words(lead),
        "others": _others(findings, lead),
        "titles": {question.key: tr(question.title) for question in findings.questions},
        "key": _key(lead),
        "not_assessed": NOT_ASSESSED_LETTER,
        "strips": shown,
        "missing": summary.missing(findings),
        "forced": summary.forced(findings),
        "worst": worst_cell,
        "worst_stack": worst_stack,
        "flagged": flagged[:SHOWN_FLAGGED],
        "more_flagged": len(flagged[SHOWN_FLAGGED:]),
        "pictures": embedded,
        "names": names,
        "answers": answers,
        "prognosis": prognosis,
        "beside": beside_sentence,
        "answers_line": sentence(list(answers)),
        "said": by_slice(answers),
        "labels": labels,
        "language": language(),
        "why": summary.why,
        "set_lines": grade_set_words.set_lines(findings),
        "promises": grade_set_words.promise_lines(findings),
        "possible": grade_set_words.possible,
        "level_lines": level_words.level_lines(findings),
        "level_warnings": level_words.level_warnings(findings),
        "level_tables": level_table.level_tables(findings),
        "lordosis": find_quantity(findings.quantities, "lordosis"),
        "level_marks": lambda opinions: [
            mark(findings.question(opinion.question), opinion) for opinion in opinions
        ],
        "evidence": summary.evidence(findings.segmentation),
        "narrowest": quantity_words.narrowest_lines(findings),
        "study_quantities": quantity_words.study_rows(findings),
        "measured": quantity_words.slice_rows(findings),
        "measured_keys": quantity_words.shown_keys(findings),
        "_": tr,
    }
    return template().render(values)


def template() -> Template:
    """The report's template; who calls this before waiting for a reading has it compiled then."""
    pages = environment(TEMPLATES)
    pages.filters["is_light"] = _is_light
    return pages.get_template("report.html.jinja")


def _others(findings: Findings, lead: Question) -> list[str]:
    """What stands beside the lead question's first answer."""
    assessed = [c for c in findings.columns if findings.summary(c.question.key, c.by).assessed]
    beside = [c for c in assessed if c.question is not lead]
    beside += [c for c in assessed if c.question is lead][1:]
    return [tr(c.question.title) + findings.told_apart(c.question.key, c.by) for c in beside]


def _key(lead: Question) -> list[Mark]:
    """What the strip's colours mean."""
    values = [*lead.values]
    if lead.borderline:
        values.insert(lead.first_positive, BORDERLINE)
    meant = [Opinion(lead.key, value=value, positive=lead.is_positive(value)) for value in values]
    return [replace(mark(lead, o), words=tr(o.value)) for o in meant] + [mark(lead, None)]


def _flagged(
    findings: Findings, shown: Sequence[Strip], answers: Sequence[ReaderAnswer]
) -> list[tuple[StackFindings, Cell]]:
    """The slices that a model or a reader calls positive, the worst first."""
    by_reader = {
        (answer.stack, answer.index)
        for answer in answers
        if findings.question(answer.question).is_positive(answer.answer)
    }
    pairs = [
        (strip.stack, cell)
        for strip in shown
        for cell in strip.cells
        if any(shown_mark.opinion.positive for shown_mark in cell.marks)
        or (strip.stack.id, cell.one.index) in by_reader
    ]
    return sorted(pairs, key=lambda pair: findings.severity(pair[1].one), reverse=True)


def _is_light(color: str) -> bool:
    """Whether black text is easier to read on a colour (relative luminance, WCAG 2.1)."""
    red, green, blue = labels.rgb(color) if color else (0.0, 0.0, 0.0)
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.4


def _data_url(picture: bytes | Path) -> str:
    data = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
