"""A reading's files: report, tables, segmentation, scene, pictures."""

from __future__ import annotations

from pathlib import Path

from SpineLib.outputs.corrections import NAME as CORRECTIONS
from SpineLib.outputs.corrections import Corrections, write_corrections
from SpineLib.outputs.formats import FORMATS
from SpineLib.outputs.prognosis import NAME as PROGNOSIS
from SpineLib.outputs.prognosis import Prognosis, write_prognosis
from SpineLib.progress import Progress
from SpineLib.reading import Reading
from SpineLib.store.files import writing_folder
from SpineSlicer.headless.app import HeadlessSlicer
from SpineSlicer.headless.pictures import looked_at, take_pictures
from SpineSlicer.headless.scene import save_scene
from SpineSlicer.scene.ReadingScene import ReadingScene
from SpineSlicer.scene.reportAnswers import readerAnswers
from SpineSlicer.scene.ReviewLog import ReviewLog


def write_outputs(
    reading: Reading,
    out: str | Path,
    *,
    log: ReviewLog | None = None,
    corrections: Corrections | None = None,
    prognosis: Prognosis | None = None,
    every_picture: bool = False,
    progress: Progress | None = None,
    app: HeadlessSlicer | None = None,
) -> None:
    """Writes everything that a person asks of a reading into a folder, whole or not at all.

    ``scene.mrb``, ``pictures/*.png`` and the files of `SpineLib.outputs.formats`.

    Args:
        reading: what was read.
        out: the folder; files of other names in it stay.
        log: what readers answered; it stands in the report and in the scene.
        corrections: what a reader changed of the segmentation, for ``spine export``.
        prognosis: of the patient; it stands in the report.
        every_picture: of every slice; else of those that `looked_at` or ``log`` names.
        progress: a stage for the pictures and one for the files.
        app: an application to use again; by default one is started. Its scene is cleared.

    Raises:
        OutputError: the folder cannot be written to, or the disk is full.
        Cancelled: the person cancelled; the folder is as it was.
    """
    progress = progress or Progress()
    # The folder comes first: one that cannot be written to is said before the work, not after.
    with writing_folder(out) as folder:
        progress.stage("Starting Slicer's views")
        app = app or HeadlessSlicer()
        app.scene.Clear(False)
        nodes, answers = ReadingScene(app.scene), []
        nodes.show(reading)
        if log is not None:
            nodes.keepReviews(log)
            answers = readerAnswers(reading.findings, log)
        shown = looked_at(reading.findings) | {(answer.stack, answer.index) for answer in answers}
        pictures = take_pictures(
            app, reading, looked_at=None if every_picture else shown, progress=progress
        )
        progress.stage("Writing the report and the scene", len(FORMATS) + 1)
        if prognosis is not None:
            write_prognosis(prognosis, folder)
        (folder / "pictures").mkdir()
        for name, picture in pictures.items():
            (folder / "pictures" / f"{name}.png").write_bytes(picture.png)
        embedded = {name: picture.jpeg for name, picture in pictures.items()}
        for name, write in FORMATS.items():
            write(reading, embedded, answers, folder / name)
            progress.advance()
        if corrections is not None and any(vars(corrections).values()):
            write_corrections(corrections, folder)
        save_scene(app, folder / "scene.mrb")
        progress.advance()
        written = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    _remove_stale(Path(out), written)


def _remove_stale(out: Path, written: set[Path]) -> None:
    """Removes what an earlier reading left under our names: its pictures are not this study's."""
    names = (*FORMATS, CORRECTIONS, PROGNOSIS)
    ours = [*out.glob("pictures/*.png"), *out.glob("outlines/*.nrrd"), *(out / n for n in names)]
    for path in ours:
        if path.relative_to(out) not in written and not path.is_dir():
            path.unlink(missing_ok=True)
