"""The bundled starter on a real series: on its own grid, and without an invented level."""

from dataclasses import replace

import numpy as np
import pytest

from SpineLib.inference.instances import name_instances
from SpineLib.inference.loaded import load
from SpineLib.inference.segmentation import segment
from SpineLib.inference.semantic import WITH_SACRUM
from SpineLib.labels import structure
from SpineLib.models import find_models, open_model
from SpineLib.volume import read_volume


@pytest.fixture(scope="module")
def starter():
    return load(open_model("starter-segmentation"), "cpu")


def test_the_card_says_that_it_is_a_starter_and_what_it_was_measured_on(starter):
    card = starter.card
    assert card.starter
    assert "not for clinical use" in card.limits
    assert card.labels == WITH_SACRUM
    assert all("simulated" in figure.on or "real" in figure.on for figure in card.figures)


def test_a_real_series_that_ends_above_the_sacrum_gets_structures_and_no_level(starter, data):
    volume = read_volume(data / "nifti" / "lumbar_t2_sagittal" / "t2.nii.gz")
    semantic = segment(volume, starter)
    labels, finding = name_instances(semantic)
    assert labels.same_grid(volume)
    assert finding.lowest == ""
    assert "level not known" in finding.evidence
    assert finding.segments
    for segment_ in finding.segments:
        assert structure(segment_.label).kind == segment_.kind
        assert segment_.kind == "canal" or "(level not known)" in segment_.name


def test_the_real_series_upside_down_in_storage_gets_the_same_answer(starter, data):
    volume = read_volume(data / "nifti" / "lumbar_t2_sagittal" / "t2.nii.gz")
    matrix = volume.ijk_to_ras.copy()
    matrix[:3, 3] = volume.ras([0, volume.shape[1] - 1, 0])
    matrix[:3, 1] *= -1
    flipped = replace(volume, voxels=volume.voxels[:, ::-1], ijk_to_ras=matrix)
    assert np.array_equal(
        segment(flipped, starter).voxels, segment(volume, starter).voxels[:, ::-1]
    )


def test_the_bundled_unetr_reads_where_it_is_named_and_the_u_net_where_nobody_names_one(data):
    names = [model.card.name for model in find_models("segmentation") if model.bundled]
    assert names == ["starter-segmentation", "starter-unetr"]
    model = load(open_model("starter-unetr"), "cpu")
    assert model.card.starter and model.card.network["name"] == "unetr"
    volume = read_volume(data / "nifti" / "lumbar_t2_sagittal" / "t2.nii.gz")
    _, finding = name_instances(segment(volume, model))
    discs = [one for one in finding.segments if one.kind == "disc"]
    assert len(discs) >= 6 and finding.lowest == ""
