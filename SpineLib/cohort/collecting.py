"""Collects what was read of a cohort: three tables, a page, and a page to rate readings on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from SpineLib.cohort import tables
from SpineLib.cohort.kept import Kept, State, of_cohort
from SpineLib.cohort.page import Distributions, render_page, render_quality
from SpineLib.cohort.planned import read_plan
from SpineLib.cohort.ratings import Rating, keep_ratings, read_ratings
from SpineLib.cohort.reading import ABOUT, FINDINGS
from SpineLib.cohort.setting import read_setting
from SpineLib.cohort.table_file import can_write_parquet, table_file
from SpineLib.errors import BadInput, SpineError
from SpineLib.findings import Findings
from SpineLib.findings_file import read_json
from SpineLib.json_values import parse_json
from SpineLib.progress import Progress
from SpineLib.store.attempts import FAILED, READ
from SpineLib.store.files import writing_folder
from SpineLib.wording import count

FOLDER, PAGE, QUALITY = "collected", "cohort.html", "quality.html"


@dataclass
class Collected:
    """What was written.

    Attributes:
        page, quality: the two pages.
        notes: sentences for the person.
    """

    page: Path
    quality: Path
    notes: list[str] = field(default_factory=list)


def collect(
    cohort: Path, ratings: Iterable[Path] = (), *, progress: Progress | None = None
) -> Collected:
    """Writes ``collected/`` anew: of the readings with the cohort's setting, and no others.

    A study that was rated ``fail`` is a row of the studies, and in no other table.

    Args:
        cohort: folder.
        ratings: files of the quality control page, which are kept in the cohort.
        progress: a step a study; cancels.

    Raises:
        BadInput: there is no plan, nothing was read yet, or a file holds no ratings.
        OutputError: the folder cannot be written to.
    """
    progress = progress or Progress()
    setting = read_setting(cohort)
    if setting is None:
        raise BadInput("Nothing was read yet", file=cohort, advice="Run the cohort first.")
    new = keep_ratings(cohort, ratings)
    rows = of_cohort(cohort, read_plan(cohort), setting)
    with writing_folder(cohort / FOLDER) as folder:
        writer = _Writer(folder, tables.groups_of(setting.answers), read_ratings(cohort))
        with writer.opened():
            for kept in progress.track(rows, "Collecting"):
                writer.add(kept)
        shown = writer.shown
        (folder / PAGE).write_text(render_page(shown, setting), encoding="utf-8")
        html = render_quality(shown, writer.tiles, cohort)
        (folder / QUALITY).write_text(html, encoding="utf-8")
    collected = Collected(cohort / FOLDER / PAGE, cohort / FOLDER / QUALITY)
    collected.notes = _notes(shown, writer.others, new)
    return collected


def _notes(shown: Distributions, others: int, new: int) -> list[str]:
    states = shown.states
    notes = [
        f"{count(shown.studies, 'study', 'studies')}: {states[READ]} read, {states[FAILED]} failed, "
        f"{states['waiting']} waiting; {shown.excluded} left out by their rating"
    ]
    if new:
        notes.append(f"{count(new, 'new rating')}")
    if others:
        notes.append(
            f"{count(others, 'study', 'studies')} with a reading by another version, other models "
            "or of other images; such readings are in no table"
        )
    if not can_write_parquet():
        notes.append("Tables are CSV only: Parquet needs the Python package pyarrow")
    return notes


class _Writer:
    """Takes study after study, so that memory holds one study's findings at a time."""

    def __init__(self, folder: Path, groups: tables.Groups, ratings: dict[str, Rating]) -> None:
        self._folder, self._groups, self._ratings = folder, groups, ratings
        self.shown, self.others = Distributions(), 0
        self.tiles: list[dict[str, Any]] = []

    def opened(self) -> ExitStack:
        """Opens the tables until the block ends."""
        stack, groups = ExitStack(), self._groups

        def table(name: str, columns: tables.Columns) -> Any:
            return stack.enter_context(table_file(self._folder / name, columns))

        self._studies = table("studies", tables.study_columns(groups))
        self._slices = table("slices", tables.slice_columns(groups))
        self._levels = table("levels", tables.level_columns(groups))
        return stack

    def add(self, kept: Kept) -> None:
        """Adds a study's rows."""
        state, rating = kept.state(), self._ratings.get(kept.study.key)
        findings, seconds = None, None
        if state.state == READ:
            try:
                findings = read_json(kept.reading / FINDINGS, checked=True)
                seconds = _seconds(kept.reading / ABOUT)
            except SpineError as error:  # somebody changed the folder
                state = State(FAILED, 0, error.what.rstrip("."))
        if kept.folder.is_dir():
            self.others += any(
                reading.is_dir() and reading.name != kept.key and not reading.name.startswith(".")
                for reading in kept.folder.iterdir()
            )
        row = tables.study_row(kept, state, rating, findings, seconds, self._groups)
        self._studies.add(row)
        self.shown.add(row, findings)
        if findings is None:
            return
        if not row["excluded"]:
            for slice_row in tables.slice_rows(kept.study.key, findings, self._groups):
                self._slices.add(slice_row)
            for level_row in tables.level_rows(kept.study.key, findings, self._groups):
                self._levels.add(level_row)
                self.shown.add_level(level_row)
        self.tiles.append(_tile(kept, findings, rating))


def _seconds(path: Path) -> float | None:
    try:
        return float(parse_json(path.read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _tile(kept: Kept, findings: Findings, rating: Rating | None) -> dict[str, Any]:
    """What the quality control page shows of a study."""
    study, key = kept.study.key, kept.key
    pictures = [
        f"../{kept.reading.relative_to(kept.folder.parents[2]).as_posix()}/{path.name}"
        for path in sorted(kept.reading.glob("*.jpg"))
    ]
    answers = []
    for column in findings.columns:
        summary = findings.summary(column.question.key, column.by)
        if summary.assessed:
            worst = f"{summary.verdict or summary.worst}, {summary.positive_slices} positive"
            answers.append(f"{column.title}: {worst} of {summary.assessed_slices}")
    if findings.segmentation.segments:
        lowest = findings.segmentation.lowest or "level not known"
        answers.append(f"{count(len(findings.segmentation.segments), 'segment')}, lowest {lowest}")
    tile = {
        "study": study, "label": kept.study.label, "reading": key, "pictures": pictures,
        "said": answers or ["nothing was assessed"], "flagged": bool(findings.flagged()),
        "notice": findings.notice,
    }  # fmt: skip
    if rating is not None:
        tile["rated"] = json.loads(json.dumps(vars(rating)))
    return tile
