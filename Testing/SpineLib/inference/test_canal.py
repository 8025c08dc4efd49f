"""The canal's path: the right peaks, mended where a slice misleads, in the patient's space."""

from dataclasses import replace

import numpy as np
import pytest

from SpineLib.errors import BadModel, Cancelled
from SpineLib.progress import Progress
from SpineLib.volume import Volume, read_volume

torch = pytest.importorskip("torch")
from SpineLib.inference.canal import FOUND, locate  # noqa: E402
from SpineLib.inference.loaded import Loaded, load  # noqa: E402


class BrightRing(torch.nn.Module):
    """Answers with the brightness around each place: a search whose result is known."""

    def forward(self, slices):
        wide = torch.nn.functional.avg_pool2d(slices, 10, stride=2, padding=4)
        return 24 * (wide - wide.amax((2, 3), keepdim=True)) + 3


@pytest.fixture
def searcher(make_card):
    return Loaded(make_card("canal"), BrightRing(), torch.device("cpu"))


@pytest.fixture
def plain(axial_volume):
    """The phantom without its marker."""
    voxels = axial_volume.voxels.copy()
    voxels[:, 35:46, 65:76] = 100
    return replace(axial_volume, voxels=voxels)


def truth(volume):
    return np.array([[-5.0, -8.0, volume.slice_center(k)[2]] for k in range(len(volume.voxels))])


def test_the_canal_is_found_within_a_millimetre(searcher, plain):
    path = locate(plain, searcher)
    assert np.linalg.norm(path.centers_ras - truth(plain), axis=1).max() < 1.0
    assert path.confidence.min() > FOUND


def test_a_brighter_thing_on_one_slice_does_not_lead_away(searcher, plain):
    voxels = plain.voxels.copy()
    voxels[3, 10:22, 10:22] = 600
    path = locate(replace(plain, voxels=voxels), searcher)
    assert np.linalg.norm(path.centers_ras[3] - truth(plain)[3]) < 3


def test_an_empty_slice_is_placed_between_its_neighbours_with_less_confidence(searcher, plain):
    voxels = plain.voxels.copy()
    voxels[4] = 0

    class Honest(BrightRing):
        def forward(self, slices):
            empty = slices.amax((1, 2, 3), keepdim=True) == 0
            return torch.where(empty, torch.tensor(-9.0), super().forward(slices))

    path = locate(replace(plain, voxels=voxels), replace(searcher, network=Honest()))
    assert np.linalg.norm(path.centers_ras[4] - truth(plain)[4]) < 1.5
    assert path.confidence[4] < 0.6 * path.confidence[3]


def test_the_path_is_the_same_when_left_and_right_are_stored_swapped(searcher, plain):
    matrix = plain.ijk_to_ras.copy()
    matrix[:3, 3] += matrix[:3, 0] * 79
    matrix[:3, 0] *= -1
    other = Volume(plain.voxels[:, :, ::-1], matrix)
    np.testing.assert_allclose(
        locate(other, searcher).centers_ras, locate(plain, searcher).centers_ras, atol=0.05
    )


def test_a_model_for_another_task_is_refused(make_model, plain):
    with pytest.raises(BadModel, match="is for grading, not for canal"):
        locate(plain, load(make_model("grading"), "cpu"))


def test_cancel_is_heard(searcher, plain):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        locate(plain, searcher, progress=progress)


def cords(data):
    """Real axial slices with a cord mask: GM challenge, and SCT's T2 turned to axial slices."""
    for mask in sorted((data / "nifti" / "gm_challenge").glob("*/*_seg-manual.nii.gz")):
        yield read_volume(str(mask).replace("_seg-manual", "")), read_volume(mask)
    folder = data / "nifti" / "sct_testing" / "t2"
    yield (
        axial(read_volume(folder / "t2.nii.gz")),
        axial(read_volume(folder / "t2_seg-manual.nii.gz")),
    )


def axial(volume):
    """The same voxels with the most nearly cranio-caudal axis as slices."""
    axis = int(np.abs(volume.directions[2]).argmax())
    order = [n for n in range(3) if n != axis] + [axis]
    voxels = volume.voxels.transpose([2 - n for n in reversed(order)])
    return Volume(voxels, volume.ijk_to_ras[:, [*order, 3]])


def test_the_starter_finds_the_cord_of_real_people(data):
    """At least 95 % of real slices within 3 mm; none of these images was trained on."""
    from SpineLib.models import open_model

    starter = load(open_model("starter-canal"), "cpu")
    errors = []
    for image, mask in cords(data):
        path = locate(image, starter)
        for k in np.flatnonzero(mask.voxels.any((1, 2))):
            j, i = np.argwhere(mask.voxels[k] > 0).mean(0)
            errors.append(np.linalg.norm(path.centers_ras[k] - mask.ras([i, j, k])))
    assert len(errors) > 90
    assert np.mean(np.array(errors) <= 3) >= 0.95
