"""The simulator as a source of labels: the same text gives the same cases, made once."""

import pickle

import numpy as np
import pytest

from SpineLib.datasets import simulated
from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.open_volumes import open_canals, open_volumes
from SpineLib.datasets.simulated import parse
from SpineLib.errors import BadInput
from SpineLib.questions import BILSKY, KANG
from SpineLib.simulate import lumbar_case
from SpineLib.simulate.lumbar import sacrum_of

LESIONS = "simulated:lesions-thoracic-metastatic:standard:2:3"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("simulated:cervical", "not a simulated source"),
        ("simulated:cervical-none:standard:-1", "not a simulated source"),
        ("simulated:cervical-none:standard:0", "no patients"),
        ("simulated:knee-none:standard:1", "not know the region knee"),
        ("simulated:cervical-gout:standard:1", "not know the disease gout"),
        ("simulated:cervical-none:odd:1", "not know the profile odd"),
    ],
)
def test_a_source_that_the_simulator_cannot_give_is_refused(text, why):
    with pytest.raises(BadInput, match=why):
        parse(text)


def test_a_block_around_a_metastasis_has_a_grade_and_a_box_on_every_slice(cache):
    stacks = open_slices(LESIONS, task="grading", cache=cache)
    assert len({stack.patient for stack in stacks}) == 2
    for stack in stacks:
        volume = stack.open()
        assert [label.index for label in stack.labels] == list(range(len(volume.voxels)))
        assert {label.value for label in stack.labels} <= set(BILSKY.values)
        for label in stack.labels:
            i, j, k = volume.ijk(np.mean(label.box_ras, axis=0))
            assert abs(k - label.index) < 1.5
            assert 0 < i < volume.shape[2] and 0 < j < volume.shape[1]
    assert {label.value for stack in stacks for label in stack.labels} - {"0"}


def test_cases_are_simulated_once_and_opened_from_disk_by_any_process(cache, monkeypatch):
    first = open_slices(LESIONS, task="grading", cache=cache)
    monkeypatch.setattr(simulated, "draw_lesion", None)
    again = open_slices(LESIONS, task="compression", cache=cache)
    assert {label.value for label in again[0].labels} <= {"compressed", "not compressed"}
    assert isinstance(again[0].open().voxels.base, np.memmap)
    sent = pickle.loads(pickle.dumps(again[1]))
    assert np.array_equal(sent.open().voxels, first[1].open().voxels)


def test_a_changed_simulator_simulates_anew(monkeypatch):
    before = simulated._Asked("studies", "cervical", "none", "standard", 1).fingerprint
    monkeypatch.setattr(simulated, "simulator_version", lambda: "later")
    assert simulated._Asked("studies", "cervical", "none", "standard", 1).fingerprint != before


def test_search_slices_say_where_the_canal_is_and_are_of_several_weightings(cache):
    stacks = open_canals("simulated:search-cervical-none:standard:6", cache=cache)
    assert len({stack.weighting for stack in stacks}) > 1
    assert all(len(stack.labels) == 6 for stack in stacks)


def test_grades_are_refused_where_the_simulator_has_none():
    with pytest.raises(BadInput, match="metastases"):
        open_slices("simulated:thoracic-none:standard:1", task="grading")
    with pytest.raises(BadInput, match="cervical spine"):
        open_slices("simulated:thoracic-none:standard:1", task="grading", scheme=KANG)


def test_only_whole_lumbar_volumes_are_segmented():
    with pytest.raises(BadInput, match="no labelled volumes"):
        open_volumes("simulated:cervical-none:standard:1")


def test_the_sacrum_lies_below_the_lowest_vertebra_and_is_none_of_spiders_structures():
    case = lumbar_case(seed=3, disease="none", scanner={"pixel": 2.5})
    spider, sacrum = case.segmentation, sacrum_of(case.patient, case.labels)
    free = sacrum & (spider.voxels == 0)
    assert free.sum() > 0.9 * sacrum.sum() > 0
    heights = [spider.ras(np.argwhere(mask)[:, ::-1])[:, 2].mean()
               for mask in (free, spider.voxels == 1)]  # fmt: skip
    assert heights[0] < heights[1]


def test_volumes_with_the_sacrum_are_lumbar_ones():
    assert parse("simulated:sacrum-lumbar-none:standard:2").kind == simulated.WITH_SACRUM
    with pytest.raises(BadInput, match="no labelled volumes"):
        open_volumes("simulated:sacrum-cervical-none:standard:1")
