"""A BIDS data set is read image by image, and its derivatives are named as BIDS names them."""

import csv
import json

import pytest

from SpineLib.cohort import bids
from SpineLib.cohort.planned import read_plan
from SpineLib.cohort.planning import add
from SpineLib.errors import BadInput
from SpineLib.inference import study
from SpineLib.progress import Progress
from SpineLib.volume import read_volume, write_volume
from Testing.SpineLib.cohort.conftest import rows_of, run_here


@pytest.fixture
def data_set(tmp_path, lumbar):
    """Two participants, one with sessions; masks and other suffixes beside the images."""
    image = next(iter(lumbar.volumes.values()))
    for name in ("sub-01/anat/sub-01_acq-lumbar_T2w", "sub-02/ses-a/anat/sub-02_ses-a_T1w"):
        write_volume(image, tmp_path / "in" / f"{name}.nii.gz")
    (tmp_path / "in" / "sub-01" / "anat" / "sub-01_dseg.nii.gz").write_bytes(b"a mask")
    (tmp_path / "in" / "sub-02" / "ses-a" / "anat" / "sub-02_ses-a_T1w.json").write_text(
        json.dumps({"BodyPart": "LSPINE"})
    )
    return tmp_path / "in"


def test_participants_planned_apart_are_one_cohort_with_derivatives_beside_their_place(
    data_set,
    tmp_path,
    lumbar,
    monkeypatch,
):
    out, cohort = tmp_path / "out", tmp_path / "out" / bids.COHORT
    monkeypatch.setattr(study, "read_study", lambda *_, **given: lumbar)
    assert bids.participants(data_set) == ["01", "02"]
    for label in ("01", "02"):
        found = bids.images_of(data_set, label)
        add(found, cohort / f"plan-sub-{label}.jsonl", Progress())
    assert {one.label: one.region for one in read_plan(cohort)} == {
        "sub-01/anat/sub-01_acq-lumbar_T2w.nii.gz": "",  # its name says it
        "sub-02/ses-a/anat/sub-02_ses-a_T1w.nii.gz": "lumbar",
    }
    assert run_here(cohort).states == {"read": 2}
    for one in rows_of(cohort):
        bids.write_derivatives(one, out)
    labels = out / "sub-01" / "anat" / "sub-01_acq-lumbar_desc-spine_dseg.nii.gz"
    numbers = set(read_volume(labels).voxels.ravel().tolist()) - {0}
    with labels.with_name(labels.name.replace("nii.gz", "tsv")).open() as stream:
        named = {int(row["index"]): row["name"] for row in csv.DictReader(stream, delimiter="\t")}
    assert numbers == set(named) and named[100] == "canal"
    anat = out / "sub-02" / "ses-a" / "anat"
    assert (anat / "sub-02_ses-a_desc-findings_T1w.json").is_file()
    assert (anat / "sub-02_ses-a_desc-slices_T1w.tsv").is_file()


def test_a_copy_of_the_data_set_elsewhere_is_the_same_one(data_set, tmp_path):
    plan = tmp_path / "out" / "plan-sub-01.jsonl"
    add(bids.images_of(data_set, "01"), plan, Progress())
    (first,) = read_plan(tmp_path / "out")
    data_set.rename(tmp_path / "elsewhere")
    add(bids.images_of(tmp_path / "elsewhere", "01"), plan, Progress())
    (again,) = read_plan(tmp_path / "out")
    assert (again.key, again.fingerprint) == (first.key, first.fingerprint)
    assert "elsewhere" in again.parts[0].path and len(again.parts) == 1


def test_a_folder_without_participants_is_no_data_set(tmp_path):
    with pytest.raises(BadInput, match="no folder of a participant"):
        bids.participants(tmp_path)


def test_the_help_of_the_app_names_the_app(monkeypatch, capsys):
    from SpineLib.doors.bids import main

    monkeypatch.setattr("sys.argv", ["spine-bids", "--help"])
    assert main() == 0
    assert "Usage: spine-bids " in capsys.readouterr().out
