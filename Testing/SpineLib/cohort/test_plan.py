"""A plan has each study once, wherever its images lie, and goes on where it was."""

import os
import shutil
import zipfile

import pytest

from SpineLib.cohort.kept import shard
from SpineLib.cohort.opening import opened
from SpineLib.cohort.planned import PLAN, read_plan
from SpineLib.cohort.planning import plan
from SpineLib.dicom import scan_files
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from Testing.SpineLib.cohort.conftest import write_study


def slices_of(study) -> int:
    with opened(study, Progress()) as files:
        return sum(stack.slices for stack in scan_files(files).stacks)


def test_a_folder_a_zip_and_a_list_give_a_row_a_study_with_its_images(tmp_path):
    write_study(tmp_path / "a" / "flat", 1)
    for number, name in ((2, "x"), (2, "y"), (3, "z")):  # one folder holds two studies' images
        write_study(tmp_path / "b" / name, number)
        for path in (tmp_path / "b" / name).iterdir():
            shutil.move(path, tmp_path / "b" / f"{name}{path.name}")
        (tmp_path / "b" / name).rmdir()
    write_study(tmp_path / "c", 4)
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as packed:
        for path in (tmp_path / "c").iterdir():
            packed.write(path, f"inside/{path.name}")
    (tmp_path / "list.txt").write_text("# two sources\nb\nc.zip\n")
    plan([str(tmp_path / "a"), str(tmp_path / "list.txt")], tmp_path / "cohort")
    studies = read_plan(tmp_path / "cohort")
    assert [study.stacks for study in studies] == [(("axial", "T2"),)] * 4
    assert {study.uid: slices_of(study) for study in studies} == {
        f"1.2.9000000{n}.8": 3 for n in (1, 2, 3, 4)
    }


def test_images_of_one_study_in_two_folders_are_one_row(tmp_path):
    write_study(tmp_path / "in" / "a", 1)
    (tmp_path / "in" / "b").mkdir()
    (tmp_path / "in" / "a" / "2.dcm").rename(tmp_path / "in" / "b" / "2.dcm")
    plan([str(tmp_path / "in")], tmp_path / "cohort")
    (study,) = read_plan(tmp_path / "cohort")
    assert (study.images, len(study.parts), slices_of(study)) == (3, 2, 3)


def test_planning_again_looks_at_what_is_new_has_changed_or_has_gone(tmp_path):
    for number in range(3):
        write_study(tmp_path / "in" / str(number), number)
    source = [str(tmp_path / "in")]
    assert plan(source, tmp_path / "cohort").looked_at == 3
    before = {study.key: study.fingerprint for study in read_plan(tmp_path / "cohort")}
    with (tmp_path / "cohort" / PLAN).open("ab") as stream:
        stream.write(b'{"place": "half a li')  # killed
    os.utime(tmp_path / "in" / "1" / "0.dcm", ns=(1, 1))
    shutil.rmtree(tmp_path / "in" / "2")
    write_study(tmp_path / "in" / "9", 9)
    done = plan(source, tmp_path / "cohort")
    assert (done.looked_at, done.known) == (2, 1)
    after = {study.key: study.fingerprint for study in read_plan(tmp_path / "cohort")}
    assert len(after) == 3 and len(before.items() & after.items()) == 1


def test_a_study_that_is_cut_off_is_a_row_with_its_reason_and_other_files_are_counted(
    images, cohort
):
    studies = read_plan(cohort)
    (broken,) = [study for study in studies if study.problem]
    assert "cut off" in broken.problem and str(images) not in broken.problem
    (images / "0" / "notes.txt").write_text("none")
    assert plan([str(images)], cohort).left_out == {"is not DICOM": 1}


def test_no_patient_is_in_the_plan_as_dicom_has_them(cohort):
    text = (cohort / PLAN).read_text()
    assert '"patient":"' in text and '"90000001"' not in text


def test_a_source_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadInput, match="no such folder"):
        plan([str(tmp_path / "nowhere")], tmp_path / "cohort")


def test_shards_hold_each_study_once(cohort):
    studies = read_plan(cohort)
    parts = [shard(studies, number, 3) for number in (1, 2, 3)]
    assert sorted(one.key for part in parts for one in part) == [study.key for study in studies]


def test_an_archive_is_asked_page_by_page_and_gives_a_row_a_study(tmp_path, monkeypatch):
    from SpineLib.pacs import destinations, web

    asked = []

    class Archive:
        def search_for_studies(self, *, limit, offset, search_filters):
            asked.append(search_filters)
            uids = [f"1.2.{n}" for n in range(1, 6)][offset : offset + 2]
            return [
                {"0020000D": {"vr": "UI", "Value": [uid]}, "00201208": {"vr": "IS", "Value": [7]}}
                for uid in uids
            ]

    monkeypatch.setenv("SPINE_MODELS", str(tmp_path / "models"))
    destinations.add_destination({"name": "CLOUD", "url": "https://pacs.example/web"})
    monkeypatch.setattr(web, "client", lambda place: Archive())
    plan(["pacs:CLOUD?StudyDate=2026-"], tmp_path / "cohort")
    studies = read_plan(tmp_path / "cohort")
    assert sorted(study.uid for study in studies) == [f"1.2.{n}" for n in range(1, 6)]
    assert {study.images for study in studies} == {7}
    assert asked[0] == {"ModalitiesInStudy": "MR", "StudyDate": "2026-"}
