"""Enhanced multi-frame MR (DICOM PS3.3 A.36) from classic single-frame headers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import EnhancedMRImageStorage

from SpineLib.simulate.scanner import BANDWIDTH

_COPIED = (
    "SpecificCharacterSet", "StudyDate", "StudyTime", "ContentDate", "ContentTime", "SeriesDate",
    "SeriesTime", "AccessionNumber", "Modality", "Manufacturer", "ManufacturerModelName",
    "ReferringPhysicianName", "StudyDescription", "SeriesDescription", "PatientName", "PatientID",
    "PatientBirthDate", "PatientSex", "BodyPartExamined", "ProtocolName", "StudyInstanceUID",
    "SeriesInstanceUID", "StudyID", "SeriesNumber", "FrameOfReferenceUID",
    "PositionReferenceIndicator", "PatientPosition", "SamplesPerPixel",
    "PhotometricInterpretation", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "MagneticFieldStrength",
)  # fmt: skip


# Terms of Acquisition Contrast (0008,9209).
_CONTRAST = {"T1": "T1", "T2": "T2", "T2*": "T2_STAR", "STIR": "STIR", "PD": "PROTON_DENSITY"}


def write_enhanced(path: Path, images: Sequence[FileDataset], weighting: str) -> None:
    """Writes classic images of one series as one enhanced multi-frame object.

    Args:
        path: the file to write.
        images: in frame order; all have the same rows and columns.
        weighting: of `SpineLib.simulate.scanner.Protocol`.
    """
    first, contrast = images[0], _CONTRAST[weighting]
    meta = first.file_meta
    meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    out = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    for name in _COPIED:
        if name in first:
            setattr(out, name, getattr(first, name))
    out.SOPClassUID, out.SOPInstanceUID = EnhancedMRImageStorage, first.SOPInstanceUID
    out.InstanceNumber, out.NumberOfFrames = 1, len(images)
    date = str(first.get("AcquisitionDate", "")) or "20200101"
    time = str(first.get("AcquisitionTime", "")) or "120000"
    out.ContentDate = out.get("ContentDate") or date
    out.ContentTime = out.get("ContentTime") or time
    out.AcquisitionDateTime = date + time
    out.AcquisitionDuration = 180.0
    out.AcquisitionNumber = 1
    out.ContentQualification, out.ApplicableSafetyStandardAgency = "RESEARCH", "IEC"
    out.BurnedInAnnotation, out.LossyImageCompression = "NO", "00"
    out.PresentationLUTShape, out.ResonantNucleus = "IDENTITY", "1H"
    out.KSpaceFiltering, out.VolumetricProperties = "NONE", "VOLUME"
    out.VolumeBasedCalculationTechnique = "NONE"
    out.DeviceSerialNumber, out.SoftwareVersions = "1", "1"
    if not out.get("Manufacturer"):
        out.Manufacturer = "unknown"
    out.ManufacturerModelName = out.get("ManufacturerModelName") or "unknown"
    out.AcquisitionContextSequence = Items([])
    out.ImageType = ["ORIGINAL", "PRIMARY", contrast, "NONE"]
    for name, value in _description(contrast).items():
        setattr(out, name, value)
    for name, value in _pulse_sequence(first).items():
        setattr(out, name, value)
    stack = _dimensions(out)
    out.SharedFunctionalGroupsSequence = Items([_shared(first, contrast)])
    out.PerFrameFunctionalGroupsSequence = Items(
        [_frame(image, n, stack, date + time) for n, image in enumerate(images)]
    )
    out.PixelData = b"".join(image.PixelData for image in images)
    out.save_as(path, enforce_file_format=True)


def _description(contrast: str) -> dict[str, Any]:
    return {
        "PixelPresentation": "MONOCHROME",
        "ComplexImageComponent": "MAGNITUDE",
        "AcquisitionContrast": contrast,
    }


def _pulse_sequence(image: Dataset) -> dict[str, Any]:
    """PS3.3 C.8.13.4: the MR pulse sequence module."""
    gradient = image.ScanningSequence == "GR"
    return {
        "PulseSequenceName": "gre" if gradient else "tse",
        "MRAcquisitionType": "2D",
        "EchoPulseSequence": "GRADIENT" if gradient else "SPIN",
        **({} if gradient else {"MultipleSpinEcho": "NO"}),
        "MultiPlanarExcitation": "NO",
        "PhaseContrast": "NO",
        "TimeOfFlightContrast": "NO",
        "SteadyStatePulseSequence": "NONE",
        "EchoPlanarPulseSequence": "NO",
        "SaturationRecovery": "NO",
        "SpectrallySelectedSuppression": "NONE",
        "OversamplingPhase": "2D",
        "GeometryOfKSpaceTraversal": "RECTILINEAR",
        "SegmentedKSpaceTraversal": "SINGLE" if gradient else "PARTIAL",
        "RectilinearPhaseEncodeReordering": "LINEAR",
        "NumberOfKSpaceTrajectories": 1,
    }


def _item(**values: object) -> Items:
    item = Dataset()
    for name, value in values.items():
        setattr(item, name, value)
    return Items([item])


def _dimensions(out: Dataset) -> str:
    from pydicom.tag import Tag

    uid = f"{out.SOPInstanceUID}"[:60] + ".1"
    out.DimensionOrganizationSequence = _item(DimensionOrganizationUID=uid)
    index = []
    for tag in (Tag("StackID"), Tag("InStackPositionNumber")):
        item = Dataset()
        item.DimensionOrganizationUID = uid
        item.DimensionIndexPointer = tag
        item.FunctionalGroupPointer = Tag("FrameContentSequence")
        index.append(item)
    out.DimensionIndexSequence = Items(index)
    return "1"


def _shared(image: Dataset, contrast: str) -> Dataset:
    group = Dataset()
    echo_pulse = "GRADIENT" if image.ScanningSequence == "GR" else "SPIN"
    train = int(image.EchoTrainLength)
    group.MRTimingAndRelatedParametersSequence = _item(
        RepetitionTime=float(image.RepetitionTime), FlipAngle=float(image.FlipAngle),
        EchoTrainLength=train, RFEchoTrainLength=train if echo_pulse == "SPIN" else 0,
        GradientEchoTrainLength=0 if echo_pulse == "SPIN" else 1,
        SpecificAbsorptionRateSequence=_item(
            SpecificAbsorptionRateDefinition="IEC_WHOLE_BODY", SpecificAbsorptionRateValue=1.0
        ),
        GradientOutputType="DB_DT", GradientOutput=1.0,
        OperatingModeSequence=_item(
            OperatingModeType="STATIC FIELD", OperatingMode="IEC_NORMAL"
        ),
    )  # fmt: skip
    group.MREchoSequence = _item(EffectiveEchoTime=float(image.EchoTime))
    group.MRFOVGeometrySequence = _item(
        InPlanePhaseEncodingDirection="ROW", MRAcquisitionFrequencyEncodingSteps=int(image.Rows),
        MRAcquisitionPhaseEncodingStepsInPlane=int(image.Columns), PercentSampling=100.0,
        PercentPhaseFieldOfView=100.0,
    )  # fmt: skip
    group.MRModifierSequence = _item(
        InversionRecovery="YES" if image.ScanningSequence == "IR" else "NO",
        FlowCompensation="NONE", Spoiling="NONE", T2Preparation="NO", SpectrallySelectedExcitation="NONE",
        SpatialPresaturation="NONE", PartialFourier="NO", ParallelAcquisition="NO",
    )  # fmt: skip
    if image.ScanningSequence == "IR":
        group.MRModifierSequence[0].InversionTimes = [float(image.InversionTime)]
    group.MRImagingModifierSequence = _item(
        MagnetizationTransfer="NONE", BloodSignalNulling="NO", Tagging="NONE",
        TransmitterFrequency=float(image.get("ImagingFrequency", 63.87)), PixelBandwidth=BANDWIDTH,
    )  # fmt: skip
    group.MRReceiveCoilSequence = _item(
        ReceiveCoilName="SPINE", ReceiveCoilManufacturerName="", ReceiveCoilType="MULTICOIL",
        QuadratureReceiveCoil="NO",
        MultiCoilDefinitionSequence=_item(MultiCoilElementName="S1", MultiCoilElementUsed="YES"),
    )  # fmt: skip
    group.MRTransmitCoilSequence = _item(
        TransmitCoilName="BODY", TransmitCoilManufacturerName="", TransmitCoilType="BODY"
    )
    group.MRAveragesSequence = _item(NumberOfAverages=1.0)
    group.PixelMeasuresSequence = _item(
        SliceThickness=image.SliceThickness, PixelSpacing=image.PixelSpacing,
        SpacingBetweenSlices=image.SpacingBetweenSlices,
    )  # fmt: skip
    group.MRImageFrameTypeSequence = _item(
        FrameType=["ORIGINAL", "PRIMARY", contrast, "NONE"],
        VolumetricProperties="VOLUME", VolumeBasedCalculationTechnique="NONE",
        **_description(contrast),
    )  # fmt: skip
    group.PixelValueTransformationSequence = _item(
        RescaleIntercept=image.get("RescaleIntercept", "0"),
        RescaleSlope=image.get("RescaleSlope", "1"), RescaleType="US",
    )  # fmt: skip
    group.FrameAnatomySequence = _item(
        FrameLaterality="U",
        AnatomicRegionSequence=_item(
            CodeValue="421060004", CodingSchemeDesignator="SCT", CodeMeaning="Vertebral column"
        ),
    )
    return group


def _frame(image: Dataset, n: int, stack: str, when: str) -> Dataset:
    group = Dataset()
    group.FrameContentSequence = _item(
        FrameAcquisitionNumber=1, FrameAcquisitionDateTime=when, FrameReferenceDateTime=when,
        FrameAcquisitionDuration=1000.0, StackID=stack, InStackPositionNumber=n + 1,
        DimensionIndexValues=[1, n + 1],
    )  # fmt: skip
    group.PlanePositionSequence = _item(ImagePositionPatient=image.ImagePositionPatient)
    group.PlaneOrientationSequence = _item(ImageOrientationPatient=image.ImageOrientationPatient)
    group.FrameVOILUTSequence = _item(
        WindowCenter=image.WindowCenter, WindowWidth=image.WindowWidth
    )
    return group
