"""The scanner's contrasts and imperfections do what their names say, and leave truth alone."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from SpineLib.errors import BadInput
from SpineLib.simulate import axial_case, lumbar_case
from SpineLib.simulate.artefacts import COBALT, TITANIUM, Jet, Metal, _displaced
from SpineLib.simulate.canvas import FIELDS, Canvas
from SpineLib.simulate.cases import axial_at, image
from SpineLib.simulate.morphometry import LEVELS
from SpineLib.simulate.patient import build_patient
from SpineLib.simulate.protocols import CONTRASTS, draw_protocol, with_contrast
from SpineLib.simulate.scanner import Protocol, gradient_echo_contrast, signal_of, slice_profile
from SpineLib.simulate.tissues import CORD, SAC, Tissue
from SpineLib.simulate.truth import slice_truth

CLEAN = Protocol(rows=160, columns=160, slices=1, pixel=0.6, snr=60, bias=0.0, flow=0.0, blur=0.1)


def patient(**parts):
    made = build_patient(np.random.default_rng(3), "thoracic", "none")
    return replace(made, **{"metal": [], "jets": [], **parts})


def picture(who, protocol=CLEAN):
    s = float(who.spine.center[LEVELS.index("T6")])
    grid = axial_at(who, protocol, s, ahead=0.0)
    volume, labels = image(np.random.default_rng(0), who, protocol, grid, "standard")
    return volume.voxels[0].astype(float), labels.voxels[0], s


@pytest.mark.parametrize("thickness", [1.5, 3.0, 5.0, 7.5])
def test_a_slice_is_as_wide_at_half_its_maximum_as_its_nominal_thickness(thickness):
    depths, weights = slice_profile(thickness)
    assert sum(weights) == pytest.approx(1)
    assert weights == pytest.approx(weights[::-1])
    assert np.interp(0.5, depths, weights) == pytest.approx(max(weights) / 2, rel=0.15)
    assert min(weights) < 0.62 * max(weights), "the flanks count less than the middle"


def tissues(contrast, field):
    protocol = with_contrast(np.random.default_rng(1), replace(CLEAN, field=field), contrast)
    return protocol, signal_of(protocol)


@pytest.mark.parametrize("field", [1.5, 3.0])
def test_contrasts_show_fat_and_fluid_as_a_reader_knows_them(field):
    stir, signal = tissues("STIR", field)
    assert stir.ti > 0
    assert signal[Tissue.FAT] < 0.15 * signal[Tissue.CSF]
    for contrast in ("T1", "PD"):
        _, signal = tissues(contrast, field)
        assert signal[Tissue.FAT] > 0.5 * signal[Tissue.CSF]
    _, signal = tissues("T1", field)
    assert signal[Tissue.WHITE_MATTER] > 1.3 * signal[Tissue.CSF]
    _, t2 = tissues("T2", field)
    _, pd = tissues("PD", field)
    assert t2[Tissue.WHITE_MATTER] < 0.5 * t2[Tissue.CSF]
    assert pd[Tissue.WHITE_MATTER] / pd[Tissue.CSF] > t2[Tissue.WHITE_MATTER] / t2[Tissue.CSF]


def test_everyday_stacks_are_t2_and_gradient_echo_thin_and_thick():
    drawn = [
        draw_protocol(np.random.default_rng(n), "axial", "cervical", "everyday") for n in range(60)
    ]
    assert {protocol.weighting for protocol in drawn} == {"T2", "T2*"}
    assert min(protocol.thickness for protocol in drawn) < 3
    assert max(protocol.thickness for protocol in drawn) > 6


def test_an_everyday_gradient_echo_shows_csf_brighter_than_grey_and_grey_than_white_matter():
    for seed in range(100):
        signal = gradient_echo_contrast(np.random.default_rng(seed))
        assert signal[Tissue.CSF] == signal.max()
        assert signal[Tissue.CSF] > signal[Tissue.GREY_MATTER] > signal[Tissue.WHITE_MATTER]
        assert signal[Tissue.MARROW] < signal[Tissue.WHITE_MATTER]


def test_a_case_of_another_contrast_is_the_same_patient_with_the_same_truth():
    usual = axial_case("cervical", "none", seed=5)
    stir = axial_case("cervical", "none", seed=5, contrast="STIR")
    assert stir.protocol.weighting == "STIR"
    assert stir.slices == usual.slices
    assert np.array_equal(stir.labels.voxels, usual.labels.voxels)
    assert not np.array_equal(stir.volume.voxels, usual.volume.voxels)


def test_an_unknown_contrast_is_refused():
    assert "PD" in CONTRASTS
    with pytest.raises(BadInput, match="T7"):
        lumbar_case(seed=0, contrast="T7")


def screws(s, susceptibility=TITANIUM):
    return [
        Metal((side * 15.0, -14.0), (side * 7.0, 22.0), s, 2.6, susceptibility) for side in (-1, 1)
    ]


def test_metal_leaves_a_void_with_a_bright_rim_and_leaves_the_anatomy():
    plain, labels, s = picture(patient())
    seen, with_metal, _ = picture(patient(metal=screws(s)))
    metal = with_metal == Tissue.METAL
    assert metal.any()
    scale = np.median(seen[:20]) / max(np.median(plain[:20]), 1)
    around = binary_dilation(metal, iterations=8) & ~metal
    assert seen[metal].mean() < 0.5 * scale * plain[around].mean()
    assert (seen[~metal] > 1.25 * scale * plain[~metal] + 0.1 * seen.max()).any(), "signal piles up"
    sac = np.isin(labels, SAC)
    assert np.array_equal(np.isin(with_metal, SAC), sac), "the anatomy stays"


def void(te, weighting="T2*"):
    """Pixels that metal takes most of the signal from."""
    how = replace(
        CLEAN, weighting=weighting, tr=600.0, te=te, flip=25.0, snr=500.0, rows=256, columns=256
    )
    plain, _, s = picture(patient(), how)
    seen, _, _ = picture(patient(metal=screws(s)), how)
    scale = np.median(seen[:20]) / np.median(plain[:20])
    return int(((seen < 0.3 * scale * plain) & (plain > 0.2 * np.median(plain))).sum())


def test_metals_void_grows_with_te_in_a_gradient_echo_and_not_in_a_spin_echo():
    assert void(25.0) > 1.3 * void(5.0)
    assert void(5.0) > void(5.0, "PD")
    assert void(40.0, "PD") == pytest.approx(void(10.0, "PD"), rel=0.15)


def test_metals_field_is_a_dipole():
    """Against the sum of small spheres along the screw, each the textbook's dipole
    (dchi / 3) (a / r)³ (3 cos² theta - 1): within 5 % at the middle of a long one."""
    long = Metal((0.0, -200.0), (0.0, 200.0), 0.0, 2.0, TITANIUM)
    side = np.arange(-25.0, 25.5, 1.0, dtype=np.float32)
    up, across = np.meshgrid(side, side, indexing="ij")
    fields = dict.fromkeys(FIELDS, np.zeros_like(up)) | {"u": across, "s": up}
    c = Canvas(fields, 1.0, np.zeros(len(Tissue), np.float32))
    square, along = long.offsets(c)
    ours = long.strength(1.5) / square * (2 * along / square - 1)
    summed, step = np.zeros_like(ours), 0.5
    volume = np.pi * long.radius**2 * step
    for v in np.arange(-200, 200, step) + step / 2:
        r2 = across**2 + up**2 + v**2
        moment = TITANIUM * volume / (4 * np.pi) * 1.5 * 42.577
        summed += moment * (3 * up**2 / np.maximum(r2, 1e-3) - 1) / np.maximum(r2, 1e-3) ** 1.5
    far = np.hypot(up, across) > 5
    assert np.abs(ours - summed)[far].max() < 0.05 * np.abs(summed[far]).max()
    assert ours[25, 35] < 0 < ours[35, 25], "above and beside a screw the field has another sign"


def test_metal_moves_signal_and_loses_none_of_it():
    rng = np.random.default_rng(2)
    signal = rng.uniform(0.5, 1, (5, 80)).astype(np.float32)
    signal[:, :20] = signal[:, -20:] = 0
    moved = _displaced(signal, rng.normal(0, 4, (5, 80)).astype(np.float32))
    assert moved.sum() == pytest.approx(signal.sum(), rel=1e-4)
    same = _displaced(signal, np.zeros_like(signal))
    assert np.abs(same - signal)[:, 22:58].mean() < 0.1


def test_truth_says_how_much_of_the_sac_metal_hides_and_stays_else_what_it_is():
    s = float(patient().spine.center[LEVELS.index("T6")])
    told = {
        name: slice_truth(patient(metal=metal), s, index=0, position=np.zeros(3), kang=False)
        for name, metal in (
            ("none", []), ("titanium", screws(s)), ("cobalt", screws(s, COBALT)),
        )
    }  # fmt: skip
    assert told["none"].metal == 0
    assert told["titanium"].metal <= told["cobalt"].metal
    assert told["cobalt"].metal > 0.5, "a strong field hides the sac"
    assert replace(told["cobalt"], metal=0.0) == told["none"]


def test_a_share_of_the_sick_and_none_of_the_healthy_carry_metal():
    def share(disease):
        made = [
            build_patient(np.random.default_rng(n), "lumbar", disease).metal for n in range(120)
        ]
        return np.mean([bool(one) for one in made])

    assert share("none") == 0
    assert 0 < share("degenerative") < 0.15


def test_a_jet_darkens_csf_where_it_flows_and_nothing_else():
    who = patient()
    plain, labels, s = picture(who)
    back = float(who.canal.sac_v(s) - who.canal.sac_ap(s) / 2 + 1.5)
    seen, same, _ = picture(replace(who, jets=[Jet(0.0, back, s, (3.0, 2.0, 8.0), 0.9)]))
    assert np.array_equal(labels, same)
    gain = np.median(seen[labels == Tissue.MUSCLE]) / np.median(plain[labels == Tissue.MUSCLE])
    ratio = seen / np.maximum(plain, 1) / gain
    csf = labels == Tissue.CSF
    assert np.percentile(ratio[csf], 5) < 0.6
    assert np.median(ratio[np.isin(labels, CORD)]) == pytest.approx(1, abs=0.15)
