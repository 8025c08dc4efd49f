"""What a person adds: folders of DICOM, lists of files, tables, labelled data sets, the simulator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from SpineLib.datasets.cases import SIMULATED as SIMULATED_SOURCE
from SpineLib.datasets.cases import LabelledStack, LabelledVolume, SliceLabel
from SpineLib.dicom import Stack, open_volume_file, read, scan
from SpineLib.dicom.dictionary import tag
from SpineLib.dicom.elements import number, read_elements, text
from SpineLib.dicom.patients import person_of
from SpineLib.dicom.people import NO_PERSON, Person
from SpineLib.dicom.scan import scan_files
from SpineLib.errors import BadInput
from SpineLib.loop.answers import Answer
from SpineLib.loop.cases import SIMULATED
from SpineLib.loop.images import ImageReference, of_file, of_stack, of_volume
from SpineLib.models.applicability import check
from SpineLib.models.card import Card
from SpineLib.progress import Progress
from SpineLib.questions import COMPRESSION, Question
from SpineLib.reasons import Reason, in_terminal
from SpineLib.store.patients import keyed, plain_hash
from SpineLib.volume import FILE_SUFFIXES, Volume

# Names that say whose series it is: BIDS (``sub-01_T2w.nii.gz``) and SPIDER (``12_t2.mha``).
_PATIENT = re.compile(r"^(sub-[A-Za-z0-9]+|\d+(?=_t[12]))")
_HASH = re.compile(r"^[0-9a-f]{12}(-\d+)?$")
_SCANNER = ("Manufacturer", "ManufacturerModelName", "MagneticFieldStrength")
_MOST_NUMBERS = 64  # of different values in a mask
_TABLE = ("image", "patient", "mask", "labels", "orientation", "site", "region", "weighting")


@dataclass(frozen=True)
class Arrival:
    """An image that is to become a case, with what its source says of it.

    Attributes:
        image, patient, region, site, weighting, columns, labels, person: as of
            `DatasetWriter.add`.
        by: who gave the labels; empty where the source does not say.
    """

    image: ImageReference
    patient: str
    region: str
    site: str = ""
    weighting: str = "unknown"
    columns: dict[str, str] = field(default_factory=dict)
    labels: Answer | None = None
    by: str = ""
    person: Person = NO_PERSON


@dataclass(frozen=True)
class LeftOut:
    """What a source holds and what is no case, and why.

    Attributes:
        why: where the current model was not made for it.
    """

    what: str
    reason: str
    why: Reason | None = None

    @property
    def in_terminal(self) -> str:
        """The reason with the option that helps."""
        return in_terminal(self.why, forcing=False) if self.why is not None else self.reason


@dataclass(frozen=True)
class Wanted:
    """How sources are read.

    Attributes:
        card: of the current model: which stacks it was made for.
        task, question: of the data set.
        region, weighting: where the images cannot say; ``unknown`` if nobody said.
        patient: whose the images are; empty where the sources say.
        named: whose labels, where a source has several readers.
        images_only: leave the source's labels.
        copy: keep DICOM's voxels in the data set.
        secret: of the data set, for the patients' hashes (`SpineLib.store.patients`); empty for none.
        numbering: of masks, where nothing says it; empty to tell it from their numbers.
        orientation: where the axes of volume files grow to that do not say so, such as ``LPS``.
    """

    card: Card
    task: str
    question: Question | None = None
    region: str = "unknown"
    weighting: str = "unknown"
    patient: str = ""
    named: str = ""
    images_only: bool = False
    copy: bool = False
    secret: bytes = field(default=b"", repr=False)
    numbering: str = ""
    orientation: str = ""


def arrivals(
    source: str, wanted: Wanted, *, progress: Progress | None = None
) -> Iterator[Arrival | LeftOut]:
    """What a source holds, read one image at a time.

    Args:
        source: a folder of DICOM (each stack that the model was made for; volume files beside it
            are left out), a volume file or a folder of them (masks are left out), a CSV of images
            (``image,patient`` and more), or labelled data as for ``spine train``.
        wanted: how to read it.
        progress: told of each file.

    Raises:
        BadInput: there is no such place, or it holds nothing of this.
    """
    progress = progress or Progress()
    labelled = _labelled(source, wanted, progress)
    if labelled is not None:
        yield from labelled
        return
    path = Path(source)
    if not path.exists():
        raise BadInput("There is no such folder or file", file=path)
    if path.suffix.lower() == ".csv":
        yield from _listed(path, wanted, progress)
        return
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    volumes = [file for file in files if file.name.lower().endswith(FILE_SUFFIXES)]
    others = sorted(set(files) - set(volumes))
    # Volumes among DICOM are what a program made of it: a mask more often than an image.
    stacks = scan_files(others, progress=progress).stacks if volumes else ()
    if stacks:
        yield from (
            LeftOut(volume.name, "a volume file among DICOM; name it itself") for volume in volumes
        )
        yield from _stacks(stacks, wanted, progress)
    elif volumes:
        for file in progress.track(volumes, "Reading volumes"):
            yield of_path(file, wanted)
    else:
        yield from _stacks(scan(path, progress=progress).stacks, wanted, progress)


def of_path(file: Path, wanted: Wanted) -> Arrival | LeftOut:
    """A volume file without labels."""
    try:
        stack, volume = open_volume_file(
            file, weighting=wanted.weighting, region=wanted.region, orientation=wanted.orientation
        )
    except BadInput as error:
        return LeftOut(file.name, error.what)
    why = check(wanted.card, stack)
    if why is not None:
        return LeftOut(file.name, str(why), why)
    if is_mask(volume):
        return LeftOut(file.name, "a mask, no image; list images with their masks in a CSV")
    patient = keyed(patient_hash(wanted.patient) or patient_of_file(file), wanted.secret)
    image = of_file(file, volume, orientation=wanted.orientation)
    return Arrival(image, patient, stack.region, "", stack.weighting)


def is_mask(volume: Volume) -> bool:
    """Whether the voxels are numbers of structures: a few different whole numbers up to 255.

    An MR image has hundreds of values; SPIDER numbers a lumbar spine with some twenty.
    """
    values = np.unique(volume.voxels)
    whole = bool(np.all(values == np.round(values)))
    return whole and len(values) <= _MOST_NUMBERS and values.min() >= 0 and values.max() <= 255


def patient_hash(name: str) -> str:
    """The hash that splits go by, of a patient's name or number; empty of nothing."""
    return plain_hash(name.strip()) if name.strip() else ""


def known_patient(text: str, secret: bytes = b"") -> str:
    """The hash to keep of a name; what this program wrote is one already and stays as it is."""
    return text if _HASH.match(text) else keyed(patient_hash(text), secret)


def patient_of_file(file: Path) -> str:
    """Of a file's name: BIDS' ``sub-…`` or SPIDER's number; else the file is a patient's only one."""
    match = _PATIENT.match(file.name)
    return patient_hash(match[0] if match else file.name)


def _stacks(
    stacks: Iterable[Stack], wanted: Wanted, progress: Progress
) -> Iterator[Arrival | LeftOut]:
    for stack in progress.track(list(stacks), "Reading stacks"):
        known = replace(
            stack,
            region=stack.region if stack.region != "unknown" else wanted.region,
            weighting=stack.weighting if stack.weighting != "unknown" else wanted.weighting,
        )
        why = check(wanted.card, known)
        if why is not None:
            yield LeftOut(f"Stack {stack.id}", str(why), why)
            continue
        patient = stack.patient_hash or patient_hash(stack.study_instance_uid)
        yield Arrival(
            of_stack(stack, read(stack), copy=wanted.copy),
            keyed(patient_hash(wanted.patient) or patient, wanted.secret),
            known.region,
            scanner(stack),
            known.weighting,
            person=_person(stack, wanted),
        )


def _person(stack: Stack, wanted: Wanted) -> Person:
    """Nobody where a person has said whose it is, or where nothing keeps names apart from lists."""
    named = wanted.patient or not wanted.secret
    return NO_PERSON if named else person_of([stack]).keyed(wanted.secret)


def scanner(stack: Stack) -> str:
    """Maker, model and field strength as the header says them."""
    elements, _, _ = read_elements(stack.sources[0].path, [tag(name) for name in _SCANNER])
    field_strength = number(elements, "MagneticFieldStrength")
    words = [text(elements, name) for name in _SCANNER[:2]]
    return " ".join([*filter(None, words), *([f"{field_strength:g} T"] if field_strength else [])])


def _listed(table: Path, wanted: Wanted, progress: Progress) -> Iterator[Arrival | LeftOut]:
    """A CSV of images, each with its patient and, where it has one, its mask."""
    from SpineLib.datasets.tidy import rows

    lines = list(rows(table, ("image", "patient")))
    for line, row in progress.track(lines, "Reading volumes"):
        file, patient = table.parent / row["image"], known_patient(row["patient"], wanted.secret)
        if not patient:
            raise BadInput(f"Line {line} does not say the patient", file=table)
        line_wanted = replace(
            wanted,
            region=row.get("region") or wanted.region,
            weighting=row.get("weighting") or wanted.weighting,
            numbering=_named(row.get("labels") or wanted.numbering, table, line),
            orientation=row.get("orientation") or wanted.orientation,
        )
        arrival = of_path(file, line_wanted)
        if isinstance(arrival, LeftOut):
            yield arrival
            continue
        labels = None
        if row.get("mask") and not wanted.images_only:
            from SpineLib.datasets.nifti import open_pair

            mask = table.parent / row["mask"]
            labels = open_pair(file, mask, line_wanted.numbering, line_wanted.orientation)[1]
        columns = {name: value for name, value in row.items() if name not in _TABLE}
        yield replace(
            arrival, patient=patient, site=row.get("site", ""), columns=columns, labels=labels
        )


def _named(numbering: str, table: Path, line: int) -> str:
    from SpineLib.datasets.numberings import NAMES, known_name

    try:
        return known_name(numbering)
    except ValueError as error:
        raise BadInput(
            f"Line {line} names {error}", file=table, advice=f"Use one of {', '.join(NAMES)}."
        ) from error


def _labelled(source: str, wanted: Wanted, progress: Progress) -> Iterator[Arrival] | None:
    """Labelled data that `SpineLib.datasets` reads; None where the source is none."""
    path, simulated = Path(source), source.startswith(SIMULATED_SOURCE)
    if wanted.task == "segmentation":
        from SpineLib.datasets.spider import is_spider

        if simulated or is_spider(path):
            from SpineLib.datasets.open_volumes import open_volumes

            volumes = open_volumes(source, orientation=wanted.orientation, progress=progress)
            return _volumes(volumes, wanted, progress)
        return None
    if not (simulated or _has_labels(path, wanted.task)):
        return None
    from SpineLib.datasets.open_slices import open_slices

    scheme = wanted.question or COMPRESSION
    stacks = open_slices(source, task=wanted.task, scheme=scheme, progress=progress)
    return _labelled_stacks(stacks, source, wanted, progress)


def _has_labels(path: Path, task: str) -> bool:
    if path.is_file():
        if path.suffix.lower() != ".csv":
            return False
        from SpineLib.datasets.tidy import UID

        header = path.read_text(encoding="utf-8-sig", errors="replace").split("\n", 1)[0]
        return UID in header.lower()
    return any(path.rglob(f"{task}_label*.csv")) or any(path.rglob("*.xml"))


def _volumes(
    volumes: list[LabelledVolume], wanted: Wanted, progress: Progress
) -> Iterator[Arrival]:
    from SpineLib.datasets.nifti import open_pair

    for labelled in progress.track(volumes, "Reading labelled volumes"):
        columns, call = dict(labelled.columns), labelled.open
        weighting = columns.pop("weighting", "unknown")
        image, labels = call()
        if getattr(call, "func", None) is open_pair:
            file, turned = call.args[0], wanted.orientation  # type: ignore[attr-defined]
            volume = open_volume_file(file, orientation=turned)[1]
            reference, by = of_file(file, volume, orientation=turned), ""
        else:
            reference, by = of_volume(image), "truth"
            columns["source"] = SIMULATED
        yield Arrival(
            reference, keyed(labelled.patient, wanted.secret), "lumbar", labelled.site, weighting.split()[0].upper()
            if weighting != "unknown" else weighting, columns,
            None if wanted.images_only else labels, by,
        )  # fmt: skip


def _labelled_stacks(
    stacks: list[LabelledStack], source: str, wanted: Wanted, progress: Progress
) -> Iterator[Arrival]:
    readers = sorted({label.reader for labelled in stacks for label in labelled.labels})
    if len(readers) > 1 and wanted.named not in readers and not wanted.images_only:
        raise BadInput(
            f"The labels are of {len(readers)} readers", file=source,
            advice=f"Say whose: {', '.join(readers)}.",
            command="--named READER",
        )  # fmt: skip
    reader = wanted.named or (readers[0] if readers else "")
    for labelled in progress.track(stacks, "Reading labelled stacks"):
        volume, columns, person = labelled.open(), dict(labelled.columns), NO_PERSON
        if getattr(labelled.open, "func", None) is read:
            stack: Stack = labelled.open.args[0]  # type: ignore[attr-defined]
            image, person = of_stack(stack, volume, copy=wanted.copy), _person(stack, wanted)
        else:
            image = of_volume(volume)
            columns["source"] = SIMULATED
        region = labelled.region if labelled.region != "unknown" else wanted.region
        weighting = labelled.weighting if labelled.weighting != "unknown" else wanted.weighting
        yield Arrival(
            image, keyed(labelled.patient, wanted.secret), region, labelled.site, weighting, columns,
            None if wanted.images_only else _of_reader(labelled, reader), reader, person,
        )  # fmt: skip


def _of_reader(stack: LabelledStack, reader: str) -> list[SliceLabel] | None:
    return [label for label in stack.labels if label.reader == reader] or None


def about(arrival: Arrival) -> dict[str, Any]:
    """Keyword arguments of `DatasetWriter.add`, but for who gave the labels."""
    return {
        name: getattr(arrival, name)
        for name in ("patient", "region", "site", "weighting", "columns", "labels", "person")
    }
