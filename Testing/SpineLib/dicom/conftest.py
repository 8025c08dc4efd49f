"""A writer of synthetic MR series: any placement of slices, any transfer syntax."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    generate_uid,
)

MR_IMAGE, ENHANCED_MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1"
T2_TSE = {
    "ScanningSequence": "SE",
    "SequenceVariant": "SK",
    "RepetitionTime": 4000.0,
    "EchoTime": 100.0,
    "EchoTrainLength": 16,
    "FlipAngle": 150.0,
}


@dataclass(frozen=True)
class Placed:
    """A block of parallel slices in LPS mm: what DICOM's position and orientation say.

    Attributes:
        orientation: six cosines.
        positions: middle of the first pixel of each slice.
    """

    orientation: tuple[float, ...]
    positions: tuple[tuple[float, float, float], ...]


@dataclass
class SeriesWriter:
    """Writes classic and enhanced MR objects into a folder.

    Example:
        writer.place(12, 4.0, angle=25.0) is an axial block, tilted toward coronal by 25°;
        writer.write(folder, [that]) writes it and returns the files.
    """

    rows: int = 36
    columns: int = 44
    pixel_spacing: tuple[float, float] = (0.7, 0.6)
    tags: dict[str, Any] = field(default_factory=lambda: dict(T2_TSE))

    def place(
        self,
        count: int,
        spacing: float,
        *,
        angle: float = 0.0,
        plane: str = "axial",
        center: Sequence[float] = (0.0, 0.0, 0.0),
        step: Sequence[float] | None = None,
    ) -> Placed:
        """A block of ``count`` slices around ``center`` (LPS mm), tilted by ``angle`` degrees.

        ``step`` overrides the step from slice to slice (a sheared stack).
        """
        cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        row, column = {
            "axial": ([1, 0, 0], [0, cosine, sine]),
            "sagittal": ([sine, cosine, 0], [0, 0, -1]),
            "coronal": ([cosine, sine, 0], [0, 0, -1]),
        }[plane]
        row, column = np.array(row, float), np.array(column, float)
        normal = np.cross(row, column)
        move = normal * spacing if step is None else np.array(step, float)
        corner = (
            np.array(center, float)
            - row * self.pixel_spacing[1] * (self.columns - 1) / 2
            - column * self.pixel_spacing[0] * (self.rows - 1) / 2
            - move * (count - 1) / 2
        )
        positions = tuple(tuple((corner + move * k).tolist()) for k in range(count))
        return Placed((*row.tolist(), *column.tolist()), positions)

    def pixels(self, number: int) -> np.ndarray:
        """Distinct, unsymmetric uint16 pixels of the slice with this number, below 4096."""
        grid = np.arange(self.rows * self.columns).reshape(self.rows, self.columns)
        return ((grid * 7 + number * 131) % 4093).astype(np.uint16)

    def write(
        self,
        folder: Path,
        blocks: Sequence[Placed],
        *,
        syntax: str = ExplicitVRLittleEndian,
        strip: Sequence[str] = (),
        edit: Callable[[Dataset, int], None] | None = None,
        names: Callable[[int], str] = "IM{:04d}".format,
        pixels: Callable[[int], np.ndarray] | None = None,
        **tags: Any,
    ) -> list[Path]:
        """Writes one classic file a slice, numbered from 1 through all blocks.

        Args:
            folder: made if needed.
            strip: keywords that a de-identifier removed.
            edit: called with each data set and its number before it is written.
            names: file name of a number.
            tags: DICOM keywords and values for every file.
        """
        folder.mkdir(parents=True, exist_ok=True)
        study, series = generate_uid(), generate_uid()
        paths = []
        placed = [(block, position) for block in blocks for position in block.positions]
        for number, (block, position) in enumerate(placed, 1):
            dataset = self._object(MR_IMAGE, study, series, tags)
            dataset.InstanceNumber = number
            dataset.ImagePositionPatient = [f"{x:.6f}" for x in position]
            dataset.ImageOrientationPatient = [f"{x:.8f}" for x in block.orientation]
            dataset.PixelSpacing = list(self.pixel_spacing)
            _set_pixels(dataset, (pixels or self.pixels)(number))
            if edit:
                edit(dataset, number)
            paths.append(save(dataset, folder / names(number), syntax, strip))
        return paths

    def write_enhanced(
        self,
        path: Path,
        blocks: Sequence[Placed],
        *,
        syntax: str = ExplicitVRLittleEndian,
        rescale: Callable[[int], tuple[float, float]] = lambda number: (1.0, 0.0),
        **tags: Any,
    ) -> Path:
        """Writes all blocks as one enhanced multi-frame object."""
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset = self._object(ENHANCED_MR_IMAGE, generate_uid(), generate_uid(), tags)
        placed = [(block, position) for block in blocks for position in block.positions]
        frames = []
        for number, (block, position) in enumerate(placed, 1):
            frame = Dataset()
            frame.PlanePositionSequence = [_item(ImagePositionPatient=list(position))]
            frame.PlaneOrientationSequence = [
                _item(ImageOrientationPatient=list(block.orientation))
            ]
            slope, intercept = rescale(number)
            frame.PixelValueTransformationSequence = [
                _item(RescaleSlope=slope, RescaleIntercept=intercept, RescaleType="US")
            ]
            frame.FrameContentSequence = [_item(InStackPositionNumber=number)]
            frames.append(frame)
        shared = Dataset()
        shared.PixelMeasuresSequence = [
            _item(PixelSpacing=list(self.pixel_spacing), SliceThickness=4.0)
        ]
        shared.MRTimingAndRelatedParametersSequence = [
            _item(RepetitionTime=4000.0, FlipAngle=150.0, RFEchoTrainLength=16)
        ]
        shared.MREchoSequence = [_item(EffectiveEchoTime=100.0)]
        dataset.SharedFunctionalGroupsSequence = [shared]
        dataset.PerFrameFunctionalGroupsSequence = frames
        _set_pixels(dataset, np.stack([self.pixels(n + 1) for n in range(len(placed))]))
        dataset.NumberOfFrames = len(placed)
        for keyword in ("EchoTime", "RepetitionTime", "FlipAngle", "EchoTrainLength"):
            if keyword not in tags:
                del dataset[keyword]
        return save(dataset, path, syntax)

    def _object(self, kind: str, study: str, series: str, tags: dict[str, Any]) -> Dataset:
        dataset = Dataset()
        dataset.SOPClassUID = kind
        dataset.SOPInstanceUID = generate_uid()
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
        dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=[study])
        dataset.Modality, dataset.Manufacturer = "MR", "Synthetic"
        dataset.PatientID, dataset.PatientName = "TEST01", "Nobody^Known"
        dataset.SeriesNumber = 4
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        for keyword, value in {**self.tags, **tags}.items():
            setattr(dataset, keyword, value)
        return dataset


def _item(**values: Any) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _set_pixels(dataset: Dataset, pixels: np.ndarray) -> None:
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"


def save(dataset: Dataset, path: Path, syntax: str, strip: Sequence[str] = ()) -> Path:
    """Writes a data set as a DICOM file in a transfer syntax, without the stripped keywords."""
    for keyword in strip:
        if keyword in dataset:
            delattr(dataset, keyword)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = MR_IMAGE
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", generate_uid())
    native = {ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian}
    dataset.file_meta.TransferSyntaxUID = syntax if syntax in native else ExplicitVRLittleEndian
    if syntax not in native:
        dataset.compress(syntax, generate_instance_uid=False)
    if syntax == ExplicitVRBigEndian:
        words = np.frombuffer(dataset.PixelData, np.uint16 if dataset.BitsAllocated == 16 else "u1")
        dataset.PixelData = words.astype(words.dtype.newbyteorder(">")).tobytes()
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path


@pytest.fixture
def writer() -> SeriesWriter:
    """A writer of small synthetic series; its fields and tags may be changed."""
    return SeriesWriter()


@pytest.fixture
def angled_series(writer: SeriesWriter, tmp_path: Path) -> Path:
    """A lumbar axial series as clinics make it: a block angled to each of five discs.

    The two lowest blocks overlap, the header is stripped of SOPClassUID and Manufacturer, the
    pixels are RLE-compressed, and the files come in another order than the slices.
    """
    discs = [(-12, 60), (-4, 30), (6, 0), (16, -30), (30, -42)]
    blocks = [writer.place(5, 4.0, angle=angle, center=(0, 0, height)) for angle, height in discs]
    writer.write(
        tmp_path / "angled",
        blocks,
        syntax=RLELossless,
        strip=("SOPClassUID", "Manufacturer"),
        names=lambda number: f"{number * 7919 % 1000:03d}",
        SeriesDescription="t2_tse_tra msma",
        BodyPartExamined="LSPINE",
        SpacingBetweenSlices=4.0,
        SliceThickness=3.5,
    )
    return tmp_path / "angled"
