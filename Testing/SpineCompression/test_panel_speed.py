"""No call on the main thread over 50 ms of work: CPU time, so that a busy machine changes nothing."""

import time

import numpy as np
import pytest
import slicer
from SpineSegmentationLib.volumeNodes import addVolumeNode, volumeFromNode

from SpineLib.progress import Step
from SpineLib.volume import Volume, write_volume
from Testing.desktop import drag

LIMIT = 0.050


@pytest.fixture
def shown(widget, graded):
    """A real series of nineteen slices with its volume."""
    widget.panel.show(graded)
    return widget.panel.study


def fastest(do, times=5):
    """The least CPU time of this thread that a call took: what it costs when nothing is in between."""
    took = []
    for number in range(times):
        start = time.thread_time()
        do(number)
        took.append(time.thread_time() - start)
    return min(took)


def test_no_step_of_the_readers_work_takes_longer_than_a_frame(widget, shown):
    panel, timeline = widget.panel, widget.panel.result.timeline
    step = ("compressed", "not compressed")
    steps = {
        "progress": lambda n: panel.run.progress(Step("Reading slices", n, 19, 3.0)),
        "jump": lambda n: shown.go((shown.place + 1) % 19),
        "click": lambda n: drag(timeline, (20.0 + 15 * n, 10.0)),
        "answer": lambda n: shown.answer("compression", step[n % 2], reader="AB"),
        "undo": lambda n: shown.undo(),
        "paint": lambda n: timeline.grab(),
        "window": lambda n: panel.region._place(),
    }
    took = {name: fastest(do) for name, do in steps.items()}
    assert max(took.values()) < LIMIT, took


def test_a_large_volume_goes_to_the_worker_and_into_the_scene_at_the_speed_of_copying(
    desktop, tmp_path
):
    """16 million voxels; compressing them, or a window of Slicer's own, would take ten times it."""
    voxels = np.random.default_rng(1).integers(0, 2000, (64, 512, 512)).astype(np.int16)
    volume = Volume(voxels, np.diag([-0.4, -0.4, 3.0, 1.0]))
    start = time.thread_time()
    np.array(voxels).astype(np.float32).tobytes()
    copying = time.thread_time() - start
    start = time.thread_time()
    node = addVolumeNode(slicer.mrmlScene, volume, "large")
    write_volume(volumeFromNode(node), tmp_path / "volume.nrrd", compress=False)
    assert time.thread_time() - start < 6 * copying
