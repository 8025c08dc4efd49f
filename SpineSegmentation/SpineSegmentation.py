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
        import slicer

        slicer.app.connect("startupCompleted()", self._onStartupCompleted)

    def _onStartupCompleted(self):
        import slicer

        from SpineSlicer.host.Heartbeat import startHeartbeat
        from SpineSlicer.host.sampleData import registerSampleData
        from SpineSlicer.scene.SceneKeeper import SceneKeeper

        startHeartbeat()
        registerSampleData(self.resourcePath("Icons"))
        # Scenes are opened and volumes moved without our panels, too.
        self._keeper = SceneKeeper(slicer.mrmlScene)


class SpineSegmentationWidget(ScriptedLoadableModuleWidget):
    """The panel; the work is in `SpineSegmentationLib`."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        self.logic = None
        self.panel = None

    def setup(self):
        """Builds the panel when the module is first opened."""
        import slicer
        from SpineSegmentationLib.SegmentationPanel import SegmentationPanel

        from SpineSlicer.host.loadForm import loadForm

        ScriptedLoadableModuleWidget.setup(self)
        widget = loadForm(self.resourcePath("UI/SpineSegmentation.ui"))
        widget.setMRMLScene(slicer.mrmlScene)
        self.layout.addWidget(widget)
        self.logic = SpineSegmentationLogic()
        self.panel = SegmentationPanel(widget, self.logic)
        if self.parent.isEntered:  # after Reload, which does not enter
            self.enter()

    def enter(self):
        """The module was chosen."""
        self.panel.enter()

    def exit(self):
        """Another module was chosen."""
        self.panel.exit()

    def cleanup(self):
        """Ends the worker when the module is unloaded; Slicer unloads all when it is about to quit."""
        if self.panel is not None:
            self.panel.cleanup()
        self.panel = None

    def onReload(self):
        """Developer's button: all files of the module are read anew; folder and stack stay chosen."""
        import importlib
        import sys

        import slicer

        chosen = self.panel.input.chosen
        self.cleanup()
        # Forgotten, not reloaded one by one: they import each other, in an order of their own.
        shared = ("SpineSegmentationLib.", "SpineSlicer.scene", "SpineSlicer.host")
        for name in [n for n in sys.modules if n.startswith(shared)]:
            del sys.modules[name]
        importlib.invalidate_caches()
        ScriptedLoadableModuleWidget.onReload(self)
        slicer.modules.SpineSegmentationWidget.panel.input.chooseAgain(chosen)


class SpineSegmentationLogic(ScriptedLoadableModuleLogic):
    """Reads studies in the worker and shows their segmentation.

    Args:
        reader: reads studies; by default one with a worker of its own.
    """

    def __init__(self, reader=None):
        from SpineSlicer.host.StudyReader import StudyReader

        ScriptedLoadableModuleLogic.__init__(self)
        self.reader = reader or StudyReader()

    def show(self, reading, volumeNode=None):
        """Adds a reading's segmentation to the scene and shows its volume.

        Args:
            reading: what was read.
            volumeNode: the volume that it was read from; by default the reading's is added.

        Returns:
            The segmentation node; None where nothing was segmented.
        """
        from SpineLib.slabs import finish

        return finish(self.showing(reading, volumeNode))

    def showing(self, reading, volumeNode=None):
        """`show` in steps, for turns of the event loop (`Turns`)."""
        import slicer

        from SpineSlicer.scene.naming import levellingReadings
        from SpineSlicer.scene.shownSegmentation import showingSegmentation
        from SpineSlicer.scene.sliceViews import mendViews

        node, volumeNode = yield from showingSegmentation(slicer.mrmlScene, reading, volumeNode)
        if node is not None:
            yield from levellingReadings(slicer.mrmlScene)
            mendViews(slicer.mrmlScene)
            slicer.util.setSliceViewerLayers(background=volumeNode, fit=True)
        return node

    def verdictLine(self, finding):
        """What was found, in one line.

        Args:
            finding: a `SegmentationFinding`.
        """
        from SpineLib.outputs.summary import why
        from SpineLib.translation import tr

        if finding.status != "assessed":
            return tr("Not assessed: {reason}").format(reason=why(finding))
        if not finding.segments:
            return tr("This segmentation has no segments. If it had any, its file is missing.")
        names = [segment.name for segment in finding.segments if segment.kind == "vertebra"]
        discs = sum(segment.kind == "disc" for segment in finding.segments)
        levels = f"{names[-1]}–{names[0]}" if finding.lowest and names else tr("levels not known")
        text = tr("{vertebrae} vertebrae ({levels}), {discs} discs").format(
            vertebrae=len(names), levels=levels, discs=discs
        )
        return f"{text}. {why(finding)}." if finding.forced else f"{text}."


class SpineSegmentationTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer (Reload & Test, ctest): a simulated study from reading to a saved scene."""

    def runTest(self):
        from SpineSegmentationLib.selfTest import selfTest

        self.setUp()
        selfTest(self, SpineSegmentationLogic())
