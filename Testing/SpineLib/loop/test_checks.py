"""What is looked at before an answer is accepted."""

import numpy as np

from SpineLib.datasets.cases import SliceLabel
from SpineLib.loop.checks import problems_of
from SpineLib.volume import Volume
from Testing.SpineLib.loop import kept
from Testing.SpineLib.loop.learning import axial, spine


def serious(image, answer):
    return [one.what for one in problems_of(image, answer) if one.serious]


def test_an_empty_segmentation_and_another_grid_are_serious():
    image, labels = spine(1)
    assert serious(image, labels.with_voxels(labels.voxels * 0)) == ["Nothing is segmented"]
    other = Volume(labels.voxels[:, 1:], labels.ijk_to_ras)
    assert serious(image, other) == ["The segmentation is not on its image's grid"]


def test_a_number_that_spider_does_not_have_is_said_with_its_place():
    image, labels = spine(1)
    voxels = labels.voxels.copy()
    voxels[3, 40, 30] = 77
    (found,) = problems_of(image, labels.with_voxels(voxels))
    assert (found.structure, found.serious) == (77, True)
    assert np.allclose(found.ras, labels.ras([30, 40, 3]))


def test_a_vertebra_in_two_places_is_found_where_the_stray_part_lies():
    image, labels = spine(1)
    voxels = np.where(labels.voxels == 3, 1, labels.voxels).astype(np.uint8)
    found = problems_of(image, labels.with_voxels(voxels))
    assert any(one.serious and one.ras is not None for one in found)
    assert serious(image, kept.without(labels, 100)) == ["There is no canal"]


def test_a_truth_has_nothing_serious():
    assert serious(*spine(1)) == []


def test_slices_without_a_label_are_listed_and_not_serious():
    stack = axial(0)
    (found,) = problems_of(
        stack, [SliceLabel(k, "compressed") for k in range(8) if k not in (2, 5)]
    )
    assert found.what == "2 slices have no label: 3, 6"
    assert not found.serious
    assert np.allclose(found.ras, stack.slice_center(2))
    assert serious(stack, []) == ["No slice is labelled"]
    assert problems_of(stack, [SliceLabel(k, "compressed") for k in range(8)]) == []


def test_a_hole_in_a_lesion_is_found_in_slices_too():
    words = ["compressed"] * 8
    words[4] = "not compressed"
    labels = [SliceLabel(k, word) for k, word in enumerate(words)]
    (found,) = problems_of(axial(0), labels)
    assert found.serious
    assert np.allclose(found.ras, axial(0).slice_center(4))
