"""The words for anatomy, verdicts and grades."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib import labels


def test_names_go_up_from_the_lowest_vertebra():
    names = [labels.level_name(position) for position in range(1, 8)]
    assert names == ["L5", "L4", "L3", "L2", "L1", "T12", "T11"]


def test_the_reader_can_say_that_the_lowest_vertebra_is_another_one():
    assert labels.level_name(1, lowest="L3") == "L3"
    assert labels.disc_name(2, lowest="L4") == "L3/L4"


def test_the_disc_below_the_lowest_lumbar_vertebra_is_l5_s1():
    assert labels.disc_name(1) == "L5/S1"


def test_there_is_no_vertebra_above_c1():
    with pytest.raises(ValueError, match="No vertebra"):
        labels.level_name(25)


@given(st.integers(-10, 300))
def test_each_number_is_one_structure_or_refused(number):
    in_scheme = number == 100 or any(low <= number <= low + 24 for low in (1, 101, 201))
    if not in_scheme:
        with pytest.raises(ValueError, match="SPIDER"):
            labels.structure(number)
        return
    found = labels.structure(number)
    offset = {"vertebra": 100 if found.partial else 0, "disc": 200, "canal": 100}[found.kind]
    assert offset + found.position == number == found.label


def test_flagged_and_clear_differ_in_lightness_too():
    """So that a grey print and a colour-blind reader see it (WCAG's relative luminance)."""

    def lightness(color):
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in labels.rgb(color)
        ]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    clear, flagged = (
        lightness(labels.VERDICT_COLORS[v]) for v in (labels.NOT_COMPRESSED, labels.COMPRESSED)
    )
    assert flagged - clear > 0.05


def test_every_structure_has_a_snomed_code():
    assert labels.terminology("vertebra", "L5").value == "49668003"
    assert labels.terminology("disc", "L5/S1").value == "360499006"
    assert labels.terminology("canal", "canal").value == "61853006"
    assert labels.terminology("vertebra", "vertebra 1 (level not known)").meaning == "Vertebra"
