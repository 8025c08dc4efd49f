"""What all objects of one export have in common: who made them, of what, and how they say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

import highdicom as hd
from pydicom.dataset import Dataset

from SpineLib import __version__
from SpineLib.findings import Findings, ModelUsed
from SpineLib.labels import RESEARCH_NOTICE
from SpineLib.outputs.dicom.codes import PROCESSING_EQUIPMENT
from SpineLib.outputs.dicom.images import SourceImages

MANUFACTURER = "SlicerSpineMRI"
# Series of results stand behind those of the scanner.
FIRST_SERIES = 9100
Made = TypeVar("Made", bound=Dataset)
_LONGEST_TEXT = 64  # of the value representation LO


@dataclass
class Making:
    """One export.

    Attributes:
        findings: what was found.
        images: of which images.
        made: how many objects there are so far; each stands in a series of its own.
    """

    findings: Findings
    images: SourceImages
    made: int = field(default=0, init=False)

    @property
    def notice(self) -> str:
        """That a starter model answered, or that it is research, as every face says."""
        return (self.findings.notice or RESEARCH_NOTICE)[:_LONGEST_TEXT]

    def model(self, name: str) -> ModelUsed | None:
        """The model of this name."""
        return next((model for model in self.findings.models if model.name == name), None)

    def identity(self) -> dict[str, Any]:
        """The arguments of highdicom that name a new object and its maker."""
        self.made += 1
        return {
            "series_instance_uid": hd.UID(),
            "series_number": FIRST_SERIES + self.made,
            "sop_instance_uid": hd.UID(),
            "instance_number": 1,
            "manufacturer": MANUFACTURER,
            "manufacturer_model_name": MANUFACTURER,
            "software_versions": __version__,
            "device_serial_number": __version__,
            "contributing_equipment": [
                hd.ContributingEquipment(
                    manufacturer=MANUFACTURER,
                    purpose_of_reference=PROCESSING_EQUIPMENT,
                    manufacturer_model_name=MANUFACTURER,
                    software_versions=__version__,
                    contribution_description=self.notice,
                )
            ],
        }

    def finished(self, dicom_object: Made, what: str) -> Made:
        """The object with what highdicom has no argument for.

        Args:
            dicom_object: by highdicom.
            what: of which kind, and by which model.
        """
        dicom_object.SeriesDescription = f"RESEARCH {what}"[:_LONGEST_TEXT]
        dicom_object.ContentQualification = "RESEARCH"
        dicom_object.BodyPartExamined = "SPINE"  # not paired, so that no laterality is asked for
        return dicom_object
