"""Answers in few words."""

from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.questions import BILSKY, COMPRESSION, Opinion
from SpineSlicer.scene.verdicts import labelText, runs, shortText, worst
from Testing.readings import bilsky


def of(*opinions) -> tuple[Findings, SliceFinding]:
    compression = Opinion("compression", "m", "compressed", True, 0.956)
    slice_ = SliceFinding(0, "", 1, [0.0, 0.0, 0.0], opinions=[compression, *opinions])
    summaries = [QuestionSummary("compression", "m", "assessed")]
    return Findings([StackFindings("4", slices=[slice_])], [COMPRESSION, BILSKY], summaries), slice_


def test_letter_probability_and_grade_stand_side_by_side():
    graded = of(bilsky("2", 0.8, ["1c", "2"]))
    assert shortText(*graded) == "C 0.96 · Bilsky 2 (high)"
    assert shortText(*graded, scheme=False) == "C 0.96 · 2"
    assert shortText(*of()) == "C 0.96"


def test_a_long_label_stands_on_several_lines_so_that_a_small_picture_holds_it():
    findings, slice_ = of(bilsky("2", 0.8, ["1c", "2"]))
    assert labelText(findings, slice_) == "C 0.96 · Bilsky 2 (high)"
    slice_.opinions[0].grade_set = ["not compressed", "compressed"]
    assert labelText(findings, slice_) == "C 0.96 uncertain\nBilsky 2 (high)"


def test_a_forced_answer_says_so_wherever_it_stands():
    findings, slice_ = of(bilsky("2", 0.8, ["1c", "2"], forced=True))
    assert shortText(findings, slice_) == "C 0.96 · Bilsky 2 (high) forced"
    slice_.opinions[0].forced = True
    del slice_.opinions[1]
    assert shortText(findings, slice_) == "C 0.96 forced"


def test_neighbouring_flagged_slices_are_one_run(cervical):
    stretches = runs(cervical.findings.stacks[0])
    assert [[slice_.index for slice_ in run] for run in stretches] == [[5, 6, 7, 8, 9, 10]]
    assert worst(cervical.findings, stretches[0]).index == 8
