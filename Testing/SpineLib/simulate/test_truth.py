"""Truth follows from geometry, within what was published, over many patients."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.datasets.draws import draw_lesion
from SpineLib.questions import BILSKY
from SpineLib.simulate.lesions import Disease, Lobe, Sections
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.tissues import CORD, SAC, Tissue
from SpineLib.simulate.truth import cross_section, slice_truth

seeds = st.integers(0, 10_000)
levels = st.integers(LEVELS.index("C3"), LEVELS.index("T11"))


def patient(seed, disease="none", region="cervical"):
    return build_patient(np.random.default_rng(seed), region, disease)


def truth_at(who, s):
    return slice_truth(who, float(s), index=0, position=np.zeros(3), kang=True)


@settings(max_examples=12, deadline=None)
@given(seeds, levels)
def test_a_healthy_cord_is_of_published_size_and_not_compressed(seed, level):
    """Frostell et al. 2016: widths and depths of means ± 3 deviations over the cord."""
    who = patient(seed)
    one = truth_at(who, who.spine.center[level])
    assert 4.5 < one.cord_ap < 10.5
    assert 6 < one.cord_width < 18
    assert 20 < one.cord_area < 125
    assert not one.compressed
    assert one.pattern == "none"
    assert one.mscc is None


@settings(max_examples=12, deadline=None)
@given(seeds, levels, st.sampled_from(["degenerative", "metastatic"]))
def test_cord_lies_in_sac_and_sac_in_canal_whatever_grows(seed, level, disease):
    who = patient(seed, disease)
    c, _, _ = cross_section(who, float(who.spine.center[level] - 4))
    canal = np.hypot(
        c.u / (who.canal.width(who.spine.center[level] - 4) / 2 * 1.5),
        c.v / (who.canal.ap(who.spine.center[level] - 4) / 2 * 1.1),
    )
    assert (canal[np.isin(c.label, SAC)] < 1).all()
    assert np.isin(c.label, CORD).any()


@settings(max_examples=8, deadline=None)
@given(seeds, st.floats(-3, 3), st.floats(5.5, 9))
def test_a_growing_tumour_never_lowers_the_bilsky_grade(seed, angle, width):
    who = patient(seed, "none", "thoracic")
    s = float(who.spine.center[LEVELS.index("T7")])
    ranks = []
    for depth in np.arange(0.4, 12, 0.8):
        lobe = Lobe(angle, s, float(depth), width, 12.0, 4.0, tissue=Tissue.TUMOUR)
        grown = replace(
            who,
            disease=Disease(
                "metastatic", [lobe], [], who.disease.degeneration, who.disease.narrowing
            ),
            sections=Sections(who.spine, who.canal, [lobe]),
        )
        grade = truth_at(grown, s).bilsky
        ranks.append(-1 if grade is None else BILSKY.values.index(grade))
    assert ranks == sorted(ranks)
    assert ranks[-1] >= BILSKY.values.index("2")


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_the_sac_gives_way_before_the_cord_does(seed):
    """With a growing disc the CSF falls first; the cord's area falls only once it is cut."""
    who = patient(seed)
    s = float(who.spine.disc(LEVELS.index("C5")))
    areas, csf, cuts = [], [], []
    for depth in np.arange(0.5, 10.5, 1.0):
        lobe = Lobe(0.0, s, float(depth), 9.0, 5.0)
        grown = replace(
            who,
            disease=Disease(
                "degenerative", [lobe], [], who.disease.degeneration, who.disease.narrowing
            ),
            sections=Sections(who.spine, who.canal, [lobe]),
        )
        one = truth_at(grown, s)
        areas.append(one.cord_area)
        csf.append(one.csf_area)
        cuts.append(one.deformation)
    first = next((n for n, cut in enumerate(cuts) if cut > 0.3), len(cuts))
    assert np.allclose(areas[:first], areas[0], rtol=0.06)
    assert csf[-1] < 0.75 * csf[0]
    assert areas[-1] < 0.95 * areas[0]


def test_compressed_slices_have_an_extrinsic_cause_and_a_pattern(neck):
    found = [slice_ for slice_ in neck.slices if slice_.compressed]
    assert found, "this seed has compressed slices"
    for one in found:
        assert one.deformation > 0.5
        assert one.pattern in ("partial", "circumferential")
        assert one.kang in ("2", "3")
        assert one.mscc is not None and one.mscc < 80


def test_grades_are_spread_over_many_patients():
    seen = set()
    for seed in range(12):
        who = build_patient(np.random.default_rng(seed), "thoracic", "metastatic")
        for lobe in who.disease.lobes:
            seen.add(truth_at(who, lobe.s).bilsky)
            seen.add(truth_at(who, lobe.s + lobe.length).bilsky)
    assert {"1a", "1b", "1c", "2", "3"} <= seen


@pytest.mark.parametrize("level", ["C2", "C5", "T6", "T12", "L3"])
def test_spine_coordinates_and_ras_are_each_others_inverse(level):
    spine = patient(4).spine
    s = float(spine.center[LEVELS.index(level)])
    point = spine.ras(7.0, 11.0, s).astype(np.float32)
    u, v, back = (float(a[0]) for a in spine.coordinates(point[None]))
    assert (u, v, back) == pytest.approx((7.0, 11.0, s), abs=0.15)


def test_a_healthy_everyday_cord_is_not_called_compressed_however_close_its_sac_lies():
    slices = [
        slice_
        for seed in (13001, 13006, 13008)
        for slice_ in draw_lesion("cervical", "none", seed=seed, profile="everyday").slices
    ]

    assert min(slice_.csf_back for slice_ in slices) < 0.6  # at its back next to no fluid is left
    assert not any(slice_.compressed for slice_ in slices)
