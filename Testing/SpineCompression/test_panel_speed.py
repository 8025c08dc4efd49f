"""No call on the main thread over 50 ms of work: CPU time, so that a busy machine changes nothing."""

import time

import numpy as np
import pytest
import slicer

from SpineLib.findings import Findings
from SpineLib.progress import Step
from SpineLib.questions import COMPRESSION
from SpineLib.reading import Reading
from SpineLib.slabs import write_in_slabs
from SpineLib.volume import Volume, write_volume
from SpineSlicer.scene.verdictHalo import recolourHalo
from SpineSlicer.scene.volumeNodes import addVolumeNode, volumeFromNode
from Testing.desktop import drag
from Testing.machine import least, longest_step
from Testing.SpineCompression.panels import settle

pytestmark = pytest.mark.timing
LIMIT = 0.050
ONCE = 0.1  # where a result comes into the scene


@pytest.fixture
def shown(widget, graded):
    """A real series of nineteen slices with its volume."""
    widget.panel.show(graded)
    return widget.panel.study


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
    took = {name: least(do, LIMIT) for name, do in steps.items()}
    assert max(took.values()) < LIMIT, took


@pytest.fixture(scope="module")
def large(graded):
    """A study of three stacks, a hundred slices of 512 × 512 together."""
    one, rng = graded.findings.to_dict()["stacks"][0], np.random.default_rng(1)
    stacks, volumes = [], {}
    for number, count in enumerate((34, 33, 33), start=1):
        matrix = np.diag([-0.4, -0.4, 3.0, 1.0])
        matrix[:3, 3] = 100, 100, 120 * number
        grid = Volume(rng.integers(0, 2000, (count, 512, 512)).astype(np.int16), matrix)
        slices = [{**one["slices"][k % 17], "index": k, "sop_instance_uid": f"1.2.{number}.{k}",
                   "position_ras": grid.slice_center(k).tolist(),
                   "canal_center_ras": grid.slice_center(k).tolist()} for k in range(count)]  # fmt: skip
        stacks.append({**one, "id": f"4.{number}", "shape": list(grid.shape), "slices": slices,
                       "ijk_to_ras": matrix.tolist(), "spacing": grid.spacing.tolist()})  # fmt: skip
        volumes[f"4.{number}"] = grid
    findings = {**graded.findings.to_dict(), "stacks": stacks}
    return Reading(Findings.from_dict(findings), volumes)


def test_a_large_study_comes_into_the_scene_without_stopping_the_window(widget, large, tmp_path):
    panel = widget.panel
    large.save(tmp_path / "reading")
    reading = None

    def loading():
        nonlocal reading
        reading = yield from Reading.loading(tmp_path / "reading")

    def showing(clean):
        if clean:
            slicer.mrmlScene.Clear(False)
        settle()
        return panel._showing(reading)

    took = {"load": longest_step(loading, ONCE)[0]}
    took["show, first"] = longest_step(lambda: showing(True), ONCE)[0]
    took["show, again"] = longest_step(lambda: showing(False), ONCE)[0]
    settle()
    assert len(panel.study.places) == 100 and panel.result.rows == 100
    study, step = panel.study, ("compressed", "not compressed")
    node = study.nodes.volumeNode("4.1")
    took["jump"] = least(lambda n: study.go(40 + n), ONCE)
    took["answer"] = least(lambda n: study.answer("compression", step[n % 2]), ONCE)
    halo, stack = study.nodes.node("verdicts", "4.1"), study.findings.stacks[0]
    took["ring"] = least(lambda n: recolourHalo(halo, stack, COMPRESSION, [step[n % 2]] * 34), ONCE)
    took["surface"], _ = longest_step(panel.answers._makingSurfaces, ONCE, rounds=1)
    took["to the worker"], _ = longest_step(
        lambda: write_in_slabs(volumeFromNode(node, copied=False), tmp_path / "volume.nrrd"), ONCE
    )
    took["enter"] = least(lambda n: widget.enter(), ONCE)
    print({name: f"{1000 * one:.0f} ms" for name, one in took.items()})
    assert max(took.values()) < ONCE, took


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
