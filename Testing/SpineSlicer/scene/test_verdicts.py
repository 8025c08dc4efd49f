"""Verdicts in few words."""

from SpineLib.findings import Compression, Grading, SliceFinding
from SpineSlicer.scene.verdicts import runs, shortText, worst


def finding(**more) -> SliceFinding:
    compression = Compression("assessed", "", 0.956, "compressed")
    return SliceFinding(0, "", 1, [0.0, 0.0, 0.0], compression=compression, **more)


def test_letter_probability_and_grade_stand_side_by_side():
    grading = Grading("assessed", "", "Bilsky", 0.8, "high", "2", ["1c", "2"], {"2": 1.0})
    assert shortText(finding(grading=grading)) == "C 0.96 · Bilsky 2 (high)"
    assert shortText(finding(grading=grading), scheme=False) == "C 0.96 · 2"
    assert shortText(finding()) == "C 0.96"


def test_a_forced_answer_says_so_wherever_it_stands():
    one = finding(grading=Grading("assessed", grade="2", verdict="high", forced=True))
    assert shortText(one) == "C 0.96 · Bilsky 2 (high) forced"
    one.compression.forced, one.grading.status = True, "not assessed"
    assert shortText(one) == "C 0.96 forced"


def test_neighbouring_flagged_slices_are_one_run(cervical):
    found = runs(cervical.findings.stacks[0])
    assert [[one.index for one in run] for run in found] == [[5, 6, 7, 8, 9, 10]]
    assert worst(found[0]).index == 8
