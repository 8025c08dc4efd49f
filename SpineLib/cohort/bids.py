"""A BIDS data set as a cohort: its images planned, and derivatives named as BIDS names them.

Brain Imaging Data Structure 1.10, "Common file level metadata" and "Imaging derivatives".
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from SpineLib import __version__
from SpineLib.cohort.kept import Kept
from SpineLib.cohort.planned import VOLUME, Part, PlannedStudy, digest
from SpineLib.cohort.planning import Place
from SpineLib.cohort.reading import FINDINGS
from SpineLib.dicom.file_name import region_of
from SpineLib.errors import BadInput, BadRequest
from SpineLib.findings import Findings
from SpineLib.findings_file import read_json
from SpineLib.json_values import parse_json
from SpineLib.labels import structure_color
from SpineLib.outputs.findings_csv import cell, columns, groups_of_findings, slice_row
from SpineLib.store.files import write_text, writing
from SpineLib.volume import read_volume, write_volume

COHORT = "cohort"  # in the folder of the derivatives
VERSION = "1.10.0"
_IMAGE = re.compile(r"(?P<entities>sub-.+)_(?P<suffix>[A-Za-z0-9]+)\.nii(\.gz)?")
_SUFFIXES = ("T1w", "T2w", "T2starw", "PDw")
_NOTHING = "n/a"
# What BIDS has no names for, as .bidsignore names it; the validator takes no slash behind a folder.
_OWN = (COHORT, "group_desc-*", "*_desc-findings_*", "*_desc-slices_*")


def participants(folder: Path) -> list[str]:
    """Labels of the participants of a data set, without ``sub-``.

    Raises:
        BadInput: it has none.
    """
    names = sorted(path.name.removeprefix("sub-") for path in folder.glob("sub-*") if path.is_dir())
    if not names:
        raise BadInput(
            "This is no BIDS data set: it has no folder of a participant (sub-…)", file=folder
        )
    return names


def images_of(folder: Path, label: str, sessions: Iterable[str] = ()) -> Iterator[Place]:
    """The anatomical images of a participant, each a study of its own.

    Args:
        folder: of the data set.
        label: of the participant.
        sessions: labels, without ``ses-``; all where there are none.

    Raises:
        BadRequest: there is no such participant.
    """
    participant = folder / f"sub-{label}"
    if not participant.is_dir():
        raise BadRequest(f"There is no participant {label}", file=folder)
    wanted = {f"ses-{session_label}" for session_label in sessions}
    for path in sorted([*participant.glob("anat/*.nii*"), *participant.glob("ses-*/anat/*.nii*")]):
        name, session = _IMAGE.fullmatch(path.name), path.parents[1].name
        if name is None or name["suffix"] not in _SUFFIXES:
            continue
        if wanted and session not in wanted and session.startswith("ses-"):
            continue
        inside = path.relative_to(folder).as_posix()
        # Not by time: every clone of a data set has times of its own.
        part = Part(VOLUME, str(path.absolute()), (), 1, digest(inside, str(path.stat().st_size)))
        study = PlannedStudy(
            digest(VOLUME, inside), parts=(part,), region=_region(path), label=inside
        )
        yield Place(VOLUME, inside, studies=[study])


def _region(path: Path) -> str:
    """Of the image's sidecar, where its name does not say."""
    try:
        text = path.with_name(f"{_stem(path.name)}.json").read_text(encoding="utf-8")
        region = region_of(str(parse_json(text).get("BodyPart", "")))
    except (OSError, ValueError, AttributeError):
        return ""
    return region if region != "unknown" and region_of(_stem(path.name)) == "unknown" else ""


def _stem(name: str) -> str:
    return name.removesuffix(".gz").removesuffix(".nii")


def write_description(out: Path, images: Path) -> None:
    """Writes ``dataset_description.json`` of the derivatives, and what a validator need not look at.

    Args:
        out: folder of the derivatives.
        images: folder of the data set that was read; what ``bids:raw:`` stands for.
    """
    description = {
        "Name": "SlicerSpineMRI",
        "BIDSVersion": VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "SlicerSpineMRI", "Version": __version__}],
        "DatasetLinks": {"raw": _link(images.absolute(), out.absolute())},
    }
    write_text(out / "dataset_description.json", json.dumps(description, indent=1) + "\n")
    write_text(out / ".bidsignore", "".join(f"{name}\n" for name in _OWN))


def _link(to: Path, start: Path) -> str:
    """A URI, relative where it can be: it names no computer, and survives a move of both."""
    try:
        return quote(Path(os.path.relpath(to, start)).as_posix())
    except ValueError:  # on another drive
        return to.as_uri()


def write_derivatives(kept: Kept, out: Path) -> None:
    """Writes what was found in an image beside where its own place would be.

    ``…_desc-findings_T2w.json`` and ``…_desc-slices_T2w.tsv``, and where the spine was segmented
    ``…_desc-spine_dseg.nii.gz`` with ``.tsv`` (what its numbers mean) and ``.json``.
    """
    inside = Path(kept.study.label)
    name = _IMAGE.fullmatch(inside.name)
    assert name is not None
    folder, entities, suffix = out / inside.parent, name["entities"], name["suffix"]
    findings = read_json(kept.reading / FINDINGS, checked=True)
    text = (kept.reading / FINDINGS).read_text(encoding="utf-8")
    write_text(folder / f"{entities}_desc-findings_{suffix}.json", text)
    _write_slices(findings, folder / f"{entities}_desc-slices_{suffix}.tsv")
    if not findings.segmentation.segments:
        return
    labels = f"{entities}_desc-spine_dseg"
    write_volume(
        read_volume(kept.reading / findings.segmentation.file), folder / f"{labels}.nii.gz"
    )
    rows = [
        {"index": segment.label, "name": segment.name, "color": structure_color(segment.label)}
        for segment in findings.segmentation.segments
    ]
    _write_table(folder / f"{labels}.tsv", ["index", "name", "color"], rows)
    about = {
        "Sources": [f"bids:raw:{inside.as_posix()}"],
        "SpatialReference": "orig",
        "Type": "Seg",
        "Description": "Numbers of SPIDER; the image's axes are turned as the slices were read.",
    }
    write_text(folder / f"{labels}.json", json.dumps(about, indent=1) + "\n")


def write_group(cohort: Path, out: Path) -> list[Path]:
    """Writes the tables that were collected as ``group_desc-….tsv``."""
    written = []
    for name in ("studies", "slices", "levels"):
        with (cohort / "collected" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            written.append(out / f"group_desc-{name}.tsv")
            _write_table(written[-1], list(rows.fieldnames or ()), rows)
    return written


def _write_slices(findings: Findings, path: Path) -> None:
    groups = groups_of_findings(findings)
    rows = [
        slice_row(stack, slice_, groups) for stack in findings.stacks for slice_ in stack.slices
    ]
    _write_table(path, list(columns(findings)), rows)


def _write_table(path: Path, names: list[str], rows: Iterable[dict[str, Any]]) -> None:
    with writing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            values = [row.get(name) for name in names]
            writer.writerow([_NOTHING if value in ("", None) else cell(value) for value in values])
