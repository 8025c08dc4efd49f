"""Makes the starter model of lumbar segmentation from nothing but simulated spines.

python -m SpineLib.training.segmentation_starter prepare CASES --count 48
python -m SpineLib.training.segmentation_starter prepare HELD_OUT --count 6 --held-out
python -m SpineLib.training.segmentation_starter train CASES WEIGHTS.safetensors --steps 900
python -m SpineLib.training.segmentation_starter bundle WEIGHTS.safetensors HELD_OUT MODEL
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from SpineLib.errors import BadInput
from SpineLib.inference.semantic import CLASSES
from SpineLib.models import ModelFolder, write_model
from SpineLib.models.card import Applicability, Card, Figure
from SpineLib.networks import build
from SpineLib.progress import Progress, Step
from SpineLib.training.segmentation import (
    NETWORKS,
    PATCH,
    SPACING,
    Settings,
    dice,
    prepare_simulated,
    save_checkpoint,
    train,
)
from SpineLib.training.segmentation_data import Case

app = typer.Typer(help=__doc__, add_completion=False)
HELD_OUT_SEED = 900_000
LIMITS = (
    "Starter model: trained for minutes on simulated images only, never validated on patients, "
    "not for clinical use. It misses vertebrae and discs on real images. Fractures, tumours, "
    "metal, operated spines and the sacrum were not trained."
)


def starter_card(network: str, figures: Sequence[Figure], cases: str) -> Card:
    """The card of the starter model.

    Args:
        network: key of `SpineLib.training.segmentation.NETWORKS`.
        figures: what was measured.
        cases: what it was trained on, in words.
    """
    return Card(
        name="starter-segmentation",
        version="0.1.0",
        title="Lumbar vertebrae, discs and canal on sagittal T1 and T2 (starter)",
        task="segmentation",
        starter=True,
        applicability=Applicability(
            ("sagittal",), ("T1", "T2"), ("lumbar",), minimum_slices=5, note="adults"
        ),
        network=NETWORKS[network],
        preprocessing={
            "kind": "volume",
            "spacing": list(SPACING),
            "patch": list(PATCH),
            "overlap": 0.25,
            "batch": 2,
        },
        labels=CLASSES,
        training_data=cases,
        figures=tuple(figures),
        limits=LIMITS,
        licence="Apache-2.0",
        citation="Label numbers: van der Graaf et al. 2024, Sci Data 11:264 (SPIDER)",
        weights_sha256="0" * 64,
    )


def figures_of(values: Mapping[str, Sequence[float]], on: str) -> list[Figure]:
    """Mean Dice of each class, with the lowest and highest case in words."""
    return [
        Figure(
            f"mean Dice, {name}",
            round(float(np.mean(v)), 3),
            f"{on} (n = {len(v)}; {min(v):.2f}-{max(v):.2f})",
        )
        for name, v in values.items()
        if len(v)
    ]


@app.command()
def prepare(folder: Path, count: int = 48, seed: int = 1000, held_out: bool = False) -> None:
    """Simulates lumbar cases and keeps them on the network's grid."""
    profiles = ("held-out",) if held_out else ("standard", "domain-randomised")
    first = HELD_OUT_SEED if held_out else seed
    prepare_simulated(folder, count, seed=first, profiles=profiles, progress=Progress(_say))


@app.command("train")
def train_command(
    cases: Path,
    weights: Path,
    steps: int = 900,
    network: str = "volume-unet",
    start: Annotated[Path | None, typer.Option(help="weights to begin with")] = None,
    rate: Annotated[float, typer.Option(help="highest learning rate")] = 2e-3,
    patch: Annotated[
        tuple[int, int, int], typer.Option(help="slices, rows, columns; UNETR needs the default")
    ] = PATCH,
    threads: int = 1,
) -> None:
    """Trains on kept cases and writes the weights."""
    torch.set_num_threads(threads)
    settings = Settings(steps=steps, network=network, rate=rate, patch=patch)
    trained = train(
        _cases(cases), settings, start=start, checkpoint=weights, progress=Progress(_say)
    )
    save_checkpoint(trained, [], weights)


@app.command()
def bundle(
    weights: Path,
    held_out: Path,
    model: Path,
    network: str = "volume-unet",
    trained_on: str = "SpineLib.simulate: lumbar spines in a simulated MR scanner",
) -> None:
    """Measures weights on held-out cases and writes the model folder with its card."""
    figures = figures_of(
        dice(_network(weights, network), _cases(held_out)), "simulated, held-out profile"
    )
    folder = bundle_weights(weights, network, figures, trained_on, model)
    typer.echo(folder.path)


def bundle_weights(
    weights: str | Path,
    network: str,
    figures: Sequence[Figure],
    trained_on: str,
    model: str | Path,
) -> ModelFolder:
    """Writes a model folder from a checkpoint.

    Args:
        weights: safetensors file of `SpineLib.training.segmentation.save_checkpoint`.
        network: key of `NETWORKS` that it belongs to.
        figures: what was measured.
        trained_on: training data in words.
        model: the folder.
    """
    return write_model(
        model, starter_card(network, figures, trained_on), _network(weights, network).state_dict()
    )


def _network(weights: str | Path, name: str) -> torch.nn.Module:
    from safetensors.torch import load_file

    network = build(name, NETWORKS[name]["arguments"])
    network.load_state_dict(load_file(weights))
    return network.eval()


def _cases(folder: Path) -> list[Case]:
    paths = sorted(folder.glob("case-*.npz"))
    if not paths:
        raise BadInput(
            "There are no prepared cases here", file=folder, advice="Prepare some first."
        )
    return [Case.load(path) for path in paths]


def _say(step: Step) -> None:
    if step.done % 25 == 0:
        left = "" if step.seconds_left is None else f", {step.seconds_left / 60:.0f} min left"
        typer.echo(f"{step.stage}: {step.done} of {step.total}{left}")


if __name__ == "__main__":
    app()
