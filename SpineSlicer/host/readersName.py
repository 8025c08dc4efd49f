"""Who is at this computer: one setting, used wherever somebody answers or corrects.

A reading study's reader is another setting: there a name belongs to one set of labels.
"""

from __future__ import annotations

READER_SETTING = "SpineMRI/Reader"


def readersName() -> str:
    """The reader's name; empty where none was given."""
    import slicer

    return str(slicer.util.settingsValue(READER_SETTING, "") or "")


def keepReadersName(name: str) -> None:
    """Remembers the name for all panels."""
    import slicer

    slicer.app.settings().setValue(READER_SETTING, name.strip())
