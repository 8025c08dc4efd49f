"""A station reads what arrives once, sends it once, lets nobody else in, and loses nothing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
import pytest

pytest.importorskip("pynetdicom")
from pynetdicom import _config
from pynetdicom.presentation import build_context

from SpineLib.errors import BadInput, BadRequest, OutputError, SpineError, WorkerEnded
from SpineLib.pacs import dimse
from SpineLib.pacs.destinations import Destination, add_destination
from SpineLib.pacs.sending import SENT, send
from SpineLib.pacs.station import station as module
from SpineLib.pacs.station import studies as studies_module
from SpineLib.pacs.station.settings import Caller
from SpineLib.pacs.station.station import Station
from SpineLib.pacs.station.studies import Studies, read_studies, retry
from SpineLib.pacs.station.study import JOURNAL, StudyFolder, hashed
from Testing.SpineLib.dicom.conftest import MR_IMAGE, SeriesWriter
from Testing.SpineLib.outputs.test_dicom import HEADER
from Testing.SpineLib.pacs.conftest import free_port
from Testing.SpineLib.pacs.stations import CALLER, Stub, settings_of, wait_until

NAME = "Doe^Jane"
REPORT = "1.2.840.10008.5.1.4.1.1.88.34"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Looks often, and leaves pynetdicom's settings as they were."""
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr(_config, "STORE_RECV_CHUNKED_DATASET", False)
    monkeypatch.setattr(_config, "LOG_HANDLER_LEVEL", _config.LOG_HANDLER_LEVEL)


@pytest.fixture
def study(tmp_path):
    writer = SeriesWriter()
    writer.write(
        tmp_path / "study", [writer.place(6, 4.0, angle=12.0)],
        **{**HEADER, "PatientName": NAME, "PatientID": "MRN-4711"},
    )  # fmt: skip
    return tmp_path / "study"


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

    def give(self, folder: Path, **changes) -> list[str]:
        (folder / SENT).unlink(missing_ok=True)
        return [one.state for one in send(folder, self.destination(**changes))]

    def says(self, what: str):
        wait_until(lambda: any(what in line for line in self.lines), lambda: self.lines)

    @property
    def states(self) -> list[tuple]:
        return [study.state() for study in read_studies(self.folder / "station")]

    def wait_for(self, state: str, studies: int = 1):
        wait_until(lambda: [one[0] for one in self.states] == [state] * studies, lambda: self.lines)


@pytest.fixture
def running(tmp_path, archive):
    """Starts stations; they are stopped at the end."""
    started = []

    def start(**changes) -> Running:
        started.append(Running(tmp_path, free_port(), archive.place(), changes))
        return started[-1]

    yield start
    for one in started:
        if one.thread.is_alive():
            one.stop()
        # No line names a patient, a number of theirs, or a day of theirs.
        assert not [line for line in one.lines if NAME in line or "4711" in line]
        assert not [line for line in one.lines if HEADER["StudyDate"] in line]


def reports(archive) -> list:
    return [one for one in archive.received if one.SOPClassUID == REPORT]


def test_a_study_is_read_once_however_often_it_arrives_and_its_results_are_sent_once(
    running, archive, study
):
    station = running()
    assert station.give(study) == ["sent"] * 6
    station.wait_for("sent")
    uids = [one.SOPInstanceUID for one in archive.received]
    assert len(uids) == len(set(uids)) == 4
    assert station.give(study) == ["sent"] * 6
    time.sleep(0.6)
    station.stop()
    station.start()
    time.sleep(0.6)
    assert station.stub.readings == [6]
    assert len(archive.received) == 4
    assert station.states == [("sent", 1, "")]


def test_a_study_that_grows_is_read_again_with_all_images_and_says_what_it_replaces(
    running, archive, study
):
    late = study.parent / "late"
    late.mkdir()
    for path in sorted(study.glob("IM*"))[4:]:
        shutil.move(path, late)
    station = running()
    station.stub.real = True
    station.give(study)
    station.wait_for("sent")
    station.give(late)
    wait_until(lambda: station.stub.readings == [4, 6], lambda: station.lines)
    station.wait_for("sent")
    first, second = reports(archive)
    assert second.PatientID == "MRN-4711"  # nothing is de-identified in silence
    evidence = second.PredecessorDocumentsSequence[0].ReferencedSeriesSequence[0]
    named = evidence.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
    assert named == first.SOPInstanceUID
    assert "PredecessorDocumentsSequence" not in first


def test_results_of_a_study_that_grew_while_it_was_read_are_not_sent(running, archive, study):
    late = study.parent / "late"
    late.mkdir()
    shutil.move(next(study.glob("IM*")), late)
    station = running()
    station.stub.before_end = lambda: late.exists() and (station.give(late), shutil.rmtree(late))
    station.give(study)
    wait_until(lambda: station.stub.readings == [5, 6], lambda: station.lines)
    station.wait_for("sent")
    station.says("has grown")
    assert len(reports(archive)) == 1
    assert "PredecessorDocumentsSequence" not in reports(archive)[0]


def test_a_study_is_read_at_once_when_it_is_complete(running, tmp_path):
    station, writer = running(quiet_seconds=3600.0), SeriesWriter()
    writer.write(tmp_path / "whole", [writer.place(3, 4.0)],
                 NumberOfStudyRelatedInstances=3, **HEADER)  # fmt: skip
    station.give(tmp_path / "whole")
    station.wait_for("sent")


def test_nobody_else_is_let_in(running, study):
    station = running()
    dimse.echo(station.destination())
    with pytest.raises(SpineError, match="Calling AE title not recognised"):
        dimse.echo(station.destination(calling="OTHER"))
    with pytest.raises(SpineError, match="Called AE title not recognised"):
        dimse.echo(station.destination(ae="ELSE"))
    station.says("OTHER@127.0.0.1: nobody named")
    with socket.create_connection(("127.0.0.1", station.port)) as wild:
        wild.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert not wild.recv(100).startswith(b"HTTP")
    dimse.echo(station.destination())
    assert not station.states


def test_addresses_that_nobody_named_are_not_admitted():
    there = Caller.parse("MR1@10.0.0.0/24")
    assert there.admits("MR1 ", "10.0.0.7") and there.admits("MR1", "::ffff:10.0.0.7")
    assert not there.admits("MR1", "10.0.1.7") and not there.admits("MR2", "10.0.0.7")
    assert not there.admits("MR1", "::1") and not there.admits("MR1", "nonsense")
    for wrong in ("", "@10.0.0.1", "MR1@", "MR1@here", "A" * 17, "A\\B"):
        with pytest.raises(BadRequest):
            Caller.parse(wrong)


def a_ct(image):
    image.Modality = "CT"


def without_pixels(image):
    del image.PixelData


def a_huge_claim(image):
    image.Rows = image.Columns = 60000


def a_path(image):
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = "../../../etc/passwd"


def a_path_of_a_study(image):
    image.StudyInstanceUID = "1.2/../../3"


def no_study(image):
    del image.StudyInstanceUID


SPOILT = {
    a_ct: (0xA900, "it is not MR"),
    without_pixels: (0xC000, "ends before its pixels"),
    a_huge_claim: (0xC000, "fewer pixels than its header says"),
    a_path: (0xC000, "its UIDs are no UIDs"),
    a_path_of_a_study: (0xC000, "its UIDs are no UIDs"),
    no_study: (0xC000, "its UIDs are no UIDs"),
}


@pytest.mark.filterwarnings("ignore")
def test_what_is_no_image_of_mr_is_refused_with_a_line_and_the_others_are_kept(running, study):
    station = running(quiet_seconds=3600.0)
    first, second = sorted(study.glob("IM*"))[:2]
    right = pydicom.dcmread(second)
    with dimse.associated(station.destination(), [build_context(MR_IMAGE)]) as association:
        for spoil, (status, why) in SPOILT.items():
            wrong = pydicom.dcmread(first)
            spoil(wrong)
            assert association.send_c_store(wrong).Status == status, spoil
            assert f"refused (0x{status:04X})" in station.lines[-1] and why in station.lines[-1]
        assert association.send_c_store(right).Status == 0x0000
    kept = [path for path in (station.folder / "station").rglob("*.dcm") if path.is_file()]
    assert [path.name for path in kept] == [f"{hashed(right.SOPInstanceUID)}.dcm"]
    with (
        pytest.raises(SpineError),
        dimse.associated(station.destination(), [build_context(REPORT)]),
    ):
        pass  # other kinds are not even negotiated


def test_what_claims_or_has_more_bytes_than_may_be_ends_its_association_and_nothing_else(
    running, study
):
    station = running(instance_bytes=2000)
    with pytest.raises(SpineError, match="ended the association"):
        send(study, station.destination())
    with socket.create_connection(("127.0.0.1", station.port)) as wild:
        wild.sendall(b"\x01\x00\xff\xff\xff\xff" + bytes(100))  # one PDU of four gigabytes
        wild.settimeout(20)
        assert len(wild.recv(100)) <= 10  # an abort, or the end
    dimse.echo(station.destination())
    assert not station.states


@pytest.mark.parametrize("changes", [{"disk_bytes": 15000}, {"free_bytes": 1 << 60}])
def test_an_image_without_room_is_refused_before_the_disk_is_full(running, study, changes):
    station = running(quiet_seconds=3600.0, **changes)
    outcomes = send(study, station.destination())
    refused = [one for one in outcomes if one.state == "refused"]
    assert refused and all("0xA700" in one.reason for one in refused)
    kept = sum(study.size for study in read_studies(station.folder / "station"))
    assert kept <= changes.get("disk_bytes", 0)


def test_what_was_acknowledged_before_an_abort_is_kept_and_read(running, study):
    station = running()
    with dimse.associated(station.destination(), [build_context(MR_IMAGE)]) as association:
        for path in sorted(study.glob("IM*"))[:3]:
            assert association.send_c_store(pydicom.dcmread(path)).Status == 0x0000
        association.abort()
    station.says("ended in the middle")
    station.wait_for("sent")
    assert station.stub.readings == [3]


def test_a_reading_that_dies_costs_its_study_s_attempts_only_and_can_be_retried(
    running, study, tmp_path
):
    station, writer = running(), SeriesWriter()
    station.stub.errors = [WorkerEnded("It died")] * 3
    station.give(study)
    station.wait_for("failed")
    assert station.states == [("failed", 3, "It died.")]
    writer.write(tmp_path / "other", [writer.place(3, 4.0)], **HEADER)
    station.give(tmp_path / "other")
    wait_until(lambda: "sent" in [one[0] for one in station.states])
    assert len(retry(station.folder / "station", [])) == 1
    station.wait_for("sent", 2)
    assert station.stub.readings == [6, 6, 6, 3, 6]
    with pytest.raises(SpineError, match="no study nonsense"):
        retry(station.folder / "station", ["nonsense"])


def test_images_that_cannot_be_read_are_not_tried_again(running, study):
    station = running()
    station.stub.errors = [BadInput("The images are damaged")]
    station.give(study)
    station.wait_for("failed")
    station.says("kept as failed: The images are damaged. Try it again: spine station retry")


def test_a_full_disk_is_no_fault_of_the_study(running, study):
    station = running()
    station.stub.errors = [OutputError("The disk is full")] * 5
    station.give(study)
    station.wait_for("sent")
    assert len(station.stub.readings) == 6


def test_an_archive_that_is_away_gets_the_results_later_even_after_a_restart(
    tmp_path, running, archive, study
):
    station = running()
    station.place = archive.place(port=free_port())
    station.stop()
    station.start()
    station.give(study)
    station.says("1 study to send; tried again in 0 s")
    wait_until(lambda: station.station.figures()["sending_attempts_failed"] > 2)
    assert not station.station.figures()["ok"]
    station.stop()
    assert station.states == [("read", 1, "")]
    station.place = archive.place()
    station.start()
    station.wait_for("sent")
    assert station.stub.readings == [6] and len(archive.received) == 4


def test_waits_grow_and_have_an_end(tmp_path, archive):
    station = Station(settings_of(tmp_path, 1, archive.place(), wait_seconds=30.0),
                      Stub(tmp_path), say=print)  # fmt: skip
    assert [station._wait_after(n) for n in (1, 2, 3, 50)] == [30.0, 60.0, 120.0, 3600.0]


def test_objects_that_an_archive_refuses_are_named_and_tried_three_times(running, archive, study):
    archive.answers = [0x0000, 0xA700, 0x0000, 0x0000, 0xA700, 0xA700]
    station = running()
    station.give(study)
    station.wait_for("failed")
    assert "1 object refused" in station.states[0][2] and "0xA700" in station.states[0][2]
    retry(station.folder / "station", [])
    station.wait_for("sent")
    assert station.stub.readings == [6]


def test_five_hundred_studies_are_read_in_the_order_in_which_they_came(tmp_path, archive):
    numbers = [(n * 37) % 500 for n in range(500)]
    for number in numbers:
        image = tmp_path / "station" / "studies" / f"{number:016x}" / "images" / "x.dcm"
        image.parent.mkdir(parents=True)
        image.write_bytes(b"x")
        os.utime(image, (1000.0 + number, 1000.0 + number))
    studies = Studies(settings_of(tmp_path, 1, archive.place()))
    studies.load()
    order = []
    while (study := studies.next_to_read()) is not None:
        order.append(int(study.name, 16))
    assert order == list(range(500))
    assert studies.figures()["waiting"] == 500


def test_finished_studies_are_removed_after_their_days_and_others_are_kept(running, study):
    station = running(keep_days=1.0)
    station.give(study)
    station.wait_for("sent")
    journal = next((station.folder / "station").rglob(JOURNAL))
    station.stop()
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    journal.write_text("".join(json.dumps({**one, "time": 1000.0}) + "\n" for one in lines))
    old = StudyFolder(station.folder / "station" / "studies" / "failed")
    old.images.mkdir(parents=True)
    (old.images / "x.dcm").write_bytes(b"x")
    old.load()
    old.record("failed", images=old.fingerprint, why="x")
    station.start()
    station.wait_for("failed")
    assert station.station.figures()["bytes"] == 1


def test_a_torn_line_of_a_journal_costs_that_line_only(running, study):
    station = running()
    station.give(study)
    station.wait_for("sent")
    station.stop()
    journal = next((station.folder / "station").rglob(JOURNAL))
    journal.write_bytes(journal.read_bytes() + b'{"event":"rea')
    station.start()
    time.sleep(0.3)
    assert station.stub.readings == [6]
    assert station.states == [("sent", 1, "")]
    assert not journal.read_bytes().endswith(b"rea")


def test_what_an_aborted_association_left_half_written_is_removed(running, monkeypatch):
    monkeypatch.setattr(studies_module, "_OLD_SECONDS", 0.0)
    station = running()
    left = station.folder / "station" / "arriving" / "left.dcm"
    left.write_bytes(b"half")
    gone = left.with_name("gone.dcm")
    gone.symlink_to("nowhere")  # as one that is taken between two looks
    wait_until(lambda: not left.exists())
    assert station.thread.is_alive() and len(station.lines) == 1


def test_figures_are_a_line_of_json_and_a_page_on_loopback(running, study):
    port = free_port()
    station = running(metrics_seconds=0.1, health_port=port)
    station.give(study)
    station.wait_for("sent")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
        shown = json.loads(answer.read())
    assert (shown["ok"], shown["images_taken"], shown["objects_sent"]) == (True, 6, 4)
    wait_until(lambda: len(station.figures) > 1)
    assert set(json.loads(station.figures[0])) == set(shown)


def test_what_stands_in_the_way_of_a_start_is_one_line(tmp_path, archive):
    def fails(match, kind=SpineError, folder=tmp_path, **changes):
        settings = settings_of(folder, changes.pop("port", free_port()), archive.place(), **changes)
        with pytest.raises(kind, match=match):
            Station(settings, Stub(tmp_path), say=print).run()

    fails(f"127.0.0.1:{archive.port} is in use", port=archive.port)
    fails("health page", health_port=archive.port)
    fails("cannot listen", kind=BadRequest, host="203.0.113.1")
    (tmp_path / "file").write_text("")
    fails("refused", folder=tmp_path / "file")


def test_a_second_station_is_kept_out_of_the_folder(running, tmp_path, archive):
    running()
    with pytest.raises(BadRequest, match="Another station works in this folder"):
        Station(
            settings_of(tmp_path, free_port(), archive.place()), Stub(tmp_path), say=print
        ).run()


def test_the_command_wants_a_destination_that_is_known_and_a_sender(spine, tmp_path, archive):
    assert "--from" in spine("station", "--send-to", "here").errors[0]
    no_place = spine("station", "--send-to", "here", "--from", "MR1", "--folder", tmp_path / "f")
    assert (no_place.code, "no destination here" in no_place.errors[0]) == (2, True)
    add_destination(archive.place().model_dump(exclude_defaults=True))
    wrong = spine("station", "--send-to", "here", "--from", "MR1@nowhere")
    assert wrong.code == 2 and "nowhere is not an address" in wrong.errors[0]
    assert not (tmp_path / "f").exists()


def test_the_commands_list_and_retry_failed_studies(spine, running, study):
    station = running()
    station.stub.errors = [BadInput("The images are damaged")]
    station.give(study)
    station.wait_for("failed")
    folder = station.folder / "station"
    listed = json.loads(spine("station", "list", "--folder", folder, "--json").out)
    assert [(one["state"], one["images"]) for one in listed] == [("failed", 6)]
    assert "damaged" in spine("station", "list", "--folder", folder).out
    assert listed[0]["study"] in spine("station", "retry", "--folder", folder).out
    station.wait_for("sent")


def test_a_station_that_is_killed_at_any_moment_loses_no_study_and_reads_none_without_need(
    tmp_path, archive, study
):
    port, stub = free_port(), Stub(tmp_path)
    said = (tmp_path / "said").open("w")

    def start(*options) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", "Testing.SpineLib.pacs.stations", str(tmp_path), str(port),
             str(archive.port), *options], stderr=said,
        )  # fmt: skip
        began = (tmp_path / "said").read_text().count("listens")
        wait_until(lambda: (tmp_path / "said").read_text().count("listens") > began)
        return process

    def kill(process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    place = Destination(name="s", host="127.0.0.1", port=port, ae="SPINE", calling=CALLER)
    first = start("--quiet", "3600")
    assert [one.state for one in send(study, place)] == ["sent"] * 6
    kill(first)  # the images are acknowledged

    (tmp_path / "hold").touch()
    second = start()
    wait_until(lambda: stub.readings == [6])
    kill(second)  # while it reads
    (tmp_path / "hold").unlink()

    archive.hold_at = 2
    third = start()
    wait_until(lambda: len(archive.received) == 2)
    kill(third)  # while it sends
    archive.hold_at = None
    assert stub.readings == [6, 6]

    fourth = start()
    wait_until(lambda: [s.state()[0] for s in read_studies(tmp_path / "station")] == ["sent"])
    fourth.terminate()
    assert fourth.wait(60) == 0
    assert stub.readings == [6, 6]
    uids = [one.SOPInstanceUID for one in archive.received]
    assert len(set(uids)) == 4
    assert len(uids) <= 5  # the one that was under way may come twice
    text = (tmp_path / "said").read_text()
    assert NAME not in text and "4711" not in text and "Traceback" not in text


@pytest.mark.skipif(shutil.which("dcmsend") is None, reason="dcmtk is not installed")
def test_dcmtk_sends_and_is_turned_away_by_title(running, study):
    station = running()
    to = ["-aec", "SPINE", "127.0.0.1", str(station.port)]
    assert subprocess.run(["echoscu", "-aet", CALLER, *to]).returncode == 0
    assert subprocess.run(["echoscu", "-aet", "OTHER", *to], capture_output=True).returncode != 0
    sent = subprocess.run(["dcmsend", "-aet", CALLER, *to, "+sd", str(study)], capture_output=True)
    assert sent.returncode == 0, sent.stderr
    station.wait_for("sent")
    assert station.stub.readings == [6]


def test_orthanc_sends_a_study_to_the_station_and_gets_the_results_into_it(running, orthanc, study):
    rest = orthanc["web"]["url"].removesuffix("/dicom-web")

    def ask(path, data=None, method=None):
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(
            urllib.request.Request(f"{rest}{path}", body, method=method)
        ) as answer:
            return json.loads(answer.read() or b"null")

    pacs = Destination(name="orthanc", **orthanc["dimse"])
    send(study, pacs)
    uid = pydicom.dcmread(next(study.glob("IM*"))).StudyInstanceUID
    [known] = ask("/tools/find", {"Level": "Study", "Query": {"StudyInstanceUID": uid}})
    station = running()
    station.stop()
    station.stub.real = True
    station.place = pacs
    station.start()
    ask("/modalities/station", {"AET": "SPINE", "Host": "127.0.0.1", "Port": station.port,
                                "LocalAet": CALLER}, "PUT")  # fmt: skip
    stored = ask("/modalities/station/store", known)
    assert stored["FailedInstancesCount"] == 0
    station.wait_for("sent")
    wait_until(lambda: len(ask(f"/studies/{known}")["Series"]) == 5)
