"""What may import what."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT, ROOT / "SpineCompression", ROOT / "SpineSegmentation")
# What runs in Slicer's own process, where torch must never be imported.
WITHOUT_TORCH = [
    *("errors", "progress", "store.files", "volume", "labels", "findings", "reading"),
    *("doors.listing", "doors.client", "doors.worker", "doors.cli"),
    *("dicom", "models", "models.applicability", "outputs"),
    *("projects.session", "projects.status", "projects.consensus", "projects.exporting"),
    *("loop.writer", "loop.drafts", "loop.queue", "loop.checks", "loop.finetune", "loop.promotion"),
]


def loaded_by(code: str) -> set[str]:
    """Names of the modules that are loaded after ``code`` ran in a fresh interpreter."""
    code += "\nimport json, sys; print(json.dumps([str(n) for n in sys.modules]))"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, FOLDERS))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_imports_point_downward_only():
    run = (
        "from importlinter.cli import lint_imports_command as run; run(['--no-logo', '--no-cache'])"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, FOLDERS))}
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "forbidden", [("torch", "monai", "torchvision"), ("slicer", "vtk", "qt"), ("pandas",)]
)
def test_the_library_loads_neither_torch_nor_slicer_until_it_is_asked(forbidden):
    names = [f"SpineLib.{n}" for n in WITHOUT_TORCH]
    assert not loaded_by(f"import {', '.join(names)}") & set(forbidden)


def test_a_command_starts_without_the_heavy_libraries():
    heavy = {"torch", "monai", "vtk", "slicer", "SimpleITK", "scipy", "matplotlib", "pydicom"}
    assert not loaded_by("import SpineSlicer.headless.cli") & heavy


def test_uncompressed_images_are_scanned_and_read_without_waiting_for_pydicom(data):
    folder = str(data / "dicom" / "cervical_t2_axial")
    code = f"from SpineLib.dicom import read, scan; read(scan({folder!r}).stacks[0])"
    assert not loaded_by(code) & {"pydicom", "SimpleITK", "scipy"}


def test_drawing_a_reading_loads_a_third_of_vtk_and_any_name_of_it_can_still_be_used():
    code = "import SpineSlicer.headless.outputs, vtk, vtk.util.numpy_support, trame_slicer.core"
    loaded = loaded_by(code)
    assert "vtkmodules.vtkRenderingFreeType" in loaded
    assert not loaded & {"vtkmodules.all", "vtkmodules.vtkWebCore", "vtkmodules.vtkIOGDAL"}
    assert "vtkmodules.all" in loaded_by(f"{code}; vtk.vtkWebUtilities; vtk.vtkTransform()")


def test_opening_a_panel_waits_for_no_heavy_library():
    """Each of them would stop Slicer's window for a third of a second or more."""
    code = (
        "import sys; from unittest.mock import MagicMock\n"
        "for name in ('slicer', 'slicer.util', 'slicer.i18n', 'slicer.parameterNodeWrapper', 'qt',"
        " 'ctk', 'vtk', 'vtk.util', 'vtk.util.numpy_support'): sys.modules[name] = MagicMock()\n"
        "import SpineCompressionLib.CompressionPanel, SpineSegmentationLib.SegmentationPanel"
    )
    parts = ("stats", "ndimage", "spatial", "optimize", "sparse", "special", "linalg")
    heavy = {"SimpleITK", "pandas", "sklearn", *(f"scipy.{part}" for part in parts)}
    loaded = loaded_by(code)
    assert "SpineLib.loop.queue" in loaded and not loaded & heavy
