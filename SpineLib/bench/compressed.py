"""Scan and read of compressed series, decoded in processes of their own and in this one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pydicom
from pydicom.encaps import generate_frames
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless
from scipy.ndimage import gaussian_filter

from SpineLib.bench.dicom import write_series
from SpineLib.dicom import read, scan
from SpineLib.dicom.decoder import decode
from SpineLib.dicom.header import FrameHeader

FILES, ROWS, COLUMNS = 60, 384, 384
SYNTAXES = {"jpeg-2000": JPEG2000Lossless, "jpeg-ls": JPEGLSLossless, "rle": RLELossless}
_THREADS = 4  # as `SpineLib.dicom.read` has


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
    with ThreadPoolExecutor(_THREADS) as pool:
        return np.stack(list(pool.map(_decoded, scan(folder).stacks[0].frames)))


def _decoded(frame: FrameHeader) -> np.ndarray:
    source = frame.source
    with source.path.open("rb") as stream:
        stream.seek(source.pixels.offset)
        (code,) = generate_frames(stream, number_of_frames=1)
    options = {
        "raw": True, "rows": source.rows, "columns": source.columns, "number_of_frames": 1,
        "samples_per_pixel": 1, "photometric_interpretation": source.photometric,
        "pixel_representation": int(source.signed), "bits_allocated": source.bits_allocated,
        "bits_stored": source.bits_stored, "pixel_keyword": "PixelData",
    }  # fmt: skip
    return decode(code, source.transfer_syntax, options)
