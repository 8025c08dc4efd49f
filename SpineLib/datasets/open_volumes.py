"""Chooses the reader for a source of labelled volumes."""

from __future__ import annotations

from pathlib import Path

from SpineLib.datasets.cases import SIMULATED, LabelledSpine, LabelledStack, LabelledVolume
from SpineLib.datasets.nifti import open_cords, open_pairs
from SpineLib.datasets.spider import is_spider, open_spider
from SpineLib.errors import BadInput
from SpineLib.progress import Progress


def open_volumes(
    source: str,
    *,
    numbering: str = "",
    orientation: str = "",
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[LabelledVolume]:
    """Opens labelled volumes; voxels are read when one is opened.

    Args:
        source: SPIDER's folder; a CSV of images and masks (`SpineLib.datasets.nifti`); or
            ``simulated:lumbar-<disease>:<profile>:<count>[:<seed>]``.
        numbering, orientation: of a CSV's masks and files, where it does not say.
        cache: where simulated cases are kept; None keeps none beyond this process.
        progress: told of each patient that is simulated.

    Raises:
        BadInput: there is no such place, it holds none of these, or its labels do not fit.
    """
    if source.startswith(SIMULATED):
        from SpineLib.datasets.simulated import simulated_volumes

        return simulated_volumes(source, cache=cache, progress=progress)
    path = Path(source)
    if path.is_file() and path.suffix.lower() == ".csv":
        return open_pairs(path, numbering=numbering, orientation=orientation)
    if is_spider(path):
        return open_spider(path, orientation=orientation)
    raise BadInput(
        "No labelled volumes are found here",
        file=path,
        advice="Known are SPIDER's folder (images, masks) and a CSV with image, mask and patient.",
    )


def open_canals(
    source: str,
    *,
    numbering: str = "",
    orientation: str = "",
    cache: Path | None = None,
    progress: Progress | None = None,
) -> list[LabelledStack]:
    """Opens axial slices that say where the canal is.

    Args:
        source: a CSV of images and cord masks (`SpineLib.datasets.nifti`), or
            ``simulated:[search-]<region>-<disease>:<profile>:<count>[:<seed>]``.
        numbering, orientation, cache, progress: as for `open_volumes`.

    Raises:
        BadInput: as `open_volumes`.
    """
    if source.startswith(SIMULATED):
        from SpineLib.datasets.simulated import simulated_slices

        return simulated_slices(source, task="canal", cache=cache, progress=progress)
    return open_cords(source, numbering=numbering, orientation=orientation)


def open_spines(
    source: str, *, cache: Path | None = None, progress: Progress | None = None
) -> list[LabelledSpine]:
    """Opens sagittal volumes whose vertebrae have names and places.

    Args:
        source: ``simulated:whole-<region>-<disease>:<profile>:<count>[:<seed>]``.
        cache, progress: as for `open_volumes`.

    Raises:
        BadInput: another source, or as `open_volumes`.
    """
    from SpineLib.datasets.simulated import simulated_spines

    return simulated_spines(source, cache=cache, progress=progress)


def open_outlines(
    source: str, *, cache: Path | None = None, progress: Progress | None = None
) -> list[LabelledVolume]:
    """Opens axial slices with the dural sac (1) and the cord in it (2).

    Args:
        source: ``simulated:outlines-<region>-<disease>:<profile>:<count>[:<seed>]``.
        cache, progress: as for `open_volumes`.

    Raises:
        BadInput: another source, or as `open_volumes`.
    """
    from SpineLib.datasets.simulated import simulated_outlines

    return simulated_outlines(source, cache=cache, progress=progress)
