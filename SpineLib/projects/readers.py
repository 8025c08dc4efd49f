"""Agreement of readers, and readers and the model against the consensus, with and without help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from SpineLib.evaluation.agreement import (
    WEIGHTS,
    Agreement,
    Level,
    cohen,
    fleiss_of,
    gwet_of,
    kappa,
    krippendorff_of,
    rating_counts,
    specific,
)
from SpineLib.evaluation.figures import Figure, measured, share
from SpineLib.evaluation.statistics import (
    Comparison,
    bootstrap,
    exact_interval,
    mcnemar,
    signed_rank,
)
from SpineLib.labels import NOT_ASSESSED
from SpineLib.projects.labels import ASSISTED, UNASSISTED
from SpineLib.projects.tables import Readings
from SpineLib.wording import count

LOW_HIGH = ("low", "high")
MODEL, CONSENSUS = "model", "consensus"


@dataclass(frozen=True)
class ReaderStudy:
    """What was found.

    Attributes:
        title: of the project.
        readings: what it was found in.
        sections: heading → figures.
        tables: name → table, for CSV and the page.
        against: who is judged (a reader's name, or the model's) → figures against the consensus,
            which are among the sections as well.
        confusions: which of the tables count label against label.
        notes: how things were counted, in sentences.
    """

    title: str
    readings: Readings
    sections: dict[str, tuple[Figure, ...]]
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    against: dict[str, tuple[Figure, ...]] = field(default_factory=dict)
    confusions: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def figure(self, section: str, name: str) -> Figure:
        """The figure of this name.

        Raises:
            KeyError: there is none.
        """
        return {figure.name: figure for figure in reversed(self.sections[section])}[name]

    def table(self) -> pd.DataFrame:
        """Every figure as a row."""
        return pd.DataFrame([
            {"of": section, **figure.row("counted")}
            for section, figures in self.sections.items()
            for figure in figures
        ])  # fmt: skip


def evaluate_readers(readings: Readings, title: str = "") -> ReaderStudy:
    """Every figure and table that the labels allow.

    Args:
        readings: of `SpineLib.projects.tables.readings_of`.
        title: of the project.
    """
    sections: dict[str, tuple[Figure, ...]] = {}
    confusions: dict[str, pd.DataFrame] = {}
    for a, b in combinations(readings.readers, 2):
        labels_a, labels_b = readings.first[a], readings.first[b]
        sections[f"{a} and {b}"] = tuple(_pair(readings, labels_a, labels_b))
        confusions[f"confusion {a} and {b}"] = confusion(readings, labels_a, labels_b, a, b)
    if len(readings.readers) > 2:
        sections["all readers"] = tuple(_several(readings))
    for name in readings.readers:
        again = readings.again[name]
        if (again != "").any():
            sections[f"{name} with themselves"] = tuple(
                _pair(readings, readings.first[name], again)
            )
            confusions[f"confusion {name} first and again"] = confusion(
                readings, readings.first[name], again, f"{name} first", f"{name} again"
            )
    judged = dict(_judged(readings))
    against = {who: tuple(_against(readings, who, labels)) for who, labels in judged.items()}
    for who, labels in judged.items():
        sections[f"{who} against the consensus"] = against[who]
        final = np.where(_counts(readings, who, labels), readings.final, "")
        confusions[f"confusion {who} against the consensus"] = confusion(
            readings, final, labels, CONSENSUS, who
        )
    _assisted_pairs(readings, sections)
    tables = {
        **confusions,
        "comparisons": _comparisons(readings, judged),
        "by level": _by_level(readings, judged),
        "by label": _by_label(readings, judged),
        "with and without help": _assistance(readings),
    }
    kept = {name: table for name, table in tables.items() if len(table)}
    return ReaderStudy(
        title, readings, sections, kept, against, frozenset(confusions), tuple(_notes(readings))
    )


def confusion(
    readings: Readings, down: NDArray, across: NDArray, down_name: str, across_name: str
) -> pd.DataFrame:
    """Counts of label against label, of the slices that both labelled; ``not assessed`` apart."""
    rows = (down != "") & ((across != "") | (across_name == MODEL))
    names = list(readings.scheme.values)
    columns = [*names, NOT_ASSESSED] if (across[rows] == "").any() else names
    counts = pd.DataFrame(0, index=names, columns=columns)
    for x, y in zip(down[rows], across[rows], strict=True):
        counts.loc[x, y or NOT_ASSESSED] += 1
    counts.insert(0, f"{down_name} \\ {across_name}", names)
    return counts.reset_index(drop=True)


def _pair(readings: Readings, first: NDArray, second: NDArray) -> Iterator[Figure]:
    rows = (first != "") & (second != "")
    a, b, patients = first[rows], second[rows], readings.patients[rows]
    values, none = readings.scheme.values, "no slice was labelled by both"
    every = np.ones(len(a), bool)
    yield share("agreement", a == b, every, patients, missing=none)
    table = _table(a, b, values)
    for n, value in enumerate(values):

        def metric(k: NDArray[np.intp], category: int = n) -> float:
            return specific(table(k), category)

        given = f"{int((a == value).sum())} and {int((b == value).sum())} slices"
        yield measured(f"agreement on {value}", metric, patients, of=given,
                       missing="neither said so")  # fmt: skip
    yield from _chance(a, b, values, patients, "")
    if len(values) > 2:
        x, y = (np.where(readings.positive(labels), *LOW_HIGH[::-1]) for labels in (a, b))
        yield share("agreement low/high", x == y, every, patients, missing=none)
        yield from _chance(x, y, LOW_HIGH, patients, " low/high")


def _table(
    a: NDArray, b: NDArray, values: tuple[str, ...]
) -> Callable[[NDArray[np.intp]], NDArray[np.int64]]:
    """Counts [values, values] of chosen rows."""
    places = _places(a, values) * len(values) + _places(b, values)

    def counts(k: NDArray[np.intp]) -> NDArray[np.int64]:
        size = len(values)
        return np.bincount(places[k], minlength=size**2).reshape(size, size)

    return counts


def _places(labels: NDArray, values: tuple[str, ...]) -> NDArray[np.int64]:
    order = {value: n for n, value in enumerate(values)}
    return np.array([order[label] for label in labels], np.int64)


def _chance(
    a: NDArray, b: NDArray, values: tuple[str, ...], patients: NDArray, what: str
) -> Iterator[Figure]:
    """Cohen's kappa, AC1 and AC2; weighted ones where there is an order of more than two."""
    kinds = WEIGHTS if len(values) > 2 else WEIGHTS[:1]
    of, table = count(len(a), "slice"), _table(a, b, values)
    for kind in kinds:
        suffix = "" if kind == "identity" else f", {kind}"
        agreement = cohen(table(np.arange(len(a))), weights=kind)

        def weighted(k: NDArray[np.intp], w: str = kind) -> float:
            return kappa(table(k), weights=w)

        yield _coefficient(f"κ{what}{suffix}", agreement, bootstrap(weighted, patients), of)
    each = np.eye(len(values))
    yield from _gwet(each[_places(a, values)] + each[_places(b, values)], patients, what, of)


def _gwet(counts: NDArray[np.float64], patients: NDArray, what: str, of: str) -> Iterator[Figure]:
    for kind in WEIGHTS if counts.shape[1] > 2 else WEIGHTS[:1]:
        name = f"AC1{what}" if kind == "identity" else f"AC2{what}, {kind}"
        if len(counts) < 2:
            yield _coefficient(name, None, None, of)
            continue

        def metric(k: NDArray[np.intp], w: str = kind) -> float:
            return gwet_of(counts[k], weights=w).value

        agreement = gwet_of(counts, weights=kind)
        yield _coefficient(name, agreement, bootstrap(metric, patients), of)


def _coefficient(
    name: str, agreement: Agreement | None, interval: tuple[float, float] | None, of: str
) -> Figure:
    if agreement is None or not np.isfinite(agreement.value):
        why = "not defined: one label only, or too few slices"
        return Figure(name, None, of=of, note=why)
    note = f"standard error {agreement.error:.3f}"
    # Where both agree wholly the standard error is 0, which is not being sure.
    alone, method = (
        (agreement.interval, "from the standard error") if agreement.error else (None, "")
    )
    return Figure(name, agreement.value, interval, alone, method, of, note)


def _several(readings: Readings) -> Iterator[Figure]:
    values = readings.scheme.values
    every = np.array([readings.first[name] for name in readings.readers]).T
    counts = rating_counts([[v or None for v in row] for row in every], values)
    rows = counts.sum(axis=1) > 1
    counts, patients = counts[rows], readings.patients[rows]
    whole = int((counts.sum(axis=1) == len(readings.readers)).sum())
    of = count(len(counts), "slice")
    yield measured("Fleiss' κ", lambda k: fleiss_of(counts[k], len(readings.readers)), patients,
                   of=f"{whole} slices that all labelled", missing="one label only")  # fmt: skip
    levels: tuple[Level, ...] = ("nominal", "ordinal") if len(values) > 2 else ("nominal",)
    for level in levels:

        def alpha(k: NDArray[np.intp], own: Level = level) -> float:
            return krippendorff_of(counts[k], level=own)

        yield measured(f"Krippendorff's α, {level}", alpha, patients, of=of,
                       missing="one label only")  # fmt: skip
    yield from _gwet(counts, patients, "", of)


def _judged(readings: Readings) -> Iterator[tuple[str, NDArray]]:
    """Who can be held against the consensus: the model always, a reader where there are several."""
    if len(readings.readers) > 1:
        for name in readings.readers:
            yield name, readings.first[name]
    if readings.model is not None:
        yield MODEL, readings.model


def _counts(readings: Readings, who: str, labels: NDArray) -> NDArray[np.bool_]:
    """Rows that count for somebody: a reader's labels, and all that the model was asked."""
    if who == MODEL and readings.asked is not None:
        return readings.asked
    return labels != ""


def _against(readings: Readings, who: str, labels: NDArray) -> Iterator[Figure]:
    rows = (readings.final != "") & _counts(readings, who, labels)
    truth, called = readings.positive(readings.final), readings.positive(labels)
    right = (truth == called) & (labels != "")
    patients = readings.patients
    yield share("sensitivity", right, rows & truth, patients, missing="no slice is positive")
    yield share("specificity", right, rows & ~truth, patients, missing="every slice is positive")
    yield share("accuracy", right, rows, patients, missing="no label is settled")
    if len(readings.scheme.values) > 2:
        yield share("same grade", labels == readings.final, rows, patients,
                    missing="no label is settled")  # fmt: skip


def _comparisons(readings: Readings, judged: dict[str, NDArray]) -> pd.DataFrame:
    """McNemar's exact test of each two of them on the slices that both labelled."""
    truth, lines = readings.positive(readings.final), []
    for a, b in combinations(judged, 2):
        labels_a, labels_b = judged[a], judged[b]
        rows = readings.final != ""
        for who, labels in ((a, labels_a), (b, labels_b)):
            rows = rows & _counts(readings, who, labels)
        right = [(readings.positive(x) == truth) & (x != "") for x in (labels_a, labels_b)]
        for figure, chosen in (("sensitivity", rows & truth), ("specificity", rows & ~truth),
                               ("accuracy", rows)):  # fmt: skip
            if chosen.any():
                test = mcnemar(right[0][chosen], right[1][chosen])
                lines.append({
                    "first": a, "second": b, "figure": figure, "slices": int(chosen.sum()),
                    "value_first": test.first, "value_second": test.second,
                    "difference": test.difference, "p": test.p, "test": test.method,
                })  # fmt: skip
    return pd.DataFrame(lines)


def _by_level(readings: Readings, judged: dict[str, NDArray]) -> pd.DataFrame:
    levels = readings.table["level"].to_numpy(dtype=str)
    truth, lines = readings.positive(readings.final), []
    for level in sorted(set(levels) - {""}):
        here = levels == level
        for who, labels in judged.items():
            rows = here & (readings.final != "") & _counts(readings, who, labels)
            right = (readings.positive(labels) == truth) & (labels != "")
            lines.append({"level": level, "who": f"{who} against the consensus",
                          "slices": int(rows.sum()), **_rates(right, truth, rows)})  # fmt: skip
        for a, b in combinations(readings.readers, 2):
            labels_a, labels_b = readings.first[a], readings.first[b]
            rows = here & (labels_a != "") & (labels_b != "")
            lines.append({"level": level, "who": f"{a} and {b}", "slices": int(rows.sum()),
                          **_rate("agreement", labels_a == labels_b, rows)})  # fmt: skip
    return pd.DataFrame(lines)


def _by_label(readings: Readings, judged: dict[str, NDArray]) -> pd.DataFrame:
    """How often each final label was given by each."""
    lines = []
    for value in readings.scheme.values:
        for who, labels in judged.items():
            rows = (readings.final == value) & _counts(readings, who, labels)
            lines.append({"final_label": value, "who": who, "slices": int(rows.sum()),
                          **_rate("same_label", labels == value, rows)})  # fmt: skip
    return pd.DataFrame(lines)


def _rates(right: NDArray, truth: NDArray, rows: NDArray) -> dict[str, object]:
    return {**_rate("sensitivity", right, rows & truth),
            **_rate("specificity", right, rows & ~truth)}  # fmt: skip


def _rate(name: str, hit: NDArray, rows: NDArray) -> dict[str, object]:
    total, hits = int(rows.sum()), int((hit & rows).sum())
    if not total:
        return {name: None, f"{name}_low": None, f"{name}_high": None, f"{name}_of": "0 of 0"}
    low, high = exact_interval(hits, total)
    return {name: hits / total, f"{name}_low": low, f"{name}_high": high,
            f"{name}_of": f"{hits} of {total}"}  # fmt: skip


def _assistance(readings: Readings) -> pd.DataFrame:
    """The same reader on the same slices with and without the model's answer."""
    truth, lines = readings.positive(readings.final), []
    for name in readings.readers:
        arms = readings.first[name], readings.assisted[name]
        both = (arms[0] != "") & (arms[1] != "")
        if not both.any():
            continue
        times = [readings.seconds[name, arm] for arm in (UNASSISTED, ASSISTED)]
        timed = both & np.isfinite(times[0]) & np.isfinite(times[1])
        if timed.any():
            test = signed_rank(times[0][timed], times[1][timed])
            without, helped = (float(np.median(seconds[timed])) for seconds in times)
            lines.append(_row(name, "median seconds", timed, without, helped, test))
        right = [(readings.positive(labels) == truth) & both for labels in arms]
        settled = both & (readings.final != "")
        for figure, rows in (("sensitivity", settled & truth), ("specificity", settled & ~truth),
                             ("accuracy", settled)):  # fmt: skip
            if rows.any():
                paired = mcnemar(right[0][rows], right[1][rows])
                lines.append(_row(name, figure, rows, paired.first, paired.second, paired))
        if readings.model is not None:
            rows = both & (readings.model != "")
            if rows.any():
                paired = mcnemar(*((labels == readings.model)[rows] for labels in arms))
                lines.append(_row(name, "agreement with the model", rows, paired.first,
                                  paired.second, paired))  # fmt: skip
    return pd.DataFrame(lines)


def _row(
    reader: str, figure: str, rows: NDArray, without: float, helped: float, test: Comparison | None
) -> dict[str, object]:
    return {"reader": reader, "figure": figure, "slices": int(rows.sum()), "without": without,
            "with": helped, "difference": helped - without, "p": test.p if test else None,
            "test": test.method if test else ""}  # fmt: skip


def _assisted_pairs(readings: Readings, sections: dict[str, tuple[Figure, ...]]) -> None:
    """Agreement of two readers with help, and without it on the same slices."""
    for a, b in combinations(readings.readers, 2):
        both = (readings.assisted[a] != "") & (readings.assisted[b] != "")
        both &= (readings.first[a] != "") & (readings.first[b] != "")
        if both.any():
            for arm, arm_labels in (("without", readings.first), ("with", readings.assisted)):
                labels_a, labels_b = (np.where(both, arm_labels[name], "") for name in (a, b))
                sections[f"{a} and {b}, {arm} the model, same slices"] = tuple(
                    _pair(readings, labels_a, labels_b)
                )


def _notes(readings: Readings) -> Iterator[str]:
    final = readings.final
    several = len(readings.readers) > 1
    if several:
        yield (
            "The consensus is what all readers of a slice said, else what they settled together. "
            "Each reader is part of it, which makes readers look better against it than the model."
        )
    else:
        yield "There is one reader: the model is held against this reader's labels."
    labelled = np.any([readings.first[name] != "" for name in readings.readers], axis=0)
    if open_ := int((labelled & (final == "")).sum()):
        yield (
            f"{count(open_, 'slice')} on which readers disagree and nothing was settled: in no "
            "figure against the consensus."
        )
    if none := int((~labelled).sum()):
        yield f"{count(none, 'slice')} that nobody labelled."
    if readings.model is not None:
        was_asked = _counts(readings, MODEL, readings.model)
        missing = int((was_asked & (readings.model == "")).sum())
        yield (
            f"The model is {readings.model_name}. {count(missing, 'slice')} that it did not "
            "assess count as wrong. Borderline slices are not compressed."
        )
        if left := int((~was_asked).sum()):
            yield f"{count(left, 'slice')} that the model was not run on: in none of its figures."
    high = ", ".join(readings.scheme.values[readings.scheme.first_positive :])
    yield f"Positive, for sensitivity and specificity: {high}."
    yield (
        "Agreement on a label is specific agreement: of the times that either reader gave it, how "
        "often the other did too."
    )
    yield (
        "McNemar's and Wilcoxon's tests take slices as independent; p-values are not corrected "
        "for their number."
    )
    if any((labels != "").any() for labels in readings.assisted.values()):
        yield (
            "The assisted arm was read after the unassisted one, on the same slices, so that "
            "remembering them may have helped too."
        )
