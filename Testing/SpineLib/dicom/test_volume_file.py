"""NIfTI, NRRD and MetaImage files as stacks."""

import itertools

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st

from SpineLib.dicom import open_volume_file, read, scan
from SpineLib.errors import BadInput
from SpineLib.volume import Volume, from_sitk, write_volume


def write_image(path, sizes, spacing, order=(0, 1, 2), flips=(1, 1, 1), angle=0.0):
    """An image whose axes run along RAS axes ``order`` (and back where flipped), tilted."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    directions = turn @ np.eye(3)[:, list(order)] * flips
    matrix = np.eye(4)
    matrix[:3, :3] = directions * spacing
    matrix[:3, 3] = (-11, 23, 70)
    voxels = np.random.default_rng(0).integers(0, 4000, sizes[::-1]).astype(np.int16)
    if np.linalg.det(directions) < 0 and path.suffix != ".nrrd":
        path = path.with_suffix(".nrrd")
    write_volume(Volume(voxels, matrix), path)
    return path


def same_points(first: Volume, second: Volume, count: int = 40) -> None:
    """Each voxel of one is where the other has the same value."""
    generator = np.random.default_rng(1)
    indices = generator.integers(0, first.shape[::-1], (count, 3))
    there = second.ijk(first.ras(indices)).round().astype(int)
    values = first.voxels[tuple(indices[:, ::-1].T)]
    assert (second.voxels[tuple(there[:, ::-1].T)] == values).all()
    assert second.ras(there) == pytest.approx(first.ras(indices), abs=1e-3)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(list(itertools.permutations(range(3)))),
    st.tuples(*[st.sampled_from([1, -1])] * 3),
    st.floats(-25, 25),
    st.sampled_from(["axial", "sagittal", "coronal"]),
)
def test_any_axis_order_becomes_slices_and_no_voxel_moves(
    tmp_path_factory, order, flips, angle, wanted
):
    axis = {"sagittal": 0, "coronal": 1, "axial": 2}[wanted]
    spacing = np.full(3, 0.8)
    spacing[order.index(axis)] = 4.0
    path = tmp_path_factory.mktemp("volume") / "image.nrrd"
    write_image(path, (9, 8, 7), spacing, order, flips, angle)
    stack, volume = open_volume_file(path)
    assert stack.plane == wanted and stack.spacing == pytest.approx((0.8, 0.8, 4.0))
    assert stack.slices == len(volume.voxels) == (9, 8, 7)[order.index(axis)]
    assert stack.positions[2] == pytest.approx(volume.slice_center(2))
    i, j, k = volume.directions.T
    shown = {
        "axial": (-i[0], -j[1], k[2]),
        "sagittal": (-i[1], -j[2], k[0]),
        "coronal": (-i[0], -j[2], -k[1]),
    }
    assert min(shown[wanted]) > 0.8
    same_points(from_sitk(sitk.ReadImage(str(path))), volume)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_every_format_gives_the_same_volume(tmp_path, suffix):
    path = write_image(tmp_path / f"t2_lumbar{suffix}", (9, 8, 7), (0.8, 0.8, 4))
    stack, volume = open_volume_file(path)
    assert (stack.weighting, stack.region, stack.description) == ("T2", "lumbar", "t2_lumbar")
    assert volume.shape == (7, 8, 9) and not volume.frames and not stack.sources


def test_an_isotropic_volume_is_sagittal_unless_the_person_says_otherwise(tmp_path):
    path = write_image(tmp_path / "image.nrrd", (9, 8, 7), (1, 1, 1))
    assert open_volume_file(path)[0].plane == "sagittal"
    assert open_volume_file(path, plane="axial")[0].plane == "axial"


def test_the_person_says_what_the_file_cannot(tmp_path):
    path = write_image(tmp_path / "t1.nrrd", (9, 8, 7), (0.8, 0.8, 4))
    stack, _ = open_volume_file(path, weighting="T2", region="cervical")
    assert (stack.weighting, stack.region) == ("T2", "cervical")
    with pytest.raises(BadInput, match="'T3' is not one of T1, T2"):
        open_volume_file(path, weighting="T3")


def test_bad_volumes_are_refused(tmp_path):
    image = np.zeros((5, 6, 7), np.float32)
    for name, value, words in (("nan", np.nan, "not finite"), ("flat", 0.0, "all its pixels")):
        image[2, 2, 2] = value
        path = tmp_path / f"{name}.nrrd"
        write_volume(Volume(image, np.eye(4)), path)
        with pytest.raises(BadInput, match=words) as caught:
            open_volume_file(path)
        assert caught.value.file == str(path)
    (tmp_path / "broken.nii.gz").write_bytes(b"no image")
    with pytest.raises(BadInput, match="could not be read"):
        open_volume_file(tmp_path / "broken.nii.gz")
    with pytest.raises(BadInput, match="no such file"):
        open_volume_file(tmp_path / "gone.nii.gz")


@pytest.mark.parametrize("name", ["cervical_t2_axial", "lumbar_t2_sagittal"])
def test_the_real_volumes_are_the_same_as_nifti_and_as_dicom(data, name):
    series = read(scan(data / "dicom" / name).stacks[0])
    stack, volume = open_volume_file(data / "nifti" / name / "t2.nii.gz")
    assert series.same_grid(volume, tolerance=0.01)
    assert (series.voxels == volume.voxels).all()
    assert stack.plane == name.rsplit("_", 1)[1]


def test_the_gm_challenge_images_are_axial_t2_star(data):
    for path in (data / "nifti" / "gm_challenge").glob("*/*_T2starw.nii.gz"):
        stack, volume = open_volume_file(path)
        assert (stack.plane, stack.weighting) == ("axial", "T2*")
        same_points(from_sitk(sitk.ReadImage(str(path))), volume)


def test_every_real_nifti_becomes_a_stack(data):
    for path in sorted((data / "nifti").rglob("*.nii.gz")):
        stack, volume = open_volume_file(path)
        assert stack.plane in ("axial", "sagittal") and stack.slices == volume.shape[0]
