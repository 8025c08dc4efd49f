"""The first sentence says the levels, where every flagged slice has one."""

import pytest

from SpineLib.findings import Findings, QuestionSummary, SliceFinding, StackFindings
from SpineLib.levels import LevelsFinding
from SpineLib.outputs.level_words import level_lines, level_warnings
from SpineLib.outputs.report import render
from SpineLib.outputs.summary import headline
from SpineLib.questions import COMPRESSION, Opinion
from SpineLib.reading import Reading
from SpineLib.reasons import ENDS_MEET, HEADER_REGION, ON_COURSE, SAME_FRAME, Reason


def study(*levels: str) -> Findings:
    """One flagged slice a level, from the head downward; the second is the worst."""
    slices = [
        SliceFinding(n, "", 1, [0.0, 0.0, -4.0 * n], level=level, opinions=[
            Opinion("compression", "m", "compressed", True, 0.9 if n == 1 else 0.7)])
        for n, level in enumerate(levels)
    ]  # fmt: skip
    summary = QuestionSummary("compression", "m", "assessed", assessed_slices=len(slices),
                              positive_slices=len(slices), worst="compressed", stack="4",
                              index=min(1, len(slices) - 1))  # fmt: skip
    return Findings([StackFindings("4", slices=slices)], [COMPRESSION], [summary])


@pytest.mark.parametrize(
    ("levels", "text"),
    [
        (("C5/C6", "C5/C6", "C6/C7"), "Compression flagged at C5/C6 and C6/C7, worst at C5/C6"),
        (("C4", "C5", "C6"), "Compression flagged at C4, C5 and C6, worst at C5"),
        (("T8",), "Compression flagged at T8"),
        (("C5", ""), "Compression flagged on 2 of 2 slices"),
    ],
)
def test_the_first_sentence_names_levels_and_leaves_no_flagged_slice_out(levels, text):
    line = headline(study(*levels))
    assert line.text == text
    assert "2 of 2 slices" in f"{line.text} {line.detail}" or len(levels) != 2


def test_the_count_of_slices_stays_in_the_line_below():
    assert headline(study("C5", "C6")).detail.startswith("Compression flagged on 2 of 2 slices")


def test_evidence_and_placing_are_said_and_the_same_frame_needs_no_word():
    levels = LevelsFinding(evidence=[Reason(ENDS_MEET, {"count": 23})])
    levels.placed = {"4": Reason(SAME_FRAME),
                     "5": Reason(ON_COURSE, {"slices": 9, "median": 1.2})}  # fmt: skip
    lines = level_lines(Findings(levels=levels))
    assert len(lines) == 2 and "23 free vertebrae" in lines[0] and "median 1.2 mm" in lines[1]


def test_a_header_that_says_another_region_than_the_axial_slices_show_is_told_in_the_report():
    findings = study("C5", "")
    why = Reason(HEADER_REGION, {"picture": "cervical", "header": "lumbar"})
    findings.levels = LevelsFinding(regions={"4": why})
    kept = Findings.from_dict(findings.to_dict())
    (line,) = level_warnings(kept)
    assert "look like the cervical spine, and the header says lumbar" in line
    assert f"⚠ {line}." in render(Reading(kept), {})
