"""Orthanc and dcmtk take the objects, give them back as they were, and refuse in a sentence."""

import functools
import http.server
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pydicom
import pytest

from SpineLib.errors import OutputError, SpineError
from SpineLib.pacs import dimse, fetching, web
from SpineLib.pacs.destinations import Destination
from SpineLib.pacs.fetching import fetch
from SpineLib.pacs.sending import send
from Testing.SpineLib.pacs.conftest import free_port
from Testing.SpineLib.pacs.test_sending import NAMES, states


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A self-made certificate of ``localhost`` and its key, and one that signed nothing of it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    for name in ("server", "other"):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
    return folder


@pytest.fixture
def storescp(tmp_path):
    """Starts dcmtk's ``storescp`` with options; gives its port and the folder that it writes to."""
    if shutil.which("storescp") is None:
        pytest.skip("storescp is not installed (Debian: dcmtk)")
    servers = []

    def start(*options):
        port, out = free_port(), tmp_path / f"storescp{len(servers)}"
        out.mkdir()
        command = ["storescp", "-od", out, "-aet", "ARCHIVE", *options, str(port)]
        servers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
        for _ in range(2400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        return Destination(name="dcmtk", host="127.0.0.1", port=port, ae="ARCHIVE"), out

    yield start
    for server in servers:
        server.terminate()
        server.wait(60)


def received(folder):
    return {str(pydicom.dcmread(path).SOPInstanceUID): path for path in folder.iterdir()}


def same(ours, theirs) -> bool:
    """Every element, pixels and references among them."""
    one, other = pydicom.dcmread(ours), pydicom.dcmread(theirs)
    return one.to_json_dict() == other.to_json_dict()


def test_dcmtk_knows_no_label_maps_and_gets_the_binary_segmentation(storescp, objects):
    place, out = storescp()
    outcomes = send(objects, place)
    assert states(outcomes) == dict.fromkeys(NAMES, "sent") | {"labelmap.dcm": "left out"}
    (left,) = (outcome for outcome in outcomes if outcome.state == "left out")
    assert "takes no label maps; the binary segmentation is sent in its place" in left.reason
    for name in NAMES - {"labelmap.dcm"}:
        uid = str(pydicom.dcmread(objects / name).SOPInstanceUID)
        assert same(objects / name, received(out)[uid])
    again = states(send(objects, place))  # the next sending says the same
    assert again == dict.fromkeys(NAMES, "sent before") | {"labelmap.dcm": "left out"}


@pytest.mark.parametrize("way", ["dimse", "web"])
def test_objects_come_back_from_orthanc_by_both_ways_as_they_were(way, orthanc, objects, tmp_path):
    if shutil.which("getscu") is None:
        pytest.skip("getscu is not installed (Debian: dcmtk)")
    sent = [
        one for one in send(objects, Destination(name="o", **orthanc[way])) if one.state == "sent"
    ]
    assert len(sent) == 4
    client = web.client(Destination(name="o", **orthanc["web"]))
    back = tmp_path / "back"
    back.mkdir()
    study = pydicom.dcmread(sent[0].file).StudyInstanceUID
    where = orthanc["dimse"]
    subprocess.run(
        ["getscu", "-aet", "SPINE", "-aec", where["ae"], where["host"], str(where["port"]), "-od",
         back, "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={study}"], check=True,
    )  # fmt: skip
    by_get = received(back)
    for one in sent:
        made = pydicom.dcmread(one.file)
        got = client.retrieve_instance(study, made.SeriesInstanceUID, made.SOPInstanceUID)
        assert got.to_json_dict() == made.to_json_dict()
        if str(made.SOPInstanceUID) in by_get:
            assert same(one.file, by_get[str(made.SOPInstanceUID)])
    kinds = {pydicom.dcmread(path).Modality for path in by_get.values()}
    assert {"SEG", "SR", "KO", "PR"} <= kinds or way == "web"


def test_tls_is_spoken_with_whom_the_certificate_fits_and_with_nobody_else(
    storescp, certificates, objects
):
    place, out = storescp("+tls", certificates / "server.key", certificates / "server.pem", "-ic")
    trusted = place.model_copy(
        update={"tls": True, "host": "localhost", "ca": certificates / "server.pem",
                "certificate": certificates / "other.pem", "key": certificates / "other.key"}
    )  # fmt: skip
    assert "refused" not in states(send(objects, trusted)).values() and received(out)
    for ca in (None, certificates / "other.pem"):
        with pytest.raises(
            SpineError, match=r"The certificate of ARCHIVE@localhost:\d+ is not trust"
        ):
            dimse.echo(trusted.model_copy(update={"ca": ca}))
    with pytest.raises(SpineError, match="speaks DICOM with us"):
        dimse.echo(place)  # not encrypted, to a port that is


def test_a_web_server_whose_certificate_does_not_fit_is_not_trusted(certificates, monkeypatch):
    # A hospital's computer may name its own certificates to all programs.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates / "other.pem"))

    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/dicom+json")
            self.end_headers()
            self.wfile.write(json.dumps([]).encode())

        log_message = functools.partialmethod(lambda *_: None)

    server = http.server.HTTPServer(("127.0.0.1", 0), Nothing)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = Destination(name="w", url=f"https://localhost:{server.server_port}/dicom-web")
    try:
        web.echo(place.model_copy(update={"ca": certificates / "server.pem"}))
        with pytest.raises(SpineError, match="The certificate of https://localhost"):
            web.echo(place)
        with pytest.raises(SpineError, match="The certificate of https://localhost"):
            web.echo(place.model_copy(update={"ca": certificates / "other.pem"}))
    finally:
        server.shutdown()


def test_a_title_of_ours_that_the_archive_does_not_know_gets_nothing(orthanc, study, tmp_path):
    place = Destination(name="orthanc", **orthanc["dimse"])
    send(study, place)
    uid = str(pydicom.dcmread(next(study.glob("IM*"))).StudyInstanceUID)
    with pytest.raises(SpineError, match="ORTHANC@127"):
        fetch(place.model_copy(update={"calling": "STRANGER"}), tmp_path / "out", study=uid)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("way", ["dimse", "web"])
def test_images_larger_than_the_disk_leave_no_folder(way, orthanc, study, tmp_path, monkeypatch):
    place = Destination(name="orthanc", **orthanc[way])
    send(study, place)
    uid = str(pydicom.dcmread(next(study.glob("IM*"))).StudyInstanceUID)
    # A device that takes nothing stands for the full disk.
    monkeypatch.setattr(fetching, "_name", lambda _image: "/dev/full")
    with pytest.raises(OutputError, match="disk is full"):
        fetch(place, tmp_path / "out", study=uid)
    assert not (tmp_path / "out").exists()
