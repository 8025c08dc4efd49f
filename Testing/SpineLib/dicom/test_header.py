"""Headers that lie: odd numbers, character sets, sizes, encodings."""

import tracemalloc
import zlib

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.charset import (
    STAND_ALONE_ENCODINGS,
    convert_encodings,
    encode_string,
    python_encoding,
)
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEG2000Lossless, RLELossless

from SpineLib.dicom import charset, dictionary, read, scan
from SpineLib.dicom.charset import decode, encodings, is_known
from SpineLib.dicom.header import read_header
from SpineLib.doors.listing import scan_as_json
from SpineLib.errors import BadInput
from Testing.machine import at_once


def one_file(writer, folder, **options):
    (file,) = writer.write(folder, [writer.place(1, 4.0)], SliceThickness=4.0, **options)
    return file


def patched(file, old, new):
    content = file.read_bytes()
    assert content.count(old) == 1
    file.write_bytes(content.replace(old, new))


def refusal(folder):
    """The reason of the one file that is left out."""
    with pytest.raises(BadInput) as caught:
        scan(folder)
    return caught.value.what


def test_what_is_known_without_pydicom_is_what_pydicom_knows():
    for keyword, known in dictionary._KNOWN.items():
        assert known == (tag_for_keyword(keyword), dictionary_VR(keyword))
    assert {name: python_encoding[name] for name in charset._USUAL} == charset._USUAL
    assert set(STAND_ALONE_ENCODINGS) == charset._STANDING_ALONE


@pytest.mark.parametrize(
    ("name", "character_set"),
    [
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "\\ISO 2022 IR 87"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎", "ISO_IR 13\\ISO 2022 IR 87"),
        ("Hong^Gildong=洪^吉洞=홍^길동", "\\ISO 2022 IR 149"),
        ("Wang^XiaoDong=王^小东", "GB18030"),
        ("Wang^XiaoDong=王^小东", "ISO_IR 192"),
        ("Люкceмбypг", "ISO_IR 144"),
        ("Διονυσιος", "ISO_IR 126"),
        ("Buc^Jérôme", "ISO_IR 100"),
    ],
)
def test_text_of_every_alphabet_is_read(name, character_set):
    value = encode_string(name, convert_encodings(character_set.split("\\")))
    assert decode(value, encodings(character_set)) == name


@given(st.binary(max_size=300), st.text(max_size=300))
def test_no_text_and_no_character_set_is_an_error(value, character_set):
    assert isinstance(decode(value, encodings(character_set)), str)


def test_wrong_names_of_character_sets_are_known_by_what_they_mean():
    assert encodings("ISO-IR 100") == encodings("ISO_IR 100")
    assert encodings("ISO IR 192") == encodings("UTF-8") == encodings("ISO_IR 192")
    assert is_known("ISO_IR 100\\ISO 2022 IR 87") and not is_known("x\\" * 20000)


def element(tag, vr, value):
    return tag + vr + b"\0\0" + len(value).to_bytes(4, "little") + value


@pytest.mark.parametrize("where", ["top", "nested"])
def test_a_damaged_character_set_costs_milliseconds(writer, tmp_path, where):
    file = one_file(writer, tmp_path)
    added = element(b"\x08\x00\x05\x00", b"UN", b"x\\" * 30000)
    if where == "nested":
        item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + added + b"\xfe\xff\x0d\xe0" + bytes(4)
        end = b"\xfe\xff\xdd\xe0" + bytes(4)
        added = b"\x08\x00\x10\x11SQ\0\0\xff\xff\xff\xff" + item * 10 + end
    whole = file.read_bytes()
    first = 144 + int.from_bytes(whole[140:144], "little")
    text = element(b"\x08\x00\x3e\x10", b"UT", "Rücken".encode("latin-1"))
    file.write_bytes(whole[:first] + added + text + whole[first:])
    (frame,) = read_header(file)
    assert frame.source.series_description == "Rücken"
    with at_once(1.0):
        read_header(file)


@pytest.mark.parametrize("keyword", ["Rows", "NumberOfFrames", "ImagePositionPatient"])
def test_a_length_beyond_the_file_is_a_truncated_header(writer, tmp_path, keyword):
    file = one_file(writer, tmp_path, NumberOfFrames=1)
    content = bytearray(file.read_bytes())
    place = pydicom.dcmread(file).get_item(keyword).value_tell
    content[place - 2 : place] = b"\xff\xff"
    file.write_bytes(content)
    assert "truncated" in refusal(tmp_path)


@pytest.mark.parametrize("value", [None, 0])
def test_an_image_without_columns_is_left_out_with_its_reason(writer, tmp_path, value):
    file = one_file(writer, tmp_path)
    dataset = pydicom.dcmread(file)
    if value is None:
        del dataset.Columns
    else:
        dataset.Columns = value
    dataset.save_as(file)
    assert "how many rows and columns" in refusal(tmp_path)


def test_a_small_file_that_claims_a_huge_compressed_picture_is_refused_at_once(writer, tmp_path):
    for syntax in (RLELossless, JPEG2000Lossless):
        file = one_file(writer, tmp_path, syntax=syntax)
        dataset = pydicom.dcmread(file)
        dataset.Rows, dataset.Columns = 30000, 30000
        dataset.save_as(file)
        assert "far more pixels than its size can" in refusal(tmp_path)


def test_a_name_of_half_a_gigabyte_takes_no_memory(writer, tmp_path):
    file = one_file(writer, tmp_path)
    whole, size = file.read_bytes(), 500 << 20
    begin = whole.index(b"\x10\x00\x10\x00PN")
    with file.open("wb") as stream:
        stream.write(whole[:begin] + b"\x10\x00\x10\x00UN\0\0" + size.to_bytes(4, "little"))
        stream.seek(size, 1)
        stream.write(whole[begin:])
    tracemalloc.start()
    reason = refusal(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "damaged or truncated" in reason and peak < 1 << 20


def test_more_frames_than_the_file_holds_are_refused(writer, tmp_path):
    file = one_file(writer, tmp_path, syntax=RLELossless)
    dataset = pydicom.dcmread(file)
    dataset.NumberOfFrames = 1_000_000
    dataset.save_as(file)
    assert refusal(tmp_path) == "The file holds fewer frames than its header says"


def test_a_black_slice_that_compresses_to_nothing_is_read(writer, tmp_path):
    writer.rows = writer.columns = 512

    def pixels(number):
        return writer.pixels(number) if number > 1 else np.zeros((512, 512), np.uint16)

    writer.write(tmp_path, [writer.place(3, 4.0)], pixels=pixels, syntax=JPEG2000Lossless)
    assert read(scan(tmp_path).stacks[0]).shape == (3, 512, 512)


def deflated(file, content):
    dataset = pydicom.dcmread(file)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    pydicom.dcmwrite(file, dataset)
    whole = file.read_bytes()
    meta = 144 + int.from_bytes(whole[140:144], "little")
    squeezed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    file.write_bytes(whole[:meta] + squeezed.compress(content(dataset)) + squeezed.flush())


def test_a_deflated_bomb_takes_no_memory(writer, tmp_path):
    file = one_file(writer, tmp_path)
    long = b"\x09\x00\x01\x10UN\0\0" + (300 << 20).to_bytes(4, "little")
    deflated(file, lambda dataset: long + bytes(300 << 20))
    assert file.stat().st_size < 1 << 20
    tracemalloc.start()
    reason = refusal(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "damaged or truncated" in reason and peak < 80 << 20


def test_deflated_pixels_that_are_cut_off_are_refused(writer, tmp_path):
    file = one_file(writer, tmp_path)
    dataset = pydicom.dcmread(file)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    pydicom.dcmwrite(file, dataset)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) - 200])
    assert "pixels are cut off" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("PixelSpacing", ["1e308", "1"], "of a size that no image has"),
        ("PixelSpacing", ["1e-300", "1"], "of a size that no image has"),
        ("ImagePositionPatient", ["1e300", "0", "0"], "where no patient lies"),
        ("ImagePositionPatient", ["1e400", "0", "0"], "does not say where the slices lie"),
        ("ImagePositionPatient", ["NaN", "0", "0"], "does not say where the slices lie"),
        ("ImageOrientationPatient", ["1e300", "0", "0", "0", "1", "0"], "right angles"),
        ("SliceThickness", "1e300", "of a size that no image has"),
    ],
)
@pytest.mark.filterwarnings("error:overflow")
def test_values_beyond_the_finite_are_a_reason_and_null_in_json(
    writer, tmp_path, keyword, value, words
):
    import json

    raw = "\\".join([value] if isinstance(value, str) else value).encode()

    def edit(dataset, number):
        if number == 3:
            tag = dataset[keyword].tag
            dataset._dict[tag] = RawDataElement(tag, "DS", len(raw), raw, 0, False, True)

    with pydicom.config.disable_value_validation():
        writer.write(tmp_path, [writer.place(6, 4.0)], edit=edit, SliceThickness=4.0)
    found = scan(tmp_path)
    (odd,) = [stack for stack in found.stacks if stack.problem]
    assert odd.slices == 1 and words in odd.problem
    assert sorted(stack.slices for stack in found.stacks if not stack.problem) == [2, 3]
    said = json.loads(json.dumps(scan_as_json(found), allow_nan=False))
    (stack,) = [s for one in said["studies"][0]["series"] for s in one["stacks"] if s["problem"]]
    assert stack["spacing"] == [None, None, None]


def test_integers_beyond_all_are_none(writer, tmp_path):
    file = one_file(writer, tmp_path, SeriesNumber=123456)
    patched(file, b"123456", b"9e9999"[:6])
    (frame,) = read_header(file)
    assert frame.source.series_number is None


def test_signs_of_spacing_say_nothing(writer, tmp_path):
    writer.tags["StudyInstanceUID"] = "1.2.3"
    writer.write(tmp_path / "a", [writer.place(6, 4.0)], SpacingBetweenSlices=-4)
    one_file(writer, tmp_path / "b", SpacingBetweenSlices=-4.4, SeriesNumber=5)
    one_file(writer, tmp_path / "c", SpacingBetweenSlices=0, SeriesNumber=6)
    stacks = scan(tmp_path).stacks
    assert [(s.slices, s.spacing[2], s.problem) for s in stacks] == [
        (6, pytest.approx(4.0), ""), (1, pytest.approx(4.4), ""), (1, pytest.approx(4.0), ""),
    ]  # fmt: skip


def test_numbers_are_read_by_the_files_own_word_for_them(writer, tmp_path):
    """A writer that says echo time as a binary number, and rows as text."""
    file = one_file(writer, tmp_path)
    dataset = pydicom.dcmread(file)
    dataset.add_new(0x00180081, "FD", 95.5)
    dataset.add_new(0x00280010, "IS", str(writer.rows))
    dataset.save_as(file)
    (frame,) = read_header(file)
    assert frame.physics.echo_time == 95.5 and frame.source.rows == writer.rows


def test_sequences_of_every_encoding_are_stepped_over(writer, tmp_path):
    file = one_file(writer, tmp_path)
    dataset = pydicom.dcmread(file)
    inner = Dataset()
    inner.StudyDescription, inner.Rows = "inside", 7
    outer = Dataset()
    outer.ReferencedSeriesSequence, outer.SeriesDescription = [inner, inner], "inside too"
    dataset.ReferencedStudySequence, dataset.SeriesDescription = [outer, outer], "outside"
    for implicit in (True, False):
        for undefined in (True, False):
            for one in (dataset["ReferencedStudySequence"], outer["ReferencedSeriesSequence"]):
                one.is_undefined_length = undefined
            outer.is_undefined_length_sequence_item = undefined
            dataset.file_meta.TransferSyntaxUID = f"1.2.840.10008.1.2{'' if implicit else '.1'}"
            pydicom.dcmwrite(
                file, dataset, implicit_vr=implicit, little_endian=True, overwrite=True
            )
            (frame,) = read_header(file)
            assert frame.source.series_description == "outside"
            assert frame.source.rows == writer.rows


def test_a_file_that_is_only_padding_ends_quickly(tmp_path):
    (tmp_path / "zeros").write_bytes(bytes(128) + b"DICM" + bytes(50 << 20))
    with at_once():
        refusal(tmp_path)


def test_texts_cannot_steer_a_terminal(writer, tmp_path):
    file = one_file(writer, tmp_path, SeriesDescription="sag red end")
    patched(file, b"sag red end", b"sag\x1b[31m\x07en")
    (frame,) = read_header(file)
    assert frame.source.series_description.isprintable()


def test_a_number_behind_a_sign_that_cannot_be_printed_is_the_number(writer, tmp_path):
    file = one_file(writer, tmp_path)
    content, uid = file.read_bytes(), read_header(file)[0].source.study_instance_uid
    assert content.count(uid.encode()) == 1
    file.write_bytes(content.replace(uid.encode(), b"\x0b" + uid[1:].encode()))
    assert read_header(file)[0].source.study_instance_uid == uid[1:]
