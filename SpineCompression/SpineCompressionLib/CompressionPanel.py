"""The whole panel of SpineCompression: its sections, the run, and what happens to the scene."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import vtk

from SpineLib.errors import Cancelled, SpineError, WorkerEnded, from_exception
from SpineLib.reading import Reading, is_dicom
from SpineLib.slabs import Steps, finish
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import showLine
from SpineSlicer.host.FolderDrop import FolderDrop
from SpineSlicer.host.OutlineWatch import OutlineWatch
from SpineSlicer.host.ParameterBinding import ParameterBinding
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.SegmentsAfterImport import SegmentsAfterImport
from SpineSlicer.host.SendSection import SendSection
from SpineSlicer.host.SetupSection import SetupSection
from SpineSlicer.host.StudySection import StudySection
from SpineSlicer.host.Turns import Turns
from SpineSlicer.host.UncaughtErrors import UncaughtErrors
from SpineSlicer.host.WrappedLabels import WrappedLabels
from SpineSlicer.scene.drawOnce import drawOnce
from SpineSlicer.scene.NamesInViews import NamesInViews
from SpineSlicer.scene.naming import levellingReadings
from SpineSlicer.scene.partOfStudy import onlyVolumeRead, studyWith, wholeReading
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.resultsToSend import gatheringStudy
from SpineSlicer.scene.SceneKeeper import SceneKeeper
from SpineSlicer.scene.ShownStudy import STUDY_CHANGED, ShownStudy, unseenText
from SpineSlicer.scene.studies import isStudyOf, studiesIn
from SpineSlicer.scene.studyNodes import FINDINGS, KIND
from SpineSlicer.scene.ViewLink import ViewLink
from SpineSlicer.scene.volumeIdentity import adoptIdentity

from .AnswersInViews import AnswersInViews
from .DisplaySection import DisplaySection
from .LevelSection import LevelSection
from .ModelsSection import ModelsSection
from .OutcomeSection import OutcomeSection
from .ReadSection import ReadSection
from .RegionSection import RegionSection
from .ReportSection import ReportSection
from .ResultSection import ResultSection
from .ReviewSection import ReviewSection
from .viewPictures import takingPictures

# What is out of sight while somebody labels slices blinded.
UNBLINDED = ("studyButton", "modelsButton", "readButton", "statusLabel",
             "restartButton", "resultButton", "reviewButton", "regionButton", "displayButton",
             "outcomeButton", "reportButton", "sendFrame")  # fmt: skip


class CompressionPanel:
    """Ties the sections together; it lives as long as the module's widget.

    Args:
        ui: the widgets of ``SpineCompression.ui`` by name.
        widget: the panel itself.
        reader: reads studies (`StudyReader`).
        scene: where results stand.
        parameters: gives the scene's `Parameters`.
    """

    def __init__(
        self, ui: Any, widget: Any, reader: Any, scene: Any, parameters: Callable[[], Any]
    ) -> None:
        self._ui, self._reader, self._scene, self._scenes = ui, reader, scene, 0
        self.uncaught = UncaughtErrors(widget.layout())
        self._turns = Turns()
        self._keeper = SceneKeeper(scene)
        self._sources: dict[str, str] = {}  # folder → study; not saved, for it may name a patient
        self.study = ShownStudy(scene)
        self.link = ViewLink(self.study)
        self.answers = AnswersInViews(self.study)
        self.outlines = OutlineWatch(self.study)
        self._names = NamesInViews(scene)
        self.review = ReviewSection(ui, self.study)
        self.level = LevelSection(
            ui.levelButton, self.study, lambda text: setattr(ui.reviewStatusLabel, "text", text)
        )
        keys = {
            **self.review.keys,
            "N": lambda: self.result.nextFlagged(),
            "P": lambda: self.result.previousFlagged(),
            "U": lambda: self.result.nextUnreviewed(),
        }
        self.result = ResultSection(ui, self.study, keys)
        self.input = StudySection(ui, reader.worker, self._update, "compression")
        self.models = ModelsSection(ui, reader.worker)
        self.display = DisplaySection(ui, self.study, self.link)
        self.region = RegionSection(
            ui, self.study, self.models, reader.worker, self.result.timeline.setFocus
        )
        self.outcome = OutcomeSection(ui, self.study, reader.worker)
        self.report = ReportSection(ui, self.study, self.result, reader.worker, self.outcome)
        self.send = SendSection(
            ui.sendFrame.layout(),
            reader.worker,
            lambda: gatheringStudy(scene, self.study.study),
            self._folderOfStudy,
            self._picturing,
        )
        self.run = RunControl(
            ui.readButton, ui.progressBar, self.read, self._cancelReading,
            lambda: reader.busy or self._turns.busy,
        )  # fmt: skip
        ui.restartButton.connect("clicked(bool)", self._onRestart)
        self._escape = _shortcut("Esc", widget, self.cancel)
        self.readers = ReadSection(
            ui.readingFrame.layout(), reader.worker, scene, [getattr(ui, n) for n in UNBLINDED],
            self._beginBlinded, self._endBlinded,
        )  # fmt: skip
        self.setup = SetupSection(ui.setupFrame.layout(), reader.worker)
        self._segments = SegmentsAfterImport(scene)
        self._drops = FolderDrop(widget, self.input.choose)
        self._labels = WrappedLabels(widget)
        self._unseen = ""
        self.study.listen(self._onStudy)
        self._observer = scene.AddObserver(scene.NodeRemovedEvent, self._onNodeRemoved)
        self._tell("")
        self._update()
        self._binding = ParameterBinding(
            scene, parameters, widget, self._onTied, self.input.follow,
            lambda: self.input.elsewhere,
        )  # fmt: skip
        self._binding.start()

    def enter(self) -> None:
        """The module is shown: views and timeline are brought in step."""
        if self.readers.resume():
            return
        if not self.models.models:
            self.models.refresh()
        self.models.useCardsThreshold()
        with drawOnce():
            self.refresh()
            self._update()
            self.link.start()
        self.level.listen(True)

    def exit(self) -> None:
        """Another module is shown: the views are the reader's alone."""
        self.link.stop()
        self.level.listen(False)
        self.region.hide()
        self.readers.pause()

    def cleanup(self) -> None:
        """The panel goes away: the worker ends and nothing observes the scene any more."""
        self._binding.stop()
        self._scene.RemoveObserver(self._observer)
        self.exit()
        self._segments.stop()
        self.readers.cleanup()
        self.answers.stop()
        self.outlines.stop()
        self.display.close()
        self.result.stop()
        self.region.stop()
        self.report.stop()
        self.send.stop()
        self._turns.stop()
        self.input.close()
        self.study.close()
        self._keeper.stop()
        self._names.stop()
        self._labels.stop()
        self._reader.stop()
        self.uncaught.stop()

    def refresh(self) -> None:
        """Shows what the scene holds now."""
        self._tell("")
        try:
            self.study.open()
        except SpineError as error:
            self._tell(str(error))

    def onSceneClosing(self) -> None:
        """What is read belongs to the scene that goes away."""
        self.readers.sceneClosing()
        self._scenes += 1
        self._sources = {}
        self.link.stop()
        self.answers.stop()
        self.outlines.stop()
        self.input.forget()
        self._cancelReading()
        self.region.cancel()
        self.send.stop()
        self.study.close()

    def onSceneClosed(self) -> None:
        """Shows that there is no study any more, whether the panel is in sight or not."""
        self.study.close()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeRemoved(self, _scene: Any, _event: str, node: Any) -> None:
        """Findings that somebody deletes take their verdict along; no other study's comes instead."""
        if self._scene.IsClosing() or node.GetAttribute(KIND) != FINDINGS:
            return
        if self.study.study and self.study.study not in studiesIn(self._scene):
            self.study.close()

    def _onStudy(self, what: str) -> None:
        if what != STUDY_CHANGED:
            return
        self._names.update()
        findings = self.study.findings
        self.send.show(self.study.study, findings is not None and is_dicom(findings))
        unseen = self.study.unseen()
        if unseen:
            text = _("{what}, so no answers can be given on them. Read the study again.")
            self._unseen = text.format(what=unseenText(unseen))
            self._tell(self._unseen)
        elif self._unseen and self._ui.statusLabel.text == self._unseen:
            self._tell("")

    def _folderOfStudy(self) -> str:
        """Where the study that is shown was read from, or else what is chosen."""
        shown = self.study.study
        known = (where for where, study in self._sources.items() if study == shown)
        return next(known, self.input.folder)

    def _picturing(self, folder: Path) -> Steps[None]:
        (folder / "pictures").mkdir()
        yield from takingPictures(self.study, folder / "pictures")

    def _onTied(self) -> None:
        """The scene's parameters are there, perhaps others than before."""
        self.models.useCardsThreshold()
        if self._binding.untouched and not self.input.elsewhere:
            self._binding.parameters.volume = onlyVolumeRead(self._scene)
        self.input.follow()
        self._update()

    def cancel(self) -> None:
        """Cancels whatever runs."""
        self.run.stop()
        self.region.run.stop()
        self.readers.choice.cancel()

    def read(self) -> None:
        """Reads what is chosen, with the chosen models."""
        node, folder, scenes = self.input.volume, self.input.folder, self._scenes
        options = {
            **self.input.options,
            **self.models.options,
            "onReading": lambda reading: self._onReading(reading, node, folder, scenes),
            "onError": self._onError,
            "onProgress": self.run.progress,
        }
        self._tell("")
        try:
            if node is not None:
                self._reader.readVolume(node, **options)
            else:
                self._reader.readFolder(self.input.folder, **options)
        except SpineError as error:
            self._onError(error)

    def show(self, reading: Reading, volumeNode: Any = None) -> None:
        """Shows a reading in the scene, and its worst slice in the views.

        Args:
            reading: what was read.
            volumeNode: the volume that it was read from; by default the reading's are added. A
                volume of a study that is in the scene is that study's, whose other stacks stay.

        Raises:
            SpineError: somebody labels slices blinded.
        """
        if self.readers.on:
            raise SpineError(
                _("A blinded reading is under way"),
                advice=_("Stop it first: in the section Read, click Stop."),
            )
        finish(self._showing(reading, volumeNode))

    def _showing(self, reading: Reading, volumeNode: Any = None, folder: str = "") -> Steps[None]:
        # The views are drawn once, when all is there.
        with drawOnce():
            study, stack = studyWith(self._scene, volumeNode, self.study.study)
            if study:
                nodes = ReadingScene(self._scene, study)
                yield from nodes.showingPart(wholeReading(reading, nodes, stack), stack)
            else:
                nodes = yield from self._showingStudy(reading, volumeNode, folder)
            yield
            yield from levellingReadings(self._scene)
            yield
            self.study.open(nodes.study)

    def _showingStudy(self, reading: Reading, volumeNode: Any, folder: str) -> Steps[ReadingScene]:
        """A whole study: a new run of the one of the same folder, or of the same images."""
        read = [stack.id for stack in reading.findings.stacks if stack.id in reading.volumes]
        given = {read[0]: volumeNode} if volumeNode is not None and read else {}
        known = self._sources.get(folder, "")
        same = isStudyOf(self._scene, known, reading.findings)
        nodes = ReadingScene(self._scene, known if same else "")
        others = [study for where, study in self._sources.items() if folder and where != folder]
        yield from nodes.showing(reading, given, apart=others, surfaces=False)
        if folder:
            self._sources[folder] = nodes.study
        return nodes

    def _cancelReading(self) -> None:
        if self._turns.busy:
            self._turns.stop()
            self._onError(Cancelled())
        else:
            self._reader.cancel()

    def _onReading(self, reading: Reading, node: Any, folder: str, scenes: int) -> None:
        if scenes != self._scenes:  # it answered before it heard of the scene's end
            self._onError(Cancelled())
            return
        # The volume may have been deleted while it was read.
        still = node if node is not None and self._scene.IsNodePresent(node) else None
        if still is not None:
            adoptIdentity(reading, still)
        self._turns.start(
            self._showing(reading, still, "" if node is not None else folder),
            onDone=lambda _none: self._update(),
            onError=lambda error: self._onError(from_exception(error)),
        )

    def _beginBlinded(self) -> str:
        """Leaves the views to a blinded reader; says why not where the models are at work."""
        if self._reader.busy or self._turns.busy or self.region.busy:
            return _("The models are reading a study. Wait until they are done, or cancel.")
        self.link.stop()
        self.level.listen(False)
        self.region.hide()
        return ""

    def _endBlinded(self) -> None:
        self.refresh()
        self.link.start()
        self.level.listen(True)

    def _onError(self, error: SpineError) -> None:
        text = _("Cancelled.") if isinstance(error, Cancelled) else str(error)
        self._tell(text, restart=isinstance(error, WorkerEnded))
        self._update()

    def _onRestart(self, *_arguments: Any) -> None:
        self.read()
        self.run.update()

    def _tell(self, text: str, *, restart: bool = False) -> None:
        self._ui.restartButton.visible = restart
        showLine(self._ui.statusLabel, text)

    def _update(self) -> None:
        self.run.setReady(self.input.ready)


def _shortcut(key: str, widget: Any, method: Callable[[], None]) -> Any:
    import qt

    shortcut = qt.QShortcut(qt.QKeySequence(key), widget)
    shortcut.setContext(qt.Qt.WidgetWithChildrenShortcut)
    shortcut.connect("activated()", method)
    return shortcut
