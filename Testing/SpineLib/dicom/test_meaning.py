"""Plane, weighting, fat saturation and region from what the header says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.dicom import scan
from SpineLib.dicom.header import Physics
from SpineLib.dicom.meaning import (
    described_region,
    described_weighting,
    fat_saturated,
    plane,
    weighting,
)


def physics(*sequence, te=None, tr=None, ti=None, flip=None, **more):
    return Physics(
        scanning_sequence=sequence, echo_time=te, repetition_time=tr, inversion_time=ti,
        flip_angle=flip, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (physics("SE", te=95, tr=4000), "T2"),  # cervical axial TSE
        (physics("SE", te=120, tr=1500), "T2"),  # 3D SPACE
        (physics("SE", te=10, tr=550), "T1"),
        (physics("SE", te=9, tr=1100), "T1"),  # T1 TSE at 3 T
        (physics("SE", te=30, tr=3000), "PD"),
        (physics("SE", "IR", te=60, tr=4000, ti=150), "STIR"),  # 1.5 T
        (physics("SE", "IR", te=35, tr=3800, ti=220), "STIR"),  # 3 T
        (physics("SE", "IR", te=60, tr=4000), "unknown"),  # inverted, at a time not said
        (physics("SE", "IR", te=12, tr=2200, ti=860), "T1"),  # T1 FLAIR
        (physics("SE", "IR", te=110, tr=9000, ti=2500), "unknown"),  # fluid is nulled
        (physics("GR", "IR", te=3, tr=2000, ti=900, flip=9), "T1"),  # MPRAGE
        (physics("GR", te=17, tr=700, flip=30), "T2*"),  # MEDIC, MERGE
        (physics("GR", te=2.5, tr=5, flip=10, sequence_variant=("SK", "SP")), "T1"),  # VIBE
        (physics("GR", te=2.4, tr=6, flip=60, sequence_variant=("SS",)), "unknown"),  # FIESTA
        (physics("EP", "SE", te=70, tr=5000, b_value=800.0), "unknown"),
        (physics("SE", te=95, tr=4000, image_type=("DERIVED", "PRIMARY", "ADC")), "unknown"),
        (physics(te=100, tr=3500, sequence_name="*tse2d1_15"), "T2"),  # sequence was stripped
        (physics(te=14, tr=500, flip=25, sequence_name="*me2d1r3"), "T2*"),
        (physics(), "unknown"),
    ],
)
def test_weighting_comes_from_the_physics(values, expected):
    assert weighting(values) == expected


def test_physics_outweighs_a_wrong_description():
    assert weighting(physics("SE", te=100, tr=4000), "T1 sag") == "T2"


def test_the_standards_contrast_word_decides_where_physics_is_open():
    assert weighting(physics(acquisition_contrast="T2"), "T1 sag") == "T2"


def test_the_description_decides_last():
    assert weighting(physics(), "", "t2_tse_sag") == "T2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t2_tse_tra_msma", "T2"),
        ("sub-9418_run-1_T2starw", "T2*"),
        ("AX T2* MERGE", "T2*"),
        ("SAG STIR T2", "STIR"),
        ("t1_tse_sag fs", "T1"),
        ("sag pd fs", "PD"),
        ("localizer", "unknown"),
        ("L1 to S1 axial", "unknown"),
    ],
)
def test_weighting_is_understood_in_descriptions(text, expected):
    assert described_weighting(text) == expected


@pytest.mark.parametrize(
    ("values", "texts", "expected"),
    [
        (physics("SE", scan_options=("PFP", "FS")), (), True),
        (physics("SE", fat_suppression="FAT"), (), True),
        (physics("SE"), ("t2_tse_fs_sag",), True),
        (physics("SE"), ("T2 SPAIR",), True),
        (physics("SE", scan_options=("PFP",)), ("t2 tse offset",), False),
        (physics("SE", "IR", ti=150.0), ("stir",), False),
    ],
)
def test_fat_saturation(values, texts, expected):
    assert fat_saturated(values, *texts) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T2 TSE axial c-spine", "cervical"),
        ("HWS t2 tra", "cervical"),
        ("MRI Cervical Spine W/O", "cervical"),
        ("t2_tse_sag BWS", "thoracic"),
        ("T SPINE sag", "thoracic"),
        ("rachis dorsal", "thoracic"),
        ("L-Spine AX T2", "lumbar"),
        ("LWS", "lumbar"),
        ("MRI CERVICAL AND LUMBAR SPINE", "unknown"),
        ("whole spine", "unknown"),
        ("brain", "unknown"),
        ("Columbia Medical Center", "unknown"),
        # Other parts of the body whose words begin alike, and several regions in one word.
        ("IRM CERVEAU", "unknown"),
        ("RM cervello", "unknown"),
        ("MRT Becken, Cervix T2", "unknown"),
        ("rachis cervico-dorsal", "unknown"),
        ("Cerv. Spine", "cervical"),
        ("RACHIS LOMBAIRE", "lumbar"),
        ("columna torácica", "thoracic"),
        ("MRI C/T SPINE", "unknown"),
        ("T-L spine sag", "unknown"),
        ("MRI/L-SPINE", "lumbar"),
    ],
)
def test_region_is_understood_in_descriptions(text, expected):
    assert described_region(text) == expected


def test_the_body_part_outweighs_the_description(writer, tmp_path):
    writer.write(
        tmp_path, [writer.place(3, 4.0)], BodyPartExamined="LSPINE", SeriesDescription="c-spine"
    )
    assert scan(tmp_path).stacks[0].region == "lumbar"


def test_a_body_part_of_two_regions_leaves_it_to_the_description(writer, tmp_path):
    writer.write(
        tmp_path, [writer.place(3, 4.0)], BodyPartExamined="TLSPINE", SeriesDescription="t-spine"
    )
    assert scan(tmp_path).stacks[0].region == "thoracic"


def tilted(axis, angle, towards):
    normal = np.zeros(3)
    normal[axis], normal[(axis + towards) % 3] = (
        np.cos(np.radians(angle)),
        np.sin(np.radians(angle)),
    )
    return normal


@given(st.floats(-44.9, 44.9), st.sampled_from([1, 2]), st.sampled_from([1, -1]))
def test_slices_angled_to_a_disc_are_axial(angle, towards, sign):
    assert plane(tilted(2, angle, towards) * sign) == "axial"


@given(
    st.sampled_from([(0, "sagittal"), (1, "coronal")]),
    st.floats(-29.9, 29.9),
    st.sampled_from([1, 2]),
)
def test_sagittal_and_coronal_slices_may_follow_a_bent_spine(axis, angle, towards):
    assert plane(tilted(axis[0], angle, towards)) == axis[1]


def test_slices_between_two_planes_are_oblique():
    assert plane(tilted(0, 40, 1)) == "oblique"
    assert plane([1, 1, 1]) == "oblique"
