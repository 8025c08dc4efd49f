"""Answers in few words."""

from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.questions import BILSKY, COMPRESSION, Opinion
from SpineSlicer.scene.verdicts import runs, shortText, worst
from Testing.readings import bilsky


def of(*opinions) -> tuple[Findings, SliceFinding]:
    compression = Opinion("compression", "m", "compressed", True, 0.956)
    one = SliceFinding(0, "", 1, [0.0, 0.0, 0.0], opinions=[compression, *opinions])
    summaries = [QuestionSummary("compression", "m", "assessed")]
    return Findings([StackFindings("4", slices=[one])], [COMPRESSION, BILSKY], summaries), one


def test_letter_probability_and_grade_stand_side_by_side():
    graded = of(bilsky("2", 0.8, ["1c", "2"]))
    assert shortText(*graded) == "C 0.96 · Bilsky 2 (high)"
    assert shortText(*graded, scheme=False) == "C 0.96 · 2"
    assert shortText(*of()) == "C 0.96"


def test_a_forced_answer_says_so_wherever_it_stands():
    findings, one = of(bilsky("2", 0.8, ["1c", "2"], forced=True))
    assert shortText(findings, one) == "C 0.96 · Bilsky 2 (high) forced"
    one.opinions[0].forced = True
    del one.opinions[1]
    assert shortText(findings, one) == "C 0.96 forced"


def test_neighbouring_flagged_slices_are_one_run(cervical):
    found = runs(cervical.findings.stacks[0])
    assert [[one.index for one in run] for run in found] == [[5, 6, 7, 8, 9, 10]]
    assert worst(cervical.findings, found[0]).index == 8
