"""Images that have moved are found again: DICOM by its UIDs, files by name, both by their hash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from SpineLib.dicom import scan
from SpineLib.errors import BadInput
from SpineLib.loop.cases import Case
from SpineLib.loop.dataset import Dataset
from SpineLib.loop.images import (
    COPY,
    DICOM,
    ImageReference,
    Slices,
    files_of,
    open_image,
    places_of,
)
from SpineLib.progress import Progress

Stacks = dict[tuple[tuple[str, int], ...], tuple[str, Slices]]


def missing(dataset: Dataset) -> list[Case]:
    """Cases whose image, or a file of it, is no longer where it was."""
    return [
        case
        for case in dataset.cases.values()
        if not all(file.is_file() for file in files_of(case.image, case.folder, case.dataset))
    ]


def found_again(
    dataset: Dataset, folder: Path, *, progress: Progress | None = None
) -> dict[str, ImageReference]:
    """Looks for missing images below a folder.

    Returns:
        Case → where its image is now; only the very same image counts.

    Raises:
        BadInput: there is no such folder.
    """
    if not folder.is_dir():
        raise BadInput("There is no such folder", file=folder)
    progress = progress or Progress()
    lost = [case for case in missing(dataset) if case.image.kind != COPY]
    files: dict[str, list[Path]] = defaultdict(list)
    for path in folder.rglob("*"):
        files[path.name].append(path)
    stacks: Stacks = {}
    if any(case.image.kind == DICOM for case in lost):
        with suppress(BadInput):  # no DICOM lies here
            for stack in scan(folder, progress=progress).stacks:
                path, slices = places_of(stack)
                stacks[_keys(slices)] = str(path), slices
    references = {}
    for case in progress.track(lost, "Comparing images"):
        for candidate in _candidates(case, files, stacks):
            with suppress(BadInput):
                open_image(candidate, case.folder, case.dataset)
                references[case.id] = candidate
                break
    return references


def _candidates(
    case: Case, files: dict[str, list[Path]], stacks: Stacks
) -> Iterator[ImageReference]:
    if case.image.kind == DICOM:
        here = stacks.get(_keys(case.slices))
        if here is not None:
            yield replace(case.image, path=here[0], slices=here[1])
        return
    for path in files[Path(case.image.path).name]:
        yield replace(case.image, path=str(path.resolve()))


def _keys(slices: Slices) -> tuple[tuple[str, int], ...]:
    return tuple((uid, frame) for _, uid, frame in slices)
