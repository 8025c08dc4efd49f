"""A place gets its level from the segmentation, or none."""

import numpy as np
import pytest

from SpineLib.inference.instances import name_instances
from SpineLib.inference.levels import Levels
from SpineLib.inference.naming import rename


def level_of(point, labels, finding, *, normal=None) -> str:
    return Levels(labels, finding).at(point, normal=normal)


@pytest.fixture(scope="module")
def spine(drawn_spine):
    return name_instances(drawn_spine())


def middle(finding, name: str) -> np.ndarray:
    return np.array(next(s.centroid_ras for s in finding.segments if s.name == name))


@pytest.mark.parametrize("name", ["L5", "L4", "L3", "L2", "L1", "L4/L5", "L3/L4", "L1/L2"])
def test_the_middle_of_a_structure_has_its_name(name, spine):
    assert level_of(middle(spine[1], name), *spine) == name


@pytest.mark.parametrize("name", ["L4", "L3", "L2/L3", "L1/L2"])
@pytest.mark.parametrize("away", [(0, 60, 0), (50, -30, 0), (0, 0, 0)])
def test_an_axial_slice_has_the_level_at_which_it_crosses_the_canal(name, away, spine):
    center = middle(spine[1], name) + away
    assert level_of(center, *spine, normal=(0, 0, 1)) == name


def test_an_angled_slice_has_the_level_of_its_canal_and_not_of_its_middle(spine):
    levels = Levels(*spine)
    normal = np.array([0, np.sin(np.radians(30)), np.cos(np.radians(30))])
    canal = middle(spine[1], "L3") - (0, 25, 0)
    in_front = canal + 70 * np.array([0, np.cos(np.radians(30)), -np.sin(np.radians(30))])
    assert levels.at(in_front, normal=normal) == levels.at(canal) == "L3"
    assert levels.at(in_front) != "L3"


def test_levels_follow_each_other_without_a_gap_from_the_lowest_to_the_highest(spine):
    levels = Levels(*spine)
    heights = np.arange(-60, 250, 1.0)
    names = [levels.at((0, 0, z), normal=(0, 0, 1)) for z in heights]
    changes = [b for a, b in zip(["", *names], names, strict=False) if a != b]
    expected = ["L5/S1", "L5", "L4/L5", "L4", "L3/L4", "L3", "L2/L3", "L2", "L1/L2", "L1", "T12/L1"]
    assert [name for name in changes if name] == expected
    assert changes[-1] == ""


@pytest.mark.parametrize("point", [(0, 0, -80), (0, 0, 400), (300, 0, 80), (0, 400, 80)])
def test_a_place_outside_of_the_spine_has_no_level(point, spine):
    assert level_of(point, *spine) == ""


def test_a_slice_that_does_not_cross_the_canal_has_no_level(spine):
    assert level_of((0, 0, 600), *spine, normal=(0, 0, 1)) == ""


def test_without_a_known_level_every_place_is_blank_until_the_reader_names_one(drawn_spine):
    labels, finding = name_instances(drawn_spine(tilts=(-8, -6, -4, 0, 4, 8)))
    place = finding.segments[1].centroid_ras
    assert level_of(place, labels, finding) == ""
    named = rename(finding, 1, "L3")
    assert level_of(place, labels, named) == "L2"


def test_the_levels_of_a_real_mask_are_those_of_its_own_vertebrae(spider_mask, to_semantic):
    truth = spider_mask("007")
    labels, finding = name_instances(to_semantic(truth))
    levels = Levels(labels, finding)
    for number, name in enumerate(("L5", "L4", "L3", "L2", "L1", "T12"), start=1):
        bone = truth.ras(np.argwhere(truth.voxels == number)[:, ::-1])
        canal = truth.ras(np.argwhere(truth.voxels == 100)[:, ::-1])
        body = bone[bone[:, 1] > canal[:, 1].max() - 5].mean(axis=0)
        assert levels.at(body) == name
