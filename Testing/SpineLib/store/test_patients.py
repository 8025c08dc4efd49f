"""What is kept of a Patient ID cannot be found by trying a list of IDs."""

import hashlib
import json
import stat
import sys

import pydicom
import pytest

from SpineLib.datasets.split import freeze_test, key_file, read_frozen
from SpineLib.dicom import scan
from SpineLib.errors import BadInput
from SpineLib.projects.project import PROJECT, STUDIES, create, open_project
from SpineLib.projects.studies import add
from SpineLib.store.patients import KEY_FILE, Patients, keyed, mark_of, new_secret, secret_of
from Testing.SpineLib.datasets import labelled

IDS = ["MRN-0001", "MRN-0002", "MRN-0003"]


def plain(patient):
    """The hash that a list of IDs would be tried with."""
    return hashlib.sha256(patient.encode()).hexdigest()[:12]


def texts(folder):
    return "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def write(folder, patient, *, size=24, ending=""):
    """A stack of a patient with this very Patient ID."""
    labelled.write_stack(folder, labelled.stack_of([0, 1, 0], size=size), patient=patient + ending)
    for file in folder.rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.PatientID = patient
        dataset.save_as(file)


@pytest.fixture
def dicom(tmp_path):
    for n, patient in enumerate(IDS):
        write(tmp_path / "dicom" / patient, patient, size=24 + 2 * n)
    return tmp_path / "dicom"


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path):
    secret = new_secret(tmp_path)
    assert new_secret(tmp_path) == secret and len(secret) == 32
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert secret_of(mark_of(secret), tmp_path / KEY_FILE) == secret
    assert secret.hex() not in mark_of(secret)


def test_a_lost_or_wrong_secret_is_an_error_and_nobody_is_taken_for_new(tmp_path):
    mark = mark_of(new_secret(tmp_path))
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(BadInput, match="nobody is recognised"):
        secret_of(mark, tmp_path / KEY_FILE)
    new_secret(tmp_path)
    with pytest.raises(BadInput, match="nobody is recognised"):
        secret_of(mark, tmp_path / KEY_FILE)
    (tmp_path / KEY_FILE).write_text("no secret")
    with pytest.raises(BadInput, match="cannot be read"):
        new_secret(tmp_path)


def test_a_project_keeps_no_hash_that_a_list_of_ids_leads_to(dicom, tmp_path):
    project = create(tmp_path / "one", title="Keyed")
    for patient in IDS:
        project = add(project, dicom / patient)
    kept = {study.patient for study in open_project(project.folder).studies}
    assert len(kept) == 3
    assert not any(plain(patient) in texts(tmp_path / "one") for patient in IDS)
    other = add(create(tmp_path / "two", title="Another secret"), dicom)
    assert not kept & {study.patient for study in other.studies}


def test_a_project_is_consistent_with_itself(dicom, tmp_path):
    project = add(create(tmp_path / "p", title="Keyed"), dicom / IDS[0])
    again = dicom.parent / "later"
    write(again, IDS[0], ending=", a later study")
    project = add(open_project(project.folder), again)
    assert len(project.studies) == 2 and len({study.patient for study in project.studies}) == 1


def test_a_project_of_before_there_were_secrets_opens_and_goes_on(dicom, tmp_path):
    project = add(create(tmp_path / "old", title="Old"), dicom / IDS[0])
    data = json.loads((project.folder / PROJECT).read_text())
    del data["patients_key"]
    (project.folder / PROJECT).write_text(json.dumps(data))
    (project.folder / KEY_FILE).unlink()
    studies = json.loads((project.folder / STUDIES).read_text())
    studies[0]["patient"] = plain(IDS[0])
    (project.folder / STUDIES).write_text(json.dumps(studies))
    project = add(open_project(project.folder), dicom)
    assert {study.patient for study in project.studies} == set(map(plain, IDS))


def test_a_project_without_its_secret_takes_no_study(dicom, tmp_path):
    project = create(tmp_path / "p", title="Keyed")
    (project.folder / KEY_FILE).unlink()
    with pytest.raises(BadInput, match="secret"):
        add(project, dicom)


def test_a_frozen_test_recognises_patients_by_its_secret_only(dicom, tmp_path):
    from SpineLib.datasets.cases import LabelledStack

    cases = [
        LabelledStack(stack.id, stack.patient_hash, lambda: None, ())
        for stack in scan(dicom).stacks
    ]
    path = tmp_path / "test.json"
    secret = new_secret(path.parent, key_file(path).name)
    freeze_test(path, cases[:2], secret=secret)
    assert not any(plain(patient) in path.read_text() for patient in IDS)
    rest, kept = read_frozen(path).part(cases)
    assert kept == cases[:2] and rest == cases[2:]
    key_file(path).unlink()
    with pytest.raises(BadInput, match="secret"):
        read_frozen(path)


def test_patients_are_held_whichever_way_they_come():
    secret = bytes(range(32))
    held = Patients(frozenset({keyed("a", secret)}), secret)
    assert held.hold("a") and held.hold(keyed("a", secret)) and not held.hold("b")
    assert held.among(["a", "b"]) == {"a"}
    assert Patients(frozenset({"a"})).hold("a")


def test_the_command_freezes_with_a_secret_beside_the_file(spine, tmp_path):
    for patient in [*IDS, "MRN-0004"]:
        write(tmp_path / "data" / patient / "ax_t2", patient)
        (tmp_path / "data" / patient / "compression_label.csv").write_text("0\n1\n0\n")
    root = tmp_path / "data"
    assert spine("data", "freeze-test", root, tmp_path / "t.json", "--share", 0.5).code == 0
    assert not any(plain(patient) in (tmp_path / "t.json").read_text() for patient in IDS)
    frozen = read_frozen(tmp_path / "t.json")
    assert len(frozen.patients) == 2 and (tmp_path / "t.patients.key").is_file()
    again = spine("data", "freeze-test", root, tmp_path / "t.json", "--share", 0.5)
    assert again.code == 0 and read_frozen(tmp_path / "t.json") == frozen


def test_what_a_scan_shows_leads_to_nobody_and_tells_patients_apart(spine, dicom):
    said = spine("scan", dicom, "--json")
    studies = json.loads(said.out)["studies"]
    assert len({study["patient_hash"] for study in studies}) == 3
    assert not any(plain(patient) in said.out for patient in IDS)
    assert not any(plain(patient) in spine("scan", dicom).out for patient in IDS)


def test_a_data_set_of_the_loop_keeps_no_such_hash_and_knows_its_patients_again(dicom, tmp_path):
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.sources import Wanted, about, arrivals
    from SpineLib.loop.writer import DatasetWriter
    from SpineLib.models import open_model
    from Testing.SpineLib.loop import kept

    kept.empty(tmp_path / "set", "compression")
    dataset = open_dataset(tmp_path / "set")
    card = open_model("starter-compression").card
    wanted = Wanted(card, "compression", secret=dataset.secret)
    with DatasetWriter(tmp_path / "set") as writer:
        for arrival in arrivals(str(dicom), wanted):
            writer.add(arrival.image, **about(arrival))
        writer.freeze(0.34)
    said = texts(tmp_path / "set")
    assert not any(plain(patient) in said for patient in IDS)
    frozen = read_frozen(tmp_path / "set" / "frozen.json")
    cases = [stack.patient_hash for stack in scan(dicom).stacks]
    assert len(frozen.among(cases)) == len(frozen.patients) == 1


@pytest.fixture
def two_people(dicom):
    """Two studies whose people share one Patient ID."""
    people = [("ROTHSCHILD^ANNA", "19700305"), ("MILLER^JOHN", "19550911")]
    for patient, (name, birth) in zip(IDS, people, strict=False):
        for file in (dicom / patient).rglob("*.dcm"):
            dataset = pydicom.dcmread(file)
            dataset.PatientID = IDS[0]
            dataset.PatientName, dataset.PatientBirthDate = name, birth
            dataset.save_as(file)
    return [dicom / patient for patient in IDS[:2]]


def test_two_people_under_one_id_who_join_a_project_one_after_the_other_are_two(
    two_people, tmp_path, spine
):
    create(tmp_path / "one", title="Shared")
    said = [spine("project", "add", tmp_path / "one", folder).out for folder in two_people]
    assert "One Patient ID stands for 2 people" in said[1] and "Patient ID" not in said[0]
    project = open_project(tmp_path / "one")
    assert len({study.patient for study in project.studies}) == 2
    assert "2 people" in spine("project", "status", tmp_path / "one").out
    kept = texts(tmp_path / "one").lower()
    assert not any(plain(word) in kept for word in ("rothschild", "miller", "19700305"))
    # The same person again is nobody new.
    moved = two_people[0].rename(two_people[0].with_name("again"))
    for file in moved.rglob("*.dcm"):
        dataset = pydicom.dcmread(file)
        dataset.StudyInstanceUID = dataset.StudyInstanceUID + ".9"
        dataset.SOPInstanceUID = dataset.SOPInstanceUID + ".9"
        dataset.save_as(file)
    project = add(project, moved)
    assert project.studies[2].patient == project.studies[0].patient


def test_two_people_under_one_id_who_join_a_data_set_one_after_the_other_are_two(
    two_people, tmp_path, spine
):
    from SpineLib.loop.dataset import open_dataset
    from Testing.SpineLib.loop import kept

    kept.empty(tmp_path / "set", "compression")
    said = [
        spine("loop", "add", tmp_path / "set", folder, "--region", "cervical").out
        for folder in two_people
    ]
    assert "One Patient ID stands for 2 people" in said[1] and "Patient ID" not in said[0]
    cases = open_dataset(tmp_path / "set").cases.values()
    assert len({case.patient for case in cases}) == len(cases) == 2
    kept_text = texts(tmp_path / "set").lower()
    assert not any(plain(word) in kept_text for word in ("rothschild", "miller", "19700305"))


def test_a_run_keeps_no_such_hash_and_goes_on_with_the_same_data(tmp_path):
    pytest.importorskip("torch")
    from SpineLib.evaluation.evaluate import _learnt_from
    from SpineLib.models import ModelFolder
    from SpineLib.training.run import begin_run
    from Testing.SpineLib.training import tiny

    data = {"splits": {"training": {"cases": 1, "patients": [plain(IDS[0])]}}}
    run = begin_run(tmp_path / "run", tiny.recipe(), data=data, resume=False)
    assert plain(IDS[0]) not in texts(tmp_path / "run")
    assert begin_run(run.folder, tiny.recipe(), data=data, resume=True).record == run.record
    other = {"splits": {"training": {"cases": 1, "patients": [plain(IDS[1])]}}}
    with pytest.raises(BadInput, match="other data"):
        begin_run(run.folder, tiny.recipe(), data=other, resume=True)
    known = _learnt_from(ModelFolder(run.folder / "model", None))["training"]
    assert known.hold(plain(IDS[0])) and not known.hold(plain(IDS[1]))
