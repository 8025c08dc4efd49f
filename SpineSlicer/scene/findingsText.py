"""Findings as a scene keeps them, written and read back."""

from __future__ import annotations

import json
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.findings import SCHEMA_VERSION, Findings


def findingsIn(text: str) -> Findings:
    """The findings that a scene's text holds.

    Raises:
        BadInput: they are damaged or of a newer version.
    """
    # Slicer's Python has no jsonschema; what this program wrote, its own types can check.
    try:
        data = json.loads(text)
        version = int(data["schema_version"])
        if version > SCHEMA_VERSION:
            raise BadInput(
                f"The scene's findings have schema version {version}; this program knows "
                f"{SCHEMA_VERSION}",
                advice="Update SlicerSpineMRI.",
            )
        return Findings.from_dict(data)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            "The scene's findings are damaged", advice="Read the study again."
        ) from error


def writeFindings(node: Any, findings: dict[str, Any]) -> None:
    """Writes findings, of `Findings.to_dict`, into their text node."""
    node.SetText(json.dumps(findings, ensure_ascii=False, allow_nan=False))
