""" "This one is C5/C6", by a reader, on a slice of any stack."""

import numpy as np
import pytest

from SpineLib import reasons
from SpineLib.errors import BadInput
from SpineLib.findings import (
    Findings,
    SegmentationFinding,
    SegmentFinding,
    SliceFinding,
    StackFindings,
)
from SpineLib.inference.localising import levels_of
from SpineLib.inference.naming import rename
from SpineLib.inference.readers_level import (
    LevelWord,
    differing,
    name_by,
    name_without,
    place_on,
)
from SpineLib.inference.spine_levels import SpineLevels
from SpineLib.labels import ASSESSED
from SpineLib.outputs.level_words import level_lines
from SpineLib.reasons import Reason
from Testing.spines import seen, spine

TRUTH = spine()
AT = {(mark.kind, mark.name): np.array(mark.ras) for mark in TRUTH.marks}


def study(above="C7", below="L2", frame="f", step=6.0):
    """A sagittal series that shows neither C2 nor the sacrum, and axial slices across all of it."""
    levels = levels_of({"2": seen(TRUTH, above=above, below=below)})
    course = np.array(levels.course)
    heights = np.arange(course[:, 2].min() + 3, course[:, 2].max() - 3, step)
    x, y = (np.interp(heights, course[::-1, 2], course[::-1, axis]) for axis in (0, 1))
    places = np.stack([x, y, heights], axis=1)
    slices = [SliceFinding(k, "", 1, place.tolist()) for k, place in enumerate(places)]
    matrix = np.diag([1.0, 1.0, step, 1.0]).tolist()
    axial = StackFindings("5", plane="axial", ijk_to_ras=matrix, slices=slices,
                          frame_of_reference_uid=frame)  # fmt: skip
    sagittal = StackFindings("2", plane="sagittal", frame_of_reference_uid="f")
    levels.placed["5"] = Reason(reasons.SAME_FRAME)
    return Findings([sagittal, axial], levels=levels)


def nearest(findings, kind, name):
    """The axial slice beside a true vertebra or disc, at right angles to the canal."""
    levels, shift = SpineLevels(findings.levels), findings.levels.shifts.get("5", [0, 0, 0])

    def away(one):
        place = np.add(one.position_ras, shift)
        return abs((place - AT[kind, name]) @ levels.direction(place))

    return min(findings.stack("5").slices, key=away)


def say(findings, one, name, stack="5", **counts):
    name_by(findings, LevelWord(name, place_on(findings, stack, one.position_ras), **counts))


@pytest.mark.parametrize(("kind", "here", "name"), [
    ("disc", "T5", "T5/T6"), ("body", "T9", "T9"), ("disc", "L1", "L1/L2"),
])  # fmt: skip
def test_a_level_named_on_one_slice_names_every_other_one(kind, here, name):
    findings = study()
    assert not any(slice_.level for slice_ in findings.stack("5").slices)
    say(findings, nearest(findings, kind, here), name)
    assert all(nearest(findings, "body", body).level == body for body in ("T2", "T7", "T12"))
    assert nearest(findings, "disc", "T10").level == "T10/T11"
    assert nearest(findings, "disc", "T10").region == "thoracic"
    assert f"the reader named a level {name}" in level_lines(findings)[0]


def test_a_body_said_of_a_slice_beside_a_disc_is_the_nearer_one():
    findings = study()
    place = np.array(nearest(findings, "disc", "T5").position_ras)
    up = SpineLevels(findings.levels).direction(place)
    for said, height in (("T5", 1.0), ("T6", -1.0)):
        middle = (AT["body", "T5"] + AT["body", "T6"]) / 2
        at = place + up * (float((middle - place) @ up) + height)
        name_by(findings, LevelWord(said, at.tolist()))
        assert nearest(findings, "body", "T7").level == "T7"


def test_a_point_on_a_sagittal_slice_names_all_too_wherever_on_the_vertebra_it_lies():
    findings = study()
    for away in ((0, 0, 0), (15, -8, 2)):
        place = place_on(findings, "2", AT["body", "T6"] + away)
        name_by(findings, LevelWord("T6", place))
        assert "T9" in nearest(findings, "body", "T9").level


def test_transitional_anatomy_counts_as_the_reader_says():
    findings = study(above="T8", below="")
    say(findings, nearest(findings, "body", "T11"), "T11", thoracic=13, lumbar=4)
    assert "T13" in nearest(findings, "body", "L1").level
    assert findings.levels.evidence[0].values == {"name": "T11", "thoracic": 13, "lumbar": 4}
    say(findings, nearest(findings, "body", "T10"), "T10", thoracic=11, lumbar=6)
    assert "L1" in nearest(findings, "body", "T12").level


def test_without_the_word_names_are_again_those_of_the_picture():
    findings = study(above="", below="T4")
    name_without(findings)
    before = [slice_.level for slice_ in findings.stack("5").slices]
    name_by(findings, LevelWord("C6", place_on(findings, "2", AT["body", "C5"])))
    assert "C6" in nearest(findings, "body", "C5").level
    name_without(findings)
    assert [slice_.level for slice_ in findings.stack("5").slices] == before
    assert nearest(findings, "body", "C5").level == "C5"
    assert findings.levels.evidence[0].code != reasons.READER_LEVEL


def test_a_shifted_stack_is_named_where_it_lies_on_the_course():
    findings = study(frame="g")
    axial, shift = findings.stack("5"), np.array([12.0, 0.0, 0.0])
    for slice_ in axial.slices:
        slice_.position_ras = (np.array(slice_.position_ras) - shift).tolist()
    findings.levels.placed["5"] = Reason(reasons.SHIFTED_ON_COURSE, {"slices": 9, "median": 1.0, "shift": 12.0})  # fmt: skip
    findings.levels.shifts["5"] = shift.tolist()
    say(findings, nearest(findings, "disc", "T5"), "T5/T6")
    assert nearest(findings, "disc", "T10").level == "T10/T11"


@pytest.mark.parametrize("name", ["C1/C2", "T13", "L6", "T5/T7", "x", ""])
def test_what_is_no_level_of_such_a_spine_is_refused_and_nothing_changes(name):
    findings = study()
    before = Findings.to_dict(findings)
    with pytest.raises(BadInput):
        say(findings, nearest(findings, "body", "T5"), name)
    assert findings.to_dict() == before


def test_a_slice_beyond_the_picture_or_of_a_stack_elsewhere_is_refused():
    findings = study()
    far = SliceFinding(0, "", 1, [0.0, 0.0, 900.0])
    with pytest.raises(BadInput, match="No vertebra was seen here"):
        say(findings, far, "T5")
    findings.levels.placed["5"] = Reason(reasons.OFF_COURSE, {"slices": 9, "median": 30.0})
    with pytest.raises(BadInput, match="Stack 5 does not lie where"):
        say(findings, nearest(findings, "body", "T5"), "T5")
    with pytest.raises(BadInput, match="No vertebrae were found"):
        place_on(Findings([StackFindings("1")]), "1", [0.0, 0.0, 0.0])


def test_the_segmentation_takes_the_readers_names_and_what_differed_is_no_longer_warned_of():
    findings = study(above="T8", below="")
    segments = [SegmentFinding(200 + n, "disc", "", False, 1.0, AT["disc", f"L{6 - n}"].tolist())
                for n in (1, 2)]  # fmt: skip
    segments += [SegmentFinding(n, "vertebra", "", False, 1.0, [0.0, 0.0, 0.0]) for n in (1, 2)]
    segmented = SegmentationFinding(ASSESSED, segments=segments, stack="2")
    findings.segmentation = rename(segmented, 1, "L4", Reason(reasons.SACRUM_BELOW))
    findings.warnings = [str(differing(findings))]
    assert "calls L4" in findings.warnings[0]
    say(findings, nearest(findings, "body", "L1"), "L1")
    assert findings.segmentation.lowest == "L5" and not findings.warnings
    assert findings.segmentation.evidence_why.code == reasons.READER_LEVEL
