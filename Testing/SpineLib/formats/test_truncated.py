"""A file that ends early is refused in every format, compressed or not: never zeros for the rest."""

import gzip
import tracemalloc

import numpy as np
import pytest
import SimpleITK as sitk

from SpineLib.errors import BadInput
from SpineLib.volume import Volume, read_volume, write_volume
from Testing.SpineLib.formats.written import nifti, noise, turned


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz", ".nrrd", ".mha", ".mhd", ".nhdr"])
@pytest.mark.parametrize("compress", [True, False])
def test_every_cut_of_a_file_is_refused(tmp_path, suffix, compress):
    path = tmp_path / f"a{suffix}"
    write_volume(Volume(noise((4, 8, 9)), turned()), tmp_path / "b.nii")
    sitk.WriteImage(sitk.ReadImage(str(tmp_path / "b.nii")), str(path), compress)
    (voxels,) = set(tmp_path.glob("a.*")) - {path} or {path}
    whole = voxels.read_bytes()
    assert np.array_equal(read_volume(path).voxels, noise((4, 8, 9)))
    for length in np.linspace(0, len(whole) - 1, 41).astype(int):
        voxels.write_bytes(whole[:length])
        with pytest.raises(BadInput):
            read_volume(path)


def test_a_cut_compressed_file_says_that_it_is_truncated(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", noise(kind="int64"), sform=turned())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BadInput, match="truncated"):
        read_volume(path)


def test_a_compressed_file_without_its_checksum_is_truncated_too(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", noise(), sform=turned())
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(BadInput, match="truncated"):
        read_volume(path)


def test_a_changed_byte_of_a_compressed_file_is_damage(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", noise(), sform=turned())
    raw = bytearray(path.read_bytes())
    raw[-6] ^= 1  # of the checksum
    path.write_bytes(raw)
    with pytest.raises(BadInput, match="damaged"):
        read_volume(path)


def test_a_claim_of_more_than_the_file_can_hold_takes_no_memory(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", noise(), sform=turned())
    raw = bytearray(gzip.decompress(path.read_bytes()))
    raw[40:48] = np.array([3, 32000, 32000, 30], "<i2").tobytes()
    path.write_bytes(gzip.compress(bytes(raw)))
    tracemalloc.start()
    with pytest.raises(BadInput, match="truncated"):
        read_volume(path)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
