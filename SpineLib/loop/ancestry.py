"""What a fine-tuned model came from: on its card, and held against the frozen test."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations, product

import numpy as np

from SpineLib.errors import BadInput
from SpineLib.inference.grid import voxels_hash
from SpineLib.loop.dataset import Dataset
from SpineLib.models.card import Ancestor, Card, Lineage
from SpineLib.store.patients import Patients
from SpineLib.volume import Volume
from SpineLib.wording import count

_BEGAN = " Of the model that it began with: "
_STARTER = re.compile(r"^starter-")
_NUMBER = re.compile(r"-ft\d+$")
_NAME_LENGTH = 64


class FrozenImages:
    """The frozen test of a data set, to hold other cases against; no image of it is opened.

    A case of the test is recognised by its patient's hash, and by its voxels in whatever order of
    axes and whatever type of number a file holds them.

    Args:
        dataset: its test cases, corrected or not.

    Attributes:
        patients: hashes of the test's patients.
        hashes: of its images (`SpineLib.inference.grid.voxels_hash`).
    """

    def __init__(self, dataset: Dataset) -> None:
        held = [case for case in dataset.cases.values() if case.test]
        self.patients = {case.patient for case in held}
        if dataset.frozen is not None:
            self.patients |= set(dataset.frozen.patients)
        self.hashes = {case.image.sha256 for case in held}
        self._secret = dataset.secret
        self._shapes = {tuple(sorted(case.image.shape)) for case in held}

    def require_apart(self, patient: str, volume: Volume, where: str) -> None:
        """Refuses a case that the test holds.

        Args:
            patient: hash of its patient, keyed as those of the data set or not.
            volume: its image.
            where: the case came from, for the person.

        Raises:
            BadInput: it is in the test.
        """
        same = "a patient" if Patients(frozenset(self.patients), self._secret).hold(patient) else ""
        if not same and self.holds(volume):
            same = "an image"
        if same:
            raise BadInput(
                f"{where} holds {same} of the frozen test, from which no model may learn",
                advice="Take it out of what is to be learnt from; the test stays as it was frozen.",
            )

    def holds(self, volume: Volume) -> bool:
        """Whether the image is one of the test's."""
        if tuple(sorted(volume.shape)) not in self._shapes:
            return False
        return any(voxels_hash(turned) in self.hashes for turned in _alike(volume))


def learnt_from(card: Card) -> set[str]:
    """Hashes of every image that a model or its ancestors are known to have learnt from."""
    return set(card.lineage.images) if card.lineage else set()


def descendant(
    parent: Card,
    lineage: Lineage,
    *,
    number: int,
    simulated: bool,
    replay: Sequence[str],
    parents_calibration: bool = False,
) -> Card:
    """The card of what was fine-tuned from a model; the weights' hash is filled in later.

    What decides how the network is used stays as it was. Figures and the promise of grade sets were
    of the parent, so there are none yet. A starter model's descendant is a starter model only while it has learnt from nothing
    but simulated images.

    Args:
        parent: card of the model that it started from.
        lineage: for the card.
        number: of the fine-tuning in its data set.
        simulated: every image that it learnt from was made by the simulator.
        replay: what was learnt again beside the corrected cases, in words.
        parents_calibration: how sure it says it is was fitted to its parent; the limits say so.
    """
    starter = parent.starter and simulated
    base = _NUMBER.sub("", parent.name if starter else _STARTER.sub("", parent.name))
    ending = f"-ft{number}"
    kind = "corrected simulated" if simulated else "corrected"
    learnt = f"{count(len(lineage.cases), f'{kind} case')} of {count(lineage.patients, 'patient')}"
    if replay:
        learnt += f", with replay of {' and '.join(replay)}"
    title = parent.title if starter else parent.title.replace(" (starter)", "")
    return replace(
        parent,
        name=base[: _NAME_LENGTH - len(ending)] + ending,
        version=str(number),
        title=title if title.endswith("fine-tuned") else f"{title}, fine-tuned",
        starter=starter,
        training_data=f"{parent.training_data}; then {learnt}",
        limits=_limits(parent, simulated, learnt, parents_calibration),
        figures=(),
        grade_sets=None,
        unlike=None,
        lineage=lineage,
        weights_sha256="0" * 64,
    )


def ancestor(card: Card) -> Ancestor:
    """How a card names another model."""
    return Ancestor(card.name, card.version, card.weights_sha256)


def inherited(parent: Card, replayed: Iterable[str], cases: Iterable[str]) -> tuple[str, ...]:
    """Hashes for `Lineage.others`: replayed or learnt from by an ancestor, and not a case."""
    return tuple(sorted({*replayed, *learnt_from(parent)} - set(cases)))


def _limits(parent: Card, simulated: bool, learnt: str, parents_calibration: bool) -> str:
    began = parent.limits.split(_BEGAN)[-1]
    where = "simulated images, " if simulated else ""
    sure = " Its probabilities were not calibrated anew." if parents_calibration else ""
    return (
        f"Fine-tuned on {where}{learnt}; not validated beyond the frozen test of that data set, "
        f"not for clinical use.{sure}{_BEGAN}{began}"
    )


def _alike(volume: Volume) -> Iterator[Volume]:
    """The same picture with its axes in every order and direction, as whole numbers and not."""
    kinds = [volume.voxels]
    if volume.voxels.dtype.kind != "f":
        kinds.append(volume.voxels.astype(np.float32))
    elif np.array_equal(volume.voxels, np.round(volume.voxels)):
        kinds.append(volume.voxels.astype(np.int32))
    for voxels, axes in product(kinds, permutations(range(3))):
        turned = voxels.transpose(axes)
        for steps in product((1, -1), repeat=3):
            yield Volume(turned[tuple(slice(None, None, n) for n in steps)], np.eye(4))
