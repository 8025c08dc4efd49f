"""A run on the disk: one page, tables as CSV, and the model's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from SpineLib.evaluation import report
from SpineLib.evaluation.predictions import write_table
from SpineLib.evaluation.report import cells, data_url, span_of
from SpineLib.outcome.dictionary import variable
from SpineLib.outcome.drawings import draw_missing, draw_run, reference_title
from SpineLib.outcome.measuring import figures
from SpineLib.outcome.model import write_model
from SpineLib.outcome.run import Run
from SpineLib.outcome.table import Cohort
from SpineLib.outcome.tripod import checklist
from SpineLib.outcome.validation import REFERENCE
from SpineLib.outputs.templates import environment
from SpineLib.store.files import writing_folder

PAGE, MODEL = "outcome.html", "model"


def write_run(run: Run, folder: str | Path) -> Path:
    """Writes ``outcome.html``, its drawings and tables, and the model into a folder.

    Raises:
        OutputError: it cannot be written.
    """
    drawings = {"Missing values": draw_missing(run.prepared.cohort), **draw_run(run)}
    tables = tables_of(run)
    html = _render(run, drawings, tables)
    with writing_folder(folder) as out:
        for title, table in tables.items():
            write_table(table, out / f"{title.replace(' ', '-').lower()}.csv")
        write_table(_predictions(run), out / "predictions.csv")
        for number, picture in enumerate(drawings.values(), 1):
            (out / f"drawing-{number}.png").write_bytes(picture)
        write_model(run.model, out / MODEL)
        (out / PAGE).write_text(html, encoding="utf-8")
    return Path(folder) / PAGE


def write_check(cohort: Cohort, folder: str | Path) -> Path:
    """Writes what is missing as ``missing.csv`` and ``missing.png``; gives the folder."""
    with writing_folder(folder) as out:
        write_table(cohort.missing(), out / "missing.csv")
        (out / "missing.png").write_bytes(draw_missing(cohort))
    return Path(folder)


def tables_of(run: Run) -> dict[str, pd.DataFrame]:
    """Every table of a run by its title."""
    tables = {"Candidates": _candidates(run)}
    if run.against:
        tables["Against the reference"] = pd.DataFrame([
            {"figure": name, run.chosen: comparison.first, reference_title(run): comparison.second,
             "difference": comparison.difference, "95 % interval": span_of(comparison.interval), "p": comparison.p}
            for name, comparison in run.against.items()
        ])  # fmt: skip
    tables["Bootstrap"] = pd.DataFrame([
        {"figure": name, "on its own patients": value, "optimism": run.bootstrapped.optimism[name],
         "corrected": value - run.bootstrapped.optimism[name]}
        for name, value in run.bootstrapped.apparent.items()
    ])  # fmt: skip
    if run.coefficients:
        tables["Coefficients"] = pd.DataFrame(run.coefficients)
    tables["Importance"] = pd.DataFrame([
        {"predictor": variable(name).title, "fall": mean, "spread": spread}
        for name, (mean, spread) in sorted(
            run.validated[run.chosen].importance.items(), key=lambda item: -item[1][0])
    ])  # fmt: skip
    tables["Groups"] = pd.DataFrame(run.fairness)
    tables["Missing"] = run.prepared.cohort.missing()
    tables["TRIPOD+AI"] = pd.DataFrame(checklist(run), columns=["item", "topic", "here"])
    return tables


def _predictions(run: Run) -> pd.DataFrame:
    """What the model kept said of each patient whom it had not seen; identifiers are hashed."""
    answers = run.validated[run.chosen].predicted
    names = run.model.classes if len(run.model.classes) > 2 else ("",)
    columns = {f"predicted_{name}".rstrip("_"): answers[:, n] for n, name in enumerate(names)}
    return pd.DataFrame(
        {"patient": run.prepared.cohort.table["patient"], "truth": run.data.truth, **columns}
    )


def _candidates(run: Run) -> pd.DataFrame:
    """A row a candidate: its figures among unseen patients, and with each hospital left out."""
    rows = []
    kind, truth = run.data.kind, run.data.truth
    for name, validated in run.validated.items():
        title = reference_title(run) if name == REFERENCE else name
        sets = {"folds": run.figures[name]}
        if validated.by_site is not None:
            sets["each hospital left out"] = figures(kind, truth, validated.by_site)
        for how, own_figures in sets.items():
            row: dict[str, Any] = {"model": title, "unseen by": how, "kept": name == run.chosen}
            for figure in own_figures:
                row[figure.name] = figure.value
                row[f"{figure.name}, 95 %"] = span_of(figure.interval)
            rows.append(row)
    return pd.DataFrame(rows)


def _render(run: Run, drawings: dict[str, bytes], tables: dict[str, pd.DataFrame]) -> str:
    pages = environment(Path(__file__).parent, Path(report.__file__).parent)
    opened = ("Candidates", "Against the reference", "Bootstrap", "Coefficients")
    return pages.get_template("outcome.html.jinja").render(
        notice=run.model.notice,
        simulated=run.model.simulated,
        title=run.prepared.recipe.title,
        source=run.prepared.recipe.source,
        chosen=run.chosen,
        patients=run.model.patients,
        sites=run.model.sites,
        refused=f"{100 * run.model.refused:.0f}",
        notes=run.prepared.notes,
        tables=[(title, cells(table), title in opened) for title, table in tables.items()],
        drawings={caption: data_url(picture) for caption, picture in drawings.items()},
        software=run.model.software,
    )
