"""A folder of DICOM de-identified into another one, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from SpineLib import __version__
from SpineLib.dicom.confidentiality import (
    Deidentifier,
    Option,
    Suspicion,
    burnt_in,
    open_key,
    traces,
    write_key,
)
from SpineLib.dicom.confidentiality.profile import EDITION
from SpineLib.dicom.elements import read_elements, tag
from SpineLib.dicom.scan import walk
from SpineLib.dicom.stack import Skipped
from SpineLib.errors import BadInput, BadRequest
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

    def to_dict(self) -> dict[str, Any]:
        """As JSON that may be passed on with the files: no original name, value or path."""
        return {
            "program": f"SlicerSpineMRI {__version__}",
            "profile": f"PS3.15 Table E.1-1, {EDITION.removeprefix('dicomfields_')}",
            "options": [option.value for option in self.options],
            "patients": self.patients,
            "files": len(self.files),
            "left_out": dict(Counter(one.reason for one in self.left_out)),
            "warnings": [{"file": str(one.file), "reason": one.reason} for one in self.warnings],
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
    objects and the Frame of Reference stay consistent, pixels are not changed. Files go to
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
    closed: list[Skipped] = []
    paths = [source] if source.is_file() else sorted(walk(source, closed))
    kept = open_key(key_path)
    run = _Run(Deidentifier(kept, options), keep_burnt_in, closed)
    with writing_folder(folder) as temporary:
        for path in (progress or Progress()).track(paths, "De-identifying files"):
            run.copy(path, temporary)
        if not run.files:
            raise _nothing(source, run.left_out)
        report = Report(
            folder, key_path, tuple(o for o in Option if o in set(options)), tuple(run.files),
            len({path.parts[0] for path in run.files}), tuple(run.left_out),
            tuple(run.warnings), run.deidentifier.counts,
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
    found = []
    for path in map(Path, files):
        suspicion, why = burnt_in(_read(path)[0])
        if suspicion is not Suspicion.none:
            found.append(Skipped(path, f"{suspicion.value}: {why}"))
    return tuple(found)


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
        place = Path(str(clean.PatientID))
        for level, keyword in (("study", "StudyInstanceUID"), ("series", "SeriesInstanceUID")):
            place /= f"{level}-{_short(clean.get(keyword), 8)}"
        name = _short(clean.get("SOPInstanceUID"), 12)
        self._used[str(place / name)] += 1
        again = self._used[str(place / name)]
        return place / f"{name}{f'-{again}' if again > 1 else ''}.dcm"


def _cleaned(
    path: Path, deidentifier: Deidentifier, keep_burnt_in: bool
) -> tuple[Dataset, bytes, str]:
    """The data set, the file's bytes, and a warning of text in its pixels."""
    original, syntax = _read(path)
    _require_safe_class(original, path)
    suspicion, why = burnt_in(original)
    warning = f"{suspicion.value}: {why}" if suspicion is not Suspicion.none else ""
    if suspicion is Suspicion.likely and not keep_burnt_in:
        raise BadInput(warning, file=path)
    before = deidentifier.counts.copy()
    try:
        clean, content = _clean_bytes(original, syntax, deidentifier, path)
    except BadInput:
        deidentifier.counts = before
        raise
    return clean, content, warning


def _clean_bytes(
    original: Dataset, syntax: str, deidentifier: Deidentifier, path: Path
) -> tuple[Dataset, bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's warnings quote values
        try:
            clean = deidentifier.dataset(original)
            content = _encoded(clean, original, syntax)
            values = traces.identifying(original, deidentifier.options)
        except Exception as error:  # a damaged value can break a parser in any way
            raise BadInput("is damaged in its header", file=path) from error
    if Option.uids not in deidentifier.options:
        values |= traces.original_uids(original)
    if traces.in_bytes(content, values, original.get("SpecificCharacterSet")):
        raise BadInput("still holds an identifying value where none should be", file=path)
    return clean, content


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
    for place in (inside, outside):
        if place == link or place in link.parents:
            raise BadInput(
                "The key would lie beside what it unlocks", file=key,
                advice="Keep it in a folder of its own that is not passed on.",
            )  # fmt: skip


def _read(path: Path) -> tuple[Dataset, str]:
    """A whole data set and its transfer syntax; `BadInput` with the reason where it is none."""
    try:
        _, syntax, _ = read_elements(path, [tag("SOPClassUID")])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return pydicom.dcmread(path, force=True), syntax
    except OSError as error:
        raise BadInput(f"cannot be opened ({error.strerror or error})") from error
    except BadInput:
        raise
    except Exception as error:  # a damaged file can break a parser in any way
        raise BadInput("is damaged or truncated") from error


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
    reason, count = Counter(one.reason for one in left_out).most_common(1)[0]
    what = f"No file here can be de-identified; of {len(left_out)} files {count} say: {reason}"
    return BadInput(what, file=source, advice="Nothing was written.")
