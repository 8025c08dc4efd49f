"""A station lets nobody else in, takes only images of MR, and never more than it has room for."""

import shutil
import socket
import subprocess
from types import SimpleNamespace

import pydicom
import pytest

pytest.importorskip("pynetdicom")
from pynetdicom.presentation import build_context
from pynetdicom.sop_class import ComprehensiveSRStorage

from SpineLib.errors import BadRequest, SpineError
from SpineLib.pacs import dimse
from SpineLib.pacs.sending import send
from SpineLib.pacs.station import receiving
from SpineLib.pacs.station import studies as studies_module
from SpineLib.pacs.station.figures import Figures
from SpineLib.pacs.station.settings import Caller
from SpineLib.pacs.station.studies import read_studies
from SpineLib.pacs.station.study import hashed
from Testing.machine import wait_until
from Testing.SpineLib.dicom.conftest import MR_IMAGE
from Testing.SpineLib.pacs.stations import CALLER, settings_of


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
        dimse.associated(station.destination(), [build_context(ComprehensiveSRStorage)]),
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
    refused = [outcome for outcome in outcomes if outcome.state == "refused"]
    assert refused and all("0xA700" in one.reason for one in refused)
    kept = sum(study.size for study in read_studies(station.folder / "station"))
    assert kept <= changes.get("disk_bytes", 0)


def test_a_large_object_does_not_fill_the_disk_before_it_is_whole(running, study, monkeypatch):
    monkeypatch.setattr(receiving, "_BETWEEN_LOOKS_AT_DISK", 2000)
    station = running(free_bytes=1 << 60)
    with pytest.raises(SpineError, match="ended the association"):
        send(study, station.destination())
    assert not list((station.folder / "station" / "studies").iterdir())


def test_connections_are_refused_where_too_many_are_open(tmp_path, archive):
    lines = []
    settings = settings_of(tmp_path, 1, archive.place())
    ear = receiving.Receiver(settings, studies_module.Studies(settings), Figures(), lines.append)
    ear._server = SimpleNamespace(active_associations=[None] * 19)
    assert ear._has_room_for(None, ("10.0.0.1", 4711)) and not lines
    ear._server.active_associations.append(None)
    assert not ear._has_room_for(None, ("10.0.0.1", 4711))
    assert lines == ["Connection of 10.0.0.1 refused: too many are open"]


def test_what_was_acknowledged_before_an_abort_is_kept_and_read(running, study):
    station = running()
    with (
        station.sending(),
        dimse.associated(station.destination(), [build_context(MR_IMAGE)]) as association,
    ):
        for path in sorted(study.glob("IM*"))[:3]:
            assert association.send_c_store(pydicom.dcmread(path)).Status == 0x0000
        association.abort()
    station.says("ended in the middle")
    station.wait_for("sent")
    assert station.stub.readings == [3]


def test_what_an_aborted_association_left_half_written_is_removed(running, monkeypatch):
    monkeypatch.setattr(studies_module, "_OLD_SECONDS", 0.0)
    station = running()
    left = station.folder / "station" / "arriving" / "left.dcm"
    left.write_bytes(b"half")
    gone = left.with_name("gone.dcm")
    gone.symlink_to("nowhere")  # as one that is taken between two looks
    wait_until(lambda: not left.exists())
    assert station.thread.is_alive() and len(station.lines) == 1


@pytest.mark.skipif(shutil.which("dcmsend") is None, reason="dcmtk is not installed")
def test_dcmtk_sends_and_is_turned_away_by_title(running, study):
    station = running()
    to = ["-aec", "SPINE", "127.0.0.1", str(station.port)]
    assert subprocess.run(["echoscu", "-aet", CALLER, *to]).returncode == 0
    assert subprocess.run(["echoscu", "-aet", "OTHER", *to], capture_output=True).returncode != 0
    command = ["dcmsend", "-aet", CALLER, *to, "+sd", str(study)]
    with station.sending():
        sent = subprocess.run(command, capture_output=True)
    assert sent.returncode == 0, sent.stderr
    station.wait_for("sent")
    assert station.stub.readings == [6]
