"""A folder of DICOM de-identified into another one, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from SpineLib import __version__
from SpineLib.dicom.charset import is_known
from SpineLib.dicom.confidentiality import (
    Deidentifier,
    Option,
    Suspicion,
    burnt_in,
    open_key,
    shared_key,
    spare_bits,
    traces,
    write_key,
)
from SpineLib.dicom.confidentiality.profile import EDITION
from SpineLib.dicom.elements import CHARACTER_SET, MEDIA_CLASS, PixelPlace, read_elements, text
from SpineLib.dicom.inflating import LARGEST_HEADER, Inflating
from SpineLib.dicom.places import files_of
from SpineLib.dicom.stack import Skipped
from SpineLib.dicom.walk import walk_meta
from SpineLib.errors import BadInput, BadRequest, Cancelled
from SpineLib.progress import Progress
from SpineLib.store.files import writing, writing_folder

REPORT_NAME = "deidentification.json"
# Objects of which nothing safe is left, or nothing at all (PS3.4 B.5).
_UNSAFE_CLASSES = (
    ("1.2.840.10008.5.1.4.1.1.66", "is Raw Data, which only its maker can read"),
    ("1.2.840.10008.5.1.4.1.1.104.", "is an encapsulated document, whose text cannot be cleaned"),
    ("1.2.840.10008.5.1.4.1.1.9.4.", "is a recorded voice"),
)
_STANDARD = "1.2.840.10008."
# Specific Character Set in any item, in both orders of bytes.
_CHARACTER_SETS = re.compile(rb"\x08\x00\x05\x00|\x00\x08\x00\x05")
_LONG_VALUE, _MOST_VALUES = 2048, 64
SHARED_ID = (
    "One Patient ID stands for {count} people, told apart by name, birth date, sex or issuer; each was "
    "given a pseudonym of their own"
)


@dataclass(frozen=True)
class Report:
    """What a de-identification did.

    Attributes:
        folder: where the new files lie.
        key: the file that links old and new.
        options: which of the profile's options were used.
        files: the new files, relative to ``folder``.
        patients: how many.
        left_out: original files that were not copied, with the reason. Their names may name
            patients, so this is for the person alone and in no file.
        warnings: new files to look at, with the reason.
        notes: what to know of the whole, such as people who share a Patient ID.
        counts: (attribute, what was done) → how often; never values.
    """

    folder: Path
    key: Path
    options: tuple[Option, ...]
    files: tuple[Path, ...]
    patients: int
    left_out: tuple[Skipped, ...]
    warnings: tuple[Skipped, ...]
    counts: Counter[tuple[str, str]]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON that may be passed on with the files: no original name, value or path."""
        return {
            "program": f"SlicerSpineMRI {__version__}",
            "profile": f"PS3.15 Table E.1-1, {EDITION.removeprefix('dicomfields_')}",
            "options": [option.value for option in self.options],
            "patients": self.patients,
            "files": len(self.files),
            "left_out": dict(Counter(skipped.reason for skipped in self.left_out)),
            "warnings": [
                {"file": str(warning.file), "reason": warning.reason} for warning in self.warnings
            ],
            "notes": list(self.notes),
            "attributes": [
                {"attribute": name, "done": done, "count": count}
                for (name, done), count in sorted(self.counts.items())
            ],
        }


def deidentify(
    source: str | Path,
    folder: str | Path,
    *,
    key: str | Path | None = None,
    options: Collection[Option] = (),
    keep_burnt_in: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Copies a folder of DICOM without its patients' identities.

    By DICOM's basic application confidentiality profile (PS3.15 Annex E). References between
    objects and the Frame of Reference stay consistent. Pixels keep their values; bits beside these,
    in which old overlays stand, are cleared. Files go to
    ``<pseudonym>/study-…/series-…/….dcm``, and `REPORT_NAME` beside them.

    Args:
        source: a folder, searched with all folders below it, or one file.
        folder: does not exist yet, or is empty.
        key: the file that links old and new; the same file gives a patient the same pseudonym in
            every run. If not given, ``<folder>.key.json`` beside the folder.
        options: of the profile.
        keep_burnt_in: also copies what is likely to show text, and warns.
        progress: told of each file.

    Raises:
        BadInput: there is no such folder; the folders lie in each other; the key would lie in one
            of them or is none; no file can be de-identified.
        BadRequest: the folder to be written holds something.
        OutputError: it cannot be written.
        Cancelled: the person cancelled; nothing was written.
    """
    source, folder = Path(source), Path(folder)
    key_path = folder.with_name(f"{folder.name}.key.json") if key is None else Path(key)
    _check_places(source, folder, key_path)
    progress = progress or Progress()
    paths, closed = files_of(source, progress)
    # A key that is named is there for several runs, perhaps at once.
    opened = nullcontext(open_key(key_path)) if key is None else shared_key(key_path)
    with opened as kept, writing_folder(folder) as temporary:
        run = _Run(Deidentifier(kept, options), keep_burnt_in, closed)
        for path in progress.track(paths, "De-identifying files"):
            run.copy(path, temporary)
        if not run.files:
            raise _nothing(source, run.left_out)
        report = Report(
            folder, key_path, tuple(o for o in Option if o in set(options)), tuple(run.files),
            len({path.parts[0] for path in run.files}), tuple(run.left_out),
            tuple(run.warnings), run.deidentifier.counts,
            tuple(SHARED_ID.format(count=n) for n in run.deidentifier.shared.values()),
        )  # fmt: skip
        text = json.dumps(report.to_dict(), indent=1)
        (temporary / REPORT_NAME).write_text(text, encoding="utf-8")
        # First the key: files that nobody can link would be worse than links to no files.
        write_key(kept, key_path)
    return report


def deidentify_file(
    source: str | Path,
    target: str | Path,
    deidentifier: Deidentifier,
    *,
    keep_burnt_in: bool = False,
) -> str:
    """Writes one file de-identified, for an export that has its own folders and names.

    The caller keeps the deidentifier's key (`write_key`) and names no file after a patient; a
    label finds its image again by ``deidentifier.key.uid(old)``.

    Returns:
        Why the picture may show text; empty where nothing says so.

    Raises:
        BadInput: it cannot be de-identified, or is likely to show text; ``what`` is the reason.
        OutputError: it cannot be written.
    """
    _, content, warning = _cleaned(Path(source), deidentifier, keep_burnt_in)
    with writing(target) as temporary:
        temporary.write_bytes(content)
    return warning


def text_in_pixels(files: Iterable[str | Path]) -> tuple[Skipped, ...]:
    """Which files may show text that names the patient, to be asked before pictures are exported.

    By their headers, see `burnt_in`; nothing looks at the pixels.

    Raises:
        BadInput: a file is not DICOM or damaged.
    """
    suspicious = []
    for path in map(Path, files):
        try:
            suspicion, why = burnt_in(_read(path)[0])
        except BadInput:
            raise
        except Exception as error:  # a damaged value can break a parser in any way
            raise BadInput("is damaged in its header", file=path) from error
        if suspicion is not Suspicion.none:
            suspicious.append(Skipped(path, f"{suspicion.value}: {why}"))
    return tuple(suspicious)


class _Run:
    """One folder's way: the files that went, and those that did not."""

    def __init__(
        self, deidentifier: Deidentifier, keep_burnt_in: bool, left_out: list[Skipped]
    ) -> None:
        self.deidentifier = deidentifier
        self.keep_burnt_in = keep_burnt_in
        self.left_out = left_out
        self.files: list[Path] = []
        self.warnings: list[Skipped] = []
        self._used: Counter[str] = Counter()

    def copy(self, path: Path, out: Path) -> None:
        try:
            clean, content, warning = _cleaned(path, self.deidentifier, self.keep_burnt_in)
        except BadInput as error:
            self.left_out.append(Skipped(path, error.what))
            return
        name = self._name(clean)
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
        self.files.append(name)
        if warning:
            self.warnings.append(Skipped(name, warning))

    def _name(self, clean: Dataset) -> Path:
        folder = Path(str(clean.PatientID))
        for level, keyword in (("study", "StudyInstanceUID"), ("series", "SeriesInstanceUID")):
            folder /= f"{level}-{_short(clean.get(keyword), 8)}"
        name = _short(clean.get("SOPInstanceUID"), 12)
        self._used[str(folder / name)] += 1
        again = self._used[str(folder / name)]
        return folder / f"{name}{f'-{again}' if again > 1 else ''}.dcm"


def _cleaned(
    path: Path, deidentifier: Deidentifier, keep_burnt_in: bool
) -> tuple[Dataset, bytes, str]:
    """The data set, the file's bytes, and a warning of text in its pixels."""
    before = deidentifier.counts.copy()
    try:
        # Values that the standard does not allow are this program's to judge, not to warn of:
        # pydicom's warnings quote them, and a damaged file has thousands.
        with warnings.catch_warnings(), config.disable_value_validation():
            warnings.simplefilter("ignore")
            original, syntax, pixel_place = _read(path)
            _require_safe_class(original, path)
            suspicion, why = burnt_in(original)
            warning = f"{suspicion.value}: {why}" if suspicion is not Suspicion.none else ""
            if suspicion is Suspicion.likely and not keep_burnt_in:
                raise BadInput(warning, file=path)
            clean = deidentifier.dataset(original)
            content = _encoded(clean, original, syntax)
            _require_no_trace(content, original, deidentifier.options, path)
            pixels = clean.get("PixelData")
            syntax = spare_bits.clear(clean, path, syntax, compressed=pixel_place.length < 0)
            if clean.get("PixelData") is not pixels:
                deidentifier.counts["PixelData", "cleared of bits beside the value"] += 1
                content = _encoded(clean, original, syntax)
            return clean, content, warning
    except (BadInput, Cancelled):
        deidentifier.counts = before
        raise
    except Exception as error:  # a damaged value can break a parser in any way
        deidentifier.counts = before
        raise BadInput("is damaged in its header", file=path) from error


def _require_no_trace(
    content: bytes, original: Dataset, options: frozenset[Option], path: Path
) -> None:
    values = traces.identifying(original, options)
    if Option.uids not in options:
        values |= traces.original_uids(original)
    if traces.in_bytes(content, values):
        raise BadInput("still holds an identifying value where none should be", file=path)


def _require_safe_class(original: Dataset, path: Path) -> None:
    sop_class = str(original.get("SOPClassUID") or "")
    for begin, reason in _UNSAFE_CLASSES:
        if sop_class == begin or (begin.endswith(".") and sop_class.startswith(begin)):
            raise BadInput(reason, file=path)
    if sop_class and not sop_class.startswith(_STANDARD):
        raise BadInput("is a private object, which only its maker can read", file=path)


def _check_places(source: Path, folder: Path, key: Path) -> None:
    if not source.exists():
        raise BadInput("There is no such folder", file=source)
    inside, outside, link = source.resolve(), folder.resolve(), key.resolve()
    advice = "Choose a folder apart from the original."
    if inside == outside or inside in outside.parents or outside in inside.parents:
        raise BadInput(
            "The original and its copy would lie in each other", file=folder, advice=advice
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadRequest(
            "The folder for the copy is not empty", file=folder,
            advice="Choose a new one; nothing is ever replaced.",
        )  # fmt: skip
    for root in (inside, outside):
        if root == link or root in link.parents:
            raise BadInput(
                "The key would lie beside what it unlocks", file=key,
                advice="Keep it in a folder of its own that is not passed on.",
            )  # fmt: skip


def _read(path: Path) -> tuple[Dataset, str, PixelPlace]:
    """A whole data set, its transfer syntax and its pixels; `BadInput` where it is none."""
    try:
        elements, syntax, pixel_place = read_elements(path, {CHARACTER_SET})
        if not is_known(text(elements, CHARACTER_SET)):
            raise BadInput("says a character set that the standard does not know", file=path)
        if syntax == DeflatedExplicitVRLittleEndian:
            return _inflated(path, pixel_place), syntax, pixel_place
        _require_short_character_sets(path, pixel_place)
        dataset = pydicom.dcmread(path, force=True)
        kept = dataset.get_item(CHARACTER_SET) if CHARACTER_SET in dataset else None
        if kept is not None and kept.VR not in ("CS", None):  # nobody could read what is written
            dataset.add_new(CHARACTER_SET, "CS", text(elements, CHARACTER_SET).split("\\"))
        return dataset, syntax, pixel_place
    except OSError as error:
        raise BadInput(f"cannot be opened ({error.strerror or error})", file=path) from error


def _inflated(path: Path, pixels: PixelPlace) -> Dataset:
    """pydicom would inflate whatever a small file unpacks to."""
    with path.open("rb") as stream:
        stream.seek(132 if stream.read(132)[128:] == b"DICM" else 0)
        meta = walk_meta(stream, path.stat().st_size)
        inflating = Inflating(stream, max(pixels.offset, 0) + pixels.length + LARGEST_HEADER)
        dataset = read_dataset(io.BytesIO(inflating.read()), False, True)
    dataset.file_meta = FileMetaDataset()  # type: ignore[attr-defined]
    dataset.file_meta.MediaStorageSOPClassUID = UID(text(meta, MEDIA_CLASS))  # type: ignore[attr-defined]
    return dataset


def _require_short_character_sets(path: Path, pixel_place: PixelPlace) -> None:
    """pydicom looks for a codec of each value's name, which for a damaged one takes seconds."""
    with path.open("rb") as stream:
        header = stream.read(pixel_place.offset if pixel_place.offset > 0 else LARGEST_HEADER)
    for begin in _CHARACTER_SETS.finditer(header):
        if header.count(b"\\", begin.end(), begin.end() + _LONG_VALUE) > _MOST_VALUES:
            raise BadInput("says a character set that the standard does not know", file=path)


def _encoded(clean: Dataset, original: Dataset, syntax: str) -> bytes:
    """The file: with new meta information and an empty preamble, as both may name anything."""
    meta = FileMetaDataset()
    old = getattr(original, "file_meta", Dataset())
    sop_class = clean.get("SOPClassUID") or old.get("MediaStorageSOPClassUID")
    if sop_class:
        meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = clean.get("SOPInstanceUID")
    deflated = syntax == DeflatedExplicitVRLittleEndian
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if deflated else UID(syntax)
    clean.file_meta, clean.preamble = meta, bytes(128)  # type: ignore[attr-defined]
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, clean, enforce_file_format=bool(sop_class))
    return stream.getvalue()


def _short(uid: object, length: int) -> str:
    return hashlib.sha256(str(uid).encode()).hexdigest()[:length]


def _nothing(source: Path, left_out: list[Skipped]) -> BadInput:
    if not left_out:
        return BadInput("The folder is empty", file=source, advice="Choose a folder with DICOM.")
    reason, count = Counter(skipped.reason for skipped in left_out).most_common(1)[0]
    what = f"No file here can be de-identified; of {len(left_out)} files {count} say: {reason}"
    return BadInput(what, file=source, advice="Nothing was written.")
