"""Dropping a folder or file anywhere on a panel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


class FolderDrop:
    """Lets the person drop a study's folder, its files, or one volume file.

    Args:
        widget: the panel.
        choose: called with the path; of several files, with their folder.
    """

    def __init__(self, widget: Any, choose: Callable[[str], None]) -> None:
        import qt

        class Filter(qt.QObject):
            def eventFilter(self, _watched: Any, event: Any) -> bool:
                kind = event.type()
                if kind not in (qt.QEvent.DragEnter, qt.QEvent.Drop):
                    return False
                paths = [url.toLocalFile() for url in event.mimeData().urls()]
                paths = [path for path in paths if path]
                if not paths:
                    return False
                event.acceptProposedAction()
                if kind == qt.QEvent.Drop:
                    first = Path(paths[0])
                    choose(str(first.parent if len(paths) > 1 and first.is_file() else first))
                return True

        self._filter = Filter()
        widget.acceptDrops = True
        widget.installEventFilter(self._filter)
