"""A station starts or says in one line why not, and shows what it does."""

import json
import urllib.request
from dataclasses import replace

import pytest

pytest.importorskip("pynetdicom")

from SpineLib.errors import BadInput, BadRequest, SpineError
from SpineLib.pacs.destinations import add_destination
from SpineLib.pacs.station.settings import Caller
from SpineLib.pacs.station.station import Station
from Testing.machine import wait_until
from Testing.SpineLib.pacs.conftest import free_port
from Testing.SpineLib.pacs.stations import Stub, settings_of


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


def test_who_may_call_from_anywhere_is_said_where_other_computers_can_call(tmp_path, archive):
    everybody = {"callers": (Caller("MR1"), Caller.parse("MR2@10.0.0.2"))}
    settings = replace(settings_of(tmp_path, 1, archive.place()), **everybody)
    assert settings.open_to == []
    assert replace(settings, host="0.0.0.0").open_to == ["MR1"]


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
