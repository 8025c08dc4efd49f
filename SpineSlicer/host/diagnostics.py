"""A text about the installation for whoever helps; nothing of any patient is in it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

from SpineLib import __version__


def diagnosticsText(
    worker: dict[str, Any] | None,
    *,
    slicerVersion: str,
    problem: str = "",
    missing: Sequence[str] = (),
    externalPython: bool = False,
    log: str = "",
    heartbeat: str = "",
) -> str:
    """The text, in sections; it names no file of the person's, no study and no node.

    Args:
        worker: what the worker's ``diagnose`` answered; None where it gave no answer.
        slicerVersion: Slicer's version, revision and platform.
        problem: the class of the error where the worker gave no answer.
        missing: requirements that Slicer's Python does not meet; of another one that was
            named, it says nothing.
        externalPython: the worker runs in a Python that the person named.
        log: the safe part of what the worker printed.
        heartbeat: how long the window stood still (`heartbeatLine`).
    """
    lines = [
        f"SlicerSpineMRI {__version__}",
        f"Slicer {slicerVersion}, Python {platform.python_version()}",
        f"Worker's Python: {'another one, named in the settings' if externalPython else 'Slicer’s'}",
    ]
    if not externalPython:
        lines.append(f"Missing in Slicer's Python: {', '.join(missing) or 'nothing'}")
    lines.append(f"Heartbeat: {heartbeat or 'off'}")
    if worker is None:
        lines.append(f"The worker did not answer{f' ({problem})' if problem else ''}")
        if externalPython:
            lines.append("What is missing in its Python is not known")
    else:
        lines += _workerLines(worker)
    lines += ["", "Worker's log:", log or "empty"]
    return "\n".join(lines)


def _workerLines(worker: dict[str, Any]) -> list[str]:
    lines = [
        "",
        f"Worker: {worker['software']}, Python {worker['python']}, {worker['system']}, "
        f"{worker['processors']} processors",
        f"Devices: {'; '.join(worker['devices']) or 'none'}",
    ]
    if worker["problem"]:
        lines.append(worker["problem"])
    packages = worker["packages"].items()
    lines.append(
        "Packages: " + ", ".join(f"{name} {version or 'missing'}" for name, version in packages)
    )
    lines.append("Models:")
    for model in worker["models"]:
        lines.append(f"  {model['name']} {model['version']} ({model['task']}): {model['state']}")
    return lines + [f"  broken: {what}" for what in worker["broken"]]
