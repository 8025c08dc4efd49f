"""A reader chooses by the command line what is compared with; findings and report say who it was."""

from copy import deepcopy

import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.inference.study_quantities import Reference, complete
from SpineLib.outputs.quantity_words import narrowest_lines, study_rows
from SpineLib.quantities import Quantity, find_quantity
from SpineLib.reading import Reading
from SpineLib.reasons import NO_CORD, Reason
from SpineSlicer.headless.levels import compare_with
from Testing.SpineSlicer.scene.test_outlineNodes import outlined  # noqa: F401


@pytest.fixture
def narrow(outlined):  # noqa: F811
    """The outlined reading with a cord of 4 mm on slice 1."""
    findings = deepcopy(outlined.findings)
    find_quantity(findings.stacks[0].slices[1].quantities, "cord_ap").value = 4.0
    return Reading(findings, outlined.volumes, outlines=outlined.outlines)


def chosen(findings):
    mscc = find_quantity(findings.quantities, "mscc")
    return [(slice_.index, slice_.chosen_by) for slice_ in mscc.compared]


def test_findings_and_report_say_which_slices_were_taken_and_who_chose_them(narrow):
    reading, log = compare_with(narrow, None, [Reference("4", 0), Reference("4", 2)], "AB")
    assert chosen(reading.findings) == [(0, "AB"), (2, "AB")] and chosen(narrow.findings) == []
    assert narrowest_lines(reading.findings)[0].endswith("slice 1 and slice 3, chosen by AB")
    assert "slice 1 and slice 3, chosen by AB" in [row[3] for row in study_rows(reading.findings)]
    # Kept in a file, and when numbers are measured anew.
    kept = Findings.from_dict(reading.findings.to_dict())
    assert kept == reading.findings
    complete(kept)
    assert chosen(kept) == [(0, "AB"), (2, "AB")]
    # Others take their place.
    again, log = compare_with(reading, log, [Reference("4", 2)], "CD")
    assert chosen(again.findings) == [(2, "CD")] and len(log.comparisons) == 1


def test_a_slice_on_which_nothing_was_measured_is_refused_and_nothing_is_kept(narrow):
    narrow.findings.stacks[0].slices[2].quantities = [Quantity("cord_ap", why=Reason(NO_CORD))]
    with pytest.raises(BadInput, match="Slice 3 of stack 4"):
        compare_with(narrow, None, [Reference("4", 0), Reference("4", 2)])


def test_the_table_names_each_slice_beside_its_level(narrow):
    slices = narrow.findings.stacks[0].slices
    for slice_, level in zip(slices, ("T1", "C7", "C6"), strict=True):
        slice_.level = level
    reading, _log = compare_with(narrow, None, [Reference("4", 0), Reference("4", 2)])
    beside = study_rows(reading.findings)[0][3]
    assert beside == "T1 and C6 (slices 1, 3), chosen by reader"
