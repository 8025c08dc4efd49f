"""The report's HTML."""

import re
from html.parser import HTMLParser

import pytest

from SpineLib.errors import BadInput
from SpineLib.findings import Findings
from SpineLib.labels import RESEARCH_NOTICE, STARTER_NOTICE
from SpineLib.outputs import names
from SpineLib.outputs.answers import ReaderAnswer, read_answers, write_answers
from SpineLib.outputs.report import render, write_report
from SpineLib.quantities import DEFINITIONS, Compared, Quantity
from SpineLib.reading import Reading
from SpineLib.reasons import NO_NORMAL, OUTLINE_CUT, Reason

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 16
VOID = {"meta", "br", "img", "hr", "link", "input"}


class Balanced(HTMLParser):
    """Fails where tags do not close in their order; gathers text and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.links += [value for key, value in attrs if key in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data


def parsed(reading: Reading, pictures=None) -> Balanced:
    parser = Balanced()
    parser.feed(render(reading, pictures or {}))
    assert parser.open == []
    return parser


@pytest.mark.parametrize("name", ["cervical", "graded", "lumbar", "brief"])
def test_every_report_is_well_formed(name, request):
    parsed(request.getfixturevalue(name))


def test_an_empty_reading_has_a_report():
    assert "not assessed" in parsed(Reading(Findings())).text


def test_the_report_needs_nothing_beside_it(cervical):
    pictures = {names.WORST: PNG, names.LADDER: PNG, names.slice_picture("4", 8): PNG}
    report = parsed(cervical, pictures)
    assert len(report.links) >= 3
    assert all(link.startswith("data:image/png;base64,") for link in report.links)
    html = render(cervical, pictures)
    assert "<script" not in html and "http" not in html and "url(" not in html


def test_the_starter_badge_is_always_there(cervical):
    assert parsed(cervical).text.count(STARTER_NOTICE) == 2
    findings = Findings.from_dict(cervical.findings.to_dict() | {"notice": ""})
    assert RESEARCH_NOTICE in parsed(Reading(findings)).text


def test_verdict_comes_before_everything_else(graded):
    text = parsed(graded).text
    first = text.index("Compression flagged on 4 of 17 slices")
    assert first < text.index("Bilsky: high grade") < text.index("Models")


def test_a_forced_run_is_marked(graded, cervical):
    assert (
        "Forced: Bilsky grade ran on images that the model was not made for" in parsed(graded).text
    )
    assert "Forced" not in parsed(cervical).text


def test_each_slice_stands_in_the_strip_with_its_letter(cervical):
    html = render(cervical, {})
    letters = re.findall(r'class="box[^>]*>([^<]+)<', html)
    assert "".join(x.strip() for x in letters) == "NNNNN?CCCC?NNNNNN––"


def test_limits_versions_and_thresholds_are_said(cervical):
    text = parsed(cervical).text
    for words in ("Starter compression model", "0.1.0", "0.5", "Trained on simulated images only"):
        assert words in text


def test_a_readers_answers_stand_beside_the_models_and_change_none(cervical, tmp_path):
    stack = next(one for one in cervical.findings.stacks if one.slices)
    answers = [
        ReaderAnswer(stack.id, 8, "compression", "not compressed", "compressed", "AB", "<artefact>",
                     "2026-03-01T10:20:30+00:00"),
        ReaderAnswer(stack.id, 0, "compression", "not compressed", "not compressed", "AB"),
    ]  # fmt: skip
    write_answers(answers, tmp_path)
    assert read_answers(tmp_path) == answers and read_answers(tmp_path / "none") == []
    html = render(cervical, {names.slice_picture(stack.id, 8): PNG}, answers)
    text = Balanced()
    text.feed(html)
    assert "A reader answered on 2 slices (2 answers) and differs from the model in 1" in text.text
    assert "reader AB: not compressed" in text.text and "2026-03-01 10:20" in text.text
    assert "<artefact>" not in html and "&lt;artefact&gt;" in html
    assert "reader" not in parsed(cervical).text.lower()
    letters = re.findall(r'class="box[^>]*>([^<]+)<', html)
    assert "".join(x.strip() for x in letters) == "NNNNN?CCCC?NNNNNN––"


def test_damaged_answers_are_refused(tmp_path):
    (tmp_path / "answers.json").write_text('[{"nonsense": 1}]')
    with pytest.raises(BadInput, match="answers"):
        read_answers(tmp_path)


def test_words_from_outside_cannot_become_markup(cervical):
    data = cervical.findings.to_dict()
    data["stacks"][0]["description"] = "<script>alert(1)</script>"
    html = render(Reading(Findings.from_dict(data)), {})
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_the_file_is_written_whole(cervical, tmp_path):
    (tmp_path / "worst.png").write_bytes(PNG)
    write_report(cervical, {names.WORST: tmp_path / "worst.png"}, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert not list(tmp_path.glob(".writing*"))


def test_what_was_measured_has_a_sentence_a_table_and_a_reason_where_it_is_missing(cervical):
    findings = Findings.from_dict(cervical.findings.to_dict())
    slices = findings.stacks[0].slices
    for slice_ in slices[6:11]:
        ap = 4.6 if slice_.index == 8 else 7.4
        slice_.quantities = [
            Quantity("cord_ap", ap), Quantity("sac_area", why=Reason(OUTLINE_CUT)),
        ]  # fmt: skip
    findings.quantities = [
        Quantity("mscc", 37.8, "", "4", 8, [Compared(7.4, "", "4", n) for n in (6, 7, 9)]),
        Quantity("mcc", why=Reason(NO_NORMAL)),
    ]
    html = render(Reading(findings), {})
    text = parsed(Reading(findings)).text
    sentence = (
        "Narrowest on slice 9: cord AP 4.6 mm, 38 % below the mean of slices 7–8 and slice 10"
    )
    assert sentence in text
    assert "no slice without compression to compare with was measured" in text
    assert 'title="the border of the picture cuts the outline">–' in html
    assert DEFINITIONS["cord_ap"].definition in html
