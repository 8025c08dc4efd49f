"""Search for better values of a recipe: Optuna, many machines on one storage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineLib.errors import BadInput
from SpineLib.store.files import writing
from SpineLib.training.recipe import Recipe, differences
from SpineLib.training.recipe_sections import Range
from SpineLib.training.recipe_text import to_toml
from SpineLib.training.run import Run
from SpineLib.training.trainer import NotFinite, OutOfMemory, Validated

if TYPE_CHECKING:
    import optuna

JOURNAL, TABLE, BEST = "search.journal", "search.csv", "best.toml"

Trial = Callable[[Recipe, Path, Validated], Run]


def search(
    recipe: Recipe,
    trial: Trial,
    out: str | Path,
    *,
    trials: int,
    storage: str = "",
    random: bool = False,
    prune: bool = False,
) -> Recipe:
    """Trains with values drawn from the recipe's ``search`` table until enough were tried.

    Start it on as many machines as there are, with the same recipe and storage: they share what
    they have learnt. A trial whose loss becomes NaN, or which does not fit the memory, counts as
    failed.

    Args:
        recipe: with a ``search`` table.
        trial: trains one recipe into a folder and calls its third argument at each validation.
        out: gets a folder a trial, ``search.csv`` with all trials and ``best.toml``.
        trials: of all machines together; those that run at the end may make it a few more.
        storage: a file that all machines see, or the URL of a database (``postgresql://…``);
            ``out/search.journal`` if empty.
        random: draw at random; else by the tree-structured Parzen estimator (Bergstra et al.
            2011), which learns from earlier trials.
        prune: end trials early that are worse than the median of earlier ones at the same step.

    Returns:
        The best recipe.

    Raises:
        BadInput: nothing to search, a storage of another recipe, or no trial that came through.
    """
    import optuna

    if not recipe.search:
        raise BadInput(
            "The recipe has no table [search]",
            file=recipe.file or None,
            advice='For example: "optimiser.rate" = {low = 1e-5, high = 1e-2, log = true}',
        )
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    study = _study(recipe, storage or str(out / JOURNAL), random=random, prune=prune)

    def objective(one: optuna.Trial) -> float:
        changes = {key: _drawn(one, key, among) for key, among in recipe.search.items()}
        changed = recipe.changed(changes)

        def validated(step: int, metrics: dict[str, float]) -> None:
            one.report(metrics[recipe.select.metric], step)
            if one.should_prune():
                raise optuna.TrialPruned

        run = trial(changed, out / f"trial-{one.number:04d}", validated)
        assert run.best is not None
        return float(run.best["metrics"][recipe.select.metric])

    def stop(study: optuna.Study, _: Any) -> None:
        if len(study.get_trials(deepcopy=False)) >= trials:
            study.stop()

    if len(study.get_trials(deepcopy=False)) < trials:
        study.optimize(objective, callbacks=[stop], catch=(NotFinite, OutOfMemory))
    return _written(study, recipe, out)


def _study(recipe: Recipe, storage: str, *, random: bool, prune: bool) -> optuna.Study:
    import optuna
    from optuna.storages.journal import JournalFileBackend

    where: Any = storage
    if "://" not in storage:
        where = optuna.storages.JournalStorage(JournalFileBackend(storage))
    samplers = optuna.samplers
    study = optuna.create_study(
        study_name=recipe.name,
        storage=where,
        direction="maximize" if recipe.select.best == "max" else "minimize",
        sampler=samplers.RandomSampler() if random else samplers.TPESampler(),
        pruner=optuna.pruners.MedianPruner() if prune else optuna.pruners.NopPruner(),
        load_if_exists=True,
    )
    values = recipe.values()
    known = study.user_attrs.get("recipe")
    if known is None:
        study.set_user_attr("recipe", values)
    else:
        _require_same(Recipe.model_validate(known), recipe, storage)
    return study


def _require_same(known: Recipe, recipe: Recipe, storage: str) -> None:
    other = differences(known, recipe)
    if known.search != recipe.search:
        other.append("search")
    if other:
        raise BadInput(
            f"The search in this storage is of another recipe; they differ in {', '.join(other)}",
            file=storage.split("@")[-1],  # a URL may hold a password before the @
            advice="Give the recipe another name, or choose another storage.",
        )


def _drawn(trial: optuna.Trial, key: str, among: Range) -> Any:
    if among.choices:
        return trial.suggest_categorical(key, among.choices)
    low, high = among.low, among.high
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(key, low, high, log=among.log)
    return trial.suggest_float(key, float(low or 0), float(high or 0), log=among.log)


def _written(study: optuna.Study, recipe: Recipe, out: Path) -> Recipe:
    import optuna

    if not study.get_trials(states=(optuna.trial.TrialState.COMPLETE,)):
        raise BadInput(
            "No trial came through to its end",
            file=out,
            advice="Look at the ranges of the recipe's table [search].",
        )
    with writing(out / TABLE) as temporary:
        study.trials_dataframe(("number", "value", "state", "params", "duration")).to_csv(
            temporary, index=False
        )
    best = recipe.changed(study.best_params)
    with writing(out / BEST) as temporary:
        temporary.write_text(to_toml(best.values()), encoding="utf-8")
    return best
