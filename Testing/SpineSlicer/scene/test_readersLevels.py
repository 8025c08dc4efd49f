"""Levels in the scene, and a reader's "this one is C5/C6": what follows, what stays, what comes back."""

import numpy as np
import pytest

from SpineLib import reasons
from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.inference.localising import levels_of
from SpineLib.inference.readers_level import LevelWord
from SpineLib.inference.study_levels import name_again
from SpineLib.reading import Reading
from SpineLib.reasons import Reason
from SpineLib.volume import Volume
from SpineSlicer.headless.scene import load_scene, save_scene
from SpineSlicer.scene.levelHere import levelHere, levelUnder
from SpineSlicer.scene.NamesInViews import NamesInViews
from SpineSlicer.scene.probabilityPlot import levelTicks
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.ShownStudy import ShownStudy
from SpineSlicer.scene.studies import studiesIn
from SpineSlicer.scene.studyNodes import FLAGGED_RUNS, LEVEL_NAMES, SLICE_LABELS
from SpineSlicer.scene.studyVisibility import showStudy
from Testing.readings import stack_of
from Testing.spines import seen, spine


def localised(graded, above="T2", below="T12"):
    """The real axial series beside an empty sagittal one that shows a known spine around it."""
    findings = Findings.from_dict(graded.findings.to_dict())
    axial, truth = findings.stack("4"), spine()
    canal = np.mean(
        [slice_.canal_center_ras for slice_ in axial.slices if slice_.canal_center_ras], axis=0
    )
    middle = next(
        np.array(mark.ras) for mark in truth.marks if (mark.kind, mark.name) == ("disc", "T6")
    )
    moved = canal + np.array([0, 20, 0]) - middle
    levels = levels_of({"2": seen(truth, above=above, below=below, moved=tuple(moved))})
    levels.placed["4"] = Reason(reasons.SAME_FRAME)
    matrix = np.array([[0, 0, 4.0, 0], [4.0, 0, 0, 0], [0, 4.0, 0, 0], [0, 0, 0, 1]])
    matrix[:3, 3] = canal - [8, 120, 120]
    frame = graded.volumes["4"].frame_of_reference_uid
    sagittal = Volume(np.arange(5 * 60 * 60, dtype=np.int16).reshape(5, 60, 60), matrix, (), frame)
    findings.stacks.append(stack_of(sagittal, "2", "sagittal", "thoracic"))
    findings.levels = levels
    name_again(findings)
    return Reading(findings, {**graded.volumes, "2": sagittal})


@pytest.fixture
def study(scene, graded):
    """Shown; neither C2 nor the sacrum was seen, so that nothing has a name."""
    ReadingScene(scene).show(localised(graded))
    shown = ShownStudy(scene)
    shown.open()
    yield shown
    shown.close()


def say(study, name, number=9, **counts):
    study.go(number)
    here = levelHere(study)
    study.sayLevel(here.key, LevelWord(name, here.place, **counts), reader="AB")


def levels(study):
    return [study.slice(n).level for n in range(len(study.places))]


def texts(study, kind, stack):
    node = study.nodes.node(kind, stack)
    return [node.GetNthControlPointLabel(n) for n in range(node.GetNumberOfControlPoints())]


def test_one_named_slice_names_every_other_in_findings_table_labels_and_ladder(study):
    assert set(levels(study)) == {""} and set(texts(study, LEVEL_NAMES, "2")) == {""}
    say(study, "T6/T7")
    named = levels(study)
    assert named[9] == "T6/T7" and "T5" in " ".join(named[:9]) and "T7" in " ".join(named[9:])
    assert {"T5", "T6", "T7", "T6/T7"} <= set(texts(study, LEVEL_NAMES, "2"))
    column = study.nodes.node("findings table", "4").GetTable().GetColumnByName("Level")
    rows = {study.slice(n).index: study.slice(n).level for n in range(len(named))}
    assert [column.GetValue(n) for n in range(len(rows))] == [rows[n] for n in range(len(rows))]
    assert all(text.startswith("T") for text in texts(study, FLAGGED_RUNS, "4"))
    ticks = levelTicks(study.findings.stack("4"))
    assert "T6/T7" in [name for _, name in ticks]
    assert study.findings.levels.evidence[0].values["name"] == "T6/T7"


def test_the_word_is_undone_and_redone_and_survives_saving_and_a_new_reading(
    app, scene, study, graded, tmp_path
):
    say(study, "T6/T7", thoracic=13)
    named = levels(study)
    study.undo()
    assert set(levels(study)) == {""} and set(texts(study, LEVEL_NAMES, "2")) == {""}
    study.redo()
    assert levels(study) == named
    save_scene(app, tmp_path / "scene.mrb")
    study.close()
    scene.Clear(False)
    load_scene(app, tmp_path / "scene.mrb")
    study.open()
    assert levels(study) == named
    ReadingScene(scene, study.study).show(localised(graded))  # read again
    study.open()
    assert levels(study) == named and study.log.levelWord.thoracic == 13
    assert "T6/T7" in texts(study, LEVEL_NAMES, "2")
    labels = texts(study, SLICE_LABELS, "4")
    assert any(text.startswith("T6/T7") for text in labels)
    study.undo()
    assert set(levels(study)) == {""}


def test_answers_and_levels_are_undone_each_by_itself(study):
    say(study, "T6/T7")
    study.answer("compression", "compressed", reader="AB")
    study.undo()
    assert levels(study)[9] == "T6/T7" and study.reviewed(9, "compression") is None
    say(study, "T7/T8")
    assert levels(study)[9] == "T7/T8"
    study.undo()
    assert levels(study)[9] == "T6/T7"


def test_a_point_on_the_sagittal_series_can_be_named_too(study, monkeypatch):
    shown, view = study.nodes.volumeNode("2"), object()
    monkeypatch.setattr("SpineSlicer.scene.levelHere.backgroundOf", lambda _view: shown)
    world = study.findings.levels.vertebrae[3].ras
    here = levelUnder(study, view, world)
    study.sayLevel(here.key, LevelWord("T5", here.place))
    assert study.findings.levels.vertebrae[3].name == "T5"
    assert here.words.startswith("slice 3 of stack 2") and study.log.level.slice == "stack 2:2"


def test_what_cannot_be_named_so_is_refused_and_nothing_is_kept(study):
    with pytest.raises(BadInput, match="no level of such a spine"):
        say(study, "T13")
    assert study.log.level is None and set(levels(study)) == {""}


def test_names_stand_in_views_along_the_spine_and_go_with_their_study(study, scene):
    say(study, "T6/T7")
    keeper = NamesInViews(scene)
    keeper.update()
    display = study.nodes.node(LEVEL_NAMES).GetDisplayNode()
    along = [n for n in ("Red", "Yellow", "Green")
             if scene.GetNodeByID(f"vtkMRMLSliceNode{n}") is not None
             and display.IsDisplayableInView(f"vtkMRMLSliceNode{n}")]  # fmt: skip
    assert "Red" not in along and not display.GetVisibility3D()
    showStudy(scene, "another")
    assert not display.GetVisibility()
    showStudy(scene, studiesIn(scene)[0])
    assert display.GetVisibility()
    keeper.stop()
