"""What the correction loop gains: Dice against corrected cases, the queue's order against chance.

Simulated lumbar volumes of a scanner profile that the starter model never saw; the truth stands for
a reader's corrections. From the starter model, a loop corrects some cases of its candidates,
fine-tunes with the product's recipe, and goes on from the new model; every model is measured on the
same frozen cases. The rival of all loops is the starter model trained on 200 such cases.

Every finished step is a line in ``results.jsonl``; a run that was ended goes on after it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from SpineLib.datasets.cases import LabelledVolume
from SpineLib.datasets.simulated import simulated_volumes
from SpineLib.datasets.split import split_by_patient
from SpineLib.inference.grid import order_of
from SpineLib.inference.instances import name_instances
from SpineLib.inference.loaded import Loaded, load
from SpineLib.inference.segmentation import classes_on_grid, sliding_window
from SpineLib.inference.semantic import CLASSES
from SpineLib.loop.disagreement import disagreement
from SpineLib.loop.plausibility import implausible
from SpineLib.loop.queue import teaching
from SpineLib.loop.recipe import fine_tuning_recipe
from SpineLib.loop.scores import Score
from SpineLib.loop.uncertainty import expected_dice_loss, mean_probabilities
from SpineLib.models import find_models
from SpineLib.models.folder import ModelFolder
from SpineLib.store.files import writing
from SpineLib.training.segmentation import SegmentationTask
from SpineLib.training.segmentation_data import Case, arrays_of
from SpineLib.training.trainer import train
from SpineLib.volume import Volume
from Testing.experiments.correction_curve import draw, summary, write_table

POOL = (
    "simulated:lumbar-degenerative:held-out:60:700000",
    "simulated:lumbar-none:held-out:20:710000",
)
MORE = (
    "simulated:lumbar-degenerative:held-out:90:720000",
    "simulated:lumbar-none:held-out:30:730000",
)
FROZEN = (
    "simulated:lumbar-degenerative:held-out:18:800000",
    "simulated:lumbar-none:held-out:6:810000",
)
STANDARD = ("simulated:lumbar-degenerative:standard:8:810000",)
SIZES = (5, 10, 20)
# Each seed's loops choose among so many of the pool, drawn by the seed.
CANDIDATES = 40
ANSWERS = 1
RIVAL_STEPS, RIVAL_RATE = 2500, 1e-3
ORDERS = ("queue", "random")
Weights = dict[str, torch.Tensor]


def short(cases: int) -> dict[str, Any]:
    """What a loop's fine-tunings change in the recipe: so many loops fit into an hour of two cores."""
    steps = 150 + 10 * cases
    return {
        "optimiser.rate": 5e-4,
        "training.steps": steps,
        "training.validate_every": -(-steps // 4),
        "optimiser.warmup": steps // 20,
    }


@dataclass
class Experiment:
    """The cases, the starter model, and what was measured so far.

    Attributes:
        folder: of ``results.jsonl``, weights and runs.
        cache: where simulated cases are kept.
    """

    folder: Path
    cache: Path
    starter: ModelFolder = field(default_factory=lambda: find_models("segmentation")[0])

    def __post_init__(self) -> None:
        self.loaded = load(self.starter, "cpu")
        self.first = {name: t.clone() for name, t in self.loaded.network.state_dict().items()}
        self._grids: dict[str, Case] = {}

    def cases(self, sources: Sequence[str]) -> list[LabelledVolume]:
        """The cases of some sources, simulated if they are not yet."""
        return [v for source in sources for v in simulated_volumes(source, cache=self.cache)]

    def on_grid(self, volume: LabelledVolume) -> Case:
        """A case on the network's grid."""
        if volume.id not in self._grids:
            spacing = tuple(self.starter.card.preprocessing["spacing"])
            held = arrays_of(volume, spacing=spacing)
            shape = tuple(held["shape"][0])
            self._grids[volume.id] = Case(
                held["image"].reshape(shape), held["classes"].reshape(shape), held["inside"]
            )
        return self._grids[volume.id]

    def with_weights(self, weights: Mapping[str, torch.Tensor]) -> Loaded:
        """The starter's network with other weights, in the precision of `fast`."""
        self.loaded.network.load_state_dict(dict(weights))
        return replace(self.loaded, network=_Fast(self.loaded.network))

    def dice(self, weights: Weights, volumes: Sequence[LabelledVolume]) -> list[list[float]]:
        """Dice of vertebra, disc and canal on the network's grid, one row a volume."""
        loaded = self.with_weights(weights)
        settings = loaded.card.preprocessing
        rows = []
        for volume in volumes:
            case = self.on_grid(volume)
            answer = sliding_window(
                case.image.astype(np.float32), loaded.network, settings["patch"],
                overlap=settings["overlap"], batch=settings["batch"],
            ).argmax(axis=0)  # fmt: skip
            rows.append(dice_rows(answer, case.classes))
        return rows

    def answer(self, weights: Weights, volume: LabelledVolume) -> tuple[Volume, dict[str, float]]:
        """The labels that the product would show, and each structure's uncertainty.

        The labels are those of the mean of all answers.
        """
        loaded = self.with_weights(weights)
        image, _ = volume.open()
        order = order_of(image)
        mean = mean_probabilities(
            self.on_grid(volume).image.astype(np.float32), loaded, times=ANSWERS
        )
        classes = classes_on_grid(
            mean,
            loaded.card.preprocessing["spacing"],
            order.canonical(image.voxels).shape,
            order.canonical_values(image.spacing[::-1]),
        )
        named, _ = name_instances(image.with_voxels(np.ascontiguousarray(order.original(classes))))
        return named, expected_dice_loss(mean)

    def fine_tuned(
        self, weights: Weights, volumes: Sequence[LabelledVolume], run: str, *, seed: int,
        changes: Mapping[str, Any] | None = None,
    ) -> tuple[Weights, dict[str, float]]:  # fmt: skip
        """The weights after fine-tuning on some cases, and what it cost in seconds."""
        recipe = fine_tuning_recipe(self.starter.card, cases=len(volumes), seed=seed)
        recipe = recipe.changed(changes or {})
        training, validation = split_by_patient(
            list(volumes), share=recipe.split.validation, seed=seed
        )
        begun, used = time.monotonic(), time.process_time()
        folder = self.folder / "runs" / run
        with fast():
            task = SegmentationTask(recipe, training, validation)
            done = train(task, folder, device="cpu", workers=0, start=weights, resume=True)
        cost = {"wall": time.monotonic() - begun, "cpu": time.process_time() - used}
        return load_file(done.model / "weights.safetensors"), cost


def dice_rows(answer: np.ndarray, truth: np.ndarray) -> list[float]:
    """Dice of each class but the background; NaN where the truth has none."""
    rows = []
    for number in range(1, len(CLASSES)):
        a, t = answer == number, truth == number
        rows.append(float(2 * (a & t).sum() / (a.sum() + t.sum())) if t.any() else float("nan"))
    return rows


class _Fast(torch.nn.Module):
    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # Inside, since `sliding_window` decides about the precision around it.
        with fast():
            return self.network(x)


@contextmanager
def fast() -> Iterator[None]:
    """bfloat16 for convolutions where the processor computes in it, which halves the time."""
    able = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    # A cache would keep the weights of the first step.
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=able, cache_enabled=False):
        yield


@dataclass(frozen=True)
class Results:
    """Lines of JSON, one a finished step; several processes may append at the same time."""

    file: Path

    def lines(self) -> list[dict[str, Any]]:
        """What is done so far."""
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text(encoding="utf-8").splitlines()]

    def find(self, **wanted: Any) -> dict[str, Any] | None:
        """The line with these values."""
        for line in self.lines():
            if all(line.get(key) == value for key, value in wanted.items()):
                return line
        return None

    def add(self, **values: Any) -> None:
        """Adds a line."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(values) + "\n")


def start(experiment: Experiment, results: Results) -> None:
    """The starter model on the frozen cases, and on cases like those that it was trained on."""
    for what, sources in (("start", FROZEN), ("start-standard", STANDARD)):
        if results.find(what=what) is None:
            volumes = experiment.cases(sources)
            results.add(what=what, cases=0, dice=experiment.dice(experiment.first, volumes))


def rival(experiment: Experiment, results: Results) -> None:
    """The starter model trained on with all 200 cases at once."""
    if results.find(what="rival") is not None:
        return
    volumes = experiment.cases((*POOL, *MORE))
    changes = {
        "training.steps": RIVAL_STEPS,
        "optimiser.rate": RIVAL_RATE,
        "training.validate_every": RIVAL_STEPS // 5,
        "optimiser.warmup": RIVAL_STEPS // 20,
    }
    weights, cost = experiment.fine_tuned(
        experiment.first, volumes, "rival", seed=1, changes=changes
    )
    frozen = experiment.cases(FROZEN)
    results.add(
        what="rival", cases=len(volumes), dice=experiment.dice(weights, frozen), seconds=cost
    )
    save_file(weights, experiment.folder / "rival.safetensors")


def loop(experiment: Experiment, results: Results, order: str, seed: int) -> None:
    """One loop: choose, correct, fine-tune, measure, for each of `SIZES`."""
    rng = np.random.default_rng(seed)
    pool = experiment.cases(POOL)
    candidates = [pool[n] for n in rng.permutation(len(pool))[:CANDIDATES]]
    frozen = experiment.cases(FROZEN)
    models, chosen = [experiment.first], list[LabelledVolume]()
    for size in SIZES:
        kept = experiment.folder / "weights" / f"{order}-{seed}-{size}.safetensors"
        line = results.find(what="loop", order=order, seed=seed, cases=size)
        if line is not None:
            by_id = {v.id: v for v in candidates}
            chosen = [by_id[name] for name in line["chosen"]]
            models.append(load_file(kept))
            continue
        left = [v for v in candidates if v not in chosen]
        if order == "queue":
            left = queued(experiment, models, left, f"{order}-{seed}")
        chosen = [*chosen, *left[: size - len(chosen)]]
        weights, cost = experiment.fine_tuned(
            models[-1], chosen, f"{order}-{seed}-{size}", seed=seed, changes=short(size)
        )
        with writing(kept) as temporary:
            save_file(weights, temporary)
        models.append(weights)
        results.add(
            what="loop", order=order, seed=seed, cases=size, chosen=[v.id for v in chosen],
            dice=experiment.dice(weights, frozen), seconds=cost,
        )  # fmt: skip


def at_once(experiment: Experiment, results: Results, order: str, seed: int) -> None:
    """The cases that a loop chose, learnt from at once by the recipe as it is."""
    done = results.find(what="loop", order=order, seed=seed, cases=SIZES[-1])
    known = results.find(what="at once", order=order, seed=seed)
    if done is None or known is not None:
        return
    by_id = {v.id: v for v in experiment.cases(POOL)}
    weights, cost = experiment.fine_tuned(
        experiment.first, [by_id[n] for n in done["chosen"]], f"at-once-{order}-{seed}", seed=seed
    )
    results.add(
        what="at once", order=order, seed=seed, cases=SIZES[-1],
        dice=experiment.dice(weights, experiment.cases(FROZEN)),
        standard=experiment.dice(weights, experiment.cases(STANDARD)), seconds=cost,
    )  # fmt: skip


def queued(
    experiment: Experiment, models: Sequence[Weights], volumes: Sequence[LabelledVolume], name: str
) -> list[LabelledVolume]:
    """The cases in the order of `SpineLib.loop.queue.teaching` under the last of the models."""
    scores = {}
    for volume in volumes:
        labels, unsure = _answer(experiment, models, volume, name)
        differs = None
        if len(models) > 1:
            before, _ = _answer(experiment, models[:-1], volume, name)
            differs = disagreement(labels, before).score
        scores[volume.id] = Score(
            volume.id, name, "", 0, float(np.mean(list(unsure.values()))), unsure,
            disagreement=differs, problems=tuple(implausible(labels)),
        )  # fmt: skip
    values = teaching(scores)
    return sorted(volumes, key=lambda v: -values[v.id])


def _answer(
    experiment: Experiment, models: Sequence[Weights], volume: LabelledVolume, name: str
) -> tuple[Volume, dict[str, float]]:
    """The last model's answer, made once; the starter's answers are the same for every loop."""
    which = "start" if len(models) == 1 else f"{name}-{len(models)}"
    file = experiment.folder / "answers" / which / f"{volume.id}.npz"
    image, _ = volume.open()
    if file.exists():
        held = np.load(file)
        return image.with_voxels(held["labels"]), dict(
            zip(CLASSES[1:], held["unsure"].tolist(), strict=True)
        )
    labels, unsure = experiment.answer(models[-1], volume)
    with writing(file) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, labels=labels.voxels, unsure=list(unsure.values()))
    return labels, unsure


def main(arguments: Sequence[str] | None = None) -> None:
    """``python -m Testing.experiments.correction_loop FOLDER``, then the same with ``--at-once``.

    Leaves ``dice.csv``, ``dice.png`` and ``summary.json`` in the folder.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the results; a run that ended goes on")
    parser.add_argument("--cache", type=Path, help="where simulated cases are kept")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--orders", nargs="*", choices=ORDERS, default=list(ORDERS))
    parser.add_argument("--at-once", action="store_true", help="the chosen cases, the whole recipe")
    parser.add_argument("--rival", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args(arguments)
    experiment = Experiment(asked.folder, asked.cache or asked.folder / "simulated")
    results = Results(asked.folder / "results.jsonl")
    start(experiment, results)
    if asked.rival:
        rival(experiment, results)
    for seed in asked.seeds:
        for order in asked.orders:
            (at_once if asked.at_once else loop)(experiment, results, order, seed)
    if results.find(what="rival") and results.find(what="loop"):
        write_table(asked.folder / "dice.csv", results.lines())
        draw(asked.folder / "dice.png", results.lines())
        with writing(asked.folder / "summary.json") as temporary:
            told = json.dumps(summary(results.lines()), indent=1)
            temporary.write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
