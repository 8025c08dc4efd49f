"""The digital spine's sizes and signals are those of real spines, measured in the same way.

`beside_real` prints the whole table; here are fewer patients, with room for their chance.
"""

import numpy as np
import pytest

from Testing.SpineLib.simulate import beside_real as real


@pytest.fixture(scope="module")
def cords():
    return real.simulated_cords(8, ("C2", "C3", "C4", "C5", "C6", "C7", "T2", "T6", "T10"))


def test_the_cords_size_at_each_level_is_that_of_scts_masks(data, cords):
    """Area within 20 %, diameters within 15 %: one person, and the template of many."""
    compared = 0
    for mask, levels in real.cord_masks(data).values():
        for name, (area, ap, width) in real.real_cords(mask, levels).items():
            if name in cords:
                ours, _ = cords[name]
                assert ours == pytest.approx([area, ap, width], rel=0.2)
                assert ours[1:] == pytest.approx([ap, width], rel=0.15)
                compared += 1
    assert compared >= 12


def test_the_cords_of_the_grey_matter_challenge_are_a_little_larger(data, cords):
    """Three young adults in T2*: areas within 35 %, diameters within 25 %."""
    mean = np.mean([cords[n][0] for n in ("C3", "C4", "C5", "C6")], 0)
    for mask in sorted((data / "nifti/gm_challenge").glob("*/*seg-manual.nii.gz")):
        sizes = real.real_cords(mask)["all"]
        assert mean[0] == pytest.approx(sizes[0], rel=0.35)
        assert mean[1:] == pytest.approx(sizes[1:], rel=0.25)


def test_vertebrae_with_their_discs_are_as_tall_as_the_templates(data):
    """The neck within 12 %; the chest within 25 % (the template is straightened and longer)."""
    file = data / "nifti/sct_testing/template/PAM50_small_label_disc.nii.gz"
    ours = real.simulated_spacing(12)
    for name, mm in real.real_spacing(file).items():
        assert ours[name][0] == pytest.approx(mm, rel=0.12 if name[0] == "C" else 0.25)


def test_lumbar_volumes_and_the_canal_are_those_of_spiders_masks(data):
    files = [data / f"spider/mask_{number}.nii.gz" for number in ("005", "007")]
    known, ours = [real.spider_sizes(file) for file in files], real.simulated_lumbar(2, pixel=1.3)
    for part, room in ((0, 0.25), (1, 0.3), (2, 0.25), (3, 0.2)):
        theirs, mine = (np.mean([np.mean(one[part]) for one in some]) for some in (known, ours))
        assert mine == pytest.approx(theirs, rel=room)


def test_signal_and_edges_around_the_canal_are_those_of_a_clinical_series(data):
    """Percentiles within 0.12 of the real series' 99th, edges within 40 %."""
    shares, edge = real.real_signals(data / real.REAL_NECK, middle=real.REAL_NECK_CANAL)
    ours = real.simulated_signals(range(4), slices=5)
    assert np.abs(np.mean([one[0] for one in ours], 0) - shares).max() < 0.12
    assert np.mean([one[1] for one in ours]) == pytest.approx(edge, rel=0.4)
