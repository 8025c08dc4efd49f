"""What the truth of a lumbar volume says of its disease, against the label map or the image."""

import numpy as np
import pytest

from SpineLib.simulate import lumbar_case
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import build_patient


def lumbar_patient(wanted, first=0):
    """The first patient whose disease has what is wanted."""
    for seed in range(first, first + 400):
        case = build_patient(np.random.default_rng((seed, 1)), "lumbar", "degenerative")
        if wanted(case.disease):
            return case
    raise AssertionError("no such patient")


def step_at(spine, level):
    """How far the canal's line above a disc stands in front of that below it, beyond its slope."""
    s = float(spine.disc(level))
    front = spine.axes(s)[1]

    def ahead(at):
        return float(spine.ras(0, 0, at) @ front)

    over, under = ahead(s + 8), ahead(s - 8)
    usual = np.mean([ahead(s + 24) - ahead(s + 8), ahead(s - 8) - ahead(s - 24)])
    return over - under - usual


def test_a_slip_is_a_step_of_the_spine_as_large_as_the_truth_says():
    who = lumbar_patient(lambda disease: disease.slips)
    ((level, slip),) = who.disease.slips.items()
    assert 3 <= abs(slip) <= 10
    assert step_at(who.spine, level) == pytest.approx(slip, abs=2.0)


def test_a_spine_without_a_slip_has_no_step():
    who = lumbar_patient(lambda disease: not disease.slips)
    for level in range(LEVELS.index("L2"), LEVELS.index("L5")):
        assert abs(step_at(who.spine, level)) < 2.5


@pytest.mark.parametrize("seed", [1, 4])
def test_only_structures_in_the_picture_have_a_truth(seed):
    case = lumbar_case(seed=seed, scanner={"slices": 5})
    truth = case.truth
    names = set(truth.labels.values())
    assert {*truth.slips, *truth.fractures, *truth.schmorl, *truth.endplates} <= names
    assert all("/" in name for name in truth.endplates)
    assert not any("/" in name for name in (*truth.slips, *truth.fractures, *truth.schmorl))


def test_the_truth_counts_every_node_fracture_and_changed_endplate_of_the_patient():
    case = lumbar_case(seed=2, scanner={"slices": 5})
    sick, names = case.patient.disease, set(case.truth.labels.values())
    assert len(case.truth.schmorl) == sum(LEVELS[one.level] in names for one in sick.schmorl)
    assert set(case.truth.fractures) == {LEVELS[k] for k in sick.collapse} & names
    assert len(case.truth.endplates) == sum(
        f"{LEVELS[k]}/{LEVELS[k + 1]}" in names for k in sick.endplates
    )
