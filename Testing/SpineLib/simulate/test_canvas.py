"""Views of a canvas and arrays beside it stay in step."""

import numpy as np
import pytest

from SpineLib.simulate.canvas import FIELDS, Canvas
from SpineLib.simulate.tissues import Tissue


@pytest.mark.parametrize("rows", [slice(2, 5), slice(4, 5), slice(5, 6)])
def test_an_arrays_part_is_the_one_under_the_view_even_of_a_single_row(rows):
    shape = (6, 7)
    fields = {name: np.zeros(shape, np.float32) for name in FIELDS}
    whole = Canvas(fields, 1.0, np.zeros(len(Tissue), np.float32))
    strip = whole.part(rows, slice(1, 7))
    beside = np.arange(strip.label.size).reshape(strip.label.shape)
    view = strip.part(slice(0, 1), slice(2, 5))
    assert np.array_equal(view.same_part(beside, strip), beside[0:1, 2:5])
