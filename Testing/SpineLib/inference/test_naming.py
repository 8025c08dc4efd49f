"""The reader says what one vertebra is, and everything is renamed."""

import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import SegmentationFinding, SegmentFinding
from SpineLib.inference.naming import rename


@pytest.fixture
def finding() -> SegmentationFinding:
    kinds = [(1, "vertebra"), (2, "vertebra"), (103, "vertebra"), (100, "canal"), (201, "disc"), (202, "disc")]  # fmt: skip
    segments = [SegmentFinding(n, kind, "?", n == 103, 1.0, [0.0, 0.0, 0.0]) for n, kind in kinds]
    return SegmentationFinding(status="assessed", segments=segments)


def names(finding: SegmentationFinding) -> dict[int, str]:
    return {s.label: s.name for s in finding.segments}


def test_this_one_is_l5_renames_all(finding):
    named = rename(finding, 1, "L5")
    assert names(named) == {1: "L5", 2: "L4", 103: "L3", 100: "canal", 201: "L5/S1", 202: "L4/L5"}
    assert named.lowest == "L5"
    assert "reader" in named.evidence


def test_any_vertebra_can_be_the_one_that_is_named_also_a_partial_one(finding):
    assert names(rename(finding, 2, "T12"))[1] == "L1"
    assert names(rename(finding, 103, "L3")) == names(rename(finding, 1, "L5"))


def test_six_lumbar_vertebrae_can_be_named(finding):
    named = names(rename(finding, 1, "L6"))
    assert (named[1], named[2], named[103]) == ("L6", "L5", "L4")
    assert (named[201], named[202]) == ("L6/S1", "L5/L6")


def test_renaming_twice_keeps_the_last_and_the_first_finding_is_untouched(finding):
    again = rename(rename(finding, 1, "L4"), 1, "L5")
    assert names(again)[1] == "L5"
    assert names(finding)[1] == "?"


@pytest.mark.parametrize("label, name", [(7, "L5"), (201, "L5"), (1, "L9"), (1, ""), (2, "S1")])
def test_what_cannot_be_is_refused(label, name, finding):
    with pytest.raises(BadInput):
        rename(finding, label, name)
