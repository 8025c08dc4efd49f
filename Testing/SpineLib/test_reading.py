"""A reading as a folder."""

import json
from dataclasses import replace

import numpy as np
import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.reading import Reading
from SpineLib.volume import Frame


def test_a_reading_comes_back_from_its_folder(graded, lumbar, tmp_path):
    for name, reading in (("axial", graded), ("sagittal", lumbar)):
        reading.save(tmp_path / name)
        back = Reading.load(tmp_path / name)
        assert back.findings == reading.findings
        for stack, volume in reading.volumes.items():
            assert back.volumes[stack].same_grid(volume)
            assert back.volumes[stack].frames == volume.frames
            np.testing.assert_array_equal(back.volumes[stack].voxels, volume.voxels)
    np.testing.assert_array_equal(back.segmentation.voxels, lumbar.segmentation.voxels)


def test_the_images_of_a_stack_that_was_only_segmented_come_back_too(lumbar, tmp_path):
    findings = Findings.from_dict(lumbar.findings.to_dict())
    frames = tuple(Frame("1.2.7", k + 1) for k in range(len(lumbar.volumes["2"].voxels)))
    stack = findings.stack("2")
    stack.sop_instance_uids = [frame.sop_instance_uid for frame in frames]
    stack.frame_numbers = [frame.number for frame in frames]
    Reading(findings, lumbar.volumes, lumbar.segmentation).save(tmp_path)
    assert not stack.slices and Reading.load(tmp_path).volumes["2"].frames == frames


def test_findings_of_an_earlier_version_without_the_images_of_each_stack_open(graded, tmp_path):
    graded.save(tmp_path)
    data = json.loads((tmp_path / "findings.json").read_text())
    for stack in data["stacks"]:
        del stack["sop_instance_uids"], stack["frame_numbers"]
    (tmp_path / "findings.json").write_text(json.dumps(data))
    back = Reading.load(tmp_path)
    assert back.findings == graded.findings
    assert back.volumes["4"].frames == graded.volumes["4"].frames


def test_the_window_of_the_header_comes_back(brief, tmp_path):
    volume = replace(brief.volumes["4"], window=(410.5, 900.0))
    Reading(brief.findings, {"4": volume}).save(tmp_path / "with")
    assert Reading.load(tmp_path / "with").volumes["4"].window == (410.5, 900.0)
    Reading(brief.findings, {"4": replace(volume, window=None)}).save(tmp_path / "without")
    assert Reading.load(tmp_path / "without").volumes["4"].window is None


def test_activations_come_back(brief, tmp_path):
    volume = brief.volumes["4"]
    heat = np.random.default_rng(3).random(volume.shape).astype(np.float32)
    Reading(brief.findings, brief.volumes, None, {"4": volume.with_voxels(heat)}).save(tmp_path)
    np.testing.assert_array_equal(Reading.load(tmp_path).activations["4"].voxels, heat)


def test_a_folder_without_findings_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"findings\.json"):
        Reading.load(tmp_path)


def test_a_folder_whose_segmentation_is_lost_is_refused(lumbar, tmp_path):
    lumbar.save(tmp_path)
    (tmp_path / "segmentation.nrrd").unlink()
    with pytest.raises(BadInput, match=r"segmentation\.nrrd"):
        Reading.load(tmp_path)
