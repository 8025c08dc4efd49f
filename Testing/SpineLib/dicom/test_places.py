"""Where studies lie: folders with links, zips, DICOMDIRs."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pydicom.fileset import FileSet

from SpineLib.dicom import read, scan, unzipping
from SpineLib.dicom.deidentify import deidentify
from SpineLib.errors import BadInput, Cancelled, OutputError
from SpineLib.progress import Progress

linked = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


def link(at, to):
    at.parent.mkdir(parents=True, exist_ok=True)
    at.symlink_to(to)


@linked
def test_links_are_followed_once_and_never_in_a_circle(writer, tmp_path):
    writer.write(tmp_path / "store" / "series", [writer.place(5, 4.0)])
    link(tmp_path / "in" / "patient", tmp_path / "store" / "series")
    link(tmp_path / "in" / "again", tmp_path / "store")
    link(tmp_path / "in" / "loop", "..")
    link(tmp_path / "store" / "back", tmp_path / "in")
    found = scan(tmp_path / "in")
    assert [stack.slices for stack in found.stacks] == [5] and not found.skipped


@linked
def test_a_linked_file_is_found_at_its_own_place(writer, tmp_path):
    files = writer.write(tmp_path / "in" / "series", [writer.place(4, 4.0)])
    for file in files:
        link(tmp_path / "in" / "a link" / file.name, file)
    found = scan(tmp_path / "in")
    (stack,) = found.stacks
    assert stack.slices == 4 and not found.skipped
    assert {source.path.parent.name for source in stack.sources} == {"series"}


@linked
def test_files_that_are_links_only_are_read(writer, tmp_path):
    for file in writer.write(tmp_path / "store", [writer.place(4, 4.0)]):
        link(tmp_path / "in" / file.name, os.path.relpath(file, tmp_path / "in"))
    assert scan(tmp_path / "in").stacks[0].slices == 4


@linked
def test_a_link_that_leads_nowhere_is_named(writer, tmp_path):
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    link(tmp_path / "in" / "lost", tmp_path / "gone")
    (skipped,) = scan(tmp_path / "in").skipped
    assert (skipped.file.name, skipped.reason) == ("lost", "is a link that leads nowhere")


def test_a_link_into_a_closed_folder_is_named(writer, tmp_path, monkeypatch):
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    link(tmp_path / "in" / "other", tmp_path / "closed" / "study")
    ask = Path.stat

    def stat(path, **how):
        if path.name == "other" and how.get("follow_symlinks", True):
            raise PermissionError(13, "Permission denied")
        return ask(path, **how)

    monkeypatch.setattr(Path, "stat", stat)
    (skipped,) = scan(tmp_path / "in").skipped
    assert (skipped.file.name, skipped.reason) == ("other", "cannot be opened (Permission denied)")


@pytest.mark.parametrize(
    ("begin", "name"),
    [(b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!\x1a\x07\0", "RAR"), (b"BZh91AY", "bzip2"),
     (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "Zstandard"), (b"a".ljust(257, b"\0") + b"ustar", "tar")],
)  # fmt: skip
def test_what_other_programs_packed_is_named_and_never_dropped(writer, tmp_path, begin, name):
    writer.write(tmp_path, [writer.place(3, 4.0)])
    (tmp_path / "more").write_bytes(begin.ljust(600, b"\0"))
    (skipped,) = scan(tmp_path).skipped
    assert skipped.reason == f"is packed by {name}; unpack it" and not skipped.other


def test_a_zip_behind_a_program_that_unpacks_it_is_read(writer, tmp_path):
    writer.write(tmp_path / "study", [writer.place(3, 4.0)])
    file = packed(tmp_path / "study", tmp_path / "study.exe")
    file.write_bytes(b"MZ" + bytes(1000) + file.read_bytes())
    assert scan(file).stacks[0].slices == 3
    file.write_bytes(b"PK\5\6" + bytes(18))
    with pytest.raises(BadInput, match="holds no files"):
        scan(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_among_the_files_is_left_out(writer, tmp_path):
    writer.write(tmp_path, [writer.place(3, 4.0)])
    os.mkfifo(tmp_path / "pipe")
    (skipped,) = scan(tmp_path).skipped
    assert skipped.reason == "is neither a file nor a folder"


def packed(folder, file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            out.write(path, path.relative_to(folder))
    return file


def test_a_zip_is_read_as_a_folder_is(writer, tmp_path):
    writer.write(tmp_path / "in" / "a" / "b", [writer.place(6, 4.0)])
    (tmp_path / "in" / "notes.txt").write_text("no DICOM")
    file = packed(tmp_path / "in", tmp_path / "study.zip")
    folder, zipped = scan(tmp_path / "in"), scan(file)
    assert [s.id for s in zipped.stacks] == [s.id for s in folder.stacks]
    assert (read(zipped.stacks[0]).voxels == read(folder.stacks[0]).voxels).all()
    assert [s.reason for s in zipped.skipped] == ["is not DICOM"]
    assert scan(file).stacks[0].sources == zipped.stacks[0].sources  # unpacked once


def test_a_zip_is_deidentified_as_a_folder_is(writer, tmp_path):
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    file = packed(tmp_path / "in", tmp_path / "study.zip")
    assert len(deidentify(file, tmp_path / "out").files) == 3


def test_a_zip_among_files_says_what_to_do(writer, tmp_path):
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    packed(tmp_path / "in", tmp_path / "in" / "other.zip")
    (skipped,) = scan(tmp_path / "in").skipped
    assert skipped.reason == "is a zip among other files; give it by itself, or unpack it"


@pytest.mark.parametrize(
    "name", ["../out.dcm", "/etc/out.dcm", "a/../../out.dcm", "..\\out.dcm", "C:out.dcm"]
)
def test_a_zip_whose_names_lead_outside_is_refused(tmp_path, name):
    file = tmp_path / "bad.zip"
    with zipfile.ZipFile(file, "w") as out:
        out.writestr(name, b"anything")
    with pytest.raises(BadInput, match="leads out of its folder"):
        scan(file)
    assert sorted(tmp_path.rglob("*")) == [file]


def test_a_zip_with_times_in_its_names_is_read(writer, tmp_path):
    (tmp_path / "10_30").mkdir()
    files = writer.write(tmp_path / "10_30", [writer.place(3, 4.0)])
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as out:
        for file in files:
            out.write(file, f"10:30/{file.name}")
    assert scan(tmp_path / "study.zip").stacks[0].slices == 3


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(unzipping, "_SMALL_BYTES", 1 << 20)
    file = tmp_path / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("IM1", bytes(64 << 20))
    with pytest.raises(BadInput, match="which no study does"):
        scan(file)
    assert not unzipping._unpacked.get((str(file.resolve()),))


def test_a_zip_that_holds_more_than_it_says_gives_no_more(tmp_path):
    file = tmp_path / "liar.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("IM1", bytes(1 << 20))
    data = bytearray(file.read_bytes())
    size = (1 << 20).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (100).to_bytes(4, "little")
    file.write_bytes(data)
    with pytest.raises(BadInput, match="damaged in the zip"):
        scan(file)


def test_a_zip_that_does_not_fit_on_the_disk_is_refused(writer, tmp_path, monkeypatch):
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    file = packed(tmp_path / "in", tmp_path / "study.zip")
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(unzipping.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OutputError, match="left") as caught:
        scan(file)
    assert "Free some space" in caught.value.advice


def test_unpacking_can_be_cancelled_and_leaves_nothing(writer, tmp_path, monkeypatch):
    monkeypatch.setattr(unzipping.tempfile, "tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    writer.write(tmp_path / "in", [writer.place(9, 4.0)])
    file = packed(tmp_path / "in", tmp_path / "study.zip")
    progress = Progress(lambda step: progress.cancel() if step.done == 3 else None)
    with pytest.raises(Cancelled):
        scan(file, progress=progress)
    assert not list((tmp_path / "temp").iterdir())


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_damaged_zip_is_one_sentence(writer, tmp_path, kept):
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    file = packed(tmp_path / "in", tmp_path / "study.zip")
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BadInput, match="damaged"):
        scan(file)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_file_in_a_zip_costs_that_file_whatever_packed_it(writer, tmp_path, method):
    files = writer.write(tmp_path / "in", [writer.place(5, 4.0)])
    with zipfile.ZipFile(tmp_path / "study.zip", "w", method) as packed:
        for file in files:
            packed.write(file, f"{'漢' * 100}/{file.name}")
    content = bytearray((tmp_path / "study.zip").read_bytes())
    begin = len("漢" * 100) * 3 + 60
    content[begin : begin + 60] = bytes(byte ^ 255 for byte in content[begin : begin + 60])
    (tmp_path / "study.zip").write_bytes(content)
    found = scan(tmp_path / "study.zip")
    assert [one.reason for one in found.skipped] == ["is damaged in the zip"]
    assert found.stacks[0].slices == 4


def test_files_of_one_name_in_a_zip_are_both_read(writer, tmp_path):
    files = writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    with pytest.warns(UserWarning), zipfile.ZipFile(tmp_path / "z.zip", "w") as out:
        for file in files:
            out.write(file, "IM")
    assert scan(tmp_path / "z.zip").stacks[0].slices == 3


ENDS = """
import os, signal, sys
from SpineLib.dicom import scan
print(scan(sys.argv[1]).stacks[0].sources[0].path.parent)
"""


def test_what_was_unpacked_is_gone_when_the_process_ends(writer, tmp_path):
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    file = packed(tmp_path / "in", tmp_path / "study.zip")
    root = Path(unzipping.__file__).parents[2]
    said = subprocess.run(
        [sys.executable, "-c", ENDS, str(file)],
        capture_output=True,
        text=True,
        cwd=root,
        check=True,
    )
    folder = Path(said.stdout.strip())
    assert folder.name.startswith(".writing-") and not folder.exists()


def test_what_a_killed_process_left_goes_with_the_next_zip(writer, tmp_path, monkeypatch):
    (tmp_path / "temp").mkdir()
    writer.write(tmp_path / "in", [writer.place(3, 4.0)])
    file = packed(tmp_path / "in", tmp_path / "study.zip")
    subprocess.run(
        [sys.executable, "-c", f"{ENDS}\nos.kill(os.getpid(), signal.SIGKILL)", str(file)],
        cwd=Path(unzipping.__file__).parents[2], env={**os.environ, "TMPDIR": str(tmp_path / "temp")},
    )  # fmt: skip
    (left,) = (tmp_path / "temp").iterdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    found = scan(file)
    (ours,) = (tmp_path / "temp").iterdir()
    assert ours != left and found.stacks[0].sources[0].path.is_relative_to(ours)


@pytest.fixture
def disc(writer, tmp_path):
    """A disc: files of a study and their DICOMDIR."""
    files = writer.write(tmp_path / "in", [writer.place(5, 4.0)], StudyID="1",
                         StudyDate="20200101", StudyTime="120000", AccessionNumber="")  # fmt: skip
    files_set = FileSet()
    for file in files:
        files_set.add(file)
    files_set.write(tmp_path / "disc")
    return tmp_path / "disc"


def images(disc):
    return sorted(p for p in disc.rglob("*") if p.is_file() and p.name != "DICOMDIR")


def test_a_dicomdir_with_missing_files_says_which(disc):
    gone = images(disc)[0]
    gone.unlink()
    found = scan(disc)
    assert found.stacks[0].slices == 4
    reasons = {skipped.file: skipped.reason for skipped in found.skipped}
    assert reasons[gone] == "is named by the DICOMDIR but is missing"
    assert reasons[disc / "DICOMDIR"] == "is a DICOMDIR, an index of other files"


def test_a_whole_dicomdir_misses_nothing(disc):
    (skipped,) = scan(disc).skipped
    assert skipped.file.name == "DICOMDIR"


def test_a_dicomdir_can_be_given_itself(disc, writer):
    writer.write(disc / "not in it", [writer.place(3, 4.0)])
    images(disc)[0].unlink()
    found = scan(disc / "DICOMDIR")
    assert [stack.slices for stack in found.stacks] == [4]
    assert [s.reason for s in found.skipped] == ["is named by the DICOMDIR but is missing"]


def test_a_dicomdir_whose_files_were_copied_in_small_letters_misses_nothing(disc):
    for path in sorted(disc.rglob("*"), key=lambda p: -len(p.parts)):
        if path.name != "DICOMDIR":
            path.rename(path.with_name(path.name.lower() + (".dcm" if path.is_file() else "")))
    found = scan(disc)
    assert found.stacks[0].slices == 5 and len(found.skipped) == 1


def test_a_dicomdir_without_any_of_its_files_says_so(disc):
    for path in images(disc):
        path.unlink()
    with pytest.raises(BadInput, match="named by the DICOMDIR"):
        scan(disc)


def test_a_damaged_dicomdir_costs_no_image(disc):
    file = disc / "DICOMDIR"
    file.write_bytes(file.read_bytes()[:700])
    assert scan(disc).stacks[0].slices == 5
    with pytest.raises(BadInput, match="DICOMDIR"):
        scan(file)
