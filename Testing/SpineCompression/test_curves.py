"""Curves under the strip: each slice's value below its cell, norms shaded, gaps where nothing is."""

from copy import deepcopy

import pytest

from SpineLib.quantities import Quantity, find_quantity
from SpineLib.reading import Reading
from SpineLib.reasons import NO_CORD, Reason
from Testing.desktop import drag
from Testing.SpineCompression.panels import settle
from Testing.SpineSlicer.scene.test_outlineNodes import outlined  # noqa: F401

LINE = [2, 1, 0]  # of the brief series the last slice is nearest to the head: place 0


@pytest.fixture
def reading(outlined):  # noqa: F811
    """Three slices, from the feet up: no cord, a cord of 8 mm with a norm, one of 6 mm."""
    findings = deepcopy(outlined.findings)
    slices = findings.stacks[0].slices
    slices[0].quantities = [Quantity("cord_ap", why=Reason(NO_CORD))]
    usual = find_quantity(slices[1].quantities, "cord_ap")
    usual.value, usual.norm = 8.0, [7.0, 0.5]
    find_quantity(slices[2].quantities, "cord_ap").value = 6.0
    return Reading(findings, outlined.volumes)


@pytest.fixture
def timeline(desktop, widget, reading):
    """The strip, in a dock as wide as Slicer's is by itself."""
    widget.panel.show(reading)
    desktop.window.resize(350, 1000)
    settle()
    return widget.panel.result.timeline


def curve(timeline, key="cord_ap"):
    """Place → x and y of its value, and the band of each place."""
    study, top = timeline._study, timeline.curvesTop([0])
    numbers = list(range(len(study.places)))
    points = timeline.curves.points(timeline.cellRects(), numbers, key, top)
    return points, [timeline.curves.band(n, key, top) for n in numbers]


def test_each_value_stands_below_its_slices_cell_and_the_smaller_one_lower(timeline):
    points, _bands = curve(timeline)
    study = timeline._study
    rects = timeline.cellRects()
    measured = {n: study.slice(n).index for n in points}
    assert sorted(measured.values()) == [1, 2]  # where no cord is, there is a gap
    for number, (x, y) in points.items():
        left, top, width, height = rects[number]
        assert x == pytest.approx(left + width / 2) and y > top + height
    by = {index: points[number] for number, index in measured.items()}
    assert by[2][1] > by[1][1] + 3


def test_the_band_of_healthy_adults_is_shaded_where_a_slice_has_a_level(timeline):
    points, bands = curve(timeline)
    known = [n for n, band in enumerate(bands) if band is not None]
    assert [timeline._study.slice(n).index for n in known] == [1]
    upper, lower = bands[known[0]]
    assert upper < lower and points[known[0]][1] == pytest.approx(upper, abs=1)  # 8 = 7 + 2 x 0.5


def test_three_curves_are_drawn_with_the_flags_and_the_current_slice(timeline):
    assert timeline.curves.rows([0, 1, 2]) == ["cord_ap", "cord_area", "compression_ratio"]
    points, _bands = curve(timeline)
    study, number = timeline._study, next(iter(points))
    x, y = (round(at) for at in points[number])
    study.go(next(n for n in range(3) if n != number))
    study.answer(study.lead.key, study.lead.values[1])
    study.go(number)
    study.answer(study.lead.key, study.lead.values[0])
    plain = timeline.grab().toImage()
    study.answer(study.lead.key, study.lead.values[1])
    flagged = timeline.grab().toImage()
    assert f"#{flagged.pixel(x + 2, y) & 0xFFFFFF:06X}" == study.color(number)
    assert plain.pixel(x + 2, y) != flagged.pixel(x + 2, y)
    bottom = round(timeline.curvesTop([0])) + 16  # beneath the caption of the first row
    ink = [flagged.pixel(x, bottom + n) & 0xFF for n in range(3)]
    assert max(ink) < 100 < flagged.pixel(x + 9, bottom) & 0xFF  # the upright line
    assert f"Cord AP {study.slice(number).quantities[1].value:.1f} mm" in timeline.curves.caption(
        "cord_ap"
    )


def test_a_click_on_a_curve_goes_to_its_slice(timeline):
    points, _bands = curve(timeline)
    for number in points:
        drag(timeline, points[number])
        assert timeline._study.place == number


def test_without_measured_slices_the_strip_is_as_high_as_its_cells(widget, graded):
    widget.panel.show(graded)
    timeline = widget.panel.result.timeline
    assert timeline.curves.rows(list(range(19))) == [] and timeline.minimumHeight < 60
