"""The segmentation module's panel: choose, segment, look, name, correct, export."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.errors import Cancelled, SpineError, WorkerEnded, from_exception
from SpineLib.labels import REGIONS, WEIGHTINGS
from SpineLib.models import ModelFolder, find_models
from SpineLib.reading import Reading
from SpineLib.reasons import sentence
from SpineLib.translation import tr as _
from SpineSlicer.host.fillWidgets import fillBox, showLine
from SpineSlicer.host.FolderDrop import FolderDrop
from SpineSlicer.host.ParameterBinding import ParameterBinding
from SpineSlicer.host.pathChanged import onPathChanged
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.SegmentsAfterImport import SegmentsAfterImport
from SpineSlicer.host.SegmentWatch import SegmentWatch
from SpineSlicer.host.SendSection import SendSection
from SpineSlicer.host.SetupSection import SetupSection
from SpineSlicer.host.StudySection import StudySection
from SpineSlicer.host.Turns import Turns
from SpineSlicer.host.UncaughtErrors import UncaughtErrors
from SpineSlicer.host.WrappedLabels import WrappedLabels
from SpineSlicer.scene.namesDiffer import namesDiffer
from SpineSlicer.scene.NamesInViews import NamesInViews
from SpineSlicer.scene.naming import noticeOf
from SpineSlicer.scene.resultsToSend import gatheringSegmentation, sentAs
from SpineSlicer.scene.SceneKeeper import SceneKeeper
from SpineSlicer.scene.segmentationExport import exportSegmentation
from SpineSlicer.scene.spineSegmentation import ASIDE, segmentationFinding, segmentedVolumeNode
from SpineSlicer.scene.studyNodes import (
    KIND,
    LOOP_CASE,
    SEGMENTATION,
    segmentationNodes,
    studyOf,
)
from SpineSlicer.scene.studyViews import showInViews
from SpineSlicer.scene.volumeNodes import nodesOfClass

from .CorrectionSection import CorrectionSection
from .LoopSection import LoopSection
from .NamesSection import NamesSection
from .SegmentationParameters import SegmentationParameters
from .StructuresSection import StructuresSection

DEVICES = ("auto", "cpu", "cuda", "mps")
TASK = "segmentation"


class SegmentationPanel:
    """Wires the panel's widgets to the reader and to the scene.

    It lives from the module's `setup` to its `cleanup`. What it shows follows the parameter node,
    so that a loaded scene brings it back to where it was.

    Args:
        widget: the panel, from ``SpineSegmentation.ui``.
        logic: reads, shows, and has the parameter node.
    """

    def __init__(self, widget: Any, logic: Any) -> None:
        self.ui = ui = slicer.util.childWidgetVariables(widget)
        self._logic, self._reader = logic, logic.reader
        self._widget = widget
        self.uncaught = UncaughtErrors(widget.layout())
        self._binding: Any = None
        self._run, self._showing = 0, Turns()
        self._folders: dict[str, str] = {}  # study → folder; not saved, for it may name a patient
        self._shown: Any = None
        self._fillBoxes()
        ui.segmentationSelector.addAttribute("vtkMRMLSegmentationNode", KIND, SEGMENTATION)
        self._watch = SegmentWatch(self._onSegments)
        self.structures = StructuresSection(ui, lambda label: self.names.choose(label))
        self.names = NamesSection(ui, self._onNamed)
        self.correction = CorrectionSection(ui, self._onCorrected)
        self.input = StudySection(ui, self._reader.worker, self._onInput, TASK)
        self.loop = LoopSection(
            ui.loopFrame.layout(), self._reader.worker, self._model,
            lambda: self.ui.deviceBox.currentText, self._showInViews,
        )  # fmt: skip
        self.send = SendSection(
            ui.sendFrame.layout(),
            self._reader.worker,
            lambda: gatheringSegmentation(self._shown),
            self._folderOfStudy,
        )
        self.setup = SetupSection(ui.setupFrame.layout(), self._reader.worker)
        self.run = RunControl(
            ui.segmentButton, ui.progressBar, self._start, self._cancel, self._isBusy, widget
        )
        ui.modelBox.connect("currentIndexChanged(int)", self._onModel)
        ui.deviceBox.connect("currentIndexChanged(int)", self._onDevice)
        ui.exportButton.connect("clicked(bool)", self._onExport)
        onPathChanged(ui.exportEdit, self._onExportPath)
        ui.restartButton.connect("clicked(bool)", self._onRestart)
        scene = slicer.mrmlScene
        self._keeper, self._drawnNames = SceneKeeper(scene), NamesInViews(scene)
        self._observer = scene.AddObserver(scene.StartCloseEvent, self._onSceneStartClose)
        self._segments = SegmentsAfterImport(scene, self._onImported)
        self._drop = FolderDrop(widget, self.input.choose)
        self._labels = WrappedLabels(widget)
        self.tell("")
        self._binding = ParameterBinding(
            scene, lambda: SegmentationParameters(logic.getParameterNode()), widget,
            self._onTied, self._onParameters, lambda: self.input.elsewhere,
        )  # fmt: skip
        self._binding.start()

    @property
    def _parameters(self) -> Any:
        return self._binding.parameters if self._binding is not None else None

    def _onTied(self) -> None:
        """The scene's parameter node is there, perhaps another one than before."""
        parameters = self._parameters
        if parameters.model:
            self.ui.modelBox.setCurrentText(parameters.model)
        self.ui.deviceBox.setCurrentText(parameters.device)
        self._onModel()
        if self._binding.untouched:
            self._chooseWhatIsThere()
        self._onParameters()
        self._onInput()

    def _onParameters(self) -> None:
        """What is shown follows the parameter node, which has what was chosen; a selector's own
        signal comes before."""
        self.input.follow()
        self._showSegmentation()

    def _chooseWhatIsThere(self) -> None:
        """Where there is only one to choose: a segmentation with its volume, or else a volume.

        Where a folder is chosen, that is what is read, and no volume.
        """
        scene, parameters = slicer.mrmlScene, self._parameters
        nodes = [
            segmentationNode
            for segmentationNode in segmentationNodes(scene)
            if not segmentationNode.GetAttribute(ASIDE)
        ]
        volumes = [
            volume
            for volume in nodesOfClass(scene, "vtkMRMLScalarVolumeNode")
            if volume.GetClassName() == "vtkMRMLScalarVolumeNode"
            and not volume.GetAttribute(LOOP_CASE)
        ]
        if len(nodes) == 1:
            parameters.segmentation = nodes[0]
            volumes = [segmentedVolumeNode(nodes[0])]
        if len(volumes) == 1 and not self.input.elsewhere:
            parameters.volume = volumes[0]

    def enter(self) -> None:
        """Called when the module is chosen; a model may have been taken in or removed meanwhile."""
        self._listModels()
        self._onModel()
        self._onInput()
        self._showInViews()
        self.correction.enter()
        self.loop.enter()

    def exit(self) -> None:
        """Called when another module is chosen."""
        self.correction.leave()
        self.loop.exit()

    def cleanup(self) -> None:
        """Called when the module goes away: the worker ends, nothing is observed any more."""
        self.loop.cleanup()
        self._run += 1
        self._segments.stop()
        self.input.close()
        self._watch.follow(None)
        self.structures.stop()
        self.names.stop()
        self._showing.stop()
        self.send.stop()
        self._reader.stop()
        self.correction.close()
        slicer.mrmlScene.RemoveObserver(self._observer)
        self._keeper.stop()
        self._drawnNames.stop()
        self._labels.stop()
        self._binding.stop()
        self._shown = None
        self.uncaught.stop()

    def tell(self, verdict: str, notice: str = "", *, restart: bool = False) -> None:
        """Shows what came of it, by the button; never in a dialog."""
        showLine(self.ui.verdictLabel, verdict)
        showLine(self.ui.noticeLabel, notice)
        self.ui.restartButton.visible = restart

    def _fillBoxes(self) -> None:
        for box, words in ((self.ui.weightingBox, WEIGHTINGS), (self.ui.regionBox, REGIONS)):
            box.addItems(["unknown", *(word for word in words if word != "unknown")])
        self.ui.deviceBox.addItems(list(DEVICES))
        self._listModels()

    def _listModels(self) -> None:
        """Lists the models that are on this machine now; the chosen one stays, if it is there."""
        try:
            self._models = find_models(TASK)
        except SpineError as error:
            self._models = []
            self.ui.modelLabel.text = str(error)
        names = [model.card.name for model in self._models]
        fillBox(self.ui.modelBox, [(name, name) for name in names])

    def _start(self) -> None:
        self._run += 1
        run, node = self._run, self.input.volume
        folder = "" if node is not None else self.input.folder
        options = {
            "onReading": lambda reading: self._onReading(run, reading, node, folder),
            "onError": lambda error: self._onError(run, error),
            "onProgress": self.run.progress,
            **self.input.options,
            "tasks": [TASK],
            "models": [self.ui.modelBox.currentText],
            "device": self.ui.deviceBox.currentText,
        }
        self.tell("")
        try:
            if node is not None:
                self._reader.readVolume(node, **options)
            else:
                self._reader.readFolder(self.input.folder, **options)
        except SpineError as error:
            self._onError(run, error)

    def _isBusy(self) -> bool:
        return self._reader.busy or self._showing.busy

    def _cancel(self) -> None:
        if self._showing.busy:
            self._showing.stop()
            self._onError(self._run, Cancelled())
        else:
            self._reader.cancel()

    def _onReading(self, run: int, reading: Reading, volumeNode: Any, folder: str) -> None:
        if run != self._run:  # the scene that it was read from is closed
            self.run.update()
            return
        self._showing.start(
            self._logic.showing(reading, volumeNode),
            onDone=lambda node: self._onShown(reading, node, folder),
            onError=lambda error: self._onError(run, from_exception(error)),
        )

    def _onShown(self, reading: Reading, node: Any, folder: str) -> None:
        self.run.update()
        if node is not None:
            self._folders[studyOf(node)] = folder
            self._parameters.segmentation = node
            self._showSegmentation()
        else:
            self.tell(self._logic.verdictLine(reading.findings.segmentation))

    def _onError(self, run: int, error: SpineError) -> None:
        self.run.update()
        if run != self._run:
            return
        text = _("Cancelled.") if isinstance(error, Cancelled) else str(error)
        self.tell(text, restart=isinstance(error, WorkerEnded))

    def _onRestart(self, *_arguments: Any) -> None:
        self._start()
        self.run.update()

    def _onInput(self, *_arguments: Any) -> None:
        self.run.setReady(self.input.ready and bool(self._models))
        self.ui.pathEdit.enabled = self.input.volume is None

    def _model(self) -> ModelFolder | None:
        index = self.ui.modelBox.currentIndex
        return self._models[index] if 0 <= index < len(self._models) else None

    def _onModel(self, *_arguments: Any) -> None:
        self.loop.data.update()
        model = self._model()
        if model is None:
            return
        card = model.card
        badge = _("Starter model. ") if card.starter else ""
        self.ui.modelLabel.text = f"{badge}{card.title} {card.version}. {card.limits}"
        if self._parameters is not None:
            self._parameters.model = card.name

    def _onDevice(self, *_arguments: Any) -> None:
        if self._parameters is not None:
            self._parameters.device = self.ui.deviceBox.currentText

    def _showSegmentation(self) -> None:
        node = self._parameters.segmentation
        if node is self._shown:
            return
        self._shown = node
        self._update(node)
        self._showInViews()
        self._drawnNames.update()

    def _update(self, node: Any) -> None:
        self._watch.follow(node)
        self.structures.show(node)
        self.names.show(node)
        self.correction.show(node)
        self._onExportPath()
        self.send.show(*sentAs(node))
        if node is not None:
            self._tellVerdict()
        else:
            self.tell("")

    def _tellVerdict(self) -> None:
        text = self._logic.verdictLine(segmentationFinding(self._shown))
        differs = namesDiffer(self._shown)
        text += f"\n⚠ {sentence(differs)}." if differs else ""
        self.tell(text, noticeOf(self._shown))

    def _onSegments(self) -> None:
        """The reader deleted a segment, or took that back."""
        self._onCorrected()
        self._tellVerdict()

    def _onNamed(self) -> None:
        self.structures.rename(segmentationFinding(self._shown))
        self.names.show(self._shown)
        self._tellVerdict()

    def _onCorrected(self) -> None:
        self.structures.show(self._shown)
        self.names.show(self._shown)

    def _folderOfStudy(self) -> str:
        return self._folders.get(studyOf(self._shown)) or self.input.folder

    def _onExportPath(self, *_arguments: Any) -> None:
        self.ui.exportButton.enabled = bool(self._shown and self.ui.exportEdit.currentPath)

    def _onExport(self, *_arguments: Any) -> None:
        path = self.ui.exportEdit.currentPath
        try:
            exportSegmentation(self._shown, path)
        except SpineError as error:
            self.ui.exportLabel.text = str(error)
            return
        self.ui.exportLabel.text = _("Written: {path}").format(path=path)

    def _onSceneStartClose(self, *_arguments: Any) -> None:
        self._run += 1
        self.names.stop()
        self._showing.stop()
        self._reader.cancel()
        self.send.stop()
        self.loop.sceneCloses()
        self.input.forget()
        self._shown, self._folders = None, {}
        self.correction.close()
        self._update(None)
        self.tell("")

    def _onImported(self) -> None:
        """A scene was added or opened; the views that it brought show what is chosen here."""
        self.structures.showGroups()
        if self._widget.visible:
            self._showInViews()

    def _showInViews(self) -> None:
        """Shows the chosen segmentation; an open case of the loop keeps the views, and no study
        lies over it."""
        if self.loop.case.work is not None:
            self.loop.case.work.shown.showInViews()
        else:
            showInViews(self._shown)
