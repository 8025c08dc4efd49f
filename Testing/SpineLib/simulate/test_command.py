"""`spine simulate` gives what was asked for, and says in one sentence what it cannot give."""

import json

import pytest

from SpineLib.volume import read_volume

SMALL = ("--set", "slices=2", "--set", "rows=96", "--set", "columns=96")


def test_a_contrast_disease_and_protocol_can_be_asked_for(spine, tmp_path):
    out = tmp_path / "s"
    answer = spine(
        "simulate", out, "--region", "lumbar", "--disease", "metastatic", "--contrast", "STIR",
        "--set", "thickness=5", "--format", "nifti", *SMALL,
    )  # fmt: skip
    assert answer.code == 0
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    assert (truth["disease"], truth["protocol"]["weighting"]) == ("metastatic", "STIR")
    image = read_volume(out / "sagittal.nii.gz")
    assert image.same_grid(read_volume(out / "segmentation.nii.gz"))
    assert image.spacing[2] == pytest.approx(5 + truth["protocol"]["gap"])


def test_several_studies_get_a_folder_each(spine, tmp_path):
    answer = spine("simulate", tmp_path / "many", "--count", 2, "--seed", 4, *SMALL)
    assert answer.code == 0
    assert sorted(one.name for one in (tmp_path / "many").iterdir()) == ["cervical-4", "cervical-5"]


@pytest.mark.parametrize(
    ("asked", "code", "word"),
    [
        (("--set", "thickness=-1"), 3, "thickness"),
        (("--set", "thick=3"), 3, "thickness, gap"),
        (("--set", "thickness"), 2, "thickness=5"),
        (("--contrast", "T7"), 3, "T7"),
        (("--disease", "flu"), 3, "degenerative"),
        (("--vendor", "acme"), 3, "siemens-like"),
        (("--format", "tiff"), 3, "nifti"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_nothing(spine, tmp_path, asked, code, word):
    answer = spine("simulate", tmp_path / "s", *asked)
    assert answer.code == code
    assert len(answer.errors) == 1 and word in answer.errors[0]
    assert not (tmp_path / "s").exists()
