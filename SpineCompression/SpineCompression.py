"""Slicer module: flags axial T2 slices for cord compression and grades them."""

from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)


class SpineCompression(ScriptedLoadableModule):
    """What Slicer shows of the module before it is opened."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Spine Compression")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["SpineSegmentation"]
        self.parent.contributors = ["SlicerSpineMRI contributors"]
        self.parent.helpText = _(
            "Reads a spine MR study: flags each axial T2 slice for compression of the cord, grades "
            "epidural compression (Bilsky) where metastases are known, and names levels from the "
            "lumbar segmentation. Research software, not for clinical use."
        )
        self.parent.acknowledgementText = _(
            "After Merali et al., Scientific Reports 2021, and Hallinan et al., Frontiers in Oncology 2022."
        )


class SpineCompressionWidget(ScriptedLoadableModuleWidget):
    """The panel; the work is in `SpineCompressionLib` and `SpineSegmentationLib`."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        self.logic = None
        self.panel = None

    def setup(self):
        """Builds the panel when the module is first opened."""
        import slicer
        from SpineSegmentationLib.ReadingPanel import ReadingPanel

        ScriptedLoadableModuleWidget.setup(self)
        widget = slicer.util.loadUI(self.resourcePath("UI/SpineCompression.ui"))
        widget.setMRMLScene(slicer.mrmlScene)
        self.layout.addWidget(widget)
        self.logic = SpineCompressionLogic()
        ui = slicer.util.childWidgetVariables(widget)
        self.panel = ReadingPanel(ui, self.logic.reader, self.logic.show)

    def cleanup(self):
        """Ends the worker when Slicer closes the module."""
        if self.logic is not None:
            self.logic.reader.stop()


class SpineCompressionLogic(ScriptedLoadableModuleLogic):
    """Reads studies in the worker and shows what was found.

    Args:
        reader: reads studies; by default one with a worker of its own.
    """

    def __init__(self, reader=None):
        from SpineSegmentationLib.StudyReader import StudyReader

        ScriptedLoadableModuleLogic.__init__(self)
        self.reader = reader or StudyReader()

    def show(self, reading, volumeNode=None):
        """Shows a reading in the scene and the worst slice in the views.

        Args:
            reading: what was read.
            volumeNode: the volume that it was read from; by default the reading's are added.

        Returns:
            The verdict, in one line.
        """
        import slicer
        from SpineCompressionLib.ReadingScene import ReadingScene

        findings = reading.findings
        scene = ReadingScene(slicer.mrmlScene)
        read = [stack.id for stack in findings.stacks if stack.id in reading.volumes]
        scene.show(reading, {read[0]: volumeNode} if volumeNode and read else None)
        flagged = findings.flagged()
        if read:
            stack = flagged[0][0].id if flagged else read[0]
            slicer.util.setSliceViewerLayers(background=scene.volumeNode(stack), fit=True)
        if flagged:
            worst = flagged[0][1]
            slicer.vtkMRMLSliceNode.JumpAllSlices(
                slicer.mrmlScene,
                *(worst.canal_center_ras or worst.position_ras),
                slicer.vtkMRMLSliceNode.CenteredJumpSlice,
            )
        return _verdictLine(findings)


class SpineCompressionTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer: the panel opens and a reading without images is shown as what it is."""

    def runTest(self):
        import slicer

        self.setUp()
        slicer.util.selectModule("SpineCompression")
        from SpineLib.findings import Findings
        from SpineLib.reading import Reading

        line = SpineCompressionLogic().show(Reading(Findings()))
        self.assertIn("not assessed", line)


def _verdictLine(findings):
    compression, grading = findings.compression, findings.grading
    if not compression.assessed_slices:
        line = f"Compression not assessed: {compression.reason}"
    else:
        line = (
            f"{_studyVerdict(compression)}: {compression.compressed_slices} of "
            f"{compression.assessed_slices} slices compressed ({compression.rule})"
        )
    if grading.status == "assessed":
        return f"{line}. {grading.scheme}: highest {grading.highest}"
    return f"{line}. {grading.scheme} not assessed: {grading.reason}"


def _studyVerdict(compression):
    if compression.verdict == "not assessed":
        return f"No verdict on the study ({compression.reason})"
    return compression.verdict.capitalize()
