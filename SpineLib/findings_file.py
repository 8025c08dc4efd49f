"""``findings.json``: written and read, checked against the published schema both ways.

What others script against is described in ``schemas/findings.schema.json``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.findings import SCHEMA_VERSION, Findings
from SpineLib.findings_upgrade import upgraded
from SpineLib.json_values import misfit, parse_json
from SpineLib.quantities import unknown_quantity
from SpineLib.questions import BORDERLINE, KNOWN_QUESTIONS
from SpineLib.store.files import write_text

SCHEMA_FILE = Path(__file__).parent / "schemas" / "findings.schema.json"


def validate(data: dict[str, Any], *, file: str | Path | None = None) -> None:
    """Checks findings as JSON values against the published schema, older ones as they are today.

    Args:
        data: what ``json.load`` gave.
        file: named in the error.

    Raises:
        BadInput: a newer schema version, or a value that the schema does not allow; the place
            in the file is named.
    """
    version = data.get("schema_version", 0)
    if isinstance(version, (int, float)) and version > SCHEMA_VERSION:
        raise BadInput(
            f"Unknown schema version {version} of findings (this version reads up "
            f"to {SCHEMA_VERSION})",
            file=file,
            advice="Update SlicerSpineMRI.",
        )
    wrong = misfit(upgraded(data), SCHEMA_FILE)
    if wrong:
        raise BadInput(f"The findings are not valid {wrong}", file=file)


def write_json(findings: Findings, path: str | Path) -> None:
    """Writes ``findings.json``, checked against the schema, whole or not at all."""
    data = findings.to_dict()
    validate(data, file=path)
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: str | Path, *, checked: bool = False) -> Findings:
    """Reads ``findings.json``.

    Args:
        path: the file.
        checked: it was held against the schema when it was written just now, by the worker.

    Raises:
        BadInput: the file is missing, not JSON, or not findings.
    """
    try:
        data = parse_json(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput("There is no such file", file=path) from error
    except (OSError, ValueError) as error:
        raise BadInput("The file is not readable JSON", file=path) from error
    if not isinstance(data, dict):
        raise BadInput("The file does not hold findings", file=path)
    if not checked:
        validate(data, file=path)
    try:
        findings = Findings.from_dict(data)
        wrong = _settle_questions(findings) or _wrong_quantity(findings)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise BadInput("The file does not hold findings", file=path) from error
    if wrong:
        raise BadInput(f"The findings are not valid: {wrong}", file=path)
    return findings


def _settle_questions(findings: Findings) -> str:
    """Lists the program's own questions that were answered and not listed.

    Returns:
        What no schema can tell: an answer to a question that is not there, or none of its values.
    """
    opinions = [o for stack in findings.stacks for slice_ in stack.slices for o in slice_.opinions]
    answered = [o.question for o in opinions] + [s.question for s in findings.summaries]
    named = dict.fromkeys(answered)
    listed = {question.key for question in findings.questions}
    findings.questions += [
        KNOWN_QUESTIONS[k] for k in named if k in KNOWN_QUESTIONS.keys() - listed
    ]
    values = {question.key: {*question.values, BORDERLINE, ""} for question in findings.questions}
    for opinion in opinions:
        values_used = {opinion.value, *opinion.interval, *opinion.probabilities, *opinion.grade_set}
        if opinion.question not in values or not values_used <= values[opinion.question]:
            return f"an answer that its question {opinion.question[:40]!r} does not have"
        if (
            opinion.assessed
            and opinion.probabilities
            and opinion.value not in opinion.probabilities
        ):
            return "an answer whose probability is missing"
    for summary in findings.summaries:
        if summary.question not in values or summary.worst not in values[summary.question]:
            return f"a summary that its question {summary.question[:40]!r} does not have"
    return ""


def _wrong_quantity(findings: Findings) -> str:
    slices = [slice_ for stack in findings.stacks for slice_ in stack.slices]
    measured = findings.quantities + [q for slice_ in slices for q in slice_.quantities]
    unknown = unknown_quantity(measured)
    return f"a quantity {unknown[:40]!r} that nobody defines" if unknown else ""
