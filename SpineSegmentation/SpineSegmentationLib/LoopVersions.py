"""The saved states of the open case, of which one counts, and who let it count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpineLib.loop.refusals import Overtaken
from SpineLib.loop.versions import Version
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import silently
from SpineSlicer.host.readersTime import readersTime

from .LoopWork import LoopWork


class LoopVersions:
    """Lists versions, the newest first, and tells which one the reader chose.

    Where another reader let another version count meanwhile it says so, with a button that lets
    what is shown count all the same.

    Args:
        ui: ``versionBox``, ``overtakenLabel``, ``insistButton``.
        reader: who corrects.
        onChosen: called with a version's number.
        onInsist: called where the reader lets what is shown count.
    """

    def __init__(
        self,
        ui: Any,
        reader: Callable[[], str],
        onChosen: Callable[[int], None],
        onInsist: Callable[[], None],
    ) -> None:
        self._ui, self._reader, self._onChosen = ui, reader, onChosen
        ui.versionBox.connect("activated(int)", self._onActivated)
        ui.insistButton.connect("clicked(bool)", lambda *_: onInsist())

    def show(self, work: LoopWork | None) -> None:
        """Lists those of another case, or none."""
        box, case = self._ui.versionBox, None if work is None else work.case
        with silently(box):
            box.clear()
            versions = case.versions if case is not None else ()
            for version in reversed(versions):
                box.addItem(_about(version), version.number)
            if case is not None and case.chosen is not None:
                box.setCurrentIndex(len(versions) - case.chosen.number)
        over = None if work is None else work.overtaken
        self._ui.overtakenLabel.visible = self._ui.insistButton.visible = over is not None
        if work is not None and over is not None:
            self._ui.overtakenLabel.text = self._overtakenText(over, work.base)
            self._ui.insistButton.enabled = not work.readOnly

    def _overtakenText(self, over: Overtaken, base: int) -> str:
        texts = {
            "saved": _("{who} saved version {number} meanwhile. That is the current version now."),
            "chose": _("{who} chose version {number} meanwhile. That is the current version now."),
            "approved": _(
                "{who} approved version {number} meanwhile. That is the current version now."
            ),
        }
        who = _("Another reader ({name})").format(name=over.by)
        if over.by == self._reader():
            who = _("Somebody with your name")
        began = _("What is shown is based on version {base}.").format(base=base)
        if not base:
            began = _("What is shown is not based on any version.")
        return f"{texts[over.did].format(who=who, number=over.number)} {began}"

    def _onActivated(self, *_arguments: Any) -> None:
        self._onChosen(int(self._ui.versionBox.currentData))


def _about(version: Version) -> str:
    words = [
        str(version.number),
        _(version.state),
        version.approved_by or version.by or version.model,
    ]
    return " · ".join(word for word in (*words, readersTime(version.time)) if word)
