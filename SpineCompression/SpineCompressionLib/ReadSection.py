"""The panel's section "Read": a reading study's blinded labelling, consensus and agreement."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import SpineError, from_exception
from SpineLib.projects.session import NameTaken, ReaderSession
from SpineLib.translation import tr as _
from SpineSlicer.host.confirm import confirm
from SpineSlicer.host.fillWidgets import showLine
from SpineSlicer.host.loadForm import loadForm
from SpineSlicer.host.StackLoader import StackLoader
from SpineSlicer.scene.ReadScene import ReadScene, holdsAnswers

from .ProjectChoice import ProjectChoice
from .ReadDesk import ReadDesk
from .readingDesks import ConsensusDesk, LabellingDesk

FORM = Path(__file__).resolve().parents[1] / "Resources" / "UI" / "ReadingStudy.ui"


class ReadSection:
    """Adds the section to a panel and lets a person label, blinded, without leaving Slicer.

    While somebody reads, the panel's other sections are out of sight, and the scene may hold no
    answer, of a model or a reader, of whatever study: a reading does not begin in a scene that
    does, and ends where one appears. Slicer's process opens the reader's own file, the project's
    list of studies and the slices; in the assisted arm, whose own set is locked, the model's
    answers too.

    Args:
        layout: where the section is added.
        worker: reads DICOM, measures and exports (`WorkerProcess`).
        scene: where slices are shown.
        others: what is out of sight while somebody reads.
        begin, end: called before a reading begins, and when it ended; ``begin`` says why it must
            not, or nothing.

    Attributes:
        on: whether somebody reads.
    """

    def __init__(
        self,
        layout: Any,
        worker: Any,
        scene: Any,
        others: Sequence[Any],
        begin: Callable[[], str],
        end: Callable[[], None],
    ) -> None:
        self._others, self._begin, self._end, self._mrml = others, begin, end, scene
        self._hidden: list[Any] = []
        self._session: ReaderSession | None = None
        self.widget = loadForm(FORM)
        layout.addWidget(self.widget)
        self.ui = ui = slicer.util.childWidgetVariables(self.widget)
        self.scene = ReadScene(scene)
        self.desk = ReadDesk(ui, self._show, self._isShown, self._tell)
        self.choice = ProjectChoice(ui, worker, self._update, self._tell)
        self.loader = StackLoader(
            worker, self.scene, self._onShown, self._onUnreadable, self.choice.progress
        )
        for button, method in (
            (ui.startReadingButton, self.start), (ui.settleButton, self.settle),
            (ui.stopReadingButton, self.stop), (ui.lockButton, self._onLock),
            (ui.agreementButton, self._onAgreement), (ui.trainingButton, self._onTraining),
        ):  # fmt: skip
            button.connect("clicked(bool)", lambda *_, method=method: method())
        ui.readingSectionButton.connect("contentsCollapsed(bool)", self._onCollapsed)
        self._tell("")
        self._update()

    @property
    def on(self) -> bool:
        """Whether somebody reads or settles."""
        return self.desk.desk is not None

    def start(self) -> None:
        """Opens the reader's set and shows the next slice without a label."""
        choice, ui = self.choice, self.ui
        if choice.project is None or self.on or not self._mayBegin():
            return
        ui.takeOverBox.visible = False
        try:
            self._session = ReaderSession(
                choice.project,
                choice.reader,
                arm=choice.arm,
                take_over=bool(ui.takeOverBox.checked),
            )
        except Exception as error:
            if isinstance(error, NameTaken):
                ui.takeOverBox.visible = True
            self._tell(str(from_exception(error)))
            return
        ui.takeOverBox.checked = False
        self._open(LabellingDesk(self._session))
        if self._session.notes:
            self._tell("\n".join(self._session.notes))
        if self._session.locked:
            self._tell(_("This set is locked: you can look at it, but not change it."))

    def settle(self) -> None:
        """Goes through the slices on which readers disagree."""
        choice = self.choice
        if choice.project is None or self.on or not self._mayBegin():
            return
        choice.ask("disagreements", {}, self._onDisagreements)

    def _onDisagreements(self, result: dict[str, Any]) -> None:
        project = self.choice.project
        if project is None or self.on or not self._mayBegin():
            return
        if not result["rows"]:
            self._tell(_("The readers agree on every slice."))
            return
        ask = functools.partial(self.choice.ask, failed=self.desk.fail)
        self._open(ConsensusDesk(project, result["rows"], ask), ", ".join(project.readers))

    def stop(self) -> None:
        """Ends; what was labelled is on the disk already."""
        if not self.on:
            return
        self.desk.close()
        self.loader.clear()
        if self._session is not None:
            self._session.close()
            self._session = None
        for widget in self._hidden:
            widget.visible = True
        self._hidden = []
        self.choice.setVisible(True)
        self._tell("")
        self._end()
        self.choice.refresh()
        self._update()

    def pause(self) -> None:
        """Another module is shown: the slice's seconds stop, and the keys are not ours."""
        self.desk.listen(False)
        if self._session is not None:
            self._session.pause()

    def resume(self) -> bool:
        """The module is shown again, or the scene has changed; whether somebody reads."""
        if self._requireClean():
            self.desk.listen(True)
            if self._session is not None:
                self._session.resume()
        return self.on

    def sceneClosing(self) -> None:
        """The slices go away with the scene; the labels do not."""
        if self.on:
            self.stop()
            self._tell(_("The scene was closed. All labels are kept; start again to continue."))

    def cleanup(self) -> None:
        """The panel goes away."""
        self.stop()
        self.loader.stop()
        self.choice.stop()

    def measure(self, folder: str) -> None:
        """Has agreement measured, and opens the page."""
        self.choice.ask("readers", {"output": folder}, self._onMeasured)

    def exportTraining(self, folder: str) -> None:
        """Has a training data set written."""
        self.choice.ask("training", {"output": folder}, self._onExported)

    def openPage(self, file: str) -> None:
        """Shows a page in the person's browser."""
        import qt

        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(file))

    def lock(self) -> None:
        """Closes the set for good."""
        if self._session is None:
            return
        try:
            self._session.lock(incomplete=True)
        except SpineError as error:
            self._tell(str(error))
            return
        self.stop()
        self._tell(_("Your set is locked."))

    def _open(self, desk: Any, present: str = "") -> None:
        self._hidden = [other for other in self._others if not other.isHidden()]
        for widget in self._hidden:
            widget.visible = False
        self.choice.setVisible(False)
        self.desk.open(desk, present)
        self._update()
        self._tell("")
        self._show()

    def _mayBegin(self) -> bool:
        reason = _answersText() if holdsAnswers(self._mrml) else self._begin()
        if reason:
            self._tell(reason)
        return not reason

    def _requireClean(self) -> bool:
        """Ends the reading where an answer has come into the scene."""
        if self.on and holdsAnswers(self._mrml):
            self.stop()
            self._tell(_answersText())
        return self.on

    def _show(self) -> None:
        """Shows the desk's slice, loading its stack where another one is shown."""
        desk = self.desk.desk
        if desk is None or not self._requireClean():
            return
        self.desk.setReady(False)
        self.desk.update()
        item = desk.item
        if item is None:
            self._tell(self._doneText(desk))
            return
        self.ui.projectBar.visible = True
        self.loader.load(desk.project, item.study, item.stack)

    def _doneText(self, desk: Any) -> str:
        if desk.settles:
            return _("Every disagreement is settled. Go back with ◀ to change one.")
        return _("Every slice has a label. Go back with ◀ to change one, then lock your set.")

    def _onShown(self) -> None:
        """The stack is in the scene; the slice's seconds count from here."""
        self.ui.projectBar.visible = False
        desk = self.desk.desk
        if desk is None or desk.item is None:
            return
        self.scene.go(desk.item.index)
        self.desk.setReady(True)
        if self._session is not None:
            self._session.begin()

    def _onUnreadable(self, error: SpineError) -> None:
        self.ui.projectBar.visible = False
        self._tell(
            _("{error} To do so, click Stop, then Moved files….").format(error=error)
            if self.choice.project and self.choice.project.missing()
            else str(error)
        )

    def _isShown(self) -> bool:
        """Whether the view shows the slice, and the scene nothing that anybody said."""
        if not self._requireClean():
            return False
        item = self.desk.desk.item
        return item is not None and self.scene.isAt(item.index)

    def _onLock(self) -> None:
        if self._session is None:
            return
        left = self._session.progress().left
        text = _("Lock the set of {reader}? It can never be changed again.").format(
            reader=self._session.reader
        )
        if left:
            none = _("{n} slice has no label.") if left == 1 else _("{n} slices have no label.")
            text += " " + none.format(n=left)
        if confirm(text, _("Lock my set"), self.widget):
            self.lock()

    def _onAgreement(self) -> None:
        folder = self.choice.askFolder(_("Choose a folder for the agreement page"))
        if folder:
            self.measure(folder)

    def _onTraining(self) -> None:
        folder = self.choice.askFolder(_("Choose an empty folder for the training set"))
        if folder:
            self.exportTraining(folder)

    def _onMeasured(self, result: dict[str, Any]) -> None:
        self._tell(_("Written: {file}").format(file=result["file"]))
        self.openPage(result["file"])

    def _onExported(self, result: dict[str, Any]) -> None:
        self._tell(
            _(
                "Written: {file}, with the slices beside it. The key to the original "
                "identities is {key}; keep it in another place. Models of slices are "
                "trained on the command line; see the documentation on training."
            ).format(file=result["file"], key=result["key"])
        )

    def _onCollapsed(self, collapsed: bool) -> None:
        if not collapsed and self.choice.project is None and not self.on:
            self.choice.open()

    def _update(self) -> None:
        ui, choice = self.ui, self.choice
        has = choice.project is not None and not choice.busy
        ui.startReadingButton.enabled = has and bool(choice.reader) and bool(choice.project.studies)
        ui.addStudiesButton.enabled = ui.relinkButton.enabled = has
        over = has and choice.over
        for button in (ui.settleButton, ui.agreementButton, ui.trainingButton):
            button.enabled = over

    def _tell(self, text: str) -> None:
        showLine(self.ui.readMessageLabel, text)


def _answersText() -> str:
    return _(
        "The scene holds answers of a model or a reader, which a blinded reader must not see. Save it, "
        "close it (File → Close Scene), then start again."
    )
