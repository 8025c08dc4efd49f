"""Ten thousand studies by simulation: the cohort's own engines and folders, networks that only sleep.

    python -m Testing.experiments.cohort_simulation make FOLDER --studies 10000
    python -m Testing.experiments.cohort_simulation rate FOLDER --studies 60
    python -m Testing.experiments.cohort_simulation kill FOLDER --workers 4

``make`` writes and plans the studies, ``rate`` compares one reading process in a loop with the local
engine, ``kill`` runs a Dask scheduler and workers and kills one worker every minute, in turn Dask's
and the reading process in it. What docs/cohort.md tells was measured so.
"""

import argparse
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

from SpineLib.cohort import kept
from SpineLib.cohort.dask_engine import Dask
from SpineLib.cohort.engines import COMMAND, Local
from SpineLib.cohort.planned import read_plan
from SpineLib.cohort.planning import plan
from SpineLib.cohort.run import run
from SpineLib.cohort.setting import Setting, settle
from Testing.experiments.cohort_worker import stub_process

SLICES, SIZE = 3, 32
PORT = 18786
BETWEEN_KILLS, BETWEEN_LOOKS = 60.0, 5.0


def template(number: int) -> bytes:
    """A small axial T2 slice; its UIDs have room for the number of the study."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    uid = f"1.2.99000000.{number + 1}"
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = uid
    image.StudyInstanceUID, image.SeriesInstanceUID = "1.2.99000000.8", "1.2.99000000.9"
    image.PatientID, image.Modality, image.SeriesNumber = "99000000", "MR", 1
    image.SeriesDescription, image.BodyPartExamined = "T2 TSE TRA", "CSPINE"
    image.EchoTime, image.RepetitionTime, image.ScanningSequence = 100, 4000, "SE"
    image.ImageOrientationPatient, image.PixelSpacing = [1, 0, 0, 0, 1, 0], [1, 1]
    image.ImagePositionPatient, image.SliceThickness = [0, 0, 3 * number], 3
    image.Rows = image.Columns = SIZE
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 0
    noise = np.random.default_rng(number).integers(0, 999, (SIZE, SIZE), np.uint16)
    image.PixelData = noise.tobytes()
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, image, enforce_file_format=True)
    return stream.getvalue()


def make(folder: Path, studies: int) -> None:
    """Writes studies of three slices, and plans them."""
    templates = [template(number) for number in range(SLICES)]
    for n in range(studies):
        place = folder / "images" / f"{n // 1000:03d}" / f"{n:06d}"
        place.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(templates):
            (place / f"{number}.dcm").write_bytes(data.replace(b"99000000", b"9%07d" % n))
    start = time.monotonic()
    done = plan([str(folder / "images")], folder / "cohort")
    print(f"planned {done.looked_at} studies in {time.monotonic() - start:.0f} s")


def rate(folder: Path, studies: int) -> None:
    """Compares a bare loop with the local engine and with Dask at 1, 2 and 4 workers."""
    rows = read_plan(folder / "cohort")
    setting = Setting.here()
    cohort = folder / f"rate-{time.time_ns()}"
    cohort.mkdir()
    found = deque(kept.of_cohort(cohort, rows, setting))

    def some(count: int) -> list[kept.Kept]:
        return [found.popleft() for _ in range(count)]

    single = _bare(cohort, some(studies), setting)
    print(f"bare loop: {single:.3f} studies a second", flush=True)
    makers = {
        "local": lambda n: Local(stub_process, n),
        "Dask": lambda n: Dask(stub_process, "", n),
    }
    for name, make in makers.items():
        for workers in (1, 2, 4):
            engine = make(workers)
            end, engine.close = engine.close, lambda: None
            # Workers have imported what they need before the clock starts.
            run(cohort, some(4 * workers), setting, lambda engine=engine: engine)
            start = time.monotonic()
            ran = run(cohort, some(studies * workers), setting, lambda engine=engine: engine)
            speed = studies * workers / (time.monotonic() - start)
            end()
            assert ran.states["read"] == studies * workers, ran
            print(f"{name}, {workers} workers: {speed:.3f} a second, "
                  f"{speed / single / workers:.3f} of its share", flush=True)  # fmt: skip


def _bare(cohort: Path, found: list[kept.Kept], setting: Setting) -> float:
    from dataclasses import asdict

    reader = stub_process({})
    reader.ask("models", {}, threading.Event())
    start = time.monotonic()
    for one in found:
        request = {"cohort": str(cohort), "setting": asdict(setting), "study": one.study.to_dict()}
        assert reader.ask(COMMAND, request, threading.Event())["state"] == "read"
    speed = len(found) / (time.monotonic() - start)
    reader.close()
    return speed


def client(folder: Path, address: str) -> None:
    """The command's part of a run: says when the first study goes out, and what was done."""
    start = time.monotonic()
    # A shell has programs in the background ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    cohort = folder / "cohort"
    setting = settle(cohort, Setting.here(), renew=False)
    rows = kept.of_cohort(cohort, read_plan(cohort), setting)

    told: list[str] = []

    class Told(Dask):
        def start(self, name, request):
            if not told:
                told.append(name)
                print(f"first study out after {time.monotonic() - start:.1f} s, "
                      f"{time.process_time():.1f} s of processor time", flush=True)  # fmt: skip
            super().start(name, request)

    ran = run(cohort, rows, setting, lambda: Told(stub_process, address),
              say=lambda line: print(line, flush=True))  # fmt: skip
    print(json.dumps(vars(ran)), flush=True)


def kill(folder: Path, workers: int) -> None:
    """Runs the whole cohort while a worker is killed every minute, and counts afterwards."""
    python, address = [sys.executable, "-m"], f"tcp://127.0.0.1:{PORT}"
    scheduler = subprocess.Popen(
        [*python, "distributed.cli.dask_scheduler", "--port", str(PORT), "--no-dashboard"],
        stderr=subprocess.DEVNULL,
    )
    time.sleep(5)
    cluster = subprocess.Popen(
        [*python, "distributed.cli.dask_worker", address, "--nthreads", "1", "--nworkers",
         str(workers), "--no-dashboard"], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    running = subprocess.Popen(
        [*python, __spec__.name, "client", str(folder), "--address", address]
    )
    watched, most, kills, begun = (scheduler.pid, running.pid), [0.0, 0.0], [0, 0], time.monotonic()
    last, looks = begun, []
    try:
        while running.poll() is None:
            time.sleep(BETWEEN_LOOKS)
            memory = [_megabytes(process) for process in watched]
            most = [max(pair) for pair in zip(most, memory, strict=True)]
            looks.append(memory)
            if time.monotonic() - last > BETWEEN_KILLS:
                last = time.monotonic()
                turn = sum(kills) % 2
                victims = _processes("multiprocessing.spawn" if turn else "cohort_worker")
                if victims:
                    os.kill(random.choice(victims), signal.SIGKILL)
                    kills[turn] += 1
    finally:
        cluster.terminate()
        scheduler.terminate()
    seconds = time.monotonic() - begun
    print(f"{seconds:.0f} s, killed {kills[0]} reading processes and {kills[1]} Dask workers")
    tenth = max(1, len(looks) // 10)
    for n, name in enumerate(("scheduler", "client")):
        values = [look[n] for look in looks]
        print(f"{name}: most {most[n]:.0f} MB; first tenth {np.mean(values[:tenth]):.0f}, "
              f"last tenth {np.mean(values[-2 * tenth:-tenth] or values):.0f}")  # fmt: skip
    count(folder)


def count(folder: Path) -> None:
    """Nothing lost, nothing twice?"""
    cohort = folder / "cohort"
    rows = kept.of_cohort(cohort, read_plan(cohort), Setting.here())
    read = [one for one in rows if one.is_read]
    whole = sum((one.reading / "findings.json").is_file() for one in read)
    folders = sum(1 for _ in cohort.glob(f"{kept.STUDIES}/*/*/[0-9a-f]*/"))
    begun = sum((one.folder / kept.JOURNAL).read_text().count("reading") for one in rows
                if one.folder.is_dir())  # fmt: skip
    print(f"{len(rows)} studies, {len(read)} read, {whole} whole, {folders} folders of readings, "
          f"{begun} attempts")  # fmt: skip


def _processes(name: str) -> list[int]:
    """Ours that hold this in their command line, started by the cluster."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            mine = os.getpgid(int(place.name)) == os.getpgid(0)
        except OSError:
            continue
        if name in command and mine:
            found.append(int(place.name))
    return found


def _megabytes(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/status").read_text()
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024
    except (OSError, IndexError, ValueError):
        return 0.0


def main() -> None:
    """Runs one of the parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("make", "rate", "client", "kill", "count"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--studies", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--address", default="")
    given = parser.parse_args()
    folder = given.folder
    parts = {
        "make": lambda: make(folder, given.studies),
        "rate": lambda: rate(folder, given.studies),
        "client": lambda: client(folder, given.address),
        "kill": lambda: kill(folder, given.workers),
        "count": lambda: count(folder),
    }
    parts[given.part]()


if __name__ == "__main__":
    main()
