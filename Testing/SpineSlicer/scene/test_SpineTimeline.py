"""Slices on the timeline, and what each is called in reviews."""

from SpineLib.findings import Findings
from SpineSlicer.scene.SpineTimeline import SpineTimeline


def test_slices_that_share_a_uid_are_not_one_to_a_reader(graded):
    findings = Findings.from_dict(graded.findings.to_dict())
    (stack,) = [stack for stack in findings.stacks if stack.slices]
    names = [place.key for place in SpineTimeline(findings).places]
    assert len(set(names)) == len(names) and all("stack" not in name for name in names)
    stack.slices[1].sop_instance_uid = stack.slices[0].sop_instance_uid
    again = [place.key for place in SpineTimeline(findings).places]
    assert len(set(again)) == len(again)
    assert sum("stack" in name for name in again) == 2
