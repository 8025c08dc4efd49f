"""Objects go to an archive once each, and what an archive refuses is named with its reason."""

import pydicom
import pytest
from pydicom.uid import RLELossless

from SpineLib.errors import BadInput, SpineError
from SpineLib.pacs import dimse, web
from SpineLib.pacs.destinations import Destination
from SpineLib.pacs.fetching import fetch
from SpineLib.pacs.sending import SENT, send
from Testing.SpineLib.dicom.conftest import SeriesWriter
from Testing.SpineLib.outputs.dicom_objects import HEADER
from Testing.SpineLib.pacs.conftest import free_port

NAMES = {"segmentation.dcm", "labelmap.dcm", "report.dcm", "key-images.dcm", "presentation-1.dcm"}


def states(outcomes) -> dict[str, str]:
    return {outcome.file.name: outcome.state for outcome in outcomes}


def test_an_archive_that_takes_no_label_maps_gets_the_binary_segmentation(archive, objects):
    outcomes = send(objects, archive.place())
    assert states(outcomes) == dict.fromkeys(NAMES, "sent") | {"labelmap.dcm": "left out"}
    left = next(outcome for outcome in outcomes if outcome.state == "left out")
    assert "no label maps" in left.reason and "binary" in left.reason
    sent = {str(one.SOPInstanceUID) for one in archive.received}
    expected = NAMES - {"labelmap.dcm"}
    assert sent == {str(pydicom.dcmread(objects / name).SOPInstanceUID) for name in expected}


def test_an_object_that_is_refused_is_named_with_its_status_and_the_others_go_on(archive, objects):
    archive.answers = [0x0000, 0xA700, 0x0000, 0x0000]
    outcomes = send(objects, archive.place())
    refused = [outcome for outcome in outcomes if outcome.state == "refused"]
    assert len(refused) == 1 and "0xA700" in refused[0].reason
    assert sum(outcome.state == "sent" for outcome in outcomes) == 3
    again = send(objects, archive.place())
    assert sum(one.state == "sent" for one in again) == 1
    assert sum(one.state == "sent before" for one in again) == 3


def test_an_association_that_ends_in_the_middle_goes_on_where_it_was(archive, objects):
    archive.abort_at = 2
    with pytest.raises(SpineError, match="ended the association"):
        send(objects, archive.place())
    archive.abort_at = None
    outcomes = send(objects, archive.place())
    assert sum(outcome.state == "sent before" for outcome in outcomes) == 2
    uids = [str(one.SOPInstanceUID) for one in archive.received]
    assert len(uids) == len(set(uids)) == 4


def test_what_one_archive_has_is_sent_to_another_one(archive, objects):
    send(objects, archive.place())
    with pytest.raises(SpineError):
        send(objects, archive.place(port=free_port()))
    assert (objects / SENT).is_file()


def test_a_title_that_the_archive_does_not_have_is_refused_in_a_sentence(archive, objects):
    with pytest.raises(SpineError, match="refused the association: Called AE title"):
        send(objects, archive.place(ae="OTHER"))


def test_a_port_where_nobody_listens_is_said(objects):
    place = Destination(name="x", host="127.0.0.1", port=free_port(), ae="X")
    with pytest.raises(SpineError, match=r"Nobody at X@127\.0\.0\.1"):
        dimse.echo(place)
    with pytest.raises(SpineError, match="Nobody at http"):
        web.echo(Destination(name="x", url=f"http://127.0.0.1:{free_port()}/dicom-web"))


def test_tls_to_an_archive_without_it_is_said(archive):
    with pytest.raises(SpineError, match="makes no encrypted connection with us"):
        dimse.echo(archive.place(tls=True))


def test_a_folder_without_dicom_has_nothing_to_send(archive, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "note.txt").write_text("no DICOM")
    with pytest.raises(BadInput, match="no DICOM file"):
        send(tmp_path / "empty", archive.place())


@pytest.mark.parametrize("way", ["dimse", "web"])
def test_orthanc_takes_every_object_and_gives_the_study_back(
    way, orthanc, objects, study, tmp_path
):
    place = Destination(name="orthanc", **orthanc[way])
    (dimse if way == "dimse" else web).echo(place)
    assert set(states(send(study, place)).values()) == {"sent"}
    outcomes = states(send(objects, place))
    # Debian's Orthanc does not know label maps by DIMSE; by the web it takes every object.
    assert set(outcomes.values()) == {"sent", "left out"}
    assert (outcomes["labelmap.dcm"] == "sent") != (outcomes["segmentation.dcm"] == "sent")
    uid = pydicom.dcmread(next(study.glob("*"))).StudyInstanceUID
    assert fetch(place, tmp_path / f"back-{way}", study=uid) == 6
    before = {pydicom.dcmread(p).SOPInstanceUID: pydicom.dcmread(p).PixelData
              for p in study.glob("IM*")}  # fmt: skip
    after = {pydicom.dcmread(p).SOPInstanceUID: pydicom.dcmread(p).PixelData
             for p in (tmp_path / f"back-{way}").iterdir()}  # fmt: skip
    assert after == before


@pytest.mark.parametrize("way", ["dimse", "web"])
def test_a_study_that_the_archive_does_not_have_leaves_no_folder(way, orthanc, tmp_path):
    place = Destination(name="orthanc", **orthanc[way])
    with pytest.raises(SpineError, match="no MR image"):
        fetch(place, tmp_path / "back", study="1.2.3.4")
    with pytest.raises(SpineError, match="no study"):
        fetch(place, tmp_path / "back", accession="nowhere")
    assert not (tmp_path / "back").exists()


def test_compressed_images_come_back_as_they_were_sent(orthanc, tmp_path):
    writer = SeriesWriter()
    files = writer.write(tmp_path / "rle", [writer.place(3, 4.0)], syntax=RLELossless, **HEADER)
    place = Destination(name="orthanc", **orthanc["dimse"])
    assert set(states(send(tmp_path / "rle", place)).values()) == {"sent"}
    one = pydicom.dcmread(files[0])
    assert fetch(place, tmp_path / "back", study=one.StudyInstanceUID) == 3
    back = {r.SOPInstanceUID: r for r in map(pydicom.dcmread, (tmp_path / "back").iterdir())}
    assert back[one.SOPInstanceUID].file_meta.TransferSyntaxUID == RLELossless
    assert back[one.SOPInstanceUID].PixelData == one.PixelData
