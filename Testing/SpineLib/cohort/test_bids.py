"""A BIDS data set is read image by image, and its derivatives are named as BIDS names them."""

import csv
import json

import pytest

from SpineLib.cohort import bids
from SpineLib.cohort.planned import read_plan
from SpineLib.cohort.planning import add
from SpineLib.doors.bids import _planned, several
from SpineLib.errors import BadInput, BadRequest
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


def test_sessions_read_apart_are_one_participant_when_their_folders_are_put_together(
    data_set, tmp_path
):
    image = data_set / "sub-02" / "ses-a" / "anat" / "sub-02_ses-a_T1w.nii.gz"
    other = data_set / "sub-02" / "ses-b" / "anat" / "sub-02_ses-b_T1w.nii.gz"
    other.parent.mkdir(parents=True)
    other.write_bytes(image.read_bytes())
    cohort = tmp_path / "out"
    for session in (["a"], ["b"], []):
        _planned(data_set, cohort, ["sub-02"], session, Progress())
    studies = read_plan(cohort)
    assert [len(one.parts) for one in studies] == [1, 1]
    assert {path.name for path in cohort.glob("plan*")} == {
        "plan-sub-02.jsonl", "plan-sub-02-ses-a.jsonl", "plan-sub-02-ses-b.jsonl"
    }  # fmt: skip
    with pytest.raises(BadRequest, match="no image of session c"):
        _planned(data_set, cohort, ["02"], ["c"], Progress())


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("in out participant --participant-label 01 02 --n-procs 1",
         "in out participant --participant-label 01 --participant-label 02 --n-procs 1"),
        ("in out participant --session_label a b --participant_label sub-01",
         "in out participant --session_label a --session_label b --participant_label sub-01"),
        ("--participant-label 01 in out participant", "--participant-label 01 in out participant"),
        ("in out participant --participant-label=01 --model a",
         "in out participant --participant-label=01 --model a"),
    ],
)  # fmt: skip
def test_several_labels_may_stand_behind_their_option_as_bids_apps_take_them(given, meant):
    assert several(given.split()) == meant.split()


def test_sessions_may_be_named_with_their_prefix_as_babs_names_them(
    data_set, tmp_path, monkeypatch
):
    from SpineLib.doors import bids as door

    asked = []
    monkeypatch.setattr(door, "_read", lambda *given: asked.append(given[2:4]))
    words = [str(data_set), str(tmp_path / "out"), "participant", "--participant-label", "sub-02"]
    monkeypatch.setattr("sys.argv", ["spine-bids", *words, "--session-label", "ses-a", "ses-b"])
    assert door.main() == 0
    assert asked == [(["sub-02"], ["a", "b"])]


def test_the_description_says_where_the_images_are_and_what_bids_has_no_names_for(tmp_path):
    out = tmp_path / "raw images" / "derivatives" / "spine"
    bids.write_description(out, tmp_path / "raw images")
    assert json.loads((out / "dataset_description.json").read_text())["DatasetLinks"] == {
        "raw": "../.."
    }
    # The validator (bids-validator-deno 3.0.2) takes `cohort/` for no folder.
    assert (out / ".bidsignore").read_text().split() == [
        "cohort", "group_desc-*", "*_desc-findings_*", "*_desc-slices_*"
    ]  # fmt: skip
    bids.write_description(out, tmp_path / "other images")
    links = json.loads((out / "dataset_description.json").read_text())["DatasetLinks"]
    assert links == {"raw": "../../../other%20images"}
