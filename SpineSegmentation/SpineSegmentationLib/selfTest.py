"""What Slicer runs on itself: a simulated study, from reading to a saved and loaded scene."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import slicer

from SpineSlicer.host.sampleData import loadSimulatedStudy
from SpineSlicer.host.waitFor import waitFor
from SpineSlicer.scene.corrections import keepOriginal
from SpineSlicer.scene.naming import nameVertebra
from SpineSlicer.scene.segmentationExport import exportSegmentation
from SpineSlicer.scene.spineSegmentation import segmentationFinding
from SpineSlicer.scene.studyNodes import segmentationNodes

SECONDS = 300


def selfTest(test: Any, logic: Any) -> None:
    """Simulates, segments, measures, names, exports, saves and loads; needs no network.

    Args:
        test: the `ScriptedLoadableModuleTest`, for its assertions.
        logic: the module's logic, with a worker.
    """
    slicer.mrmlScene.Clear(False)
    try:
        volume = _simulated(test, logic)
        reading = _read(test, logic, volume)
        node = logic.show(reading, volume)
        test.assertIsNotNone(node)
        test.assertIn("vertebrae", logic.verdictLine(reading.findings.segmentation))
        _use(test, node)
        _saveAndLoad(test, node)
    finally:
        logic.reader.stop()


def _simulated(test: Any, logic: Any) -> Any:
    nodes: list[Any] = []
    failed: list[Any] = []
    loadSimulatedStudy(logic.reader.worker, onLoaded=nodes.extend, onError=failed.append)
    waitFor(test, lambda: nodes or failed, SECONDS)
    test.assertEqual(failed, [])
    return next(node for node in nodes if "sagittal" in node.GetName())


def _read(test: Any, logic: Any, volume: Any) -> Any:
    answers: list[Any] = []
    logic.reader.readVolume(
        volume, onReading=answers.append, onError=answers.append, weighting="T2", region="lumbar"
    )
    waitFor(test, lambda: answers, SECONDS)
    test.assertFalse(isinstance(answers[0], Exception), str(answers[0]))
    return answers[0]


def _use(test: Any, node: Any) -> None:
    from SpineLib.inference.measures import measure
    from SpineSlicer.scene.spineSegmentation import currentLabelmap

    finding = segmentationFinding(node)
    vertebra = next(segment for segment in finding.segments if segment.kind == "vertebra")
    named = nameVertebra(node, vertebra.label, "L4")
    test.assertTrue(named.lowest)
    keepOriginal(node)
    labelmap = currentLabelmap(node)
    test.assertIsNotNone(labelmap)
    assert labelmap is not None
    discs = [structure for structure in measure(labelmap, named) if structure.kind == "disc"]
    test.assertTrue(discs)
    test.assertGreater(discs[0].height_middle, 0)
    with tempfile.TemporaryDirectory() as folder:
        exportSegmentation(node, Path(folder) / "labels.nrrd")
        test.assertTrue((Path(folder) / "labels.nrrd").is_file())


def _saveAndLoad(test: Any, node: Any) -> None:
    before = segmentationFinding(node)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "scene.mrb")
        test.assertTrue(slicer.util.saveScene(path))
        slicer.mrmlScene.Clear(False)
        test.assertTrue(slicer.util.loadScene(path))
    (back,) = segmentationNodes(slicer.mrmlScene)
    test.assertEqual(segmentationFinding(back), before)
