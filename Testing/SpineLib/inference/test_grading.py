"""High or low first, then the grade with its interval; the scheme is the card's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.errors import BadInput
from SpineLib.questions import BILSKY, KANG

torch = pytest.importorskip("torch")
from SpineLib.inference.canal import CanalPath  # noqa: E402
from SpineLib.inference.interval import graded, interval  # noqa: E402
from SpineLib.inference.loaded import Loaded, load  # noqa: E402
from SpineLib.inference.opinions import opinions  # noqa: E402


def test_the_high_probability_is_that_of_the_high_grades():
    answer = graded([0.05, 0.1, 0.3, 0.25, 0.2, 0.1], BILSKY)
    assert answer.probability == pytest.approx(0.55)
    assert (answer.positive, answer.value) == (True, "1b")
    assert answer.interval == ["1b", "2"] or answer.interval == ["1a", "2"]
    assert list(answer.probabilities) == ["0", "1a", "1b", "1c", "2", "3"]


def test_a_sure_grade_is_its_own_interval():
    assert graded([0.01, 0.01, 0.9, 0.03, 0.03, 0.02], BILSKY).interval == ["1b", "1b"]


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=7))
def test_the_interval_holds_80_percent_and_the_grade_and_is_the_smallest(weights):
    p = np.array(weights) / np.sum(weights)
    top = int(p.argmax())
    first, last = interval(p.tolist(), top)
    assert first <= top <= last
    assert p[first : last + 1].sum() >= 0.8 - 1e-6
    width = last - first
    for start in range(len(p) - width + 1):
        if width and start <= top < start + width:
            assert p[start : start + width].sum() < 0.8 + 1e-6


def test_another_scheme_is_another_card(axial_volume, make_model):
    model = make_model(
        "grading",
        scheme=KANG,
        labels=KANG.values,
        network={
            "name": "prototype",
            "arguments": {"depth": 10, "widths": [4, 4, 8, 8], "grades": 4},
        },
    )
    canal = CanalPath(np.array([axial_volume.slice_center(k) for k in range(8)]), np.ones(8))
    answers = opinions(axial_volume, canal, load(model, "cpu"))
    assert {a.question for a in answers} == {"Kang"}
    assert all(set(a.probabilities) == set(KANG.values) for a in answers)
    assert all(sum(a.probabilities.values()) == pytest.approx(1) for a in answers)


class MarkerSeeker(torch.nn.Module):
    """Grade 3 where the middle of the window is bright, else 0."""

    def forward(self, windows):
        bright = windows[:, 1, 14:18, 14:18].mean((1, 2))
        return torch.stack([1 - bright, *[bright * 0 - 9] * 4, bright], dim=1) * 20


def test_a_readers_box_moves_the_window_and_is_named(axial_volume, make_card):
    loaded = Loaded(make_card("grading"), MarkerSeeker(), torch.device("cpu"))
    centers = np.array([[-5.0, -8.0, axial_volume.slice_center(k)[2]] for k in range(8)])
    canal = CanalPath(centers, np.full(8, 0.9))
    z = centers[2, 2]
    box = [[-33, -3, z], [-27, 3, z]]  # around the marker, on the patient's left
    answers = opinions(axial_volume, canal, loaded, boxes={2: box})
    assert [a.value for a in answers] == ["0", "0", "3", "0", "0", "0", "0", "0"]
    assert [a.source for a in answers].count("reader's box") == 1
    assert answers[2].source == "reader's box"


@pytest.mark.parametrize(
    "boxes", [{99: np.zeros((2, 3))}, {0: [1, 2, 3]}, {0: [[0, 0, 0], [1, 1, np.nan]]}]
)
def test_a_box_that_makes_no_sense_is_refused(axial_volume, make_model, boxes):
    canal = CanalPath(np.zeros((8, 3)), np.ones(8))
    with pytest.raises(BadInput, match="box"):
        opinions(axial_volume, canal, load(make_model("grading"), "cpu"), boxes=boxes)
