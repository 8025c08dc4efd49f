"""A person may ask for a contrast, a disease and a scanner's settings; the rest stays the same."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib.dicom import scan
from SpineLib.errors import BadInput
from SpineLib.simulate import axial_case, lumbar_case
from SpineLib.simulate.dicom_out import Identity, write_series
from SpineLib.simulate.headers import VENDORS
from SpineLib.simulate.patient import DISEASES, REGIONS, build_patient
from SpineLib.simulate.protocols import (
    CONTRASTS,
    SETTINGS,
    draw_protocol,
    with_contrast,
    with_settings,
)
from SpineLib.simulate.scanner import Protocol
from Testing.SpineLib.simulate.conformance import errors_of

DRAWN = draw_protocol(np.random.default_rng(1), "axial", "cervical", "standard")


def test_a_thicker_protocol_images_the_same_patient_over_the_same_length():
    usual = axial_case("cervical", "degenerative", seed=3)
    thick = axial_case("cervical", "degenerative", seed=3, scanner={"thickness": 5, "gap": 1})
    assert thick.protocol.thickness == 5
    assert thick.volume.spacing[2] == pytest.approx(6)
    lengths = [case.volume.shape[0] * case.volume.spacing[2] for case in (usual, thick)]
    assert lengths[0] == pytest.approx(lengths[1], abs=6)
    assert np.array_equal(thick.patient.spine.line, usual.patient.spine.line)
    middle = thick.slices[len(thick.slices) // 2]
    near = min(
        usual.slices, key=lambda one: abs(one.canal_center_ras[2] - middle.canal_center_ras[2])
    )
    assert middle.cord_area == pytest.approx(near.cord_area, rel=0.4)


def test_larger_pixels_keep_the_field_of_view():
    case = axial_case("thoracic", "none", seed=3, scanner={"pixel": 1.2, "slices": 2})
    usual = draw_protocol(np.random.default_rng(0), "axial", "thoracic", "standard")
    assert case.volume.spacing[0] == pytest.approx(1.2)
    assert case.volume.shape[0] == 2
    assert 150 < case.volume.shape[1] * 1.2 < 270
    assert usual.pixel < 1.1


def test_motion_and_noise_that_were_asked_for_are_in_the_image():
    """Outside of the body a motion ghost and noise raise the signal."""

    def air(**scanner):
        case = axial_case(
            "cervical", "none", seed=8, scanner={"slices": 1, "snr": 200, "ghost": 0} | scanner
        )
        outside = case.labels.voxels[0] == 0
        return case.volume.voxels[0][outside].mean() / case.volume.voxels[0][~outside].mean()

    still = air()
    assert air(ghost=0.4) > 1.5 * still
    assert air(snr=5) > 1.5 * still


@given(st.sampled_from(sorted(SETTINGS)), st.floats(allow_nan=True, allow_infinity=True))
def test_a_setting_is_taken_as_it_is_or_refused(name, value):
    low, high = SETTINGS[name]
    try:
        made = with_settings(DRAWN, {name: value})
    except BadInput:
        return
    assert low <= value <= high
    assert getattr(made, name) == value
    assert made.te < made.tr
    assert 64 <= made.rows <= 1024 and 1 <= made.slices <= 400


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"thickness": -1}, "thickness"),
        ({"pixel": float("nan")}, "pixel"),
        ({"field": 7}, "7 tesla"),
        ({"slices": 2.5}, "whole"),
        ({"colour": 1}, "colour"),
        ({"te": 200, "tr": 100}, "TE 200"),
        ({"pixel": 4}, "rows"),
    ],
)
def test_an_impossible_setting_is_named(settings, word):
    with pytest.raises(BadInput, match=word):
        axial_case("cervical", "none", seed=0, scanner=settings)


def test_an_arbitrary_contrast_cannot_be_asked_to_be_another_one():
    with pytest.raises(BadInput, match="arbitrary"):
        axial_case("cervical", "none", seed=0, profile="domain-randomised", contrast="T1")
    with pytest.raises(BadInput, match="arbitrary"):
        lumbar_case(seed=0, profile="domain-randomised", scanner={"te": 50})


def test_any_region_can_have_any_disease():
    for region in REGIONS:
        for disease in DISEASES:
            made = build_patient(np.random.default_rng(2), region, disease)
            assert made.disease.kind == disease
    few = {"slices": 3, "rows": 96, "columns": 96}
    back = lumbar_case(seed=2, disease="metastatic", scanner=few)
    assert back.patient.disease.kind == "metastatic"
    with pytest.raises(BadInput, match="gout"):
        lumbar_case(seed=2, disease="gout")


@pytest.mark.parametrize("contrast", CONTRASTS)
@pytest.mark.parametrize("enhanced", [False, True], ids=["classic", "enhanced"])
def test_every_contrast_is_conformant_and_known_to_the_reader(contrast, enhanced, chest, tmp_path):
    protocol = with_contrast(np.random.default_rng(0), Protocol(), contrast)
    few = replace(chest.volume, voxels=chest.volume.voxels[:4])
    for vendor in VENDORS:
        write_series(
            tmp_path / vendor, [few], protocol, Identity.of("thoracic", 2, vendor), number=4,
            region="thoracic", plane="axial", vendor=vendor, enhanced=enhanced,
        )  # fmt: skip
        (stack,) = scan(tmp_path / vendor).stacks
        assert stack.weighting == contrast
    for vendor in VENDORS:
        assert errors_of(tmp_path / vendor / "IM0001.dcm") == []
