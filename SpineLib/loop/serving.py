"""What a worker does for the correction loop, while the reader goes on."""

from __future__ import annotations

from SpineLib import messages, replies
from SpineLib.errors import BadRequest
from SpineLib.progress import Progress
from SpineLib.protocol import Handlers
from SpineLib.replies import ModelAnswer

# Seconds to wait for the reader's program, which holds the data set only while it writes.
_WAIT = 30.0


def _score(request: messages.LoopScore, progress: Progress) -> replies.ScoreAnswer:
    from SpineLib.loop.scoring import score

    done = score(
        request.dataset,
        request.cases,
        model=request.model,
        device=request.device,
        progress=progress,
    )
    return {"scored": len(done.scored), "skipped": done.skipped, "failed": done.failed}


def _finetune(request: messages.LoopFinetune, progress: Progress) -> replies.FinetuneAnswer:
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.finetune import carry_out, prepare

    if request.run is not None:
        folder = request.run
    elif request.dataset is None:
        raise BadRequest("The argument dataset is missing")
    else:
        dataset, changes = open_dataset(request.dataset), request.changes
        prepared = prepare(dataset, replay=request.replay, changes=changes, progress=progress)
        folder = prepared.folder
    done = carry_out(
        folder,
        device=request.device,
        workers=request.workers,
        minutes=request.minutes,
        progress=progress,
    )
    model = done.model
    return {
        "run": str(done.folder),
        "state": done.state,
        "step": done.step,
        "steps": done.steps,
        "model": str(model.path) if model else None,
    }


def _take(request: messages.LoopTake, progress: Progress) -> ModelAnswer:
    from SpineLib.loop.finetune import take
    from SpineLib.loop.writer import DatasetWriter

    with DatasetWriter(request.dataset, wait=_WAIT) as writer:
        return {"model": take(writer, request.run).id}


def _compare(request: messages.LoopCompare, progress: Progress) -> replies.CompareAnswer:
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.promotion import compare

    comparison = compare(
        open_dataset(request.dataset),
        request.candidate,
        against=request.against,
        margins=request.margins,
        device=request.device,
        progress=progress,
    )
    return {
        "comparison": str(comparison.folder),
        "page": str(comparison.page) if comparison.page.exists() else None,
        "worse": list(comparison.worse),
        "cannot": comparison.cannot,
        "changes": comparison.record["changes"],
    }


def _promote(request: messages.LoopPromote, progress: Progress) -> ModelAnswer:
    from SpineLib.loop.promotion import open_comparison, promote
    from SpineLib.loop.writer import DatasetWriter

    comparison = open_comparison(request.comparison)
    with DatasetWriter(request.dataset, wait=_WAIT) as writer:
        return {"model": promote(writer, comparison, by=request.by, reason=request.reason).id}


def _back(request: messages.LoopBack, progress: Progress) -> ModelAnswer:
    from SpineLib.loop.promotion import back
    from SpineLib.loop.writer import DatasetWriter

    with DatasetWriter(request.dataset, wait=_WAIT) as writer:
        return {"model": back(writer, request.model, by=request.by, reason=request.reason).id}


def _curve(request: messages.LoopCurve, progress: Progress) -> replies.CurveAnswer:
    from dataclasses import asdict

    from SpineLib.loop.curve import points, write_curve
    from SpineLib.loop.dataset import open_dataset

    dataset = open_dataset(request.dataset)
    files = write_curve(dataset)
    return {
        "files": [str(file) for file in files],
        "points": [asdict(point) for point in points(dataset)],
    }


def _add(request: messages.LoopAdd, progress: Progress) -> replies.AddAnswer:
    """Adds each image of ``source`` as it is read, so that a cancel keeps what was added."""
    from SpineLib.loop.dataset import open_dataset
    from SpineLib.loop.refusals import AlreadyThere
    from SpineLib.loop.sources import LeftOut, Wanted, about, arrivals
    from SpineLib.loop.writer import DatasetWriter

    folder, by = request.dataset, request.by
    dataset = open_dataset(folder)
    wanted = Wanted(
        dataset.current.folder.card, dataset.task, dataset.question,
        request.region or "unknown", request.weighting or "unknown",
        images_only=request.images_only, secret=dataset.secret,
    )  # fmt: skip
    added: list[str] = []
    left: list[str] = []
    for arrival in arrivals(request.source, wanted, progress=progress):
        if isinstance(arrival, LeftOut):
            left.append(arrival.reason)
            continue
        try:
            with DatasetWriter(folder, wait=_WAIT) as writer:
                added.append(writer.add(arrival.image, by=by or arrival.by, **about(arrival)).id)
        except AlreadyThere as error:
            left.append(error.reason)
    return {"added": added, "left_out": left}


HANDLERS: Handlers = {
    messages.LoopScore: _score,
    messages.LoopFinetune: _finetune,
    messages.LoopTake: _take,
    messages.LoopCompare: _compare,
    messages.LoopPromote: _promote,
    messages.LoopBack: _back,
    messages.LoopCurve: _curve,
    messages.LoopAdd: _add,
}
