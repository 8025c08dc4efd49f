"""Series with several stacks in Slicer's DICOM module."""

import shutil
import sys
import types
from pathlib import Path

import numpy as np
import pydicom
import pytest
import slicer

from SpineLib.dicom import scan
from SpineSlicer.host.stackLoadables import CONFIDENCE, addStackVolume, stacksOfSeries

SCALAR_VOLUME_CONFIDENCE = 0.5


class Loadable:
    """What DICOMLib gives plugins to fill."""

    def __init__(self):
        self.files, self.name, self.tooltip, self.warning = [], "Unknown", "", ""
        self.selected, self.confidence = False, 0.5


class Plugin:
    """DICOMLib's base class, as far as Slicer's own sources say what it does."""

    def __init__(self):
        self.loadType, self.tags, self._cache = "Generic DICOM", {}, {}

    def getCachedLoadables(self, files):
        return self._cache.get(tuple(files))

    def cacheLoadables(self, files, loadables):
        self._cache[tuple(files)] = loadables

    def defaultSeriesNodeName(self, uid):
        return "7: T2 axial"

    def addSeriesInSubjectHierarchy(self, loadable, node):
        """The series' item is found by its UID, so that only its first node is moved."""
        tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
        uid = slicer.vtkMRMLSubjectHierarchyConstants.GetDICOMUIDName()
        header = pydicom.dcmread(loadable.files[0], stop_before_pixels=True)
        item = tree.GetItemByDataNode(node) or tree.CreateItem(tree.GetSceneItemID(), node)
        tree.SetItemUID(item, uid, header.SeriesInstanceUID)
        study = tree.GetItemByUID(uid, header.StudyInstanceUID)
        if not study:
            study = tree.CreateStudyItem(tree.GetSceneItemID(), "Study")
            tree.SetItemUID(study, uid, header.StudyInstanceUID)
        tree.SetItemParent(tree.GetItemByUID(uid, header.SeriesInstanceUID), study)


class Database:
    """Values of files' headers by "gggg,eeee"."""

    def fileValue(self, file, tag):
        group, element = (int(part, 16) for part in tag.split(","))
        found = pydicom.dcmread(file, stop_before_pixels=True).get((group, element))
        return "" if found is None else str(found.value)


class ApplicationLogic:
    shown = None

    def GetSelectionNode(self):
        return self

    def SetActiveVolumeID(self, node):
        self.shown = node

    def PropagateVolumeSelection(self):
        pass


@pytest.fixture
def folder(lumbarStudy):
    """A lumbar study: localiser in three planes, one sagittal stack, five axial blocks."""
    return lumbarStudy


@pytest.fixture
def plugin(scene, monkeypatch):
    library = types.ModuleType("DICOMLib")
    library.DICOMLoadable, library.DICOMPlugin = Loadable, Plugin
    i18n = types.ModuleType("slicer.i18n")
    i18n.tr = lambda text: text
    monkeypatch.setitem(sys.modules, "DICOMLib", library)
    monkeypatch.setitem(sys.modules, "slicer.i18n", i18n)
    monkeypatch.setattr(slicer, "dicomDatabase", Database(), raising=False)
    monkeypatch.setattr(slicer, "mrmlScene", scene, raising=False)
    monkeypatch.setattr(slicer, "modules", types.SimpleNamespace(), raising=False)
    app = types.SimpleNamespace(applicationLogic=ApplicationLogic)
    monkeypatch.setattr(slicer, "app", app, raising=False)
    from DICOMSpineStackPlugin import DICOMSpineStackPlugin

    DICOMSpineStackPlugin(types.SimpleNamespace())
    yield slicer.modules.dicomPlugins["DICOMSpineStackPlugin"]()
    sys.modules.pop("SpineSegmentationLib.DICOMSpineStackPluginClass", None)


def files_of(folder, series):
    return sorted(str(path) for path in (folder / series).glob("*.dcm"))


def test_a_series_with_five_angled_blocks_is_offered_as_five_volumes(plugin, folder):
    found = plugin.examineForImport([files_of(folder, "axial")])
    assert [one.name for one in found] == [f"7: T2 axial - stack {n}" for n in range(1, 6)]
    assert all(one.selected and one.confidence == CONFIDENCE for one in found)
    assert found[0].confidence > SCALAR_VOLUME_CONFIDENCE
    used = [file for one in found for file in one.files]
    assert sorted(used) == files_of(folder, "axial")
    assert "axial stack 1 of 5: 5 slices every 4.4 mm" in found[0].tooltip


def test_a_series_with_one_stack_is_left_to_slicers_own_plugin(plugin, folder):
    assert plugin.examineForImport([files_of(folder, "sagittal")]) == []


def test_the_same_places_at_two_echoes_are_left_to_slicers_sequence_plugins(
    plugin, folder, tmp_path
):
    for n, path in enumerate(files_of(folder, "sagittal")[:4] * 2):
        image = pydicom.dcmread(path)
        image.EchoTime = 20.0 if n < 4 else 80.0
        image.SOPInstanceUID = f"1.2.826.0.9.{n}"
        image.InstanceNumber = n + 1
        image.save_as(tmp_path / f"{n}.dcm")
    assert len(scan(tmp_path).stacks) == 2
    assert plugin.examineForImport([[str(p) for p in sorted(tmp_path.iterdir())]]) == []


def test_each_stack_lies_where_its_headers_say_and_names_its_images_in_the_order_of_k(
    plugin, folder, scene
):
    from slicer import util

    for loadable in plugin.examineForImport([files_of(folder, "axial")]):
        node = plugin.load(loadable)
        matrix = util.vtkMatrixFromArray(np.eye(4))
        node.GetIJKToRASMatrix(matrix)
        matrix = util.arrayFromVTKMatrix(matrix)
        uids = node.GetAttribute("DICOM.instanceUIDs").split()
        assert len(uids) == 5
        images = {i.SOPInstanceUID: i for i in map(pydicom.dcmread, loadable.files)}
        for k, uid in enumerate(uids):
            image = images[uid]
            expected = np.array(image.ImagePositionPatient, float) * (-1, -1, 1)
            np.testing.assert_allclose((matrix @ [0, 0, k, 1])[:3], expected, atol=1e-3)
            across = np.array(image.ImageOrientationPatient[:3], float) * (-1, -1, 1)
            step = matrix[:3, 0] / image.PixelSpacing[1]
            np.testing.assert_allclose(step, across, atol=1e-6)
            np.testing.assert_array_equal(util.arrayFromVolume(node)[k], image.pixel_array)


def test_every_stack_stands_under_its_study(plugin, folder, scene):
    nodes = [plugin.load(one) for one in plugin.examineForImport([files_of(folder, "axial")])]
    tree = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    parents = {tree.GetItemParent(tree.GetItemByDataNode(node)) for node in nodes}
    assert len(parents) == 1
    uid = tree.GetItemUID(parents.pop(), "DICOM")
    assert uid == pydicom.dcmread(files_of(folder, "sagittal")[0]).StudyInstanceUID


def test_a_truncated_file_is_named_before_loading(plugin, folder, tmp_path):
    files = []
    for path in map(Path, files_of(folder, "axial")):
        data = path.read_bytes()
        files.append(str(tmp_path / path.name))
        Path(files[-1]).write_bytes(data[: len(data) // 2] if "0003" in path.name else data)
    found = plugin.examineForImport([files])
    assert all("IM0003.dcm left out" in one.warning for one in found)


def test_a_file_that_went_away_is_no_volume_and_no_crash(plugin, folder, tmp_path):
    shutil.copytree(folder / "axial", tmp_path / "axial")
    first = plugin.examineForImport([files_of(tmp_path, "axial")])[0]
    Path(first.files[0]).unlink()
    assert plugin.load(first) is None


def test_files_whose_header_does_not_say_the_modality_are_offered_as_the_panel_reads_them(
    plugin, folder, tmp_path
):
    for path in map(Path, files_of(folder, "axial")):
        image = pydicom.dcmread(path)
        del image.Modality
        image.save_as(tmp_path / path.name)
    files = [str(path) for path in sorted(tmp_path.iterdir())]
    assert len(plugin.examineForImport([files])) == len(
        plugin.examineForImport([files_of(folder, "axial")])
    )


def test_another_modality_is_not_looked_at(plugin, folder, tmp_path):
    image = pydicom.dcmread(files_of(folder, "axial")[0])
    image.Modality = "CT"
    image.save_as(tmp_path / "a.dcm")
    assert plugin.examineForImport([[str(tmp_path / "a.dcm")]]) == []


def test_a_stack_that_is_no_volume_is_named_in_the_others_warning(folder, tmp_path):
    for n, path in enumerate(files_of(folder, "axial")[:11]):
        image = pydicom.dcmread(path)
        if n == 10:
            image.SliceThickness = None
            del image.SpacingBetweenSlices
        image.save_as(tmp_path / f"{n:02}.dcm")
    found = stacksOfSeries([str(p) for p in sorted(tmp_path.iterdir())], "7: T2")
    assert len(found) == 2
    assert "1 slice left out: one slice that does not say its thickness" in found[0].warning


def test_two_stacks_of_one_name_are_two_nodes(folder, scene):
    one = stacksOfSeries(files_of(folder, "axial"), "7: T2")[0]
    names = {addStackVolume(scene, one).GetName() for _ in range(2)}
    assert len(names) == 2
