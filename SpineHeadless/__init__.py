"""Slicer without a desktop: scene, views and pictures, from the slicer-core wheel."""

import importlib.util
import sys
from pathlib import Path

# In a source tree the modules' libraries stand beside this package, as in Slicer's module paths.
for _module in ("SpineCompression", "SpineSegmentation"):
    _folder = Path(__file__).resolve().parent.parent / _module
    if _folder.is_dir() and importlib.util.find_spec(f"{_module}Lib") is None:
        sys.path.append(str(_folder))
