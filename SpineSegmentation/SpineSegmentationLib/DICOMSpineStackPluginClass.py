"""The plugin of Slicer's DICOM module that offers every stack of a multi-stack series."""

from __future__ import annotations

import logging
from typing import Any

import slicer
from DICOMLib import DICOMLoadable, DICOMPlugin
from slicer.i18n import tr as _

from SpineLib.errors import SpineError
from SpineSlicer.host.stackLoadables import CONFIDENCE, StackFiles, addStackVolume, stacksOfSeries


class DICOMSpineStackPluginClass(DICOMPlugin):
    """Offers each stack of a series as its own loadable; a series with one stack is not offered.

    Slicer makes one instance for each look at the database. `examineForImport` reads headers only;
    pixels are read by `load`.

    Example:
        plugin = slicer.modules.dicomPlugins["DICOMSpineStackPlugin"]()
        loadables = plugin.examineForImport([files])
        volume = plugin.load(loadables[0])
    """

    def __init__(self) -> None:
        DICOMPlugin.__init__(self)
        self.loadType = _("Spine stacks")
        self.tags["seriesUID"] = "0020,000E"
        self.tags["modality"] = "0008,0060"

    def examineForImport(self, fileLists: Any) -> list[Any]:
        """Loadables of every series among the lists that holds several stacks.

        Args:
            fileLists: a list of files a series.
        """
        loadables: list[Any] = []
        for files in fileLists:
            cached = self.getCachedLoadables(files)
            if cached is None:
                cached = self._examine(list(files))
                self.cacheLoadables(files, cached)
            loadables += cached
        return loadables

    def load(self, loadable: Any) -> Any:
        """Loads one stack under its study.

        Args:
            loadable: one of `examineForImport`'s.

        Returns:
            The volume node; None where the files cannot be read, which Slicer reports.
        """
        try:
            node = addStackVolume(slicer.mrmlScene, loadable.spineStack)
        except SpineError as error:
            logging.error(str(error))
            return None
        self.addSeriesInSubjectHierarchy(loadable, node)
        self._moveToStudy(node, loadable.spineStack.stack.study_instance_uid)
        logic = slicer.app.applicationLogic()
        logic.GetSelectionNode().SetActiveVolumeID(node.GetID())
        logic.PropagateVolumeSelection()
        return node

    def _moveToStudy(self, node: Any, studyInstanceUid: str) -> None:
        # Slicer finds a series' item by its UID, which all its stacks share, and moves the first.
        hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        uidName = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMUIDName()
        study = hierarchy.GetItemByUID(uidName, studyInstanceUid)
        if study:
            hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), study)

    def _examine(self, files: list[str]) -> list[Any]:
        # Archives that strip headers leave no modality; what the files hold says the rest.
        modality = slicer.dicomDatabase.fileValue(files[0], self.tags["modality"]) if files else "-"
        if modality not in ("MR", ""):
            return []
        uid = slicer.dicomDatabase.fileValue(files[0], self.tags["seriesUID"])
        stacks = stacksOfSeries(files, self.defaultSeriesNodeName(uid))
        return [self._loadable(stack) for stack in stacks]

    def _loadable(self, stackFiles: StackFiles) -> Any:
        loadable = DICOMLoadable()
        loadable.files = stackFiles.files
        loadable.name, loadable.tooltip = stackFiles.name, stackFiles.toolTip
        loadable.warning = stackFiles.warning
        loadable.selected, loadable.confidence = True, CONFIDENCE
        loadable.spineStack = stackFiles
        return loadable
