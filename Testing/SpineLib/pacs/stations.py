"""A station whose reading is no network: as a process that may be killed (``python -m``), or in a thread."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from SpineLib.errors import Cancelled
from SpineLib.findings import Findings, SegmentationFinding
from SpineLib.findings_file import write_json
from SpineLib.labels import ASSESSED
from SpineLib.pacs.destinations import Destination
from SpineLib.pacs.sending import SENT, send
from SpineLib.pacs.station.settings import Caller, Settings
from SpineLib.pacs.station.station import Station
from SpineLib.pacs.station.studies import read_studies
from Testing.machine import wait_until

CALLER = "MR1"
# Report, segmentation, key objects, presentation state.
OBJECTS = {"report": "88.34", "segmentation": "66.4", "key-images": "88.59",
           "presentation-1": "11.1"}  # fmt: skip


class Stub:
    """Finds the same in every study, and writes objects that hold nothing, unless it is ``real``.

    Each reading is a line in a file, its number of images; while a file ``hold`` is there, it waits.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[Exception] = []
        self.real = False
        self.before_end: Callable[[], None] = lambda: None

    @property
    def readings(self) -> list[int]:
        path = self.folder / "readings"
        return [int(line) for line in path.read_text().split()] if path.is_file() else []

    def read(self, files: list[Path], out: Path, stop: threading.Event) -> None:
        with (self.folder / "readings").open("a") as log:
            log.write(f"{len(files)}\n")
        while (self.folder / "hold").exists():
            if stop.wait(0.02):
                raise Cancelled
        if self.errors:
            raise self.errors.pop(0)
        if self.real:
            from Testing.SpineLib.outputs.dicom_objects import reading_of

            reading_of(files[0].parent).save(out)
        else:
            out.mkdir(parents=True, exist_ok=True)  # a killed one may have made it
            findings = Findings(segmentation=SegmentationFinding(ASSESSED))
            write_json(findings, out / "findings.json")
        self.before_end()

    def export(self, reading: Path, images: Path, out: Path, stop: threading.Event) -> list[Path]:
        if self.real:
            from SpineLib.outputs.dicom import Results, write_dicom
            from SpineLib.reading import Reading

            return write_dicom(Results(Reading.load(reading)), images, out)
        for name, kind in OBJECTS.items():
            made = Dataset()
            made.SOPClassUID, made.SOPInstanceUID = (
                f"1.2.840.10008.5.1.4.1.1.{kind}",
                generate_uid(),
            )
            made.file_meta = FileMetaDataset()
            made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            made.save_as(out / f"{name}.dcm", enforce_file_format=True)
        return [out / f"{name}.dcm" for name in OBJECTS]


def settings_of(folder: Path, port: int, place: Destination, **changes: object) -> Settings:
    values = {"quiet_seconds": 0.0, "wait_seconds": 0.2, "metrics_seconds": 0.0, **changes}
    return Settings(
        folder / "station", place, (Caller.parse(f"{CALLER}@127.0.0.1"),), port=port, **values
    )


@dataclass
class Running:
    """A station in a thread of this process, and what it said."""

    folder: Path
    port: int
    place: Destination
    changes: dict = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.stub = Stub(self.folder)
        self.start()

    def start(self):
        self.station = Station(
            settings_of(self.folder, self.port, self.place, **self.changes), self.stub,
            say=self.lines.append, tell=self.figures.append,
        )  # fmt: skip
        before = len(self.lines)
        self.thread = threading.Thread(target=self.station.run, daemon=True)
        self.thread.start()
        wait_until(lambda: len(self.lines) > before or not self.thread.is_alive())

    def stop(self):
        self.station.stop()
        self.thread.join(60)
        assert not self.thread.is_alive()

    def destination(self, **changes) -> Destination:
        values = {"host": "127.0.0.1", "port": self.port, "ae": "SPINE", "calling": CALLER}
        return Destination(name="station", **{**values, **changes})

    @contextmanager
    def sending(self) -> Iterator[None]:
        """No study is taken for whole inside: on a busy machine images come at any pace."""
        studies = self.station._studies
        settings = studies._settings
        studies._settings = replace(settings, quiet_seconds=3600.0)
        try:
            yield
        finally:
            studies._settings = settings

    def give(self, folder: Path, **changes) -> list[str]:
        (folder / SENT).unlink(missing_ok=True)
        with self.sending():
            return [one.state for one in send(folder, self.destination(**changes))]

    def says(self, what: str):
        wait_until(lambda: any(what in line for line in self.lines), lambda: self.lines)

    @property
    def open_associations(self) -> int:
        return sum("AcceptorThread" in thread.name for thread in threading.enumerate())

    @property
    def states(self) -> list[tuple]:
        return [study.state() for study in read_studies(self.folder / "station")]

    def wait_for(self, state: str, studies: int = 1):
        wait_until(lambda: [one[0] for one in self.states] == [state] * studies, lambda: self.lines)


def main() -> None:
    """Runs a station until it is told to stop, or is killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("port", type=int)
    parser.add_argument("archive", type=int)
    parser.add_argument("--quiet", type=float, default=0.0)
    given = parser.parse_args()
    place = Destination(name="here", host="127.0.0.1", port=given.archive, ae="ARCHIVE")
    settings = settings_of(given.folder, given.port, place, quiet_seconds=given.quiet)
    station = Station(
        settings, Stub(given.folder), say=lambda line: print(line, file=sys.stderr, flush=True)
    )
    signal.signal(signal.SIGTERM, lambda *_: station.end())
    station.run()


if __name__ == "__main__":
    main()
