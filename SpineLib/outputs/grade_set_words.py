"""Which answers are possible on a slice, and what is promised of that, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from SpineLib.findings import Findings, ModelUsed
from SpineLib.questions import Opinion
from SpineLib.translation import tr
from SpineLib.wording import count


def set_words(values: Sequence[str], tr: Callable[[str], str] = tr) -> str:
    """``1b or 1c``, ``1a to 2``; empty where one answer only is possible, or nothing is promised.

    Args:
        values: an opinion's ``grade_set``.
        tr: translates.

    Example:
        >>> set_words(["1b", "1c"]), set_words(["1a", "1b", "1c"]), set_words(["2"])
        ('1b or 1c', '1a to 1c', '')
    """
    if len(values) < 2:
        return ""
    text = tr("{first} or {last}") if len(values) == 2 else tr("{first} to {last}")
    return text.format(first=tr(values[0]), last=tr(values[-1]))


def beside(opinion: Opinion, tr: Callable[[str], str] = tr) -> str:
    """What else may be true, in the few words that stand behind an answer.

    The set of grades where the model promises one, otherwise the interval; of a question with two
    answers ``uncertain`` where both are possible. Empty where the answer stands alone.
    """
    if opinion.grade_set:
        both = not opinion.probabilities and len(opinion.grade_set) > 1
        return tr("uncertain") if both else set_words(opinion.grade_set, tr)
    ends = "–".join(dict.fromkeys(opinion.interval))
    return "" if ends == opinion.value else ends


def possible(opinion: Opinion, tr: Callable[[str], str] = tr) -> str:
    """Every answer that is possible, for a column of their own; the interval of old findings."""
    if len(opinion.grade_set) == 1:
        return tr(opinion.grade_set[0])
    return set_words(opinion.grade_set, tr) or "–".join(opinion.interval)


def set_lines(findings: Findings, tr: Callable[[str], str] = tr) -> list[str]:
    """A sentence a model with sets: on how many slices, if any, several answers are possible."""
    lines = []
    for model in _promising(findings):
        opinions = [
            opinion
            for stack in findings.stacks
            for finding in stack.slices
            for opinion in finding.opinions
            if opinion.grade_set and (opinion.question, opinion.by) == (model.question, model.name)
        ]
        unsure = sum(len(opinion.grade_set) > 1 for opinion in opinions)
        if unsure:
            question = findings.question(model.question)
            text = tr("{title}: more than one answer is possible on {number} of {slices}")
            title = tr(question.title) + findings.told_apart(model.question, model.name)
            line = text.format(
                title=title, number=unsure, slices=count(len(opinions), "slice", tr=tr)
            )
            both = sum(question.has_both_sides(opinion.grade_set) for opinion in opinions)
            if question.sides and both:
                line += tr(", low and high ones on {number}").format(number=both)
            lines.append(line)
    return lines


def promise_lines(findings: Findings, tr: Callable[[str], str] = tr) -> list[str]:
    """What each such model promises of its sets, and on what that rests."""
    return [promise(model, tr) for model in _promising(findings)]


def promise(model: ModelUsed, tr: Callable[[str], str] = tr) -> str:
    """The promise of a model's sets; empty where it makes none."""
    if model.grade_sets is None:
        return ""
    text = tr(
        "{model}: the possible answers hold the true one in {share:.3g}% of the slices of each "
        "answer, on images like those of {patients} ({data}). Nothing is promised of others."
    )
    if not model.grade_sets.get("of_each", True):
        text = tr(
            "{model}: the possible answers hold the true one in {share:.3g}% of the slices, on "
            "images like those of {patients} ({data}). Nothing is promised of others."
        )
    return text.format(
        model=model.title,
        share=100 * model.grade_sets["coverage"],
        patients=count(model.grade_sets["patients"], "patient", tr=tr),
        data=model.grade_sets["data"],
    )


def _promising(findings: Findings) -> list[ModelUsed]:
    return [model for model in findings.models if model.grade_sets and model.question]
