"""What a worker does for each request; torch and its like are imported by what needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from SpineLib import messages, replies
from SpineLib.errors import BadRequest
from SpineLib.loop import serving as loop
from SpineLib.pacs import serving as pacs
from SpineLib.progress import Progress
from SpineLib.protocol import REQUESTS, Handlers
from SpineLib.replies import FileAnswer, FolderAnswer, ManageAnswer, ModelsAnswer
from SpineLib.store.files import writing_folder

if TYPE_CHECKING:
    from SpineLib.inference.study import Session

Corners = list[list[float]]


def _read(request: messages.Read, progress: Progress) -> FolderAnswer:
    from SpineLib.inference.study import read_study
    from SpineLib.outputs.summary import headline

    reading = read_study(
        request.source, options=request, progress=progress, session=_session(request.device),
        on_verdict=lambda findings: progress.know(headline(findings).text),
    )  # fmt: skip
    with writing_folder(request.output) as temporary:
        progress.stage("Writing the findings")
        reading.save(temporary)
        progress.check()
    return {"folder": str(request.output)}


def _scan(request: messages.Scan, progress: Progress) -> replies.ScanAnswer:
    from SpineLib.dicom import scan, scan_files
    from SpineLib.doors.listing import scan_as_json

    source = request.source
    if isinstance(source, list):
        scanned = scan_files(source, progress=progress)
    else:
        scanned = scan(source, progress=progress)
    return scan_as_json(scanned, weighting=request.weighting, region=request.region)


def _models(_request: messages.Models, _progress: Progress) -> ModelsAnswer:
    from SpineLib.doors.listing import models_as_json

    return models_as_json()


def _verify(request: messages.VerifyModel, _progress: Progress) -> ManageAnswer:
    from SpineLib.models import open_model

    model = open_model(request.name)
    model.verify()
    return _managed(f"{model.card.title}: the weights are the ones that the card names")


def _remove(request: messages.RemoveModel, _progress: Progress) -> ManageAnswer:
    from SpineLib.models import registry

    registry.remove(request.name)
    return _managed(f"{request.name} was removed")


def _import(request: messages.ImportModel, _progress: Progress) -> ManageAnswer:
    from SpineLib.models.importing import import_model

    return _managed(f"{import_model(request.path).card.title} was imported")


def _managed(done: str) -> ManageAnswer:
    from SpineLib.doors.listing import models_as_json

    return {**models_as_json(), "done": done}


def _regrade(request: messages.Regrade, progress: Progress) -> replies.RegradeAnswer:
    from SpineLib.findings_file import read_json, write_json
    from SpineLib.inference.regrade import regrade
    from SpineLib.volume import read_volume

    boxes = _boxes(request.boxes)
    file = request.reading / "findings.json"
    findings, volume = read_json(file), read_volume(request.input)
    regrade(
        findings, request.stack, volume, boxes,
        options=request, session=_session(request.device), progress=progress,
    )  # fmt: skip
    write_json(findings, file)
    return {"slices": len(boxes)}


def _report(request: messages.Report, _progress: Progress) -> FileAnswer:
    from SpineLib.outputs.answers import read_answers
    from SpineLib.outputs.prognosis import read_prognosis
    from SpineLib.outputs.report import write_report
    from SpineLib.reading import Reading

    pictures = {path.stem: path for path in sorted(request.pictures.glob("*.png"))}
    reading, answers = Reading.load(request.reading), read_answers(request.reading)
    write_report(reading, pictures, request.file, answers, read_prognosis(request.reading))
    return {"file": str(request.file)}


def _simulate(request: messages.Simulate, progress: Progress) -> FolderAnswer:
    from SpineLib.simulate import write_study

    progress.stage("Simulating a study")
    write_study(**asdict(request))
    progress.check()
    return {"folder": str(request.folder)}


def _diagnose(_request: messages.Diagnose, _progress: Progress) -> replies.DiagnoseAnswer:
    from SpineLib.doors.listing import diagnosis_as_json

    return diagnosis_as_json()


def _outcome(request: messages.Request, progress: Progress) -> Mapping[str, Any]:
    from SpineLib.outcome.serving import HANDLERS

    return HANDLERS[type(request)](request, progress)


def _cohort(request: messages.CohortRead, progress: Progress) -> replies.CohortAnswer:
    from SpineLib.cohort.planned import PlannedStudy
    from SpineLib.cohort.reading import read_planned
    from SpineLib.cohort.setting import Setting

    try:
        study = PlannedStudy.from_dict(request.study)
        setting = Setting.from_dict(request.setting)
    except (KeyError, TypeError) as error:
        raise BadRequest("This is not a study of a cohort with its setting") from error
    return read_planned(
        request.cohort, study, setting, device=request.device, progress=progress,
        session=_session(request.device),
    )  # fmt: skip


def _project(request: messages.ProjectRequest, progress: Progress) -> Mapping[str, Any]:
    from SpineLib.projects.requests import HANDLERS

    return HANDLERS[type(request)](request, progress)


HANDLERS: Handlers = {
    messages.Read: _read,
    messages.Scan: _scan,
    messages.Models: _models,
    messages.VerifyModel: _verify,
    messages.RemoveModel: _remove,
    messages.ImportModel: _import,
    messages.Regrade: _regrade,
    messages.Report: _report,
    messages.Simulate: _simulate,
    messages.Diagnose: _diagnose,
    **{kind: _project for kind in REQUESTS if kind.command == "project"},
    messages.OutcomeModel: _outcome,
    messages.OutcomePredict: _outcome,
    messages.CohortRead: _cohort,
    **loop.HANDLERS,
    **pacs.HANDLERS,
}


def _session(device: str) -> Session:
    """Models that stay loaded; ``auto`` shares those of the device that it stands for."""
    from SpineLib.inference.device import choose

    return _session_on(str(choose(device)))


@cache
def _session_on(device: str) -> Session:
    from SpineLib.inference.study import Session

    return Session(device)


def _boxes(given: Mapping[str, Corners]) -> dict[int, Corners]:
    """Slice → two corners in RAS mm."""
    try:
        boxes = {int(index): box for index, box in given.items()}
    except ValueError as error:
        raise BadRequest("A box is not a slice's number with two corners") from error
    if not all([len(corner) for corner in box] == [3, 3] for box in boxes.values()):
        raise BadRequest("A box is not a slice's number with two corners")
    return boxes
