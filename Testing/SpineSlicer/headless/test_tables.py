"""A reading as the terminal shows it."""

from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.labels import ASSESSED, STARTER_NOTICE
from SpineLib.questions import BILSKY, COMPRESSION, Opinion
from SpineSlicer.headless.tables import nothing_assessed, sentences, slice_columns, slice_rows


def findings_of(*opinions):
    slice_ = SliceFinding(0, "1.2.3", 1, [0.0, 0.0, 0.0], level="T7", opinions=list(opinions))
    questions = [COMPRESSION, BILSKY]
    answered = {opinion.question for opinion in opinions}
    summaries = [
        QuestionSummary(q.key, status=ASSESSED if q.key in answered else "not assessed", worst="?")
        for q in questions
    ]
    return Findings([StackFindings("4", slices=[slice_])], questions, summaries)


COMPRESSED = Opinion("compression", "m", "compressed", True, 0.913)


def test_slices_count_from_1_and_show_level_and_each_answer_with_its_probability():
    grade = Opinion("Bilsky", "m", "2", True, 0.97, interval=["1c", "2"])
    findings = findings_of(COMPRESSED, grade)
    (row,) = slice_rows(findings)
    assert row == ("1", "T7", "compressed", "0.91", "Bilsky 2 (1c–2)", "0.97")
    assert len(slice_columns(findings)) == len(row)


def test_what_was_not_assessed_has_no_number():
    (row,) = slice_rows(findings_of())
    assert row == ("1", "T7", "not assessed", "–", "not assessed", "–")


def test_forced_answers_are_marked():
    opinion = Opinion("compression", "m", "not compressed", False, 0.2, forced=True)
    grade = Opinion("Bilsky", "m", "0", False, 0.1, interval=["0"], forced=True)
    (row,) = slice_rows(findings_of(opinion, grade))
    assert "(forced)" in row[2] and "(forced)" in row[4]


def test_several_stacks_are_told_apart():
    findings = findings_of()
    findings.stacks.append(StackFindings("4.2", slices=findings.stacks[0].slices))
    assert [row[0] for row in slice_rows(findings)] == ["4 · 1", "4.2 · 1"]


def test_the_notice_of_starter_models_is_said():
    findings = findings_of()
    findings.notice = STARTER_NOTICE
    assert STARTER_NOTICE in list(sentences(findings))


def test_nothing_assessed_gives_each_reason_once():
    findings = findings_of()
    for summary in findings.summaries:
        summary.reason = "no axial stack"
    findings.segmentation.reason = "no sagittal stack"
    assert nothing_assessed(findings) == "no axial stack; no sagittal stack"
    findings.summaries[1].status = ASSESSED
    assert nothing_assessed(findings) == ""
