"""Segmentations, volumes and their places in a scene; runs in Slicer and headless alike.

Installed, SpineLib stands beside the modules. In a source tree it stands two folders up; this is
the one place that puts it on the path there.
"""

import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("SpineLib") is None:
    sys.path.append(str(Path(__file__).resolve().parents[2]))
