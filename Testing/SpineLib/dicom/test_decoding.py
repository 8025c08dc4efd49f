"""Decoders are not trusted: what a damaged compressed slice may cost, and what it may not."""

import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from SpineLib.dicom import SlicesLost, decoding, read, scan, without
from SpineLib.errors import BadInput, Cancelled, SpineError
from SpineLib.progress import Progress
from Testing.machine import wait_until

# The real decoder, which does what a damaged slice may make native code do, where its code says so.
HOSTILE = """
import os, runpy, sys, time
from pydicom import encaps
real, real_fdopen = encaps.encapsulate, os.fdopen
def fdopen(number, mode="r", *rest):
    global ANSWERS
    if "w" in mode: ANSWERS = number
    return real_fdopen(number, mode, *rest)
os.fdopen = fdopen
def encapsulate(frames, *rest):
    code = frames[0]
    if code.endswith(b"crash"): os.abort()
    if code.endswith(b"hang"):
        while True: pass
    if code.endswith(b"wait"): time.sleep(600)
    if code.endswith(b"memory"): bytearray(1 << 40)
    if code.endswith(b"babble"): os.write(ANSWERS, b"x" * 4096)
    return real(frames, *rest)
encaps.encapsulate = encapsulate
runpy.run_path({program!r}, run_name="__main__")
"""


@pytest.fixture(autouse=True)
def own_decoders(monkeypatch):
    """Decoders that are ended when the test is."""
    pool = decoding._Pool()
    monkeypatch.setattr(decoding, "_pool", pool)
    yield pool
    pool.close()


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """Decoders that crash, hang, … for code that ends with such a word."""
    program = tmp_path / "hostile.py"
    program.write_text(HOSTILE.format(program=str(decoding._PROGRAM)))
    monkeypatch.setattr(decoding, "_PROGRAM", program)


def compressed(writer, folder, what="", slices=7, at=(3,), syntax=JPEGLSLossless):
    """The one stack of a compressed series, whose slices ``at`` end with a word in their code."""
    for number, file in enumerate(
        writer.write(folder, [writer.place(slices, 4.0)], syntax=syntax), 1
    ):
        if what and number in at:
            dataset = pydicom.dcmread(file)
            (code,) = generate_frames(dataset.PixelData, number_of_frames=1)
            word = bytes(len(what) % 2) + what.encode()
            dataset.PixelData = encapsulate([code + word])
            dataset.save_as(file)
    (stack,) = scan(folder).stacks
    return stack


@pytest.mark.parametrize("what", ["crash", "hang", "memory", "babble"])
def test_a_slice_that_ends_its_decoder_costs_that_slice_only(writer, tmp_path, hostile, what):
    stack = compressed(writer, tmp_path / "in", what)
    with pytest.raises(SlicesLost) as caught:
        read(stack)
    assert caught.value.indices == (2,) and caught.value.file.endswith("IM0003")
    below, above = without(stack, caught.value.indices)
    assert [read(part).shape[0] for part in (below, above)] == [2, 4]
    assert (read(above).voxels == np.stack([writer.pixels(n) for n in (4, 5, 6, 7)])).all()
    assert "1 slice is missing" in below.warnings[-1] and "1 of its 7 slices" in below.warnings[-2]


def test_a_slice_that_is_left_alone_keeps_its_stacks_spacing(writer, tmp_path, hostile):
    stack = compressed(writer, tmp_path / "in", "crash", slices=2, at=(2,))
    with pytest.raises(SlicesLost) as caught:
        read(stack)
    (left,) = without(stack, caught.value.indices)
    assert left.spacing[2] == pytest.approx(4) and read(left).shape[0] == 1


def test_a_stack_whose_slices_all_end_their_decoders_is_given_up(
    writer, tmp_path, hostile, monkeypatch
):
    at, started = range(1, 25), []
    stack = compressed(writer, tmp_path / "in", "crash", 24, at, syntax=RLELossless)
    begin = decoding._Decoder.__init__
    monkeypatch.setattr(
        decoding._Decoder, "__init__", lambda one: (started.append(1), begin(one))[1]
    )
    with pytest.raises(BadInput, match="crashed"):
        read(stack)
    assert 8 <= len(started) <= 12  # eight, and those that were at work meanwhile


@pytest.mark.parametrize("told", [True, False])
def test_a_decoder_that_waits_for_ever_is_ended(writer, tmp_path, hostile, monkeypatch, told):
    if not told:  # a system that does not say who sleeps
        monkeypatch.setattr(decoding, "_sleeps", lambda process: False)
        monkeypatch.setattr(decoding, "_WAITING_SECONDS", 1.0)
    stack = compressed(writer, tmp_path / "in", "wait", slices=3)
    with pytest.raises(SlicesLost) as caught:
        read(stack)
    assert caught.value.indices == (2,)


@pytest.mark.parametrize("step", ["_write", "_pixels"])
def test_a_program_that_has_to_wait_itself_does_not_take_its_decoder_for_stuck(
    writer, tmp_path, own_decoders, monkeypatch, step
):
    stack = compressed(writer, tmp_path / "in", slices=2)
    read(stack)
    plain = getattr(decoding._Decoder, step)

    def late(decoder, *arguments):
        time.sleep(2.2)  # as on a busy machine
        return plain(decoder, *arguments)

    monkeypatch.setattr(decoding._Decoder, step, late)
    assert read(stack).shape[0] == 2


def test_cancel_does_not_wait_for_a_decoder(writer, tmp_path, hostile, monkeypatch):
    monkeypatch.setattr(decoding, "_sleeps", lambda process: False)
    monkeypatch.setattr(decoding, "_WAITING_SECONDS", 600.0)
    stack = compressed(writer, tmp_path / "in", "wait", slices=3)
    progress = Progress()
    threading.Timer(1.0, progress.cancel).start()
    start = time.monotonic()
    with pytest.raises(Cancelled):
        read(stack, progress=progress)
    assert time.monotonic() - start < 120


def test_a_decoder_that_cannot_be_started_is_an_error_with_advice(writer, tmp_path, monkeypatch):
    stack = compressed(writer, tmp_path / "in")
    monkeypatch.setattr(decoding, "_PROGRAM", tmp_path / "missing.py")
    with pytest.raises(SpineError, match="cannot be started") as caught:
        read(stack)
    assert caught.value.advice


def test_decoders_live_on_between_slices_and_stacks(writer, tmp_path, own_decoders):
    for name in "ab":
        read(compressed(writer, tmp_path / name, slices=12))
    assert 1 <= len(own_decoders._idle) <= 4 and not own_decoders._busy


def test_decoders_that_nobody_needs_end(writer, tmp_path, own_decoders, monkeypatch):
    monkeypatch.setattr(decoding, "_IDLE_SECONDS", 0.2)
    read(compressed(writer, tmp_path / "in"))
    (first, *_) = own_decoders._idle
    wait_until(lambda: not own_decoders._idle)
    assert first.ended
    assert read(compressed(writer, tmp_path / "again")).shape[0] == 7


def test_uncompressed_slices_start_no_decoder(writer, tmp_path, own_decoders):
    writer.write(tmp_path, [writer.place(4, 4.0)])
    read(scan(tmp_path).stacks[0])
    assert not own_decoders._idle and own_decoders._watcher is None


def test_code_of_another_size_than_the_header_says_is_not_decoded(writer, tmp_path):
    (file,) = writer.write(
        tmp_path, [writer.place(1, 4.0)], syntax=JPEG2000Lossless, SliceThickness=4.0
    )
    dataset = pydicom.dcmread(file)
    dataset.Columns *= 16
    dataset.save_as(file)
    with pytest.raises(SlicesLost, match="could not be decoded"):
        read(scan(tmp_path).stacks[0])


def _in_a_fork(folder, queue):
    queue.put(int(read(scan(folder).stacks[0]).voxels.sum()))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_decoders_of_its_own(writer, tmp_path):
    volume = read(compressed(writer, tmp_path))
    context = get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_in_a_fork, args=(tmp_path, queue), daemon=True)
    child.start()
    assert queue.get(timeout=60) == int(volume.voxels.sum())
    child.join(60)
    assert read(scan(tmp_path).stacks[0]).voxels.sum() == volume.voxels.sum()


KILLED = """
import sys, time
from SpineLib.dicom import decoding, read, scan
read(scan(sys.argv[1]).stacks[0])
print(*(one._process.pid for one in decoding._pool._idle), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_decoders_end_with_a_process_that_is_killed(writer, tmp_path):
    compressed(writer, tmp_path, slices=9)
    root = Path(decoding.__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    numbers = [int(number) for number in parent.stdout.readline().split()]
    assert numbers
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not any(map(_lives, numbers)))


def _lives(number):
    try:
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_real_code_that_aborts_a_native_decoder_costs_a_reason(data, tmp_path):
    """JPEG lossless whose header says 32 bits: GDCM aborts its process."""
    files = (data / "torture" / "generic" / "compressed_jpeg").rglob("*.dcm")
    for number, path in enumerate(sorted(files)):
        dataset = pydicom.dcmread(path)
        dataset.BitsAllocated = 32 if number == 3 else dataset.BitsAllocated
        dataset.save_as(tmp_path / path.name)
    (stack,) = scan(tmp_path).stacks
    with pytest.raises(SlicesLost, match=r"crashed|decoded") as caught:
        read(stack)
    (left,) = without(stack, caught.value.indices)
    assert read(left).shape[0] == 3


def test_a_decoder_says_what_it_cannot_read_and_lives_on(writer, tmp_path, own_decoders):
    stack = compressed(writer, tmp_path)
    path = stack.sources[3].path
    whole = path.read_bytes()
    at = whole.index(b"\xff\xd8\xff\xf7")
    path.write_bytes(whole[:at] + bytes(40) + whole[at + 40 :])
    with pytest.raises(SlicesLost, match="could not be decoded") as caught:
        read(stack)
    assert caught.value.indices == (3,) and own_decoders._idle
