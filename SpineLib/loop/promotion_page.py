"""The page of a comparison: what the answer is, figure by figure, and pictures; needs no file beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from SpineLib import evaluation
from SpineLib.evaluation.drawings import draw
from SpineLib.evaluation.predictions import Predictions
from SpineLib.evaluation.report import cells, data_url
from SpineLib.labels import RESEARCH_NOTICE, STARTER_NOTICE
from SpineLib.loop.changes import Change, change_table
from SpineLib.loop.origins import told
from SpineLib.outputs.templates import environment
from SpineLib.store.files import write_text
from SpineLib.wording import count


def write_page(
    path: Path,
    record: Mapping[str, Any],
    changes: list[Change],
    pictures: Mapping[str, Path],
    answers: Sequence[Predictions],
) -> None:
    """Writes the page.

    Args:
        path: of the page.
        record: of ``comparison.json``.
        changes: figure by figure.
        pictures: caption → PNG of the largest changes.
        answers: of the old and of the new model.

    Raises:
        OutputError: the disk is full.
    """
    pages = environment(Path(__file__).parent, Path(evaluation.__file__).parent)
    starter = any(record[which]["starter"] for which in ("candidate", "against"))
    better = [
        change for change in changes if (change.difference or 0) > 0 and change.margin is not None
    ]
    html = pages.get_template("promotion.html.jinja").render(
        notice=STARTER_NOTICE if starter else RESEARCH_NOTICE,
        old=record["against"],
        new=record["candidate"],
        counts=f"{count(record['patients'], 'patient')}, {count(len(record['test']), 'case')}",
        data=answers[0].data,
        worse=record["worse"],
        cannot=record["cannot"],
        own=told(record),
        better=len(better),
        judged=sum(change.margin is not None for change in changes),
        changes=cells(change_table(changes)),
        pictures={caption: data_url(file.read_bytes()) for caption, file in pictures.items()},
        drawings={caption: data_url(picture) for caption, picture in draw(answers).items()},
        left_out=[f"{stack}: {why}" for stack, why in answers[0].left_out.items()],
        limits=[answer.card.limits for answer in answers],
    )
    write_text(path, html)
