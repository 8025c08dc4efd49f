"""Fits the region to what a canal model sees around the canal: logistic regression, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from SpineLib.datasets.open_volumes import open_canals
from SpineLib.errors import BadInput
from SpineLib.inference.canal import FOUND, locate
from SpineLib.inference.loaded import load
from SpineLib.labels import REGIONS
from SpineLib.models import ModelFolder
from SpineLib.models.folder import write_model
from SpineLib.progress import Progress
from SpineLib.reasons import UNKNOWN

# What the bundled model's regions were fitted to.
_KINDS = (
    "cervical-none", "cervical-degenerative", "thoracic-none", "thoracic-metastatic",
    "lumbar-none", "lumbar-degenerative",
)  # fmt: skip
SOURCES = tuple(
    f"simulated:search-{kind}:{profile}:25:{911_000 + 2_000 * n + seed}"
    for n, kind in enumerate(_KINDS)
    for profile, seed in (("standard", 0), ("domain-randomised", 1_000))
)
# Weight of the penalty, by hand.
_PENALTY = 0.1


def fit_regions(
    model: ModelFolder,
    sources: Sequence[str],
    folder: str | Path,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> ModelFolder:
    """Writes a copy of a canal model that tells the region, too; where it finds the canal stays.

    Args:
        model: for the canal.
        sources: as of `open_canals`; every stack's region must be known.
        folder: of the new model.
        cache: where simulated slices are kept between runs.
        progress: told of each stack.

    Raises:
        BadInput: a stack whose region nothing tells, or a region without any.
        OutputError: the folder cannot be written.
    """
    import torch
    from safetensors.torch import load_file
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    loaded, progress = load(model, "cpu"), progress or Progress()
    stacks = [s for source in sources for s in open_canals(source, cache=cache, progress=progress)]
    wanted = [region for region in REGIONS if region != UNKNOWN]
    if {stack.region for stack in stacks} != set(wanted):
        raise BadInput(
            f"The stacks must show {', '.join(wanted)}, each with its region known",
            advice="Give simulated sources, or data whose headers say the region.",
        )
    rows, regions = [], []
    for stack in progress.track(stacks, "Looking around the canal"):
        path = locate(stack.open(), loaded)
        assert path.around is not None
        sure = path.around[path.confidence >= FOUND]
        rows.append(sure)
        regions += [wanted.index(stack.region)] * len(sure)
    fit = make_pipeline(StandardScaler(), LogisticRegression(C=_PENALTY, max_iter=2000))
    fit.fit(np.concatenate(rows), regions)
    scaler, linear = fit.steps[0][1], fit.steps[1][1]
    weight = linear.coef_ / scaler.scale_
    head = {"region.weight": weight, "region.bias": linear.intercept_ - weight @ scaler.mean_}
    network = {**model.card.network, "arguments": {**model.card.network["arguments"],
               "regions": len(wanted)}}  # fmt: skip
    tensors = {k: v for k, v in load_file(model.weights).items() if not k.startswith("region.")}
    tensors |= {name: torch.from_numpy(values) for name, values in head.items()}
    return write_model(folder, replace(model.card, network=network), tensors)
