"""A station reads what arrives once, sends it once, lets nobody else in, and loses nothing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

import pydicom
import pytest

pytest.importorskip("pynetdicom")

from SpineLib.errors import BadInput, OutputError, SpineError, WorkerEnded
from SpineLib.pacs.destinations import Destination
from SpineLib.pacs.sending import send
from SpineLib.pacs.station.station import Station
from SpineLib.pacs.station.studies import Studies, read_studies, retry
from SpineLib.pacs.station.study import JOURNAL, StudyFolder
from Testing.machine import wait_until
from Testing.SpineLib.dicom.conftest import SeriesWriter
from Testing.SpineLib.outputs.dicom_objects import HEADER
from Testing.SpineLib.pacs.conftest import PATIENT, free_port
from Testing.SpineLib.pacs.stations import CALLER, Stub, settings_of

REPORT = "1.2.840.10008.5.1.4.1.1.88.34"


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
    assert second.PatientID == PATIENT["PatientID"]  # nothing is de-identified in silence
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


def test_a_reading_that_dies_costs_its_study_s_attempts_only_and_can_be_retried(
    running, study, tmp_path
):
    station, writer = running(), SeriesWriter()
    station.stub.errors = [WorkerEnded("It died"), ZeroDivisionError(), WorkerEnded("It died")]
    station.give(study)
    station.wait_for("failed")
    assert station.states == [("failed", 3, "It died.")]
    writer.write(tmp_path / "other", [writer.place(3, 4.0)], **HEADER)
    station.give(tmp_path / "other")
    wait_until(lambda: "sent" in [state[0] for state in station.states])
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
    journal.write_text("".join(json.dumps({**line, "time": 1000.0}) + "\n" for line in lines))
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
    assert not [v for v in PATIENT.values() if v in text] and "Traceback" not in text


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
    with station.sending():
        stored = ask("/modalities/station/store", known)
    assert stored["FailedInstancesCount"] == 0
    station.wait_for("sent")
    wait_until(lambda: len(ask(f"/studies/{known}")["Series"]) == 5)
