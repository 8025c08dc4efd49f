"""Scan and read of a 300-file series, against SimpleITK's series reader and a pydicom loop."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from SpineLib.dicom import read, scan

FILES, ROWS, COLUMNS = 300, 256, 256


@contextmanager
def contenders() -> Iterator[tuple[dict[str, Callable[[], object]], list[str]]]:
    """Gives the contenders over a series in a temporary folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_series(folder)
        ours = _ours(folder)
        assert np.array_equal(ours, _simpleitk(folder)) and np.array_equal(ours, _loop(folder))
        yield (
            {
                "SlicerSpineMRI": lambda: _ours(folder),
                "SimpleITK": lambda: _simpleitk(folder),
                "pydicom loop": lambda: _loop(folder),
            },
            [f"{FILES} files of {ROWS}×{COLUMNS} 16-bit pixels, explicit VR little endian"],
        )


def write_series(
    folder: Path, files: int = FILES, rows: int = ROWS, columns: int = COLUMNS
) -> None:
    """Writes a sagittal MR series of single-frame files of noise into ``folder``."""
    random = np.random.default_rng(0)
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    for k in range(files):
        data = pydicom.Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = MRImageStorage
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.StudyInstanceUID, data.SeriesInstanceUID = study, series
        data.FrameOfReferenceUID, data.Modality, data.PatientID = frame, "MR", "bench"
        data.SeriesNumber, data.InstanceNumber = 1, k + 1
        data.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
        data.ImagePositionPatient = [-float(k), -128.0, 128.0]
        data.PixelSpacing, data.SliceThickness = [0.5, 0.5], 1.0
        data.EchoTime, data.RepetitionTime, data.ScanningSequence = 95, 3000, "SE"
        data.Rows, data.Columns, data.SamplesPerPixel = rows, columns, 1
        data.BitsAllocated = data.BitsStored = 16
        data.HighBit, data.PixelRepresentation = 15, 0
        data.PhotometricInterpretation = "MONOCHROME2"
        data.PixelData = random.integers(0, 4096, (rows, columns), dtype=np.uint16).tobytes()
        data.save_as(folder / f"{k:04}.dcm", enforce_file_format=True)


def _ours(folder: Path) -> np.ndarray:
    return read(scan(folder).stacks[0]).voxels


def _simpleitk(folder: Path) -> np.ndarray:
    import SimpleITK as sitk

    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return sitk.GetArrayFromImage(reader.Execute())


def _loop(folder: Path) -> np.ndarray:
    files = [pydicom.dcmread(path) for path in sorted(folder.iterdir())]
    files.sort(key=lambda data: -float(data.ImagePositionPatient[0]))
    return np.stack([data.pixel_array for data in files])
