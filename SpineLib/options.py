"""What a person may say about a reading, its results, and a copy without identities, in every door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from SpineLib.errors import BadInput
from SpineLib.labels import REGIONS, WEIGHTINGS

# What a reading can be asked for; the canal is found wherever a model needs it.
READ_TASKS = ("compression", "grading", "segmentation")


@dataclass(frozen=True)
class ReadOptions:
    """What a person may say about a reading.

    Attributes:
        series: series number, stack id or Series Instance UID; empty lets the program choose.
        models: names or folders of models; each card says for which task and question. The
            first one at hand for each question that none of these answers.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        threshold: P(compressed) from which a slice is compressed, of every question with two
            values; None takes the card's.
        force: run models outside of their applicability; marked as forced everywhere.
        weighting: used where the images cannot say.
        region: used where the images cannot say.
        plane: how to slice a volume file that is as fine in every direction; empty for what its
            spacing says.
        orientation: where the axes of a volume file grow to that does not say so, such as ``LPS``.
        activation: also say where the classifier looked (class activation of every slice).
        tasks: which of `READ_TASKS` are asked for.

    Raises:
        BadInput: a value that is not one of the words above.
    """

    series: str = ""
    models: tuple[str, ...] = ()
    device: str = "auto"
    threshold: float | None = None
    force: bool = False
    weighting: str = ""
    region: str = ""
    plane: str = ""
    orientation: str = ""
    activation: bool = False
    tasks: tuple[str, ...] = READ_TASKS

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise BadInput(f"A threshold of {self.threshold} is not between 0 and 1")
        if self.weighting and self.weighting not in WEIGHTINGS:
            raise BadInput(f"{self.weighting} is not one of {', '.join(WEIGHTINGS)}")
        if self.region and self.region not in REGIONS:
            raise BadInput(f"{self.region} is not one of {', '.join(REGIONS)}")
        unknown = [task for task in self.tasks if task not in READ_TASKS]
        if unknown or not self.tasks:
            raise BadInput(
                f"{', '.join(unknown) or 'No task'} is not one of {', '.join(READ_TASKS)}"
            )


class ProfileOption(str, Enum):
    """Options of DICOM's confidentiality profile that are truly implemented, PS3.15 E.3."""

    uids = "retain-uids"
    device = "retain-device-identity"
    institution = "retain-institution-identity"
    characteristics = "retain-patient-characteristics"
    modified_dates = "retain-modified-dates"
    descriptors = "clean-descriptors"


class DicomObject(str, Enum):
    """What results can be written as; a label map is the segmentation once more, for programs that read it."""

    segmentation = "segmentation"
    labelmap = "labelmap"
    report = "report"
    key_images = "key-images"
    presentation = "presentation"
    capture = "capture"
