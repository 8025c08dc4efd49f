"""Sentences are read in another language; what programs read stays what it is."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from SpineLib import reasons
from SpineLib.findings import Findings, SegmentationFinding
from SpineLib.findings_file import write_json
from SpineLib.inference.naming import rename
from SpineLib.loop.versions import APPROVED, AUTOMATIC, CORRECTED, NEW
from SpineLib.models import find_models
from SpineLib.outputs.answers import ReaderAnswer
from SpineLib.outputs.findings_csv import write_csv
from SpineLib.outputs.report import render
from SpineLib.outputs.summary import evidence, headline, missing, why
from SpineLib.projects.labels import ASSISTED, UNASSISTED
from SpineLib.quantities import DEFINITIONS
from SpineLib.questions import COMPRESSION, KNOWN_QUESTIONS, Opinion
from SpineLib.reasons import NO_STACK, RULE_NEEDS, Reason, sentence
from SpineLib.store.files import resources
from SpineLib.translation import language, speak, tr
from SpineLib.wording import count
from SpineSlicer.scene.ReviewLog import AGREED, ANSWERED, OVERRIDDEN

ROOT = resources().parent
CATALOGUES = sorted((resources() / "Translations").glob("*.ts"))
PROGRAMS = ("SpineLib", "SpineSlicer", "SpineCompression", "SpineSegmentation")
# Words that a panel translates one by one.
TABLES = {"ProjectChoice.COLUMNS", "ResultSection.COLUMNS", "LoopQueueSection.ORDERS"}


@pytest.fixture
def german():
    speak("de_DE")
    yield
    speak("")


def test_english_is_spoken_where_nobody_asked_and_where_there_is_no_catalogue():
    assert language() == "en" and tr("slices") == "slices"
    speak("xx")
    try:
        assert language() == "en" and tr("slices") == "slices"
    finally:
        speak("")


def test_the_report_is_german_with_its_verdict_reasons_and_headings(graded, german):
    findings = Findings.from_dict(graded.findings.to_dict())
    whys = [Reason(RULE_NEEDS, {"minimum": 2, "assessed": 1})]
    findings.summaries[0].verdict, findings.summaries[0].whys = "", whys
    findings.summaries[0].reason = str(whys[0])
    answers = [ReaderAnswer("4", 8, "compression", "not compressed", "compressed", "AB")]
    html = render(type(graded)(findings, {}), {}, answers)
    assert '<html lang="de">' in html
    for words in (
        "Kein Urteil über die Studie: die Regel braucht mindestens 2 beurteilte Schichten, es gibt 1",
        "hoch, Bilsky 2 (erzwungen)", "Ein Befunder hat zu 1 Schicht geantwortet (1 Antwort)",
        "Befunder AB: nicht komprimiert", "<h2>Nach Höhe</h2>",
        "Startmodell, mit simulierten Bildern trainiert",
    ):  # fmt: skip
        assert words in html, words
    for words in ("slice", "Worst", "assessed", "Headline", "forced"):
        assert not re.search(rf">[^<]*\b{words}\b", html[html.index("</style>") :]), words


def test_tables_and_json_hold_the_same_in_every_language(graded, tmp_path):
    for spoken in ("", "de"):
        speak(spoken)
        try:
            write_csv(graded.findings, tmp_path / f"{spoken}.csv")
            write_json(graded.findings, tmp_path / f"{spoken}.json")
        finally:
            speak("")
    assert (tmp_path / ".csv").read_bytes() == (tmp_path / "de.csv").read_bytes()
    assert (tmp_path / ".json").read_bytes() == (tmp_path / "de.json").read_bytes()


def test_each_quantity_has_a_german_meaning(german):
    assert not [
        definition.title
        for definition in DEFINITIONS.values()
        if tr(definition.definition) == definition.definition
    ]


def test_each_reason_and_each_sentence_of_the_report_is_german(german):
    page = (ROOT / "SpineLib/outputs/report.html.jinja").read_text(encoding="utf-8")
    texts = {*reasons._SENTENCES.values(), *re.findall(r'_\("([^"]+)"\)', page)}
    alike = {"P", "Label", "Region", "Version"}
    assert {text for text in texts if tr(text) == text} <= alike


def test_figures_and_the_terminal_stay_english(graded, german):
    from SpineSlicer.headless.tables import sentences

    assert "of 17 slices" in next(sentences(graded.findings))
    assert count(4, "slice") == "4 slices"


def test_what_is_recorded_while_german_is_spoken_is_english_with_its_codes(german, lumbar):
    named = rename(lumbar.findings.segmentation, 1, "L5")
    assert named.evidence == "the reader named vertebra 1 L5"
    assert named.evidence_why == Reason("reader-named", {"vertebra": 1, "name": "L5"})
    assert evidence(named) == "der Befunder hat Wirbel 1 L5 genannt"
    assert str(Reason(NO_STACK, {"plane": "axial"})) == "the study has no axial stack"


def test_reasons_of_slices_stacks_and_studies_are_sentences_of_the_face(german):
    reason = Reason(NO_STACK, {"plane": "axial"})
    german = "die Studie hat keinen Block in der Ebene axial"
    assert sentence(reason) == german
    assert why(Opinion("compression", reason=str(reason), why=reason)) == german
    forced = Opinion("compression", value="compressed", forced=True, reason="", why=reason)
    assert why(forced) == f"erzwungen: {german}"
    assert why(SegmentationFinding(reason="of version 0.1")) == "of version 0.1"
    findings = Findings(segmentation=SegmentationFinding(reason=str(reason), why=reason))
    assert [row.reason for row in missing(findings)] == [german]
    assert headline(findings).text == "Kompression wurde nicht beurteilt"


def english() -> set[str]:
    """All that a person can read: texts of programs, pages, forms, questions and cards."""
    texts = {word for q in (COMPRESSION, *KNOWN_QUESTIONS.values())
             for word in (q.title, q.title.lower(), *q.values, *q.sides)}  # fmt: skip
    for model in find_models():
        texts |= {model.card.applicability.note, getattr(model.card.study_rule, "text", "")}
    for program in PROGRAMS:
        for file in (ROOT / program).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts |= {node.value, f"{node.value}s", node.value.capitalize()}
        for file in (ROOT / program).rglob("*.jinja"):
            texts |= set(re.findall(r'_\("([^"]+)"\)', file.read_text(encoding="utf-8")))
        for file in (ROOT / program).rglob("*.ui"):
            texts |= {text.text or "" for text in ElementTree.parse(file).iter("string")}
    return texts


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda file: file.stem)
def test_every_translation_is_of_a_sentence_that_there_is_and_names_the_same_values(catalogue):
    known, fields = english(), re.compile(r"\{[^{}]*\}")
    messages = list(ElementTree.parse(catalogue).iter("message"))
    assert len(messages) > 50
    for message in messages:
        source, translated = message.findtext("source"), message.findtext("translation")
        assert source in known, f"nobody says {source!r} any more"
        assert sorted(fields.findall(source)) == sorted(fields.findall(translated)), source


def translated(file: Path) -> set[str]:
    """The sentences that a program's file has translated, and its tables of words."""
    text = file.read_text(encoding="utf-8")
    # What Slicer reads before the library is there it translates itself, by its own catalogues.
    names = {"tr"} if "slicer.i18n" in text else {"_", "tr"}
    parts = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            said = node.args[0]
            parts += [said.body, said.orelse] if isinstance(said, ast.IfExp) else [said]
        elif (
            isinstance(node, ast.Assign) and f"{file.stem}.{ast.unparse(node.targets[0])}" in TABLES
        ):
            parts += ast.walk(node.value)
    return {
        part.value
        for part in parts
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def test_every_sentence_of_panels_and_reports_has_its_german():
    from SpineSlicer.host.loadForm import shownTexts

    texts = {
        AUTOMATIC,
        CORRECTED,
        APPROVED,
        NEW,
        UNASSISTED,
        ASSISTED,
        AGREED,
        OVERRIDDEN,
        ANSWERED,
    }
    for program in PROGRAMS:
        for file in (ROOT / program).rglob("*.py"):
            texts |= translated(file)
        for file in (ROOT / program).rglob("*.ui"):
            texts |= {text.text for text in shownTexts(ElementTree.parse(file))}
    catalogue = ElementTree.parse(resources() / "Translations" / "SpineMRI_de.ts")
    german = {message.findtext("source") for message in catalogue.iter("message")}
    assert sorted(texts - german) == []


def test_a_catalogue_that_names_other_values_is_not_believed(tmp_path, monkeypatch):
    from SpineLib import translation

    (tmp_path / "Translations").mkdir()
    (tmp_path / "Translations" / "SpineMRI_fr.ts").write_text(
        "<TS><context><name>a</name>"
        "<message><source>Slice {n}</source><translation>Coupe {numero}</translation></message>"
        "<message><source>slice</source><translation>coupe</translation></message>"
        "<message><source>study</source><translation type='unfinished'>x</translation></message>"
        "</context></TS>",
        encoding="utf-8",
    )
    monkeypatch.setattr(translation, "resources", lambda: tmp_path)
    speak("fr_FR")
    try:
        assert [tr(text) for text in ("Slice {n}", "slice", "study")] == [
            "Slice {n}", "coupe", "study",
        ]  # fmt: skip
    finally:
        speak("")
        translation._catalogue.cache_clear()
        translation._spoken.cache_clear()


def test_a_terminals_language_is_that_of_its_environment(graded, tmp_path):
    file = tmp_path / "findings.json"
    write_json(graded.findings, file)
    code = (
        "import sys; from SpineLib.findings_file import read_json;"
        "from SpineLib.outputs.summary import headline; print(headline(read_json(sys.argv[1])).text)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, file], cwd=ROOT, capture_output=True, check=True,
        env={**os.environ, "SPINE_LANGUAGE": "de", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert run.stdout.decode().strip() == "Kompression auf 4 von 17 Schichten markiert"
    assert json.loads(file.read_text())["summaries"][0]["verdict"] == "abnormal"
