"""Destinations are kept by name, and secrets never stand in the file."""

import stat
import sys
import types

import pytest
from pydicom.dataset import Dataset

from SpineLib.errors import BadInput, BadRequest, SpineError
from SpineLib.pacs import dimse
from SpineLib.pacs.destinations import (
    Destination,
    add_destination,
    destination,
    destinations_file,
    keep_password,
    password_of,
    read_destinations,
    remove_destination,
    token_of,
)
from SpineLib.pacs.fetching import fetch

PACS = {"name": "pacs", "host": "10.0.0.1", "port": 104, "ae": "PACS"}
WEB = {"name": "web", "url": "https://pacs.example/dicom-web", "user": "anna"}


def test_what_is_added_is_there_again_until_it_is_removed():
    add_destination(PACS)
    add_destination(WEB)
    assert destination("pacs").where == "PACS@10.0.0.1:104"
    assert destination("web").is_web
    remove_destination("pacs")
    assert list(read_destinations()) == ["web"]
    with pytest.raises(BadRequest, match="no destination pacs"):
        destination("pacs")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"port": 0}, "port"),
        ({"ae": "A" * 17}, "ae: a title has 1 to 16 characters"),
        ({"ae": "  "}, "ae"),
        ({"ae": "A\\B"}, "ae"),
        ({"name": "a b"}, "name: a name has 1 to 32 letters"),
        ({"host": ""}, "either a url"),
        ({"url": "https://x"}, "either a url"),
        ({"url": "ftp://x", "host": "", "port": None, "ae": None}, "http"),
        ({"url": "http://far.example", "user": "a", "host": "", "port": None, "ae": None},
         "unprotected"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_values_that_are_no_destination_are_named(changes, why):
    with pytest.raises(BadRequest, match=why):
        add_destination({**PACS, **changes})
    assert not destinations_file().exists()


def test_a_computer_that_nobody_knows_is_named():
    with pytest.raises(SpineError, match="No computer called nowhere"):
        dimse.echo(Destination(**{**PACS, "host": "nowhere.invalid"}))


@pytest.mark.parametrize("asked", [{"study": "1.2.*"}, {"accession": "?"}, {"accession": "1\\2"}])
def test_a_number_that_stands_for_many_studies_is_not_asked_for(tmp_path, asked):
    with pytest.raises(BadRequest, match="no \\*"):
        fetch(Destination(**PACS), tmp_path / "out", **asked)


def test_an_image_of_another_study_is_not_taken_for_the_one_asked_for(tmp_path, monkeypatch):
    image = Dataset()
    image.StudyInstanceUID = image.SOPInstanceUID = "1.2.4"
    monkeypatch.setattr(dimse, "get_study", lambda place, study, keep: bool(keep(image)))
    with pytest.raises(SpineError, match="an image of another study"):
        fetch(Destination(**PACS), tmp_path / "out", study="1.2.3")
    assert not (tmp_path / "out").exists()


def test_a_certificate_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadRequest, match="no such file"):
        add_destination({**PACS, "tls": True, "ca": tmp_path / "ca.pem"})


def test_a_damaged_file_is_named_and_not_overwritten():
    destinations_file().parent.mkdir(parents=True, exist_ok=True)
    destinations_file().write_text('[{"name": 3}]')
    with pytest.raises(BadInput, match="damaged"):
        add_destination(PACS)
    assert destinations_file().read_text() == '[{"name": 3}]'


def test_passwords_and_tokens_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SPINE_MY_WEB_PASSWORD", "secret")
    monkeypatch.setenv("SPINE_MY_WEB_TOKEN", "bearer")
    assert (password_of("my-web"), token_of("my-web")) == ("secret", "bearer")


def test_a_password_goes_to_the_keyring_and_not_into_the_file(monkeypatch):
    kept = {}
    backend = types.ModuleType("keyring.backends.fail")
    backend.Keyring = type("Keyring", (), {})
    keyring = types.ModuleType("keyring")
    keyring.get_keyring = object
    keyring.set_password = lambda service, name, password: kept.update({(service, name): password})
    keyring.get_password = lambda service, name: kept.get((service, name))
    keyring.delete_password = lambda service, name: kept.pop((service, name))
    for name, module in (("keyring", keyring), ("keyring.backends", types.ModuleType("b")),
                         ("keyring.backends.fail", backend)):  # fmt: skip
        monkeypatch.setitem(sys.modules, name, module)
    add_destination(WEB)
    keep_password("web", "secret")
    assert password_of("web") == "secret"
    assert "secret" not in destinations_file().read_text()
    assert stat.S_IMODE(destinations_file().stat().st_mode) == 0o600
    remove_destination("web")
    assert not kept


def test_without_a_keyring_the_environment_s_variable_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(BadRequest, match="SPINE_WEB_PASSWORD"):
        keep_password("web", "secret")


def test_the_commands_add_list_and_ask(spine, archive):
    added = spine("pacs", "add", "here", "--host", "127.0.0.1", "--port", archive.port,
                  "--ae", "ARCHIVE")  # fmt: skip
    assert added.code == 0
    assert "ARCHIVE@127.0.0.1" in spine("pacs", "list").out
    assert "not encrypted" in spine("pacs", "list").out
    assert spine("pacs", "echo", "here").code == 0
    assert spine("pacs", "echo", "there").code == 2
    assert spine("send", "nowhere", "here").code == 3
