"""What the panel says of slices that are unlike what a model knows, and of answers that contradict."""

from dataclasses import replace

from SpineLib.findings import Findings
from SpineLib.questions import COMPRESSION, Opinion
from SpineLib.reading import Reading
from SpineLib.reasons import STACK_UNLIKE, UNLIKE, Reason

KNOWN = "unlike the images that the model knows"


def test_a_slice_says_that_it_is_unlike_and_that_its_answers_contradict(widget, ui, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    first, second, _third = findings.stacks[0].slices
    why = Reason(UNLIKE, {"score": 4.2, "limit": 3.0})
    first.opinions[0] = Opinion(COMPRESSION.key, first.opinions[0].by, reason=str(why), why=why)
    second.opinions[0] = replace(second.opinions[0], value="not compressed", positive=False)
    widget.panel.show(Reading(findings, brief.volumes))
    study = widget.panel.study
    at = {study.slice(number).index: number for number in range(3)}
    assert [study.contradicts(at[k]) for k in range(3)] == [False, True, False]
    study.go(at[0])
    assert KNOWN in ui.sliceLabel.text and "≠" not in ui.sliceLabel.text
    study.go(at[1])
    assert "≠" in ui.sliceLabel.text
    assert "Compression (not compressed) and Bilsky grade (2) contradict" in ui.sliceLabel.text
    assert "Answers contradict each other on 1 slice (2)" in ui.detailLabel.text
    rows = [
        [ui.findingsTable.item(row, column).text() for column in (0, 4)] for row in range(3)
    ]  # fmt: skip
    assert [number for number, verdict in rows if "≠" in verdict] == ["2"]
    widget.panel.result.timeline.grab()


def test_a_study_that_is_withheld_as_a_whole_names_run_anyway(widget, ui, brief):
    findings = Findings.from_dict(brief.findings.to_dict())
    why = Reason(STACK_UNLIKE, {"score": 9.0, "limit": 3.0})
    for slice_ in findings.stacks[0].slices:
        slice_.opinions = [Opinion(COMPRESSION.key, reason=str(why), why=why)]
    summary = findings.summaries[0]
    findings.summaries = [
        replace(summary, status="not assessed", verdict="", whys=[why], reason=str(why))
    ]
    findings.questions = [COMPRESSION]
    widget.panel.show(Reading(findings, brief.volumes))
    assert ui.verdictLabel.text == "Compression was not assessed"
    assert KNOWN in ui.detailLabel.text and "Run anyway" in ui.detailLabel.text
