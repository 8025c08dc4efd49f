"""Simulated studies on disk, DICOM or NIfTI, with label maps and ``truth.json`` beside them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from SpineLib import __version__
from SpineLib.errors import BadInput, Cancelled
from SpineLib.progress import Progress
from SpineLib.simulate.cases import axial_case, lumbar_case
from SpineLib.simulate.companions import disc_blocks, localiser, sagittal
from SpineLib.simulate.dicom_out import Identity, write_series
from SpineLib.simulate.headers import VENDORS
from SpineLib.simulate.patient import Patient
from SpineLib.simulate.scanner import Protocol
from SpineLib.store.files import writing_folder
from SpineLib.volume import Volume, write_volume

KINDS = {"cervical": "degenerative", "thoracic": "metastatic", "lumbar": "degenerative"}
FORMATS = ("dicom", "nifti")
MOST = 100_000  # studies at once: their names are kept in memory


def write_study(
    folder: str | Path,
    kind: str,
    *,
    seed: int,
    profile: str = "standard",
    disease: str | None = None,
    contrast: str | None = None,
    scanner: Mapping[str, float] | None = None,
    companions: bool = False,
    vendor: str = "plain",
    enhanced: bool = False,
    format: str = "dicom",
) -> dict[str, Any]:
    """Writes one simulated study, its label map and its truth.

    Args:
        folder: where the files go: ``<series>/IM0001.dcm`` … or ``<series>.nii.gz``, the label map
            as NIfTI, ``truth.json``. A study that stood there before is replaced.
        kind: the region: ``cervical`` or ``thoracic`` (an axial stack, `Tissue` numbers in
            ``tissues.nii.gz``) or ``lumbar`` (a sagittal one, SPIDER's labels in
            ``segmentation.nii.gz``).
        seed: the same seed and version gives the same bytes.
        profile: one of `SpineLib.simulate.protocols.PROFILES`.
        disease: ``none``, ``degenerative`` or ``metastatic``; if not given, cervical is
            degenerative, thoracic metastatic, lumbar degenerative in three patients of four.
        contrast: of the main series, as for `axial_case`.
        scanner: settings in place of the drawn ones, as for `axial_case`.
        companions: also a localiser of three planes and sagittal T2 and T1 (lumbar: axial blocks
            angled to each disc, in one series), in the same Frame of Reference.
        vendor: header set, one of `SpineLib.simulate.headers.VENDORS`.
        enhanced: multi-frame objects instead of a file a slice.
        format: ``dicom`` or ``nifti``; a NIfTI file holds one stack and no header.

    Returns:
        What ``truth.json`` holds.

    Raises:
        BadInput: unknown kind, format or vendor; a header set asked of NIfTI; what `axial_case`
            refuses; the folder holds something else.
        OutputError: the folder cannot be written.
    """
    _check(kind, vendor, enhanced, format)
    settings = {name: float(value) for name, value in sorted((scanner or {}).items())}
    wanted: dict[str, Any] = {"disease": disease, "contrast": contrast, "scanner": settings}
    # A study that nothing special was asked of keeps the UIDs that it always had.
    special = [f"{name}={value}" for name, value in wanted.items() if value]
    identity = Identity.of(kind, seed, profile, *special)

    def write(out: Path, series: _Series) -> dict[str, Any]:
        if format == "nifti":
            return _write_nifti(out, series)
        return write_series(
            out / series.name, series.stacks, series.protocol, identity, number=series.number,
            plane=series.plane, region=kind, vendor=vendor, enhanced=enhanced,
        )  # fmt: skip

    with writing_folder(folder) as out:
        old = _old_files(Path(folder))
        study = _measured(kind, seed, profile, **wanted)
        write_volume(study.labels, out / study.labels_name)
        truth = {
            "version": __version__, "kind": kind, "seed": seed, "profile": profile,
            "disease": study.patient.disease.kind, "protocol": asdict(study.series.protocol),
            "study_instance_uid": identity.uid("study"), "labels": study.labels_name,
            "series": write(out, study.series), **study.truth,
        }  # fmt: skip
        if companions:
            beside = _companions(kind, seed, study.patient, study.series.protocol)
            truth["companions"] = [write(out, companion) for companion in beside]
        if format == "dicom":
            _name_frames(truth)
        (out / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
        for name in old:
            _remove(Path(folder) / name)
    return truth


def write_studies(
    folder: str | Path,
    count: int,
    *,
    kinds: Sequence[str] = tuple(KINDS),
    seed: int = 0,
    profile: str = "standard",
    workers: int = 1,
    progress: Progress | None = None,
    **how: Any,
) -> list[Path]:
    """Writes ``count`` independent studies, ``<folder>/<kind>-<seed>``, with several processes.

    Args:
        folder: where they go.
        count: how many; kinds take turns.
        kinds: of `write_study`.
        seed: of the first study; each next one has the next seed.
        profile: of `write_study`.
        workers: how many processes write at the same time.
        progress: told of each study.
        how: what else `write_study` takes, as ``contrast="STIR"``.

    Raises:
        BadInput: a count that is not from 1 to `MOST`, no worker, or as `write_study`.
        Cancelled: it was stopped; the studies that stand there by then are whole.
    """
    if count < 1 or workers < 1:
        raise BadInput(f"{count} studies by {workers} workers: both must be 1 or more")
    if count > MOST:
        raise BadInput(
            f"{count} studies are more than the {MOST} that can be made at once",
            advice="Make fewer, and the next ones with another seed.",
        )
    how["profile"] = profile
    jobs = [
        (str(Path(folder) / f"{kinds[n % len(kinds)]}-{seed + n}"), kinds[n % len(kinds)], seed + n,
         how)
        for n in range(count)
    ]  # fmt: skip
    try:
        _write_all(jobs, workers, progress or Progress())
    except (KeyboardInterrupt, Cancelled) as error:
        raise Cancelled(
            f"Cancelled; the studies in {folder} are whole, the rest is missing"
        ) from error
    return [Path(job[0]) for job in jobs]


_Job = tuple[str, str, int, dict[str, Any]]


def _write_all(jobs: Sequence[_Job], workers: int, progress: Progress) -> None:
    if workers == 1:
        for job in progress.track(jobs, "Simulating studies"):
            _write(job)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        done = pool.map(_write, jobs)
        for _ in progress.track(done, "Simulating studies", len(jobs)):
            pass


def _write(job: _Job) -> None:
    folder, kind, seed, how = job
    write_study(folder, kind, seed=seed, **how)


def _check(kind: str, vendor: str, enhanced: bool, format: str) -> None:
    for what, word, known in (
        ("study", kind, tuple(KINDS)),
        ("header set", vendor, VENDORS),
        ("format", format, FORMATS),
    ):
        if word not in known:
            raise BadInput(f"There is no {what} {word!r}", advice=f"Use one of {', '.join(known)}.")
    if format == "nifti" and (enhanced or vendor != "plain"):
        raise BadInput(
            "NIfTI has no header for a vendor or for enhanced objects",
            advice="Leave these out, or write DICOM.",
        )


class _Series(NamedTuple):
    """What becomes one series: its number in the study and its stacks."""

    name: str
    number: int
    plane: str
    stacks: Sequence[Volume]
    protocol: Protocol


@dataclass(frozen=True)
class _Study:
    """The main series of a study, its label map and its truth."""

    patient: Patient
    series: _Series
    labels: Volume
    labels_name: str
    truth: dict[str, Any]


def _measured(kind: str, seed: int, profile: str, *, disease: str | None, **wanted: Any) -> _Study:
    if kind == "lumbar":
        back = lumbar_case(seed=seed, profile=profile, disease=disease, **wanted)
        series = _Series("sagittal", 2, "sagittal", [back.volume], back.protocol)
        truth: dict[str, Any] = {"truth": back.truth.to_dict()}
        return _Study(back.patient, series, back.segmentation, "segmentation.nii.gz", truth)
    case = axial_case(kind, disease or KINDS[kind], seed=seed, profile=profile, **wanted)
    series = _Series("axial", 4, "axial", [case.volume], case.protocol)
    truth = {"slices": [slice_.to_dict() for slice_ in case.slices]}
    return _Study(case.patient, series, case.labels, "tissues.nii.gz", truth)


def _name_frames(truth: dict[str, Any]) -> None:
    """Says of each slice's truth, in place, which DICOM frame it is of."""
    series = truth["series"]
    keys = zip(series["sop_instance_uids"], series["frames"], strict=True)
    for slice_truth, (uid, frame) in zip(truth.get("slices", ()), keys, strict=False):
        slice_truth |= {"sop_instance_uid": uid, "frame": frame}


def _write_nifti(out: Path, series: _Series) -> dict[str, Any]:
    names = [f"{series.name}-{n + 1}.nii.gz" for n in range(len(series.stacks))]
    if len(names) == 1:
        names = [f"{series.name}.nii.gz"]
    for stack, name in zip(series.stacks, names, strict=True):
        write_volume(stack, out / name)
    return {"files": names}


def _old_files(folder: Path) -> list[str]:
    """What a study that was written here before left; fails where there is anything else."""
    if folder.exists() and not folder.is_dir():
        raise BadInput("This is a file", file=folder, advice="Choose an empty folder.")
    if not folder.is_dir() or not any(folder.iterdir()):
        return []
    try:
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        series = [truth["series"], *truth.get("companions", [])]
        files = [record["files"] if "files" in record else [record["folder"]] for record in series]
        labels = [truth["labels"]] if "labels" in truth else []
        return [_inside(name) for names in [labels, *files] for name in names]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "The folder holds something else than a simulated study",
            file=folder,
            advice="Choose an empty folder.",
        ) from error


def _inside(name: str) -> str:
    """A file's name as it is; these files get removed, so none may lie outside of the folder."""
    if name in ("", "..") or Path(name).name != name:
        raise ValueError(f"{name} is not the name of a file here")
    return name


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _companions(kind: str, seed: int, patient: Patient, protocol: Protocol) -> list[_Series]:
    scout, how = localiser(patient, kind, protocol, seed)
    series = [_Series("localiser", 1, "localiser", scout, how)]
    if kind == "lumbar":
        blocks, how = disc_blocks(patient, protocol, seed)
        return [*series, _Series("axial", 3, "axial", blocks, how)]
    for number, weighting in ((2, "T2"), (3, "T1")):
        stack, how = sagittal(patient, kind, replace(protocol, weighting=weighting), seed)
        series.append(_Series(f"sagittal-{weighting.lower()}", number, "sagittal", [stack], how))
    return series
