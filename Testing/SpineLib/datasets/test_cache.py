"""Prepared samples are made once, whole or not at all, and are read from disk."""

import gc
import pickle
import weakref
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest

from SpineLib.datasets.cache import fingerprint, prepare
from SpineLib.errors import BadInput, Cancelled
from SpineLib.progress import Progress


@dataclass(frozen=True)
class Case:
    number: int
    fingerprint: str


CASES = [Case(n, f"case {n}") for n in (3, 0, 5, 2)]


def rows(case, *, log=None):
    """As many rows as the case's number, and a text for each."""
    if log is not None:
        log.append(case.number)
    return {
        "pixels": np.full((case.number, 2, 3), case.number, np.uint8),
        "grade": np.array(["1a"] * case.number, dtype="<U2"),
    }


def failing(case):
    if case.number == 5:
        raise ValueError("no")
    return rows(case)


def other_shape(case):
    return {"pixels": np.zeros((1, case.number), np.uint8)}


def test_every_case_finds_its_own_rows_again(tmp_path):
    made = prepare(CASES, rows, key={"v": 1}, folder=tmp_path)
    assert isinstance(made.array("pixels"), np.memmap)
    assert made.array("pixels").shape == (10, 2, 3)
    for n, case in enumerate(CASES):
        found = made.case(n)
        assert found["pixels"].shape == (case.number, 2, 3)
        assert (found["pixels"] == case.number).all()
        assert found["grade"].tolist() == ["1a"] * case.number


def test_a_second_run_prepares_nothing_anew(tmp_path):
    log = []
    make = partial(rows, log=log)
    first = prepare(CASES, make, key={"v": 1}, folder=tmp_path)
    again = prepare(CASES, make, key={"v": 1}, folder=tmp_path)
    assert log == [3, 0, 5, 2]
    assert np.array_equal(first.array("pixels"), again.array("pixels"))


@pytest.mark.parametrize(
    ("cases", "key"), [(CASES, {"v": 2}), ([*CASES[:3], Case(2, "changed")], {"v": 1})]
)
def test_other_settings_or_other_content_are_prepared_anew(cases, key, tmp_path):
    log = []
    prepare(CASES, rows, key={"v": 1}, folder=tmp_path)
    prepare(cases, partial(rows, log=log), key=key, folder=tmp_path)
    assert len(log) == len(cases)


def test_what_has_no_fingerprint_is_not_kept(tmp_path):
    made = prepare([Case(3, ""), Case(1, "b")], rows, key={}, folder=tmp_path)
    assert made.array("pixels").shape == (4, 2, 3)
    assert not list(tmp_path.iterdir())


def _dropped(made):
    """In a forked process: everything is let go and finalised."""
    weakref.finalize._exitfunc()


def test_what_is_not_kept_goes_with_its_process_only():
    made = prepare(CASES, rows, key={}, folder=None)
    folder = made.folder
    assert (folder / "pixels.npy").exists()
    child = get_context("fork").Process(target=_dropped, args=(made,))
    child.start()
    child.join()
    assert child.exitcode == 0 and (folder / "pixels.npy").exists()
    del made
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize("make", [failing, other_shape])
def test_a_case_that_fails_leaves_nothing_behind(make, tmp_path):
    with pytest.raises((ValueError, BadInput)):
        prepare(CASES, make, key={}, folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_cancel_leaves_nothing_behind(tmp_path):
    progress = Progress(lambda step: progress.cancel() if step.done == 2 else None)
    with pytest.raises(Cancelled):
        prepare(CASES, rows, key={}, folder=tmp_path, progress=progress)
    assert not list(tmp_path.iterdir())


def test_several_workers_make_the_same_files_as_one(tmp_path):
    one = prepare(CASES, rows, key={}, folder=tmp_path / "one")
    two = prepare(CASES, rows, key={}, folder=tmp_path / "two", workers=2)
    for name in ("pixels.npy", "grade.npy", "index.json"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


def test_a_loader_process_opens_the_files_itself(tmp_path):
    made = prepare(CASES, rows, key={}, folder=tmp_path)
    sent = pickle.dumps(made)
    assert len(sent) < 500
    assert np.array_equal(pickle.loads(sent).array("pixels"), made.array("pixels"))


def test_a_process_that_is_not_the_machine_s_first_waits_and_can_be_cancelled(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("LOCAL_RANK", "1")
    progress = Progress(lambda step: progress.cancel())
    with pytest.raises(Cancelled):
        prepare(CASES, rows, key={}, folder=tmp_path, progress=progress)
    monkeypatch.setenv("LOCAL_RANK", "0")
    prepare(CASES, rows, key={}, folder=tmp_path)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert len(prepare(CASES, rows, key={}, folder=tmp_path).case(2)["grade"]) == 5


def test_a_fingerprint_changes_with_the_file(tmp_path):
    path = tmp_path / "a.mha"
    path.write_text("one")
    before = fingerprint([path])
    assert fingerprint([path]) == before
    path.write_text("other")
    assert fingerprint([path]) != before
    with pytest.raises(BadInput, match="no such file"):
        fingerprint([tmp_path / "gone"])
