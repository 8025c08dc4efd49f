"""What the worker's Python needs, what of it is missing, and how it gets there."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import SpineError
from SpineLib.translation import tr as _
from SpineSlicer.host.WorkerProcess import PYTHON_SETTING

WHEELS_SETTING = "SpineMRI/WheelFolder"
TORCH = "torch>=2.8"
# What a worker needs beside PyTorch, as in pyproject.toml. Slicer brings the first four, highdicom
# and dicomweb-client.
PACKAGES = (
    "numpy>=2", "scipy>=1.13", "pydicom>=3", "SimpleITK>=2.4", "monai>=1.5", "einops",
    "safetensors>=0.5", "jsonschema>=4.20", "pyjpegls", "pylibjpeg", "pylibjpeg-openjpeg",
    "python-gdcm", "highdicom>=0.26", "pynetdicom>=3", "dicomweb-client>=0.60",
    "pydantic>=2", "pillow>=11",
)  # fmt: skip
REQUESTER = "Spine MRI"


class Installation:
    """Says what is missing in Slicer's Python, and installs it when the person says so.

    Nothing is imported and nothing is changed before `install`. With another Python named for the
    worker, its packages are that Python's matter, and the worker's own answer tells what it lacks:
    the panels need no more than Slicer brings.

    Args:
        packaging: `slicer.packaging`, or what a test puts in its place.

    Example:
        installation = Installation()
        print(installation.summary())
        installation.install()
    """

    def __init__(self, packaging: Any = None) -> None:
        self._packaging = packaging

    @property
    def externalPython(self) -> str:
        """The Python that the person named for the worker; empty for Slicer's own."""
        return str(slicer.util.settingsValue(PYTHON_SETTING, "") or "")

    @externalPython.setter
    def externalPython(self, path: str) -> None:
        _setSetting(PYTHON_SETTING, path)

    @property
    def wheelFolder(self) -> str:
        """A folder of wheels for a machine without a network; empty for the package index."""
        return str(slicer.util.settingsValue(WHEELS_SETTING, "") or "")

    @wheelFolder.setter
    def wheelFolder(self, path: str) -> None:
        _setSetting(WHEELS_SETTING, path)

    def missing(self) -> list[str]:
        """Requirements that Slicer's Python does not meet; none with another Python."""
        if self.externalPython:
            return []
        check = self._tools().pip_check if self._tools() is not None else _isThere
        return [requirement for requirement in (TORCH, *PACKAGES) if not check(requirement)]

    def summary(self) -> str:
        """One or two lines for the person: what is there, what is missing, what would happen."""
        if self.externalPython:
            there = Path(self.externalPython).is_file()
            text = (
                _("Reading runs in {path}.")
                if there
                else _("There is no Python at {path}. Choose another one.")
            )
            return text.format(path=self.externalPython)
        missing = self.missing()
        if not missing:
            return _("Everything that reading needs is installed in Slicer's Python.")
        what = _("Missing in Slicer's Python: {packages}.").format(packages=", ".join(missing))
        return f"{what} {self._way(missing)}"

    def _way(self, missing: list[str]) -> str:
        """Where the missing packages would come from, or what to do first."""
        if self._tools() is None:
            return _("This Slicer cannot install them; use 5.12 or later, or another Python.")
        if self.wheelFolder:
            if not list(Path(self.wheelFolder).glob("*.whl")):
                text = _("There are no wheels in {folder}. Choose another folder.")
            else:
                text = _("Install takes them from {folder}; no network is used.")
            return text.format(folder=self.wheelFolder)
        if TORCH not in missing:
            return _("Install downloads them from the Python package index.")
        if not _hasPyTorchExtension():
            return _(
                "First install the extension PyTorch in the Extension Manager and restart "
                "Slicer; or choose another Python, or a folder of wheels."
            )
        return _(
            "Install downloads PyTorch through the PyTorch extension, which takes up to "
            "several gigabytes of disk, and the rest from the Python package index."
        )

    def canInstall(self) -> bool:
        """Whether `install` has something to do and can do it."""
        missing = self.missing()
        if not missing or self._tools() is None:
            return False
        return bool(self.wheelFolder) or TORCH not in missing or _hasPyTorchExtension()

    def install(self) -> None:
        """Installs what is missing; Slicer asks first, and shows its progress.

        Raises:
            SpineError: the person declined, or it failed; nothing else was changed.
        """
        missing = self.missing()
        if not missing:
            return
        try:
            if self.wheelFolder:
                self._fromWheels(missing)
                return
            # MONAI would bring a PyTorch of its own choice, so that PyTorch comes first.
            if TORCH in missing:
                _installTorch()
            rest = [requirement for requirement in missing if requirement != TORCH]
            if rest:
                self._tools().pip_ensure(rest, requester=REQUESTER)
            importlib.invalidate_caches()
        except SpineError:
            raise
        except RuntimeError as error:  # what pip_ensure says when the person declines
            raise SpineError(_("Nothing was installed"), advice=f"{error}.") from error
        except Exception as error:
            raise SpineError(
                _("The installation failed: {kind}").format(kind=type(error).__name__),
                advice=_(
                    "Slicer's Python console shows what pip said. Try again, or choose a folder of "
                    "wheels or another Python."
                ),
            ) from error

    def _fromWheels(self, missing: list[str]) -> None:
        folder = Path(self.wheelFolder)
        if not list(folder.glob("*.whl")):
            raise SpineError(
                _("There are no wheels in this folder"),
                file=folder,
                advice=_("Download them on another machine with:")
                + " pip download --dest FOLDER "
                + " ".join(f'"{requirement}"' for requirement in missing),
            )
        self._tools().pip_install(
            ["--no-index", "--find-links", str(folder), *missing], requester=REQUESTER
        )

    def _tools(self) -> Any:
        """`slicer.packaging`; None in a Slicer that is too old to have it."""
        if self._packaging is None and importlib.util.find_spec("slicer.packaging") is not None:
            self._packaging = importlib.import_module("slicer.packaging")
        return self._packaging


def _isThere(requirement: str) -> bool:
    """Whether a package is installed, whatever its version."""
    try:
        importlib.metadata.distribution(re.split(r"[<>=!~ ]", requirement)[0])
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _hasPyTorchExtension() -> bool:
    return importlib.util.find_spec("PyTorchUtils") is not None


def _installTorch() -> None:
    """Lets the PyTorch extension choose the build for this machine's graphics card."""
    if not _hasPyTorchExtension():
        raise SpineError(
            _("The extension PyTorch is not installed"),
            advice=_("Install it in the Extension Manager and restart Slicer."),
        )
    import PyTorchUtils

    installed = PyTorchUtils.PyTorchUtilsLogic().installTorch(
        askConfirmation=True, torchVersionRequirement=TORCH.removeprefix("torch")
    )
    if installed is None:
        raise SpineError(_("Nothing was installed"), advice=_("PyTorch was declined."))


def _setSetting(key: str, value: str) -> None:
    settings = slicer.app.settings()
    if value:
        settings.setValue(key, value)
    else:
        settings.remove(key)
