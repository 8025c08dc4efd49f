"""A panel's form in Slicer's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import slicer

from SpineLib.store.files import temporary_directory
from SpineLib.translation import language, speak, tr

SHOWN = ("text", "title", "toolTip", "placeholderText", "noneDisplay")


def loadForm(path: str | Path) -> Any:
    """Loads a ``.ui`` file, and has the process speak Slicer's language from now on."""
    if slicer.app.applicationLocaleName:  # a Slicer that was built without translations names none
        speak(slicer.app.applicationLocaleName)
    if language() == "en":
        return slicer.util.loadUI(str(path))
    form = ElementTree.parse(path)
    # Not the words of a box, which are values too.
    for widget in form.iter("widget"):
        for shown in widget.iterfind("property"):
            text = shown.find("string")
            if shown.get("name") in SHOWN and text is not None and text.text:
                text.text = tr(text.text)
    with temporary_directory("slicer") as folder:
        translated = Path(folder) / Path(path).name
        form.write(translated, encoding="utf-8", xml_declaration=True)
        return slicer.util.loadUI(str(translated))
