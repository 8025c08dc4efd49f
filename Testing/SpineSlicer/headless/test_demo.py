"""The demo's comparison with the truth, and its page."""

import numpy as np
import pytest

from SpineLib.findings import (
    Findings,
    SegmentationFinding,
    SegmentFinding,
    SliceFinding,
    StackFindings,
)
from SpineLib.labels import ASSESSED
from SpineLib.questions import COMPRESSION, Opinion
from SpineLib.reading import Reading
from SpineLib.volume import Volume, write_volume
from SpineSlicer.headless.demo import STUDIES, Outcome, _segmentation, _slices, write_index

CERVICAL, _, LUMBAR = STUDIES


def test_found_and_truth_stand_side_by_side_whatever_the_order_of_the_slices(tmp_path):
    slices = [
        SliceFinding(
            n,
            uid,
            1,
            [0.0, 0.0, 0.0],
            opinions=[Opinion("compression", "m", verdict, verdict == "compressed", p)],
        )
        for n, (uid, p, verdict) in enumerate(
            [("b", 0.9, "compressed"), ("a", 0.1, "not compressed")]
        )
    ]
    truth = {
        "slices": [
            {
                "sop_instance_uid": "a",
                "level": "C4",
                "compressed": False,
                "bilsky": None,
                "kang": "1",
            },
            {
                "sop_instance_uid": "b",
                "level": "C5",
                "compressed": True,
                "bilsky": None,
                "kang": None,
            },
        ]
    }
    reading = Reading(Findings([StackFindings("4", slices=slices)], [COMPRESSION]))
    outcome = _slices(CERVICAL, reading, truth, tmp_path)
    assert [row[-3:] for row in outcome.rows] == [("C5", "yes", "–"), ("C4", "no", "1")]
    assert outcome.columns[-3:] == ("truth: level", "compressed", "Kang")
    assert any("2 of 2 slices" in sentence for sentence in outcome.sentences)


def test_structures_are_compared_in_place_and_by_name(tmp_path):
    voxels = np.zeros((4, 20, 20), np.uint8)
    voxels[:, 2:8, 2:8], voxels[:, 10:16, 2:8], voxels[:, 2:16, 12:15] = 1, 2, 100
    grid = Volume(voxels, np.diag([1.0, 1.0, 3.0, 1.0]))
    (tmp_path / "dicom").mkdir()
    write_volume(grid, tmp_path / "dicom" / "segmentation.nii.gz")
    truth = {"truth": {"labels": {"1": "L5", "2": "L4", "100": "canal"}}}
    segments = [
        SegmentFinding(label, kind, name, False, 1.0, [0.0, 0.0, 0.0])
        for label, kind, name in (
            *((1, "vertebra", "L5"), (2, "vertebra", "L3")),
            (100, "canal", "canal"),
        )
    ]
    finding = SegmentationFinding(ASSESSED, segments=segments)
    reading = Reading(Findings(segmentation=finding), segmentation=grid)
    rows = {row[0]: row[1:] for row in _segmentation(LUMBAR, reading, truth, tmp_path).rows}
    assert rows["vertebra"] == ("2", "2", "1.00", "1 of 2")
    assert rows["canal"] == ("1", "1", "1.00", "–")
    assert rows["disc"][:2] == ("0", "0")


@pytest.mark.parametrize("cell", ["<b>", "C5"])
def test_the_page_holds_every_cell_as_text(tmp_path, cell):
    outcome = Outcome(CERVICAL, ("level",), [(cell,)], ["normal"], ["worst.png"])
    write_index([outcome], tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert cell.replace("<", "&lt;").replace(">", "&gt;") in page
    assert "cervical/report.html" in page
    assert "not for clinical use" in page
