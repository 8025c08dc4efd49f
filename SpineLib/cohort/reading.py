"""One study of a cohort, read by a worker: its folder appears whole, or the journal says why not."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from SpineLib.cohort.kept import Kept
from SpineLib.cohort.key_pictures import draw
from SpineLib.cohort.opening import opened
from SpineLib.cohort.planned import PlannedStudy
from SpineLib.cohort.setting import Setting
from SpineLib.errors import (
    BadInput,
    BadModel,
    Cancelled,
    NotApplicable,
    OutputError,
    from_exception,
)
from SpineLib.findings_file import write_json
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineLib.replies import CohortAnswer
from SpineLib.store.attempts import ATTEMPTS, FAILED, READ, WAITING
from SpineLib.store.files import Busy, writing_folder
from SpineLib.volume import write_volume

if TYPE_CHECKING:
    from SpineLib.inference.study import Session

FINDINGS, ABOUT = "findings.json", "about.json"
ANOTHER_SETTING = "another setting"


def read_planned(
    cohort: Path,
    study: PlannedStudy,
    setting: Setting,
    *,
    device: str,
    progress: Progress,
    session: Session,
) -> CohortAnswer:
    """Reads one study into its folder, once.

    Args:
        cohort: folder.
        study: of the plan.
        setting: with which the cohort is read.
        device: where the networks run.
        progress: told of each step; cancels.
        session: keeps models loaded.

    Returns:
        The study's state: `READ` where its folder is there now, `FAILED` with the reason, `WAITING`
        where another attempt may succeed, or `ANOTHER_SETTING` where this computer has another
        version or other models.

    Raises:
        OutputError: this computer cannot write. This and the next two are no fault of the study.
        BadModel: a model is broken.
        Cancelled: the person cancelled.
    """
    kept, start = Kept(cohort, study, setting), time.monotonic()
    state = kept.state()
    if state.state != WAITING:
        return {"state": state.state, "why": state.why, "seconds": 0.0}
    difference = setting.difference(setting.again_here())
    if difference:
        return {"state": ANOTHER_SETTING, "why": difference, "seconds": 0.0}
    kept.begin()
    try:
        _read(kept, setting, device, progress, session)
    except Exception as error:
        known = from_exception(error)
        if isinstance(known, (OutputError, BadModel, Cancelled)):
            kept.stopped()
            if isinstance(known, Busy):  # another worker writes the very same
                return {"state": WAITING, "why": known.what, "seconds": 0.0}
            raise
        # Without the file, whose name may be a patient's.
        why, last = known.what.rstrip("."), state.attempts + 1 >= ATTEMPTS
        if last or isinstance(known, (BadInput, NotApplicable)):
            kept.failed(why)
            return {"state": FAILED, "why": why, "seconds": time.monotonic() - start}
        kept.tried(why)
        return {"state": WAITING, "why": why, "seconds": time.monotonic() - start}
    return {"state": READ, "why": "", "seconds": time.monotonic() - start}


def _read(kept: Kept, setting: Setting, device: str, progress: Progress, session: Session) -> None:
    from SpineLib.inference.study import read_study

    start = time.monotonic()
    with opened(kept.study, progress) as source:
        options = setting.options(kept.study, device)
        reading = read_study(source, options=options, progress=progress, session=session)
    try:
        with writing_folder(kept.reading, new=True) as folder:
            _write(reading, folder, time.monotonic() - start)
            progress.check()
    except BadInput:
        if not kept.is_read:
            raise
        # Another worker was quicker: what is there is whole, and this reading is dropped.


def _write(reading: Reading, folder: Path, seconds: float) -> None:
    """Not the volumes: they can be read again, and there would be terabytes of them."""
    for name, picture in draw(reading).items():
        (folder / name).write_bytes(picture)
    if reading.segmentation is not None:
        write_volume(reading.segmentation, folder / reading.findings.segmentation.file)
    about = {"seconds": round(seconds, 3)}
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    write_json(reading.findings, folder / FINDINGS)
