"""What a worker does with results for an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from SpineLib import messages, replies
from SpineLib.errors import BadRequest, Cancelled, SpineError
from SpineLib.options import DicomObject
from SpineLib.progress import Progress
from SpineLib.protocol import Handlers
from SpineLib.replies import JsonObject


def _send(request: messages.Send, progress: Progress) -> replies.SendAnswer:
    """A connection that ends in the middle is an answer, too: what the archive has by then."""
    from SpineLib.pacs.destinations import destination
    from SpineLib.pacs.sending import send, so_far

    archive = destination(request.destination)
    if request.reading is not None and not _write(request, progress):
        return {"objects": []}
    try:
        outcomes = send(request.output, archive, progress=progress)
    except Cancelled:
        raise
    except SpineError as error:
        outcomes = so_far(request.output, archive, str(error))
    return {
        "objects": [
            {
                "name": outcome.file.name,
                "state": outcome.state,
                "reason": outcome.reason,
                **_names(outcome.file),
            }
            for outcome in outcomes
        ]
    }


def _write(request: messages.Send, progress: Progress) -> list[Path]:
    from SpineLib.outputs.dicom import Signature, results_in, write_dicom
    from SpineLib.outputs.dicom.earlier import Earlier

    assert request.reading is not None
    earlier = [Earlier.from_dict(record) for record in request.earlier]
    signature = Signature(request.signed_by, request.organization) if request.signed_by else None
    try:
        kinds = [DicomObject(name) for name in request.objects]
    except ValueError as error:
        raise BadRequest(str(error)) from error
    if not request.images:
        raise BadRequest("The argument images is missing")
    images = request.images[0] if len(request.images) == 1 else request.images
    return write_dicom(
        results_in(request.reading, earlier=earlier), images, request.output, kinds=kinds,
        signature=signature, progress=progress,
    )  # fmt: skip


def _names(file: Path) -> JsonObject:
    """What names the object, for a later one that takes its place."""
    import pydicom

    from SpineLib.outputs.dicom.earlier import Earlier

    return {"object": Earlier.of(pydicom.dcmread(file, stop_before_pixels=True)).to_dict()}


def _list(*_: Any) -> replies.DestinationsAnswer:
    from SpineLib.pacs.destinations import read_destinations

    known = read_destinations().values()
    return {
        "destinations": [
            {"name": dest.name, "where": dest.where, "encrypted": dest.encrypted} for dest in known
        ]
    }


def _add(request: messages.AddDestination, _progress: Progress) -> replies.DestinationsAnswer:
    from SpineLib.pacs.destinations import add_destination

    add_destination(request.values)
    return _list()


HANDLERS: Handlers = {
    messages.Send: _send,
    messages.Destinations: _list,
    messages.AddDestination: _add,
}
