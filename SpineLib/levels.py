"""The chain of vertebrae that sagittal series show, with names, as findings hold it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from SpineLib.labels import NOT_ASSESSED
from SpineLib.reasons import Reason


@dataclass
class VertebraFinding:
    """One vertebra of the chain that was seen on sagittal series, and the disc below it.

    Attributes:
        name: ``C5``; empty where not known.
        probability: that the name is right; 0 where not known, 1 where the reader said it.
        ras: the middle of its body, mm; None where an end of the chain was not seen.
        disc_ras: the middle of the disc below it, mm; None where none was seen.
        disc: ``seen``, ``odd``, ``fused`` or ``missing``.
        seen: how surely the body was seen, 0-1; 0 where it is only told by its discs.
        disc_seen: the same of the disc.
        link: probability that the next vertebra of the chain is its lower neighbour.
        regions: probabilities of cervical, thoracic and lumbar.
    """

    name: str
    probability: float
    ras: list[float] | None
    disc_ras: list[float] | None
    disc: str = "missing"
    seen: float = 0.0
    disc_seen: float = 0.0
    link: float = 1.0
    regions: list[float] = field(default_factory=list)


@dataclass
class LevelsFinding:
    """The spine's levels, as sagittal series show them.

    Attributes:
        status: ``assessed`` where a chain of vertebrae was seen.
        stacks: ids of the sagittal stacks that were looked at.
        vertebrae: from above to below.
        course: the canal's centre line from above to below, RAS mm.
        c2, sacrum: place in the chain and probability of what was seen as such; None where nothing was.
        evidence: why the names are known, or why not.
        unusual: anatomy that is not the usual one, or looks like it.
        placed: id of an axial stack → how it lies to the sagittal ones.
        shifts: id of an axial stack → millimetres (RAS) that were added to its places to find its
            levels; only of stacks with another Frame of Reference that lay beside the course.
        regions: id of an axial stack → how header and picture differ on its region.
        why: why nothing was looked for or seen.
    """

    status: str = NOT_ASSESSED
    stacks: list[str] = field(default_factory=list)
    vertebrae: list[VertebraFinding] = field(default_factory=list)
    course: list[list[float]] = field(default_factory=list)
    c2: list[float] | None = None
    sacrum: list[float] | None = None
    evidence: list[Reason] = field(default_factory=list)
    unusual: list[Reason] = field(default_factory=list)
    placed: dict[str, Reason] = field(default_factory=dict)
    shifts: dict[str, list[float]] = field(default_factory=dict)
    regions: dict[str, Reason] = field(default_factory=dict)
    why: Reason | None = None

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> LevelsFinding:
        """From what `dataclasses.asdict` gave."""
        values: dict[str, Any] = {**data, "why": Reason.from_dict(data.get("why"))}
        for name in ("evidence", "unusual"):
            values[name] = [Reason(**reason) for reason in data.get(name, [])]
        for name in ("placed", "regions"):
            values[name] = {stack: Reason(**reason) for stack, reason in data.get(name, {}).items()}
        values["vertebrae"] = [VertebraFinding(**body) for body in data.get("vertebrae", [])]
        return cls(**values)

    @property
    def known(self) -> bool:
        """Whether any vertebra has a name."""
        return any(vertebra.name for vertebra in self.vertebrae)
