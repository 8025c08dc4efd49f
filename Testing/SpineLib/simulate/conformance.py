"""What dciodvfy, the standard's validator in Debian's dicom3tools, finds wrong in a file."""

import shutil
import subprocess
from pathlib import Path

import pytest


def errors_of(file: Path) -> list[str]:
    """The error lines; skips the test where the validator is not installed."""
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (apt-get install dicom3tools)")
    said = subprocess.run(["dciodvfy", str(file)], capture_output=True, text=True, check=False)
    return [line for line in (said.stderr + said.stdout).splitlines() if line.startswith("Error")]
