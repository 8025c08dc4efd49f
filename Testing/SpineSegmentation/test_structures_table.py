"""The table of structures in a narrow dock."""

import pytest

from Testing.desktop import settle

DOCK = 350  # pixels; as wide as Slicer's dock is by itself


@pytest.fixture
def table(desktop, turns, segmented, ui):
    desktop.window.resize(DOCK, 700)
    settle(desktop)
    return ui.structuresTable


def test_all_columns_are_in_sight_at_the_docks_own_width(table):
    assert table.horizontalScrollBar().maximum == 0
