"""The profile on one data set: what names a person goes, at any depth, and references stay whole."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.datadict import DicomDictionary, dictionary_VR, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from SpineLib.dicom.confidentiality import Deidentifier, Key, Option, Suspicion, burnt_in
from SpineLib.dicom.confidentiality.descriptors import cleaned
from SpineLib.dicom.confidentiality.profile import (
    _CHARACTERISTICS,
    _DESCRIPTORS,
    _DEVICE,
    _INSTITUTION,
    _REFERENCES,
    _table,
)
from SpineLib.dicom.meaning import described_region, described_weighting
from Testing.SpineLib.dicom.test_deidentify import NAME


def one_dataset(**values):
    dataset = Dataset()
    dataset.PatientName, dataset.PatientID = NAME, "MRN-4711-88"
    dataset.StudyInstanceUID, dataset.SOPInstanceUID = generate_uid(), generate_uid()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def test_dates_of_one_patient_move_by_the_same_number_of_days():
    key = Key()
    clean = Deidentifier(key, [Option.modified_dates]).dataset(
        one_dataset(
            StudyDate="20240228", SeriesDate="20240301", StudyTime="101112", ContentDate="2024",
            AcquisitionDateTime="20240301101112.5+0100", PatientBirthDate="19310405",
        )
    )  # fmt: skip
    days = key.days("ID MRN-4711-88")
    assert -3650 <= days <= -366
    first, second = (date.fromisoformat(d) for d in (clean.StudyDate, clean.SeriesDate))
    assert (second - first).days == 2 and (first - date(2024, 2, 28)).days == days
    assert clean.AcquisitionDateTime == f"{second:%Y%m%d}101112.5+0100"
    assert clean.StudyTime == "101112" and not clean.PatientBirthDate and not clean.ContentDate
    assert clean.LongitudinalTemporalInformationModified == "MODIFIED"
    assert clean.DeidentificationMethodCodeSequence[1].CodeValue == "113107"


def test_options_keep_what_they_are_named_after():
    original = one_dataset(
        PatientSex="F", PatientAge="093Y", InstitutionName="Klinikum", DeviceSerialNumber="77-12",
        StudyInstanceUID="1.2.3",
    )  # fmt: skip
    plain = Deidentifier(Key()).dataset(original)
    assert not plain.PatientSex and "PatientAge" not in plain and "InstitutionName" not in plain
    assert plain.DeviceSerialNumber == "ANONYMIZED" and plain.StudyInstanceUID != "1.2.3"
    kept = Deidentifier(Key(), Option).dataset(original)
    assert (kept.PatientSex, kept.PatientAge) == ("F", "090Y")  # ages over 89 are one group
    assert (kept.InstitutionName, kept.DeviceSerialNumber) == ("Klinikum", "77-12")
    assert kept.StudyInstanceUID == "1.2.3"
    assert len(kept.DeidentificationMethodCodeSequence) == 1 + len(Option)
    assert original.PatientName == NAME


def test_references_between_objects_lead_to_the_new_objects():
    image, label = one_dataset(FrameOfReferenceUID="1.2.3.4"), one_dataset()
    reference = Dataset()
    reference.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    reference.ReferencedSOPInstanceUID = image.SOPInstanceUID
    series = Dataset()
    series.ReferencedInstanceSequence = [reference]
    label.ReferencedSeriesSequence = [series]
    label.SourceImageSequence = [reference]
    label.FrameOfReferenceUID = "1.2.3.4"
    run = Deidentifier(Key())
    new_image, new_label = run.dataset(image), run.dataset(label)
    nested = new_label.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0]
    assert nested.ReferencedSOPInstanceUID == new_image.SOPInstanceUID != image.SOPInstanceUID
    assert new_label.SourceImageSequence[0].ReferencedSOPInstanceUID == new_image.SOPInstanceUID
    assert nested.ReferencedSOPClassUID == "1.2.840.10008.5.1.4.1.1.4"
    assert new_label.FrameOfReferenceUID == new_image.FrameOfReferenceUID != "1.2.3.4"


def test_a_report_keeps_its_structure_and_references_but_no_text():
    concept, place, value = Dataset(), Dataset(), Dataset()
    concept.CodeValue, concept.CodingSchemeDesignator = "121071", "DCM"
    concept.CodeMeaning = "Finding of Theodora"
    value.RelationshipType, value.ValueType = "CONTAINS", "TEXT"
    value.ConceptNameCodeSequence = [concept]
    value.TextValue = "Compression, patient Theodora"
    place.ReferencedSOPInstanceUID = "1.2.3"
    value.ReferencedSOPSequence = [place]
    run = Deidentifier(Key())
    (item,) = run.dataset(one_dataset(ContentSequence=[value])).ContentSequence
    assert (item.ValueType, item.RelationshipType) == ("TEXT", "CONTAINS")
    assert item.TextValue == "ANONYMIZED"
    assert item.ConceptNameCodeSequence[0].CodeMeaning == "Finding"
    assert item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == run.key.uid("1.2.3")


def test_curves_overlays_private_and_unknown_elements_go():
    original = one_dataset()
    original.add_new(0x60003000, "OW", b"ab")
    original.add_new(0x60020010, "US", 3)
    original.add_new(0x50003000, "OW", b"ab")
    original.add_new(0x00090010, "LO", "MAKER")
    original.add_new(0x00091001, "LO", "Theodora")
    original.add_new(0x00084321, "LO", "Theodora")
    left = Deidentifier(Key()).dataset(original)
    assert not {0x60003000, 0x60020010, 0x50003000, 0x00090010, 0x00091001, 0x00084321} & set(
        left.keys()
    )
    assert not any(element.tag.is_private for element in left)


def test_a_name_that_stands_in_a_kept_attribute_goes_but_the_maker_stays():
    original = one_dataset(
        Manufacturer="Siemens Healthineers", InstitutionName="Siemens", SequenceName="GRIMALDI_2",
        OperatorsName="Siemens^Service", SoftwareVersions="installed for Baumgarten",
        ReferringPhysicianName="Baumgarten^Ilse",
    )  # fmt: skip
    clean = Deidentifier(Key()).dataset(original)
    assert clean.Manufacturer == "Siemens Healthineers"
    assert not clean.SequenceName and not clean.SoftwareVersions


word = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=14).filter(
    lambda w: len(set(w)) > 4
)


SEQUENCES = sorted({e[4] for e in DicomDictionary.values() if e[0] == "SQ" and e[4] and not e[3]})


TEXTS = {"LO", "SH", "PN", "LT", "ST", "UT", "UC", "AE", "CS"}


NAMED = sorted(
    keyword_for_tag(t) for t in _table() if keyword_for_tag(t) and dictionary_VR(t) in TEXTS
)


ANY_TEXT = sorted(
    {
        e[4]
        for e in DicomDictionary.values()
        if e[0] in {"LO", "SH", "PN", "LT", "ST", "UT"} and e[4]
    }
    - {"DeidentificationMethod", "CodingSchemeDesignator"}
)


def planted(path, keyword, value):
    item = Dataset()
    if keyword:
        setattr(item, keyword, value)
    else:
        item.private_block(0x0029, "MAKER", create=True).add_new(1, "LO", value)
    for sequence in path:
        outer = Dataset()
        setattr(outer, sequence, [item])
        item = outer
    return item


def written(dataset):
    return str(dataset.to_json_dict(bulk_data_element_handler=lambda _: ""))


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(SEQUENCES), max_size=4),
    st.one_of(st.none(), st.sampled_from(NAMED)), word,
    st.sets(st.sampled_from([Option.uids, Option.modified_dates, Option.descriptors])),
)  # fmt: skip
def test_identifiers_vanish_from_any_depth(path, keyword, value, options):
    original = planted(path, keyword, value)
    original.PatientID = "1"
    assert value in written(original)
    assert value not in written(Deidentifier(Key(bytes(32)), options).dataset(original))


@settings(max_examples=40)
@given(st.lists(st.sampled_from(SEQUENCES), max_size=3), st.sampled_from(ANY_TEXT), word)
def test_a_patients_name_vanishes_from_texts_that_the_profile_keeps(path, keyword, name):
    original = planted(path, keyword, f"for {name}, urgent")
    original.PatientName, original.PatientID = f"{name}^Theodora", "1"
    assert name not in written(Deidentifier(Key(bytes(32))).dataset(original))


@given(st.text(min_size=1), st.text(min_size=1))
def test_new_identities_are_valid_and_never_shared(one, other):
    key = Key(bytes(32))
    assert re.fullmatch(r"2\.25\.(0|[1-9]\d*)", key.uid(one)) and len(key.uid(one)) <= 64
    assert (key.uid(one) == key.uid(other)) == (one == other)
    assert (key.pseudonym(one) == key.pseudonym(other)) == (one == other)


def test_the_command_offers_every_option(spine, tmp_path):
    refused = spine("deidentify", tmp_path, tmp_path / "out", "--option", "keep-everything")
    assert refused.code and all(one.value in " ".join(refused.errors) for one in Option)


def test_the_options_name_only_attributes_of_the_profiles_table():
    named = _DEVICE | _INSTITUTION | _CHARACTERISTICS | _DESCRIPTORS | _REFERENCES
    assert named <= set(_table())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("t2_tse_sag_HWS", "t2 tse sag HWS"),
        ("T2* ax C-Spine Dr. Miller", "T2* ax C Spine"),
        ("LWS sag T1tse 12.05.2024 Tel 555", "LWS sag T1tse"),
        ("Cervical spine w/o contrast, Jane Roe", "Cervical spine w contrast"),
        ("sag STIR L1-S1 (MRN 4711)", "sag STIR L1 S1"),
        ("Grimaldi", ""),
    ],
)
def test_cleaned_descriptions_still_say_region_and_weighting(text, left):
    assert cleaned(text) == left
    assert described_region(left) == described_region(text)
    assert described_weighting(left) == described_weighting(text)


@pytest.mark.parametrize(
    ("header", "suspicion"),
    [
        ({"BurnedInAnnotation": "YES"}, Suspicion.likely),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, Suspicion.likely),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, Suspicion.likely),
        ({"ImageType": ["DERIVED", "SECONDARY", "MPR"]}, Suspicion.possible),
        ({"ImageType": ["DERIVED", "SECONDARY"], "BurnedInAnnotation": "NO"}, Suspicion.none),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "M"]}, Suspicion.none),
    ],
)
def test_text_in_pixels_is_suspected_by_the_header(header, suspicion):
    assert burnt_in(one_dataset(PixelData=b"ab", **header))[0] is suspicion
