"""The published converter's JPEGs, out and in."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.jpeg import open_jpegs, write_jpegs
from SpineLib.datasets.layout import open_layout
from SpineLib.datasets.open_slices import open_slices
from SpineLib.datasets.vocabulary import POSSIBLY_COMPRESSED
from SpineLib.errors import BadInput
from SpineLib.labels import COMPRESSED, NOT_COMPRESSED
from Testing.SpineLib.datasets import labelled


def test_names_tell_the_readers_agreement_and_the_slice(tmp_path):
    labelled.published(tmp_path / "in", {"A": [0, 1, 1]})
    second = tmp_path / "in" / "A" / "compression_label_ben.csv"
    second.write_text("0\n0\n1\n")
    assert write_jpegs(open_layout(tmp_path / "in"), tmp_path / "out") == 3
    (folder,) = (tmp_path / "out").iterdir()
    assert {p.name for p in folder.iterdir()} == {
        "notcompressed.0.jpeg",
        "pcompressed.1.jpeg",
        "compressed.2.jpeg",
    }


def test_labels_and_slices_come_back(tmp_path):
    labelled.published(tmp_path / "in", {"A": [0, 1, 1, 0], "B": [1, 0, 0]}, site="Toronto")
    before = {s.patient: s for s in open_layout(tmp_path / "in")}
    write_jpegs(list(before.values()), tmp_path / "out")
    after = open_slices(str(tmp_path / "out"))
    assert {s.site for s in after} == {"Toronto"} and len(after) == 2
    values = sorted([label.value for label in s.labels] for s in after)
    assert values == sorted([label.value for label in s.labels] for s in before.values())
    for stack in after:
        for label in stack.labels:
            picture = stack.open().voxels[label.index].astype(float)
            brighter = picture[10:14, 10:14].mean() - picture[:4].mean()
            assert (brighter > 100) == (label.value == COMPRESSED)


def test_two_stacks_of_a_patient_stay_two(tmp_path):
    def stack(name):
        labels = tuple(SliceLabel(k, NOT_COMPRESSED) for k in range(3))
        return LabelledStack(name, "p", lambda: labelled.stack_of([0, 1, 0]), labels)

    write_jpegs([stack("a"), stack("b")], tmp_path)
    found = open_jpegs(tmp_path)
    assert [len(s.labels) for s in found] == [3, 3]
    assert len({s.patient for s in found}) == 1 and len({s.id for s in found}) == 2


def test_unlabelled_pictures_are_left_out_and_disagreement_is_kept(tmp_path):
    folder = tmp_path / "P"
    folder.mkdir()
    for name in ("nolab.0.jpeg", "pcompressed.1.jpeg", "x.compressed.2.png"):
        Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save(folder / name)
    (stack,) = open_jpegs(tmp_path)
    assert [label.value for label in stack.labels] == [POSSIBLY_COMPRESSED, COMPRESSED]


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["P/squashed.1.jpeg"], "the class squashed"),
        (["compressed.1.jpeg"], "which patient"),
        (["P/compressed.1.jpeg", "P/notcompressed.1.jpeg"], "twice"),
    ],
)
def test_names_that_do_not_fit_are_refused(tmp_path, names, what):
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.eye(8, dtype=np.uint8)).save(path)
    with pytest.raises(BadInput, match=what):
        open_jpegs(tmp_path)
