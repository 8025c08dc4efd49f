"""The panel of Spine Segmentation, section by section.

Installed, SpineLib and SpineSlicer stand beside the modules. In a source tree they stand two
folders up; this puts them on the path there.
"""

import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("SpineSlicer") is None:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
