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
    """The panel; the work is in `SpineCompressionLib`."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        self._observed = []
        self.logic = None
        self.panel = None

    def setup(self):
        """Builds the panel when the module is first opened."""
        import slicer
        from SpineCompressionLib.CompressionPanel import CompressionPanel
        from SpineCompressionLib.Parameters import Parameters

        from SpineSlicer.host.loadForm import loadForm

        ScriptedLoadableModuleWidget.setup(self)
        self._widget = loadForm(self.resourcePath("UI/SpineCompression.ui"))
        self._widget.setMRMLScene(slicer.mrmlScene)
        self.layout.addWidget(self._widget)
        self.logic = SpineCompressionLogic()
        self.ui = slicer.util.childWidgetVariables(self._widget)
        self.panel = CompressionPanel(
            self.ui,
            self._widget,
            self.logic.reader,
            slicer.mrmlScene,
            lambda: Parameters(self.logic.getParameterNode()),
        )
        scene = slicer.mrmlScene
        for event, method in (
            (scene.StartCloseEvent, self.onSceneStartClose),
            (scene.EndCloseEvent, self.onSceneEndClose),
            (scene.EndImportEvent, self.onSceneChanged),
        ):
            self._observed.append((scene, scene.AddObserver(event, method)))
        slicer.app.connect("aboutToQuit()", self.cleanup)
        if self.parent.isEntered:  # after Reload, which does not enter
            self.enter()

    def enter(self):
        """Brings panel and views in step each time the module is opened."""
        self.panel.enter()

    def exit(self):
        """Leaves the views alone when another module is opened."""
        self.panel.exit()

    def cleanup(self):
        """Ends the worker when Slicer closes or reloads the module."""
        import slicer

        for scene, tag in self._observed:
            scene.RemoveObserver(tag)
        self._observed = []
        if self.panel is not None:
            slicer.app.disconnect("aboutToQuit()", self.cleanup)
            self.panel.cleanup()
            self.panel = None

    def onReload(self):
        """Reloads the packages too, not the module's file alone; folder and stack stay chosen."""
        import sys

        import slicer

        chosen = self.panel.input.chosen
        shared = ("SpineCompressionLib", "SpineSlicer.scene", "SpineSlicer.host")
        for name in [n for n in sys.modules if n.startswith(shared)]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)
        slicer.modules.SpineCompressionWidget.panel.input.chooseAgain(chosen)

    def onSceneStartClose(self, _caller, _event):
        """What is read belongs to the scene that goes away."""
        self.panel.onSceneClosing()

    def onSceneEndClose(self, caller, event):
        """Nothing of the scene that went away stays in the panel, open or not."""
        self.panel.onSceneClosed()
        self.onSceneChanged(caller, event)

    def onSceneChanged(self, _caller, _event):
        """Shows what the scene holds now, where the panel is open."""
        if self.parent.visible:
            self.enter()


class SpineCompressionLogic(ScriptedLoadableModuleLogic):
    """Reads studies in the worker and shows what was found, without a panel.

    Args:
        reader: reads studies; by default one with a worker of its own.
    """

    def __init__(self, reader=None):
        from SpineSlicer.host.StudyReader import StudyReader

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

        from SpineLib.outputs import summary
        from SpineSlicer.scene.ReadingScene import ReadingScene
        from SpineSlicer.scene.ShownStudy import ShownStudy
        from SpineSlicer.scene.ViewLink import ViewLink

        nodes = ReadingScene(slicer.mrmlScene)
        read = [stack.id for stack in reading.findings.stacks if stack.id in reading.volumes]
        nodes.show(reading, {read[0]: volumeNode} if volumeNode is not None and read else None)
        study = ShownStudy(slicer.mrmlScene)
        study.open(nodes.study)
        link = ViewLink(study)
        link.start()
        link.stop()
        study.close()
        line = summary.headline(reading.findings)
        return ". ".join((line.text, line.detail, *summary.other_lines(reading.findings)))


class SpineCompressionTest(ScriptedLoadableModuleTest):
    """Runs inside Slicer: simulates a study, reads it, answers, saves and loads."""

    def runTest(self):
        import slicer

        self.setUp()
        slicer.modules.spinecompression.widgetRepresentation()  # makes the panel, shown or not
        panel = slicer.modules.SpineCompressionWidget.panel
        from SpineCompressionLib.selfTest import checkPanel, readSimulated

        slicer.mrmlScene.Clear(False)
        logic = SpineCompressionLogic()
        try:
            reading = readSimulated(self, logic.reader)
        finally:
            logic.reader.stop()
        checkPanel(self, panel, reading)
