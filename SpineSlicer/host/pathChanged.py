"""A path field that reports every text in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def onPathChanged(edit: Any, heard: Callable[..., None]) -> None:
    """Calls ``heard`` with each new text of a `ctkPathLineEdit`, an empty one included.

    The widget's own signal leaves out what its validator does not accept: nothing, and any name
    with two suffixes (``labels.nii.gz``). The combo box inside reports every text.

    Args:
        edit: the `ctkPathLineEdit`.
        heard: gets the text.

    Example:
        onPathChanged(ui.pathEdit, lambda path: print(path))
    """
    edit.comboBox().connect("editTextChanged(QString)", heard)
