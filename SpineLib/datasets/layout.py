"""The published folder layout: ``Root/[Site/]Patient/ax_t2/*.dcm`` and ``compression_label.csv``.

One number a slice, in slice order, in the patient's folder; one file a labeller
(``compression_label_<reader>.csv``) where there are several. Read off the published labelling and
conversion scripts of Merali et al. 2021 (Sci Rep 11:10473), whose evaluation script has a folder a
site above the patients. These scripts take the slices in whatever order the file system gives the
files; here the order is one that can be named, by default that of their positions from the feet
upward. A ``dataset.toml`` in the root may say ``order = "head-first"`` or ``"instance"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from SpineLib.datasets.cache import fingerprint
from SpineLib.datasets.cases import LabelledStack, SliceLabel
from SpineLib.datasets.vocabulary import vocabulary
from SpineLib.dicom import Stack, read, scan
from SpineLib.errors import BadInput
from SpineLib.progress import Progress
from SpineLib.questions import BILSKY, Question
from SpineLib.store.patients import plain_hash
from SpineLib.toml_text import parse_toml
from SpineLib.wording import count

STACK_FOLDER, LABELS, ABOUT, FACTS = "ax_t2", "{task}_label*.csv", "dataset.toml", "patients.csv"
ORDERS = ("feet-first", "head-first", "instance")


def open_layout(
    root: str | Path,
    *,
    task: str = "compression",
    scheme: Question = BILSKY,
    progress: Progress | None = None,
) -> list[LabelledStack]:
    """Reads a data set in the published layout; headers only, pixels when a stack is opened.

    ``patients.csv`` in the root may hold facts of each patient: a column ``patient`` (the
    folder's name), ``site``, and any others for subgroup tables.

    Args:
        root: the data set's folder.
        task: ``compression`` or ``grading`` (``grading_label.csv``, with grades).
        scheme: of the grades.
        progress: told of each patient.

    Raises:
        BadInput: no patient's folder; a folder of slices that is not one stack; labels whose
            number, values or readers do not fit. File, line and what to do are named.
    """
    root = Path(root)
    folders = sorted(path for path in root.rglob(STACK_FOLDER) if path.is_dir())
    if not folders:
        raise BadInput(
            f"No folder {STACK_FOLDER} lies below this one",
            file=root,
            advice=f"The published layout is Root/Patient/{STACK_FOLDER}/*.dcm with "
            f"Root/Patient/{task}_label.csv.",
        )
    order, facts = _order(root), _facts(root / FACTS)
    value = vocabulary(task, scheme)
    return [
        _labelled(root, folder, task, value, order, facts)
        for folder in (progress or Progress()).track(folders, "Reading labelled studies")
    ]


def labelled_stack(
    stack: Stack, labels: Iterable[SliceLabel], *, name: str, patient: str, **facts: Any
) -> LabelledStack:
    """A stack of DICOM with labels.

    Args:
        stack: from a scan.
        labels: of its slices.
        name: tells it from the other stacks of the data set; hashed.
        patient: who it is of, where the header has no Patient ID; hashed.
        facts: further fields of `LabelledStack`.
    """
    return LabelledStack(
        id=plain_hash(name),
        patient=stack.patient_hash or plain_hash(patient),
        open=partial(read, stack),
        labels=tuple(labels),
        region=stack.region,
        weighting=stack.weighting,
        fingerprint=fingerprint(source.path for source in stack.sources),
        **facts,
    )


def read_labels(path: Path, value: Callable[[str], str]) -> list[str]:
    """The values of a label file: one a line, or all on one line with commas between.

    Raises:
        BadInput: a value that means nothing, with its line, or an empty line between values.
    """
    lines = [line.strip() for line in _text(path).splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    cells = [(n, line) for n, line in enumerate(lines, 1)]
    if len(lines) == 1:
        cells = [(1, cell.strip()) for cell in lines[0].rstrip(",").split(",")]
    values = []
    for n, cell in cells:
        try:
            values.append(value(cell.rstrip(",")))
        except ValueError as error:
            raise BadInput(
                f"Line {n}: {error}", file=path, advice="Write one label a slice, one a line."
            ) from error
    return values


def _labelled(
    root: Path,
    folder: Path,
    task: str,
    value: Callable[[str], str],
    order: str,
    facts: dict[str, dict[str, str]],
) -> LabelledStack:
    patient = folder.parent
    files = sorted(patient.glob(LABELS.format(task=task)))
    if not files:
        raise BadInput(
            "This patient has slices but no labels",
            file=patient / f"{task}_label.csv",
            advice="Label the slices, or move the patient's folder out of the data set.",
        )
    stack = _one_stack(folder)
    indices = _slice_order(stack, order)
    labels: list[SliceLabel] = []
    for file in files:
        values, reader = read_labels(file, value), _reader(file, task)
        if len(values) != stack.slices:
            raise BadInput(
                f"{count(len(values), 'label')} for {count(stack.slices, 'slice')}",
                file=file,
                advice=f"Write one label a slice, in the order of the slices ({order}), or say "
                f"another order in {root / ABOUT}.",
            )
        labels += [SliceLabel(k, v, reader) for k, v in zip(indices, values, strict=True)]
    parts = patient.relative_to(root).parts
    # Patients' folders may be named after them; the id in records and logs is not.
    known = dict(facts.get(patient.name, {}))
    site = known.pop("site", "") or "/".join(parts[:-1])
    name = "/".join(parts)
    return labelled_stack(stack, labels, name=name, patient=patient.name, site=site, columns=known)


def _reader(file: Path, task: str) -> str:
    return file.stem.removeprefix(f"{task}_label").strip("_- ") or "reader"


def _one_stack(folder: Path) -> Stack:
    stacks = scan(folder).stacks
    if len(stacks) != 1:
        raise BadInput(
            f"The folder holds {len(stacks)} stacks of slices, not one",
            file=folder,
            advice="Leave only the labelled axial T2 series in it.",
        )
    if stacks[0].problem:
        raise BadInput(f"The slices cannot be read: {stacks[0].problem}", file=folder)
    return stacks[0]


def _slice_order(stack: Stack, order: str) -> list[int]:
    """Slice indices (k) in the order of the label file's lines."""
    if order == "instance":
        keys = [f.instance for f in stack.frames]
        if any(key is None for key in keys) or len(set(keys)) < len(keys):
            raise BadInput(
                "The slices have no instance number of their own to order them by",
                file=stack.sources[0].path.parent,
                advice=f"Say feet-first or head-first in {ABOUT}.",
            )
        return sorted(range(stack.slices), key=lambda k: keys[k])  # type: ignore[arg-type,return-value]
    upward = sorted(range(stack.slices), key=lambda k: stack.positions[k][2])
    return upward if order == "feet-first" else upward[::-1]


def _order(root: Path) -> str:
    path = root / ABOUT
    if not path.is_file():
        return ORDERS[0]
    try:
        about: dict[str, Any] = parse_toml(_text(path))
    except ValueError as error:
        raise BadInput(f"This is not TOML: {error}", file=path) from error
    order = about.get("order", ORDERS[0])
    if order not in ORDERS or set(about) - {"order"}:
        raise BadInput(
            "Only the key order is known here", file=path, advice=f"order = one of {ORDERS}."
        )
    return order


def _facts(path: Path) -> dict[str, dict[str, str]]:
    """Patient's folder → column → value."""
    from SpineLib.datasets.tidy import rows

    if not path.is_file():
        return {}
    facts: dict[str, dict[str, str]] = {}
    for n, row in rows(path, ("patient",)):
        name = row.pop("patient")
        if name in facts:
            raise BadInput(
                f"Line {n}: this patient is here twice", file=path, advice="Keep one line."
            )
        facts[name] = row
    return facts


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("The file cannot be read as text (UTF-8)", file=path) from error
