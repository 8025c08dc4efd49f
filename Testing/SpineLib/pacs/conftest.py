"""Archives on loopback: one of pynetdicom in this process, and Orthanc where it is installed."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

pytest.importorskip("pynetdicom")
from pydicom.uid import AllTransferSyntaxes
from pynetdicom import AE, evt

from SpineLib.outputs.dicom import Kind, Results, write_dicom
from SpineLib.pacs.destinations import Destination
from SpineLib.pacs.station import station
from Testing.SpineLib.dicom.conftest import SeriesWriter
from Testing.SpineLib.outputs.dicom_objects import HEADER, reading_of
from Testing.SpineLib.pacs.stations import Running

LABELMAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"
KINDS = {
    "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.88.34",
    "1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.5.1.4.1.1.11.1", "1.2.840.10008.5.1.4.1.1.7",
}  # fmt: skip

PATIENT = {"PatientName": "Doe^Jane", "PatientID": "MRN-4711"}


@pytest.fixture(autouse=True)
def own_settings(tmp_path, monkeypatch):
    """No test reads or writes the person's own destinations."""
    monkeypatch.setenv("SPINE_MODELS", str(tmp_path / "settings" / "models"))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@dataclass
class Archive:
    """What it was given, and what it answers: a status for each object in turn, else success."""

    port: int
    received: list = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    abort_at: int | None = None
    hold_at: int | None = None  # so many objects are answered, the next one is not

    def place(self, **changes) -> Destination:
        values = {"name": "here", "host": "127.0.0.1", "port": self.port, "ae": "ARCHIVE"}
        return Destination(**{**values, **changes})


@pytest.fixture
def archive() -> Iterator[Archive]:
    """An archive that takes every kind but label maps."""
    made = Archive(free_port())

    def on_store(event) -> int:
        if made.abort_at is not None and len(made.received) == made.abort_at:
            event.assoc.abort()
            return 0x0110
        made.received.append(event.dataset)
        while made.hold_at is not None and len(made.received) >= made.hold_at:
            time.sleep(0.02)
        return made.answers.pop(0) if made.answers else 0x0000

    entity = AE("ARCHIVE")
    entity.require_called_aet = True
    for kind in KINDS:
        entity.add_supported_context(kind, list(AllTransferSyntaxes))
    entity.add_supported_context("1.2.840.10008.1.1")
    server = entity.start_server(
        ("127.0.0.1", made.port), block=False, evt_handlers=[(evt.EVT_C_STORE, on_store)]
    )
    yield made
    server.shutdown()


@pytest.fixture
def study(tmp_path):
    writer = SeriesWriter()
    writer.write(tmp_path / "study", [writer.place(6, 4.0, angle=12.0)], **{**HEADER, **PATIENT})
    return tmp_path / "study"


@pytest.fixture
def objects(study, tmp_path):
    """A folder of five objects, a label map beside its binary segmentation among them."""
    kinds = [kind for kind in Kind if kind is not Kind.capture]
    write_dicom(Results(reading_of(study)), study, tmp_path / "objects", kinds=kinds)
    return tmp_path / "objects"


@pytest.fixture
def running(tmp_path, archive, monkeypatch):
    """Starts stations; they are stopped at the end."""
    monkeypatch.setattr(station, "_SECONDS_BETWEEN_LOOKS", 0.02)
    started = []

    def start(**changes) -> Running:
        started.append(Running(tmp_path, free_port(), archive.place(), changes))
        return started[-1]

    yield start
    for one in started:
        if one.thread.is_alive():
            one.stop()
        # No line names a patient, a number of theirs, or a day of theirs.
        assert not [line for line in one.lines for value in PATIENT.values() if value in line]
        assert not [line for line in one.lines if HEADER["StudyDate"] in line]


@pytest.fixture(scope="session")
def orthanc(tmp_path_factory):
    """Orthanc with DICOMweb on free ports; where it is not installed, tests with it are skipped."""
    if shutil.which("Orthanc") is None:
        pytest.skip("Orthanc is not installed (Debian: orthanc, orthanc-dicomweb)")
    folder = tmp_path_factory.mktemp("orthanc")
    web, dicom = free_port(), free_port()
    settings = {
        "StorageDirectory": str(folder), "IndexDirectory": str(folder), "HttpPort": web,
        "DicomPort": dicom, "DicomAet": "ORTHANC", "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False, "Plugins": ["/usr/share/orthanc/plugins"],
        "DicomWeb": {"Enable": True}, "DicomAlwaysAllowStore": True, "DicomAlwaysAllowEcho": True,
        "DicomModalities": {
            "us": {"AET": "SPINE", "Host": "127.0.0.1", "Port": 104, "AllowFind": True,
                   "AllowGet": True},
        },
    }  # fmt: skip
    (folder / "orthanc.json").write_text(json.dumps(settings))
    log = (folder / "log").open("wb")
    server = subprocess.Popen(["Orthanc", str(folder / "orthanc.json")], stdout=log, stderr=log)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{web}/system").read()
            break
        except urllib.error.URLError:
            time.sleep(0.2)
    else:
        pytest.fail((folder / "log").read_text()[-2000:])
    yield {
        "dimse": {"host": "127.0.0.1", "port": dicom, "ae": "ORTHANC"},
        "web": {"url": f"http://127.0.0.1:{web}/dicom-web"},
    }
    server.terminate()
    server.wait(20)
