"""A worker whose networks are a sleep of fixed cost; files, findings, folders and journals are real.

``SPINE_STUB_SECONDS`` is the cost of a study.
"""

import os
import sys
import time
from collections.abc import Mapping

from SpineLib.doors import serving
from SpineLib.doors.reading_process import ReadingProcess
from SpineLib.doors.worker import main
from SpineLib.findings import Findings, SliceFinding, StackFindings
from SpineLib.inference import study
from SpineLib.inference.source import open_source
from SpineLib.progress import Progress
from SpineLib.reading import Reading

STUB = (sys.executable, "-m", "Testing.experiments.cohort_worker")


def stub_process(environment: Mapping[str, str]) -> ReadingProcess:
    """What takes the place of `SpineLib.doors.reading_process.reading_process`."""
    return ReadingProcess(STUB, environment=environment)


def read_study(path, *, options=None, progress: Progress, session=None) -> Reading:
    """Reads the files, and sleeps where networks would answer."""
    source = open_source(path, progress=progress)
    reading = Reading(Findings(study_instance_uid=source.study_instance_uid))
    for stack in source.stacks:
        volume = reading.volumes[stack.id] = source.volume(stack, progress)
        slices = [
            SliceFinding(k, frame.sop_instance_uid, frame.number, volume.slice_center(k).tolist())
            for k, frame in enumerate(volume.frames)
        ]
        reading.findings.stacks.append(StackFindings(stack.id, plane=stack.plane, slices=slices))
    end = time.monotonic() + float(os.environ["SPINE_STUB_SECONDS"])
    while (left := end - time.monotonic()) > 0:
        progress.check()
        time.sleep(min(left, 0.1))
    return reading


if __name__ == "__main__":
    study.read_study = read_study
    serving._session = lambda device: None
    main()
