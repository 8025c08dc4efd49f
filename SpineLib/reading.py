"""A reading: findings with the volumes that they are about, in memory and as a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from SpineLib.errors import BadInput
from SpineLib.findings import Findings, StackFindings
from SpineLib.findings_file import read_json, write_json
from SpineLib.json_values import parse_json
from SpineLib.slabs import Steps, finish, read_in_slabs, write_in_slabs
from SpineLib.store.files import write_text
from SpineLib.volume import Frame, Volume

_FOLDERS = ("volumes", "activations", "outlines")
_WINDOWS = "volumes/windows.json"  # stack → centre and width of the grey values to be shown


@dataclass
class Reading:
    """What `SpineLib.inference.study.read_study` gives and every face shows.

    Attributes:
        findings: what was found.
        volumes: stack id → volume, for each stack that was read.
        segmentation: SPIDER label map (uint8) on the grid of stack
            ``findings.segmentation.stack``; None where nothing was segmented.
        outlines: stack id → cord and dural sac (`SpineLib.inference.outline_map`), on a finer grid
            of the stack's slices.
        activations: stack id → class activation (float32, 0–1) on the stack's grid, where it was
            asked for.
    """

    findings: Findings
    volumes: dict[str, Volume] = field(default_factory=dict)
    segmentation: Volume | None = None
    activations: dict[str, Volume] = field(default_factory=dict)
    outlines: dict[str, Volume] = field(default_factory=dict)

    def save(self, folder: str | Path) -> None:
        """Writes ``findings.json``, ``segmentation.nrrd`` and a folder each of `_FOLDERS`.

        Not compressed: it is read back at once, in the main thread of a window.
        """
        folder = Path(folder)
        for name in _FOLDERS:
            for stack, volume in getattr(self, name).items():
                finish(write_in_slabs(volume, folder / name / f"{stack}.nrrd"))
        windows = {stack: volume.window for stack, volume in self.volumes.items() if volume.window}
        if windows:
            write_text(folder / _WINDOWS, json.dumps(windows))
        if self.segmentation is not None:
            name = self.findings.segmentation.file
            finish(write_in_slabs(self.segmentation, folder / name))
        write_json(self.findings, folder / "findings.json")

    @classmethod
    def load(cls, folder: str | Path) -> Reading:
        """Reads what `save` wrote.

        Raises:
            BadInput: a file is missing or damaged.
        """
        return finish(cls.loading(folder, checked=False))

    @classmethod
    def loading(cls, folder: str | Path, *, checked: bool = True) -> Steps[Reading]:
        """The same in steps of some milliseconds, for a window's main thread.

        Args:
            folder: what `save` wrote.
            checked: the findings were held against their schema when they were written.
        """
        folder = Path(folder)
        findings = read_json(folder / "findings.json", checked=checked)
        reading, windows = cls(findings), _windows(folder)
        for name in _FOLDERS:
            for stack in findings.stacks:
                path = folder / name / f"{stack.id}.nrrd"
                if path.is_file():
                    getattr(reading, name)[stack.id] = _placed(
                        (yield from read_in_slabs(path)), stack
                    )
        for stack_id, window in windows.items():
            if stack_id in reading.volumes:
                volume = reading.volumes[stack_id]
                reading.volumes[stack_id] = replace(volume, window=window)
        if findings.segmentation.file:
            reading.segmentation = yield from read_in_slabs(folder / findings.segmentation.file)
        return reading


def _windows(folder: Path) -> dict[str, tuple[float, float]]:
    """Display windows by stack; none where no header said one."""
    try:
        kept = parse_json((folder / _WINDOWS).read_text(encoding="utf-8"))
        return {str(stack): (float(window[0]), float(window[1])) for stack, window in kept.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise BadInput("The windows cannot be read", file=folder / _WINDOWS) from error


def frames_of(stack: StackFindings) -> tuple[Frame, ...]:
    """The DICOM frame of each slice of a stack, in the order of k; empty where none is known."""
    uids = stack.sop_instance_uids
    if uids:
        numbers = stack.frame_numbers or [1] * len(uids)
        return tuple(Frame(*frame) for frame in zip(uids, numbers, strict=True))
    return tuple(Frame(slice_.sop_instance_uid, slice_.frame) for slice_ in stack.slices)


def is_dicom(findings: Findings) -> bool:
    """Whether every image that was read is known by its SOP Instance UID.

    Of a volume file none is, so that no object of DICOM can go with it.
    """
    frames = [frame for stack in findings.stacks for frame in frames_of(stack)]
    return bool(frames) and all(frame.sop_instance_uid for frame in frames)


def _placed(grid: Volume, stack: StackFindings) -> Volume:
    frames, frame_of_reference = frames_of(stack), stack.frame_of_reference_uid
    return replace(grid, frames=frames, frame_of_reference_uid=frame_of_reference)
