"""A reading: findings with the volumes that they are about, in memory and as a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from SpineLib.findings import Findings, read_json, write_json
from SpineLib.volume import Frame, Volume, read_volume, write_volume


@dataclass
class Reading:
    """What `SpineLib.inference.study.read_study` gives and every face shows.

    Attributes:
        findings: what was found.
        volumes: stack id → volume, for each stack that was read.
        segmentation: SPIDER label map (uint8) on the grid of stack
            ``findings.segmentation.stack``; None where nothing was segmented.
    """

    findings: Findings
    volumes: dict[str, Volume] = field(default_factory=dict)
    segmentation: Volume | None = None

    def save(self, folder: str | Path) -> None:
        """Writes ``findings.json``, ``segmentation.nrrd`` and ``volumes/<stack>.nrrd``."""
        folder = Path(folder)
        for stack, volume in self.volumes.items():
            write_volume(volume, folder / "volumes" / f"{stack}.nrrd")
        if self.segmentation is not None:
            write_volume(self.segmentation, folder / self.findings.segmentation.file)
        write_json(self.findings, folder / "findings.json")

    @classmethod
    def load(cls, folder: str | Path) -> Reading:
        """Reads what `save` wrote.

        Raises:
            BadInput: a file is missing or damaged.
        """
        folder = Path(folder)
        findings = read_json(folder / "findings.json")
        volumes = {}
        for stack in findings.stacks:
            path = folder / "volumes" / f"{stack.id}.nrrd"
            if not path.is_file():
                continue
            grid = read_volume(path)
            frames = tuple(Frame(s.sop_instance_uid, s.frame) for s in stack.slices)
            volumes[stack.id] = Volume(
                grid.voxels, grid.ijk_to_ras, frames, stack.frame_of_reference_uid
            )
        name = findings.segmentation.file
        return cls(findings, volumes, read_volume(folder / name) if name else None)
