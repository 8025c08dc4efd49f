"""Where names hide from a de-identification: other alphabets, spare bits, shared IDs, odd headers."""

import json

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.charset import convert_encodings, encode_string
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless

from SpineLib.dicom import read, scan
from SpineLib.dicom.confidentiality import Deidentifier, Key, open_key
from SpineLib.dicom.confidentiality.traces import in_bytes
from SpineLib.dicom.deidentify import deidentify
from SpineLib.errors import BadInput
from Testing.machine import at_once


def copies(folder):
    return [pydicom.dcmread(path) for path in sorted(folder.rglob("*.dcm"))]


def whole(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*.dcm")))


NAMES = [
    ("王^小东", "GB18030", "王小东 颈椎"),
    ("王^东", "GB18030", "颈椎 王东"),
    ("Wang^XiaoDong=王^小东", "ISO_IR 192", "患者王小东复查"),
    ("Zhang^XiaoDong=张^小东", "\\ISO 2022 IR 58", "张小东"),
    ("Hong^Gildong=洪^吉洞=홍^길동", "\\ISO 2022 IR 149", "홍길동 경추"),
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "\\ISO 2022 IR 87", "頚椎山田太郎"),
    ("ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎", "ISO_IR 13\\ISO 2022 IR 87", "ﾔﾏﾀﾞ"),
    ("Иванов^Пётр", "ISO_IR 144", "для Ивановой, шея"),
    ("Παπαδόπουλος^Νίκος", "ISO_IR 126", "ΠΑΠΑΔΟΠΟΥΛΟΣ"),
    ("كيتاني^عمر", "ISO_IR 127", "رقبة كيتاني"),
    ("לוי^משה", "ISO_IR 138", "צוואר משה לוי"),
    ("สมชาย^ใจดี", "ISO_IR 166", "คอสมชาย"),
    ("Müller^Änne", "ISO_IR 100", "Mueller, HWS"),
    ("Çelik^Şule", "ISO_IR 148", "CELIK boyun"),
    ("Wu^Li", "ISO_IR 100", "neck of Li Wu"),
    ("Kim^Ann", "ISO_IR 100", "neck Kim"),
    ("GRIMALDI^THEODORA", "", "Grimaldi2024"),
    ("GRIMALDI^THEODORA", "", "neck TheodoraGrimaldi"),
    ("van der Berg^Jan", "ISO_IR 100", "vanderberg neck"),
    ("Müller^Änne", "ISO_IR 100", "MuellerAenne"),
    # In another way of writing than the header's.
    ("Yamada^Tarou=山田^太郎=やまだ^たろう", "\\ISO 2022 IR 87", "頚椎ヤマダ"),
    ("=山田^太郎=ヤマダ^タロウ", "\\ISO 2022 IR 87", "neck Yamada"),
    ("=洪^吉洞=홍^길동", "\\ISO 2022 IR 149", "neck Hong Gildong"),
    ("Иванов^Сергей", "ISO_IR 144", "neck SERGEY"),
    ("Ivanov^Petr", "ISO_IR 192", "шея Иванов"),
    ("Παπαδόπουλος^Νίκος", "ISO_IR 126", "Papadopoulos"),
    ("Łukasz^Żółć", "ISO_IR 101", "Lukasz"),
    ("Sørensen^Åse", "ISO_IR 100", "Sorensen"),
]


@pytest.mark.parametrize(("name", "character_set", "typed"), NAMES, ids=lambda value: value[:12])
def test_a_name_is_found_in_every_character_set(writer, tmp_path, name, character_set, typed):
    (file,) = writer.write(tmp_path / "in", [writer.place(1, 4.0)])
    dataset = pydicom.dcmread(file)
    dataset.SpecificCharacterSet = character_set.split("\\")
    dataset.PatientName = name
    for keyword in ("SoftwareVersions", "ReceiveCoilName", "ManufacturerModelName"):
        setattr(dataset, keyword, typed)
    dataset.save_as(file)
    deidentify(tmp_path / "in", tmp_path / "out")
    (copy,) = copies(tmp_path / "out")
    assert not copy.SoftwareVersions and not copy.ReceiveCoilName
    assert not copy.ManufacturerModelName
    coded = encode_string(typed, convert_encodings(character_set.split("\\")))
    assert coded not in whole(tmp_path / "out")


def test_a_name_among_the_words_for_an_image_s_kind_goes_and_the_words_stay(writer, tmp_path):
    kinds = ["ORIGINAL", "PRIMARY", "NORM", "T2 Schröder"]
    writer.write(
        tmp_path / "in", [writer.place(1, 4.0)], SpecificCharacterSet="ISO_IR 100", ImageType=kinds,
        PatientName="Schröder^Norm",
    )  # fmt: skip
    deidentify(tmp_path / "in", tmp_path / "out")
    assert list(copies(tmp_path / "out")[0].ImageType) == ["ORIGINAL", "PRIMARY", "NORM", "OTHER"]


def test_what_stands_behind_the_last_pixel_and_in_tables_goes(writer, tmp_path):
    def edit(dataset, number):
        dataset.PixelData += b"xGRIMALDIx"
        dataset.add_new(0x00282000, "OB", b"xxGRIMALDIxx")

    writer.write(tmp_path / "in", [writer.place(2, 4.0)], edit=edit, PatientName="Grimaldi^Th")
    deidentify(tmp_path / "in", tmp_path / "out")
    assert b"GRIMALDI" not in whole(tmp_path / "out")
    assert copies(tmp_path / "out")[0].pixel_array.shape == (writer.rows, writer.columns)


@pytest.mark.parametrize("typed", ["17.04.1953", "4/17/1953", "1953-04-17", "17041953"])
def test_a_birth_date_is_found_as_people_type_it(writer, tmp_path, typed):
    writer.write(
        tmp_path / "in", [writer.place(1, 4.0)], PatientBirthDate="19530417", SequenceName=typed
    )
    deidentify(tmp_path / "in", tmp_path / "out")
    assert not copies(tmp_path / "out")[0].SequenceName


def test_names_of_protocols_and_makers_stay(writer, tmp_path):
    writer.write(
        tmp_path / "in", [writer.place(2, 4.0)], PatientName="Wu^Li", SequenceName="*tse2d1_17",
        Manufacturer="Philips", ManufacturerModelName="Ingenia", ScanningSequence=["SE", "IR"],
        BodyPartExamined="CSPINE", PatientID="123",
    )  # fmt: skip
    deidentify(tmp_path / "in", tmp_path / "out")
    copy = copies(tmp_path / "out")[0]
    assert copy.SequenceName == "*tse2d1_17" and copy.ManufacturerModelName == "Ingenia"
    assert list(copy.ScanningSequence) == ["SE", "IR"] and copy.BodyPartExamined == "CSPINE"


def test_a_name_in_bytes_that_stay_goes():
    original = Dataset()
    original.PatientName, original.PatientID = "Grimaldi^Theodora", "1"
    original.add_new(0x00181020, "UN", b"for GRIMALDI")
    assert not Deidentifier(Key()).dataset(original).get("SoftwareVersions")


@given(st.binary(max_size=200), st.sampled_from(["Grimaldi", "山田太郎", "Müller-Lüdenscheidt"]))
def test_values_are_found_in_the_middle_of_any_bytes(around, name):
    for encoding in ("utf-8", "gb18030", "latin-1"):
        try:
            coded = name.encode(encoding)
        except UnicodeEncodeError:
            continue
        assert in_bytes(b"\0" + coded + b"\0" + around, [name])
        assert in_bytes(around + b" " + coded, [name])


@pytest.mark.parametrize(
    "syntax", [None, ExplicitVRBigEndian, RLELossless, JPEG2000Lossless, JPEGLSLossless]
)
def test_an_old_overlay_in_spare_bits_is_cleared(writer, tmp_path, syntax):
    def overlaid(number):
        return writer.pixels(number) | np.uint16(0x5000)

    options = {} if syntax is None else {"syntax": syntax}
    files = writer.write(tmp_path / "in", [writer.place(3, 4.0)], pixels=overlaid, **options)
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.save_as(file)
    report = deidentify(tmp_path / "in", tmp_path / "out")
    assert len(report.files) == 3
    for copy in copies(tmp_path / "out"):
        assert not copy.file_meta.TransferSyntaxUID.is_compressed or syntax is None
        big = copy.file_meta.TransferSyntaxUID == ExplicitVRBigEndian
        words = np.frombuffer(copy.PixelData, ">u2" if big else "<u2")
        assert words.max() < 4096
    before, after = (read(scan(tmp_path / name).stacks[0]) for name in ("in", "out"))
    assert (before.voxels == after.voxels).all()


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_compressed_pixels_without_anything_in_spare_bits_stay_as_they_are(
    writer, tmp_path, syntax
):
    files = writer.write(tmp_path / "in", [writer.place(2, 4.0)], syntax=syntax)
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.save_as(file)
    deidentify(tmp_path / "in", tmp_path / "out")
    before = {pydicom.dcmread(file).PixelData for file in files}
    assert {copy.PixelData for copy in copies(tmp_path / "out")} == before


def test_signed_pixels_keep_their_sign_above_the_value(writer, tmp_path):
    values = writer.pixels(1).astype(np.int16) - 2046

    def edit(dataset, number):
        stored = (values.astype(np.uint16) & 0x0FFF) | 0x6000
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 1
        dataset.PixelData = stored.tobytes()

    writer.write(tmp_path / "in", [writer.place(1, 4.0)], edit=edit)
    deidentify(tmp_path / "in", tmp_path / "out")
    (copy,) = copies(tmp_path / "out")
    assert (np.frombuffer(copy.PixelData, "<i2").reshape(values.shape) == values).all()


def test_pixels_that_cannot_be_looked_through_are_left_out(writer, tmp_path):
    files = writer.write(tmp_path / "in", [writer.place(2, 4.0)], syntax=RLELossless)
    dataset = pydicom.dcmread(files[0])
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.save_as(files[0])
    content = bytearray(files[0].read_bytes())
    at = content.index(b"\xfe\xff\x00\xe0", content.index(b"\xe0\x7f\x10\x00") + 20) + 8
    content[at : at + 64] = bytes(64)
    files[0].write_bytes(content)
    report = deidentify(tmp_path / "in", tmp_path / "out")
    assert len(report.files) == 1 and "cannot be decoded" in report.left_out[0].reason


ROE = {"PatientName": "Roe^Jane", "PatientBirthDate": "19700305"}
MILLER = {"PatientName": "Miller^John", "PatientBirthDate": "19550911"}


@pytest.mark.parametrize("patient", ["ANONYMOUS", "A-4711"])
def test_two_people_under_one_id_get_two_pseudonyms_and_are_reported(writer, tmp_path, patient):
    for name, person in (("a", ROE), ("b", MILLER)):
        writer.write(tmp_path / "in" / name, [writer.place(2, 4.0)], PatientID=patient, **person)
    report = deidentify(tmp_path / "in", tmp_path / "out")
    assert report.patients == 2 and len({copy.PatientID for copy in copies(tmp_path / "out")}) == 2
    (note,) = report.notes
    assert "2 people" in note and patient not in note
    assert json.loads(json.dumps(report.to_dict()))["notes"] == [note]


def test_people_of_one_id_keep_their_pseudonyms_with_the_same_key(writer, tmp_path):
    for name, person in (("a", ROE), ("b", MILLER)):
        writer.write(tmp_path / name, [writer.place(2, 4.0)], PatientID="A-4711", **person)
    given = {}
    for n, name in enumerate(("a", "b", "b", "a")):
        deidentify(tmp_path / name, tmp_path / f"out {n}", key=tmp_path / "key.json")
        (pseudonym,) = {copy.PatientID for copy in copies(tmp_path / f"out {n}")}
        assert given.setdefault(name, pseudonym) == pseudonym
    assert given["a"] != given["b"]


def test_a_key_of_an_earlier_version_still_gives_its_pseudonyms(writer, tmp_path):
    writer.write(tmp_path / "in", [writer.place(1, 4.0)], PatientID="A-4711", **ROE)
    old = Key(bytes(32))
    patients = {"ID A-4711": {"pseudonym": old.pseudonym("ID A-4711"), "days": -400}}
    kept = {"version": 1, "secret": bytes(32).hex(), "patients": patients, "uids": {}}
    (tmp_path / "key.json").write_text(json.dumps(kept))
    deidentify(tmp_path / "in", tmp_path / "out", key=tmp_path / "key.json")
    assert copies(tmp_path / "out")[0].PatientID == old.pseudonym("ID A-4711")
    assert open_key(tmp_path / "key.json").patients["ID A-4711"]["person"]["birth"]


@pytest.mark.parametrize(
    ("keyword", "vr", "value"),
    [
        ("SOPClassUID", b"UA", b"1.2.840.10008.5.1.4.1.1.4\0"),
        ("SOPClassUID", b"UL", b"1.2.840.10008.5.1.4.1.1.2\0"),
        ("SamplesPerPixel", b"IS", b"\x01 "),
        ("PatientAge", b"FD", b"123 "),
        ("PatientName", b"US", b"123"),
        ("HighBit", b"DS", b"abcd"),
        ("BitsStored", b"LO", b"many"),
        ("ImageType", b"US", b"abc"),
        ("NumberOfFrames", b"IS", b"1e999 "),
    ],
)
def test_an_odd_vr_is_a_reason_and_costs_no_other_file(writer, tmp_path, keyword, vr, value):
    tags = {"PatientAge": "050Y", "NumberOfFrames": 1}
    writer.write(tmp_path / "in" / "good", [writer.place(1, 4.0)])
    (file,) = writer.write(tmp_path / "in" / "odd", [writer.place(1, 4.0)], **tags)
    content, at = file.read_bytes(), pydicom.dcmread(file).get_item(keyword)
    begin, end = at.value_tell - 4, at.value_tell + at.length
    odd = vr + len(value).to_bytes(2, "little") + value
    file.write_bytes(content[:begin] + odd + content[end:])
    with at_once():
        report = deidentify(tmp_path / "in", tmp_path / "out")
    assert report.files and len(report.files) + len(report.left_out) == 2


def test_a_damaged_character_set_is_left_out_at_once(writer, tmp_path):
    (file,) = writer.write(tmp_path / "in", [writer.place(1, 4.0)])
    content = file.read_bytes()
    first = 144 + int.from_bytes(content[140:144], "little")
    for nested in (False, True):
        value = b"x\\" * 30000
        added = b"\x08\x00\x05\x00UN\0\0" + len(value).to_bytes(4, "little") + value
        if nested:
            item = b"\xfe\xff\x00\xe0" + len(added).to_bytes(4, "little") + added
            added = b"\x08\x00\x10\x11SQ\0\0" + len(item * 5).to_bytes(4, "little") + item * 5
        file.write_bytes(content[:first] + added + content[first:])
        with at_once(), pytest.raises(BadInput, match="character set"):
            deidentify(tmp_path / "in", tmp_path / f"out {nested}")


def test_a_character_set_of_an_odd_vr_is_written_so_that_it_can_be_read(writer, tmp_path):
    (file,) = writer.write(tmp_path / "in", [writer.place(1, 4.0)])
    content = file.read_bytes()
    first = 144 + int.from_bytes(content[140:144], "little")
    added = b"\x08\x00\x05\x00SQ\0\0" + (11).to_bytes(4, "little") + b"ISO_IR 100 "
    file.write_bytes(content[:first] + added + content[first:])
    deidentify(tmp_path / "in", tmp_path / "out")
    (copy,) = (tmp_path / "out").rglob("*.dcm")
    assert pydicom.dcmread(copy).SpecificCharacterSet == "ISO_IR 100"
