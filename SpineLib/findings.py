"""Findings: what was read, of which slice, by which model; to JSON, CSV and back.

Findings are keyed by SOP Instance UID and frame number, so that they survive re-sorting.
What others script against is checked against ``schemas/findings.schema.json`` on the way out
and on the way in.
"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from SpineLib import __version__
from SpineLib.errors import BadInput
from SpineLib.files import writing
from SpineLib.json_values import parse_json
from SpineLib.labels import ASSESSED, COMPRESSED, NOT_ASSESSED

T = TypeVar("T")
SCHEMA_VERSION = 1
SCHEMA_FILE = Path(__file__).parent / "schemas" / "findings.schema.json"

CSV_COLUMNS = (
    "stack", "series_number", "slice", "sop_instance_uid", "frame",
    "position_r", "position_a", "position_s", "canal_r", "canal_a", "canal_s", "level",
    "compression_status", "compression_reason", "compression_probability", "compression_verdict",
    "compression_forced", "grading_status", "grading_reason", "grade", "grade_low", "grade_high",
    "high_probability", "grading_forced", "source",
)  # fmt: skip


@dataclass
class Compression:
    """One slice's answer to "is the cord compressed?".

    Attributes:
        status: ``assessed`` or ``not assessed``.
        reason: why it was not assessed; empty otherwise.
        probability: P(compressed) in 0–1.
        verdict: ``compressed``, ``borderline``, ``not compressed``; None where not assessed.
        forced: the model ran outside of its applicability because the person said so.
    """

    status: str = NOT_ASSESSED
    reason: str = ""
    probability: float | None = None
    verdict: str | None = None
    forced: bool = False


@dataclass
class Grading:
    """One slice's grade.

    Attributes:
        status: ``assessed`` or ``not assessed``.
        reason: why it was not assessed; empty otherwise.
        scheme: name of the `SpineLib.labels.GradingScheme`.
        high_probability: P(high grade) in 0–1, read first.
        verdict: ``high`` or ``low``.
        grade: the most likely grade.
        interval: lowest and highest grade of the smallest run of neighbouring grades around
            ``grade`` that holds at least 80 % of the probability.
        probabilities: grade → probability, summing to 1.
        forced: the model ran outside of its applicability because the person said so.
        source: ``canal window`` or ``reader's box``: which region was graded.
    """

    status: str = NOT_ASSESSED
    reason: str = ""
    scheme: str = "Bilsky"
    high_probability: float | None = None
    verdict: str | None = None
    grade: str | None = None
    interval: list[str] = field(default_factory=list)
    probabilities: dict[str, float] = field(default_factory=dict)
    forced: bool = False
    source: str = "canal window"


@dataclass
class SliceFinding:
    """Everything said of one slice.

    Attributes:
        index: slice number in its stack from 0, in the stack's own order (k of its volume).
        sop_instance_uid: SOP Instance UID; empty for a volume that is not DICOM.
        frame: frame number from 1.
        position_ras: middle of the slice, RAS mm.
        canal_center_ras: where the canal was found, RAS mm; None where it was not.
        level: ``C5``, ``L4/L5``, …; empty where geometry gives no evidence, never guessed.
    """

    index: int
    sop_instance_uid: str
    frame: int
    position_ras: list[float]
    canal_center_ras: list[float] | None = None
    level: str = ""
    compression: Compression = field(default_factory=Compression)
    grading: Grading = field(default_factory=Grading)


@dataclass
class StackFindings:
    """One stack (parallel, evenly spaced frames) and its slices.

    Attributes:
        id: short name of the stack in this reading, for example ``4`` or ``4.2``
            (series number, stack of the series).
        ijk_to_ras: 4×4 matrix, rows as lists, of the stack's volume.
        shape: slices, rows, columns.
        spacing: mm along columns (i), rows (j), slices (k).
        slices: one a slice where the stack was read for compression or grading, else empty.
    """

    id: str
    series_instance_uid: str = ""
    frame_of_reference_uid: str = ""
    series_number: int | None = None
    description: str = ""
    plane: str = "oblique"
    weighting: str = "unknown"
    fat_saturated: bool = False
    region: str = "unknown"
    shape: list[int] = field(default_factory=list)
    spacing: list[float] = field(default_factory=list)
    ijk_to_ras: list[list[float]] = field(default_factory=list)
    chosen_for: list[str] = field(default_factory=list)
    choice_reason: str = ""
    not_assessed: dict[str, str] = field(default_factory=dict)
    slices: list[SliceFinding] = field(default_factory=list)


@dataclass
class SegmentFinding:
    """One named structure of the segmentation.

    Attributes:
        label: SPIDER's number in ``segmentation.nrrd``.
        kind: ``vertebra``, ``disc`` or ``canal``.
        name: ``L5``, ``L5/S1``, ``canal``; ``vertebra 1 (level not known)`` without evidence.
        partial: the border of the image cuts it.
        volume_ml: millilitres.
        centroid_ras: RAS mm.
    """

    label: int
    kind: str
    name: str
    partial: bool
    volume_ml: float
    centroid_ras: list[float]


@dataclass
class SegmentationFinding:
    """The segmentation of one stack.

    Attributes:
        status: ``assessed`` or ``not assessed``.
        file: label map on the stack's own grid, relative to ``findings.json``.
        stack: id of the stack.
        lowest: name of vertebra 1 (``L5``, or ``L6`` where the reader said so); empty where not
            known.
        evidence: why the levels are known, or why not.
    """

    status: str = NOT_ASSESSED
    reason: str = ""
    file: str = ""
    stack: str = ""
    lowest: str = ""
    evidence: str = ""
    forced: bool = False
    segments: list[SegmentFinding] = field(default_factory=list)


@dataclass
class ModelUsed:
    """Which model answered, and its limits, as its card says them."""

    task: str
    name: str
    title: str
    version: str
    sha256: str
    starter: bool
    limits: str
    threshold: float | None = None
    scheme: str = ""
    licence: str = ""


@dataclass
class CompressionSummary:
    """The study's verdict by the card's rule.

    Attributes:
        verdict: ``abnormal``, ``normal`` or ``not assessed``.
        reason: why nothing was assessed; empty otherwise.
        rule: the rule in words, from the card.
        forced: at least one slice was assessed outside of the model's applicability.
        compressed_slices: number of slices with the verdict ``compressed``.
        longest_run: most compressed slices in a row, in one stack.
        longest_run_mm: millimetres that this run covers, slice thickness by slice spacing.
    """

    verdict: str = NOT_ASSESSED
    reason: str = ""
    rule: str = ""
    forced: bool = False
    assessed_slices: int = 0
    compressed_slices: int = 0
    longest_run: int = 0
    longest_run_mm: float = 0.0


@dataclass
class GradingSummary:
    """The study's worst grade: ``highest`` on slice ``index`` of stack ``stack``.

    Attributes:
        reason: why nothing was assessed; empty otherwise.
        high_slices: number of slices whose verdict is ``high``.
        forced: at least one slice was graded outside of the model's applicability.
    """

    status: str = NOT_ASSESSED
    reason: str = ""
    forced: bool = False
    scheme: str = "Bilsky"
    highest: str | None = None
    high_slices: int = 0
    stack: str = ""
    index: int | None = None


@dataclass
class Findings:
    """Everything read from one study."""

    stacks: list[StackFindings] = field(default_factory=list)
    segmentation: SegmentationFinding = field(default_factory=SegmentationFinding)
    models: list[ModelUsed] = field(default_factory=list)
    compression: CompressionSummary = field(default_factory=CompressionSummary)
    grading: GradingSummary = field(default_factory=GradingSummary)
    study_instance_uid: str = ""
    warnings: list[str] = field(default_factory=list)
    notice: str = ""
    schema_version: int = SCHEMA_VERSION
    software: str = f"SlicerSpineMRI {__version__}"

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Findings:
        """From plain JSON values that `validate` accepts; unknown keys are refused there."""
        data = dict(data)
        data["stacks"] = [_stack(s) for s in data.get("stacks", [])]
        segmentation = dict(data.get("segmentation", {}))
        segmentation["segments"] = [
            _made(SegmentFinding, s) for s in segmentation.get("segments", [])
        ]
        data["segmentation"] = _made(SegmentationFinding, segmentation)
        data["models"] = [_made(ModelUsed, m) for m in data.get("models", [])]
        data["compression"] = _made(CompressionSummary, data.get("compression", {}))
        data["grading"] = _made(GradingSummary, data.get("grading", {}))
        return _made(cls, data)

    def stack(self, stack_id: str) -> StackFindings:
        """The stack of this id.

        Raises:
            KeyError: there is none.
        """
        for stack in self.stacks:
            if stack.id == stack_id:
                return stack
        raise KeyError(stack_id)

    def flagged(self) -> list[tuple[StackFindings, SliceFinding]]:
        """The compressed slices with their stacks, highest probability first."""
        pairs = [
            (stack, one)
            for stack in self.stacks
            for one in stack.slices
            if one.compression.verdict == COMPRESSED
        ]
        return sorted(pairs, key=lambda pair: -(pair[1].compression.probability or 0.0))


def _stack(data: dict[str, Any]) -> StackFindings:
    slices = [
        _made(
            SliceFinding,
            {
                **one,
                "compression": _made(Compression, one.get("compression", {})),
                "grading": _made(Grading, one.get("grading", {})),
            },
        )
        for one in data.get("slices", [])
    ]
    return _made(StackFindings, {**data, "slices": slices})


def _made(kind: type[T], data: dict[str, Any]) -> T:
    """One of the classes above; whole numbers are whole, since JSON writes 1 as 1.0 too."""
    made = dict(data)
    for name, annotation in _whole_numbers(kind):  # type: ignore[arg-type]
        value = made.get(name)
        if annotation == "list[int]" and value is not None:
            made[name] = [int(one) for one in value]
        elif isinstance(value, float):
            made[name] = int(value)
    return kind(**made)


@cache
def _whole_numbers(kind: type) -> tuple[tuple[str, str], ...]:
    """The fields of whole numbers, and how each is annotated."""
    named = [(one.name, str(one.type)) for one in fields(kind)]
    return tuple((name, kind) for name, kind in named if kind.startswith(("int", "list[int]")))


def validate(data: dict[str, Any], *, file: str | Path | None = None) -> None:
    """Checks findings as JSON values against the published schema.

    Args:
        data: what ``json.load`` gave.
        file: named in the error.

    Raises:
        BadInput: a newer schema version, or a value that the schema does not allow; the place
            in the file is named.
    """
    version = data.get("schema_version", 0)
    if isinstance(version, (int, float)) and version > SCHEMA_VERSION:
        raise BadInput(
            f"These findings are of schema version {version}, this program knows {SCHEMA_VERSION}",
            file=file,
            advice="Update SlicerSpineMRI.",
        )
    try:
        import jsonschema
    except ModuleNotFoundError:  # Slicer's own Python; the worker checked what it wrote
        return
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(data))
    if errors:
        worst = jsonschema.exceptions.best_match(errors)
        place = "/".join(str(p) for p in worst.absolute_path) or "the top"
        raise BadInput(f"The findings are not valid at {place}: {worst.message}", file=file)


def write_json(findings: Findings, path: str | Path) -> None:
    """Writes ``findings.json``, checked against the schema, whole or not at all."""
    data = findings.to_dict()
    validate(data, file=path)
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    with writing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_json(path: str | Path, *, checked: bool = False) -> Findings:
    """Reads ``findings.json``.

    Args:
        path: the file.
        checked: it was held against the schema when it was written just now, by the worker.

    Raises:
        BadInput: the file is missing, not JSON, or not findings.
    """
    try:
        data = parse_json(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput("There is no such file", file=path) from error
    except (OSError, ValueError) as error:
        raise BadInput("The file is not readable JSON", file=path) from error
    if not isinstance(data, dict):
        raise BadInput("The file does not hold findings", file=path)
    if not checked:
        validate(data, file=path)
    try:
        return Findings.from_dict(data)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise BadInput("The file does not hold findings", file=path) from error


def write_csv(findings: Findings, path: str | Path) -> None:
    """Writes ``findings.csv``: a row a slice, columns `CSV_COLUMNS`, RAS mm, UTF-8."""
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, CSV_COLUMNS)
        writer.writeheader()
        for stack in findings.stacks:
            writer.writerows(_row(stack, one) for one in stack.slices)


def _row(stack: StackFindings, one: SliceFinding) -> dict[str, Any]:
    canal: tuple[Any, ...] = tuple(one.canal_center_ras or ()) or ("", "", "")
    low, high = (one.grading.interval or ["", ""])[:2]
    row: dict[str, Any] = {
        "stack": stack.id,
        "series_number": stack.series_number,
        "slice": one.index,
        "sop_instance_uid": one.sop_instance_uid,
        "frame": one.frame,
        **dict(zip(("position_r", "position_a", "position_s"), one.position_ras, strict=True)),
        **dict(zip(("canal_r", "canal_a", "canal_s"), canal, strict=True)),
        "level": one.level,
        "compression_status": one.compression.status,
        "compression_reason": one.compression.reason,
        "compression_probability": one.compression.probability,
        "compression_verdict": one.compression.verdict,
        "compression_forced": one.compression.forced,
        "grading_status": one.grading.status,
        "grading_reason": one.grading.reason,
        "grade": one.grading.grade,
        "grade_low": low,
        "grade_high": high,
        "high_probability": one.grading.high_probability,
        "grading_forced": one.grading.forced,
        "source": one.grading.source if one.grading.status == ASSESSED else "",
    }
    return {
        key: f"{value:.4f}" if isinstance(value, float) else value for key, value in row.items()
    }
