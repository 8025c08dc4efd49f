"""The folder that a person gets."""

import copy
import csv
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from SpineLib.errors import Cancelled, SpineError
from SpineLib.findings_file import read_json
from SpineLib.progress import Progress
from SpineLib.volume import read_volume
from SpineSlicer.headless.outputs import write_outputs
from SpineSlicer.headless.scene import load_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ReviewLog import Answer, ReviewLog
from SpineSlicer.scene.SpineTimeline import sliceKey


@pytest.fixture(scope="module")
def folder(app, brief, tmp_path_factory):
    out = tmp_path_factory.mktemp("outputs") / "study"
    write_outputs(brief, out, app=app)
    return out


def test_the_folder_holds_everything(folder):
    names = {p.name for p in folder.iterdir()}
    assert names == {"report.html", "findings.csv", "findings.json", "scene.mrb", "pictures"}
    assert len(list(folder.glob("pictures/slice-4-*.png"))) == 3


def test_slices_that_nobody_looks_at_have_no_picture(app, brief, tmp_path, monkeypatch):
    monkeypatch.setattr("SpineSlicer.headless.pictures.FEW", 0)
    findings = copy.deepcopy(brief.findings)
    for slice_ in findings.stacks[0].slices[::2]:
        slice_.opinions = []
    write_outputs(replace(brief, findings=findings), tmp_path, app=app)
    assert [p.name for p in tmp_path.glob("pictures/slice-*.png")] == ["slice-4-02.png"]


def test_the_tables_have_every_slice(folder, brief):
    assert read_json(folder / "findings.json") == brief.findings
    with (folder / "findings.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) == 3


def test_the_scene_opens_with_its_volume_in_all_three_slice_views(folder):
    with zipfile.ZipFile(folder / "scene.mrb") as bundle:
        scene = ElementTree.fromstring(bundle.read("scene/scene.mrml"))
    shown = {
        view.get("singletonTag"): view.get("references") for view in scene.iter("SliceComposite")
    }
    assert set(shown) >= {"Red", "Yellow", "Green"}
    volume = scene.find("Volume").get("id")
    assert all(f"backgroundVolume:{volume};" in references for references in shown.values())


def test_the_scene_names_no_folder_of_this_machine(folder):
    with zipfile.ZipFile(folder / "scene.mrb") as bundle:
        text = bundle.read("scene/scene.mrml").decode()
    assert str(folder.parent) not in text and "/tmp/" not in text


def test_pictures_stay_small(folder):
    assert max(p.stat().st_size for p in folder.glob("pictures/slice-*.png")) < 250_000
    assert (folder / "report.html").stat().st_size < 3_000_000


def test_what_readers_answered_is_in_the_report_and_stays_in_the_scene(app, brief, tmp_path):
    stack = brief.findings.stacks[0]
    log = ReviewLog()
    log.add(
        [Answer(sliceKey(stack, stack.slices[0]), "compression", "not compressed", reader="AB")]
    )
    write_outputs(brief, tmp_path / "out", log=log, app=app)
    assert "reader AB: not compressed" in (tmp_path / "out" / "report.html").read_text("utf-8")
    load_scene(app, tmp_path / "out" / "scene.mrb")
    assert ReadingScene(app.scene).reviews().text() == log.text()


def test_the_segmentation_is_on_the_inputs_grid(app, lumbar, tmp_path):
    write_outputs(lumbar, tmp_path / "out", app=app)
    assert read_volume(tmp_path / "out" / "segmentation.nrrd").same_grid(lumbar.volumes["2"])


def test_an_earlier_studys_pictures_do_not_stay_and_other_files_do(app, lumbar, tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "slice-9-01.png").write_bytes(b"old")
    (tmp_path / "notes.txt").write_text("mine")
    write_outputs(lumbar, tmp_path, app=app)
    assert not (tmp_path / "pictures" / "slice-9-01.png").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_cancelled_run_leaves_nothing(app, brief, tmp_path):
    progress = Progress(lambda step: progress.cancel() if step.done == 2 else None)
    with pytest.raises(Cancelled):
        write_outputs(brief, tmp_path / "out", progress=progress, app=app)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said_before_the_work(app, brief, tmp_path):
    (tmp_path / "file").write_text("")
    steps = []
    with pytest.raises(SpineError):
        write_outputs(brief, tmp_path / "file" / "out", progress=Progress(steps.append), app=app)
    assert steps == []
