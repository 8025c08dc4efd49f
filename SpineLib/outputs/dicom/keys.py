"""The flagged slices as a Key Object Selection, which a PACS shows as key images."""

from __future__ import annotations

import highdicom as hd
from highdicom import ko, sr

from SpineLib import __version__
from SpineLib.outputs.dicom import codes
from SpineLib.outputs.dicom.making import MANUFACTURER, Making
from SpineLib.outputs.summary import headline


def key_images(making: Making) -> ko.KeyObjectSelectionDocument | None:
    """Makes the selection; None where no slice is flagged.

    A selection names whole objects: of a multi-frame image it cannot say which frame is meant.
    """
    flagged = {}
    for stack, one in making.findings.flagged():
        header, _ = making.images.slices(stack)[one.index]
        flagged[header.SOPInstanceUID] = header
    if not flagged:
        return None
    device = sr.ObserverContext(
        codes.DEVICE,
        sr.DeviceObserverIdentifyingAttributes(
            uid=hd.UID(), name=MANUFACTURER, model_name=f"{MANUFACTURER} {__version__}"
        ),
    )
    made = ko.KeyObjectSelectionDocument(
        evidence=list(flagged.values()),
        content=ko.KeyObjectSelection(
            document_title=codes.OF_INTEREST,
            referenced_objects=list(flagged.values()),
            observer_device_context=device,
            description=f"{headline(making.findings).text}. {making.notice}.",
        ),
        **making.identity(),
    )
    return making.finished(made, "key images")
