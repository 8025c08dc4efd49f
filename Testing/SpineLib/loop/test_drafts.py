"""Drafts: the last whole one is what comes back, or a sentence on why none does."""

import errno

import numpy as np
import pytest

from SpineLib.errors import BadInput, OutputError
from SpineLib.loop.drafts import DRAFT, Draft, open_draft, remove_draft, save_draft
from SpineLib.volume import Volume

GRID = Volume(np.zeros((2, 3, 4), np.uint8), np.diag([0.5, 0.5, 4.0, 1.0]))


def draft(number=1, **changes):
    labels = GRID.with_voxels(np.full(GRID.shape, number, np.uint8))
    values = {"base": 2, "by": "Jürgen", "time": "2026-11-21T14:02:00+00:00", "minutes": 3.5}
    return Draft(labels, **{**values, **changes})


def test_a_draft_comes_back_as_it_was_saved(tmp_path):
    save_draft(tmp_path, draft())
    found = open_draft(tmp_path, GRID)
    assert (found.base, found.by, found.minutes) == (2, "Jürgen", 3.5)
    np.testing.assert_array_equal(found.labels.voxels, 1)
    assert found.labels.same_grid(GRID)


def test_a_case_without_a_version_has_drafts_too(tmp_path):
    save_draft(tmp_path, draft(base=None))
    assert open_draft(tmp_path, GRID).base is None


def test_the_next_draft_takes_the_place_of_the_last_one(tmp_path):
    save_draft(tmp_path, draft(1))
    save_draft(tmp_path, draft(2))
    assert [path.name for path in tmp_path.iterdir()] == [DRAFT]
    np.testing.assert_array_equal(open_draft(tmp_path, GRID).labels.voxels, 2)


def test_where_there_is_none_there_is_none(tmp_path):
    assert open_draft(tmp_path, GRID) is None
    remove_draft(tmp_path)
    save_draft(tmp_path, draft())
    remove_draft(tmp_path)
    assert open_draft(tmp_path, GRID) is None


def test_a_full_disk_leaves_the_draft_before(tmp_path, monkeypatch):
    save_draft(tmp_path, draft(1))

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OutputError, match="disk is full"):
        save_draft(tmp_path, draft(2))
    assert [path.name for path in tmp_path.iterdir()] == [DRAFT]
    np.testing.assert_array_equal(open_draft(tmp_path, GRID).labels.voxels, 1)


@pytest.mark.parametrize("keep", [0, 10, 200, -1])
def test_a_damaged_draft_says_so_and_is_left_where_it_is(tmp_path, keep):
    save_draft(tmp_path, draft())
    path = tmp_path / DRAFT
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match="cannot be read"):
        open_draft(tmp_path, GRID)
    assert path.is_file()


def test_a_draft_on_another_grid_is_refused(tmp_path):
    save_draft(tmp_path, draft())
    with pytest.raises(BadInput, match="not on its image's grid"):
        open_draft(tmp_path, Volume(GRID.voxels, np.eye(4)))


def test_segments_of_the_readers_own_come_back_with_their_names(tmp_path):
    voxels = np.arange(24).reshape(GRID.shape) % 5 == 0
    save_draft(tmp_path, draft(own=(("Zyste, rechts", voxels), ("2", ~voxels))))
    (name, one), (other, those) = open_draft(tmp_path, GRID).own
    assert (name, other) == ("Zyste, rechts", "2")
    np.testing.assert_array_equal(one, voxels)
    np.testing.assert_array_equal(those, ~voxels)
