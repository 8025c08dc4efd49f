"""A case of a data set: its image, its versions, and what of it may be learnt from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from SpineLib.datasets.cases import LabelledStack, LabelledVolume
from SpineLib.errors import BadInput
from SpineLib.loop.answers import Answer, read_answer
from SpineLib.loop.images import (
    ImageChanged,
    ImageMissing,
    ImageReference,
    open_image,
    with_slices,
)
from SpineLib.loop.versions import APPROVED, CORRECTED, NEW, History, Version
from SpineLib.models.folder import sha256
from SpineLib.questions import Question
from SpineLib.store.files import is_there
from SpineLib.volume import Volume

__all__ = ["Case", "ImageChanged", "ImageMissing", "ImageReference"]

CASES = "cases"
# In the column ``source`` of cases that the simulator drew.
SIMULATED = "simulated"


@dataclass(frozen=True)
class Case:
    """One image and what was said of it.

    Attributes:
        id: number in the order of arrival, four digits.
        patient: hash of the patient's identity; the frozen test goes by it.
        region, weighting: as in `SpineLib.labels`.
        site: where or on what scanner it was made; empty where not known.
        test: its patient is in the frozen test, so that it never trains.
        columns: further facts by name, for subgroup tables.
        person: what tells the patient from another one of the same ID, keyed as the hash is.
        set_aside: why it is not used; empty where it is.
        dataset: folder of the data set.
        task, question: of the data set.
    """

    id: str
    patient: str
    region: str
    site: str
    image: ImageReference
    dataset: Path = field(repr=False)
    task: str
    question: Question | None = None
    weighting: str = "unknown"
    test: bool = False
    history: History = field(default=History(), repr=False)
    set_aside: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    added: str = ""
    person: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """Where its versions lie."""
        return self.dataset / CASES / self.id

    @property
    def versions(self) -> tuple[Version, ...]:
        """In the order of arrival."""
        return self.history.versions

    @property
    def chosen(self) -> Version | None:
        """The version that counts."""
        number = self.history.chosen
        return None if number is None else self.history.version(number)

    @property
    def state(self) -> str:
        """``new``, ``automatic``, ``corrected`` or ``approved``."""
        return NEW if self.chosen is None else self.chosen.state

    @property
    def minutes(self) -> float:
        """That readers worked on it."""
        return self.history.minutes

    @property
    def simulated(self) -> bool:
        """Nobody was scanned: a model that learnt from nothing else is a starter."""
        return self.columns.get("source") == SIMULATED

    @property
    def usable(self) -> bool:
        """Corrected or approved, and not set aside."""
        return self.state in (CORRECTED, APPROVED) and not self.set_aside

    @property
    def slices(self) -> tuple[tuple[str, str, int], ...]:
        """Of DICOM, in the order of k: file, SOP Instance UID, frame."""
        return with_slices(self.image, self.folder).slices

    @property
    def grid(self) -> Volume:
        """The image's grid, with its frames, without its voxels."""
        return with_slices(self.image, self.folder).grid

    def version(self, number: int) -> Version:
        """The version of this number.

        Raises:
            BadInput: there is none.
        """
        try:
            return self.history.version(number)
        except KeyError as error:
            raise BadInput(
                f"The case {self.id} has no version {number}",
                advice=f"It has {len(self.versions)}.",
            ) from error

    def open_image(self) -> Volume:
        """Reads the image.

        Raises:
            ImageChanged: it is not the one that was added; set the case aside
                (`DatasetWriter.open_image` does).
            ImageMissing: it is no longer there.
        """
        return open_image(self.image, self.folder, self.dataset)

    def open_answer(self, version: Version | None = None) -> Answer:
        """Reads a version: a label map on the image's grid, or labels of slices.

        Args:
            version: the one that counts if None.

        Raises:
            BadInput: there is none, or its file was changed or is missing.
        """
        version = version or self.chosen
        if version is None:
            raise BadInput(f"The case {self.id} has no answer yet")
        path = self.folder / version.file
        if not is_there(path, file=True) or sha256(path) != version.sha256:
            raise BadInput(
                f"Version {version.number} of the case {self.id} was changed or removed on the disk",
                file=path,
                advice="Restore it from a backup, or choose another version.",
                command="spine loop choose DATASET CASE VERSION",
            )
        return read_answer(path, self.grid, version.by or version.model)

    def labelled(self) -> Any:
        """What training and evaluation read: a `LabelledVolume` or a `LabelledStack`.

        Raises:
            BadInput: the case is set aside, or its answer is nobody's but a model's.
        """
        if not self.usable or self.chosen is None:
            why = f"is set aside: {self.set_aside}" if self.set_aside else f"is {self.state} only"
            raise BadInput(f"The case {self.id} {why}", advice="Correct or approve it first.")
        fingerprint = f"{self.image.sha256[:16]}-{self.chosen.sha256[:16]}"
        if self.task == "segmentation":
            facts = {"weighting": self.weighting, "region": self.region}
            return LabelledVolume(
                self.id, self.patient, partial(_pair, self), self.site,
                {**facts, **self.columns}, fingerprint,
            )  # fmt: skip
        labels = self.open_answer()
        assert isinstance(labels, list)
        return LabelledStack(
            self.id, self.patient, self.open_image, tuple(labels), self.site, self.region,
            self.weighting, dict(self.columns), fingerprint,
        )  # fmt: skip


def _pair(case: Case) -> tuple[Volume, Volume]:
    labels = case.open_answer()
    assert isinstance(labels, Volume)
    return case.open_image(), labels
