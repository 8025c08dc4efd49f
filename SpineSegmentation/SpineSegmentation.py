"""Slicer module: segments the lumbar spine and names its vertebrae and discs."""

from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)


class SpineSegmentation(ScriptedLoadableModule):
    """What Slicer shows of the module before it is opened."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Spine Segmentation")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = []
        self.parent.contributors = ["SlicerSpineMRI contributors"]
        self.parent.helpText = _(
            "Segments vertebrae, discs and the spinal canal in lumbar sagittal T1 or T2 MR, and "
            "names them where the sacrum or the L5/S1 disc is in the picture. Research software, "
            "not for clinical use."
        )
        self.parent.acknowledgementText = _(
            "Label numbers and task after SPIDER (van der Graaf et al., Scientific Data 2024)."
        )


class SpineSegmentationWidget(ScriptedLoadableModuleWidget):
    """The panel; the work is in `SpineSegmentationLib`."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        self.logic = None
        self.panel = None

    def setup(self):
        """Builds the panel when the module is first opened."""
        import slicer
        from SpineSegmentationLib.ReadingPanel import ReadingPanel

        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/SpineSegmentation.ui"))
        widget.setMRMLScene(slicer.mrmlScene)
        self.layout.addWidget(widget)
        self.logic = SpineSegmentationLogic()
        ui = slicer.util.childWidgetVariables(widget)
        self.panel = ReadingPanel(ui, self.logic.reader, self.logic.show)

    def cleanup(self):
        """Ends the worker when Slicer closes the module."""
        if self.logic is not None:
            self.logic.reader.stop()


class SpineSegmentationLogic(ScriptedLoadableModuleLogic):
    """Reads studies in the worker and shows their segmentation.

    Args:
        reader: reads studies; by default one with a worker of its own.
    """

    def __init__(self, reader=None):
        from SpineSegmentationLib.StudyReader import StudyReader

        ScriptedLoadableModuleLogic.__init__(self)
        self.reader = reader or StudyReader()

    def show(self, reading, volumeNode=None):
        """Adds a reading's segmentation to the scene.

        Args:
            reading: what was read.
            volumeNode: the volume that it was read from; by default the reading's is added.

        Returns:
            What was found, in one line.
        """
        import slicer
        from SpineSegmentationLib.spineSegmentation import addSpineSegmentation
        from SpineSegmentationLib.volumeNodes import addVolumeNode

        finding = reading.findings.segmentation
        if reading.segmentation is None:
            return f"Not assessed: {finding.reason}"
        model = next(m for m in reading.findings.models if m.task == "segmentation")
        node = volumeNode or addVolumeNode(
            slicer.mrmlScene, reading.volumes[finding.stack], f"Stack {finding.stack}"
        )
        algorithm = f"{model.name} {model.version}"
        addSpineSegmentation(slicer.mrmlScene, reading.segmentation, finding, node, algorithm)
        slicer.util.setSliceViewerLayers(background=node, fit=True)
        names = ", ".join(segment.name for segment in finding.segments)
        return f"{names}. {finding.evidence}"


class SpineSegmentationTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer: the panel opens and the worker answers."""

    def runTest(self):
        import slicer
        from SpineSegmentationLib.WorkerProcess import WorkerProcess

        self.setUp()
        slicer.util.selectModule("SpineSegmentation")
        answers = []
        worker = WorkerProcess()
        worker.request("models", {}, onResult=answers.append, onError=answers.append)
        for _attempt in range(600):
            if answers:
                break
            slicer.app.processEvents()
            self.delayDisplay("Waiting for the worker", 100)
        worker.stop()
        self.assertTrue(answers)
