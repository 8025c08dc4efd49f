"""Volumes as nodes: the grey scale that is shown."""

import dataclasses

import numpy as np
import pytest

from SpineLib.volume import Volume
from SpineSlicer.scene.volumeNodes import addVolumeNode


@pytest.fixture
def volume():
    voxels = np.random.default_rng(0).integers(0, 1000, (4, 20, 20)).astype(np.uint16)
    return Volume(voxels, np.diag([-1.0, -1.0, 3.0, 1.0]))


def test_the_headers_window_is_the_displays(scene, volume):
    node = addVolumeNode(scene, dataclasses.replace(volume, window=(300.0, 450.0)), "v")
    shown = node.GetVolumeDisplayNode()
    assert (shown.GetLevel(), shown.GetWindow()) == (300.0, 450.0)
    assert not shown.GetAutoWindowLevel()


def test_without_one_the_grey_values_themselves_give_it(scene, volume):
    shown = addVolumeNode(scene, volume, "v").GetVolumeDisplayNode()
    low, high = np.percentile(volume.voxels, (1.0, 99.5))
    assert shown.GetWindowLevelMin() == pytest.approx(low, abs=10)
    assert shown.GetWindowLevelMax() == pytest.approx(high, abs=10)
