"""The cases of a fine-tuning, kept in its own folder: voxels and labels, no names, numbers or dates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from SpineLib.datasets.cases import SIMULATED, LabelledStack, LabelledVolume, SliceLabel
from SpineLib.inference.grid import voxels_hash
from SpineLib.loop.ancestry import FrozenImages
from SpineLib.loop.cases import Case
from SpineLib.loop.dataset import Dataset
from SpineLib.loop.images import ImageChanged, ImageMissing
from SpineLib.loop.writer import DatasetWriter
from SpineLib.models.folder import sha256
from SpineLib.progress import Progress
from SpineLib.store.files import writing
from SpineLib.store.patients import keyed
from SpineLib.volume import Volume

if TYPE_CHECKING:
    from SpineLib.training.recipe import Recipe
    from SpineLib.training.tasks import Data

# What a case is there for: to be learnt from, to choose the best weights by, to be learnt again.
LEARNT, WATCHES, REPLAY = "training", "validation", "replay"
# Seconds to wait for another program that writes to the data set.
_WAIT = 10.0
Labelled = LabelledStack | LabelledVolume


def keep_cases(
    folder: Path,
    dataset: Dataset,
    recipe: Recipe,
    replay: Sequence[str],
    cache: Path | None,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Writes the voxels and labels of every case that a fine-tuning learns from.

    Args:
        folder: for the files.
        dataset: whose corrected and approved cases are learnt from.
        recipe: says who watches instead of being learnt from.
        replay: further sources; patients who watch are left out of them.
        cache: where simulated cases are kept.
        progress: told of each case.

    Returns:
        What the record says of each: ``key``, ``sha256`` of its file, ``image`` (hash of the
        voxels), ``patient``, ``part``, ``minutes``, ``simulated``, and slices' labels.

    Raises:
        BadInput: a case is in the frozen test, by its patient or by its image.
        ImageChanged: a case's image is another one than when it was corrected.
    """
    from SpineLib.datasets.split import split_by_patient
    from SpineLib.training.tasks import open_sources

    test = FrozenImages(dataset)
    cases = dataset.training()
    labelled = {case.id: case.labelled() for case in cases}
    _, watching = split_by_patient(
        list(labelled.values()),
        share=recipe.split.validation,
        seed=recipe.seed,
        stratify=recipe.split.stratify,
    )
    watchers = {watcher.patient for watcher in watching}
    kept = []
    for case in progress.track(cases, "Copying the cases to learn from"):
        part = WATCHES if case.patient in watchers else LEARNT
        assert case.chosen is not None
        about: dict[str, Any] = {
            "case": case.id,
            "version": case.chosen.number,
            "answer": case.chosen.sha256,
            "minutes": case.minutes,
            "simulated": case.simulated,
            "part": part,
        }
        kept.append(_keep(folder, labelled[case.id], test, f"The case {case.id}") | about)
    for source in replay:
        simulated = source.startswith(SIMULATED)
        others = open_sources(recipe, [source], cache=cache, progress=progress)
        where = f"The replayed source {source if simulated else Path(source).name}"
        for replayed in progress.track(others, "Copying the cases to replay"):
            patient = keyed(replayed.patient, dataset.secret)
            if not {patient, replayed.patient} & watchers:
                about = {
                    "minutes": 0.0, "simulated": simulated, "part": REPLAY, "patient": patient,
                }  # fmt: skip
                kept.append(_keep(folder, replayed, test, where) | about)
    return kept


def set_aside_changed(dataset: Dataset, cases: Sequence[Case], error: ImageChanged) -> ImageChanged:
    """Sets aside every case whose image is another one than when it was added.

    Args:
        dataset: of the cases.
        cases: to look through; all images are read.
        error: what one of them raised.

    Returns:
        An error that names the cases, to be raised.
    """
    gone = []
    with DatasetWriter(dataset.folder, wait=_WAIT) as writer:
        for case in cases:
            try:
                writer.open_image(case)
            except ImageChanged:
                gone.append(case.id)
            except ImageMissing:
                continue
    return ImageChanged(
        f"{error.what}; set aside now: case {', '.join(gone)}",
        file=error.file,
        advice="Put the image back and the case back in use, or continue without it: start again.",
    )


def open_kept(
    folder: Path,
    cases: Sequence[Mapping[str, Any]],
    recipe: Recipe,
    *,
    sources: Sequence[str],
    test_sha256: str,
) -> Data:
    """The kept cases as a training reads them.

    Args:
        folder: of the files.
        cases: from `keep_cases`.
        recipe: of the fine-tuning.
        sources: in words, for the run's record.
        test_sha256: of the frozen test, for the run's record.
    """
    from SpineLib.training.tasks import Data, record_of, task_class

    def part(*names: str) -> list[Any]:
        return [_labelled(folder, case) for case in cases if case["part"] in names]

    training, validation = part(LEARNT, REPLAY), part(WATCHES)
    record = {
        "sources": list(sources),
        "keyed": True,  # as the patients of the data set
        "splits": {"training": record_of(training), "validation": record_of(validation)},
        "test_sha256": test_sha256 or None,
        "models": task_class(recipe).models_used(recipe, [*training, *validation]),
    }
    return Data(training, validation, record)


def file_of(folder: Path, case: Mapping[str, Any]) -> Path:
    """Where a case's arrays lie."""
    return folder / f"{case['key']}.npz"


def _keep(folder: Path, case: Labelled, test: FrozenImages, where: str) -> dict[str, Any]:
    """Writes a case's arrays under a name that says nothing of it."""
    opened = case.open()
    image, labels = opened if isinstance(opened, tuple) else (opened, None)
    test.require_apart(case.patient, image, where)
    about: dict[str, Any] = {
        "image": voxels_hash(image),
        "patient": case.patient,
        "site": case.site,
        "columns": case.columns,
    }
    arrays = {"voxels": image.voxels, "ijk_to_ras": image.ijk_to_ras}
    if labels is not None:
        arrays["labels"] = labels.voxels
    if isinstance(case, LabelledStack):
        about["labels"] = [[n.index, n.value, n.reader, n.box_ras] for n in case.labels]
        about |= {"region": case.region, "weighting": case.weighting}
    answer = json.dumps(about.get("labels")).encode() if labels is None else labels.voxels.tobytes()
    key = hashlib.sha256(about["image"].encode() + answer).hexdigest()[:16]
    path = file_of(folder, {"key": key})
    with writing(path) as temporary:
        np.savez_compressed(temporary, **arrays)  # type: ignore[arg-type]
    return {"key": key, "sha256": sha256(path), **about}


def _labelled(folder: Path, case: Mapping[str, Any]) -> Labelled:
    path = file_of(folder, case)
    known = {name: case[name] for name in ("patient", "site", "columns")}
    known |= {"id": case["key"], "fingerprint": case["sha256"]}
    if "labels" not in case:
        return LabelledVolume(open=partial(_pair, path), **known)
    labels = (SliceLabel(k, value, by, _box(box)) for k, value, by, box in case["labels"])
    return LabelledStack(
        open=partial(_image, path),
        labels=tuple(labels),
        region=case["region"],
        weighting=case["weighting"],
        **known,
    )


def _box(corners: Sequence[Sequence[float]] | None) -> Any:
    return None if corners is None else tuple(tuple(map(float, corner)) for corner in corners)


def _image(path: Path) -> Volume:
    with np.load(path, allow_pickle=False) as held:
        return Volume(held["voxels"], held["ijk_to_ras"])


def _pair(path: Path) -> tuple[Volume, Volume]:
    with np.load(path, allow_pickle=False) as held:
        image = Volume(held["voxels"], held["ijk_to_ras"])
        return image, image.with_voxels(held["labels"])
