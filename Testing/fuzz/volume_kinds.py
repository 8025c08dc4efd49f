"""Damaged NIfTI, NRRD and MetaImage, beside nibabel's and SimpleITK's reading of them."""

from __future__ import annotations

import gzip
import random
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from Testing.fuzz.kinds import Kind
from Testing.fuzz.mutations import of_bytes, of_text

try:
    import nibabel
except ModuleNotFoundError:  # a clone without the tests' packages
    nibabel = None


class Volumes(Kind):
    """A volume file with changed header, changed voxels, or an early end."""

    name, has_other_reader = "volumes", True

    def __init__(self, corpus: Path) -> None:
        super().__init__(corpus)
        self.folders = sorted((corpus / "volumes").iterdir())

    def make(self, rng: random.Random, folder: Path) -> Path:
        source = rng.choice(self.folders)
        for path in source.iterdir():
            shutil.copyfile(path, folder / path.name)
        main = next(
            p for p in folder.iterdir() if not p.name.endswith((".raw", ".zraw", ".raw.gz"))
        )
        target = rng.choice(sorted(folder.iterdir())) if rng.random() < 0.2 else main
        target.write_bytes(self._changed(rng, target))
        return main

    def _changed(self, rng: random.Random, path: Path) -> bytes:
        raw = path.read_bytes()
        if path.suffix in (".nrrd", ".nhdr", ".mha", ".mhd") and rng.random() < 0.7:
            mark = b"\n\n" if path.suffix in (".nrrd", ".nhdr") else b"LOCAL\n"
            head, found, rest = raw.partition(mark)
            return of_text(rng, head) + found + rest
        if path.suffix in (".gz", ".nii") and rng.random() < 0.8:
            plain = gzip.decompress(raw) if path.suffix == ".gz" else raw
            plain = of_bytes(rng, plain, end=rng.choice((120, 352, 352, len(plain))))
            return gzip.compress(plain, 1, mtime=0) if path.suffix == ".gz" else plain
        return of_bytes(rng, raw)

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.dicom import open_volume_file
        from SpineLib.slabs import finish, read_in_slabs
        from SpineLib.volume import read_with_notes

        if path.suffix == ".nrrd":
            self.refusing(lambda: finish(read_in_slabs(path)))
        volume, notes = read_with_notes(path)
        plane = rng.choice(("", "axial", "sagittal"))
        self.refusing(lambda: open_volume_file(path, plane=plane))
        assert np.isfinite(volume.ijk_to_ras).all() and volume.spacing.min() > 0
        return volume, notes

    def claimed(self, path: Path) -> int:
        files = sum(p.stat().st_size for p in path.parent.iterdir())
        return 1032 * files if files < 1 << 16 else 8 * files

    def differs(self, path: Path, answer: Any) -> str:
        volume, notes = answer
        theirs = _by_nibabel(path) if path.name.endswith((".nii", ".nii.gz")) else _by_itk(path)
        if theirs is None:
            return ""
        voxels, matrix = theirs
        if voxels.shape != volume.voxels.shape:
            return f"shape {volume.voxels.shape}, elsewhere {voxels.shape}"
        if not np.array_equal(voxels.astype(np.float32), volume.voxels.astype(np.float32),
                              equal_nan=True):  # fmt: skip
            return "the voxels have other values elsewhere"
        corner = np.array([*volume.shape[::-1], 1.0])
        apart = np.abs((matrix - volume.ijk_to_ras) @ corner).max()
        if apart > 1e-3 * max(1.0, np.abs(matrix @ corner).max()) and not notes:
            return f"the last corner lies {apart:.3g} mm elsewhere"
        return ""


def _by_nibabel(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    if nibabel is None:
        return None
    try:
        image = nibabel.load(path)
        header = image.header
        # Units are left to nibabel's caller; with an offset of 0 it reads its header as voxels.
        if header["xyzt_units"] & 7 in (1, 3) or image.dataobj.offset < 352:
            return None
        if not _codes(path) <= set(range(6)):
            return None  # codes that there are not yet; nibabel takes them for 0
        voxels = np.asanyarray(image.dataobj).T
        while voxels.ndim > 3 and voxels.shape[0] == 1:
            voxels = voxels[0]
        return voxels, image.affine
    except Exception:
        return None


def _codes(path: Path) -> set[int]:
    """The codes of both transforms, as they stand in the file."""
    raw = path.read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    if raw[:4] in (b"\x1c\2\0\0", b"\0\0\2\x1c"):
        order = "little" if raw[0] == 0x1C else "big"
        places = (raw[344:348], raw[348:352])
    else:
        order = "little" if raw[0] == 0x5C else "big"
        places = (raw[252:254], raw[254:256])
    return {int.from_bytes(place, order, signed=True) for place in places}  # type: ignore[arg-type]


def _sizes(path: Path) -> set[bytes]:
    """How long the voxels of a MetaImage file may be: behind its header, or in the file beside."""
    behind = len(path.read_bytes().partition(b"LOCAL\n")[2])
    return {b"%d" % size for size in (behind, *(p.stat().st_size for p in path.parent.iterdir()))}


def _by_itk(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    import SimpleITK as sitk

    from SpineLib.volume import from_sitk

    head = path.read_bytes()[:2000]
    claimed = re.search(rb"CompressedDataSize = (\d+)\n", head)
    if re.search(rb"CompressedData\s*=\s*[Tt1]", head) and (
        not claimed or claimed[1] not in _sizes(path)
    ):
        return None  # ITK believes the size; the stream's own checksum says more
    try:
        sitk.ProcessObject.SetGlobalWarningDisplay(False)
        volume = from_sitk(sitk.ReadImage(str(path)))
        return volume.voxels, volume.ijk_to_ras
    except Exception:
        return None
