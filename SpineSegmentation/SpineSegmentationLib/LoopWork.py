"""A case that a reader works on: what was changed, for how long, and what of it is saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from SpineLib.errors import BadInput, SpineError
from SpineLib.loop.cases import Case
from SpineLib.loop.drafts import Draft, Own, remove_draft, save_draft
from SpineLib.loop.images import ImageChanged
from SpineLib.loop.plausibility import implausible
from SpineLib.loop.problem import Problem
from SpineLib.loop.refusals import Overtaken, overtaken
from SpineLib.loop.versions import CORRECTED
from SpineLib.slabs import Steps
from SpineLib.times import now
from SpineLib.translation import tr as _
from SpineLib.volume import Volume
from SpineSlicer.host.inThread import inThread
from SpineSlicer.host.readersTime import readersTime
from SpineSlicer.host.SignsOfWork import SignsOfWork
from SpineSlicer.host.WorkClock import WorkClock
from SpineSlicer.scene.corrections import keepOriginal
from SpineSlicer.scene.LoopCase import LoopCase, addingLoopCase

from .LoopCaseFiles import LoopCaseFiles, readCaseFiles, readVersion
from .LoopDataSet import LoopDataSet


class LoopWork:
    """Opens a case, saves drafts and versions of it, and counts the minutes; it shows nothing.

    A draft is saved again and again and never counts; a version is made when the case is left,
    saved or accepted. Nothing is ever overwritten but a draft by the next one.

    Args:
        data: an open data set.
        clock: counts while this case is open.
        files: as they were read.
        shown: the case in the scene.

    Attributes:
        shown: the case in the scene.
        problems: what was implausible in it when it was opened.
        note: what a person should know of how it was opened; empty in most cases.
        hasAnswer: whether a model has answered the case.
    """

    def __init__(
        self, data: LoopDataSet, clock: WorkClock, files: LoopCaseFiles, shown: LoopCase
    ) -> None:
        self.data, self.shown, self._id, self._clock = data, shown, shown.case.id, clock
        self.note, self.problems = "", files.problems
        self._saved, self._base = files.saved, files.base
        self._seen = files.base or 0  # the version that counted when the reader looked last
        self._drafted = files.labels
        self._own: Own = ()
        if files.draft is not None:
            self._takeUp(files.draft)
        self.hasAnswer = files.automatic is not None
        if files.automatic is not None:
            # So that "what did I change" is held against the model, not against a reader or a draft.
            keepOriginal(shown.node, files.automatic)
        self._signs = SignsOfWork(slicer.mrmlScene, clock.touch)
        self._signs.watch(shown.node)
        clock.start()

    @property
    def case(self) -> Case:
        """The case as it was last read."""
        return self.data.dataset.case(self._id)

    @property
    def title(self) -> str:
        """Which case this is, and how it stands."""
        case = self.case
        words = [_("Case {case}").format(case=case.id), _(case.state)]
        if case.test:
            words.append(_("in the frozen test"))
        words.append(_("{minutes:.1f} min").format(minutes=case.minutes + self.minutes))
        if case.set_aside:
            words.append(_("set aside"))
        if self.readOnly:
            words.append(_("read-only"))
        return ", ".join(words)

    @property
    def readOnly(self) -> str:
        """Why nothing of it becomes a version; empty where it does."""
        aside = self.case.set_aside
        return self.data.readOnly or (aside and _("Set aside: {why}").format(why=aside))

    @property
    def overtaken(self) -> Overtaken | None:
        """What another reader did with the case since this one looked; None where nothing."""
        return overtaken(self.case, self._seen)

    @property
    def base(self) -> int:
        """Number of the version that what is shown began with; 0 where there was none."""
        return self._base or 0

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
        labels, own = self.shown.current(), self.shown.own()
        if np.array_equal(labels.voxels, self._drafted.voxels) and _areSame(own, self._own):
            return False
        self._writeDraft(labels, by)
        return True

    def looking(self) -> Steps[list[Problem]]:
        """What is implausible in what is shown now, in steps."""
        labels = self.shown.current()
        yield
        return (yield from inThread(lambda: implausible(labels)))

    def saving(self, by: str, *, over: Overtaken | None = None) -> Steps[int]:
        """Makes a version of what changed since the last one, in steps.

        Args:
            by: who corrected.
            over: what another reader did, where this one knows of it and goes on top of it.

        Returns:
            The number of the version that now stands for what is shown; 0 where there is none.

        Raises:
            Overtaken: another reader let another version count; a draft is saved.
            SpineError: no name, a segment without a number, or it cannot be written; a draft is
                then saved where that is possible.
        """
        labels = self.shown.current()
        self._clock.tick()
        minutes, seen = self.minutes, self._seen if over is None else over.number
        try:
            self._requireNumbers()
            if self._isSaved(labels):
                return self.base
            yield
            version = yield from self.data.writing(
                lambda writer: writer.add_version(
                    self._id, labels, kind=CORRECTED, by=by, minutes=minutes, base=self.base,
                    seen=seen,
                )
            )  # fmt: skip
        except SpineError:
            self._writeDraft(labels, by)
            raise
        self._clock.seconds -= minutes * 60
        self._saved, self._drafted = labels, labels
        self._base = self._seen = version.number
        remove_draft(self.case.folder)
        return int(version.number)

    def accepting(self, by: str, *, anyway: bool = False) -> Steps[None]:
        """Saves, checks and approves, in steps.

        Raises:
            NotAccepted: serious problems, each with its place.
            SpineError: it cannot be saved.
        """
        number = yield from self.saving(by)
        minutes, seen = self.minutes, self._seen

        def approve(writer: Any) -> None:
            case = writer.dataset.case(self._id)
            if number and (case.chosen is None or case.chosen.number != number):
                writer.choose(self._id, number, by=by, seen=seen)
            writer.approve(self._id, by=by, minutes=minutes, anyway=anyway, seen=number)

        yield from self.data.writing(approve)
        self._clock.seconds -= minutes * 60
        remove_draft(self.case.folder)

    def choosing(self, number: int, by: str) -> Steps[None]:
        """Goes on from another version; what was not saved becomes a version first.

        Raises:
            SpineError: as `saving`, or the version cannot be read.
        """
        if not self.readOnly:
            over = self.overtaken
            yield from self.saving(by, over=over)
            yield from self._letCount(number, by, over)
        labels = yield from inThread(lambda: readVersion(self.case, number))
        if not self.shown.isThere:
            return
        self._saved, self._base = labels, number
        self.shown.show(labels, self.case.version(number).lowest)
        self._drafted = labels

    def insisting(self, by: str) -> Steps[int]:
        """Lets what is shown count although another reader let another version count, in steps.

        Returns:
            The number of the version that counts; 0 where nothing is shown that could.

        Raises:
            SpineError: as `saving`.
        """
        over = self.overtaken
        number = yield from self.saving(by, over=over)
        if number and over is not None and self.overtaken is not None:  # there was nothing to save
            yield from self._letCount(number, by, over)
        return number

    def leaving(self, by: str) -> Steps[str]:
        """Saves a version, or at least a draft, and takes the case out of the scene, in steps.

        Returns:
            What the reader should know of it; empty in most cases.

        Raises:
            SpineError: nothing could be saved; the case then stays open.
        """
        note = ""
        if self.shown.isThere and not self.data.readOnly:
            try:
                if by and not self.case.set_aside:
                    yield from self.saving(by)
            except Overtaken as error:
                note = _("{error} What you painted is kept as a draft.").format(error=error)
            self._keepMinutes(by)
            yield
        self.forget()
        self.shown.close()
        return note

    def _letCount(self, number: int, by: str, over: Overtaken | None) -> Steps[None]:
        known = over is not None and self.overtaken is not None
        seen = over.number if over is not None and known else self._seen
        yield from self.data.writing(
            lambda writer: writer.choose(self._id, number, by=by, seen=seen)
        )
        self._seen = number

    def forget(self) -> None:
        """Lets go of the scene, whose nodes may be gone already."""
        self._signs.stop()
        self._clock.stop()
        self._clock.take()

    def _takeUp(self, draft: Draft) -> None:
        self._clock.seconds = draft.minutes * 60
        for name, voxels in draft.own:
            self.shown.addOwn(name, voxels)
        self._own = draft.own
        if draft.own or not self._isSaved(draft.labels):
            self.note = _("The draft of {time} was restored; it is not a version yet.").format(
                time=readersTime(draft.time)
            )

    def _isSaved(self, labels: Volume) -> bool:
        if self._saved is None:
            return not labels.voxels.any()
        return bool(np.array_equal(labels.voxels, self._saved.voxels))

    def _keepMinutes(self, by: str) -> None:
        """What was worked without a change stays with the case, for the next time."""
        labels = self.shown.current()
        if self._isSaved(labels) and self.minutes < 0.05 and not self.shown.strays():
            remove_draft(self.case.folder)
        else:
            self._writeDraft(labels, by)

    def _writeDraft(self, labels: Volume, by: str) -> None:
        time = now("seconds")
        own = self.shown.own()
        save_draft(self.case.folder, Draft(labels, self._base, by, time, self.minutes, own))
        self._drafted, self._own = labels, own

    def _requireNumbers(self) -> None:
        strays = self.shown.strays()
        if strays:
            raise BadInput(
                _("{names} has no SPIDER number, so no version can hold it").format(
                    names=", ".join(strays)
                ),
                advice=_(
                    "Add the structure under Missing and paint into that; delete this segment."
                ),
            )


def openingLoopWork(data: LoopDataSet, case: str, clock: WorkClock) -> Steps[LoopWork]:
    """Opens a case, in steps; steps that are left leave nothing behind in the scene.

    Raises:
        SpineError: the image changed (the case is then set aside) or is gone, or the answer's file.
    """
    caseToOpen = data.dataset.case(case)
    try:
        files = yield from inThread(lambda: readCaseFiles(caseToOpen))
    except ImageChanged as error:
        if not data.readOnly and not caseToOpen.set_aside:
            why = error.what
            yield from data.writing(lambda writer: writer.set_aside(caseToOpen, why, by=""))
        raise
    shown = yield from addingLoopCase(
        slicer.mrmlScene, caseToOpen, files.image, files.labels, files.lowest
    )
    return LoopWork(data, clock, files, shown)


def _areSame(some: Own, others: Own) -> bool:
    return len(some) == len(others) and all(
        name == other and np.array_equal(voxels, those)
        for (name, voxels), (other, those) in zip(some, others, strict=True)
    )
