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


def test_the_display_window_does_not_touch_the_voxels(writer, tmp_path):
    writer.write(tmp_path, [writer.place(3, 4.0)], WindowCenter=50, WindowWidth=20)
    assert (read(one_stack(tmp_path)).voxels[0] == writer.pixels(1)).all()


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
    with pytest.raises(BadInput) as caught:
        read(stack)
    assert caught.value.file == str(files[1])


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
