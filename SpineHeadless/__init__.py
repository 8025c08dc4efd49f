"""Slicer without a desktop: scene, views and pictures from the slicer-core wheel.

In a source tree the modules' scene code stands beside the modules, where Slicer looks for it;
this is the one place that makes it importable here.
"""

import sys
from pathlib import Path

for _module in ("SpineCompression", "SpineSegmentation"):
    _folder = Path(__file__).resolve().parent.parent / _module
    if _folder.is_dir() and str(_folder) not in sys.path:
        sys.path.append(str(_folder))
