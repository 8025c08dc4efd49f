"""Number and value representation of the elements that a scan reads (PS3.6).

Importing pydicom takes longer than scanning hundreds of files; it is asked for all others.
"""

from __future__ import annotations

from functools import cache

_KNOWN = {
    "SpecificCharacterSet": (0x00080005, "CS"), "ImageType": (0x00080008, "CS"),
    "SOPClassUID": (0x00080016, "UI"), "SOPInstanceUID": (0x00080018, "UI"),
    "AcquisitionDate": (0x00080022, "DA"), "AcquisitionTime": (0x00080032, "TM"),
    "Modality": (0x00080060, "CS"), "StudyDescription": (0x00081030, "LO"),
    "SeriesDescription": (0x0008103E, "LO"), "FrameType": (0x00089007, "CS"),
    "ComplexImageComponent": (0x00089208, "CS"), "AcquisitionContrast": (0x00089209, "CS"),
    "PatientName": (0x00100010, "PN"), "PatientID": (0x00100020, "LO"),
    "IssuerOfPatientID": (0x00100021, "LO"),
    "PatientBirthDate": (0x00100030, "DA"), "PatientSex": (0x00100040, "CS"),
    "BodyPartExamined": (0x00180015, "CS"), "ScanningSequence": (0x00180020, "CS"),
    "SequenceVariant": (0x00180021, "CS"), "ScanOptions": (0x00180022, "CS"),
    "SequenceName": (0x00180024, "SH"), "SliceThickness": (0x00180050, "DS"),
    "RepetitionTime": (0x00180080, "DS"), "EchoTime": (0x00180081, "DS"),
    "InversionTime": (0x00180082, "DS"), "SpacingBetweenSlices": (0x00180088, "DS"),
    "EchoTrainLength": (0x00180091, "IS"), "ProtocolName": (0x00181030, "LO"),
    "TriggerTime": (0x00181060, "DS"), "FlipAngle": (0x00181314, "DS"),
    "PulseSequenceName": (0x00189005, "SH"), "EchoPulseSequence": (0x00189008, "CS"),
    "InversionRecovery": (0x00189009, "CS"), "SpectrallySelectedSuppression": (0x00189025, "CS"),
    "DiffusionGradientDirectionSequence": (0x00189076, "SQ"), "InversionTimes": (0x00189079, "FD"),
    "EffectiveEchoTime": (0x00189082, "FD"), "DiffusionBValue": (0x00189087, "FD"),
    "DiffusionGradientOrientation": (0x00189089, "FD"),
    "MRTimingAndRelatedParametersSequence": (0x00189112, "SQ"),
    "MREchoSequence": (0x00189114, "SQ"), "MRModifierSequence": (0x00189115, "SQ"),
    "MRDiffusionSequence": (0x00189117, "SQ"), "MRImageFrameTypeSequence": (0x00189226, "SQ"),
    "RFEchoTrainLength": (0x00189240, "US"), "StudyInstanceUID": (0x0020000D, "UI"),
    "SeriesInstanceUID": (0x0020000E, "UI"), "SeriesNumber": (0x00200011, "IS"),
    "AcquisitionNumber": (0x00200012, "IS"), "InstanceNumber": (0x00200013, "IS"),
    "ImagePositionPatient": (0x00200032, "DS"), "ImageOrientationPatient": (0x00200037, "DS"),
    "FrameOfReferenceUID": (0x00200052, "UI"), "TemporalPositionIdentifier": (0x00200100, "IS"),
    "InStackPositionNumber": (0x00209057, "UL"), "FrameContentSequence": (0x00209111, "SQ"),
    "PlanePositionSequence": (0x00209113, "SQ"), "PlaneOrientationSequence": (0x00209116, "SQ"),
    "TemporalPositionIndex": (0x00209128, "UL"), "FrameAcquisitionNumber": (0x00209156, "US"),
    "SamplesPerPixel": (0x00280002, "US"), "PhotometricInterpretation": (0x00280004, "CS"),
    "NumberOfFrames": (0x00280008, "IS"), "Rows": (0x00280010, "US"),
    "Columns": (0x00280011, "US"), "PixelSpacing": (0x00280030, "DS"),
    "BitsAllocated": (0x00280100, "US"), "BitsStored": (0x00280101, "US"),
    "HighBit": (0x00280102, "US"), "PixelRepresentation": (0x00280103, "US"),
    "WindowCenter": (0x00281050, "DS"), "WindowWidth": (0x00281051, "DS"),
    "RescaleIntercept": (0x00281052, "DS"), "RescaleSlope": (0x00281053, "DS"),
    "ModalityLUTSequence": (0x00283000, "SQ"), "PixelMeasuresSequence": (0x00289110, "SQ"),
    "FrameVOILUTSequence": (0x00289132, "SQ"),
    "PixelValueTransformationSequence": (0x00289145, "SQ"),
    "SharedFunctionalGroupsSequence": (0x52009229, "SQ"),
    "PerFrameFunctionalGroupsSequence": (0x52009230, "SQ"), "PixelData": (0x7FE00010, "OB or OW"),
}  # fmt: skip


@cache
def tag(keyword: str) -> int:
    """The number of a DICOM keyword."""
    return entry(keyword)[0]


@cache
def entry(keyword: str) -> tuple[int, str]:
    """Number and value representation of a DICOM keyword."""
    if keyword in _KNOWN:
        return _KNOWN[keyword]
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    number = tag_for_keyword(keyword)
    assert number is not None, keyword
    return int(number), dictionary_VR(number)
