"""A station with a certificate speaks TLS only, with whom its authority signed, and is not held up."""

import shutil
import socket
import subprocess

import pytest

pytest.importorskip("pynetdicom")

from SpineLib.errors import BadRequest, SpineError
from SpineLib.pacs import dimse
from SpineLib.pacs.station.station import Station
from Testing.SpineLib.pacs.conftest import free_port
from Testing.SpineLib.pacs.stations import CALLER, Stub, settings_of

LOCAL = "subjectAltName=DNS:localhost,IP:127.0.0.1"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """An authority that signed the station's and the scanner's certificates, and another one."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("chain")
    for name, authority in (("ours", ""), ("theirs", ""), ("station", "ours"),
                            ("scanner", "ours"), ("stranger", "theirs")):  # fmt: skip
        signed = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key", "-addext", LOCAL]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
             "-out", f"{name}.pem", *(signed if authority else [])],
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
    return folder


@pytest.fixture
def encrypted(running, chain):
    """A station that speaks TLS and asks for certificates, with no image."""
    return running(certificate=chain / "station.pem", key=chain / "station.key",
                   ca=chain / "ours.pem")  # fmt: skip


def shown_by(chain, name, ca="ours"):
    return {"tls": True, "ca": chain / f"{ca}.pem", "certificate": chain / f"{name}.pem",
            "key": chain / f"{name}.key"}  # fmt: skip


def test_images_arrive_encrypted_from_whom_the_authority_signed(encrypted, chain, study):
    assert encrypted.give(study, **shown_by(chain, "scanner")) == ["sent"] * 6
    encrypted.wait_for("sent")
    assert encrypted.stub.readings == [6]


def test_who_does_not_fit_is_turned_away_with_a_line_on_either_side(encrypted, chain):
    def turned_away(ours, theirs, **changes):
        before = len(encrypted.lines)
        with pytest.raises(SpineError, match=ours):
            dimse.echo(encrypted.destination(**changes))
        encrypted.says(theirs)
        assert all("Traceback" not in line for line in encrypted.lines[before:])

    turned_away("The certificate of SPINE@127.0.0.1:.* is not trusted", "no TLS with it",
                **shown_by(chain, "scanner", ca="theirs"))  # fmt: skip
    turned_away("it may ask for a certificate of ours", "peer did not return a certificate",
                tls=True, ca=chain / "ours.pem")  # fmt: skip
    turned_away("ended the encrypted connection", "its certificate is not trusted",
                **shown_by(chain, "stranger"))  # fmt: skip
    turned_away("Nobody at SPINE", "it speaks no TLS")
    assert encrypted.station.figures()["associations_refused"] >= 4
    dimse.echo(encrypted.destination(**shown_by(chain, "scanner")))


def test_one_that_connects_and_says_nothing_holds_up_nobody(encrypted, chain):
    with socket.create_connection(("127.0.0.1", encrypted.port)):
        dimse.echo(encrypted.destination(**shown_by(chain, "scanner")))


def test_dcmtk_speaks_tls_with_the_station(encrypted, chain):
    if shutil.which("echoscu") is None:
        pytest.skip("echoscu is not installed (Debian: dcmtk)")
    asked = ["echoscu", "-aet", CALLER, "-aec", "SPINE", "+cf", str(chain / "ours.pem")]
    for name, fits in (("scanner", True), ("stranger", False)):
        own = ["+tls", str(chain / f"{name}.key"), str(chain / f"{name}.pem")]
        command = [*asked, *own, "127.0.0.1", str(encrypted.port)]
        assert (subprocess.run(command, capture_output=True).returncode == 0) == fits


@pytest.mark.parametrize(("changes", "match"), [
    ({"certificate": "station.pem", "key": "scanner.key"}, "certificate and key cannot be used"),
    ({"certificate": "nothing.pem", "key": "station.key"}, "certificate and key cannot be used"),
    ({"certificate": "station.pem", "key": "station.key", "ca": "ours.key"}, "senders' certificates"),
    ({"ca": "ours.pem"}, "none of its own"),
])  # fmt: skip
def test_a_certificate_that_cannot_be_used_is_one_line(tmp_path, archive, chain, changes, match):
    files = {name: chain / file for name, file in changes.items()}
    settings = settings_of(tmp_path, free_port(), archive.place(), **files)
    with pytest.raises(BadRequest, match=match) as error:
        Station(settings, Stub(tmp_path), say=print).run()
    assert error.value.advice
