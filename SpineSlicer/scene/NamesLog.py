"""What readers said of a segmentation's levels, in the order in which they did; nothing is lost."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from SpineLib.errors import BadInput
from SpineLib.findings import SegmentationFinding
from SpineLib.findings_upgrade import evidence_reason
from SpineLib.reasons import Reason
from SpineLib.store.undoable import UndoableLog
from SpineLib.times import now
from SpineLib.translation import tr as _

VERSION = 1
_ATTRIBUTE = "SpineMRI.NamesLog"


@dataclass(frozen=True)
class Names:
    """How a segmentation's structures are called.

    Attributes:
        lowest: the lowest vertebra's name; empty where it is not known.
        evidence, why: whose word it is, and why, as a sentence and as `dataclasses.asdict` of a
            `Reason`; the latter is None in steps of before there were codes.
        names: label number, as text → name.
    """

    lowest: str
    evidence: str
    names: dict[str, str]
    why: dict[str, Any] | None = None

    @classmethod
    def of(cls, finding: SegmentationFinding) -> Names:
        """The names that a finding gives."""
        names = {str(segment.label): segment.name for segment in finding.segments}
        why = finding.evidence_why
        return cls(finding.lowest, finding.evidence, names, None if why is None else asdict(why))

    def given(self, finding: SegmentationFinding) -> SegmentationFinding:
        """A finding with these names; a segment that came later keeps its own."""
        segments = [
            replace(segment, name=self.names.get(str(segment.label), segment.name))
            for segment in finding.segments
        ]
        why = Reason.from_dict(self.why) or evidence_reason(self.evidence)
        return replace(
            finding, lowest=self.lowest, evidence=self.evidence, evidence_why=why, segments=segments
        )


@dataclass(frozen=True)
class Naming:
    """One thing that a reader said.

    Attributes:
        before, after: the names then, and since.
        reader: who said it; empty where the settings name nobody.
        time: UTC, ISO 8601.
        undone: taken back; it stays in the log.
        replaced: something else was said after it was undone, so that it is not brought back.
    """

    before: Names
    after: Names
    reader: str = ""
    time: str = ""
    undone: bool = False
    replaced: bool = False


class NamesLog(UndoableLog[Naming]):
    """The log of one segmentation node, kept in the node and saved with it.

    Args:
        node: a spine segmentation.

    Raises:
        BadInput: the node's log is damaged, or of a newer version; it stays as it is.

    Example:
        log = NamesLog(node)
        log.add(before, after, reader="AB")
        log.undo().before
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        text = node.GetAttribute(_ATTRIBUTE)
        try:
            data: dict[str, Any] = json.loads(text) if text else {"version": VERSION, "steps": []}
            version = int(data["version"])
            super().__init__([] if version > VERSION else [_step(step) for step in data["steps"]])
        except (ValueError, TypeError, KeyError) as error:
            raise BadInput(
                _("The log of this segmentation's names is damaged"),
                advice=_("It stays in the scene as it is; segment again to name the levels again."),
            ) from error
        if version > VERSION:
            raise BadInput(
                _(
                    "The log of this segmentation's names has version {version}; this program "
                    "knows {known}"
                ).format(version=version, known=VERSION),
                advice=_("Update SlicerSpineMRI; the log stays in the scene as it is."),
            )

    def add(self, before: Names, after: Names, *, reader: str = "") -> None:
        """Adds what a reader said just now."""
        self.append(Naming(before, after, reader, now("seconds")))
        self._keep()

    def undo(self) -> Naming | None:
        """Marks the last step as taken back, and gives it; None where there is none."""
        return self._kept(super().undo())

    def redo(self) -> Naming | None:
        """Takes the last undo back, and gives its step; None where there is none."""
        return self._kept(super().redo())

    def _kept(self, step: Naming | None) -> Naming | None:
        if step is not None:
            self._keep()
        return step

    def _keep(self) -> None:
        data = {"version": VERSION, "steps": [asdict(step) for step in self.steps]}
        self._node.SetAttribute(_ATTRIBUTE, json.dumps(data, ensure_ascii=True))


def hasNamesLog(node: Any) -> bool:
    """Whether a reader ever named this segmentation, undone or not."""
    return bool(node.GetAttribute(_ATTRIBUTE))


def _step(data: dict[str, Any]) -> Naming:
    return Naming(
        Names(**data["before"]), Names(**data["after"]), data["reader"], data["time"],
        bool(data["undone"]), bool(data["replaced"]),
    )  # fmt: skip
