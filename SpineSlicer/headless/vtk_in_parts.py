"""VTK in the parts that are used: all of it takes longer to load than many a study to be read.

Slicer's Python code, trame-slicer's and ours say ``import vtk``, which loads 150 libraries; Slicer's
core has loaded those that it works with by itself.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

# Beside what Slicer's core loads: texts, and what trame-slicer's views name.
_PARTS = (
    *("vtkCommonMath", "vtkCommonTransforms", "vtkFiltersGeneral", "vtkInteractionStyle"),
    *("vtkInteractionWidgets", "vtkRenderingFreeType", "vtkRenderingUI", "util.misc"),
)


class _Vtk(ModuleType):
    """Looks a name up in what is loaded, and loads all of VTK for one that is not there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        loaded = [part for path, part in sys.modules.items() if path.startswith("vtkmodules.")]
        for part in loaded:
            if hasattr(part, name):
                break
        else:
            part = importlib.import_module("vtkmodules.all")
        value = getattr(part, name)
        setattr(self, name, value)
        return value


def use_vtk_in_parts() -> None:
    """Lets ``import vtk`` load no more than that; nothing where it was imported before."""
    if "vtk" in sys.modules:
        return
    import vtkmodules

    for part in _PARTS:
        importlib.import_module(f"vtkmodules.{part}")
    module = _Vtk("vtk", "VTK's names, looked up as they are asked for")
    module.__path__ = vtkmodules.__path__  # so that vtk.util is found
    sys.modules["vtk"] = module
