"""Which answers are possible, in the panel: line, table, strip, and what is promised of them."""

from SpineLib.questions import BILSKY, COMPRESSION
from Testing.SpineCompression.panels import settle


def colors_at(timeline, number, y) -> list[str]:
    """The colours along a cell, in quarters, so many pixels below its top."""
    left, top, width, _height = timeline.cellRects()[number]
    image = timeline.grab().toImage()
    places = [int(left + width * part) for part in (0.15, 0.4, 0.6, 0.85)]
    return [f"#{image.pixel(x, int(top + y)) & 0xFFFFFF:06X}" for x in places]


def test_line_table_and_strip_show_all_that_is_possible(ui, widget, unsure):
    widget.panel.show(unsure)
    settle()
    study, timeline = widget.panel.study, widget.panel.result.timeline
    place = next(n for n in range(3) if study.slice(n).index == 0)
    study.go(place)
    assert "Bilsky 2 (high, 1c or 2)" in ui.sliceLabel.text
    cells = {ui.findingsTable.item(row, 0).text(): row for row in range(3)}
    first, second = cells["1"], cells["2"]
    assert ui.findingsTable.item(first, 5).text() == "2 (high, 1c or 2)"
    assert ui.findingsTable.item(second, 5).text() == "2 (high)"
    assert ui.findingsTable.item(second, 4).text().startswith("compressed (uncertain)")
    low = timeline.cellRects()[place][3] - 2
    grades = [BILSKY.color("1c")] * 2 + [BILSKY.color("2")] * 2
    assert colors_at(timeline, place, low) == grades
    verdicts = [COMPRESSION.color(value) for value in COMPRESSION.values for _ in range(2)]
    assert colors_at(timeline, 1, 2) == verdicts


def test_the_verdict_says_how_often_and_its_tip_what_is_promised(ui, widget, unsure):
    widget.panel.show(unsure)
    settle()
    assert "Bilsky grade: more than one answer is possible on 2 of 3 slices" in ui.detailLabel.text
    assert "Nothing is promised of others" in ui.detailLabel.toolTip


def test_a_readers_answer_leaves_nothing_open(ui, widget, unsure):
    from Testing.desktop import press

    widget.panel.show(unsure)
    settle()
    widget.panel.study.go(1)
    press(widget.panel.result.timeline, "1")
    assert len(set(colors_at(widget.panel.result.timeline, 1, 2))) == 1


def test_cells_of_slices_on_which_a_model_was_forced_have_a_dotted_line(widget, brief, unsure):
    timeline = widget.panel.result.timeline
    seen = []
    for reading in (brief, unsure):  # forced, and not
        widget.panel.show(reading)
        settle()
        left, top, width, height = timeline.cellRects()[2]
        image = timeline.grab().toImage()
        row = range(int(left) + 2, int(left + width) - 3)
        seen.append({image.pixel(x, int(top + height) - 8) for x in row})
    assert len(seen[0]) > 1 and len(seen[1]) == 1
