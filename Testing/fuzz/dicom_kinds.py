"""Headers, scans, pixels and de-identification of damaged DICOM."""

from __future__ import annotations

import json
import random
import re
import shutil
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.datadict import dictionary_VR
from pydicom.uid import ExplicitVRBigEndian

from Testing.fuzz.elements import of_elements
from Testing.fuzz.kinds import Kind
from Testing.fuzz.mutations import of_bytes


class _Dicom(Kind):
    """Makes folders of some files of one series, one or more of them changed."""

    part = "dicom"
    most = 1

    def __init__(self, corpus: Path) -> None:
        super().__init__(corpus)
        folders = [path for path in sorted((corpus / "dicom").iterdir()) if path.is_dir()]
        self.series = [sorted(p for p in folder.rglob("*") if p.is_file()) for folder in folders]
        self.raw = {path: path.read_bytes() for files in self.series for path in files}
        self.others = list(self.raw.values())

    def make(self, rng: random.Random, folder: Path) -> Path:
        files = rng.choice(self.series)[: rng.choice((1, 2, 4)) if self.most > 1 else 1]
        if self.most == 1:
            files = [rng.choice(rng.choice(self.series))]
        for number, path in enumerate(files):
            raw = self.raw[path]
            if number == 0 or rng.random() < 0.4:
                raw = self._changed(rng, raw)
            (folder / f"IM{number:04d}.dcm").write_bytes(raw)
        return folder

    def _changed(self, rng: random.Random, raw: bytes) -> bytes:
        if rng.random() < 0.5:
            end = max(raw.find(b"\xe0\x7f\x10\x00"), 132) + 12
            return of_bytes(rng, raw, others=self.others, end=end)
        return of_elements(rng, raw)

    def claimed(self, path: Path) -> int:
        total = 0
        for file in path.iterdir():
            total += file.stat().st_size
            try:
                header = pydicom.dcmread(file, stop_before_pixels=True)
                size = int(header.Rows) * int(header.Columns) * int(header.get("BitsAllocated", 8))
                claim = size // 8 * max(int(header.get("NumberOfFrames") or 1), 1)
                native = not header.file_meta.TransferSyntaxUID.is_compressed
                total += min(claim, file.stat().st_size if native else 1000 * file.stat().st_size)
            except Exception:
                continue
        return total


class Headers(_Dicom):
    """One file's header; of every sixteenth, beside pydicom's reading."""

    name, has_other_reader = "headers", True

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.dicom.header import read_header

        return [(file, read_header(file)) for file in path.iterdir()]

    def differs(self, path: Path, answer: Any) -> str:
        for file, frames in answer:
            if zlib.crc32(file.read_bytes()) % 16 == 0:
                return _header_apart(file, frames[0])
        return ""


def _header_apart(path: Path, frame: Any) -> str:
    """The first value that pydicom reads otherwise, of those that stand there in their own VR."""
    source = frame.source
    ours = {
        "Rows": source.rows, "Columns": source.columns, "BitsAllocated": source.bits_allocated,
        "SOPInstanceUID": source.sop_instance_uid, "StudyInstanceUID": source.study_instance_uid,
        "SeriesInstanceUID": source.series_instance_uid,
        "FrameOfReferenceUID": source.frame_of_reference_uid,
    }  # fmt: skip
    if not source.enhanced:
        ours |= {
            "ImagePositionPatient": frame.position, "PixelSpacing": frame.pixel_spacing,
            "ImageOrientationPatient": frame.orientation,
        }  # fmt: skip
    try:
        data = pydicom.dcmread(path, stop_before_pixels=True)
        theirs = {name: data[name] for name in ours if name in data}
        theirs = {
            name: element.value
            for name, element in theirs.items()
            if dictionary_VR(element.tag) == element.VR
            and element.value not in (None, "", 0)
            and (element.VM == 1 or not isinstance(ours[name], int))
        }
    except Exception:
        return ""
    for name, value in theirs.items():
        mine = ours[name]
        try:
            if isinstance(mine, tuple):
                same = not mine or np.allclose(mine, [float(one) for one in value])
            else:
                text = str(value)
                same = str(mine) == text or re.fullmatch(r"[0-9.]{1,64}", text) is None
        except (TypeError, ValueError):
            continue
        if not same:
            return f"{name}: {mine!r}, by pydicom {value!r}"[:300]
    return ""


class Scans(_Dicom):
    """Folders of a few files, as `scan --json` shows them."""

    name, most = "scans", 4

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.dicom import scan
        from SpineLib.doors.listing import scan_as_json

        shown = scan_as_json(scan(path))
        json.dumps(shown, allow_nan=False)
        return shown


class Pixels(_Dicom):
    """Pixels of what a scan calls readable, beside pydicom's."""

    name, most, has_other_reader = "pixels", 4, True

    def _changed(self, rng: random.Random, raw: bytes) -> bytes:
        at = raw.find(b"\xe0\x7f\x10\x00")
        if at < 0 or rng.random() < 0.4:
            return super()._changed(rng, raw)
        return raw[:at] + of_bytes(rng, raw[at:], others=self.others)

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.dicom import read, scan

        volumes = []
        for stack in scan(path).stacks:
            if not stack.problem:
                volumes.append((stack, self.refusing(lambda stack=stack: read(stack))))
        return volumes

    def differs(self, path: Path, answer: Any) -> str:
        read = cache(_plain)
        for stack, volume in answer:
            for k, source in enumerate(stack.sources if volume is not None else ()):
                frames = read(source.path)
                theirs = None if frames is None else frames[source.frame - 1]
                if theirs is not None and not np.allclose(volume.voxels[k], theirs, rtol=1e-4):
                    return f"slice {k + 1}: pydicom reads other values"
        return ""


def _plain(path: Path) -> Any:
    """pydicom's values [frame, row, column] of a file that leaves nothing open, after the rescale."""
    try:
        data = pydicom.dcmread(path)
        plain = (
            data.get("PhotometricInterpretation") == "MONOCHROME2"
            and data.get("SamplesPerPixel") == 1
            and data.BitsStored == data.HighBit + 1 == data.BitsAllocated
            and "PixelIntensityRelationshipLUTSequence" not in data
            and "ModalityLUTSequence" not in data
            and data.file_meta.TransferSyntaxUID != ExplicitVRBigEndian
            and "SharedFunctionalGroupsSequence" not in data
            and "PerFrameFunctionalGroupsSequence" not in data
        )
        if not plain:
            return None
        pixels = data.pixel_array
        pixels = pixels if pixels.ndim == 3 else pixels[None]
        slope, intercept = data.get("RescaleSlope", 1), data.get("RescaleIntercept", 0)
        values = pixels * float(slope) + float(intercept)
        return values if np.isfinite(values).all() and np.abs(values).max() < 1e30 else None
    except Exception:
        return None


class Deidentified(_Dicom):
    """Copies without identities, which must be readable again."""

    name, most = "deidentify", 2

    def run(self, path: Path, rng: random.Random) -> Any:
        from SpineLib.dicom.deidentify import deidentify

        out = path.with_name("out")
        try:
            report = deidentify(path, out, keep_burnt_in=rng.random() < 0.5)
            for file in out.rglob("*.dcm"):
                pydicom.dcmread(file, stop_before_pixels=True)
            return len(report.files)
        finally:
            shutil.rmtree(out, ignore_errors=True)
            path.with_name("out.key.json").unlink(missing_ok=True)
