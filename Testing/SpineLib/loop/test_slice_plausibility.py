"""Labels of neighbouring slices that hardly ever stand beside each other."""

import numpy as np
import pytest

from SpineLib.datasets.cases import SliceLabel
from SpineLib.loop.slice_plausibility import implausible_slices
from SpineLib.questions import BILSKY, COMPRESSION
from SpineLib.volume import Volume

WORDS = {"N": "not compressed", "P": "possibly compressed", "C": "compressed"}


def stack(slices: int, apart: float = 3.0) -> Volume:
    return Volume(np.zeros((slices, 4, 4), np.uint8), np.diag([1.0, 1.0, apart, 1.0]))


def compression(text: str, apart: float = 3.0) -> list:
    labels = [SliceLabel(k, WORDS[one]) for k, one in enumerate(text) if one in WORDS]
    return implausible_slices(labels, stack(len(text), apart), COMPRESSION)


def bilsky(*grades: str) -> list:
    labels = [SliceLabel(k, one) for k, one in enumerate(grades)]
    return implausible_slices(labels, stack(len(grades)), BILSKY)


@pytest.mark.parametrize("text", ["NNNNN", "NNCCN", "NCCCC", "NPCPN", "CPC", "NPN", "N-C-N"])
def test_a_lesion_of_several_slices_is_plausible(text):
    assert compression(text) == []


def test_one_slice_that_flips_is_found_at_its_place():
    (found,) = compression("NNCNN")
    assert found.what.startswith("Slice 3 alone is compressed") and not found.serious
    assert found.ras == (1.5, 1.5, 6.0)


def test_a_hole_in_a_lesion_is_serious():
    assert [one.serious for one in compression("CCNCC")] == [True]


def test_slices_far_from_each_other_may_say_anything():
    assert compression("NNCNN", apart=6.0) == []


def test_a_grade_that_jumps_from_one_slice_to_the_next_is_found():
    (found,) = bilsky("0", "0", "2", "3")
    assert "slice 2 to 3 the grade jumps from 0 to 2" in found.what and found.serious


def test_grades_that_rise_and_fall_are_plausible():
    assert bilsky("0", "1a", "1c", "2", "3", "2", "1b", "0") == []


def test_one_grade_of_its_own_is_found():
    assert "Slice 2 alone is 1b" in bilsky("0", "1b", "0")[0].what
