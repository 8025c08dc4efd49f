"""The panels' setup: what is missing, another Python, wheels, diagnostics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import slicer

from SpineLib.errors import SpineError
from SpineLib.translation import tr as _
from SpineSlicer.host.diagnostics import diagnosticsText
from SpineSlicer.host.Heartbeat import heartbeatLine
from SpineSlicer.host.Installation import Installation
from SpineSlicer.host.loadForm import loadForm
from SpineSlicer.host.pathChanged import onPathChanged

FORM = Path(__file__).with_name("Setup.ui")


class SetupSection:
    """Adds the section "Setup" to a panel; both modules' panels have it.

    It opens by itself where something is missing. Nothing is installed before the person says so.

    Args:
        layout: where it is added, at the end.
        worker: the panel's `WorkerProcess`, which is asked and started anew.

    Example:
        self.setup = SetupSection(ui.setupFrame.layout(), reader.worker)
    """

    def __init__(self, layout: Any, worker: Any) -> None:
        self._worker, self._installation = worker, Installation()
        self.widget = loadForm(FORM)
        layout.addWidget(self.widget)
        self.ui = ui = slicer.util.childWidgetVariables(self.widget)
        ui.pythonEdit.currentPath = self._installation.externalPython
        ui.wheelsEdit.currentPath = self._installation.wheelFolder
        onPathChanged(ui.pythonEdit, self._onPython)
        onPathChanged(ui.wheelsEdit, self._onWheels)
        ui.installButton.connect("clicked(bool)", self._onInstall)
        ui.diagnosticsButton.connect("clicked(bool)", self._onDiagnostics)
        ui.copyButton.connect("clicked(bool)", self._onCopy)
        ui.diagnosticsText.visible = ui.copyButton.visible = False
        self.update()
        if self._installation.missing():
            ui.setupButton.collapsed = False

    def update(self) -> None:
        """Says anew what is there and what is missing."""
        self.ui.setupLabel.text = self._installation.summary()
        self.ui.installButton.enabled = self._installation.canInstall()

    def diagnose(self) -> None:
        """Asks the worker about itself and shows the text; returns at once."""
        self._tell(_("Asking the worker…"))
        self._worker.request(
            "diagnose",
            {},
            onResult=lambda result: self._tell(self._text(result)),
            onError=lambda error: self._tell(self._text(None, type(error).__name__)),
        )

    def _text(self, result: dict[str, Any] | None, problem: str = "") -> str:
        app = slicer.app
        log = getattr(self._worker, "log", None)
        return diagnosticsText(
            result,
            slicerVersion=f"{app.applicationVersion} (revision {app.revision}) {app.platform}",
            problem=problem,
            missing=self._installation.missing(),
            externalPython=bool(self._installation.externalPython),
            log=log.lastWords(40) if log is not None else "",
            heartbeat=heartbeatLine(),
        )

    def _tell(self, text: str) -> None:
        self.ui.diagnosticsText.plainText = text
        self.ui.diagnosticsText.visible = self.ui.copyButton.visible = True

    def _onPython(self, path: str) -> None:
        self._installation.externalPython = path.strip()
        self.update()

    def _onWheels(self, path: str) -> None:
        self._installation.wheelFolder = path.strip()
        self.update()

    def _onInstall(self, *_arguments: Any) -> None:
        try:
            self._installation.install()
        except SpineError as error:
            self.ui.setupLabel.text = str(error)
            return
        self.update()

    def _onDiagnostics(self, *_arguments: Any) -> None:
        self.diagnose()

    def _onCopy(self, *_arguments: Any) -> None:
        slicer.app.clipboard().setText(self.ui.diagnosticsText.plainText)
