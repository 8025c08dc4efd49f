"""What Slicer runs on itself: a simulated study, from reading to a saved and loaded scene."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import slicer

from SpineLib.reading import Reading
from SpineSlicer.host.waitFor import waitFor
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.studyNodes import (
    CHART,
    FINDINGS_TABLE,
    KIND,
    SLICE_LABELS,
    VERDICTS,
    VOLUME,
)
from SpineSlicer.scene.volumeNodes import nodesOfClass

SECONDS = 600
SEED = 7


def readSimulated(test: Any, reader: Any) -> Reading:
    """Has a cervical study simulated and read by the worker; needs no network.

    Args:
        test: the `ScriptedLoadableModuleTest`, for its assertions.
        reader: a `StudyReader`.
    """
    with tempfile.TemporaryDirectory(prefix="SpineMRI-") as temporary:
        folder, answers = str(Path(temporary) / "study"), []
        reader.worker.request(
            "simulate",
            {"folder": folder, "kind": "cervical", "seed": SEED},
            onResult=answers.append,
            onError=answers.append,
        )
        waitFor(test, lambda: answers, SECONDS)
        test.assertFalse(isinstance(answers[0], Exception), str(answers[0]))
        reader.readFolder(folder, onReading=answers.append, onError=answers.append)
        waitFor(test, lambda: len(answers) > 1, SECONDS)
    test.assertFalse(isinstance(answers[1], Exception), str(answers[1]))
    return answers[1]


def checkPanel(test: Any, panel: Any, reading: Reading) -> None:
    """Shows a reading, answers on a slice, and has all of it back after saving and loading.

    Args:
        test: the `ScriptedLoadableModuleTest`, for its assertions.
        panel: the module's `CompressionPanel`; its scene is closed.
        reading: with a flagged slice.
    """
    panel.show(reading)
    study = panel.study
    slices = sum(len(stack.slices) for stack in reading.findings.stacks)
    test.assertEqual(len(study.places), slices)
    test.assertEqual(panel.result.rows, slices)
    test.assertTrue(study.isFlagged(study.place), "The worst slice is not flagged")
    for kind in (VOLUME, VERDICTS, SLICE_LABELS, FINDINGS_TABLE, CHART):
        test.assertIsNotNone(study.nodes.node(kind), kind)
    study.answer("compression", "not compressed", reader="self-test")
    before = study.current.key
    _saveAndLoad(test)
    panel.refresh()  # a panel that is not on the screen does not follow the scene
    test.assertEqual(study.findings, reading.findings)
    answer = study.log.current(before, "compression")
    test.assertEqual((answer.answer, answer.reader), ("not compressed", "self-test"))
    test.assertIsNotNone(ReadingScene(slicer.mrmlScene, study.study).reading())


def _saveAndLoad(test: Any) -> None:
    scene = slicer.mrmlScene
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "scene.mrb")
        for node in nodesOfClass(scene, "vtkMRMLStorableNode"):
            if node.GetSaveWithScene() and node.GetAttribute(KIND):
                node.AddDefaultStorageNode()
        test.assertTrue(scene.WriteToMRB(path, None))
        scene.Clear(False)
        test.assertTrue(scene.ReadFromMRB(path))
