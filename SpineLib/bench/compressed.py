"""Scan and read of compressed series, decoded in processes of their own and in this one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
import pydicom
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless
from scipy.ndimage import gaussian_filter

from SpineLib.bench.dicom import write_series
from SpineLib.dicom import read, scan
from SpineLib.dicom.decoder import decode
from SpineLib.dicom.decoding import Coded

FILES, ROWS, COLUMNS = 60, 384, 384
SYNTAXES = {"jpeg-2000": JPEG2000Lossless, "jpeg-ls": JPEGLSLossless, "rle": RLELossless}


@contextmanager
def contenders() -> Iterator[tuple[dict[str, Callable[[], object]], list[str]]]:
    """Gives the contenders over a series in three compressions, in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / syntax for syntax in SYNTAXES]
        for folder, syntax in zip(folders, SYNTAXES.values(), strict=True):
            _write(folder, syntax)
        for folder in folders:
            assert np.array_equal(_ours(folder), _here(folder))
        yield (
            {
                "SlicerSpineMRI": lambda: [_ours(folder) for folder in folders],
                "decoded in this process": lambda: [_here(folder) for folder in folders],
            },
            [f"{FILES} files of {ROWS}×{COLUMNS} 12-bit pixels in each of {', '.join(SYNTAXES)}"],
        )


def _write(folder: Path, syntax: str) -> None:
    """A series with the smoothness and the noise of an MR image, compressed."""
    folder.mkdir()
    write_series(folder, FILES, ROWS, COLUMNS)
    random = np.random.default_rng(1)
    for file in sorted(folder.iterdir()):
        dataset = pydicom.dcmread(file)
        tissue = gaussian_filter(random.normal(size=(ROWS, COLUMNS)), 5)
        image = 700 + 500 * tissue / np.abs(tissue).max() + random.normal(0, 12, tissue.shape)
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelData = image.clip(0, 4095).astype(np.uint16).tobytes()
        dataset.compress(syntax, generate_instance_uid=False)
        dataset.save_as(file)


def _ours(folder: Path) -> np.ndarray:
    return read(scan(folder).stacks[0]).voxels


def _here(folder: Path) -> np.ndarray:
    """The same way with the same decoders in this process's threads, which a slice could end."""
    with mock.patch("SpineLib.dicom.pixels.decode", _decode):
        return _ours(folder)


def _decode(coded: Coded, *, owner: object = None) -> np.ndarray:
    return decode(coded.code, coded.syntax, coded.options)
