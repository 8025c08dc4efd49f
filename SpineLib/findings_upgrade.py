"""Findings of earlier schema versions as those of today; nothing is left out.

In version 1 (release 0.1) each slice had one answer of each of two kinds, ``compression`` and
``grading``. Version 2 had no levels of its own, only those of a segmentation.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from itertools import groupby
from typing import Any

from SpineLib.labels import ASSESSED, COMPRESSED, NOT_ASSESSED
from SpineLib.levels import LevelsFinding
from SpineLib.questions import COMPRESSION, KNOWN_QUESTIONS, READERS_BOX, Opinion, Question
from SpineLib.reasons import READER_COUNTED, READER_NAMED, Reason

# The sentences that version 0.1 wrote; they are only looked for in its records.
_EVIDENCE = {
    READER_NAMED: re.compile(r"the reader named vertebra (?P<vertebra>\d+) (?P<name>\S+)"),
    READER_COUNTED: re.compile(
        r"the reader stated (?P<count>\w+) lumbar vertebrae, the lowest free one (?P<lowest>\S+)"
    ),
}


def upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """Findings as JSON values of the present schema, from whichever version; not changed in place.

    Args:
        data: what ``json.load`` gave.
    """
    data = dict(data)
    if data.get("schema_version") == 2:
        data["schema_version"], data["levels"] = 3, asdict(LevelsFinding())
    if data.get("schema_version") != 1:
        return data
    graded = _scheme(data)
    models = [_model(model) for model in data.get("models", [])]
    names = {model["task"]: model["name"] for model in models}
    compression, grading = data.pop("compression", {}), data.pop("grading", {})
    data["stacks"] = [_stack(stack, graded, names) for stack in data.get("stacks", [])]
    data["questions"] = [COMPRESSION.to_dict(), graded.to_dict()]
    data["summaries"] = [
        _compression_summary(compression, data["stacks"], names.get("compression", "")),
        _grading_summary(grading, graded, data["stacks"], names.get("grading", "")),
    ]
    data["models"], data["schema_version"] = models, 2
    return upgraded(data)


def evidence_reason(evidence: str) -> Reason | None:
    """The reader's word in a sentence of before there were codes; None where it is not theirs."""
    for code, pattern in _EVIDENCE.items():
        match = pattern.fullmatch(evidence)
        if match:
            return Reason(code, match.groupdict())
    return None


def _model(model: dict[str, Any]) -> dict[str, Any]:
    model = dict(model)
    scheme = model.pop("scheme", "")
    return {**model, "question": COMPRESSION.key if model["task"] == COMPRESSION.key else scheme}


def _scheme(data: dict[str, Any]) -> Question:
    """The one grading of such findings: a known one, or one rebuilt from a slice's probabilities."""
    name = str(data.get("grading", {}).get("scheme") or "Bilsky")
    slices = [slice_ for stack in data.get("stacks", []) for slice_ in stack["slices"]]
    answers = [
        slice_["grading"] for slice_ in slices if slice_.get("grading", {}).get("probabilities")
    ]
    known = KNOWN_QUESTIONS.get(name)
    if known or not answers:
        return known or KNOWN_QUESTIONS["Bilsky"]
    values = tuple(answers[0]["probabilities"])
    return Question(name, f"{name} grade", values, _first_high(answers[0]))


def _first_high(answer: dict[str, Any]) -> int:
    """Where P(high) is the sum of the probabilities from there on; version 1 did not write it."""
    chances = list(answer["probabilities"].values())
    off = [abs(sum(chances[n:]) - answer["high_probability"]) for n in range(1, len(chances))]
    return 1 + off.index(min(off))


def _stack(stack: dict[str, Any], graded: Question, names: dict[str, str]) -> dict[str, Any]:
    def key(task: str) -> str:
        return graded.key if task == "grading" else task

    slices = []
    for slice_ in stack.get("slices", []):
        slice_ = dict(slice_)
        compression, grading = slice_.pop("compression", {}), slice_.pop("grading", {})
        slice_["opinions"] = [
            asdict(_compression(compression, names.get("compression", ""))),
            asdict(_grading(grading, graded, names.get("grading", ""))),
        ]
        slices.append(slice_)
    return {
        **stack,
        "chosen_for": [key(task) for task in stack.get("chosen_for", [])],
        "not_assessed": {key(task): why for task, why in stack.get("not_assessed", {}).items()},
        "slices": slices,
    }


def _compression(answer: dict[str, Any], by: str) -> Opinion:
    assessed = answer.get("status") == ASSESSED
    reason = answer.get("reason", "")
    # Version 1 had no field for the source of this one.
    boxed = assessed and reason == READERS_BOX
    return Opinion(
        COMPRESSION.key,
        by,
        value=(answer.get("verdict") or "") if assessed else "",
        positive=assessed and answer.get("verdict") == COMPRESSED,
        probability=answer.get("probability"),
        reason="" if boxed else reason,
        forced=bool(answer.get("forced")),
        source=READERS_BOX if boxed else "",
    )


def _grading(answer: dict[str, Any], graded: Question, by: str) -> Opinion:
    assessed = answer.get("status") == ASSESSED
    return Opinion(
        graded.key,
        by,
        value=(answer.get("grade") or "") if assessed else "",
        positive=assessed and answer.get("verdict") == "high",
        probability=answer.get("high_probability"),
        probabilities=dict(answer.get("probabilities") or {}),
        interval=list(answer.get("interval") or []),
        reason=answer.get("reason", ""),
        forced=bool(answer.get("forced")),
        source=answer.get("source", "") if assessed else "",
    )


def _compression_summary(
    summary: dict[str, Any], stacks: list[dict[str, Any]], by: str
) -> dict[str, Any]:
    assessed = bool(summary.get("assessed_slices"))
    verdict = summary.get("verdict", "")
    worst = _peak(stacks)
    return {
        "question": COMPRESSION.key,
        "by": by,
        "status": ASSESSED if assessed else NOT_ASSESSED,
        "verdict": "" if verdict == NOT_ASSESSED else verdict,
        "reason": summary.get("reason", ""),
        "rule": summary.get("rule", ""),
        "forced": bool(summary.get("forced")),
        "assessed_slices": summary.get("assessed_slices", 0),
        "positive_slices": summary.get("compressed_slices", 0),
        "longest_run": summary.get("longest_run", 0),
        "longest_run_mm": summary.get("longest_run_mm", 0.0),
        **worst,
    }


def _peak(stacks: list[dict[str, Any]]) -> dict[str, Any]:
    answers = [
        (slice_["opinions"][0]["probability"], stack["id"], slice_)
        for stack in stacks
        for slice_ in stack["slices"]
        if slice_["opinions"][0]["probability"] is not None
    ]
    if not answers:
        return {"worst": "", "stack": "", "index": None}
    _, stack, slice_ = max(answers, key=lambda answer: answer[0])
    return {"worst": slice_["opinions"][0]["value"], "stack": stack, "index": slice_["index"]}


def _grading_summary(
    summary: dict[str, Any], graded: Question, stacks: list[dict[str, Any]], by: str
) -> dict[str, Any]:
    opinions = [slice_["opinions"][1] for stack in stacks for slice_ in stack["slices"]]
    run, millimetres = max((_longest_run(stack) for stack in stacks), default=(0, 0.0))
    return {
        "question": graded.key,
        "by": by,
        "status": summary.get("status", NOT_ASSESSED),
        "verdict": "",  # version 1 had no rule for grades
        "reason": summary.get("reason", ""),
        "rule": "",
        "forced": bool(summary.get("forced")),
        "assessed_slices": sum(bool(opinion["value"]) for opinion in opinions),
        "positive_slices": summary.get("high_slices", 0),
        "longest_run": run,
        "longest_run_mm": round(millimetres, 1),
        "worst": summary.get("highest") or "",
        "stack": summary.get("stack", ""),
        "index": summary.get("index"),
    }


def _longest_run(stack: dict[str, Any]) -> tuple[int, float]:
    """Slices and millimetres of the most high grades in a row, which version 1 did not write."""
    positive = (slice_["opinions"][1]["positive"] for slice_ in stack["slices"])
    run = max((len(list(group)) for high, group in groupby(positive) if high), default=0)
    return run, run * (stack["spacing"][2] if stack.get("spacing") else 0.0)
