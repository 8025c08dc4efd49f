"""The commands ``outcome …``: severity and outcome from a table of patients. Research only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from SpineLib.doors.console import Json, print_json, print_table, progress_bar, say, say_notes
from SpineLib.errors import BadRequest
from SpineLib.labels import RESEARCH_NOTICE, STARTER_NOTICE

if TYPE_CHECKING:
    from SpineLib.outcome.table import Cohort

outcome = typer.Typer(
    no_args_is_help=True,
    help="How severe the disease is, and what becomes of the patient. Research only.",
)

Table = Annotated[
    Path, typer.Argument(metavar="TABLE", help="CSV, Parquet or REDCap's CSV, a row a patient.")
]
MappingFile = Annotated[
    Path | None,
    typer.Option("--mapping", help="TOML: which column is which, codes, units, visits."),
]
Readings = Annotated[
    Path | None,
    typer.Option("--readings", help="Folder with a findings.json a patient, joined to the table."),
]
KeyFolder = Annotated[
    Path | None,
    typer.Option("--key", help="Folder of the secret that identifiers are hashed with."),
]
Seed = Annotated[int, typer.Option(help="Another number is other chance.", min=0)]


@outcome.command()
def dictionary(as_json: Json = False) -> None:
    """Show the data dictionary: every column, its unit and range."""
    from SpineLib.outcome.dictionary import VARIABLES

    if as_json:
        print_json([
            {"name": v.name, "title": v.title, "when": v.when, "kind": v.kind, "unit": v.unit,
             "range": v.range} for v in VARIABLES
        ])  # fmt: skip
        return
    print_table(("column", "what", "when", "range"),
                [[v.name, v.title, v.when, v.range] for v in VARIABLES])  # fmt: skip


@outcome.command()
def recipes() -> None:
    """Show the questions that come with the program."""
    from SpineLib.outcome.recipe import read_recipe, recipe_names

    all_recipes = [read_recipe(name) for name in recipe_names()]
    print_table(("recipe", "question", "predictors", "after"),
                [[r.name, r.title, ", ".join(r.predictors), r.source] for r in all_recipes])  # fmt: skip


@outcome.command()
def simulate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV to write.")],
    count: Annotated[int, typer.Option(help="How many patients.", min=1)] = 500,
    seed: Seed = 1,
    missing: Annotated[float, typer.Option(help="Share of the cells that are missing.")] = 0.1,
    how: Annotated[
        str, typer.Option(help="random, or not-random: bad values more often.")
    ] = "random",
) -> None:
    """Make a cohort of simulated patients with known truth, at three hospitals."""
    from SpineLib.simulate.clinical import write_patients

    with progress_bar() as progress:
        write_patients(file, count, seed, missing=missing, how=how, progress=progress)
    say(f"{count} simulated patients are in {file}")
    say(STARTER_NOTICE)


@outcome.command()
def check(
    table: Table,
    mapping: MappingFile = None,
    readings: Readings = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for missing.csv and missing.png.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a table against the dictionary, and count and draw what is missing."""
    cohort = _cohort(table, mapping, readings, None)
    missing = cohort.missing()
    if out is not None:
        from SpineLib.outcome.page import write_check

        write_check(cohort, out)
    if as_json:
        print_json({"patients": len(cohort.table), "notes": list(cohort.notes),
                    "missing": missing.to_dict("records")})  # fmt: skip
        return
    print_table(("column", "what", "missing", "share"), [
        [column.column, column.title, str(column.missing), f"{100 * column.share:.0f} %"]
        for column in missing.itertuples()
    ], f"{len(cohort.table)} patients")  # fmt: skip
    say_notes(cohort.notes)
    say(RESEARCH_NOTICE)


@outcome.command()
def fit(
    table: Table,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the page and the model.")],
    recipe: Annotated[str, typer.Option(help="Name of a recipe, or a TOML file.")] = "good-outcome",
    mapping: MappingFile = None,
    readings: Readings = None,
    model: Annotated[
        str, typer.Option(help="Keep this one of the recipe's models, not the best.")
    ] = "",
    without: Annotated[
        list[str] | None, typer.Option(help="Leave this predictor out; may repeat.")
    ] = None,
    preset: Annotated[
        str, typer.Option(help="Do not fit: a published model with this cohort's constant.")
    ] = "",
    draws: Annotated[int, typer.Option(help="Bootstrap draws.", min=10)] = 100,
    seed: Seed = 0,
    key: KeyFolder = None,
    as_json: Json = False,
) -> None:
    """Make a model of a table, and measure it on patients that it had not seen."""
    from SpineLib.outcome.recipe import read_recipe
    from SpineLib.outcome.run import run

    chosen = read_recipe(recipe).without(tuple(without or ()))
    cohort = _cohort(table, mapping, readings, key or out)
    if preset:
        _fit_preset(cohort, preset, out, draws, seed)
        return
    from SpineLib.outcome.page import write_run

    with progress_bar() as progress:
        done = run(cohort, chosen, candidate=model, draws=draws, seed=seed, progress=progress)
        page = write_run(done, out)
    if as_json:
        print_json({
            "model": str(out / "model"), "kept": done.chosen, "notice": done.model.notice,
            "figures": {name: [_figure(f) for f in figures] for name, figures in done.figures.items()},
        })  # fmt: skip
        return
    from SpineLib.evaluation.report import span_of

    for name, figures in done.figures.items():
        kept = ", kept" if name == done.chosen else ""
        print_table(("figure", "value", "95 %", "of"), [
            [f.name, f.note if f.value is None else f"{f.value:.3f}", span_of(f.interval), f.of]
            for f in figures
        ], f"{name}{kept}")  # fmt: skip
    say_notes(done.prepared.notes)
    say(f"The page is {page}; the model is {out / 'model'}")
    say(done.model.notice)


@outcome.command()
def predict(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `fit` wrote.")],
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=VALUE", help="As --set age=67; may repeat."),
    ] = None,
    reading: Annotated[
        Path | None,
        typer.Option(help="A reading's folder: it fills columns, and its report shows the answer."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Answer for a patient unlike the model's own; marked.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask a model of one patient: never a bare number."""
    from dataclasses import asdict

    from SpineLib.outcome.prediction import predict as ask
    from SpineLib.outcome.prediction import read_values
    from SpineLib.outputs.prognosis import write_prognosis

    opened = _model(model)
    given: dict[str, Any] = _reading_values(reading) if reading else {}
    given.update(_settings(values or []))
    answer = ask(opened, read_values(given), force=force)
    idle = set(_settings(values or [])) - {column.variable for column in opened.columns}
    if reading:
        write_prognosis(answer, reading)
    if as_json:
        print_json({**asdict(answer), "headline": answer.headline})
        return
    say(answer.question)
    say(answer.headline)
    for line in answer.lines:
        say(f"  {line}")
    if idle:
        say_notes((f"The model does not use {', '.join(sorted(idle))}.",))
    say(f"{answer.model}. {answer.notice}")


@outcome.command()
def presets(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Rank a table by this one.")] = "",
    table: Annotated[Path | None, typer.Option(help="The table.")] = None,
    mapping: MappingFile = None,
    readings: Readings = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV for the ranks.")] = None,
) -> None:
    """Show published models as far as their papers print them, or rank patients by one."""
    from SpineLib.outcome.presets import PRESETS, ranking

    if not name:
        for preset in PRESETS:
            say(f"{preset.name}: {preset.source}")
            say(f"  predicts: {preset.outcome}")
            for column, ratio in preset.ratios.items():
                say(f"  {column}: {ratio}")
            say(f"  measured: {preset.measured}")
            say(f"  not read: {preset.unknown}")
            use = "ranks patients; gives a probability only with a cohort's constant"
            say(
                f"  here: {use if preset.coefficients else f'fit the recipe {preset.recipe} to a cohort'}"
            )
        say(RESEARCH_NOTICE)
        return
    chosen = ranking(name)
    if table is None:
        raise BadRequest("A table is needed", advice="Name it.", command="--table FILE")
    from SpineLib.evaluation.report import write_table
    from SpineLib.outcome.ranks import ranks_of

    cohort = _cohort(table, mapping, readings, None if out is None else out.parent)
    ranked = ranks_of(cohort, chosen)
    known = ranked["rank"].notna()
    if out is not None:
        write_table(ranked, out)
        say(f"The ranks are in {out}")
    say(f"{int(known.sum())} of {len(ranked)} patients have all that {name} asks for. It has no "
        "constant, so these are ranks and no probabilities.")  # fmt: skip
    say(RESEARCH_NOTICE)


def _fit_preset(cohort: Cohort, name: str, out: Path, draws: int, seed: int) -> None:
    from SpineLib.evaluation.report import span_of
    from SpineLib.outcome.model import write_model
    from SpineLib.outcome.presets import ranking
    from SpineLib.outcome.recipe import read_recipe
    from SpineLib.outcome.run import recalibrated

    model = recalibrated(cohort, read_recipe(ranking(name).recipe), name, draws=draws, seed=seed)
    write_model(model, out / "model")
    print_table(("figure", "value", "95 %"), [
        [f["name"], f"{f['value']:.3f}", span_of(f["interval"])] for f in model.figures
    ], model.title)  # fmt: skip
    say_notes(model.notes)
    say("The published coefficients were not fitted to these patients; the constant was.")
    say(f"The model is {out / 'model'}")
    say(model.notice)


def _model(folder: Path) -> Any:
    from SpineLib.outcome.model import CARD, read_model

    inside = folder / "model"
    return read_model(inside if (inside / CARD).is_file() else folder)


def _cohort(table: Path, mapping: Path | None, readings: Path | None, key: Path | None) -> Cohort:
    from SpineLib.outcome.imaging import read_imaging
    from SpineLib.outcome.mapping import read_mapping
    from SpineLib.outcome.table import read_cohort

    mapped = read_mapping(mapping) if mapping else None
    imaging = read_imaging(readings) if readings else None
    return read_cohort(table, mapping=mapped, readings=imaging, key=key)


def _reading_values(folder: Path) -> dict[str, float]:
    from SpineLib.findings_file import read_json
    from SpineLib.outcome.imaging import imaging_of

    return imaging_of(read_json(folder / "findings.json"))


def _settings(given: list[str]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals:
            raise BadRequest(f"{setting!r} is not a column and a value", advice="As --set age=67.")
        if settings.setdefault(name.strip(), value) != value:
            raise BadRequest(f"--set says {name.strip()} twice", advice="Keep one of them.")
    return settings


def _figure(figure: Any) -> dict[str, Any]:
    return {"name": figure.name, "value": figure.value, "interval": figure.interval,
            "of": figure.of}  # fmt: skip
