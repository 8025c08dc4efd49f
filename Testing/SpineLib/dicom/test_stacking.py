"""Series into stacks: angled blocks, overlaps, gaps, echoes, tilt."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from SpineLib.dicom import read, scan
from SpineLib.dicom.elements import PixelPlace
from SpineLib.dicom.header import KINDS, FrameHeader, ObjectHeader, Physics
from SpineLib.dicom.stacking import blocks
from SpineLib.volume import lps_to_ras

ROWS, COLUMNS = 320, 300


def header(
    position, orientation, *, instance=None, spacing=(0.6, 0.5), between=None, thickness=3.0, **kind
):
    """A frame as `read_header` gives it, without a file."""
    source = ObjectHeader(
        path=Path("none"), sop_instance_uid=f"1.{next(COUNTER)}", study_instance_uid="",
        series_instance_uid="", frame_of_reference_uid="", patient_hash="", modality="MR",
        series_number=1, series_description="", protocol_name="", study_description="",
        body_part="", image_type=(), rows=ROWS, columns=COLUMNS, number_of_frames=1, samples=1,
        photometric="MONOCHROME2", bits_allocated=16, bits_stored=16, high_bit=15, signed=False,
        transfer_syntax="", pixels=PixelPlace(), enhanced=False,
    )  # fmt: skip
    values = tuple(kind.get(name.replace(" ", "_")) for name in KINDS)
    return FrameHeader(
        source, 1, tuple(position), tuple(orientation), spacing, thickness, between, 1.0, 0.0,
        instance, Physics(), values,
    )  # fmt: skip


COUNTER = itertools.count()


def block(count, spacing, *, angle=0.0, center=(0.0, 0.0, 0.0)):
    """Positions and orientation (LPS) of an axial block tilted by an angle in degrees."""
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    row, column = np.array([1.0, 0, 0]), np.array([0, cosine, sine])
    normal = np.cross(row, column)
    corner = np.array(center) - row * 0.5 * (COLUMNS - 1) / 2 - column * 0.6 * (ROWS - 1) / 2
    positions = corner + np.outer(np.arange(count) - (count - 1) / 2, normal * spacing)
    return positions.round(4), [*row, *column.round(7)]


def frames_of(layout, **options):
    """Frames of several blocks, numbered through."""
    pairs = [(p, orientation) for positions, orientation in layout for p in positions]
    return [header(p, o, instance=n, **options) for n, (p, o) in enumerate(pairs, 1)]


def numbers(found):
    """The instance numbers of each block, as sets."""
    return sorted(sorted(f.instance for f in one.frames) for one in found)


@st.composite
def layouts(draw):
    """Blocks angled to discs: distinct angles, any spacing, neighbours may overlap."""
    count = draw(st.integers(1, 8))
    angles = draw(
        st.lists(st.integers(-40, 40).map(float), min_size=count, max_size=count, unique=True)
    )
    spacing = draw(st.sampled_from([2.0, 3.3, 4.0, 4.4, 5.5]))
    sizes = draw(st.lists(st.integers(2, 9), min_size=count, max_size=count))
    gaps = draw(st.lists(st.floats(8, 40), min_size=count, max_size=count))
    heights = np.cumsum(gaps)
    return [
        block(size, spacing, angle=angle, center=(0, 0, float(-height)))
        for size, angle, height in zip(sizes, angles, heights, strict=True)
    ]


@settings(deadline=None, max_examples=80)
@given(layouts(), st.randoms(use_true_random=False))
def test_each_angled_block_is_one_stack_in_any_order_of_files(layout, random):
    frames = frames_of(layout)
    ends = list(itertools.accumulate(len(positions) for positions, _ in layout))
    expected = [
        list(range(begin + 1, end + 1)) for begin, end in zip([0, *ends], ends, strict=False)
    ]
    random.shuffle(frames)
    found = blocks(frames)
    assert numbers(found) == expected
    assert not any(one.problem or one.missing for one in found)
    random.shuffle(frames)
    again = blocks(frames)
    assert [[f.instance for f in b.frames] for b in again] == [
        [f.instance for f in b.frames] for b in found
    ]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(2, 30),
    st.floats(0.5, 10),
    st.floats(-40, 40),
    st.tuples(*[st.floats(-200, 200)] * 3),
    st.booleans(),
)
def test_every_slice_lies_where_its_header_says(count, spacing, angle, center, numbered):
    positions, orientation = block(count, spacing, angle=angle, center=center)
    frames = [
        header(p, orientation, instance=n if numbered else None, thickness=spacing)
        for n, p in enumerate(positions[::-1])
    ]
    (found,) = blocks(frames)
    assert not found.problem
    for k, frame in enumerate(found.frames):
        corner = found.ijk_to_ras @ [0, 0, k, 1]
        assert corner[:3] == pytest.approx(lps_to_ras(frame.position), abs=0.02)
        far = np.array(frame.position) + 0.5 * 7 * np.array(frame.orientation[:3])
        assert (found.ijk_to_ras @ [7, 0, k, 1])[:3] == pytest.approx(lps_to_ras(far), abs=0.02)
    assert np.linalg.det(found.ijk_to_ras[:3, :3]) > 0


@settings(deadline=None, max_examples=60)
@given(st.integers(4, 30), st.data())
def test_one_lost_slice_is_named_with_its_place(count, data):
    lost = data.draw(st.integers(1, count - 2))
    numbered = data.draw(st.booleans())
    positions, orientation = block(count, 4.0, angle=12)
    frames = [
        header(p, orientation, instance=n if numbered else None)
        for n, p in enumerate(positions, 1)
        if n != lost + 1
    ]
    found = blocks(frames)
    assert sorted(len(b.frames) for b in found) == sorted([lost, count - lost - 1])
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    middle = positions[lost] + row * 0.5 * (COLUMNS - 1) / 2 + column * 0.6 * (ROWS - 1) / 2
    for one in found:
        assert len(one.missing) == 1
        assert one.missing[0] == pytest.approx(lps_to_ras(middle), abs=0.02)


def test_parallel_blocks_far_apart_are_two_stacks_and_nothing_is_missing():
    layout = [block(5, 4.0, center=(0, 0, 40)), block(5, 4.0, center=(0, 0, 0))]
    found = blocks(frames_of(layout))
    assert [len(b.frames) for b in found] == [5, 5]
    assert not any(b.missing for b in found)


def test_many_lost_slices_are_known_by_their_numbers():
    positions, orientation = block(20, 4.0)
    frames = [
        header(p, orientation, instance=n) for n, p in enumerate(positions, 1) if not 8 <= n <= 13
    ]
    found = blocks(frames)
    assert [len(b.frames) for b in found] == [7, 7]
    assert len(found[0].missing) == 6


def test_parallel_blocks_beside_each_other_are_two_stacks():
    layout = [block(5, 4.0), block(5, 4.0, center=(15, 0, 20))]
    assert numbers(blocks(frames_of(layout))) == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]


@settings(max_examples=60)
@given(
    st.lists(st.integers(3, 8), min_size=2, max_size=2),
    st.integers(-3, 8),
    st.floats(0.2, 0.8),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_two_parallel_blocks_are_told_apart_at_any_distance(sizes, whole, part, numbered, random):
    # Pushed into each other by half a step they may be one finer stack, acquired interleaved.
    assume(whole >= 0 or abs(part - 0.5) > 0.06)
    distance = 4.0 * (whole + part)  # from the last slice of one to the first of the other
    heights = [0.0, (sizes[0] - 1) / 2 * 4 + distance + (sizes[1] - 1) / 2 * 4]
    layout = [block(n, 4.0, center=(0, 0, z)) for n, z in zip(sizes, heights, strict=True)]
    frames = frames_of(layout, between=4.0)
    first = {f.position for f in frames[: sizes[0]]}
    if not numbered:
        frames = [header(f.position, f.orientation, between=4.0) for f in frames]
    random.shuffle(frames)
    found = blocks(frames)
    assert sorted(len(b.frames) for b in found) == sorted(sizes)
    assert first in [{f.position for f in b.frames} for b in found]
    assert not any(b.missing or b.problem for b in found)


@pytest.mark.parametrize("numbered", [True, False])
def test_parallel_blocks_that_interleave_are_told_apart(numbered):
    layout = [block(5, 4.0), block(5, 4.0, center=(0, 0, 14))]  # shifted by half a step
    frames = frames_of(layout, between=4.0)
    if not numbered:
        frames = [header(f.position, f.orientation, between=4.0) for f in frames]
    found = blocks(frames)
    assert [len(b.frames) for b in found] == [5, 5]
    assert all(b.ijk_to_ras[2, 2] == pytest.approx(4.0, abs=0.01) for b in found)


def test_parallel_blocks_that_share_places_are_told_apart_by_their_numbers():
    layout = [block(5, 4.0), block(5, 4.0, center=(0, 0, 12))]  # two places in common
    assert numbers(blocks(frames_of(layout))) == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]


def test_shared_places_are_not_split_by_values_that_differ_by_slice():
    layout = [block(5, 4.0), block(5, 4.0, center=(0, 0, 12))]
    frames = [
        header(f.position, f.orientation, instance=f.instance, trigger_time=f.instance * 37.0)
        for f in frames_of(layout)
    ]
    assert numbers(blocks(frames)) == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]]


@pytest.mark.parametrize(
    "kind", ["echo_time", "image_type", "time_point", "diffusion_weighting", "inversion_time"]
)
def test_images_of_the_same_places_are_split_by_what_tells_them_apart(kind):
    positions, orientation = block(6, 4.0)
    frames = [
        header(p, orientation, instance=2 * n + value, **{kind: value})
        for n, p in enumerate(positions)
        for value in (0, 1)
    ]
    assert numbers(blocks(frames)) == [[0, 2, 4, 6, 8, 10], [1, 3, 5, 7, 9, 11]]


def test_an_acquisition_number_that_differs_by_slice_does_not_split_a_stack():
    positions, orientation = block(8, 4.0)
    frames = [
        header(p, orientation, instance=n, acquisition=n % 2) for n, p in enumerate(positions)
    ]
    assert [len(b.frames) for b in blocks(frames)] == [8]


def test_echoes_at_several_time_points_are_split_by_both():
    positions, orientation = block(4, 4.0)
    frames = [
        header(p, orientation, echo_time=echo, time_point=time)
        for p in positions
        for echo in (10, 20)
        for time in (1, 2, 3)
    ]
    found = blocks(frames)
    assert [len(b.frames) for b in found] == [4] * 6
    for one in found:
        assert len({f.kind for f in one.frames}) == 1


def test_repeats_that_nothing_explains_become_stacks_of_their_own():
    positions, orientation = block(5, 4.0)
    frames = [header(p, orientation) for p in positions for _ in range(2)]
    assert [len(b.frames) for b in blocks(frames)] == [5, 5]


def test_a_tilted_gantry_is_a_problem_with_its_angle():
    positions, orientation = block(6, 4.0)
    sheared = positions + np.outer(np.arange(6), [0, 4.0 * np.tan(np.radians(15)), 0])
    (found,) = blocks([header(p, orientation) for p in sheared])
    assert found.ijk_to_ras is None
    assert found.problem.startswith("the slices are sheared by 15.0° (gantry tilt)")


def test_rounded_positions_and_cosines_do_not_split_a_stack():
    positions, orientation = block(24, 3.3, angle=23.4567)
    generator = np.random.default_rng(0)
    frames = [
        header(p.round(1), np.round(orientation + generator.uniform(-1e-4, 1e-4, 6), 3))
        for p in positions
    ]
    (found,) = blocks(frames)
    assert len(found.frames) == 24 and not found.problem


def test_orientations_one_degree_apart_are_two_stacks():
    layout = [block(4, 4.0), block(4, 4.0, angle=1.0, center=(0, 0, 30))]
    assert len(blocks(frames_of(layout))) == 2


def test_a_slice_without_thickness_has_a_problem():
    positions, orientation = block(1, 4.0)
    (found,) = blocks([header(positions[0], orientation, thickness=None)])
    assert found.problem == "one slice that does not say its thickness"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"position": ()}, "where the slices lie"),
        ({"orientation": (1, 0, 0, 1, 0, 0)}, "right angles"),
        ({"orientation": (0, 0, 0, 0, 0, 0)}, "right angles"),
        ({"pixel_spacing": ()}, "pixel spacing"),
        ({"pixel_spacing": (0.0, 0.5)}, "pixel spacing that is not above 0"),
        ({"pixel_spacing": (-0.5, 0.5)}, "pixel spacing that is not above 0"),
    ],
)
def test_a_header_without_geometry_is_a_problem_with_a_reason(change, words):
    from dataclasses import replace

    positions, orientation = block(3, 4.0)
    frames = [replace(header(p, orientation), **change) for p in positions]
    (found,) = blocks(frames)
    assert words in found.problem and len(found.frames) == 3


def test_a_clinical_lumbar_series_of_angled_blocks_is_read(angled_series, writer):
    found = scan(angled_series)
    assert [stack.id for stack in found.stacks] == ["4.1", "4.2", "4.3", "4.4", "4.5"]
    for stack in found.stacks:
        assert (stack.slices, stack.plane, stack.weighting) == (5, "axial", "T2")
        assert stack.region == "lumbar" and not stack.problem and not stack.warnings
    numbers_in = [[int(writer_number(s.path)) for s in stack.sources] for stack in found.stacks]
    assert numbers_in[0] == [1, 2, 3, 4, 5] and numbers_in[4] == [21, 22, 23, 24, 25]
    volume = read(found.stacks[3])
    expected = np.stack([writer.pixels(n) for n in numbers_in[3]])
    assert (volume.voxels == expected).all()
    lowest, second = (read(found.stacks[n]) for n in (4, 3))
    tops = [lowest.slice_center(4)[2], second.slice_center(0)[2]]
    assert tops[0] > tops[1]  # the blocks overlap at L5/S1


def writer_number(path):
    """The slice number that `angled_series` hid in the file's name."""
    return next(n for n in range(1, 1000) if f"{n * 7919 % 1000:03d}" == path.name)
