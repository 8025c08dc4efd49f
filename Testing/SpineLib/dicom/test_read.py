"""Pixels: transfer syntaxes, signs, rescale, MONOCHROME1, enhanced objects."""

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from SpineLib.dicom import Stack, read, scan
from SpineLib.errors import BadInput, Cancelled
from SpineLib.progress import Progress

SYNTAXES = [
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    RLELossless,
    JPEG2000Lossless,
    JPEGLSLossless,
]


def one_stack(folder) -> Stack:
    (stack,) = scan(folder).stacks
    return stack


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda uid: uid.name.split(",")[0])
def test_every_transfer_syntax_gives_the_same_pixels(writer, tmp_path, syntax):
    writer.write(tmp_path, [writer.place(4, 4.0)], syntax=syntax)
    volume = read(one_stack(tmp_path))
    assert volume.voxels.dtype == np.uint16
    assert (volume.voxels == np.stack([writer.pixels(n) for n in range(1, 5)])).all()


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda uid: uid.name.split(",")[0])
def test_signed_pixels_stay_negative(writer, tmp_path, syntax):
    def pixels(number):
        return writer.pixels(number).astype(np.int16) - 2000

    writer.write(tmp_path, [writer.place(3, 4.0)], syntax=syntax, pixels=pixels)
    volume = read(one_stack(tmp_path))
    assert (volume.voxels == np.stack([pixels(n) for n in (1, 2, 3)])).all()


def test_eight_bit_pixels_are_read(writer, tmp_path):
    def pixels(number):
        return (writer.pixels(number) % 251).astype(np.uint8)

    writer.write(tmp_path, [writer.place(3, 4.0)], pixels=pixels)
    volume = read(one_stack(tmp_path))
    assert volume.voxels.dtype == np.uint8
    assert (volume.voxels == np.stack([pixels(n) for n in (1, 2, 3)])).all()


@pytest.mark.parametrize("signed", [False, True])
def test_bits_beside_the_value_are_ignored(writer, tmp_path, signed):
    expected = writer.pixels(1).astype(np.int16) - (2046 if signed else 0)

    def edit(dataset, number):
        stored = (expected.astype(np.uint16) & 0x0FFF) | 0x3000  # an old overlay above bit 11
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelRepresentation = int(signed)
        dataset.PixelData = stored.tobytes()

    writer.write(tmp_path, [writer.place(1, 4.0)], edit=edit, SliceThickness=4.0)
    assert (read(one_stack(tmp_path)).voxels[0] == expected).all()


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda uid: uid.name.split(",")[0])
def test_bits_above_the_value_are_ignored_in_every_transfer_syntax(writer, tmp_path, syntax):
    def overlaid(number):
        return writer.pixels(number) | np.uint16(0x4000)  # an old overlay in bit 14

    for file in writer.write(tmp_path, [writer.place(3, 4.0)], syntax=syntax, pixels=overlaid):
        dataset = pydicom.dcmread(file)
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.save_as(file)
    expected = np.stack([writer.pixels(n) for n in (1, 2, 3)])
    assert (read(one_stack(tmp_path)).voxels == expected).all()


@pytest.mark.parametrize("columns", [44, 43])
def test_bytes_in_big_endian_words_are_read_in_their_order(writer, tmp_path, columns):
    """As dcmconv +tb writes 8 bits with the VR OW; odd sizes share a word between rows."""
    writer.columns = columns

    def eight(number):
        return (writer.pixels(number) % 251).astype(np.uint8)

    def edit(dataset, number):
        even = np.append(eight(number).ravel(), np.zeros(eight(number).size % 2, np.uint8))
        dataset.PixelData = even.view("<u2").astype(">u2").tobytes()

    files = writer.write(tmp_path, [writer.place(3, 4.0)], pixels=eight, edit=edit)
    for file in files:
        dataset = pydicom.dcmread(file)
        dataset["PixelData"].VR = "OW"
        dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        pydicom.dcmwrite(file, dataset, implicit_vr=False, little_endian=False, overwrite=True)
        assert (pydicom.dcmread(file).pixel_array == eight(dataset.InstanceNumber)).all()
    voxels = read(one_stack(tmp_path)).voxels
    assert (voxels == np.stack([eight(n) for n in (1, 2, 3)])).all()


def test_a_whole_rescale_gives_integers_and_a_fractional_one_floats(writer, tmp_path):
    for folder, slope, kind in (("whole", 2, np.uint16), ("part", 0.5, np.float32)):
        writer.write(
            tmp_path / folder, [writer.place(3, 4.0)], RescaleSlope=slope, RescaleIntercept=7
        )
        volume = read(one_stack(tmp_path / folder))
        assert volume.voxels.dtype == kind
        np.testing.assert_allclose(volume.voxels[1], writer.pixels(2) * slope + 7.0)


def test_a_negative_intercept_does_not_wrap_around(writer, tmp_path):
    writer.write(tmp_path, [writer.place(3, 4.0)], RescaleSlope=1, RescaleIntercept=-1024)
    volume = read(one_stack(tmp_path))
    assert volume.voxels.dtype == np.int16
    assert volume.voxels.min() < 0
    assert (volume.voxels[0] == writer.pixels(1).astype(int) - 1024).all()


def test_slices_may_have_slopes_of_their_own(writer, tmp_path):
    def edit(dataset, number):
        dataset.RescaleSlope, dataset.RescaleIntercept = number * 0.25, -number

    writer.write(tmp_path, [writer.place(3, 4.0)], edit=edit)
    volume = read(one_stack(tmp_path))
    for k, number in enumerate((1, 2, 3)):
        expected = writer.pixels(number) * number * 0.25 - number
        np.testing.assert_allclose(volume.voxels[k], expected)


def test_monochrome1_is_turned_bright_for_dark(writer, tmp_path):
    def edit(dataset, number):
        dataset.PhotometricInterpretation = "MONOCHROME1"

    writer.write(tmp_path, [writer.place(3, 4.0)], edit=edit)
    volume = read(one_stack(tmp_path))
    plain = np.stack([writer.pixels(n) for n in (1, 2, 3)]).astype(int)
    assert (volume.voxels == plain.max() + plain.min() - plain).all()
    assert volume.voxels.dtype.kind == "u"


@pytest.mark.parametrize("signed", [False, True])
def test_slices_of_monochrome1_among_others_have_the_same_sense(writer, tmp_path, signed):
    picture = {n: writer.pixels(n).astype(np.int16) - 2048 * signed for n in range(1, 7)}
    picture[4][0, 0] = -2048 if signed else 0  # air, which MONOCHROME1 shows brightest

    def edit(dataset, number):
        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelRepresentation = int(signed)
        if number > 3:
            dataset.PhotometricInterpretation = "MONOCHROME1"
            turned = (-1 if signed else 4095) - picture[number]
            dataset.PixelData = turned.astype(np.int16).tobytes()
        else:
            dataset.PixelData = picture[number].tobytes()

    writer.write(tmp_path, [writer.place(6, 4.0)], edit=edit)
    voxels = read(one_stack(tmp_path)).voxels
    expected = np.stack([picture[n] for n in range(1, 7)])
    assert np.abs(voxels.astype(int) - expected).max() <= (4 if signed else 0)


def test_a_slice_of_palette_colour_among_grey_ones_is_left_out_with_the_reason(writer, tmp_path):
    def edit(dataset, number):
        if number == 3:
            dataset.PhotometricInterpretation = "PALETTE COLOR"

    writer.write(tmp_path, [writer.place(7, 4.0)], edit=edit)
    stacks = scan(tmp_path).stacks
    assert sorted(s.slices for s in stacks if not s.problem) == [2, 4]
    (colour,) = [s for s in stacks if s.problem]
    assert colour.slices == 1 and "PALETTE COLOR" in colour.problem
    assert all("1 slice is missing" in s.warnings[0] for s in stacks if not s.problem)


@pytest.mark.parametrize(
    ("stored", "high"),
    [(12, 32), (12, 4096), (256, 11), (0, 11), (17, 16), (16, 11), (12, 16), (1, 15), (4, 3)],
)
def test_bits_that_cannot_be_cost_their_slice_with_a_reason(writer, tmp_path, stored, high):
    def edit(dataset, number):
        if number == 1:
            dataset.BitsStored, dataset.HighBit = stored, high

    writer.write(tmp_path, [writer.place(4, 4.0)], edit=edit)
    found = scan(tmp_path)
    assert f"says that {stored} of 16 bits hold a pixel" in found.skipped[0].reason
    assert read(found.stacks[0]).shape[0] == 3


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("slope", ["1e300", "1e38", "3.3e37", "-1e308"])
def test_a_rescale_that_leaves_the_finite_numbers_is_refused(writer, tmp_path, slope):
    def edit(dataset, number):
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, "-1e308"

    writer.write(tmp_path, [writer.place(3, 4.0)], edit=edit)
    with pytest.raises(BadInput, match="not finite"):
        read(one_stack(tmp_path))


def test_a_rescale_that_is_not_finite_costs_its_slice_only(writer, tmp_path):
    def edit(dataset, number):
        dataset.RescaleSlope, dataset.RescaleIntercept = "1e300" if number == 1 else "2", "0"

    writer.write(tmp_path, [writer.place(4, 4.0)], edit=edit)
    found = scan(tmp_path)
    assert ["not finite" in skipped.reason for skipped in found.skipped] == [True]
    assert (read(found.stacks[0]).voxels[0] == 2.0 * writer.pixels(2)).all()


def test_a_table_of_values_is_refused_by_its_name(writer, tmp_path):
    def edit(dataset, number):
        table = pydicom.Dataset()
        table.LUTDescriptor, table.ModalityLUTType = [4096, 0, 16], "US"
        table.add_new("LUTData", "OW", np.arange(4096, dtype="<u2")[::-1].tobytes())
        dataset.ModalityLUTSequence = [table]

    writer.write(tmp_path, [writer.place(4, 4.0)], edit=edit)
    with pytest.raises(BadInput, match="Modality LUT"):
        scan(tmp_path)


def test_a_sense_that_is_written_another_way_is_understood(writer, tmp_path):
    def edit(dataset, number):
        words = {2: "monochrome2", 3: "MONOCHROME 2"}
        dataset.PhotometricInterpretation = words.get(number, "MONOCHROME2")

    writer.write(tmp_path, [writer.place(4, 4.0)], edit=edit)
    assert one_stack(tmp_path).slices == 4


def test_a_rescale_that_is_no_number_is_no_rescale_of_one(writer, tmp_path):
    (file, *_) = writer.write(tmp_path, [writer.place(4, 4.0)], RescaleSlope="12.5",
                              RescaleIntercept=0)  # fmt: skip
    file.write_bytes(file.read_bytes().replace(b"12.5", b"nope"))
    found = scan(tmp_path)
    assert [s.reason for s in found.skipped] == ["says a rescale that is not a number"]
    assert found.stacks[0].slices == 3


def test_the_display_window_is_the_volumes_and_does_not_touch_the_voxels(writer, tmp_path):
    writer.write(tmp_path, [writer.place(3, 4.0)], WindowCenter=500, WindowWidth=700)
    volume = read(one_stack(tmp_path))
    assert (volume.voxels[0] == writer.pixels(1)).all()
    assert volume.window == (500.0, 700.0)


def test_of_several_windows_the_first_and_of_several_slices_the_middle_one_is_taken(
    writer, tmp_path
):
    def edit(dataset, number):
        dataset.WindowCenter, dataset.WindowWidth = [100 * number, 5], [200 * number, 6]

    writer.write(tmp_path, [writer.place(5, 4.0)], edit=edit)
    assert read(one_stack(tmp_path)).window == (300.0, 600.0)


def test_the_window_of_monochrome1_is_turned_with_its_pixels(writer, tmp_path):
    def edit(dataset, number):
        dataset.PhotometricInterpretation = "MONOCHROME1"

    writer.write(tmp_path, [writer.place(3, 4.0)], edit=edit, WindowCenter=1000, WindowWidth=300)
    volume = read(one_stack(tmp_path))
    assert volume.window == (float(volume.voxels.max()) + float(volume.voxels.min()) - 1000, 300)


@pytest.mark.parametrize(("center", "width"), [(32767, 65535), (-5000, 100), (100, 0), (100, -5)])
def test_a_window_that_shows_nothing_of_the_image_is_none(writer, tmp_path, center, width):
    writer.write(
        tmp_path, [writer.place(3, 4.0)], WindowCenter=center, WindowWidth=width,
        pixels=lambda n: writer.pixels(n) // 10,
    )  # fmt: skip
    assert read(one_stack(tmp_path)).window is None


def test_the_window_of_an_enhanced_object_is_read(writer, tmp_path):
    path = writer.write_enhanced(tmp_path / "e", [writer.place(4, 4.0)])
    dataset = pydicom.dcmread(path)
    window = pydicom.Dataset()
    window.WindowCenter, window.WindowWidth = 900, 1500
    dataset.SharedFunctionalGroupsSequence[0].FrameVOILUTSequence = [window]
    dataset.save_as(path)
    assert read(one_stack(tmp_path)).window == (900.0, 1500.0)


def test_frames_name_the_object_of_each_slice_in_order(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(5, 4.0)])
    volume = read(one_stack(tmp_path))
    uids = [pydicom.dcmread(file).SOPInstanceUID for file in files]
    assert [frame.sop_instance_uid for frame in volume.frames] == uids
    assert {frame.number for frame in volume.frames} == {1}
    assert volume.frame_of_reference_uid == pydicom.dcmread(files[0]).FrameOfReferenceUID


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_an_enhanced_object_gives_its_angled_stacks(writer, tmp_path, syntax):
    layout = [writer.place(4, 4.0, angle=20), writer.place(6, 4.0, angle=-15, center=(0, 0, 40))]
    writer.write_enhanced(
        tmp_path / "e", layout, syntax=syntax, rescale=lambda number: (number, -number)
    )
    stacks = scan(tmp_path).stacks
    assert [(s.id, s.slices, s.plane, s.weighting) for s in stacks] == [
        ("4.1", 4, "axial", "T2"),
        ("4.2", 6, "axial", "T2"),
    ]
    volume = read(stacks[1])
    assert [frame.number for frame in volume.frames] == [5, 6, 7, 8, 9, 10]
    assert len({frame.sop_instance_uid for frame in volume.frames}) == 1
    for k, number in enumerate(range(5, 11)):
        assert (volume.voxels[k] == writer.pixels(number).astype(int) * number - number).all()


def test_an_enhanced_object_lies_where_the_same_classic_files_lie(writer, tmp_path):
    layout = [writer.place(5, 3.3, angle=31, center=(4, -20, 33))]
    writer.write(tmp_path / "classic", layout)
    writer.write_enhanced(tmp_path / "enhanced" / "e", layout)
    classic, enhanced = (read(one_stack(tmp_path / name)) for name in ("classic", "enhanced"))
    assert classic.same_grid(enhanced) and (classic.voxels == enhanced.voxels).all()


def test_colour_images_are_refused_with_the_reason(writer, tmp_path):
    def edit(dataset, number):
        pixels = np.repeat(writer.pixels(number)[..., None] % 256, 3, axis=2).astype(np.uint8)
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
        dataset.PlanarConfiguration = 0
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
        dataset.PixelData = pixels.tobytes()

    writer.write(tmp_path, [writer.place(3, 4.0)], edit=edit)
    stack = one_stack(tmp_path)
    assert stack.problem == "colour images (RGB), not greyscale MR"
    with pytest.raises(BadInput, match="Stack 4 cannot be read: colour images"):
        read(stack)


def test_a_mosaic_is_refused_with_the_reason(writer, tmp_path):
    writer.write(tmp_path, [writer.place(3, 4.0)], ImageType=["ORIGINAL", "PRIMARY", "M", "MOSAIC"])
    assert "Siemens mosaic" in one_stack(tmp_path).problem


def test_a_multi_frame_object_without_places_is_refused(writer, tmp_path):
    def edit(dataset, number):
        dataset.NumberOfFrames = 2
        dataset.PixelData = dataset.PixelData * 2

    writer.write(tmp_path, [writer.place(1, 4.0)], edit=edit)
    assert "where its frames lie" in one_stack(tmp_path).problem


def test_other_modalities_are_not_read_as_mr(writer, tmp_path):
    writer.write(tmp_path, [writer.place(3, 4.0)], Modality="CT")
    assert one_stack(tmp_path).problem == "the modality is CT, not MR"


def test_constant_pixels_are_refused_in_one_sentence(writer, tmp_path):
    writer.write(
        tmp_path, [writer.place(3, 4.0)],
        pixels=lambda number: np.full((writer.rows, writer.columns), 7, np.uint16),
    )  # fmt: skip
    with pytest.raises(BadInput, match="Stack 4 is empty: all its pixels are equal"):
        read(one_stack(tmp_path))


def test_a_file_that_vanishes_after_the_scan_is_named(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(3, 4.0)])
    stack = one_stack(tmp_path)
    files[1].unlink()
    with pytest.raises(BadInput, match=r"^The file cannot be opened") as caught:
        read(stack)
    assert caught.value.file == str(files[1])


def test_a_way_of_coding_that_nobody_reads_is_not_called_damage(writer, tmp_path):
    for file in writer.write(tmp_path, [writer.place(3, 4.0)], syntax=RLELossless):
        dataset = pydicom.dcmread(file)
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.100"  # MPEG2
        dataset.save_as(file)
    with pytest.raises(BadInput, match="coded in a way that is not read"):
        read(one_stack(tmp_path))


def test_a_file_whose_code_is_damaged_is_named_with_its_syntax(writer, tmp_path):
    files = writer.write(tmp_path, [writer.place(3, 4.0)], syntax=JPEG2000Lossless)
    data = bytearray(files[1].read_bytes())
    start = data.index(b"\xff\x4f\xff\x51")  # JPEG 2000's start of codestream
    data[start : start + 60] = bytes(60)
    files[1].write_bytes(data)
    with pytest.raises(BadInput, match="could not be decoded") as caught:
        read(one_stack(tmp_path))
    assert "JPEG 2000" in caught.value.what and caught.value.advice
    assert caught.value.file == str(files[1])


def test_reading_can_be_cancelled(writer, tmp_path):
    writer.write(tmp_path, [writer.place(40, 4.0)])
    progress = Progress(lambda step: progress.cancel() if step.done == 3 else None)
    with pytest.raises(Cancelled):
        read(one_stack(tmp_path), progress=progress)


def test_a_stack_that_no_scan_found_is_refused():
    with pytest.raises(BadInput, match="does not come from a scan"):
        read(Stack(id="9"))
