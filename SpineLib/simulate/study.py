"""Simulated studies as DICOM on disk, with ``truth.json`` beside them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from SpineLib import __version__
from SpineLib.errors import BadInput
from SpineLib.files import writing_folder
from SpineLib.simulate.cases import axial_case, lumbar_case
from SpineLib.simulate.companions import disc_blocks, localiser, sagittal
from SpineLib.simulate.dicom_out import Identity, write_series
from SpineLib.simulate.headers import VENDORS
from SpineLib.volume import write_volume

KINDS = {"cervical": "degenerative", "thoracic": "metastatic", "lumbar": "degenerative"}


def write_study(
    folder: str | Path,
    kind: str,
    *,
    seed: int,
    profile: str = "standard",
    companions: bool = False,
    vendor: str = "plain",
    enhanced: bool = False,
) -> dict[str, Any]:
    """Writes one simulated DICOM study and its truth.

    Args:
        folder: where the files go: ``<series>/IM0001.dcm`` …, label maps as NIfTI, ``truth.json``.
            A study that stood there before is replaced.
        kind: ``cervical`` (degenerative, axial T2), ``thoracic`` (metastases, axial T2) or
            ``lumbar`` (sagittal T1 or T2, SPIDER's labels in ``segmentation.nii.gz``).
        seed: the same seed and version gives the same bytes.
        profile: one of `SpineLib.simulate.protocols.PROFILES`.
        companions: also a localiser of three planes and sagittal T2 and T1 (lumbar: axial blocks
            angled to each disc, in one series), in the same Frame of Reference.
        vendor: header set, one of `SpineLib.simulate.headers.VENDORS`.
        enhanced: multi-frame objects instead of a file a slice.

    Returns:
        What ``truth.json`` holds.

    Raises:
        BadInput: unknown kind, profile or vendor; the folder holds something else.
        OutputError: the folder cannot be written.
    """
    if kind not in KINDS:
        raise BadInput(f"There is no study {kind!r}", advice=f"Use one of {', '.join(KINDS)}.")
    if vendor not in VENDORS:
        raise BadInput(f"There is no header set {vendor!r}", advice=f"Use {', '.join(VENDORS)}.")
    identity = Identity.of(kind, seed, profile)
    truth: dict[str, Any] = {
        "version": __version__, "kind": kind, "seed": seed, "profile": profile,
        "study_instance_uid": identity.uid("study"),
    }  # fmt: skip
    dressing: dict[str, Any] = {"region": kind, "vendor": vendor, "enhanced": enhanced}
    old = _old_series(Path(folder))
    with writing_folder(folder) as out:
        if kind == "lumbar":
            lumbar = lumbar_case(seed=seed, profile=profile)
            patient, protocol = lumbar.patient, lumbar.protocol
            uids = write_series(
                out / "sagittal", [lumbar.volume], protocol, identity, number=2, plane="sagittal",
                **dressing,
            )  # fmt: skip
            write_volume(lumbar.segmentation, out / "segmentation.nii.gz")
            truth.update(series=uids, truth=lumbar.truth.to_dict())
        else:
            case = axial_case(kind, KINDS[kind], seed=seed, profile=profile)
            patient, protocol = case.patient, case.protocol
            uids = write_series(
                out / "axial", [case.volume], protocol, identity, number=4, plane="axial",
                **dressing,
            )  # fmt: skip
            write_volume(case.labels, out / "tissues.nii.gz")
            keys = zip(uids["sop_instance_uids"], uids["frames"], strict=True)
            truth.update(
                series=uids,
                slices=[
                    {**one.to_dict(), "sop_instance_uid": uid, "frame": frame}
                    for one, (uid, frame) in zip(case.slices, keys, strict=True)
                ],
            )
        if companions:
            truth["companions"] = [
                write_series(out / name, stacks, how, identity, number=n, plane=plane, **dressing)
                for name, n, plane, stacks, how in _companions(kind, seed, patient, protocol)
            ]
        (out / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
        for name in old:
            shutil.rmtree(Path(folder) / name, ignore_errors=True)
    return truth


def write_studies(
    folder: str | Path,
    count: int,
    *,
    kinds: Sequence[str] = tuple(KINDS),
    seed: int = 0,
    profile: str = "standard",
    workers: int = 1,
) -> list[Path]:
    """Writes ``count`` independent studies, ``<folder>/<kind>-<seed>``, with several processes.

    Args:
        folder: where they go.
        count: how many; kinds take turns.
        kinds: of `write_study`.
        seed: of the first study; each next one has the next seed.
        profile: of `write_study`.
        workers: how many processes write at the same time.

    Raises:
        BadInput: a count or number of workers below 1, or as `write_study`.
    """
    if count < 1 or workers < 1:
        raise BadInput(f"{count} studies by {workers} workers: both must be 1 or more")
    jobs = [
        (str(Path(folder) / f"{kinds[n % len(kinds)]}-{seed + n}"), kinds[n % len(kinds)], seed + n,
         profile)
        for n in range(count)
    ]  # fmt: skip
    if workers == 1:
        for job in jobs:
            _write(job)
    else:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            list(pool.map(_write, jobs))
    return [Path(job[0]) for job in jobs]


def _write(job: tuple[str, str, int, str]) -> None:
    folder, kind, seed, profile = job
    write_study(folder, kind, seed=seed, profile=profile)


def _old_series(folder: Path) -> list[str]:
    """Folders of a study that was written here before; fails where there is anything else."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return []
    try:
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        return [
            one.get("folder", "axial") for one in (truth["series"], *truth.get("companions", []))
        ]
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(
            "The folder holds something else than a simulated study",
            file=folder,
            advice="Choose an empty folder.",
        ) from error


def _companions(kind: str, seed: int, patient: Any, protocol: Any) -> list[tuple]:
    scout, how = localiser(patient, kind, protocol, seed)
    made: list[tuple] = [("localiser", 1, "localiser", scout, how)]
    if kind == "lumbar":
        blocks, how = disc_blocks(patient, protocol, seed)
        return [*made, ("axial", 3, "axial", blocks, how)]
    for number, weighting in ((2, "T2"), (3, "T1")):
        stack, how = sagittal(patient, kind, replace(protocol, weighting=weighting), seed)
        made.append((f"sagittal-{weighting.lower()}", number, "sagittal", [stack], how))
    return made
