"""What a classifier knows, fitted; and how much of right and of wrong images is then withheld."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.datasets.cases import LabelledStack
from SpineLib.datasets.consensus import agreed
from SpineLib.errors import BadInput, SpineError
from SpineLib.evaluation.drawings import new_figure, to_png
from SpineLib.inference.canal import locate
from SpineLib.inference.loaded import Loaded
from SpineLib.inference.opinions import opinions
from SpineLib.inference.reasons import why_not
from SpineLib.inference.unlike import (
    LEAST_SLICES,
    Known,
    beside_contrast,
    fit_known,
    fluid_contrasts,
    unlike_scores,
)
from SpineLib.inference.windows import network_input
from SpineLib.models import ModelFolder, write_model
from SpineLib.models.card import Unlike
from SpineLib.progress import Progress
from SpineLib.reasons import NO_CANAL, STACK_UNLIKE, UNLIKE_CODES
from SpineLib.volume import FILE_SUFFIXES, Volume, read_volume

# Patients are parted into so many groups; distances in each are from the statistics of the others,
# since slices that a statistic was fitted to seem nearer than new ones.
_FOLDS = 5
# A stack is withheld from so many standard deviations above the mean of the limits' stacks on. By
# hand: right stacks are to be answered, and wrong ones lie far beyond.
_DEVIATIONS = 3.5
# Share of single slices above which the mean of a stack of few slices is withheld (by hand).
_OF_SMALL = 0.07
# Of the classifier of strangers: the inverse of its penalty, on features of unit variance (by hand).
_PENALTY = 0.1


@dataclass(frozen=True)
class Seen:
    """What a classifier saw on the slices of some stacks, a row a slice that can be assessed.

    Attributes:
        features: [slices, features].
        confidence: how surely the canal was found.
        contrasts: of `SpineLib.inference.unlike.fluid_contrasts`.
        classes: the true class where a slice is labelled, else the model's answer.
        patients, stacks: of each slice.
    """

    features: NDArray[np.float64]
    confidence: NDArray[np.float64]
    contrasts: NDArray[np.float64]
    classes: NDArray[np.int64]
    patients: NDArray[np.str_]
    stacks: NDArray[np.str_]


def see(
    cases: Sequence[LabelledStack], model: Loaded, canal: Loaded, *, progress: Progress
) -> Seen:
    """Shows a classifier every slice of labelled stacks, as a reading does.

    Args:
        cases: labelled for the model's task.
        model: a classifier of slices.
        canal: finds the canal.
        progress: told of each stack.

    Raises:
        BadInput: no slice can be assessed.
    """
    values, parts = model.card.asked.values, []
    for case in progress.track(cases, "Reading labelled stacks"):
        true = {
            k: values.index(value)
            for k, value in agreed(case.labels, model.card.scheme).items()
            if value in values
        }
        parts.append(_shown(case.open(), true, case.patient, case.id, model, canal))
    return _joined(parts)


def see_strangers(folder: Path, model: Loaded, canal: Loaded, *, progress: Progress) -> Seen:
    """The same of images that the model is not made for.

    Args:
        folder: ``KIND/INPUT``, as for `wrong_rows`.
        model, canal, progress: as for `see`.

    Raises:
        BadInput: there is no such folder, or no slice can be assessed.
    """
    return _joined([
        _shown(volume, {}, name, name, model, canal)
        for path in progress.track(_inputs(folder), "Reading strangers")
        for name, volume in _volumes(path)
    ])  # fmt: skip


def _shown(
    volume: Volume, true: Mapping[int, int], patient: str, stack: str, model: Loaded, canal: Loaded
) -> tuple[NDArray, ...]:
    """What `Seen` says of a stack."""
    path = locate(volume, canal)
    batch = network_input(volume, path.centers_ras, model.card.preprocessing)
    chances, features = model.classified(batch)
    classes = chances.argmax(dim=1).numpy()
    classes[list(true)] = list(true.values())
    used = np.array([why is None for why in why_not(volume, path, model.card)])
    rows = int(used.sum())
    return (
        features.double().numpy()[used], path.confidence[used],
        fluid_contrasts(batch, model.card.preprocessing)[used], classes[used],
        np.full(rows, patient), np.full(rows, stack),
    )  # fmt: skip


def _joined(parts: Sequence[tuple[NDArray, ...]]) -> Seen:
    if not sum(len(part[0]) for part in parts):
        raise BadInput("No slice can be assessed")
    return Seen(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def fit_unlike(
    known: Seen, limits: Seen, strangers: Seen, *, known_in_words: str, limits_in_words: str,
    withheld: float,
) -> tuple[Known, Unlike]:  # fmt: skip
    """Statistics of what is known, and limits above which slices and stacks are withheld.

    Args:
        known: slices like those that the model learnt from, of patients whom it did not learn from.
        limits: slices of patients with other scanners, none of whom is measured later.
        strangers: slices that the model is not made for though their headers may say so.
        known_in_words, limits_in_words: for the card.
        withheld: share of the slices of ``limits`` that is withheld.

    Raises:
        BadInput: too few slices for the model's features.
    """
    statistics = fit_known(known.features, known.classes, _fit_stranger(known, strangers))
    patients = np.unique(known.patients)
    fold = {patient: n % _FOLDS for n, patient in enumerate(patients)}
    group = np.array([fold[patient] for patient in known.patients])
    apart = np.empty(len(group))
    for n in np.unique(group):
        others = fit_known(known.features[group != n], known.classes[group != n])
        apart[group == n] = others.distances(_tensor(known.features[group == n]))
    card = Unlike(
        (round(float(apart.mean()), 4), round(float(apart.std()), 4)),
        (round(float(known.confidence.mean()), 4), round(float(known.confidence.std()), 4)),
        0.0, 0.0, 0.0, known_in_words, limits_in_words,
    )  # fmt: skip
    scores = scores_of(limits, statistics, card)
    slice_limit = float(np.quantile(scores, 1 - withheld))
    stacks = stack_means(scores, limits.stacks)
    stack_limit = float(stacks.mean() + _DEVIATIONS * stacks.std())
    small_limit = float(np.quantile(scores, 1 - max(withheld, _OF_SMALL)))
    limited = replace(
        card, slice_limit=round(slice_limit, 2), stack_limit=round(stack_limit, 2),
        small_limit=round(small_limit, 2),
        stranger_limit=round(_stranger_limit(limits, statistics), 2),
    )  # fmt: skip
    return statistics, limited


def _fit_stranger(known: Seen, strangers: Seen) -> NDArray[np.float64]:
    """Weights and offset of `Known.stranger`: a penalised logistic regression, both sides as heavy."""
    from sklearn.linear_model import LogisticRegression

    seen = np.concatenate(
        [beside_contrast(part.features, part.contrasts) for part in (known, strangers)]
    )
    strange = np.repeat([0, 1], [len(known.features), len(strangers.features)])
    mean, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-6
    fitted = LogisticRegression(C=_PENALTY, class_weight="balanced", max_iter=1000)
    fitted.fit((seen - mean) / spread, strange)
    weights = fitted.coef_[0] / spread
    return np.append(weights, fitted.intercept_[0] - weights @ mean)


def _stranger_limit(limits: Seen, known: Known) -> float:
    """As strange as known is where both are as likely, or, if higher, what no right stack exceeds."""
    logits = known.strangeness(_tensor(limits.features), limits.contrasts)
    return max([0.0, *stack_means(logits, limits.stacks)])


def scores_of(seen: Seen, known: Known, card: Unlike) -> NDArray[np.float64]:
    """How unlike each slice is (`SpineLib.inference.unlike.unlike_scores`)."""
    return unlike_scores(known.distances(_tensor(seen.features)), seen.confidence, card)


def stack_means(scores: NDArray[np.float64], stacks: NDArray[np.str_]) -> NDArray[np.float64]:
    """The mean score of each stack of at least `LEAST_SLICES`."""
    table = pd.DataFrame({"stack": stacks, "score": scores}).groupby("stack")["score"]
    return table.mean()[table.count() >= LEAST_SLICES].to_numpy()


def write_unlike(model: ModelFolder, loaded: Loaded, known: Known, card: Unlike) -> ModelFolder:
    """Keeps the statistics beside a model's weights and the limits on its card.

    Figures on the card stay: the network answers as before.

    Args:
        model: its folder is written to, whole or not at all.
        loaded: the same model.
        known, card: of `fit_unlike`.
    """
    tensors = {**loaded.network.state_dict(), **known.tensors()}
    return write_model(model.path, replace(model.card, unlike=card), tensors)


def wrong_rows(
    folder: Path, model: Loaded, canal: Loaded, *, progress: Progress
) -> list[dict[str, object]]:
    """Reads each wrong input as if it were what the model is for; a row a slice.

    Args:
        folder: ``KIND/INPUT``: an input is a volume file or a folder of DICOM, whose every stack
            is read. The kind is what the tables call it.
        model: a classifier that has statistics.
        canal: finds the canal.
        progress: told of each input.

    Raises:
        BadInput: there is no input.
    """
    rows: list[dict[str, object]] = []
    for path in progress.track(_inputs(folder), "Reading wrong inputs"):
        for name, volume in _volumes(path):
            answers = opinions(volume, locate(volume, canal), model)
            whole = answers[0].why
            stack = whole.values["score"] if whole and whole.code == STACK_UNLIKE else None
            rows += [
                {
                    "kind": path.parent.name,
                    "input": name,
                    "index": k,
                    "unlikeness": answer.unlikeness,
                    "stack": stack,
                    "value": answer.value,
                    "reason": answer.why.code if answer.why else "",
                }
                for k, answer in enumerate(answers)
            ]
    if not rows:
        raise BadInput("There is no wrong input", file=folder, advice="Lay it out as KIND/INPUT.")
    return rows


def wrong_table(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Of each kind and of all: inputs, those of which nothing is answered, and slices likewise."""
    table = pd.DataFrame(list(rows))
    table["silent"] = table["value"] == ""
    table["unlike"] = table["reason"].isin(UNLIKE_CODES)
    table["no canal"] = table["reason"] == NO_CANAL
    summary = []
    groups = [*table.groupby("kind", sort=True), ("all", table)]
    for kind, own in groups:
        inputs = own.groupby(["kind", "input"])["silent"].mean()
        summary.append({
            "kind": kind, "inputs": len(inputs), "withheld": int((inputs == 1).sum()),
            "share": float((inputs == 1).mean()), "slices": len(own),
            "slices withheld": float(own["silent"].mean()),
            "as unlike": float(own["unlike"].mean()), "without a canal": float(own["no canal"].mean()),
        })  # fmt: skip
    return pd.DataFrame(summary)


def draw_unlike(groups: dict[str, NDArray[np.float64]], card: Unlike, what: str) -> bytes:
    """Histograms of slices' scores, a row a group, with the limit of slices.

    Args:
        groups: name → scores.
        card: the limits.
        what: ``slices`` or ``stacks``; decides which limit is drawn.
    """
    figure, axes = new_figure((8, 1.0 + 0.75 * len(groups)), rows=(1,) * len(groups))
    limit = card.slice_limit if what == "slices" else card.stack_limit
    bins = np.linspace(-4, 25, 59)
    for axis, (name, scores) in zip(axes, groups.items(), strict=True):
        shown = scores[np.isfinite(scores)]
        axis.hist(np.clip(shown, bins[0], bins[-1]), bins=bins.tolist(), color="#0072B2")
        axis.axvline(limit, color="#D55E00")
        axis.set_yticks([])
        axis.set_ylabel(f"{name}\n{len(shown)}", rotation=0, ha="right", va="center", fontsize=7)
    axes[-1].set_xlabel(f"how unlike, of {what} (all beyond 25 in the last bar); line: limit")
    return to_png(figure)


def _inputs(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadInput("is not a folder", file=folder, advice="Lay it out as KIND/INPUT.")
    kinds = [kind for kind in sorted(folder.iterdir()) if kind.is_dir()]
    return [path for kind in kinds for path in sorted(kind.iterdir())]


def _volumes(path: Path) -> Iterator[tuple[str, Volume]]:
    """Each stack of an input that can be read; what cannot be is refused by a reading too."""
    from SpineLib.dicom.read import read
    from SpineLib.dicom.scan import scan

    try:
        if path.is_file():
            if path.name.endswith(FILE_SUFFIXES):
                yield path.name, read_volume(path)
            return
        for study in scan(path).studies:
            for stack in (stack for series in study.series for stack in series.stacks):
                try:
                    yield f"{path.name} {stack.id}", read(stack)
                except SpineError:
                    continue
    except SpineError:
        return


def _tensor(features: NDArray[np.float64]):  # type: ignore[no-untyped-def]
    import torch

    return torch.from_numpy(features).float()
