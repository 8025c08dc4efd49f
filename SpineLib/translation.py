"""The sentences that a person reads, in their language: one catalogue for panels and reports.

A catalogue is a Qt translation source, ``Resources/Translations/SpineMRI_<language>.ts``, which Qt
Linguist edits; here it is only English text → translation, whatever its contexts. Records (JSON,
CSV, scenes) hold codes and English, in every language.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from SpineLib.store.files import resources

# Set in the environment, it is the language of reports and of a terminal: `de`.
VARIABLE = "SPINE_LANGUAGE"
_FIELD = re.compile(r"\{[^{}]*\}")
_language = os.environ.get(VARIABLE, "")


def speak(language: str) -> None:
    """Has this process speak a language from now on.

    Args:
        language: ``de``, ``de_DE``; English where there is no catalogue of it, or it is empty.
    """
    global _language
    _language = language


def language() -> str:
    """What is spoken: ``de``, or ``en`` where there is no catalogue."""
    return _spoken(_language)


def tr(text: str) -> str:
    """A text or template in the language that is spoken; itself where nobody translated it."""
    return _catalogue(language()).get(text, text)


@cache
def _spoken(wanted: str) -> str:
    names = (wanted, wanted.replace("-", "_").split("_")[0])
    return next((name for name in names if name and _file(name).is_file()), "en")


@cache
def _catalogue(language: str) -> dict[str, str]:
    """Source → translation, but for unfinished ones and those that name other values."""
    if not _file(language).is_file():
        return {}
    messages = ElementTree.parse(_file(language)).iter("message")
    pairs = [(message.findtext("source", ""), message.find("translation")) for message in messages]
    return {
        source: translation.text
        for source, translation in pairs
        if translation is not None and translation.text and translation.get("type") is None
        and sorted(_FIELD.findall(source)) == sorted(_FIELD.findall(translation.text))
    }  # fmt: skip


def _file(language: str) -> Path:
    return resources() / "Translations" / f"SpineMRI_{language}.ts"
