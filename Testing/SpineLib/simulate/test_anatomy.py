"""Anatomy is of published size at every level, nothing overlaps, and what cannot be is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.errors import BadInput
from SpineLib.questions import BILSKY
from SpineLib.simulate.anatomy import paint_spine
from SpineLib.simulate.body import paint_body
from SpineLib.simulate.canvas import FIELDS, Canvas
from SpineLib.simulate.lesions import Canal, Disease, Lobe, Sections
from SpineLib.simulate.morphometry import LEVELS, MEAN
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.spine import build_spine
from SpineLib.simulate.tissues import CORD, SAC, Tissue
from SpineLib.simulate.truth import cross_section, slice_truth

AGES = (22, 50, 85)
SEXES = ("female", "male")
BONE = (Tissue.MARROW, Tissue.CORTICAL)

# Valosek et al. 2024 and its data: mean of women, of men, and the deviation of all, mm.
CORD_SIZE = {
    "C2": ((7.60, 7.90, 0.52), (11.54, 11.91, 0.71)),
    "C3": ((7.45, 7.73, 0.51), (11.99, 12.28, 0.75)),
    "C4": ((7.51, 7.72, 0.49), (12.80, 13.05, 0.81)),
    "C5": ((7.37, 7.56, 0.51), (12.88, 13.16, 0.82)),
    "C6": ((6.99, 7.14, 0.50), (12.23, 12.63, 0.83)),
    "C7": ((6.49, 6.63, 0.44), (10.70, 11.17, 0.90)),
    "T1": ((6.22, 6.32, 0.42), (9.02, 9.39, 0.77)),
    "T4": ((5.62, 5.79, 0.46), (7.81, 8.15, 0.60)),
    "T7": ((5.63, 5.93, 0.43), (7.57, 7.84, 0.53)),
    "T10": ((6.32, 6.58, 0.49), (7.91, 8.31, 0.66)),
}
SAC_SIZE = {
    "C3": ((12.86, 13.25, 1.17), (20.60, 21.06, 1.64)),
    "C5": ((12.52, 13.02, 1.17), (20.90, 21.43, 1.55)),
    "C7": ((12.42, 13.07, 1.25), (19.18, 20.27, 1.71)),
}
CANAL_AP = {"C3": 14.6, "C5": 14.5, "T1": 16.1, "T8": 14.6, "T12": 16.7, "L1": 16.7, "L3": 15.7}


def spines(count, **how):
    return [build_spine(np.random.default_rng(n), variant="none", **how) for n in range(count)]


def column(level):
    return LEVELS.index(level)


@pytest.mark.parametrize("sex", SEXES)
def test_cords_have_the_published_mean_and_spread_at_every_level(sex):
    group = spines(150, sex=sex, age=28)  # the measured were 29 years old
    for level, sizes in CORD_SIZE.items():
        for name, values in zip(("cord_ap", "cord_width"), sizes, strict=True):
            found = [getattr(one.sizes, name)[column(level)] for one in group]
            mean, spread = values[SEXES.index(sex)], values[2]
            assert np.mean(found) == pytest.approx(mean, rel=0.025), (level, name)
            assert 0.5 * spread < np.std(found) < 1.6 * spread, (level, name)


@pytest.mark.parametrize("sex", SEXES)
def test_the_necks_sacs_have_the_published_mean_size(sex):
    group = [build_patient(np.random.default_rng(n), "cervical", "none", sex=sex, age=28)
             for n in range(60)]  # fmt: skip
    for level, (deep, wide) in SAC_SIZE.items():
        for read, values in ((Canal.sac_ap, deep), (Canal.sac_width, wide)):
            found = [float(read(one.canal, one.spine.center[column(level)])) for one in group]
            assert abs(np.mean(found) - values[SEXES.index(sex)]) < 0.8 * values[2], level


def test_the_bony_canals_mean_is_as_published_between_the_sexes():
    group = spines(150)
    for level, depth in CANAL_AP.items():
        found = np.mean([one.sizes.canal_ap[column(level)] for one in group])
        assert found == pytest.approx(depth, rel=0.03), level


def test_a_mans_cord_is_larger_by_six_percent_of_area():
    """78.1 against 74.5 mm² at C5; over C1-C7 3 % more in both diameters."""
    women, men = (
        np.mean(
            [spine.sizes.cord_ap[:7] * spine.sizes.cord_width[:7] for spine in spines(60, sex=sex)]
        )
        for sex in SEXES
    )
    assert men / women == pytest.approx(1.06, abs=0.015)


def test_a_cord_shrinks_after_fifty_years_and_not_before():
    depth = {
        age: np.mean([spine.sizes.cord_ap[1:3].mean() for spine in spines(40, age=age)])
        for age in (25, 50, 80)
    }
    assert depth[25] == pytest.approx(depth[50])
    assert depth[80] / depth[50] == pytest.approx(1 - 3 * 0.017, abs=0.005)


def test_areas_on_the_map_are_the_published_ones():
    """Valosek et al. 2024: 72.5 ± 7.1 mm² at C3, 76.4 ± 7.7 at C5; at T6 35.1 ± 4.1."""
    for level, mean, spread in (("C3", 72.5, 7.1), ("C5", 76.4, 7.7), ("T6", 35.1, 4.1)):
        areas = []
        for n in range(24):
            who = build_patient(np.random.default_rng(n), "cervical", "none", age=30)
            c, _, _ = cross_section(who, float(who.spine.center[column(level)]))
            areas.append(np.isin(c.label, CORD).sum() * 0.04)
        assert np.mean(areas) == pytest.approx(mean, abs=spread), level
        assert min(areas) > mean - 4 * spread, level
        assert max(areas) < mean + 4 * spread, level


@pytest.mark.parametrize(("sex", "deep", "wide"), [("female", 15.1, 27.6), ("male", 15.9, 28.5)])
def test_the_lowest_lumbar_canal_is_of_published_size(sex, deep, wide):
    """Cook and Baker 2021, table 6."""
    group = spines(100, sex=sex)
    k = column("L5")
    assert np.mean([one.sizes.canal_ap[k] for one in group]) == pytest.approx(deep, rel=0.03)
    assert np.mean([one.sizes.canal_width[k] for one in group]) == pytest.approx(wide, rel=0.03)


def lean(spine, level):
    """Degrees that the spine leans forward at a level."""
    up = spine.axes(float(spine.center[column(level)]))[2]
    return float(np.degrees(np.arctan2(up[1], up[2])))


def curve(group, low, high):
    return np.array([lean(one, high) - lean(one, low) for one in group])


def test_lordosis_is_that_of_lying_people_and_larger_in_women():
    """627 volunteers: 36.8 ± 13.2 degrees, recumbent, T12-S1."""
    women, men = (-curve(spines(80, sex=sex), "S1", "L1") for sex in SEXES)
    both = np.concatenate([women, men])
    assert both.mean() == pytest.approx(36.8, abs=4)
    assert 6 < both.std() < 13.2
    assert women.mean() > men.mean() + 1


def test_kyphosis_grows_with_age():
    """Bartynski et al. 2005: 15.1 degrees more over 65 than at 18-35 years."""
    young, old = (curve(spines(60, age=age), "T12", "T1") for age in (27, 73))
    assert old.mean() - young.mean() == pytest.approx(15.1 * 0.85, abs=3)


def test_a_worn_neck_is_straighter():
    worn = np.full(len(LEVELS), 0.5)
    whole = curve(spines(40, narrowing=np.ones(len(LEVELS))), "T1", "C2")
    assert curve(spines(40, narrowing=worn), "T1", "C2").mean() > whole.mean() + 6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(SEXES), st.sampled_from(AGES))
def test_cord_fits_in_sac_fits_in_canal_at_every_level(seed, sex, age):
    who = build_patient(np.random.default_rng(seed), "cervical", "none", sex=sex, age=age)
    canal = who.canal
    s = who.spine.center[: column("L5") + 1]
    assert (canal.sac_ap(s) < canal.ap(s)).all()
    assert (canal.sac_width(s) < canal.width(s)).all()
    assert (canal.cord_ap(s) < canal.sac_ap(s) + 0.5).all()
    assert (canal.cord_width(s) < canal.sac_width(s) + 0.5).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(SEXES), st.sampled_from(AGES))
def test_bodies_do_not_reach_into_each_other(seed, sex, age):
    spine = build_patient(np.random.default_rng(seed), "lumbar", "none", sex=sex, age=age).spine
    half = spine.sizes.height / 2
    gaps = (spine.center - half)[:-1] - (spine.center + half)[1:]
    np.testing.assert_allclose(gaps, spine.sizes.disc[:-1], atol=1e-9)
    assert (gaps > 0.3).all()
    for row in (spine.sizes.width, spine.sizes.depth, spine.sizes.height):
        assert (row > 0).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.integers(column("C2"), column("L4")))
def test_no_bone_disc_or_muscle_lies_inside_the_sac(seed, level):
    """Around the sac, dura, epidural tissue or a lesion always comes first."""
    who = build_patient(np.random.default_rng(seed), "cervical", "degenerative")
    c, _, _ = cross_section(who, float(who.spine.center[level]))
    sac = np.isin(c.label, SAC)
    rows, columns = np.nonzero(sac)
    beside = np.zeros_like(sac)
    for down, across in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        beside[rows + down, columns + across] = True
    rim = c.label[beside & ~sac]
    assert not np.isin(rim, (*BONE, Tissue.ANNULUS, Tissue.NUCLEUS, Tissue.MUSCLE)).any()


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.floats(-3.1, 3.1), min_size=1, max_size=4),
    st.floats(4, 14),
    st.floats(4, 11),
)
def test_no_stenosis_takes_the_roots_their_last_place(seed, angles, depth, width):
    """Before an operation sacs of 52 ± 21 mm² are the mean (NORDSTEN)."""
    who = build_patient(np.random.default_rng(seed), "lumbar", "none")
    s = float(who.spine.disc(column("L3")))
    lobes = [Lobe(angle, s, depth, width, 7.0) for angle in angles]
    grown = replace(
        who,
        disease=replace(who.disease, lobes=lobes),
        sections=Sections(who.spine, who.canal, lobes),
    )
    c, _, _ = cross_section(grown, s)
    sac = np.isin(c.label, SAC)
    # Four that are each as deep as the canal, as no patient is drawn, leave less, but never nothing.
    usual = len(angles) < 3
    assert sac.sum() * 0.04 > (18 if usual else 4)
    assert sac.any(1).sum() * 0.2 > (2.5 if usual else 0.9)


@settings(max_examples=6, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(SEXES),
    st.sampled_from(AGES),
    st.sampled_from(["C5", "T3", "T9"]),
)
def test_a_growing_ring_of_tumour_never_lowers_the_bilsky_grade(seed, sex, age, level):
    who = build_patient(np.random.default_rng(seed), "thoracic", "none", sex=sex, age=age)
    s = float(who.spine.center[column(level)])
    worn = who.disease.degeneration, who.disease.narrowing
    ranks = []
    for depth in np.arange(0.4, 9, 1.2):
        ring = [
            Lobe(float(angle), s, float(depth), 9.0, 12.0, 4.0, tissue=Tissue.TUMOUR)
            for angle in np.arange(7) * 2 * np.pi / 7
        ]
        grown = replace(
            who,
            disease=Disease("metastatic", ring, [], *worn),
            sections=Sections(who.spine, who.canal, ring),
        )
        grade = slice_truth(grown, s, index=0, position=np.zeros(3), kang=False).bilsky
        ranks.append(-1 if grade is None else BILSKY.values.index(grade))
    assert ranks == sorted(ranks)
    assert ranks[-1] == BILSKY.values.index("3")


def plane(who, u, v, s, x, y, z, step, painters):
    """Labels of a plane of points; its smooth random fields are flat."""
    zero = np.zeros_like(u)
    fields = dict(zip(FIELDS, (u, v, s, x, y, z, zero, zero, zero), strict=True))
    c = Canvas({k: a.astype(np.float32) for k, a in fields.items()}, step, np.ones(64, np.float32))
    for paint in painters:
        paint(c, who)
    return c.label


def coronal(who, level, v):
    """Labels across a vertebra ``v`` mm before the canal's middle; rows go up, columns right."""
    s0 = float(who.spine.center[column(level)])
    s, u = np.meshgrid(s0 + np.arange(-14, 14, 0.25), np.arange(-16, 16, 0.25), indexing="ij")
    return plane(who, u, np.full_like(u, v), s, u, np.full_like(u, v), s, 0.25, [paint_spine])


def test_the_necks_bodies_have_hooks_at_their_sides():
    who = build_patient(np.random.default_rng(3), "cervical", "none")
    k = column("C5")
    middle = float(who.canal.ap(who.spine.center[k]) + who.spine.sizes.depth[k]) / 2
    label = coronal(who, "C5", middle)
    bone = np.isin(label, BONE)
    top = 14 + who.spine.sizes.height[k] / 2  # mm from the plane's lower edge
    above = bone[int((top + 1.5) / 0.25) : int((top + 3) / 0.25)]
    u = np.arange(-16, 16, 0.25)
    half = float(who.spine.sizes.width[k]) / 2
    assert not above[:, np.abs(u) < 0.5 * half].any(), "a disc stands above the middle"
    for side in (-1, 1):
        hook = (side * u > half - 2) & (side * u < half + 2)
        assert above[:, hook].any(1).all()


def test_a_head_stands_on_the_neck():
    """20 mm above the foramen magnum: brain behind the stem, skull behind it, then skin."""
    who = build_patient(np.random.default_rng(3), "cervical", "none")
    spine = who.spine
    s0 = float(spine.center[0]) + 30
    origin = spine.ras(0, 0, s0)
    y = np.arange(-110, 100, 0.5)[:, None]
    points = origin + np.concatenate([np.zeros_like(y), y, np.zeros_like(y)], 1)
    u, v, s = spine.coordinates(points[:, None].astype(np.float32))
    line = np.interp(points[:, 2], spine.line[:, 2], spine.line[:, 1])
    ahead = (points[:, 1] - line)[:, None]
    label = plane(
        who, u, v, s, np.zeros_like(ahead), ahead, points[:, 2:], 0.5, [paint_body, paint_spine]
    )[:, 0]
    behind = label[: int(110 / 0.5)]
    order = [int(np.flatnonzero(behind == one)[0])
             for one in (Tissue.SKIN, Tissue.FAT, Tissue.CORTICAL, Tissue.BRAIN)]  # fmt: skip
    assert order == sorted(order)
    assert (behind[-80:] == Tissue.BRAIN).sum() > 30


def test_a_broken_body_loses_its_height_in_the_image_and_shows_a_line():
    who = build_patient(np.random.default_rng(3), "lumbar", "none")
    who.disease.schmorl.clear()
    k = column("L2")
    broken = replace(who, disease=replace(who.disease, collapse={k: 0.4}))
    back = float(who.canal.ap(who.spine.center[k])) / 2
    deep = float(who.spine.sizes.depth[k])
    tall, lines = [], []
    for one in (who, broken):
        s = (float(one.spine.center[k]) + np.arange(-17, 17, 0.25))[:, None]
        zero = np.zeros_like(s)
        ahead, middle = (np.full_like(s, back + share * deep) for share in (0.9, 0.6))
        label = plane(one, zero, ahead, s, zero, ahead, s, 0.25, [paint_spine])[:, 0]
        tall.append((label == Tissue.MARROW).sum() * 0.25)
        label = plane(one, zero, middle, s, zero, middle, s, 0.25, [paint_spine])[:, 0]
        runs = label[np.flatnonzero(np.diff(label, prepend=-1))].tolist()
        cracked = [Tissue.MARROW, Tissue.CORTICAL, Tissue.MARROW]
        lines.append(cracked in [runs[n : n + 3] for n in range(len(runs))])
    assert lines == [False, True]
    lost = 0.4 * who.spine.sizes.height[k]
    assert 0.6 * lost < tall[0] - tall[1] < 1.3 * lost


def test_some_broken_bodies_push_a_fragment_into_the_canal():
    deep = [
        lobe.depth / float(one.canal.ap(lobe.s))
        for one in (
            build_patient(np.random.default_rng(n), "lumbar", "none") for n in range(120)
        )
        for lobe in one.disease.lobes
        if lobe.tissue == Tissue.BONE_LESION and one.disease.collapse
        and any(abs(lobe.s - one.spine.center[k]) < one.spine.sizes.height[k] / 2
                for k in one.disease.collapse)
    ]  # fmt: skip
    assert deep
    assert min(deep) >= 0.15
    assert max(deep) <= 0.5


def test_impossible_sizes_are_refused():
    rng = np.random.default_rng(1)
    spine = build_spine(rng, variant="none")
    with pytest.raises(BadInput, match="cannot hold the cord"):
        Canal(spine, rng, 0.5)
    with pytest.raises(BadInput, match="27"):
        build_spine(rng, narrowing=np.ones(3))
    with pytest.raises(BadInput, match="height"):
        build_spine(rng, narrowing=np.zeros(len(LEVELS)))
    with pytest.raises(BadInput, match="sideways"):
        build_spine(rng, variant="sideways")


def test_every_row_of_sizes_has_a_number_a_level():
    for row in vars(MEAN).values():
        assert row.shape == (len(LEVELS),)
        assert (row > 0).all()
