"""What is missing is said before anything is installed."""

import sys
import types
from pathlib import Path

import pytest
import slicer
import tomllib

from SpineLib.errors import SpineError
from SpineSlicer.host import Installation as module
from SpineSlicer.host.Installation import PACKAGES, TORCH, Installation

ROOT = Path(__file__).resolve().parents[3]


class Packaging:
    """`slicer.packaging` of a Python that lacks some packages."""

    def __init__(self, *missing):
        self.missing, self.ensured, self.installed, self.error = set(missing), [], [], None

    def pip_check(self, requirement):
        return requirement not in self.missing

    def pip_ensure(self, requirements, requester=None):
        if self.error:
            raise self.error
        self.ensured.append(requirements)

    def pip_install(self, arguments, requester=None):
        self.installed.append(arguments)


@pytest.fixture
def settings(monkeypatch):
    """Slicer's settings as a dict."""
    kept = {}
    held = types.SimpleNamespace(setValue=kept.__setitem__, remove=lambda key: kept.pop(key, None))
    monkeypatch.setattr(slicer, "app", types.SimpleNamespace(settings=lambda: held), raising=False)
    monkeypatch.setattr(
        slicer.util, "settingsValue", lambda key, default, **_: kept.get(key, default),
        raising=False,
    )  # fmt: skip
    return kept


@pytest.fixture
def extension(monkeypatch):
    """The PyTorch extension, with what it was asked."""
    requests = []

    class PyTorchUtilsLogic:
        def installTorch(self, **how):
            requests.append(how)
            return object()

    PyTorchUtils = types.ModuleType("PyTorchUtils")
    PyTorchUtils.PyTorchUtilsLogic = PyTorchUtilsLogic
    monkeypatch.setitem(sys.modules, "PyTorchUtils", PyTorchUtils)
    monkeypatch.setattr(module, "_hasPyTorchExtension", lambda: True)
    return requests


def test_the_packages_are_those_that_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {TORCH, *PACKAGES} <= set(project["dependencies"])


def test_with_everything_there_nothing_is_offered(settings):
    installation = Installation(Packaging())
    assert installation.missing() == [] and not installation.canInstall()
    assert "Everything" in installation.summary()


def test_what_is_missing_and_what_would_happen_is_said_and_nothing_is_changed(settings, extension):
    packaging = Packaging(TORCH, "einops")
    summary = Installation(packaging).summary()
    assert "Missing in Slicer's Python: torch>=2.8, einops." in summary
    assert "gigabytes" in summary
    assert packaging.ensured == packaging.installed == extension == []


def test_pytorch_comes_first_and_through_its_extension(settings, extension):
    packaging = Packaging(TORCH, "einops", "monai>=1.5")
    Installation(packaging).install()
    assert extension == [{"askConfirmation": True, "torchVersionRequirement": ">=2.8"}]
    assert packaging.ensured == [["monai>=1.5", "einops"]]


def test_without_the_extension_the_way_to_it_is_said(settings, monkeypatch):
    monkeypatch.setattr(module, "_hasPyTorchExtension", lambda: False)
    installation = Installation(Packaging(TORCH))
    assert not installation.canInstall()
    assert "Extension Manager" in installation.summary()
    with pytest.raises(SpineError, match="PyTorch is not installed"):
        installation.install()


def test_a_person_who_declines_reads_that_nothing_was_installed(settings, extension):
    packaging = Packaging("einops")
    packaging.error = RuntimeError("User declined package installation")
    with pytest.raises(SpineError, match="Nothing was installed"):
        Installation(packaging).install()


def test_an_installation_that_fails_says_what_to_do(settings, extension):
    packaging = Packaging("einops")
    packaging.error = OSError("/home/jane is full")
    with pytest.raises(SpineError, match="failed: OSError") as caught:
        Installation(packaging).install()
    assert "jane" not in str(caught.value)


def test_a_folder_of_wheels_needs_no_network_and_no_extension(settings, tmp_path):
    packaging = Packaging(TORCH, "einops")
    installation = Installation(packaging)
    for folder in (tmp_path / "none", tmp_path):
        installation.wheelFolder = str(folder)
        assert f"There are no wheels in {folder}. Choose another folder." in installation.summary()
    with pytest.raises(SpineError, match="no wheels in this folder") as caught:
        installation.install()
    assert 'pip download --dest FOLDER "torch>=2.8" "einops"' in str(caught.value)
    (tmp_path / "einops-0.8.1-py3-none-any.whl").touch()
    assert "no network is used" in installation.summary()
    installation.install()
    assert packaging.installed == [["--no-index", "--find-links", str(tmp_path), TORCH, "einops"]]


def test_another_python_can_be_named_and_given_up(settings):
    installation = Installation(Packaging(TORCH))
    installation.externalPython = sys.executable
    assert installation.missing() == []
    assert sys.executable in installation.summary()
    installation.externalPython = "/no/such/python"
    assert "There is no Python at /no/such/python" in installation.summary()
    installation.externalPython = ""
    assert settings == {} and installation.missing() == [TORCH]


def test_a_slicer_that_cannot_install_says_what_is_missing_all_the_same(settings, monkeypatch):
    monkeypatch.setattr(module, "PACKAGES", ("numpy>=2", "no-such-package>=1"))
    installation = Installation()
    assert installation.missing() == ["no-such-package>=1"]
    assert not installation.canInstall()
    assert "use 5.12 or later, or another Python" in installation.summary()
