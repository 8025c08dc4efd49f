"""The launcher sets itself up once, and says what it needs."""

import importlib.machinery
import importlib.util
import io
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """The launcher as a module, in a folder of its own; nothing is installed."""
    loader = importlib.machinery.SourceFileLoader("launcher", str(ROOT / "spine"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "LOG", tmp_path / ".venv" / "setup.log")
    return module


@pytest.fixture
def installs(launcher, monkeypatch):
    """What the launcher would have installed; its environment appears at once."""
    calls = []

    def make():
        launcher.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        launcher.PYTHON.touch()

    monkeypatch.setattr(launcher, "_make_venv", make)
    monkeypatch.setattr(launcher, "_torch_index", lambda: ([], "any build"))
    monkeypatch.setattr(launcher, "pip", lambda *arguments: calls.append(arguments))
    return calls


def test_another_python_is_told_which_ones_fit(launcher, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18, "final", 0))
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    assert launcher.main(["scan"]) == 1
    said = capsys.readouterr().err
    assert "Python 3.9.18" in said
    assert "3.10, 3.11, 3.12 or 3.13" in said


def test_a_python_that_fits_is_taken_where_the_machine_has_one(launcher, monkeypatch):
    calls = []
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    monkeypatch.setattr(
        launcher.shutil, "which", lambda name: f"/bin/{name}" if "11" in name else None
    )
    monkeypatch.setattr(
        launcher.subprocess, "call", lambda command, **options: calls.append(command) or 0
    )
    assert launcher.main(["scan", "x"]) == 0
    assert calls[-1][0] == "/bin/python3.11"
    assert calls[-1][-2:] == ["scan", "x"]


def test_torch_comes_before_what_would_pull_another_build_of_it(launcher, installs):
    launcher.set_up("run")
    assert installs[0][1].startswith("torch==")
    assert "headless" in installs[-1][3] and "test" not in installs[-1][3].rsplit("[", 1)[1]


def test_the_second_start_installs_nothing(launcher, installs):
    launcher.set_up("run")
    installs.clear()
    launcher.set_up("run")
    assert installs == []


def test_what_was_set_up_for_tests_also_runs(launcher, installs):
    launcher.set_up("test")
    installs.clear()
    launcher.set_up("run")
    assert installs == []


def test_who_only_reads_waits_for_nothing_that_training_needs(launcher, installs):
    launcher.set_up(launcher.purpose_of(["read", "STUDY", "--out", "OUT"]))
    assert installs[-1][3].endswith("[headless]")
    installs.clear()
    launcher.set_up(launcher.purpose_of(["models", "list"]))
    assert installs == []
    launcher.set_up(launcher.purpose_of(["train", "compression"]))
    assert installs[-1][3].endswith("[headless,train]")


def test_the_commands_that_read_load_nothing_that_training_needs(launcher):
    """Nor does what they import of the library; each import of them is tried, none is run."""
    modules = [
        "SpineLib.inference.study", "SpineLib.inference.spine_search", "SpineLib.inference.canal",
        "SpineLib.inference.segmentation", "SpineLib.inference.instances", "SpineLib.outputs.dicom",
        "SpineLib.networks.resnet", "SpineLib.networks.volume_unet", "SpineLib.networks.prototype",
        "SpineLib.doors.cli", "SpineLib.training.package", "SpineLib.pacs.station.station",
        "SpineSlicer.headless.demo", "SpineLib.simulate", "SpineLib.outcome.serving",
    ]  # fmt: skip
    code = (
        "import sys; from SpineLib.errors import TRAIN_MODULES\n"
        "for name in TRAIN_MODULES: sys.modules[name] = None\n"
        f"import {', '.join(modules)}\nprint('monai' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_an_interrupted_set_up_is_done_again(launcher, installs, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(launcher, "pip", stop)
        assert launcher.main(["scan"]) == 130
    launcher.set_up("run")
    assert len(installs) == 3


def test_other_versions_set_up_again(launcher, installs, monkeypatch):
    launcher.set_up("run")
    installs.clear()
    monkeypatch.setattr(launcher, "_key", lambda: "another")
    launcher.set_up("run")
    assert installs


def test_a_failure_of_pip_is_said_with_pips_own_last_words(launcher, capsys, monkeypatch):
    launcher.PYTHON.parent.mkdir(parents=True)
    launcher.PYTHON.write_text("#!/bin/sh\necho ERROR: No matching distribution; exit 1\n")
    launcher.PYTHON.chmod(0o755)
    with pytest.raises(launcher.SetupError, match="No matching distribution"):
        launcher.pip("install", "nothing")
    assert "install nothing" in launcher.LOG.read_text()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has builds to choose")
def test_a_machine_without_a_gpu_takes_the_cpu_build(launcher, monkeypatch):
    monkeypatch.setattr(launcher.Path, "exists", lambda path: False)
    monkeypatch.setattr(launcher.shutil, "which", lambda name: None)
    monkeypatch.setattr("urllib.request.urlopen", lambda *a, **k: io.StringIO())
    index, _ = launcher._torch_index()
    assert index == ["--extra-index-url", launcher.TORCH_CPU]


def test_every_pinned_version_has_no_hole_between_pythons():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    names = [line.split("==")[0] for line in pins]
    for line in pins:
        assert "==" in line
    for name in {n for n in names if names.count(n) > 1}:
        markers = {line.split(";")[1].strip() for line in pins if line.startswith(f"{name}==")}
        assert markers == {'python_version < "3.11"', 'python_version >= "3.11"'}
