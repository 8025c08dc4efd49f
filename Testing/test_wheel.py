"""What `pip install` of a clone gives to a cluster."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_a_wheel_holds_the_library_its_schemas_and_the_starter_models(tmp_path):
    listed = [
        "git",
        "ls-files",
        "-z",
        "SpineLib",
        "SpineSlicer",
        "Resources/Models",
        "Resources/Terminology",
    ]
    shipped = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    files = [name for name in shipped.split("\0") if name and not name.endswith("CMakeLists.txt")]
    for name in [*files, "pyproject.toml", "setup.py", "README.md", "LICENSE"]:
        (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "clone" / name).write_bytes((ROOT / name).read_bytes())
    build = [
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        "../wheel",
        ".",
    ]
    subprocess.run([sys.executable, *build], cwd=tmp_path / "clone", check=True)
    (wheel,) = (tmp_path / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    expected = {name.replace("Resources/", "SpineLib/_resources/") for name in files}
    assert not expected - held
