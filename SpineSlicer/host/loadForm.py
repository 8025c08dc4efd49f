"""A panel's form in Slicer's language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import slicer

from SpineLib.store.files import temporary_directory
from SpineLib.translation import language, speak, tr

SHOWN = ("text", "title", "toolTip", "placeholderText", "noneDisplay", "specialValueText")


def shownTexts(form: Any) -> Iterator[Any]:
    """The elements of a parsed form whose text a person reads.

    The words of a box are not among them: they are values too.
    """
    for part in (*form.iter("widget"), *form.iter("column")):
        for shown in part.iterfind("property"):
            text = shown.find("string")
            if shown.get("name") in SHOWN and text is not None and text.text:
                yield text


def loadForm(path: str | Path) -> Any:
    """Loads a ``.ui`` file, and has the process speak Slicer's language from now on."""
    if slicer.app.applicationLocaleName:  # a Slicer that was built without translations names none
        speak(slicer.app.applicationLocaleName)
    if language() == "en":
        return slicer.util.loadUI(str(path))
    form = ElementTree.parse(path)
    for text in shownTexts(form):
        text.text = tr(text.text or "")
    with temporary_directory("slicer") as folder:
        translated = Path(folder) / Path(path).name
        form.write(translated, encoding="utf-8", xml_declaration=True)
        return slicer.util.loadUI(str(translated))
