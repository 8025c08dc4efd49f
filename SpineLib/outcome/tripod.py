"""TRIPOD+AI's checklist (Collins et al. 2024, BMJ 385:e078378), as far as a run knows the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpineLib.evaluation.report import span_of
from SpineLib.outcome.dictionary import variable
from SpineLib.outcome.fitting import DRAWS, INNER, is_native
from SpineLib.outcome.prediction import OUTSIDE
from SpineLib.outcome.validation import OUTER, REFERENCE

if TYPE_CHECKING:
    from SpineLib.outcome.run import Run

AUTHORS = "for the authors"


def checklist(run: Run) -> list[tuple[str, str, str]]:
    """Item, topic, and what the run knows of it; `AUTHORS` where only a person does."""
    recipe, data, model = run.prepared.recipe, run.data, run.model
    titles = ", ".join(variable(name).title for name in recipe.predictors)
    helping = ", ".join(variable(name).title for name in recipe.auxiliary) or "none"
    sites = sorted(set(data.sites.astype(str)) - {""})
    filled = (
        "left as they are, which the trees can use"
        if is_native(run.chosen)
        else f"filled {DRAWS} times from a joint normal distribution that knows the answer while "
        "fitting and does not while predicting, the fillings stacked"
    )
    shown = "; ".join(
        f"{f.name} {f.value:.3f} ({span_of(f.interval)})" for f in run.figures[run.chosen]
        if f.value is not None
    )  # fmt: skip
    apparent = "; ".join(f"{k} {v:+.3f}" for k, v in run.bootstrapped.optimism.items())
    simulated = "SIMULATED patients: nothing here says anything of real ones. " * model.simulated
    return [
        ("1", "Title", f"Development and internal validation: {recipe.title}; {run.chosen}"),
        ("2", "Abstract", AUTHORS),
        ("3a", "Healthcare context", AUTHORS),
        ("3b", "Target population and purpose", AUTHORS),
        ("3c", "Health inequalities", AUTHORS),
        ("4", "Objectives", f"Development with internal{' and internal-external' * (len(sites) > 1)} "
         "validation"),
        ("5a", "Sources of data", f"{simulated}One table of patients"),
        ("5b", "Dates", f"{AUTHORS}; the run keeps no dates"),
        ("6a", "Setting", f"{len(sites) or 'unknown number of'} hospitals"),
        ("6b", "Eligibility", AUTHORS),
        ("6c", "Treatments", AUTHORS),
        ("7", "Data preparation", "Units and ranges by the data dictionary; regressions are fitted to "
         "standardised columns"),
        ("8a", "Outcome", f"{recipe.title}. {recipe.source}"),
        ("8b", "Assessors of the outcome", AUTHORS),
        ("8c", "Blinding of the outcome", AUTHORS),
        ("9a", "Choice of predictors", f"Before the run, by the recipe: {titles}"),
        ("9b", "Definition of predictors", f"The data dictionary. Only to fill gaps: {helping}"),
        ("9c", "Assessors of predictors", AUTHORS),
        ("10", "Sample size", f"{model.patients} patients, {data.predictors} predicting columns; "
         "all that were in the table"),
        ("11", "Missing data", f"Missing values were {filled}. " + " ".join(run.prepared.notes)),
        ("12a", "Use of the data", f"All of it, in {OUTER} folds; each hospital left out in turn"),
        ("12b", "Handling of predictors", "Linear in regressions, yes and no as 1 and 0"),
        ("12c", "Type of model and its building", f"Candidates {', '.join(recipe.models)}; tuned by "
         f"the log loss in {INNER} inner folds; “{run.chosen}” was "
         f"kept; setting {run.bootstrapped.members[0].setting}"),
        ("12d", "Heterogeneity", "Each hospital left out in turn; figures of each hospital"),
        ("12e", "Measures of performance", "AUC, Brier score, calibration slope and intercept, net "
         "benefit" if model.classes else "Share of variance explained, mean absolute error, slope"),
        ("12f", "Model updating", "None"),
        ("12g", "Calculation of predictions", "outcome.json holds every number; spine outcome predict"),
        ("13", "Class imbalance", "Nothing was resampled or weighted"),
        ("14", "Fairness", "Figures by sex, age and hospital, below; nothing was done to change them"),
        ("15", "Model output", "Probability of each class" if model.classes else "A number"),
        ("16", "Development and evaluation data", "The same patients, held out in turn"),
        ("17", "Ethical approval", AUTHORS),
        ("18a–f", "Funding, interests, protocol, registration, data, code",
         f"{AUTHORS}; the code is {model.software}, seed {run.seed}"),
        ("19", "Patient and public involvement", AUTHORS),
        ("20a", "Flow of participants", " ".join(run.prepared.notes) or "Nobody was left out"),
        ("20b", "Characteristics", "Columns, missing cells and groups are in the tables below"),
        ("20c", "Development against evaluation data", "The same patients"),
        ("21", "Numbers in each analysis", f"{model.patients} patients; groups in the tables below"),
        ("22", "Full model", "Coefficients below" if run.coefficients else "trees.npz"),
        ("23a", "Performance", f"Unseen patients: {shown}"),
        ("23b", "Heterogeneity of performance", "Figures of each hospital, below"),
        ("24", "Model updating", "None"),
        ("25", "Interpretation", AUTHORS),
        ("26", "Limitations", f"{AUTHORS}. Bootstrap optimism: {apparent}. "
         f"{'Held against ' + REFERENCE + ' below. ' if REFERENCE in run.validated else ''}"
         f"The model refuses {100 * model.refused:.0f} % of its own patients"),
        ("27a", "Poor or missing input", f"Refused beyond {100 * OUTSIDE:.0f} % of the patients on "
         "either side; the effect of what is missing is shown"),
        ("27b", "User's part and expertise", f"{AUTHORS}. Research only, not for decisions"),
        ("27c", "Next steps", f"{AUTHORS}: an external validation is needed before any use"),
    ]  # fmt: skip
