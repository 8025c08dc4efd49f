"""A reading as the terminal shows it."""

from SpineLib.findings import Compression, Findings, Grading, SliceFinding, StackFindings
from SpineLib.labels import ASSESSED, STARTER_NOTICE
from SpineSlicer.headless.tables import nothing_assessed, sentences, slice_rows


def found(compression=None, grading=None):
    one = SliceFinding(0, "1.2.3", 1, [0.0, 0.0, 0.0], level="T7")
    one.compression = compression or one.compression
    one.grading = grading or one.grading
    return Findings(stacks=[StackFindings("4", slices=[one])])


def test_slices_count_from_1_and_show_level_probability_verdict_and_grade():
    compression = Compression(ASSESSED, probability=0.913, verdict="compressed")
    grading = Grading(ASSESSED, grade="2", interval=["1c", "2"], high_probability=0.97)
    (row,) = slice_rows(found(compression, grading))
    assert row == ("1", "T7", "0.91", "compressed", "Bilsky 2 (1c–2)", "0.97")


def test_what_was_not_assessed_has_no_number():
    (row,) = slice_rows(found())
    assert row == ("1", "T7", "–", "not assessed", "not assessed", "–")


def test_forced_answers_are_marked():
    compression = Compression(ASSESSED, "forced: x", 0.2, "not compressed", forced=True)
    grading = Grading(ASSESSED, grade="0", interval=["0"], high_probability=0.1, forced=True)
    (row,) = slice_rows(found(compression, grading))
    assert "(forced)" in row[3] and "(forced)" in row[4]


def test_several_stacks_are_told_apart():
    findings = found()
    findings.stacks.append(StackFindings("4.2", slices=findings.stacks[0].slices))
    assert [row[0] for row in slice_rows(findings)] == ["4 · 1", "4.2 · 1"]


def test_the_notice_of_starter_models_is_said():
    findings = found()
    findings.notice = STARTER_NOTICE
    assert STARTER_NOTICE in list(sentences(findings))


def test_nothing_assessed_gives_each_reason_once():
    findings = found()
    findings.compression.reason = findings.grading.reason = "no axial stack"
    findings.segmentation.reason = "no sagittal stack"
    assert nothing_assessed(findings) == "no axial stack; no sagittal stack"
    findings.grading.status = ASSESSED
    assert nothing_assessed(findings) == ""
