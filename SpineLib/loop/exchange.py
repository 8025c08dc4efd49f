"""Corrections and data sets from elsewhere, and to elsewhere: MONAI, SPIDER, tables, findings.

A datalist is what ``monai.data.load_decathlon_datalist`` reads: a JSON file with lists
``training``, ``validation`` and ``test`` of ``{"image": …, "label": …}``, paths relative to the file
(of the Medical Segmentation Decathlon the test is a list of image paths alone).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from SpineLib.datasets.cases import SliceLabel
from SpineLib.datasets.numberings import SPIDER, in_spider
from SpineLib.datasets.tidy import UID, rows
from SpineLib.errors import BadInput, BadRequest
from SpineLib.json_values import parse_json
from SpineLib.labels import is_structure, structure
from SpineLib.loop.answers import Answer, write_csv
from SpineLib.loop.cases import Case
from SpineLib.loop.dataset import Dataset
from SpineLib.loop.images import slice_index
from SpineLib.loop.sources import (
    Arrival,
    LeftOut,
    Wanted,
    known_patient,
    of_path,
    patient_of_file,
)
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, Question
from SpineLib.store.files import write_json, writing_folder
from SpineLib.store.patients import keyed
from SpineLib.volume import read_volume, write_volume

TRAINING, VALIDATION, TEST, ALL = "training", "validation", "test", "all"
PARTS = (TRAINING, TEST, ALL)
_LISTS = (TRAINING, VALIDATION, TEST)
_FOLDERS = {TRAINING: ("imagesTr", "labelsTr"), TEST: ("imagesTs", "labelsTs")}


def read_correction(
    case: Case, file: Path, *, numbering: str = "", orientation: str = ""
) -> Answer:
    """A reader's correction of one case, from a file.

    Args:
        case: whose it is.
        file: for a segmentation a label map; for slices a CSV with ``slice``
            (from 1) or ``sop_instance_uid`` and ``frame``, and ``value``, ``label`` or ``grade``.
            Lines without a value are slices of which the reader said nothing.
        numbering: of the label map (`SpineLib.datasets.numberings`); empty to tell it from its
            numbers.
        orientation: where the label map's axes grow to, where its file does not say.

    Raises:
        BadInput: the file cannot be read, or is of other slices.
    """
    if case.task == "segmentation":
        if file.name.lower().endswith(".seg.nrrd"):
            raise BadInput(
                "A .seg.nrrd numbers its segments anew, so SPIDER's numbers are lost",
                file=file,
                advice="Export the segmentation as a label map, as Spine Segmentation does.",
            )
        labels = read_volume(file, orientation)
        return labels.with_voxels(in_spider(labels.voxels, numbering, file))
    by_case = _by_case([case], file)
    if not by_case:
        raise BadInput(f"No line is of a slice of the case {case.id}", file=file)
    return by_case[0][1]


def read_reviews(dataset: Dataset, file: Path) -> list[tuple[Case, list[SliceLabel]]]:
    """What a reader said in one table of slices of several cases, such as the panel's export.

    Raises:
        BadInput: as `read_correction`, or no slice is in the data set.
    """
    if dataset.task == "segmentation":
        raise BadRequest("A table of slices is not a segmentation")
    by_case = _by_case(list(dataset.cases.values()), file)
    if not by_case:
        raise BadInput("None of these slices is in the data set", file=file)
    return by_case


def read_answers(dataset: Dataset, file: Path) -> tuple[str, list[tuple[Case, list[SliceLabel]]]]:
    """What a model said in a reading's ``findings.json``, of the cases that were read.

    Returns:
        Name and version of the model, and its answers to each case; a borderline slice counts as
        possibly compressed.

    Raises:
        BadInput: the file is none, no model for the data set's task answered, or no stack is a
            case.
    """
    from SpineLib.datasets.vocabulary import word_of
    from SpineLib.findings_file import read_json

    findings = read_json(file)
    question = dataset.question
    used = [m for m in findings.models if question and m.question == question.key]
    if question is None or not used:
        about = question.title if question else dataset.task
        raise BadInput(f"No model answered in this reading: {about}", file=file)
    model = used[0]
    answers: dict[tuple[str, int], str] = {}
    seen: set[tuple[str, int]] = set()
    for finding in (finding for stack in findings.stacks for finding in stack.slices):
        key = finding.key
        if key[0] and key in seen:
            raise _ambiguous("In this reading", 2, file)
        seen.add(key)
        opinion = finding.opinion(question.key, model.name)
        if opinion and opinion.assessed:
            answers[key] = word_of(opinion)
    by_case = []
    for case in dataset.cases.values():
        places = slice_index(case.slices)
        there = [(places[key], value) for key, value in answers.items() if key in places]
        most = max((len(slices) for slices, _ in there), default=0)
        if most > 1:
            raise _ambiguous(f"In the case {case.id}", most, file)
        labels = [SliceLabel(k, value) for (k,), value in there]
        if labels:
            by_case.append((case, labels))
    if not by_case:
        raise BadInput("No stack of this reading is a case of the data set", file=file)
    return f"{model.name} {model.version}".strip(), by_case


@dataclass(frozen=True)
class Listed:
    """One line of a datalist: which part it is in, and the image."""

    part: str
    arrival: Arrival | LeftOut


def is_datalist(file: Path) -> bool:
    """Whether a JSON file is a datalist."""
    try:
        data = parse_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and any(isinstance(data.get(name), list) for name in _LISTS)


def read_datalist(file: Path, wanted: Wanted, progress: Progress | None = None) -> Iterator[Listed]:
    """The images of a datalist with their label maps.

    A patient is what the line says (``patient``), else what the file's name says. Label maps are
    numbered as ``wanted`` says, as the list's own ``labels`` say where they are this program's, or
    as the numbers tell.

    Raises:
        BadInput: it is none, a file is missing, or a patient is in training and in test.
    """
    progress = progress or Progress()
    data = parse_json(file.read_text(encoding="utf-8"))
    numbering = wanted.numbering or (SPIDER if _names_spider(data) else "")
    listed: list[tuple[str, dict[str, Any], str]] = []
    parts: dict[str, str] = {}
    for part in _LISTS:
        lines = data.get(part) or []
        if not isinstance(lines, list):
            raise BadInput(f"The datalist's {part} is not a list", file=file)
        for line in lines:
            item = {"image": line} if isinstance(line, str) else line
            if not isinstance(item, dict) or not isinstance(item.get("image"), str):
                raise BadInput(f"A line of {part} names no single image", file=file)
            name = str(item.get("patient", ""))
            own = keyed(patient_of_file(Path(item["image"])), wanted.secret)
            patient = known_patient(name, wanted.secret) or own
            side = TEST if part == TEST else TRAINING
            if parts.setdefault(patient, side) != side:
                raise BadInput(
                    f"The patient of {item['image']} is in {TRAINING} and in {TEST}",
                    file=file,
                    advice="Take the patient out of one of them.",
                )
            listed.append((part, item, patient))
    for part, item, patient in progress.track(listed, "Reading volumes"):
        arrival = of_path(file.parent / item["image"], wanted)
        if isinstance(arrival, LeftOut):
            yield Listed(part, arrival)
            continue
        labels = None
        if item.get("label") and not wanted.images_only:
            mask = file.parent / str(item["label"])
            labels = read_volume(mask, wanted.orientation)
            labels = labels.with_voxels(in_spider(labels.voxels, numbering, mask))
        yield Listed(part, replace(arrival, patient=patient, labels=labels))


def chosen_cases(dataset: Dataset, part: str, ids: Sequence[str] = ()) -> list[Case]:
    """Cases of a part, or those named, as far as they may be in it.

    Raises:
        BadInput: a test case was asked for as training, one has no correction, or none is left.
    """
    if part not in PARTS:
        raise BadRequest(f"There is no part {part}", advice=f"Use {', '.join(PARTS)}.")
    groups = {TRAINING: dataset.training(), TEST: dataset.test()}
    allowed = groups.get(part) or (groups[TRAINING] + groups[TEST] if part == ALL else [])
    if ids:
        named = [dataset.case(case_id) for case_id in ids]
        if part == TRAINING:
            dataset.require_training(named)
        known = {case.id for case in allowed}
        wrong = [case for case in named if case.id not in known]
        if wrong:
            state = "set aside" if wrong[0].set_aside else wrong[0].state
            raise BadInput(
                f"The case {wrong[0].id} ({state}) is not among the {part} cases with a correction"
            )
        allowed = named
    if not allowed:
        raise BadInput(f"No case of the {part} part is corrected or approved", file=dataset.folder)
    return sorted(allowed, key=lambda case: case.id)


def write_datalist(
    dataset: Dataset, out: Path, cases: Sequence[Case], *, progress: Progress | None = None
) -> int:
    """Writes ``dataset.json`` with images and label maps as NIfTI, laid out as the Decathlon's.

    Test cases stand under ``test`` only, whoever asks.

    Returns:
        How many cases.
    """
    _require_volumes(dataset)
    progress = progress or Progress()
    lists: dict[str, list[dict[str, str]]] = {TRAINING: [], VALIDATION: [], TEST: []}
    numbers: set[int] = set()
    with writing_folder(out, new=True) as temporary:
        for case in progress.track(list(cases), "Writing cases"):
            part = TEST if case.test else TRAINING
            image, labels = case.labelled().open()
            item = {"patient": case.patient}
            for key, folder, volume in zip(
                ("image", "label"), _FOLDERS[part], (image, labels), strict=True
            ):
                (temporary / folder).mkdir(exist_ok=True)
                write_volume(volume, temporary / folder / f"{case.id}.nii.gz")
                item[key] = f"./{folder}/{case.id}.nii.gz"
            numbers |= {int(n) for n in np.unique(labels.voxels) if n}
            lists[part].append(item)
        names = {str(n): _spider_name(n) for n in sorted(numbers)}
        data = {
            "name": dataset.title, "description": "Spine Segmentation, numbers as SPIDER's",
            "tensorImageSize": "3D", "modality": {"0": "MRI"},
            "labels": {"0": "background", **names}, "numTraining": len(lists[TRAINING]),
            "numTest": len(lists[TEST]), **lists,
        }  # fmt: skip
        write_json(temporary / "dataset.json", data)
    return len(cases)


def _spider_name(number: int) -> str:
    meaning = structure(number)
    return f"{meaning.kind} {meaning.position or ''}".strip()


def _names_spider(datalist: dict[str, Any]) -> bool:
    """Whether a datalist's ``labels`` are those that `write_datalist` writes."""
    labels = datalist.get("labels")
    if not isinstance(labels, dict):
        return False
    named = {str(n): name for n, name in labels.items() if str(n) != "0"}
    return bool(named) and all(
        n.isdecimal() and is_structure(int(n)) and name == _spider_name(int(n))
        for n, name in named.items()
    )


def write_spider(
    dataset: Dataset, out: Path, cases: Sequence[Case], *, progress: Progress | None = None
) -> int:
    """Writes ``images``, ``masks`` and ``overview.csv`` as SPIDER's; a part in a folder of its own.

    Patients get new numbers. SPIDER's layout says nothing of a test, and a program that reads the
    folder takes all of it; so training and test cases are never written into one.

    Returns:
        How many cases.

    Raises:
        BadInput: training and test cases together, a weighting that SPIDER's names do not have, or
            two series of a patient that would have the same name.
    """
    _require_volumes(dataset)
    if len({case.test for case in cases}) > 1:
        raise BadInput(
            "SPIDER's layout cannot tell test cases from the others",
            advice=f"Export the parts {TRAINING} and {TEST} into two folders.",
        )
    progress = progress or Progress()
    names = _spider_names(cases)
    table = [["new_file_name", "subset", "Manufacturer"]]
    with writing_folder(out, new=True) as temporary:
        for folder in ("images", "masks"):
            (temporary / folder).mkdir()
        for case in progress.track(list(cases), "Writing cases"):
            image, labels = case.labelled().open()
            write_volume(image, temporary / "images" / f"{names[case.id]}.mha")
            write_volume(labels, temporary / "masks" / f"{names[case.id]}.mha")
            table.append([names[case.id], TEST if case.test else TRAINING, case.site])
        write_csv(temporary / "overview.csv", table)
    return len(cases)


def write_tidy(dataset: Dataset, out: Path, cases: Sequence[Case]) -> int:
    """Writes labels of slices as a table that ``spine train --data`` reads beside its DICOM.

    Returns:
        How many labels.

    Raises:
        BadInput: the data set is of volumes, or a case is not DICOM.
    """
    if dataset.task == "segmentation":
        raise BadRequest("A segmentation is not a table", advice="Use monai or spider.")
    table = [[UID, "frame", "label", "reader", "site", "case", "part"]]
    for case in cases:
        slices = case.slices
        if not slices:
            raise BadInput(f"The case {case.id} is not DICOM, so its slices have no UID")
        for label in case.labelled().labels:
            _, uid, frame = slices[label.index]
            part = TEST if case.test else TRAINING
            table.append([uid, str(frame), label.value, label.reader, case.site, case.id, part])
    write_csv(out, table)
    return len(table) - 1


def _by_case(cases: Sequence[Case], file: Path) -> list[tuple[Case, list[SliceLabel]]]:
    """A table's labels by case; ``slice`` is enough where one case is asked for."""
    if not file.is_file():
        raise BadInput("There is no such file", file=file)
    listed = list(rows(file, ()))
    header = listed[0][1] if listed else {}
    columns = _label_columns(cases[0].question) if cases else ()
    column = next((name for name in columns if name in header), None)
    if column is None or not ({UID, "slice"} & header.keys()):
        raise BadInput(
            "The table has no column that says a slice and its label",
            file=file,
            advice=f"It needs {UID} (and frame) or slice, and one of {', '.join(columns)}.",
        )
    places: dict[tuple[str, int], list[tuple[Case, int]]] = defaultdict(list)
    for case in cases:
        for key, slices in slice_index(case.slices).items():
            places[key] += [(case, k) for k in slices]
    labels: dict[str, list[SliceLabel]] = defaultdict(list)
    for line, row in listed:
        if not row[column]:
            continue
        try:
            key = row.get(UID, ""), int(row.get("frame") or 1)
            there = places.get(key, []) if key[0] else []
            if not key[0] and len(cases) == 1:
                there = [(cases[0], int(row["slice"]) - 1)]
        except (KeyError, ValueError) as error:
            raise BadInput(f"Line {line} does not say a slice", file=file) from error
        if len(there) > 1:
            raise _ambiguous(f"Line {line}", len(there), file)
        for case, k in there:
            labels[case.id].append(SliceLabel(k, row[column]))
    return [(case, labels[case.id]) for case in cases if case.id in labels]


def _label_columns(question: Question | None) -> tuple[str, ...]:
    """In which columns a table may keep a slice's label.

    This program's own versions, what the panel of Spine Compression exports of this question, and
    tidy tables. ``grade`` is Bilsky's: another scheme has values that look alike.
    """
    if question is None:
        return ()
    if not question.sides:
        return ("value", "label")
    return ("value", "grade" if question.key == BILSKY.key else question.key.lower(), "label")


def _ambiguous(where: str, count: int, file: Path) -> BadInput:
    return BadInput(
        f"{where}: {count} slices have one SOP Instance UID and frame, so nobody can tell which "
        "is meant",
        file=file,
        advice="Anonymise the originals again, or correct one case at a time by slice number.",
    )


def _spider_names(cases: Sequence[Case]) -> dict[str, str]:
    numbers: dict[str, int] = {}
    names: dict[str, str] = {}
    for case in cases:
        if case.weighting not in ("T1", "T2"):
            raise BadInput(f"The case {case.id} is {case.weighting}; SPIDER's names know T1 and T2")
        number = numbers.setdefault(case.patient, len(numbers) + 1)
        name = f"{number}_{case.weighting.lower()}"
        if name in names.values():
            raise BadInput(
                f"A patient has two {case.weighting} series, which SPIDER's names cannot tell apart",
                advice="Name one of the cases, or export a datalist.",
            )
        names[case.id] = name
    return names


def _require_volumes(dataset: Dataset) -> None:
    if dataset.task != "segmentation":
        raise BadRequest(f"This layout is for volumes, not for {dataset.task}", advice="Use tidy.")
