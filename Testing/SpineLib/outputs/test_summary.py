"""What the report says, before it is laid out."""

from SpineLib.findings import Findings, QuestionSummary, SegmentationFinding, SegmentFinding
from SpineLib.outputs.strips import strips, worst
from SpineLib.outputs.summary import forced, headline, missing, other_lines
from SpineLib.questions import COMPRESSION
from SpineLib.wording import ranges
from Testing.readings import compression_summary


def copy(findings: Findings) -> Findings:
    return Findings.from_dict(findings.to_dict())


def test_the_headline_counts_flagged_and_assessed_slices(cervical):
    line = headline(cervical.findings)
    assert line.text == "Compression flagged on 4 of 17 slices"
    assert "2 of 19 slices not assessed" in line.detail and "30 mm" in line.detail
    assert (line.mark, line.color) == ("C", COMPRESSION.color("compressed"))


def test_a_normal_study_says_on_how_many_slices_nothing_was_flagged(cervical):
    findings = copy(cervical.findings)
    findings.summaries[0] = compression_summary(17, 0, 0, 0.0, index=0, verdict="normal")
    assert headline(findings).text == "No compression flagged on 17 slices"
    assert headline(findings).mark == "N"


def test_fewer_flagged_slices_than_the_rule_asks_for_are_not_passed_by(cervical):
    findings = copy(cervical.findings)
    findings.summaries[0] = compression_summary(17, 1, 1, 7.5, index=0, verdict="normal")
    line = headline(findings)
    assert line.text == "Compression flagged on 1 of 17 slices"
    assert line.color == COMPRESSION.color("borderline")


def test_a_threshold_that_is_not_the_cards_is_said(cervical):
    findings = copy(cervical.findings)
    assert "threshold" not in headline(findings).detail
    findings.models[0].threshold, findings.models[0].card_threshold = 0.3, 0.5
    assert "threshold 0.3, not the card's 0.5" in headline(findings).detail


def test_a_study_that_nothing_was_made_for_says_why():
    findings = Findings(
        questions=[COMPRESSION],
        summaries=[QuestionSummary("compression", reason="no axial T2 stack")],
    )
    assert headline(findings).text == "Compression was not assessed"
    assert headline(findings).detail == "no axial T2 stack"


def test_a_segmentation_says_whether_its_levels_are_known(lumbar):
    assert headline(lumbar.findings).text == "3 vertebrae segmented, their levels not known"
    segments = [SegmentFinding(n, "vertebra", f"L{6 - n}", False, 1.0, [0.0, 0.0, 30.0 * n])
                for n in range(1, 6)]  # fmt: skip
    known = SegmentationFinding("assessed", "", "f", "2", "L5", "sacrum seen", False, segments)
    findings = Findings(segmentation=known)
    assert headline(findings).text == "5 vertebrae segmented: L1 to L5"


def test_the_grade_is_said_low_or_high_first(graded, cervical):
    assert other_lines(graded.findings)[0].startswith("Bilsky: high grade, 2 at worst on slice 9")
    assert other_lines(graded.findings)[0].endswith("(forced)")
    assert "not assessed – made for thoracic" in other_lines(cervical.findings)[0]


def test_what_was_not_assessed_is_listed_once_with_its_slices(cervical):
    rows = {(row.what, row.where): row.reason for row in missing(cervical.findings)}
    assert rows == {
        (
            "Bilsky grade",
            "stack 4 (T2 TSE axial)",
        ): "made for thoracic axial T2; this stack is cervical",
        ("Compression", "stack 4 (T2 TSE axial), slices 18–19"): "the spinal canal was not found",
        ("Segmentation", "study"): "no lumbar sagittal T1 or T2 stack in this study",
    }


def test_a_forced_run_is_not_called_missing_but_forced(graded):
    assert not any(row.what == "Bilsky grade" and "thoracic" in row.reason and "slices" not in row.where
                   for row in missing(graded.findings))  # fmt: skip
    assert forced(graded.findings) == ["Bilsky grade"]


def test_levels_gather_their_slices_from_the_head_downward(graded):
    findings = copy(graded.findings)
    for slice_ in findings.stacks[0].slices:
        slice_.level = "C6" if slice_.index < 8 else "C5"
    levels = strips(findings)[0].levels
    assert [(level.name, level.slices, level.lead.words) for level in levels] == [
        ("C5", "9–19", "compressed"),
        ("C6", "1–8", "compressed"),
    ]
    assert levels[0].positive == 2 and levels[0].assessed == 9
    assert levels[0].others[0].words == "high, Bilsky 2 (forced)"


def test_the_strip_knows_its_worst_slice_and_its_ends(cervical):
    strip = strips(cervical.findings)[0]
    assert worst([strip])[1].number == 9
    assert (strip.first, strip.last) == ("feet", "head")


def test_stacks_stand_from_the_head_downward(cervical):
    findings = copy(cervical.findings)
    lower = copy(cervical.findings).stacks[0]
    lower.id = "5"
    for slice_ in lower.slices:
        slice_.position_ras[2] -= 300
    findings.stacks.insert(0, lower)
    assert [strip.stack.id for strip in strips(findings)] == ["4", "5"]


def test_no_slice_has_no_worst():
    assert worst([]) == (None, None)


def test_slice_numbers_are_written_as_ranges():
    assert ranges([3, 1, 2, 9]) == "1–3, 9"
