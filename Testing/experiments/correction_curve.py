"""What the loops of `Testing.experiments.correction_loop` come to, and their drawing."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from SpineLib.store.files import writing

COLORS = {"queue": "#D55E00", "random": "#0072B2"}  # Okabe-Ito
WORDS = {"queue": "the queue's order", "random": "random order"}


def mean_dice(dice: Sequence[Sequence[float]]) -> float:
    """The mean over vertebra, disc and canal of each structure's mean over the volumes."""
    return float(np.nanmean(np.asarray(dice), axis=0).mean())


def interval(values: ArrayLike) -> tuple[float, float, float]:
    """Mean and 95 % interval by Student's t over seeds, NaN ones left out.

    The interval is NaN for a single seed.
    """
    from scipy.stats import t

    given = np.asarray(values, float)
    given = given[~np.isnan(given)]
    mean, n = float(given.mean()), len(given)
    if n < 2:
        return mean, float("nan"), float("nan")
    half = float(t.ppf(0.975, n - 1) * given.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def cases_needed(sizes: Sequence[float], dice: Sequence[float], wanted: float) -> float:
    """From how many cases on a curve reaches a Dice, by straight lines between its points.

    Args:
        sizes: rising numbers of cases, from 0.
        dice: one value each.
        wanted: the Dice.

    Returns:
        The first place where the curve is at ``wanted`` or above; infinite where it never is.
    """
    for n, value in enumerate(dice):
        if value >= wanted:
            if n == 0:
                return float(sizes[0])
            share = (wanted - dice[n - 1]) / (value - dice[n - 1])
            return float(sizes[n - 1] + share * (sizes[n] - sizes[n - 1]))
    return float("inf")


def curves(lines: Sequence[dict[str, Any]]) -> tuple[list[int], dict[str, NDArray[np.float64]]]:
    """Sizes, from 0, and each order's mean Dice [seed, size].

    What is not done in all orders yet is NaN in all of them, so that they stay comparable.
    """
    [start] = [mean_dice(line["dice"]) for line in lines if line["what"] == "start"]
    loops = [line for line in lines if line["what"] == "loop"]
    sizes = sorted({line["cases"] for line in loops})
    orders = sorted({line["order"] for line in loops})
    seeds = sorted({line["seed"] for line in loops})
    found = {(n["order"], n["seed"], n["cases"]): mean_dice(n["dice"]) for n in loops}
    tables = {
        order: np.array(
            [[start, *(_of_all(found, orders, order, seed, n) for n in sizes)] for seed in seeds]
        )
        for order in orders
    }
    return [0, *sizes], tables


def _of_all(
    found: dict[tuple[str, int, int], float], orders: Sequence[str], order: str, seed: int, n: int
) -> float:
    done = all((one, seed, n) in found for one in orders)
    return found[order, seed, n] if done else float("nan")


def summary(lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of the issue: Dice, the share of the gap that is closed, cases needed.

    Args:
        lines: of ``results.jsonl``, with a rival.

    Returns:
        ``start``, ``rival``; ``at_once``: order → the Dice of each seed's last cases learnt from at
        once, and ``at_once_closed`` their mean share of the gap; for each order ``dice`` (size → mean, low, high) and ``closed``
        (size → share of the gap to the rival: mean, low, high); ``gain`` (size → Dice of the
        queue's order minus random's on the same candidates: mean, low, high); ``needed``: size of
        the random order → cases that the queue's mean curve needs for the Dice of random's mean
        curve there, as a share.
    """
    [start] = [mean_dice(line["dice"]) for line in lines if line["what"] == "start"]
    [rival] = [mean_dice(line["dice"]) for line in lines if line["what"] == "rival"]
    sizes, tables = curves(lines)
    found: dict[str, Any] = {"start": start, "rival": rival, "at_once": {}, "at_once_closed": {}}
    for line in lines:
        if line["what"] == "at once":
            found["at_once"].setdefault(line["order"], []).append(mean_dice(line["dice"]))
    for order, values in found["at_once"].items():
        found["at_once_closed"][order] = interval((np.array(values) - start) / (rival - start))
    for order, table in tables.items():
        closed = (table - start) / (rival - start)
        found[order] = {
            "seeds": {n: int((~np.isnan(table[:, k])).sum()) for k, n in enumerate(sizes)},
            "dice": {n: interval(table[:, k]) for k, n in enumerate(sizes)},
            "closed": {n: interval(closed[:, k]) for k, n in enumerate(sizes) if n},
        }
    if {"queue", "random"} <= tables.keys():
        queue, random = tables["queue"], tables["random"]
        found["gain"] = {n: interval((queue - random)[:, k]) for k, n in enumerate(sizes) if n}
        means = np.nanmean(queue, axis=0)
        found["needed"] = {
            n: cases_needed(sizes, means, np.nanmean(random, axis=0)[k]) / n
            for k, n in enumerate(sizes)
            if n
        }
    return found


def write_table(file: Path, lines: Sequence[dict[str, Any]]) -> None:
    """Writes a CSV, one row a model: order, seed, cases, Dice of each structure and the mean."""
    with writing(file) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["model", "seed", "cases", "vertebra", "disc", "canal", "mean"])
        models = [line for line in lines if "dice" in line]
        for line in sorted(models, key=lambda n: (n.get("seed", 0), _name(n), n["cases"])):
            each = np.nanmean(np.asarray(line["dice"]), axis=0)
            rounded = [f"{value:.4f}" for value in (*each, mean_dice(line["dice"]))]
            table.writerow([_name(line), line.get("seed", ""), line["cases"], *rounded])


def _name(line: dict[str, Any]) -> str:
    """``queue``, ``queue at once``, ``start``."""
    order = line.get("order", "")
    return order if line["what"] == "loop" else f"{order} {line['what']}".strip()


def draw(file: Path, lines: Sequence[dict[str, Any]]) -> None:
    """Draws Dice against corrected cases: each loop thin, each order's mean thick."""
    from matplotlib.figure import Figure

    sizes, tables = curves(lines)
    told = summary(lines)
    figure = Figure(figsize=(7.5, 5.4), layout="constrained")
    axes = figure.subplots()
    for order, table in tables.items():
        shift = 0.12 if order == "queue" else -0.12  # so that intervals do not cover each other
        axes.plot(sizes, table.T, color=COLORS[order], linewidth=0.7, alpha=0.35)
        mean, low, high = np.array([told[order]["dice"][n] for n in sizes]).T
        errors = np.array([mean - low, high - mean])
        axes.errorbar(
            np.array(sizes) + shift, mean, errors, color=COLORS[order], linewidth=2.2, marker="o",
            capsize=4, label=f"{WORDS[order]}: loops, mean, 95 % interval",
        )  # fmt: skip
        once = told["at_once"].get(order, [])
        if once:
            axes.plot(
                np.full(len(once), sizes[-1]) + 4 * shift, once, "s", color=COLORS[order],
                markersize=6, markerfacecolor="none",
                label=f"{WORDS[order]}: its {sizes[-1]} cases at once, whole recipe",
            )  # fmt: skip
    start, rival = told["start"], told["rival"]
    axes.axhline(rival, color="#444444", linewidth=1.2)
    axes.text(0, rival, "trained on 200 cases", va="bottom", fontsize=9)
    half = (start + rival) / 2
    axes.axhline(half, color="#999999", linewidth=1, linestyle=":")
    axes.text(0, half, "half of the gap", va="bottom", fontsize=9)
    axes.set_xlabel("corrected cases")
    axes.set_ylabel("mean Dice on the frozen cases")
    axes.set_xticks(sizes)
    figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    axes.grid(alpha=0.25)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    with writing(file) as temporary:
        figure.savefig(temporary, dpi=130, format="png")
