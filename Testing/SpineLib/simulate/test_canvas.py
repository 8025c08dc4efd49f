"""A view of a canvas finds its own part of an array that was made on the whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.simulate.canvas import FIELDS, Canvas


def canvas(rows: int, columns: int) -> Canvas:
    places = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
    return Canvas(dict.fromkeys(FIELDS, places), 0.5, np.zeros(64, np.float32))


@given(st.data(), st.integers(1, 9), st.integers(1, 9))
def test_a_view_of_any_size_finds_its_part_even_in_a_whole_of_one_row(data, rows, columns):
    whole = canvas(rows, columns)
    first, left = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    last, right = data.draw(st.integers(first, rows - 1)), data.draw(st.integers(left, columns - 1))
    part = whole.part(slice(first, last + 1), slice(left, right + 1))
    np.testing.assert_array_equal(part.same_part(whole.u, whole), part.u)
    inner = part.part(slice(0, 1), slice(0, 1))
    np.testing.assert_array_equal(inner.same_part(part.u, part), inner.u)
