"""The segmentation module's panel: choose, segment, look, name, correct, export."""

from __future__ import annotations

from typing import Any

import slicer

from SpineLib.errors import Cancelled, SpineError, WorkerEnded, from_exception
from SpineLib.labels import REGIONS, WEIGHTINGS
from SpineLib.models import ModelFolder, find_models
from SpineLib.reading import Reading
from SpineSlicer.host.FolderDrop import FolderDrop
from SpineSlicer.host.RunControl import RunControl
from SpineSlicer.host.SegmentsAfterImport import SegmentsAfterImport
from SpineSlicer.host.SetupSection import SetupSection
from SpineSlicer.host.StudySection import StudySection
from SpineSlicer.host.Turns import Turns
from SpineSlicer.scene.naming import noticeOf
from SpineSlicer.scene.segmentationExport import exportSegmentation
from SpineSlicer.scene.spineSegmentation import segmentationFinding
from SpineSlicer.scene.studyNodes import KIND, SEGMENTATION
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
        self._parameters: Any = None
        self._guiTag: Any = None
        self._run, self._showing = 0, Turns()
        self._shown: Any = None
        self._fillBoxes()
        ui.segmentationSelector.addAttribute("vtkMRMLSegmentationNode", KIND, SEGMENTATION)
        self.structures = StructuresSection(ui, self._onStructure)
        self.names = NamesSection(ui, self._onNamed)
        self.correction = CorrectionSection(ui, self._onCorrected)
        self.input = StudySection(ui, self._reader.worker, self._onInput, TASK)
        self.loop = LoopSection(
            ui.loopFrame.layout(), self._reader.worker, self._model,
            lambda: self.ui.deviceBox.currentText,
        )  # fmt: skip
        self.setup = SetupSection(ui.setupFrame.layout(), self._reader.worker)
        self.run = RunControl(
            ui.segmentButton, ui.progressBar, self._start, self._cancel, self._isBusy, widget
        )
        ui.modelBox.connect("currentIndexChanged(int)", self._onModel)
        ui.deviceBox.connect("currentIndexChanged(int)", self._onDevice)
        ui.segmentationSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._onSegmentation)
        ui.exportButton.connect("clicked(bool)", self._onExport)
        ui.exportEdit.connect("currentPathChanged(QString)", self._onExportPath)
        ui.restartButton.connect("clicked(bool)", self._onRestart)
        scene = slicer.mrmlScene
        self._observers = [
            scene.AddObserver(scene.StartCloseEvent, self._onSceneStartClose),
            # After closing and after importing; earlier, the selectors do not know the nodes yet.
            scene.AddObserver(scene.EndBatchProcessEvent, self._onSceneEndBatchProcess),
        ]
        self._segments = SegmentsAfterImport(scene, self._onSegmentsShown)
        self._drop = FolderDrop(widget, self.input.choose)
        self.tell("")
        self.bind()

    def bind(self) -> None:
        """Follows the scene's parameter node; the first volume of the scene is chosen if none is."""
        self.unbind()
        self._parameters = SegmentationParameters(self._logic.getParameterNode())
        if self._parameters.volume is None:
            volumes = nodesOfClass(slicer.mrmlScene, "vtkMRMLScalarVolumeNode")
            volumes = [one for one in volumes if one.GetClassName() == "vtkMRMLScalarVolumeNode"]
            if volumes:
                self._parameters.volume = volumes[0]
        self._guiTag = self._parameters.connectGui(self._widget)
        if self._parameters.model:
            self.ui.modelBox.setCurrentText(self._parameters.model)
        self.ui.deviceBox.setCurrentText(self._parameters.device)
        self._onModel()
        self._showSegmentation()
        self._onInput()

    def unbind(self) -> None:
        """Lets go of the parameter node."""
        if self._guiTag is not None:
            self._parameters.disconnectGui(self._guiTag)
        self._guiTag = None

    def enter(self) -> None:
        """Called when the module is chosen."""
        if self._guiTag is None:
            self.bind()
        showInViews(self._shown)
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
        self.structures.stop()
        self.names.stop()
        self._showing.stop()
        self._reader.stop()
        self.correction.close()
        for one in self._observers:
            slicer.mrmlScene.RemoveObserver(one)
        self._observers = []
        self.unbind()
        self._parameters = self._shown = None

    def tell(self, verdict: str, notice: str = "", *, restart: bool = False) -> None:
        """Shows what came of it, by the button; never in a dialog."""
        for label, text in ((self.ui.verdictLabel, verdict), (self.ui.noticeLabel, notice)):
            label.text = text
            label.visible = bool(text)
        self.ui.restartButton.visible = restart

    def _fillBoxes(self) -> None:
        for box, words in ((self.ui.weightingBox, WEIGHTINGS), (self.ui.regionBox, REGIONS)):
            box.addItems(["unknown", *(word for word in words if word != "unknown")])
        self.ui.deviceBox.addItems(list(DEVICES))
        try:
            self._models = find_models(TASK)
        except SpineError as error:
            self._models = []
            self.ui.modelLabel.text = str(error)
        self.ui.modelBox.addItems([model.card.name for model in self._models])

    def _start(self) -> None:
        self._run += 1
        run, node = self._run, self.input.volume
        options = {
            "onReading": lambda reading: self._onReading(run, reading, node),
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

    def _onReading(self, run: int, reading: Reading, volumeNode: Any) -> None:
        if run != self._run:  # the scene that it was read from is closed
            self.run.update()
            return
        self._showing.start(
            self._logic.showing(reading, volumeNode),
            onDone=lambda node: self._onShown(reading, node),
            onError=lambda error: self._onError(run, from_exception(error)),
        )

    def _onShown(self, reading: Reading, node: Any) -> None:
        self.run.update()
        if node is not None:
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

    def _onSegmentation(self, *_arguments: Any) -> None:
        self._showSegmentation()

    def _showSegmentation(self) -> None:
        node = self._parameters.segmentation if self._parameters is not None else None
        if node is self._shown:
            return
        self._shown = node
        self._update(node)
        showInViews(node)

    def _update(self, node: Any) -> None:
        self.structures.show(node)
        self.names.show(node)
        self.correction.show(node)
        self._onExportPath()
        if node is not None:
            self.tell(self._logic.verdictLine(segmentationFinding(node)), noticeOf(node))

    def _onStructure(self, label: int) -> None:
        self.names.choose(label)

    def _onNamed(self) -> None:
        finding = segmentationFinding(self._shown)
        self.structures.rename(finding)
        self.names.show(self._shown)
        self.tell(self._logic.verdictLine(finding), noticeOf(self._shown))

    def _onCorrected(self) -> None:
        self.structures.show(self._shown)
        self.names.show(self._shown)

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
        self.loop.sceneCloses()
        self.unbind()
        self._shown = None
        self.correction.close()
        self._update(None)
        self.tell("")

    def _onSegmentsShown(self) -> None:
        self.structures.showGroups()

    def _onSceneEndBatchProcess(self, *_arguments: Any) -> None:
        self.bind()


def _(text: str) -> str:
    from slicer.i18n import tr

    return tr(text)
