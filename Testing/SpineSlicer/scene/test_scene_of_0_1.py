"""A scene that version 0.1 saved, with what readers said in it (samples/0.1/README.md)."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from SpineLib.findings_file import read_json
from SpineLib.questions import BILSKY, COMPRESSION
from SpineSlicer.headless.app import HeadlessSlicer
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.reportAnswers import readerAnswers
from SpineSlicer.scene.ReviewLog import WINDOW, ReviewLog
from SpineSlicer.scene.ShownStudy import ShownStudy

SAMPLES = Path(__file__).parents[2] / "samples" / "0.1"
ANNAS, BENS, UNDONE = 0, 2, 3  # places from the head, as the sample's script says


@pytest.fixture(scope="module")
def written() -> dict:
    """The reviews as 0.1 wrote them."""
    with zipfile.ZipFile(SAMPLES / "scene.mrb") as bundle:
        (name,) = (name for name in bundle.namelist() if name.endswith("reviews.txt"))
        return json.loads(bundle.read(name))


@pytest.fixture(scope="module")
def app():
    """Of these tests alone: a scene of 0.1 leaves views behind that others would meet."""
    return HeadlessSlicer()


@pytest.fixture
def study(app, tmp_path):
    shutil.copy(SAMPLES / "scene.mrb", tmp_path / "scene.mrb")
    load_scene(app, tmp_path / "scene.mrb")
    shown = ShownStudy(app.scene)
    shown.open()
    return shown


def test_its_findings_are_those_of_the_file_beside_it(study):
    assert study.findings == read_json(SAMPLES / "readings" / "thoracic" / "findings.json")
    assert study.questions == [COMPRESSION, BILSKY]
    assert all(study.isFlagged(n) for n in range(6))


def test_both_answers_of_a_reader_stand_under_their_questions(study):
    compression = study.reviewed(ANNAS, COMPRESSION.key)
    assert (compression.answer, compression.model, compression.reader, compression.reason) == (
        "compressed", "compressed", "anna", "deformed",
    )  # fmt: skip
    graded = study.reviewed(ANNAS, BILSKY.key)
    assert (graded.answer, graded.reason, graded.time[:4]) == ("2", "CSF is left", "2026")
    assert study.reviewed(BENS, BILSKY.key).answer == "1c"
    assert study.window(BENS)[0] == pytest.approx([-5.7056, -10.6198, 254.4418], abs=1e-3)


def test_every_step_is_there_undone_ones_too(study, written):
    now = json.loads(study.log.text())["steps"]
    assert len(now) == len(written["steps"]) == 5
    names = {"compression": COMPRESSION.key, "grading": BILSKY.key, "window": WINDOW}
    for step, before in zip(now, written["steps"], strict=True):
        assert (step["undone"], step["replaced"]) == (before["undone"], before["replaced"])
        for answer, was in zip(step["answers"], before["answers"], strict=True):
            was = dict(was)
            assert answer == {"question": names[was.pop("task")], **was}
    assert study.reviewed(UNDONE, COMPRESSION.key) is None
    study.redo()
    assert study.reviewed(UNDONE, COMPRESSION.key).answer == "not compressed"


def test_the_report_has_the_readers_answers(study):
    answers = readerAnswers(study.findings, study.log)
    assert len(answers) >= 2 and {"anna", "ben"} <= {answer.reader for answer in answers}


def test_saved_again_it_holds_the_same(app, study, tmp_path):
    study.answer(BILSKY.key, "3", reader="eva")
    before, findings = study.log.text(), study.findings
    save_scene(app, tmp_path / "again.mrb")
    load_scene(app, tmp_path / "again.mrb")
    study.open()
    assert study.findings == findings
    assert study.log.text() == before and ReviewLog(before).text() == before


def test_a_new_reading_replaces_what_was_shown_and_no_answer(study):
    nodes = ReadingScene(study.scene, study.study)
    nodes.show(nodes.reading())
    study.open()
    assert study.reviewed(ANNAS, BILSKY.key).answer == "2"
