"""The flagged slices as a Key Object Selection, which a PACS shows as key images."""

from __future__ import annotations

from collections.abc import Sequence

import highdicom as hd
from highdicom import ko, sr

from SpineLib import __version__
from SpineLib.outputs.answers import ReaderAnswer
from SpineLib.outputs.dicom import codes
from SpineLib.outputs.dicom.making import MANUFACTURER, Making
from SpineLib.outputs.summary import headline


def key_images(
    making: Making, answers: Sequence[ReaderAnswer] = ()
) -> ko.KeyObjectSelectionDocument | None:
    """Makes the selection; None where no slice is flagged, by a model or by a reader.

    A selection names whole objects: of a multi-frame image it cannot say which frame is meant.
    """
    flagged = {}
    findings = making.findings
    slices = [(stack, finding.index) for stack, finding in findings.flagged()]
    slices += [
        (findings.stack(answer.stack), answer.index)
        for answer in answers
        if findings.question(answer.question).is_positive(answer.answer)
    ]
    for stack, index in slices:
        header, _ = making.images.slices(stack)[index]
        flagged[header.SOPInstanceUID] = header
    if not flagged:
        return None
    device = sr.ObserverContext(
        codes.DEVICE,
        sr.DeviceObserverIdentifyingAttributes(
            uid=hd.UID(), name=MANUFACTURER, model_name=f"{MANUFACTURER} {__version__}"
        ),
    )
    selection = ko.KeyObjectSelectionDocument(
        evidence=list(flagged.values()),
        content=ko.KeyObjectSelection(
            document_title=codes.OF_INTEREST,
            referenced_objects=list(flagged.values()),
            observer_device_context=device,
            description=f"{headline(making.findings).text}. {making.notice}.",
        ),
        **making.identity(),
    )
    return making.finished(selection, "key images")
