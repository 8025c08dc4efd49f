"""A case that a reader works on: what was changed, for how long, and what of it is saved."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import numpy as np
import slicer

from SpineLib.errors import BadInput, SpineError
from SpineLib.loop.cases import Case, ImageChanged
from SpineLib.loop.drafts import Draft, open_draft, remove_draft, save_draft
from SpineLib.loop.versions import AUTOMATIC, CORRECTED
from SpineLib.volume import Volume

from .corrections import keepOriginal
from .LoopCase import LoopCase
from .LoopDataSet import LoopDataSet
from .SignsOfWork import SignsOfWork
from .WorkClock import WorkClock


class LoopWork:
    """Opens a case, saves drafts and versions of it, and counts the minutes; it shows nothing.

    A draft is saved again and again and never counts; a version is made when the case is left,
    saved or accepted. Nothing is ever overwritten but a draft by the next one.

    Args:
        data: an open data set.
        case: id of the case.
        clock: counts while this case is open.

    Attributes:
        shown: the case in the scene.
        note: what a person should know of how it was opened; empty in most cases.

    Raises:
        SpineError: the image changed (the case is then set aside) or is gone, or the answer's file.
    """

    def __init__(self, data: LoopDataSet, case: str, clock: WorkClock) -> None:
        self.data, self._id, self._clock = data, case, clock
        self.note, self._base = "", 0
        one = self.case
        image = self._image(one)
        self._saved = None if one.chosen is None else one.open_answer()
        self._base = one.chosen.number if one.chosen is not None else None
        draft = open_draft(one.folder, one.grid)
        labels = self._saved
        if draft is not None:
            labels = self._takeUp(one, draft)
        self.shown = LoopCase(slicer.mrmlScene, one, image, labels)
        self._drafted = self.shown.labels
        if labels is not None:
            self._keepAutomatic(one)
        self._signs = SignsOfWork(slicer.mrmlScene, clock.touch)
        self._signs.watch(self.shown.node)
        clock.start()

    @property
    def case(self) -> Case:
        """The case as it was last read."""
        return self.data.dataset.case(self._id)

    @property
    def minutes(self) -> float:
        """Worked since the last version."""
        return self._clock.seconds / 60

    def pause(self) -> None:
        """The reader goes elsewhere for a while."""
        self._clock.stop()

    def resume(self) -> None:
        """The reader is back."""
        self._clock.start()

    def saveDraft(self, by: str) -> bool:
        """Saves what is not yet in a version, if it changed since the last draft.

        Returns:
            Whether something was saved.

        Raises:
            OutputError: the disk is full; the draft before stays.
        """
        if self.data.readOnly or not self.shown.isThere:
            return False
        labels = self.shown.current()
        if np.array_equal(labels.voxels, self._drafted.voxels):
            return False
        self._writeDraft(labels, by)
        return True

    def saveVersion(self, by: str) -> int:
        """Makes a version of what changed since the last one.

        Args:
            by: who corrected.

        Returns:
            The number of the version that now stands for what is shown; 0 where there is none.

        Raises:
            SpineError: no name, a segment without a number, or it cannot be written; a draft is
                then saved where that is possible.
        """
        labels = self.shown.current()
        try:
            self._requireNumbers()
            if self._isSaved(labels):
                return self._base or 0
            version = self.data.write(
                lambda writer: writer.add_version(
                    self._id, labels, kind=CORRECTED, by=by, minutes=self.minutes, base=self._base
                )
            )
        except SpineError:
            self._writeDraft(labels, by)
            raise
        self._clock.take()
        self._saved, self._drafted, self._base = labels, labels, version.number
        remove_draft(self.case.folder)
        return int(version.number)

    def accept(self, by: str, *, anyway: bool = False) -> None:
        """Saves, checks and approves.

        Raises:
            NotAccepted: serious problems, each with its place.
            SpineError: it cannot be saved.
        """
        number = self.saveVersion(by)

        def approve(writer: Any) -> None:
            case = writer.dataset.case(self._id)
            if number and (case.chosen is None or case.chosen.number != number):
                writer.choose(self._id, number, by=by)
            writer.approve(self._id, by=by, minutes=self.minutes, anyway=anyway)

        self.data.write(approve)
        self._clock.take()
        remove_draft(self.case.folder)

    def choose(self, number: int, by: str) -> None:
        """Goes on from another version; what was not saved becomes a version first.

        Raises:
            SpineError: as `saveVersion`.
        """
        if not self.data.readOnly:
            self.saveVersion(by)
            self.data.write(lambda writer: writer.choose(self._id, number, by=by))
        labels = self.case.open_answer(self.case.version(number))
        assert isinstance(labels, Volume)
        self._saved, self._base = labels, number
        self.shown.show(labels)
        self._drafted = labels

    def close(self, by: str) -> None:
        """Leaves the case: saves a version, or at least a draft, and takes it out of the scene.

        Raises:
            SpineError: nothing could be saved; the case then stays open.
        """
        if self.shown.isThere and not self.data.readOnly:
            if by:
                self.saveVersion(by)
            self._keepMinutes(by)
        self.forget()
        self.shown.close()

    def forget(self) -> None:
        """Lets go of the scene, whose nodes may be gone already."""
        self._signs.stop()
        self._clock.stop()
        self._clock.take()

    def _image(self, case: Case) -> Volume:
        try:
            return case.open_image()
        except ImageChanged:
            if not self.data.readOnly:
                self.data.write(lambda writer: writer.open_image(case))  # sets it aside, raises
            raise

    def _takeUp(self, case: Case, draft: Draft) -> Volume:
        self._clock.seconds = draft.minutes * 60
        if draft.base != self._base:
            self._base = draft.base
            self._saved = None if draft.base is None else case.open_answer(case.version(draft.base))
        if not self._isSaved(draft.labels):
            self.note = _("The draft of {time} UTC is taken up; it is not a version yet.").format(
                time=draft.time[:16].replace("T", " ")
            )
        return draft.labels

    def _isSaved(self, labels: Volume) -> bool:
        if self._saved is None:
            return not labels.voxels.any()
        return bool(np.array_equal(labels.voxels, self._saved.voxels))

    def _keepMinutes(self, by: str) -> None:
        """What was worked without a change stays with the case, for the next time."""
        labels = self.shown.current()
        if self._isSaved(labels) and self.minutes < 0.05:
            remove_draft(self.case.folder)
        else:
            self._writeDraft(labels, by)

    def _writeDraft(self, labels: Volume, by: str) -> None:
        time = datetime.now(timezone.utc).isoformat(timespec="seconds")
        save_draft(self.case.folder, Draft(labels, self._base, by, time, self.minutes))
        self._drafted = labels

    def _keepAutomatic(self, case: Case) -> None:
        """So that "what did I change" is held against the model's answer, not against a reader's."""
        made = [one for one in case.versions if one.kind == AUTOMATIC]
        if made and made[-1].number != self._base:
            labels = case.open_answer(made[-1])
            assert isinstance(labels, Volume)
            keepOriginal(self.shown.node, labels)

    def _requireNumbers(self) -> None:
        strays = self.shown.strays()
        if strays:
            raise BadInput(
                _("{names} has no number of SPIDER's, so that no version can hold it").format(
                    names=", ".join(strays)
                ),
                advice=_("Add the structure under Missing and paint into that one; delete this."),
            )


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
