"""The study's verdict from its slices."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from SpineLib.findings import SliceFinding, StackFindings
from SpineLib.inference.interval import graded
from SpineLib.inference.summary import summarise
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from SpineLib.models import find_models
from SpineLib.questions import BILSKY, Opinion

COMPRESSION = find_models("compression")[0].card
GRADING = find_models("grading")[0].card


def stack(letters: str, spacing: float = 4.0) -> StackFindings:
    """A stack of slices: C compressed, N not compressed, - not assessed."""
    answers = {
        "C": Opinion("compression", COMPRESSION.name, COMPRESSED, True, 0.9),
        "N": Opinion("compression", COMPRESSION.name, NOT_COMPRESSED, False, 0.1),
        "-": Opinion("compression", COMPRESSION.name, reason="noise"),
    }
    slices = [
        SliceFinding(k, str(k), 1, [0.0, 0.0, 0.0], opinions=[answers[letter]])
        for k, letter in enumerate(letters)
    ]
    return StackFindings("1", spacing=[0.5, 0.5, spacing], slices=slices)


def test_one_compressed_slice_is_normal_and_two_are_abnormal_by_the_published_rule():
    assert summarise([stack("NCN")], COMPRESSION).verdict == "normal"
    assert summarise([stack("NCNC")], COMPRESSION).verdict == "abnormal"


def test_a_study_of_one_slice_gets_no_study_verdict_but_its_compressed_slice_is_counted():
    summary = summarise([stack("C")], COMPRESSION)
    assert summary.verdict == "" and "at least 2 assessed slices" in summary.reason
    assert summary.positive_slices == 1


def test_the_longest_run_is_told_in_slices_and_millimetres():
    summary = summarise([stack("CNCCC-C")], COMPRESSION)
    assert (summary.positive_slices, summary.longest_run) == (5, 3)
    assert summary.longest_run_mm == 12.0


def test_a_run_does_not_go_on_from_one_stack_to_the_next():
    summary = summarise([stack("NCC"), stack("CCN")], COMPRESSION)
    assert (summary.positive_slices, summary.longest_run) == (4, 2)


def test_a_study_whose_slices_were_not_assessed_says_why_and_is_not_called_normal():
    summary = summarise([stack("---")], COMPRESSION)
    assert (summary.status, summary.verdict, summary.reason) == ("not assessed", "", "noise")


@given(st.text("CN-", min_size=1, max_size=30))
def test_the_run_is_never_longer_than_the_count(letters):
    summary = summarise([stack(letters)], COMPRESSION)
    assert summary.longest_run <= summary.positive_slices == letters.count("C")
    assert summary.longest_run == max(len(run) for run in letters.replace("-", "N").split("N"))


def test_the_worst_grade_of_the_study_is_named_with_its_slice():
    one = stack("NNN")
    for finding, probabilities in zip(
        one.slices,
        ([0.9, 0.1, 0, 0, 0, 0], [0, 0, 0, 0, 0.8, 0.2], [0, 0, 0, 0.1, 0.9, 0]),
        strict=True,
    ):
        finding.opinions.append(replace(graded(probabilities, BILSKY), by=GRADING.name))
    summary = summarise([one], GRADING)
    assert (summary.worst, summary.index, summary.positive_slices) == ("2", 2, 2)


def test_a_study_that_was_not_graded_says_why():
    one = stack("N")
    one.slices[0].opinions = [Opinion("Bilsky", GRADING.name, reason="made for another region")]
    assert summarise([one], GRADING).reason == "made for another region"
