"""Simulated studies as DICOM on disk, with ``truth.json`` beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from SpineLib import __version__
from SpineLib.errors import BadInput
from SpineLib.files import writing_folder
from SpineLib.simulate.cases import axial_case, lumbar_case
from SpineLib.simulate.dicom_out import Identity, write_series

KINDS = {"cervical": "degenerative", "thoracic": "metastatic", "lumbar": "degenerative"}


def write_study(
    folder: str | Path, kind: str, *, seed: int, profile: str = "standard"
) -> dict[str, Any]:
    """Writes one simulated DICOM study and its truth.

    Args:
        folder: where the files go: ``<series>/IM0001.dcm`` … and ``truth.json``.
        kind: ``cervical`` (degenerative, axial T2), ``thoracic`` (metastases, axial T2) or
            ``lumbar`` (sagittal T1 or T2, SPIDER's labels in ``segmentation.nii.gz``).
        seed: the same seed and version gives the same bytes.
        profile: one of `SpineLib.simulate.protocols.PROFILES`.

    Returns:
        What ``truth.json`` holds.

    Raises:
        BadInput: unknown kind or profile. OutputError: the folder cannot be written.
    """
    if kind not in KINDS:
        raise BadInput(f"There is no study {kind!r}", advice=f"Use one of {', '.join(KINDS)}.")
    identity = Identity.of(kind, seed, profile)
    truth: dict[str, Any] = {
        "version": __version__, "kind": kind, "seed": seed, "profile": profile,
        "study_instance_uid": identity.uid("study"),
    }  # fmt: skip
    with writing_folder(folder) as out:
        if kind == "lumbar":
            lumbar = lumbar_case(seed=seed, profile=profile)
            uids = write_series(
                out / "sagittal", lumbar.volume, lumbar.protocol, identity,
                number=2, region="lumbar", plane="sagittal",
            )  # fmt: skip
            _write_labels(out / "segmentation.nii.gz", lumbar.segmentation)
            truth.update(series=uids, truth=lumbar.truth.to_dict())
        else:
            case = axial_case(kind, KINDS[kind], seed=seed, profile=profile)
            uids = write_series(
                out / "axial", case.volume, case.protocol, identity,
                number=4, region=kind, plane="axial",
            )  # fmt: skip
            _write_labels(out / "tissues.nii.gz", case.labels)
            slices = [
                {**one.to_dict(), "sop_instance_uid": uid}
                for one, uid in zip(case.slices, uids["sop_instance_uids"], strict=True)
            ]
            truth.update(series=uids, slices=slices)
        (out / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
    return truth


def _write_labels(path: Path, labels: Any) -> None:
    from SpineLib.volume import write_volume

    path.parent.mkdir(parents=True, exist_ok=True)
    write_volume(labels, path)
