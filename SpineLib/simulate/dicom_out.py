"""DICOM as a scanner writes it: classic single-frame MR images (PS3.3 A.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage, generate_uid

from SpineLib.simulate.enhanced import write_enhanced
from SpineLib.simulate.headers import dress
from SpineLib.simulate.scanner import LARMOR, Protocol
from SpineLib.volume import Volume, lps_to_ras

BODY_PART = {"cervical": "CSPINE", "thoracic": "TSPINE", "lumbar": "LSPINE"}


@dataclass(frozen=True)
class Identity:
    """Whose study it is; every UID comes from it, so that the same seed gives the same bytes."""

    key: str

    @classmethod
    def of(cls, kind: str, seed: int, profile: str, *wanted: object) -> Identity:
        """The identity of a simulated study; ``wanted`` is what else was asked for."""
        return cls(
            " ".join(["SlicerSpineMRI simulate", kind, str(seed), profile, *map(str, wanted)])
        )

    def uid(self, *parts: object) -> str:
        """A UID that is always the same for the same parts."""
        return str(generate_uid(entropy_srcs=[self.key, *map(str, parts)]))


def write_series(
    folder: Path,
    stacks: Sequence[Volume],
    protocol: Protocol,
    identity: Identity,
    *,
    number: int,
    region: str,
    plane: str,
    vendor: str = "plain",
    enhanced: bool = False,
) -> dict[str, Any]:
    """Writes one MR series of one or several stacks.

    Args:
        folder: where the files go, ``IM0001.dcm`` and on.
        stacks: volumes of 12-bit pixels; all have the same rows and columns.
        protocol, identity, number, region, plane: what stands in the header.
        vendor: whose header set, one of `SpineLib.simulate.headers.VENDORS`.
        enhanced: one multi-frame object instead of a file a slice.

    Returns:
        ``folder``, ``series_instance_uid``, ``series_number``, ``frame_of_reference_uid``, and
        in slice order ``sop_instance_uids`` and ``frames`` (from 1).
    """
    folder.mkdir(parents=True, exist_ok=True)
    slices = [(volume, k) for volume in stacks for k in range(volume.shape[0])]
    series = identity.uid("series", number)
    uids = [identity.uid("image", number, n) for n in range(len(slices))]
    images = []
    for n, (volume, k) in enumerate(slices):
        image = _header(volume, protocol, identity, number=number, region=region, plane=plane, k=k)
        image.InstanceNumber = n + 1
        image.SeriesInstanceUID = series
        image.SOPInstanceUID = uids[n]
        image.file_meta.MediaStorageSOPInstanceUID = UID(uids[n])
        dress(image, vendor, protocol, plane)
        images.append(image)
    if enhanced:
        write_enhanced(folder / "IM0001.dcm", images, protocol.weighting)
        uids = [uids[0]] * len(images)
    else:
        for n, image in enumerate(images):
            image.save_as(folder / f"IM{n + 1:04d}.dcm", enforce_file_format=True)
    return {
        "folder": folder.name,
        "series_instance_uid": series,
        "series_number": number,
        "frame_of_reference_uid": identity.uid("frame of reference"),
        "sop_instance_uids": uids,
        "frames": list(range(1, len(images) + 1)) if enhanced else [1] * len(images),
    }


def _header(
    volume: Volume, protocol: Protocol, identity: Identity, *,
    number: int, region: str, plane: str, k: int,
) -> FileDataset:  # fmt: skip
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MRImageStorage
    image = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    image.SpecificCharacterSet = "ISO_IR 100"
    image.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    image.SOPClassUID = MRImageStorage
    image.StudyDate = image.SeriesDate = image.AcquisitionDate = image.ContentDate = "20200101"
    image.StudyTime = image.SeriesTime = image.AcquisitionTime = image.ContentTime = "120000"
    image.AccessionNumber = ""
    image.Modality = "MR"
    image.Manufacturer = "SlicerSpineMRI"
    image.ManufacturerModelName = "Simulated scanner"
    image.ReferringPhysicianName = ""
    weighting = protocol.weighting
    image.StudyDescription = f"Simulated {region} spine"
    image.SeriesDescription = f"{weighting} {plane}"
    image.PatientName = "Simulated^Patient"
    image.PatientID = "SIM-" + identity.uid("patient")[-8:]
    image.PatientBirthDate = ""
    image.PatientSex = "O"
    image.BodyPartExamined = BODY_PART[region]
    image.ScanningSequence = "IR" if protocol.ti else ("GR" if weighting == "T2*" else "SE")
    image.SequenceVariant = "SK"
    image.ScanOptions = ""
    image.MRAcquisitionType = "2D"
    image.SliceThickness = round(protocol.thickness, 4)
    image.RepetitionTime = round(protocol.tr, 2)
    image.EchoTime = round(protocol.te, 2)
    image.EchoTrainLength = 1 if weighting == "T2*" else (3 if weighting == "T1" else 16)
    if protocol.ti:
        image.InversionTime = round(protocol.ti, 1)
    image.MagneticFieldStrength = protocol.field
    image.ImagingFrequency = round(LARMOR * protocol.field, 4)
    image.FlipAngle = round(protocol.flip, 1)
    image.SpacingBetweenSlices = round(protocol.thickness + protocol.gap, 4)
    image.PatientPosition = "HFS"
    image.ProtocolName = image.SeriesDescription
    image.StudyInstanceUID = identity.uid("study")
    image.StudyID = "1"
    image.SeriesNumber = number
    image.AcquisitionNumber = 1
    image.InstanceNumber = k + 1
    image.FrameOfReferenceUID = identity.uid("frame of reference")
    image.PositionReferenceIndicator = ""
    directions = lps_to_ras(volume.directions.T)
    position = lps_to_ras(volume.ras([0, 0, k]))
    image.ImageOrientationPatient = [f"{x:.9f}" for x in np.concatenate(directions[:2])]
    image.ImagePositionPatient = [f"{x:.6f}" for x in position]
    image.SliceLocation = f"{float(position @ np.cross(directions[0], directions[1])):.4f}"
    image.PixelSpacing = [f"{x:.6f}" for x in volume.spacing[[1, 0]]]
    _pixels(image, volume.voxels[k])
    return image


def _pixels(image: Dataset, pixels: np.ndarray) -> None:
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.Rows, image.Columns = pixels.shape
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    image.PixelRepresentation = 0
    top = float(np.percentile(pixels, 99.5))
    image.WindowCenter, image.WindowWidth = round(top / 2, 1), round(max(top, 1), 1)
    image.PixelData = pixels.astype("<u2").tobytes()
