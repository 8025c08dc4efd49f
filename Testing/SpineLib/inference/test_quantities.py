"""What is measured of cord and sac, against shapes whose size is known, and what is refused."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.inference.outline_map import CORD_LABEL, SAC_LABEL, measuring_again, slices_of
from SpineLib.inference.quantities import CORD_KEYS, SAC_KEYS, measure_slices, torsion
from SpineLib.inference.second_opinion import QUESTION, disagree, probability, second_opinion
from SpineLib.inference.study_quantities import Reference, complete, normal_slices
from SpineLib.outcome.imaging import imaging_of
from SpineLib.outputs.quantity_words import (
    definitions_text,
    narrowest_lines,
    percentile_text,
    slice_rows,
)
from SpineLib.quantities import Quantity, find_quantity, value_of
from SpineLib.questions import BORDERLINE, Opinion
from SpineLib.reasons import (
    FEW_NEIGHBOURS,
    NO_CANAL,
    NO_CORD,
    NO_COURSE,
    NO_OUTLINE,
    OTHER_LEVEL,
    OUTLINE_CUT,
    TOO_OBLIQUE,
    UNSURE_NARROWEST,
    UNSURE_OUTLINE,
    Reason,
)
from SpineLib.slabs import finish
from SpineLib.volume import Volume

PIXEL, THICK, SIZE = 0.25, 3.0, 128


def label_map(aps, *, width=12.0, sac=(20.0, 16.0), lean=0.0, turn=0.0, middle=(63.3, 64.2)):
    """Slices with an elliptic cord of these AP diameters (None: no cord) in an elliptic sac, mm.

    ``lean``: degrees between the canal and the slices' normal; the cord is cut obliquely then.
    ``turn``: degrees that the cord is turned more on each slice.
    """
    slope = np.tan(np.radians(lean))
    voxels = np.zeros((len(aps), SIZE, SIZE), np.uint8)
    j, i = np.mgrid[:SIZE, :SIZE]
    for k, ap in enumerate(aps):
        # Rows run to posterior; a canal that leans goes forward as it goes up.
        x, y = (
            (i - middle[0]) * PIXEL,
            (j - middle[1]) * PIXEL + slope * THICK * (k - len(aps) // 2),
        )
        stretch = 1 / np.cos(np.radians(lean))
        if sac:
            inside = (x / sac[0] * 2) ** 2 + (y / (sac[1] * stretch) * 2) ** 2 < 1
            voxels[k][inside] = SAC_LABEL
        if ap:
            c, s = np.cos(np.radians(turn * k)), np.sin(np.radians(turn * k))
            u, v = c * x + s * y, -s * x + c * y
            voxels[k][(u / width * 2) ** 2 + (v / (ap * stretch) * 2) ** 2 < 1] = CORD_LABEL
    matrix = np.diag([-PIXEL, -PIXEL, THICK, 1.0])
    return Volume(voxels, matrix)


def measured(labels):
    return measure_slices(slices_of(labels))


def findings_of(labels, levels=None, flagged=()):
    made = [
        SliceFinding(
            k, f"1.{k}", 1, [0.0, 0.0, THICK * k], level=levels[k] if levels else "",
            opinions=[
                Opinion("compression", "net", "compressed" if k in flagged else "not compressed",
                        k in flagged, 0.9 if k in flagged else 0.1)
            ],
        )
        for k in range(len(labels.voxels))
    ]  # fmt: skip
    stack = StackFindings(
        "4", region="cervical", spacing=[PIXEL, PIXEL, THICK], chosen_for=["compression"],
        slices=made,
    )  # fmt: skip
    findings = Findings([stack])
    finish(measuring_again(findings, "4", labels, range(len(labels.voxels))))
    return findings


def test_an_ellipse_has_the_size_that_it_was_drawn_with():
    one = measured(label_map([7.0] * 7))[3]
    middle_third = np.sqrt(1 - np.linspace(-1 / 3, 1 / 3, 1001) ** 2).mean()
    assert value_of(one, "cord_ap") == pytest.approx(7.0 * middle_third, abs=0.1)
    assert value_of(one, "cord_transverse") == pytest.approx(12.0, abs=0.25)
    assert value_of(one, "cord_area") == pytest.approx(pi * 3.5 * 6, rel=0.02)
    assert value_of(one, "compression_ratio") == pytest.approx(100 * 7 / 12, abs=2)
    assert value_of(one, "solidity") > 96
    assert value_of(one, "eccentricity") == pytest.approx(np.sqrt(1 - (7 / 12) ** 2), abs=0.02)
    assert value_of(one, "asymmetry") < 5
    assert value_of(one, "sac_area") == pytest.approx(pi * 10 * 8, rel=0.02)
    assert value_of(one, "ascor") == pytest.approx(100 * 3.5 * 6 / 80, rel=0.03)
    assert value_of(one, "torsion") == pytest.approx(0, abs=0.1)


def test_a_dent_in_the_middle_makes_the_cord_less_deep_and_a_cut_at_its_side_does_not():
    whole, dented, cut = (label_map([7.0] * 7) for _ in range(3))
    rows, columns = np.nonzero(whole.voxels[3] == CORD_LABEL)
    front, left, right = rows.min(), columns.min(), columns.max()
    third = (right - left + 1) // 3
    # One row is a pixel deep: 2 mm, within the middle third, and in the third beside it.
    deep = front + round(2 / PIXEL)
    dented.voxels[3][front:deep, left + third : right - third + 1] = SAC_LABEL
    cut.voxels[3][front:deep, left : left + third - 1] = SAC_LABEL
    depth, less, same = (value_of(measured(one)[3], "cord_ap") for one in (whole, dented, cut))
    assert less == pytest.approx(depth - 2, abs=0.25)
    assert same == pytest.approx(depth, abs=0.1)


def test_a_slice_that_cuts_the_canal_obliquely_makes_the_cord_no_larger():
    straight, leaning = (measured(label_map([7.0] * 7, lean=lean))[3] for lean in (0.0, 20.0))
    for key in ("cord_ap", "cord_area", "sac_ap", "sac_area"):
        assert value_of(leaning, key) == pytest.approx(value_of(straight, key), rel=0.03)


def test_torsion_is_the_turn_from_slice_to_slice_and_needs_three_to_each_side():
    made = measured(label_map([7.0] * 8, turn=4.0))
    assert value_of(made[3], "torsion") == pytest.approx(4.0, abs=0.5)
    assert find_quantity(made[2], "torsion").why == Reason(FEW_NEIGHBOURS)
    # An axis has no direction.
    assert torsion([89, -89, 89, -89, 89, -89, 89], 3) == pytest.approx(2.0)


def codes(one):
    return {quantity.key: quantity.why.code for quantity in one if quantity.why}


@pytest.mark.parametrize(
    ("labels", "missing", "code"),
    [
        (label_map([None] * 4), (*CORD_KEYS, "ascor"), NO_CORD),
        (label_map([7.0]), (*CORD_KEYS, *SAC_KEYS), NO_COURSE),
        (label_map([7.0] * 7, lean=38.0), (*CORD_KEYS, *SAC_KEYS), TOO_OBLIQUE),
        (label_map([7.0] * 4, width=8.0, middle=(20.0, 64.0)), SAC_KEYS, OUTLINE_CUT),
    ],
)
def test_what_cannot_be_measured_has_a_reason_and_never_zero(labels, missing, code):
    one = measured(labels)[len(labels.voxels) // 2]
    assert {key for key, found in codes(one).items() if found == code} == set(missing)
    assert all((quantity.value is None) == (quantity.why is not None) for quantity in one)


def test_a_slice_without_canal_and_a_slice_without_outline_say_so():
    made = slices_of(label_map([7.0] * 5))
    assert set(codes(measure_slices([*made, None])[-1]).values()) == {NO_CANAL}
    made[2].sac[:] = made[2].cord[:] = 0
    assert set(codes(measure_slices(made)[2]).values()) == {NO_OUTLINE}


def test_a_cord_whose_outline_is_not_sure_is_not_measured_until_a_reader_corrects_it():
    slices = slices_of(label_map([7.0] * 7))
    blurred = replace(slices[3], cord=np.asarray(slices[3].cord, np.float32) * 0.8)
    slices = [*slices[:3], blurred, *slices[4:]]
    own = {quantity.key: quantity for quantity in measure_slices(slices)[3]}
    assert {own[key].why.code for key in (*CORD_KEYS, "ascor")} == {UNSURE_OUTLINE}
    assert own["sac_area"].value and find_quantity(measure_slices(slices)[2], "cord_ap").value
    findings = findings_of(label_map(NARROW), flagged=(5,))
    ap = find_quantity(findings.stacks[0].slices[5].quantities, "cord_ap")
    ap.value, ap.why = None, Reason(UNSURE_OUTLINE)
    complete(findings)
    assert find_quantity(findings.quantities, "mscc").why.code == UNSURE_NARROWEST
    assert find_quantity(findings.quantities, "mcc").value is not None
    assert narrowest_lines(findings)[0].startswith("MSCC: the cord was not outlined surely")
    finish(measuring_again(findings, "4", label_map(NARROW), [5]))
    assert find_quantity(findings.quantities, "mscc").value == pytest.approx(50, abs=2)


NARROW = [7.0, 7.0, 7.0, 7.0, 5.0, 3.5, 5.0, 7.0, 7.0, 7.0, 7.0]
LEVELS = [*["T1"] * 3, "C7/T1", "C6/C7", "C5/C6", "C5", "C4/C5", *["C4"] * 3]


def test_mscc_is_against_the_nearest_normal_slices_above_and_below():
    findings = findings_of(label_map(NARROW), LEVELS, flagged=(5,))
    mscc = find_quantity(findings.quantities, "mscc")
    assert (mscc.level, mscc.stack, mscc.index) == ("C5/C6", "4", 5)
    assert mscc.value == pytest.approx(50, abs=2)
    assert [one.index for one in mscc.compared] == [1, 2, 3, 7, 8, 9]
    assert narrowest_lines(findings)[0] == (
        f"Narrowest at C5/C6: cord AP {value_of(findings.stacks[0].slices[5].quantities, 'cord_ap'):.1f} mm, "
        f"{round(mscc.value)} % below the mean of T1, C7/T1 and C4/C5, C4"
    )  # fmt: skip
    assert imaging_of(findings)["mscc"] == mscc.value
    assert imaging_of(findings)["cord_ap"] == pytest.approx(3.5, abs=0.25)


def test_mscc_is_that_of_a_flagged_slice_where_there_is_one():
    aps = [7.0, 7.0, 7.0, 5.0, 7.0, 7.0, 7.0, 5.5, 7.0, 7.0, 7.0]
    flagged, none = (findings_of(label_map(aps), flagged=which) for which in ((7,), ()))
    assert find_quantity(flagged.quantities, "mscc").index == 7
    assert find_quantity(none.quantities, "mscc").index == 3


def test_a_reader_chooses_other_slices_to_compare_with():
    findings = findings_of(label_map([8.0, *NARROW[1:-1], 8.0]), flagged=(5,))
    complete(findings, references=[Reference("4", 0), Reference("4", 10)])
    mscc = find_quantity(findings.quantities, "mscc")
    assert [one.index for one in mscc.compared] == [0, 10]
    assert mscc.value == pytest.approx(100 * (1 - 3.5 / 8), abs=2)
    assert "mean of slice 1 and slice 11" in narrowest_lines(findings)[0]
    complete(findings, references=[Reference("4", 6), Reference("4", 10)])
    assert find_quantity(findings.quantities, "mscc").index in (7, 8, 9)  # only what lies between
    with pytest.raises(BadInput, match="Slice 45"):
        complete(findings, references=[Reference("4", 44)])


def test_a_flag_at_the_stacks_end_is_compared_with_the_one_side_that_there_is():
    findings = findings_of(label_map([7.0, 7.0, 7.0, 7.0, 5.0, 3.5]), flagged=(4, 5))
    mscc = find_quantity(findings.quantities, "mscc")
    assert (mscc.index, [one.index for one in mscc.compared]) == (5, [1, 2, 3])
    assert narrowest_lines(findings)[0].endswith("below the mean of slices 2–4")
    # Without a flag it may be how a cord grows thinner downward.
    assert find_quantity(findings_of(label_map([7.0] * 5 + [5.0])).quantities, "mscc").index != 5


def test_a_flagged_slice_is_compared_with_what_nothing_flags_where_a_side_has_no_normal_slice():
    # The upper neck is thinner than the lower one, though nothing presses on it.
    findings = findings_of(label_map([6.0, 6.0, 6.0, 3.5, *[7.5] * 8]), flagged=(3,))
    mscc = find_quantity(findings.quantities, "mscc")
    assert (mscc.index, [one.index for one in mscc.compared]) == (3, [0, 1, 2, 4, 5, 6])
    # At the end of a stack the nearest normal slices need not be neighbours of each other.
    aps = [7.0, 7.0, 7.0, 6.2, 7.0, 6.2, 3.5]
    mscc = find_quantity(findings_of(label_map(aps), flagged=(6,)).quantities, "mscc")
    assert (mscc.index, [one.index for one in mscc.compared]) == (6, [1, 2, 4])


def test_a_flagged_slice_without_a_cord_between_others_leaves_the_narrowest_place_unknown():
    findings = findings_of(label_map([*NARROW[:5], None, *NARROW[6:]]), flagged=(4, 5))
    assert find_quantity(findings.quantities, "mscc").why.code == UNSURE_NARROWEST
    # Where the cord ends, a flag leaves nothing unknown.
    findings = findings_of(label_map([7.0, 7.0, 7.0, 5.0, 7.0, None]), flagged=(3, 5))
    assert find_quantity(findings.quantities, "mscc").index == 3


def test_wide_flagged_slices_and_those_that_the_network_withheld_make_no_other_normal_or_less():
    findings = findings_of(label_map([6.0] * 4 + [7.0] * 5), flagged=range(4, 9))
    (stack,) = findings.stacks
    # Not too narrow beside flagged ones that are measured too wide.
    assert [slice_.index for slice_ in normal_slices(stack, "cord_ap")] == [0, 1, 2, 3]
    stack.slices[3].opinions = [Opinion("compression", "net", reason="unlike")]
    assert [slice_.index for slice_ in normal_slices(stack, "cord_ap")] == [0, 1, 2]


def test_without_normal_slices_mscc_is_missing_with_its_reason():
    findings = findings_of(label_map([7.0, 3.5, 7.0]), flagged=(0, 1, 2))
    mscc = find_quantity(findings.quantities, "mscc")
    assert mscc.value is None and "to compare with" in str(mscc.why)
    assert narrowest_lines(findings) == []


def test_a_corrected_outline_is_measured_anew():
    labels = label_map(NARROW)
    findings = findings_of(labels, flagged=(5,))
    before = value_of(findings.quantities, "mscc")
    labels.voxels[5] = labels.voxels[0]
    finish(measuring_again(findings, "4", labels, range(len(labels.voxels))))
    assert value_of(findings.stacks[0].slices[5].quantities, "cord_ap") == pytest.approx(
        7, abs=0.25
    )
    assert value_of(findings.quantities, "mscc") < before - 15
    assert len([summary for summary in findings.summaries if summary.question == QUESTION.key]) == 1
    with pytest.raises(BadInput, match="not those of stack 4"):
        finish(measuring_again(findings, "4", label_map([7.0]), range(1)))


def shape(ratio, area, solidity, turned):
    values = {
        "compression_ratio": ratio,
        "cord_area": area,
        "solidity": solidity,
        "torsion": turned,
    }
    return [Quantity(key, value) for key, value in values.items()]


def test_the_equation_is_the_published_one():
    # 57.501 - 0.273 x 50 - 0.102 x 70 - 0.408 x 92 + 2.168 x 1 = 1.343
    assert probability(shape(50, 70, 92, 1), "C5/C6") == pytest.approx(1 / (1 + np.exp(-1.343)))
    # 2.729 less at C6/C7.
    assert probability(shape(50, 70, 92, 1), "C6/C7") == pytest.approx(1 / (1 + np.exp(1.386)))
    assert probability(shape(50, 70, 92, 1), "C5").code == OTHER_LEVEL
    assert probability([], "C5/C6").code == "not-measured"


@pytest.mark.parametrize(
    ("solidity", "value"), [(92, "compressed"), (96.5, BORDERLINE), (98, "not compressed")]
)
def test_its_cut_offs_give_no_possible_and_yes(solidity, value):
    made = SliceFinding(0, "", 1, [0.0] * 3, level="C4/C5", quantities=shape(50, 70, solidity, 1))
    opinion = second_opinion(made)
    assert opinion.value == value and opinion.question == QUESTION.key


def test_a_slice_says_where_network_and_equation_disagree():
    agreeing, differing = (
        findings_of(label_map(NARROW), LEVELS, flagged=flagged) for flagged in ((5,), ())
    )
    assert agreeing.stacks[0].slices[5].opinion(QUESTION.key).value == "compressed"
    for findings, differs in ((agreeing, False), (differing, True)):
        assert disagree(findings.stacks[0].slices[5]) is differs
        assert [row.level for row in slice_rows(findings) if row.disagree] == ["C5/C6"] * differs
        before = findings.to_dict()
        complete(findings)  # again: what the equation flagged is not compared with, now as before
        assert findings.to_dict() == before


def test_without_a_level_a_number_stands_beside_the_patients_own_slices_without_a_flag():
    labels = label_map([7.25, 6.9, 7.25, 3.5, 7.0, 7.25, 6.9])
    findings = findings_of(labels, flagged=(3,))
    slices = findings.stacks[0].slices
    ap = find_quantity(slices[3].quantities, "cord_ap")
    assert ap.norm_own and ap.norm == pytest.approx([6.97, 0.17], abs=0.05)
    assert percentile_text(ap) == "own below P 1"
    assert "patient's own slices" in definitions_text(slices[3])
    assert Findings.from_dict(findings.to_dict()) == findings
    slices[3].level = "C5"
    complete(findings)
    assert not ap.norm_own and percentile_text(ap) == "below P 1"
    # Few slices tell nothing.
    few = findings_of(label_map([7.25, 6.75, 3.5, 7.0]), flagged=(2,))
    assert find_quantity(few.stacks[0].slices[2].quantities, "cord_ap").norm == []


def test_a_number_stands_beside_healthy_people_of_its_level():
    findings = findings_of(label_map(NARROW), LEVELS, flagged=(5,))
    ap = find_quantity(findings.stacks[0].slices[5].quantities, "cord_ap")
    assert ap.norm == pytest.approx([7.27, 0.505])
    assert percentile_text(ap) == "below P 1"
    assert percentile_text(Quantity("cord_ap", 7.27, norm=[7.27, 0.505])) == "P 50"
    assert percentile_text(Quantity("cord_ap", 7.27)) == ""
