"""Patients differ by sex and age as published, and disease changes their shape."""

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.protocols import PROFILES
from SpineLib.simulate.spine import build_spine

L1, L5, C3, T1 = (LEVELS.index(name) for name in ("L1", "L5", "C3", "T1"))


def patients(count=40, region="lumbar", disease="none", **how):
    return [build_patient(np.random.default_rng(n), region, disease, **how) for n in range(count)]


def lumbar_volume(one):
    sizes = one.spine.sizes
    return np.mean((sizes.width * sizes.depth * sizes.height)[L1 : L5 + 1])


def test_womens_vertebrae_have_about_three_quarters_of_mens_volume():
    """Gilsanz et al. 1994: 22.4 against 30.9 cm³, a ratio of 0.73."""
    women, men = (
        np.mean([lumbar_volume(patient) for patient in patients(sex=sex, age=50)])
        for sex in ("female", "male")
    )
    assert women / men == pytest.approx(0.73, abs=0.05)


def test_the_necks_bodies_grow_deeper_with_age():
    """Nell et al. 2019: 0.5 mm in ten years."""
    young, old = (
        np.mean(
            [patient.spine.sizes.depth[C3:T1].mean() for patient in patients(age=age, sex="male")]
        )
        for age in (30, 80)
    )
    assert old - young == pytest.approx(2.5, abs=0.3)


def test_discs_wear_and_thin_with_age():
    young, old = (patients(age=age, sex="female") for age in (25, 80))
    wear = [np.mean([one.disease.degeneration.mean() for one in group]) for group in (young, old)]
    height = [np.mean([one.spine.sizes.disc[L1:L5].mean() for one in group])
              for group in (young, old)]  # fmt: skip
    assert wear[1] > wear[0] + 0.3
    assert height[1] < 0.9 * height[0]


def test_a_narrowed_disc_brings_its_neighbours_closer():
    half = np.ones(len(LEVELS))
    half[L1 + 2] = 0.5
    whole, thin = (
        build_spine(np.random.default_rng(4), variant="none", narrowing=share)
        for share in (np.ones(len(LEVELS)), half)
    )
    lost = whole.sizes.disc[L1 + 2] * 0.5
    between = [one.center[L1 + 2] - one.center[L1 + 3] for one in (whole, thin)]
    assert between[0] - between[1] == pytest.approx(lost, abs=1e-6)
    assert whole.center[C3] - thin.center[C3] == pytest.approx(lost, abs=1e-6)


def test_some_vertebrae_with_a_metastasis_break():
    broken = [bool(patient.disease.collapse) for patient in patients(60, "thoracic", "metastatic")]
    assert 0.2 < np.mean(broken) < 0.75
    assert not any(patient.disease.collapse for patient in patients(20, "thoracic", "none"))


def test_held_out_lesions_have_forms_that_training_never_draws():
    usual = patients(30, "cervical", "degenerative")
    other = patients(30, "cervical", "degenerative", held_out=True)
    powers = [
        {lobe.power for one in group for lobe in one.disease.lobes} for group in (usual, other)
    ]
    assert not powers[0] & powers[1]
    assert all(lobe.offset == 0 for one in usual for lobe in one.disease.lobes)


def test_an_impossible_sex_or_age_is_refused():
    with pytest.raises(BadInput, match="robot"):
        patients(1, sex="robot")
    with pytest.raises(BadInput, match="7"):
        patients(1, age=7)


def test_a_narrow_canal_is_as_wide_as_a_large_cord_needs():
    seed = (1004, PROFILES.index("standard"), 13)
    one = build_patient(np.random.default_rng(seed), "cervical", "none")
    s = one.spine.center[C3 : T1 + 1]
    assert (one.canal.sac_ap(s) - one.canal.cord_ap(s)).min() > -0.5
