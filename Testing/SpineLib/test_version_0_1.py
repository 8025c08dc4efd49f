"""What version 0.1 wrote opens today, and nothing in it is lost (samples/0.1/README.md)."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from SpineLib.findings import Findings
from SpineLib.findings_file import read_json, write_json
from SpineLib.labels import ASSESSED
from SpineLib.outputs.findings_csv import write_csv
from SpineLib.outputs.report import write_report
from SpineLib.outputs.strips import strips
from SpineLib.outputs.summary import headline, missing, other_lines
from SpineLib.projects import consensus
from SpineLib.projects.answers import all_answers
from SpineLib.projects.labels import ASSISTED, read_labels
from SpineLib.projects.project import open_project
from SpineLib.projects.session import ReaderSession
from SpineLib.projects.status import status_of
from SpineLib.projects.studies import relink
from SpineLib.questions import BILSKY, COMPRESSION, READERS_BOX
from SpineLib.reading import Reading

SAMPLES = Path(__file__).parents[1] / "samples" / "0.1"
READINGS = sorted(path.name for path in (SAMPLES / "readings").iterdir())


@pytest.fixture(params=READINGS)
def name(request) -> str:
    return request.param


def old(name: str) -> dict:
    """The values as 0.1 wrote them."""
    return json.loads((SAMPLES / "readings" / name / "findings.json").read_text())


def today(name: str) -> Findings:
    return read_json(SAMPLES / "readings" / name / "findings.json")


def slices(name: str):
    """Each slice as 0.1 wrote it and as it is today."""
    findings = today(name)
    for stack in old(name)["stacks"]:
        yield from zip(stack["slices"], findings.stack(stack["id"]).slices, strict=True)


def test_everything_but_the_answers_is_as_it_was(name):
    findings, was = today(name), old(name)
    now = findings.to_dict()
    for key in ("study_instance_uid", "warnings", "notice", "software"):
        assert now[key] == was[key]
    assert now["segmentation"].items() >= was["segmentation"].items()
    graded = findings.questions[1].key
    for stack, before in zip(now["stacks"], was["stacks"], strict=True):
        renamed = [graded if task == "grading" else task for task in before["chosen_for"]]
        assert stack["chosen_for"] == renamed
        reasons = {graded if task == "grading" else task: why
                   for task, why in before["not_assessed"].items()}  # fmt: skip
        assert stack["not_assessed"] == reasons
        for key in set(before) - {"chosen_for", "not_assessed", "slices"}:
            assert stack[key] == before[key]
    for model, before in zip(now["models"], was["models"], strict=True):
        scheme = before.pop("scheme")
        assert model.items() >= before.items()
        assert model["question"] == (COMPRESSION.key if model["task"] == "compression" else scheme)


def test_each_slice_keeps_its_place_and_its_answer_on_compression(name):
    for before, one in slices(name):
        for key in ("index", "sop_instance_uid", "frame", "position_ras", "canal_center_ras"):
            assert getattr(one, key) == before[key]
        assert one.level == before["level"]
        was, opinion = before["compression"], one.opinion(COMPRESSION.key)
        assert opinion.assessed == (was["status"] == ASSESSED)
        assert (opinion.value or None, opinion.probability) == (was["verdict"], was["probability"])
        assert opinion.positive == (was["verdict"] == "compressed")
        assert opinion.forced == was["forced"]
        assert was["reason"] in (opinion.reason, opinion.source)


def test_each_slice_keeps_its_grade_with_interval_and_probabilities(name):
    for before, one in slices(name):
        was, opinion = before["grading"], one.opinions[1]
        assert opinion.question == was["scheme"] or not opinion.assessed
        assert opinion.assessed == (was["status"] == ASSESSED)
        assert (opinion.value or None, opinion.probability) == (
            was["grade"], was["high_probability"],
        )  # fmt: skip
        assert opinion.positive == (was["verdict"] == "high")
        assert opinion.probabilities == was["probabilities"]
        assert opinion.interval == was["interval"]
        assert (opinion.reason, opinion.forced) == (was["reason"], was["forced"])
        assert opinion.source == (was["source"] if opinion.assessed else "")


def test_the_study_is_summed_up_as_it_was(name):
    findings, was = today(name), old(name)
    compression, grading = findings.summaries
    before = was["compression"]
    assert compression.verdict == before["verdict"].replace("not assessed", "")
    for key in ("reason", "rule", "forced", "assessed_slices", "longest_run", "longest_run_mm"):
        assert getattr(compression, key) == before[key]
    assert compression.positive_slices == before["compressed_slices"]
    before = was["grading"]
    for key in ("status", "reason", "forced", "stack", "index"):
        assert getattr(grading, key) == before[key]
    assert grading.worst == (before["highest"] or "")
    assert grading.positive_slices == before["high_slices"]


def test_models_that_answered_are_named_with_their_answers(name):
    findings = today(name)
    names = {model.question: model.name for model in findings.models if model.question}
    for stack in findings.stacks:
        for slice_ in stack.slices:
            for opinion in slice_.opinions:
                assert opinion.by == names.get(opinion.question, "")


def test_a_readers_box_and_a_forced_answer_are_still_said():
    boxed = today("thoracic").stacks[0].slices[4]
    assert [opinion.source for opinion in boxed.opinions] == [READERS_BOX, READERS_BOX]
    assert today("thoracic").summary(BILSKY.key).worst == "2"
    forced = today("forced").stacks[0].slices
    assert [one.opinion(BILSKY.key).forced for one in forced] == [False, True, True, True]
    assert forced[1].opinion(BILSKY.key).reason.startswith("forced: made for")


def test_a_scheme_of_ones_own_is_rebuilt_whole():
    question = today("own-scheme").questions[1]
    assert (question.key, question.values) == ("Ours", ("mild", "moderate", "severe"))
    assert question.is_positive("moderate") and not question.is_positive("mild")


def test_a_slice_that_lost_its_grading_leaves_the_scheme_to_the_others(tmp_path):
    data = old("own-scheme")
    del data["stacks"][0]["slices"][0]["grading"]
    (tmp_path / "findings.json").write_text(json.dumps(data))
    opened = read_json(tmp_path / "findings.json")
    assert opened.questions == today("own-scheme").questions
    assert not opened.stacks[0].slices[0].opinion("Ours").assessed
    assert opened.stacks[0].slices[1:] == today("own-scheme").stacks[0].slices[1:]


def test_written_again_it_is_the_same(name, tmp_path):
    write_json(today(name), tmp_path / "findings.json")
    assert read_json(tmp_path / "findings.json") == today(name)
    write_csv(today(name), tmp_path / "findings.csv")
    with (SAMPLES / "readings" / name / "findings.csv").open() as stream:
        before = list(csv.DictReader(stream))
    with (tmp_path / "findings.csv").open() as stream:
        now = list(csv.DictReader(stream))
    assert [row["compression_probability"] for row in now] == [
        row["compression_probability"] for row in before
    ]
    graded = today(name).questions[1].key
    assert [row[f"{graded}_value"] for row in now] == [row["grade"] for row in before]


def test_every_face_shows_it(name, tmp_path):
    findings = today(name)
    assert headline(findings).text and other_lines(findings)
    assert len(strips(findings)) == sum(bool(stack.slices) for stack in findings.stacks)
    write_report(Reading(findings), {}, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert findings.questions[1].key in page


def test_a_study_without_axial_slices_opens_and_says_why_nothing_was_assessed(tmp_path):
    data = old("lumbar")
    data["stacks"] = [stack for stack in data["stacks"] if not stack["slices"]]
    for task in ("compression", "grading"):
        data[task]["reason"] = "the study has no axial stack"
    (tmp_path / "findings.json").write_text(json.dumps(data))
    findings = read_json(tmp_path / "findings.json")
    assert all("the study has no axial stack" in line for line in other_lines(findings))
    told = {(one.what, one.reason) for one in missing(findings)}
    assert ("Compression", "the study has no axial stack") in told


@pytest.fixture
def project(tmp_path):
    shutil.copytree(SAMPLES / "project", tmp_path / "project")
    return open_project(tmp_path / "project")


def lines(file: str) -> list[dict]:
    return [json.loads(line) for line in (SAMPLES / "project" / file).read_text().splitlines()]


def test_a_project_opens_with_every_label(project):
    assert (project.title, project.rules, project.scheme) == ("Two readers", "T2 only", BILSKY)
    for reader in ("anna", "ben"):
        found = read_labels(project, reader)
        written = [line for line in lines(f"labels/{reader}.jsonl") if line["kind"] == "label"]
        given = [label for arm in found.given.values() for label in arm]
        assert not found.problems
        assert len(given) == len(written)
        for label, before in zip(given, written, strict=True):
            assert label.key[:2] == (before["sop_instance_uid"], before["frame"])
            assert (label.value, label.confidence) == (before["label"], before["confidence"])
            assert (label.comment, label.time) == (before["comment"], before["time"])
        assert found.locks
    assert read_labels(project, "anna").given[ASSISTED][0].value == "1b"


def test_what_was_settled_and_what_the_model_said_are_there(project):
    (settled,) = consensus.disagreements(project)
    assert {name: label.value for name, label in settled.labels.items()} == {
        "anna": "1b", "ben": "1c",
    }  # fmt: skip
    assert settled.final == "3" and settled.decision.note == "seen together"
    assert settled.decision.present == ("anna", "ben")
    with ReaderSession(project.folder, "anna", arm=ASSISTED, take_over=True) as session:
        session.lock(incomplete=True)
    kept = all_answers(open_project(project.folder))
    assert kept.model == "starter-grading 0.1.0" and kept.starter
    written = json.loads((SAMPLES / "project" / "model" / "answers.json").read_text())["answers"]
    for before in written:
        answer = kept.answers[before["sop_instance_uid"], before["frame"]]
        said = {key: before[key] for key in before if key not in ("sop_instance_uid", "frame")}
        assert {key: getattr(answer, key) for key in said} == said
        assert (answer.grade_set, answer.why) == ([], None)  # nobody had said so yet


def test_a_project_goes_on_where_it_was(project):
    assert status_of(project)["slices"] == 6
    found, moved = relink(project, SAMPLES / "dicom")
    assert moved == 1 and not found.missing()
    with ReaderSession(project.folder, "anna", arm=ASSISTED, take_over=True) as session:
        assert session.model_answer().value in BILSKY.values
        session.begin()
        session.label("1c")
        assert session.progress().done == 2


@pytest.fixture
def dataset(tmp_path):
    from SpineLib.loop.dataset import open_dataset

    shutil.copytree(SAMPLES / "loop", tmp_path / "loop")
    return open_dataset(tmp_path / "loop")


def test_a_loop_opens_with_every_version_and_approval(dataset):
    assert (dataset.title, dataset.question) == ("Grades of thoracic slices", BILSKY)
    assert not dataset.problems and len(dataset.cases) == 6
    for name, case in dataset.cases.items():
        journal = (SAMPLES / "loop" / "cases" / name / "versions.jsonl").read_text().splitlines()
        records = [json.loads(line) for line in journal]
        written = [record["version"] for record in records if record["kind"] == "version"]
        assert len(case.versions) == len(written)
        for version, before in zip(case.versions, written, strict=True):
            assert {key: getattr(version, key) for key in before} == before
            labels = case.open_answer(version)
            with (case.folder / version.file).open() as stream:
                values = [row["value"] for row in csv.DictReader(stream)]
            assert [label.value for label in labels] == values
        assert case.open_image().shape == (4, 32, 32)
    approved = dataset.case("2").chosen
    assert (approved.state, approved.by, approved.minutes) == ("approved", "ben", 3.0)
    assert dataset.case("4").chosen.number == 1


def test_its_frozen_test_and_its_models_are_in_force(dataset):
    assert [case.id for case in dataset.test()] == ["0001"]
    assert [model.id for model in dataset.models] == [
        "0001-tiny-grading", "0002-tiny-grading-ft1",
    ]  # fmt: skip
    assert dataset.current.id == "0002-tiny-grading-ft1"
    card = dataset.current.folder.card
    assert card.scheme == BILSKY and card.lineage.promotion.over.name == "tiny-grading"
    assert (dataset.current.by, dataset.current.reason) == ("anna", "a sample")


def test_its_comparison_and_fine_tuning_can_be_looked_at(dataset):
    pytest.importorskip("torch")
    from SpineLib.loop.finetune import fine_tunings
    from SpineLib.loop.promotion import comparisons

    (found,) = comparisons(dataset)
    written = json.loads((SAMPLES / "loop" / "promotions" / "0001" / "comparison.json").read_text())
    assert found.record == written
    assert [change.figure for change in found.changes] == ["κ low/high", "κ of grades, linear"]
    (made,) = fine_tunings(dataset)
    assert made.steps == 4 and made.model is not None


def test_a_loop_goes_on_where_it_was(dataset):
    pytest.importorskip("torch")
    from SpineLib.loop.finetune import carry_out, prepare, take
    from SpineLib.loop.writer import DatasetWriter

    few = {"training.steps": 2, "training.validate_every": 2}
    made = carry_out(prepare(dataset, changes=few).folder, device="cpu", workers=0)
    with DatasetWriter(dataset.folder) as writer:
        assert take(writer, made.folder).id == "0003-tiny-grading-ft2"


def test_a_model_of_a_scheme_of_its_own_opens_and_answers(axial_volume):
    pytest.importorskip("torch")
    import numpy as np

    from SpineLib.inference.canal import CanalPath
    from SpineLib.inference.loaded import load
    from SpineLib.inference.opinions import opinions
    from SpineLib.models import open_folder

    model = open_folder(SAMPLES / "models" / "ours")
    written = json.loads((SAMPLES / "models" / "ours" / "model.json").read_text())
    question = model.card.asked
    assert (question.key, question.values) == ("Ours", ("mild", "moderate", "severe"))
    assert list(question.colors) == written["scheme"]["colors"]
    assert question.first_positive == written["scheme"]["first_high"]
    canal = CanalPath(np.array([axial_volume.slice_center(k) for k in range(8)]), np.ones(8))
    answers = opinions(axial_volume, canal, load(model, "cpu"))
    assert {answer.value for answer in answers} <= {"mild", "moderate", "severe"}
