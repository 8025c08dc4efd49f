"""The stacks of the one study that a folder or file holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from SpineLib.dicom import (
    SlicesLost,
    is_volume_file,
    open_volume_file,
    read,
    scan,
    scan_files,
    without,
)
from SpineLib.dicom.stack import Scan, Skipped, Stack, Study
from SpineLib.errors import BadInput, NotApplicable
from SpineLib.progress import Progress
from SpineLib.volume import Volume


@dataclass
class Source:
    """A study whose stacks can be read.

    Attributes:
        stacks: every stack of the study.
        warnings: what a reader must know: files left out, missing slices.
    """

    stacks: list[Stack]
    study_instance_uid: str = ""
    warnings: list[str] = field(default_factory=list)
    _held: dict[str, Volume] = field(default_factory=dict)

    def volume(self, stack: Stack, progress: Progress) -> Volume:
        """Reads a stack once, or gives the volume that came from a file."""
        if stack.id not in self._held:
            self._held[stack.id] = read(stack, progress=progress)
        return self._held[stack.id]

    def parts(self, stack: Stack, progress: Progress) -> list[Stack]:
        """The stack, or what is left of it where slices cannot be read; `stacks` says so, too.

        A slice that a decoder cannot read, or that ends it, costs that slice and not its stack.

        Raises:
            BadInput: nothing is left that can be read.
        """
        try:
            self.volume(stack, progress)
            return [stack]
        except SlicesLost as error:
            parts = without(stack, error.indices)
            if all(part.problem for part in parts):
                raise
            self.warnings.append(
                f"Stack {stack.id}: {len(error.indices)} of {stack.slices} slices were left out: "
                f"{error.what}"
            )
        at = self.stacks.index(stack)
        self.stacks[at : at + 1] = parts
        return [one for part in parts if not part.problem for one in self.parts(part, progress)]


def open_source(
    path: Path | Sequence[Path],
    *,
    series: str = "",
    weighting: str = "",
    region: str = "",
    plane: str = "",
    orientation: str = "",
    progress: Progress,
) -> Source:
    """Opens a folder of DICOM, DICOM files, or one NIfTI, NRRD or MetaImage volume.

    Args:
        path: the folder or file; or a list of DICOM files, for a host with its own index of them.
        series: a series that tells one study of several apart; empty to expect one study.
        weighting: used where the images cannot say; empty if the person did not say.
        region: the same.
        plane: how to slice a volume file that is as fine in every direction; ``axial``,
            ``sagittal``, ``coronal``, or empty for what its spacing says.
        orientation: where the axes of a volume file grow to that does not say so, such as ``LPS``.
        progress: told of each file.

    Raises:
        BadInput: nothing can be read, or there are several studies.
        NotApplicable: ``series`` names nothing.
    """
    if not isinstance(path, Path):
        return _from_scan(scan_files(path, progress=progress), series, weighting, region, file=None)
    if is_volume_file(path):
        stack, volume = open_volume_file(
            path, weighting=weighting or "unknown", region=region or "unknown", plane=plane,
            orientation=orientation,
        )  # fmt: skip
        return Source([stack], _held={stack.id: volume}, warnings=list(stack.warnings))
    return _from_scan(scan(path, progress=progress), series, weighting, region, file=path)


def _from_scan(
    found: Scan, series: str, weighting: str, region: str, *, file: Path | None
) -> Source:
    if not found.studies:
        raise BadInput("None of the study's files is a readable DICOM image")
    study = _one_study(found.studies, series, file)
    stacks = [filled(stack, weighting, region) for stack in study.stacks]
    warnings = [*found.warnings, *study.warnings, *_left_out(found.skipped)]
    warnings += [f"Stack {stack.id}: {text}" for stack in stacks for text in stack.warnings]
    return Source(stacks, study.study_instance_uid, warnings)


def named(stacks: Iterable[Stack], series: str) -> list[Stack]:
    """The stacks that ``series`` names: a series number, a stack id or a Series Instance UID."""
    return [
        s
        for s in stacks
        if not series or series in (str(s.series_number), s.id, s.series_instance_uid)
    ]


def _one_study(studies: tuple[Study, ...], series: str, path: Path | None) -> Study:
    fitting = [study for study in studies if named(study.stacks, series)]
    if not fitting:
        ids = ", ".join(stack.id for study in studies for stack in study.stacks)
        raise NotApplicable(
            f"No series or stack is called {series}", file=path, advice=f"There are: {ids}."
        )
    if len(fitting) > 1:
        patients = len({study.patient_hash for study in fitting})
        of = f" of {patients} patients" if patients > 1 else ""
        raise BadInput(
            f"The folder holds {len(fitting)} studies{of}",
            file=path,
            advice="Read one study's folder at a time, or name one series by its UID.",
        )
    return fitting[0]


def filled(stack: Stack, weighting: str, region: str) -> Stack:
    """The stack with what a person said where its images do not; empty where nobody said."""
    if stack.weighting == "unknown" and weighting:
        stack = replace(stack, weighting=weighting)
    if stack.region == "unknown" and region:
        stack = replace(stack, region=region)
    return stack


def _left_out(skipped: Iterable[Skipped]) -> list[str]:
    # File names may hold a patient's name, so that only their number is told.
    counts = Counter(one.reason for one in skipped)
    return [
        f"{count} file{'s' if count > 1 else ''} left out: {reason}"
        for reason, count in counts.most_common()
    ]
