"""Names of levels in the views stand where no segmentation names the same."""

from copy import deepcopy
from dataclasses import replace

from SpineLib.labels import ASSESSED, structure
from SpineLib.levels import LevelsFinding, VertebraFinding
from SpineSlicer.scene.ReadingScene import ReadingScene

NAMES = {1: "S1", 2: "L5", 3: "L4", 4: "L3", 5: "L2", 6: "L1", 7: "T12", 8: "T11"}


def test_a_segmented_vertebra_without_a_disc_below_is_named_once(scene, lumbar):
    findings = deepcopy(lumbar.findings)
    middles = {
        kind: {structure(segment.label).position: segment.centroid_ras
               for segment in findings.segmentation.segments if segment.kind == kind}
        for kind in ("vertebra", "disc")
    }  # fmt: skip
    findings.segmentation.lowest = "S1"
    findings.levels = LevelsFinding(ASSESSED, ["2"], [
        VertebraFinding(NAMES[n], 1.0, middles["vertebra"][n], middles["disc"].get(n) if n > 1 else None)
        for n in sorted(middles["vertebra"], reverse=True)
    ])  # fmt: skip
    ReadingScene(scene).show(replace(lumbar, findings=findings), surfaces=False)
    node = ReadingScene(scene).node("level names")
    labels = [node.GetNthControlPointLabel(n) for n in range(node.GetNumberOfControlPoints())]
    assert len(labels) > 3 and not any(labels)
